"""How facts, arrays and numbers are written in a message."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.diagnosis.attributes import PLAIN_TYPES, Shape, is_honest_shape, sanitized_size
from grader.diagnosis.wording import same
from grader.diagnosis.wording.problems import problem
from grader.examination.evidence import Facts, Mismatch, MismatchKind
from grader.examination.measuring import Tolerance
from grader.plaintext import printable
from grader.records import Text

_MAX_ELEMENTS = 60
_MAX_CHARACTERS = 400
_MAX_RANK_SHOWN = 6
_HANDLE = "handle of "  # an object that lives in the child, by its class


def describe(facts: Facts) -> Text:
    """Write what a value is: "Tensor of shape (4, 7), float32"."""
    if facts.type_name.startswith(_HANDLE):
        return problem("facts.class", name=printable(facts.type_name.removeprefix(_HANDLE), limit=60))
    if facts.shape is not None:
        shape = shape_text(facts.shape)
        return problem("facts.array", type=facts.type_name, shape=shape, dtype=facts.dtype or "?")
    if facts.length is not None and facts.type_name in ("list", "tuple", "dict"):
        return problem("facts.items", type=facts.type_name, length=facts.length)
    return same("None" if facts.type_name == "NoneType" else printable(facts.type_name, limit=60))


def describe_safely(facts: Facts, known: tuple[Shape, ...]) -> Text:
    """Write what the student's value is when its test is hidden: nothing that the value could spell a secret with.

    A class name is the student's, so it becomes "an object"; of a shape that is not made of the call's sizes only the
    number of axes remains.
    """
    if facts.type_name not in PLAIN_TYPES:
        return problem("facts.object")
    if facts.shape is not None:
        shape = safe_shape_text(facts.shape, known)
        return problem("facts.array", type=facts.type_name, shape=shape, dtype=facts.dtype or "?")
    if facts.length is not None and facts.type_name in ("list", "tuple", "dict"):
        return problem("facts.items", type=facts.type_name, length=safe_length(facts.length, known))
    return describe(Facts(type_name=facts.type_name))


def safe_length(length: int, known: tuple[Shape, ...]) -> str:
    """Write a length, or "?" for one that is no size of the call's."""
    return sanitized_size(length, tuple(size for shape in known for size in shape))


def safe_shape_text(shape: Shape, known: tuple[Shape, ...]) -> str:
    """Write a shape, with "?" for each size where it is not made of the sizes of `known`."""
    honest = is_honest_shape(shape, known)
    shown = [str(size) if honest else "?" for size in shape[:_MAX_RANK_SHOWN]]
    if len(shape) > _MAX_RANK_SHOWN:
        shown.append("…")
    return f"({', '.join(shown)}{',' if len(shown) == 1 else ''})"


def attribute_line(mismatch: Mismatch, subject: Text, known: tuple[Shape, ...] | None) -> Text:
    """Write how type, length, shape, dtype or device differ; `known` shapes are given where a test is hidden."""
    a, e = mismatch.actual, mismatch.expected
    if mismatch.kind is MismatchKind.SHAPE:
        got = shape_text(a.shape or ()) if known is None else safe_shape_text(a.shape or (), known)
        return problem("shape.sizes", subject=subject, got=got, wanted=shape_text(e.shape or ()))
    if mismatch.kind is MismatchKind.MEMORY:
        return problem("memory", subject=subject)
    if mismatch.kind is MismatchKind.DTYPE:
        return problem("dtype.names", subject=subject, got=a.dtype or "?", wanted=e.dtype or "?")
    if mismatch.kind is MismatchKind.DEVICE:
        return problem("device.names", subject=subject, got=a.device or "?", wanted=e.device or "?")
    if mismatch.kind is MismatchKind.LENGTH and e.type_name == "dict":
        return problem("length.keys", subject=subject)
    if mismatch.kind is MismatchKind.LENGTH:
        got = str(a.length) if known is None else safe_length(a.length or 0, known)
        return problem("length.items", subject=subject, got=got, wanted=e.length)
    if known is None:
        return problem("attribute", subject=subject, got=describe_with_value(a), wanted=describe_with_value(e))
    return problem("attribute", subject=subject, got=describe_safely(a, known), wanted=describe(e))


