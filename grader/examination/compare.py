"""Strict comparison of what a student returned with what is right: nothing is coerced, broadcast or forgiven.

Order: type, length or keys, shape, dtype, device, finiteness, values, memory. The happy path costs a few NumPy
operations; only a failure is measured. `actual` is data decoded by us, yet none of its methods is trusted to judge
itself: dispatch is on `type(actual)`, and a class that is not listed here is a TYPE mismatch without being touched.

Decisions, each held by a test:
- NaN never passes, not even against NaN: a test that expects NaN says so itself (`isnan(...).all()`).
- An infinity passes only against the same infinity in the same place.
- int against float, bool against int, a 0-d tensor against a float: TYPE. A loss is what the exercise says it is.
- A NumPy scalar counts as the Python number it holds (`np.float64` *is* a float), or as a 0-d array when the other
  side is an ndarray, because NumPy itself returns one for the other. Two NumPy scalars must agree in dtype.
- The keys of a dict are compared as strictly as values, though Python takes True, 1 and 1.0 for one key.
- `torch.Size` counts as a tuple and `OrderedDict` as a dict. On the expected side only, which is trusted,
  subclasses count as their base: an `nn.Parameter` is a Tensor, a named tuple a tuple.
- A Python float has no dtype. When the *expected* one is exactly a float32 number, as `.item()` of a float32 tensor
  gives, it gets the tolerance of float32; otherwise that of float64.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from grader.examination import nearness
from grader.examination.evidence import (
    TYPE_NAMES,
    Mismatch,
    Mismatched,
    MismatchKind,
    dtype_name,
    facts,
    literal,
    type_name,
)
from grader.examination.measuring import Tolerance, Values, all_close, measured, scalar, wide
from grader.examination.places import Array, is_view_of
from grader.examination.showing import Curve, Plane, Shown

__all__ = ["TOLERANCES", "Tolerance", "close", "compare", "facts"]

EXACT = Tolerance(0.0, 0.0)

# Source: torch.testing.assert_close, whose import we cannot afford (it pulls in sympy, half a second).
TOLERANCES = {
    "float16": Tolerance(1e-3, 1e-5),
    "bfloat16": Tolerance(1.6e-2, 1e-5),
    "float32": Tolerance(1.3e-6, 1e-5),
    "float64": Tolerance(1e-7, 1e-7),
    "float128": Tolerance(1e-7, 1e-7),  # measured in float64
    "longdouble": Tolerance(1e-7, 1e-7),
    "complex32": Tolerance(1e-3, 1e-5),
    "complex64": Tolerance(1.3e-6, 1e-5),
    "complex128": Tolerance(1e-7, 1e-7),
    "complex256": Tolerance(1e-7, 1e-7),
    "clongdouble": Tolerance(1e-7, 1e-7),
    "float8_e4m3fn": Tolerance(0.125, 1e-2),
    "float8_e5m2": Tolerance(0.25, 1e-2),
}

_NUMBERS = {"int": int, "float": float, "complex": complex, "bool": bool}
_VIA_FLOAT64 = frozenset({torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2})  # unknown to NumPy
_MAX_WIDENED = 1 << 20  # elements copied for the diagnosis when type, shape or dtype differ: `expand` makes many


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the comparison is, and what its author asked for."""

    rtol: float | None
    atol: float | None
    path: str = ""

    def inside(self, key: object) -> _Place:
        return replace(self, path=f"{self.path}[{key!r}]")

    def tolerance(self, dtype: str) -> Tolerance:
        default = TOLERANCES.get(dtype, EXACT)
        return Tolerance(
            default.rtol if self.rtol is None else self.rtol, default.atol if self.atol is None else self.atol
        )


