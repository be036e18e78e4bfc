"""Signatures of an operation along the wrong axis, or of some rows only."""

from __future__ import annotations

import numpy as np

from grader.diagnosis.finding import Finding
from grader.diagnosis.pair import Pair, Values
from grader.diagnosis.scale import number
from grader.diagnosis.wording import t
from grader.diagnosis.wording.causes import cause
from grader.records import Text

_MIN_ROWS = 3
_ENOUGH_SUM_BITS = 14.0  # of the right result and of the wrong one: 28 together


def normalised(pair: Pair) -> Finding | None:
    """Sums along another axis are 1: a softmax or a division by a sum went over the wrong axis."""
    if not pair.comparable or pair.e.ndim == 0 or not pair.informative(pair.e):
        return None
    for wanted in range(pair.e.ndim)[::-1]:
        if pair.e.shape[wanted] < 2 or not _sums_to(pair, pair.e, wanted, 1.0) or _sums_to(pair, pair.a, wanted, 1.0):
            continue
        for axis in range(pair.e.ndim):
            if axis != wanted and pair.a.shape[axis] > 1 and _sums_to(pair, pair.a, axis, 1.0):
                return _normalised(pair, axis, wanted)
        if pair.e.ndim > 1 and _sums_to(pair, pair.a.ravel(), 0, 1.0) and np.ptp(pair.a) > 0:
            return cause("axis.normalised_all")
    return None


def _normalised(pair: Pair, axis: int, wanted: int) -> Finding:
    sums = pair.a.sum(axis=wanted)
    worst = int(np.argmax(np.abs(sums - 1)))
    index = tuple(int(i) for i in np.unravel_index(worst, sums.shape))
    within = f"{max(_sum_error(pair, pair.a), 1e-7):.1g}"
    return cause(
        "axis.normalised", each=_each(pair.e.ndim, axis), axis=axis, wanted=wanted,
        slice=_slice(index, wanted, pair.e.ndim), number=number(sums[index]), within=within,
    )  # fmt: skip


def _each(ndim: int, axis: int) -> Text:
    if ndim == 2:
        return t("Each column", "每一列") if axis == 0 else t("Each row", "每一行")
    return t(f"Each slice along axis {axis}", f"沿轴 {axis} 的每一条")


def _slice(index: tuple[int, ...], axis: int, ndim: int) -> Text:
    if ndim == 2:
        return t(f"Row {index[0]}", f"第 {index[0]} 行") if axis == 1 else t(f"Column {index[0]}", f"第 {index[0]} 列")
    at = [str(i) for i in index]
    at.insert(axis, ":")
    return t(f"Slice [{', '.join(at)}]", f"切片 [{', '.join(at)}]")


def centred(pair: Pair) -> Finding | None:
    """Means along another axis are 0: batch and layer normalisation are mixed up."""
    if not pair.comparable or pair.e.ndim < 2 or not pair.informative(pair.e):
        return None
    for wanted in range(pair.e.ndim):
        if pair.e.shape[wanted] < 3 or not _sums_to(pair, pair.e, wanted, 0.0) or _sums_to(pair, pair.a, wanted, 0.0):
            continue
        for axis in range(pair.e.ndim):
            if axis != wanted and pair.a.shape[axis] >= 3 and _sums_to(pair, pair.a, axis, 0.0) and pair.a.any():
                return cause("axis.centred", axis=axis, wanted=wanted)
    return None


def _sums_to(pair: Pair, values: Values, axis: int, total: float) -> bool:
    """Whether all sums along `axis` are `total`, and not by chance."""
    sums, error = np.atleast_1d(values.sum(axis=axis)), _sum_error(pair, values)
    bits = sums.size * np.log2(1 + max(float(np.abs(values).max()), total) / error)
    return bool(bits >= _ENOUGH_SUM_BITS and (np.abs(sums - total) <= error).all())


def _sum_error(pair: Pair, values: Values) -> float:
    return 4 * pair.relative * max(float(np.abs(values).max()), 1.0)


def broadcast_loss(pair: Pair) -> Finding | None:
    """A column against a row: the mean or sum over all pairs, where that over the diagonal is right."""
    if not pair.comparable or pair.e.size != 1:
        return None
    columns = [i for i in pair.inputs if i.values.ndim == 2 and i.values.shape[1] == 1 and i.values.shape[0] > 1]
    rows = [i for i in pair.inputs if i.values.ndim == 1 and i.values.shape[0] > 1]
    for column in columns:
        for row in rows:
            if row.values.shape[0] == column.values.shape[0] and _is_broadcast(pair, column.values, row.values):
                return cause("broadcast.loss", first=column.name, second=row.name, n=row.values.shape[0])
    return None


def _is_broadcast(pair: Pair, column: Values, row: Values) -> bool:
    losses = (np.square, np.abs, lambda d: d, lambda d: np.square(d) / 2, lambda d: (np.abs(d) < 1e-12).astype(float))
    for loss in losses:
        for reduce in (np.mean, np.sum, lambda x: np.sqrt(np.mean(np.abs(x)))):
            with np.errstate(all="ignore"):
                square, diagonal = reduce(loss(column - row)), reduce(loss(column[:, 0] - row))
            a, e = float(pair.a.flat[0]), float(pair.e.flat[0])
            # Both must be met: two numbers that agree to six digits are no chance.
            if abs(a - square) <= 1e-5 * abs(square) and abs(e - diagonal) <= 1e-5 * abs(diagonal) + 1e-12 and e != a:
                return True
    return False


def rows(pair: Pair) -> Finding | None:
    """Some rows only: the tail, the short last batch, the first, or just one."""
    if not pair.comparable or pair.e.ndim == 0 or pair.e.shape[0] < _MIN_ROWS:
        return None
    right = pair.right
    wrong_rows = np.flatnonzero(~right.reshape(right.shape[0], -1).all(axis=1))
    count, n = len(wrong_rows), right.shape[0]
    good = np.delete(pair.e, wrong_rows, axis=0)
    if count == 0 or count > n / 2 or not pair.informative(good):
        return _one_column(pair)
    first, last = int(wrong_rows[0]), int(wrong_rows[-1])
    if last == n - 1 and last - first + 1 == count:
        return _tail(pair, first, n)
    if count > 1:
        return _one_column(pair)
    return cause("rows.first") if first == 0 else cause("rows.one", index=first, axis=0)


def _tail(pair: Pair, first: int, n: int) -> Finding:
    for item in pair.inputs:
        batch = int(item.values) if item.dtype == "int" else 0
        if 1 < batch < n and n % batch == n - first:
            return cause("rows.tail_batch", name=item.name, number=batch, first=first, last=n - 1)
    return cause("rows.tail", first=first, last=n - 1)


def _one_column(pair: Pair) -> Finding | None:
    if pair.e.ndim < 2 or pair.e.shape[-1] < _MIN_ROWS:
        return None
    right = pair.right
    wrong = np.flatnonzero(~right.reshape(-1, right.shape[-1]).all(axis=0))
    if len(wrong) != 1 or not pair.informative(np.delete(pair.e, wrong, axis=-1)):
        return None
    return cause("rows.one", index=int(wrong[0]), axis=pair.e.ndim - 1)