def describe_with_value(facts: Facts) -> Text:
    """Write what a value is, and a plain one itself: "float 1.5"; one that says so itself as it is: "range(0, 4)"."""
    if not facts.text or facts.type_name == "NoneType":
        return describe(facts)
    if facts.text.startswith(f"{facts.type_name}("):
        return same(printable(facts.text, limit=200))
    return same(printable(f"{facts.type_name} {facts.text}", limit=200))


def show(facts: Facts, values: npt.NDArray[np.generic] | None) -> Text:
    """Write a value out where it is small, else what it is."""
    if facts.shape is None:
        if facts.length is not None and facts.type_name in ("list", "tuple") and values is not None:
            return same(array_text(values, whole=bool(facts.dtype)))
        return same(printable(facts.text)) if facts.text else describe(facts)
    if values is None or values.size > _MAX_ELEMENTS or values.size == 0:
        return describe(facts)
    integral = facts.dtype == "bool" or "int" in (facts.dtype or "")
    return same(array_text(values.astype(bool) if facts.dtype == "bool" else values, whole=integral))


def array_text(values: npt.NDArray[Any], *, whole: bool) -> str:
    """Write an array as nested lists; `whole` leaves out the decimal point of integers."""
    if values.ndim == 0:
        return number_text(values.item()) if not whole else f"{values.item():.0f}"
    shown = values.astype(object) if whole and values.dtype.kind == "f" else values
    if shown is not values:
        shown = np.vectorize(int, otypes=[object])(values)
    text = np.array2string(
        shown, precision=4, separator=", ", threshold=_MAX_ELEMENTS + 1, suppress_small=_plain_range(values)
    )
    return printable(text, limit=_MAX_CHARACTERS, newlines=True)


def _plain_range(values: npt.NDArray[Any]) -> bool:
    """Whether four decimals show every value; else exponents do."""
    if values.dtype.kind != "f":
        return True
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    return bool(sizes.size == 0 or (sizes.min() >= 1e-3 and sizes.max() < 1e5))


def shape_text(shape: tuple[int, ...]) -> str:
    """Write a shape as Python does: (4, 7)."""
    return str(tuple(shape))


def number_text(value: Any, digits: int = 6) -> str:
    """Write one number; NaN and infinities by name."""
    if value is None:
        return "?"
    if isinstance(value, (bool, int)):
        return str(value) if abs(value) < 1 << 128 else f"{value:#.6e}" if abs(value) < 1 << 1000 else "…"
    return f"{value:.{digits}g}"


def rounded(value: float, digits: int = 4) -> float:
    """Return a number with few digits; the largest ones, which would round up to infinity, as they are."""
    short = float(f"{value:.{digits}g}")
    return short if math.isfinite(short) else value


def two_numbers(one: Any, other: Any) -> tuple[str, str]:
    """Write two different numbers with as many digits as it takes to see that they differ."""
    for digits in (4, 6, 9, 12, 17):
        first, second = number_text(one, digits), number_text(other, digits)
        if first != second:
            break
    return first, second


def worst_line(mismatch: Mismatch, subject: Text) -> Text:
    """Write the worst element, what is expected there, and what is allowed."""
    if mismatch.worst_index is None:
        got, wanted = printable(mismatch.actual.text, limit=200), printable(mismatch.expected.text, limit=200)
        return problem("value.one", subject=subject, got=got, wanted=wanted, within="")
    got, wanted = two_numbers(mismatch.worst_actual, mismatch.worst_expected)
    size = abs(mismatch.worst_expected or 0)
    allowed = Tolerance(mismatch.rtol, mismatch.atol).allowed(float(size))
    exact = allowed == 0 or mismatch.kind is MismatchKind.FINITENESS or not np.isfinite(allowed)
    within = same("") if exact else problem("within", allowed=f"{allowed:.2g}")
    key = "value.at" if mismatch.worst_index else "value.one"
    index = str(list(mismatch.worst_index))
    return problem(key, subject=subject, index=index, got=got, wanted=wanted, within=within)