def close(
    actual: object,
    expected: object,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    view_of: Array | None = None,
    show: Curve | Plane | None = None,
) -> None:
    """Return if `actual` is what `expected` is, else raise `Mismatched` with the measurement.

    A tolerance that is not given is the dtype's own (`TOLERANCES`); integers and bools are exact. `view_of`: it must
    also share the memory of that tensor or array. `show`: draw a difference so, see `curve` and `boundary`.
    """
    __tracebackhide__ = True
    for name, value, kinds in (("view_of", view_of, (torch.Tensor, np.ndarray)), ("show", show, (Curve, Plane))):
        if value is not None and not isinstance(value, kinds):
            allowed = "a tensor or an array" if name == "view_of" else "curve(...) or boundary(...)"
            raise TypeError(f"close: {name} is a {type_name(value)}: expected {allowed}.")
    mismatch = compare(actual, expected, rtol=rtol, atol=atol)
    if mismatch is None and view_of is not None:
        mismatch = _not_a_view(actual, expected, view_of)
    if mismatch is not None:
        raise Mismatched(
            mismatch, actual, expected, shown=Shown(wish=show, actual=actual, expected=expected, view_of=view_of)
        )


def _not_a_view(actual: Any, expected: Any, base: Array) -> Mismatch | None:
    """Return None if a result that is right lies in the memory of `base`."""
    if type_name(actual) != type_name(base):
        raise TypeError(f"close: view_of is a {type_name(base)}, but expected is a {type_name(expected)}.")
    if is_view_of(actual, base):
        return None
    return _attribute(MismatchKind.MEMORY, actual, expected, _Place(None, None))


def compare(
    actual: object, expected: object, *, rtol: float | None = None, atol: float | None = None
) -> Mismatch | None:
    """Return None if `actual` is what `expected` is, else the first difference, measured.

    Cost: about 10 µs for a small float32 tensor that passes.
    Raises: TypeError when `expected` is of a kind that cannot be compared, ValueError for a negative tolerance:
    both are the test author's.
    """
    for name, value in (("rtol", rtol), ("atol", atol)):
        if value is not None and not 0 <= value < math.inf:
            raise ValueError(f"close: {name} = {value!r}: expected a number in [0, inf).")
    return _compare(actual, expected, _Place(rtol, atol))


def _compare(actual: Any, expected: Any, place: _Place) -> Mismatch | None:
    category, wanted = TYPE_NAMES.get(type(actual)), _category_of_expected(expected)
    numpy_scalars = issubclass(type(actual), np.generic), issubclass(type(expected), np.generic)
    if any(numpy_scalars):
        if all(numpy_scalars) and dtype_name(actual) != dtype_name(expected):
            return _attribute(MismatchKind.DTYPE, actual, expected, place)
        return _numpy_scalar(actual, expected, place)
    if category is None or category != wanted:
        return _attribute(MismatchKind.TYPE, actual, expected, place)
    if category == "Tensor":
        return _tensors(actual, expected, place)
    if category == "ndarray":
        return _ndarrays(actual, np.asarray(expected), place)
    if category in _NUMBERS:
        return _numbers(actual, expected, place)
    if category in ("list", "tuple"):
        return _sequences(tuple(actual), tuple(expected), (actual, expected), place)
    if category == "dict":
        return _dicts(actual, expected, place)
    if category == "slice":
        a, e = ((part.start, part.stop, part.step) for part in (actual, expected))
        return _sequences(a, e, (actual, expected), place)
    same = actual == expected  # both are of one built-in class without elements
    return None if same else _attribute(MismatchKind.VALUE, actual, expected, place, differing=1, total=1)


def _category(expected: object) -> str | None:
    """Name the plain class that an expected value is of; None where it is of none."""
    exact = TYPE_NAMES.get(type(expected))
    return exact or next((name for base, name in TYPE_NAMES.items() if issubclass(type(expected), base)), None)


def _category_of_expected(expected: object) -> str:
    category = _category(expected)
    if category is not None:
        return category
    if issubclass(type(expected), np.generic):
        return "number"
    raise TypeError(
        f"close: expected is a {type_name(expected)}, which cannot be compared; give a tensor, an array, "
        "a number, text, or a list, tuple or dict of them."
    )


