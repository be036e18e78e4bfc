"""Why the type, dtype, device, length or shape is wrong, before any value is looked at."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.diagnosis.finding import Finding
from grader.diagnosis.inputs import Input
from grader.diagnosis.order import permuted, shape_permuted
from grader.diagnosis.pair import Pair
from grader.diagnosis.wording import added, same
from grader.diagnosis.wording.kinds import VALUES_RIGHT, kind
from grader.examination.evidence import Facts, Mismatch, MismatchKind

_ARRAYS = frozenset({"Tensor", "ndarray"})
_NUMBERS = frozenset({"bool", "int", "float", "complex"})
_SEQUENCES = frozenset({"list", "tuple"})
PLAIN_TYPES = _ARRAYS | _NUMBERS | _SEQUENCES | {
    "NoneType", "str", "bytes", "dict", "sparse Tensor", "dtype", "device", "slice", "range",
    "bool_", "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "complex64", "complex128",
}  # fmt: skip


def wrong_type(mismatch: Mismatch) -> Finding:
    """Name what came instead of what was asked."""
    got, wanted = mismatch.actual.type_name, mismatch.expected.type_name
    if got == "NoneType":
        return kind("type.none")
    if wanted in _ARRAYS and got in _NUMBERS:
        return kind("type.number")
    if wanted in _NUMBERS and got in _ARRAYS:
        return kind("type.tensor_for_number")
    if (wanted, got) == ("Tensor", "ndarray"):
        return kind("type.array")
    if (wanted, got) == ("ndarray", "Tensor"):
        return kind("type.tensor")
    if got in _SEQUENCES and wanted not in _SEQUENCES:
        return kind("type.several" if got == "tuple" or wanted in _NUMBERS else "type.list")
    if wanted in _SEQUENCES and got in _ARRAYS | _NUMBERS:
        return kind("type.one")
    if (wanted, got) == ("float", "int"):
        return kind("type.int_for_float")
    if got == "str":
        return kind("type.text")
    return kind("type.other" if got in PLAIN_TYPES else "type.object")


def wrong_dtype(mismatch: Mismatch, pair: Pair | None) -> Finding:
    """Name what the dtype suggests, and say so if the values are right."""
    got, wanted = mismatch.actual.dtype or "", mismatch.expected.dtype or ""
    facts = {"got": got, "wanted": wanted}
    floats, integers = "float" in wanted, "int" in wanted
    if "bool" in (got, wanted):
        found = kind("dtype.bool", **facts)
    elif floats and "int" in got:
        found = kind("dtype.integer", **facts)
    elif integers and "float" in got:
        found = kind("dtype.float_for_integer", **facts)
    elif floats and got == "float64":
        found = kind("dtype.float64", **facts)
    elif floats and "float" in got:
        found = kind("dtype.narrow", **facts)
    else:
        found = kind("dtype.other", **facts)
    return _with_right_values(found, pair, agree=pair is not None and _loosely_equal(pair))


def _loosely_equal(pair: Pair) -> bool:
    narrow = any("16" in (facts.dtype or "") for facts in (pair.mismatch.actual, pair.mismatch.expected))
    bound = (1e-2 if narrow else 1e-5) * np.maximum(np.abs(pair.e), 1)
    with np.errstate(all="ignore"):
        return bool(pair.same_shape and pair.finite and (np.abs(pair.a - pair.e) <= bound).all())


def wrong_length(mismatch: Mismatch) -> Finding:
    """Other keys, too few items, or too many."""
    if mismatch.expected.type_name == "dict":
        missing, extra = (", ".join(keys[:8]) or "-" for keys in (mismatch.missing_keys, mismatch.extra_keys))
        return kind("length.keys", missing=same(missing), extra=same(extra))
    got, wanted = mismatch.actual.length or 0, mismatch.expected.length or 0
    return kind(
        "length.short" if got < wanted else "length.long", got=sanitized_size(got, (wanted,)), exact=got, wanted=wanted
    )


def wrong_shape(mismatch: Mismatch, pair: Pair | None) -> Finding:
    """Name the operation that the shape suggests; values decide only whether to add that they are right."""
    if pair is not None:
        for detector in (permuted, _short, _other_axis):
            found = detector(pair)
            if found is not None:
                return found
    found = _by_shape(mismatch, pair)
    flat = pair is not None and pair.a.size == pair.e.size and pair.fits(pair.a.reshape(pair.e.shape))
    return _with_right_values(found, pair, agree=flat)


def _by_shape(mismatch: Mismatch, pair: Pair | None) -> Finding:
    a, e = mismatch.actual.shape or (), mismatch.expected.shape or ()
    squeezed = [s for s in a if s != 1] == [s for s in e if s != 1]
    if squeezed and len(a) != len(e):
        return kind("shape.axis_kept" if len(a) > len(e) else "shape.axis_lost")
    if len(a) == 2 and a[0] == a[1] > 1 and e in ((a[0],), (a[0], 1), (1, a[0])):
        return kind("shape.outer")
    if not a or not e:
        return kind("shape.all_reduced" if not a else "shape.not_reduced")
    if pair is not None:
        found = shape_permuted(pair)
        if found is not None:
            return found
    if np.prod(a) == np.prod(e):
        return kind("shape.flat" if len(a) == 1 and len(e) > 1 else "shape.regrouped")
    return kind("shape.other")


def _short(pair: Pair) -> Finding | None:
    a, e = pair.a, pair.e
    if a.ndim == 0 or a.ndim != e.ndim or a.shape[1:] != e.shape[1:] or not 0 < a.shape[0] < e.shape[0]:
        return None
    return kind("shape.short", missing=e.shape[0] - a.shape[0]) if pair.fits(a, e[: a.shape[0]]) else None


def _other_axis(pair: Pair) -> Finding | None:
    a, e = pair.a.shape, pair.e.shape
    for item in pair.inputs:
        shape = item.values.shape
        if len(shape) != len(e) + 1 or len(a) != len(e) or len(set(shape)) != len(shape):
            continue  # with two equal sizes the axis could not be told
        without = {shape[:axis] + shape[axis + 1 :]: axis for axis in range(len(shape))}
        if a in without and e in without:
            return kind("shape.other_axis", name=item.name, got=without[a], wanted=without[e])
    return None


def _with_right_values(found: Finding, pair: Pair | None, *, agree: bool) -> Finding:
    """Add that the values are right, where they are."""
    if pair is None or not agree:
        return found
    return added(found, VALUES_RIGHT)


def by_attribute(mismatch: Mismatch, pair: Pair | None, *, is_result: bool = True) -> Finding | None:
    """Return the finding for a mismatch that is not one of values; `is_result`: it is what the function returned."""
    if mismatch.kind is MismatchKind.TYPE and mismatch.actual.type_name == "NoneType" and not is_result:
        return kind("type.none_item")
    made: dict[MismatchKind, Callable[[], Finding]] = {
        MismatchKind.TYPE: lambda: wrong_type(mismatch),
        MismatchKind.LENGTH: lambda: wrong_length(mismatch),
        MismatchKind.SHAPE: lambda: wrong_shape(mismatch, pair),
        MismatchKind.DTYPE: lambda: wrong_dtype(mismatch, pair),
        MismatchKind.DEVICE: lambda: kind("device"),
        MismatchKind.MEMORY: lambda: kind("memory.copy"),
    }
    make = made.get(mismatch.kind)
    return None if make is None else make()


# ---------------------------------------------------------------------------------------------- what SHAPE may show

Shape = tuple[int, ...]


def sanitized_size(size: int, known: tuple[int, ...]) -> str:
    """Return a length if it could come about honestly, else "?": it can spell out a hidden input."""
    return str(size) if size <= 1 or size in known or abs(size - max(known, default=0)) <= 1 else "?"


def known_shapes(inputs: tuple[Input, ...], expected: Facts) -> tuple[Shape, ...]:
    """Return the shapes that an honest result's is made of, the expected one first; of a list, its length."""
    first = expected.shape if expected.shape is not None else (expected.length or 0,)
    return (first, *dict.fromkeys(item.values.shape for item in inputs))


def is_honest_shape(shape: Shape, known: tuple[Shape, ...]) -> bool:
    """Whether a shape is put together from the sizes of `known`, and so holds few bits.

    At most one axis more than expected, every size 0, 1 or among those of `known`; from three axes on also each size
    above 1 no more often than in one of them, and no 0 that is not there. With four sizes and the four axes expected
    that leaves 826 shapes.
    """
    sizes = {size for one in known for size in one}
    if len(shape) > len(known[0]) + 1 or any(size > 1 and size not in sizes for size in shape):
        return False
    if len(shape) < 3:
        return True
    return all(size == 1 or shape.count(size) <= max(one.count(size) for one in known) for size in shape)