def _numpy_scalar(actual: Any, expected: Any, place: _Place) -> Mismatch | None:
    if type(actual) is np.ndarray or issubclass(type(expected), np.ndarray):
        return (
            _compare(np.asarray(actual), np.asarray(expected), place)
            if _known(actual)
            else _attribute(MismatchKind.TYPE, actual, expected, place)
        )
    if issubclass(type(expected), np.generic) and place.rtol is None and place.atol is None:
        place = _Place(*TOLERANCES.get(dtype_name(expected), EXACT), place.path)
    a, e = (scalar(x) if issubclass(type(x), np.generic) else x for x in (actual, expected))
    found = _compare(a, e, place)
    return None if found is None else replace(found, actual=facts(actual), expected=facts(expected))


def _known(value: object) -> bool:
    return type(value) is np.ndarray or issubclass(type(value), np.generic)


# ---------------------------------------------------------------------------------------------- arrays


def _tensors(actual: torch.Tensor, expected: torch.Tensor, place: _Place) -> Mismatch | None:
    if expected.layout is not torch.strided:
        raise TypeError(f"close: expected is a tensor of layout {expected.layout}; give expected.to_dense().")
    if actual.layout is not torch.strided:
        return _attribute(MismatchKind.TYPE, actual, expected, place)
    if actual.shape != expected.shape:
        return _attribute(MismatchKind.SHAPE, actual, expected, place)
    if actual.dtype is not expected.dtype:
        return _attribute(MismatchKind.DTYPE, actual, expected, place)
    if actual.device != expected.device:
        return _attribute(MismatchKind.DEVICE, actual, expected, place)
    tolerance = place.tolerance(dtype_name(expected))
    return _values(_array_of(actual), _array_of(expected), tolerance, (actual, expected), place)


def _array_of(tensor: torch.Tensor) -> Values:
    """View a tensor as an array; no copy for a plain CPU tensor."""
    plain = torch.Tensor.detach(tensor)
    if plain.device.type != "cpu":
        plain = plain.cpu()
    if plain.dtype in _VIA_FLOAT64:
        plain = plain.to(torch.float64)
    elif plain.dtype is torch.complex32:
        plain = plain.to(torch.complex64)
    array: Values = plain.resolve_conj().resolve_neg().numpy()
    return array


def _ndarrays(actual: Values, expected: Values, place: _Place) -> Mismatch | None:
    if actual.shape != expected.shape:
        return _attribute(MismatchKind.SHAPE, actual, expected, place)
    texts = actual.dtype.kind == expected.dtype.kind and actual.dtype.kind in "US"
    if not texts and actual.dtype.name != expected.dtype.name:
        return _attribute(MismatchKind.DTYPE, actual, expected, place)
    if expected.dtype.kind not in "biufcUS":
        raise TypeError(f"close: expected is an array of {expected.dtype.name}, which cannot be compared.")
    tolerance = place.tolerance(expected.dtype.name)
    return _values(actual, expected, tolerance, (actual, expected), place)


def _values(a: Values, e: Values, tolerance: Tolerance, whole: tuple[object, object], place: _Place) -> Mismatch | None:
    nearness.note(a, e, tolerance)
    if all_close(a, e, tolerance):
        return None
    rtol, atol = tolerance
    found = Mismatch(
        kind=MismatchKind.VALUE, path=place.path, actual=facts(whole[0]), expected=facts(whole[1]), rtol=rtol, atol=atol
    )
    return measured(a, e, tolerance, found)


# ---------------------------------------------------------------------------------------------- plain values


def _numbers(actual: Any, expected: Any, place: _Place) -> Mismatch | None:
    if actual == expected and (type(actual) in (bool, int) or math.isfinite(abs(actual))):
        return None
    if type(actual) in (bool, int):
        allowed = (place.atol or 0.0) + (place.rtol or 0.0) * _as_float(abs(expected))
        if type(actual) is int and _as_float(abs(actual - expected)) <= allowed < math.inf:
            return None
        a, e = _as_float(actual), _as_float(expected)
        error = _as_float(abs(int(actual) - int(expected)))
        return _attribute(
            MismatchKind.VALUE, actual, expected, place, differing=1, total=1, worst_index=(),
            worst_actual=actual, worst_expected=expected, max_abs_error=error,
            max_rel_error=error / abs(e) if e and error < math.inf else 0.0,
            actual_values=np.array(a), expected_values=np.array(e),
        )  # fmt: skip
    number = _NUMBERS[_category_of_expected(expected)](expected)
    tolerance = place.tolerance(_float_kind(number))
    return _values(np.asarray(actual), np.asarray(number), tolerance, (actual, expected), place)


def _float_kind(number: Any) -> str:
    """Name the dtype whose tolerance a Python float or complex gets: float32 if it is exactly such a number."""
    parts = (number.real, number.imag) if type(number) is complex else (number,)
    try:
        narrow = all(struct.unpack("f", struct.pack("f", x))[0] == x for x in parts)
    except OverflowError:
        return "float64"
    return "float32" if narrow else "float64"


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _sequences(
    actual: tuple[object, ...], expected: tuple[object, ...], whole: tuple[object, object], place: _Place
) -> Mismatch | None:
    if len(actual) != len(expected):
        return _attribute(MismatchKind.LENGTH, *whole, place)
    if len(expected) > 1 and all(type(x) is float for x in (*actual, *expected)):
        # A list of losses is measured as one vector: its shape of error says more than its first element.
        kinds = {_float_kind(x) for x in expected}
        tolerance = place.tolerance("float64" if "float64" in kinds else "float32")
        a, e = np.array(actual, dtype=np.float64), np.array(expected, dtype=np.float64)
        return _values(a, e, tolerance, whole, place)
    for index, (a_item, e_item) in enumerate(zip(actual, expected, strict=True)):
        found = _compare(a_item, e_item, place.inside(index))
        if found is not None:
            return found
    return None


def _dicts(actual: dict[Any, object], expected: dict[Any, object], place: _Place) -> Mismatch | None:
    own, asked = {key: key for key in actual}, {key: key for key in expected}  # of two that are equal, each one's own
    missing = [key for key in expected if key not in own or not _is_same_key(own[key], key)]
    extra = [key for key in actual if key not in asked or not _is_same_key(key, asked[key])]
    if missing or extra:
        told = [tuple(_key_as_text(key) for key in keys[:20]) for keys in (missing, extra)]
        return _attribute(MismatchKind.LENGTH, actual, expected, place, missing_keys=told[0], extra_keys=told[1])
    for key, wanted in expected.items():
        found = _compare(actual[key], wanted, place.inside(key))
        if found is not None:
            return found
    return None


def _is_same_key(actual: Any, expected: Any) -> bool:
    """Whether two keys that are equal are of one kind, too: True, 1 and 1.0 are equal, and hash alike."""
    if TYPE_NAMES.get(type(actual)) == "tuple" and issubclass(type(expected), tuple):
        return all(_is_same_key(a, e) for a, e in zip(actual, expected, strict=True))
    a, e = (scalar(key) if issubclass(type(key), np.generic) else key for key in (actual, expected))
    if a is not actual and e is not expected:
        return dtype_name(actual) == dtype_name(expected)
    return TYPE_NAMES.get(type(a), type(a)) == (_category(e) or type(e))


def _key_as_text(key: Any) -> str:
    number = issubclass(type(key), np.generic)
    return f"{type_name(key)}({literal(scalar(key))})" if number else literal(key)


def _attribute(kind: MismatchKind, actual: object, expected: object, place: _Place, **measured: Any) -> Mismatch:
    rtol, atol = place.tolerance(dtype_name(expected))
    if "actual_values" not in measured:
        measured |= {"actual_values": _values_of(actual), "expected_values": _values_of(expected)}
    return Mismatch(
        kind=kind, path=place.path, actual=facts(actual), expected=facts(expected), rtol=rtol, atol=atol, **measured
    )


def _values_of(value: Any) -> Values | None:
    """Return the elements of an array or number, for the diagnosis; None for anything else."""
    if issubclass(type(value), torch.Tensor):
        usable = value.layout is torch.strided and value.numel() <= _MAX_WIDENED and not value.is_meta
        return wide(_array_of(value)) if usable else None
    if issubclass(type(value), (np.ndarray, np.generic)):
        return wide(np.asarray(value)) if value.size <= _MAX_WIDENED else None
    if type(value) in (bool, float, complex):
        return wide(np.asarray(value))
    if type(value) is int:
        return np.array(_as_float(value))
    return None
