"""What a failed test left behind, for `diagnosis` to explain: values and facts, no prose.

These records never leave the examiner's process: they may hold tensors, and hidden inputs. `diagnosis.explain`
turns one `Evidence` into an `Explanation` that shows only what `Reveal` allows.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum
from types import EllipsisType, NoneType
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from grader.examination.showing import Shown
from grader.records import Outcome, SourceLine


class MismatchKind(StrEnum):
    """What differs first; attributes are compared before values."""

    TYPE = "type"
    LENGTH = "length"  # of a list, tuple or dict; or other keys
    SHAPE = "shape"
    DTYPE = "dtype"
    DEVICE = "device"
    FINITENESS = "finiteness"  # NaN or infinity where the other has none, or another sign of infinity
    VALUE = "value"
    MEMORY = "memory"  # right, but no view of what it must be a view of


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a value is, without its elements. Shape, dtype and device are absent where the type has none."""

    type_name: str  # "Tensor", "ndarray", "float", "list", "NoneType", "handle of Net"
    shape: tuple[int, ...] | None = None
    dtype: str | None = None  # "float32", without the library's name
    device: str | None = None
    text: str = ""  # a short literal of a plain value: "None", "0.5", "[1, 2]"; "" for arrays
    length: int | None = None  # of a list, tuple, dict, text or bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """How an actual value differs from an expected one, measured; made by `compare`.

    Shapes: `actual_values` and `expected_values` are float64 or complex128 copies on the CPU, of the shapes in
    `actual` and `expected`; None where the value is no array or number. `worst_index` is the element with the
    largest error relative to what is allowed (the first one where finiteness differs).
    """

    kind: MismatchKind
    path: str  # where inside a nested result: "[1]['W1']"; "" at the top
    actual: Facts
    expected: Facts
    rtol: float
    atol: float
    differing: int = 0  # elements
    total: int = 0  # elements
    worst_index: tuple[int, ...] | None = None
    worst_actual: float | complex | None = None
    worst_expected: float | complex | None = None
    max_abs_error: float = 0.0  # over elements that are finite on both sides
    max_rel_error: float = 0.0
    nan_actual: int = 0
    inf_actual: int = 0
    nan_expected: int = 0
    inf_expected: int = 0
    missing_keys: tuple[str, ...] = ()  # of a dict, as literals; kind LENGTH
    extra_keys: tuple[str, ...] = ()  # these come from the child: hostile, capped
    actual_values: npt.NDArray[np.generic] | None = field(default=None, compare=False, repr=False)
    expected_values: npt.NDArray[np.generic] | None = field(default=None, compare=False, repr=False)


class Mismatched(AssertionError):
    """Raised by `close`: the test's two values differ."""

    def __init__(self, mismatch: Mismatch, actual: object, expected: object, shown: Shown | None = None) -> None:
        super().__init__(f"{mismatch.kind.value} differs{' at ' + mismatch.path if mismatch.path else ''}")
        self.mismatch = mismatch
        self.actual = actual  # the very object that was compared: the examiner finds the call that returned it
        self.expected = expected
        self.shown = shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a call was asked of, so that code can name it: `path` from the student's module, or from an object."""

    op: str  # "call", "grad", "next"
    module: str  # the student's, without ".py"; "": its names stand in a running notebook
    handle: int  # a root of the child, or an object in it
    path: tuple[str, ...]
    made: int | None = None  # the object that it returned, which stayed in the child


class Named:
    """Stands for an argument that is no data, by name; `number` is that of an object in the child."""

    def __init__(self, name: str, number: int | None = None) -> None:
        self.name = name
        self.number = number

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the student's code, with the arguments as they were when it was made.

    `text` is how a person would write it, arrays shortened to their facts: `softmax(Tensor(4, 7), dim=-1)`;
    `text_full` writes small arrays out: `softmax(tensor([[2., 1., 0.]]), dim=-1)`.
    `names` are the function's parameter names in the order of `args`, as far as known.
    """

    function: str
    args: tuple[object, ...]
    kwargs: dict[str, object]
    result: object
    text: str
    text_full: str
    names: tuple[str, ...] = ()
    in_graph: bool | None = None  # whether the result had a grad_fn in the child; None: not a tensor
    target: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InArgument:
    """Where the compared value stands among the arguments of a call."""

    name: str  # "params[1]", "bn_param['running_mean']", "params[0].grad"
    others_moved: bool  # other arrays of the same argument have been changed since


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """`close` found a difference."""

    mismatch: Mismatch
    call: Call | None  # the call whose result was compared, or the last call when it was computed from
    direct: bool  # the compared value is that call's result itself
    before: npt.NDArray[np.generic] | None = None  # the compared value before a call that was given it, as float64
    argument: InArgument | None = None  # where it stood in that call
    calls: tuple[Call, ...] = ()  # every call of the test, in order
    shown: Shown | None = None  # how the test wants it drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Asserted:
    """A plain `assert`, or `pytest.fail`, of the test."""

    message: str
    call: Call | None  # the last call before it
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """The student's code raised. Text comes from the child: hostile, capped."""

    type_name: str
    message: str
    traceback: tuple[SourceLine, ...]
    call: Call | None
    told: SourceLine | None = None  # the one line of it that a hidden test may tell; made by `telling`
    signature: str = ""  # of the student's function, "softmax(logits)"; "" unknown
    expected_signature: str = ""  # of the stub's function
    module: str = ""  # "softmax.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """The test could not go on with what the student's code returned; the same test passes on the reference."""

    problem: str  # the examiner's own error, "TypeError: unsupported operand …"
    returned: Facts | None
    call: Call | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InputChanged:
    """A call changed an argument that it was not declared to change."""

    parameter: str  # "logits", or "params[0]"; "argument 2" where the name is unknown
    change: str  # "values", "items", "shape", "grad", "requires_grad"
    before: npt.NDArray[np.generic] | None
    after: npt.NDArray[np.generic] | None
    call: Call | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInGraph:
    """A gradient was asked for, and the result carries none (detached, `.item()`, `.data`, NumPy)."""

    call: Call | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingName:
    """The submission has no such function or class."""

    name: str
    module: str
    candidates: tuple[str, ...]  # public names that it does have
    close_matches: tuple[str, ...]
    is_of_kernel: bool = False  # functions of a running notebook were graded: there is no file


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCallable:
    """The submission has something else where the course has a function or class. `type_name` comes from the child."""

    name: str
    module: str
    is_class: bool
    type_name: str
    is_of_kernel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The child would not send a result: too large, or of a kind that cannot be compared."""

    reason: str  # "too-large", "unsupported"
    returned: Facts | None
    nbytes: int
    limit_bytes: int
    call: Call | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleMisused:
    """The test compared, hashed or branched on an object that lives in the child."""

    operation: str
    type_name: str
    call: Call | None


READING = "reading"
AGAIN = "again"  # the detail of a call that was given less time, because its function has hung before


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The child was ended, or ended itself, during a call or while it loaded the module.

    `detail` is a machine word: "call", "again", "exam" or "reading" (which deadline; a CRASHED "exam" is one whose own
    process did, on what the child gave it), "exit" (with `status`),
    "signal" (with `status`), "wire" (it broke the protocol), "memory", "background" (it computed between its calls,
    for `background_s`), or the forbidden name.
    """

    outcome: Outcome  # TIMEOUT, MEMORY, CRASHED or FORBIDDEN
    detail: str
    status: int = 0
    limit: float = 0.0  # seconds or MiB, of the limit that was passed
    background_s: float = 0.0  # CPU seconds between calls; 0.0: that is not what ended it
    traceback: tuple[SourceLine, ...] = ()  # where it was, if it could still tell
    call: Call | None = None
    told: SourceLine | None = None  # as in `Raised`
    rule: str = ""  # FORBIDDEN: the exercise's pattern that means `detail`, which a child may choose among many
    allowed: tuple[str, ...] = ()  # FORBIDDEN: all that the exercise allows, where it has such a list


Evidence = (
    Compared
    | Asserted
    | Raised
    | Unusable
    | InputChanged
    | NotInGraph
    | MissingName
    | NotCallable
    | Refused
    | HandleMisused
    | Ended
)


# ---------------------------------------------------------------------------------------------- what a value is

# The classes that are plain data, and what a message calls them.
TYPE_NAMES: dict[type, str] = {
    torch.Tensor: "Tensor", np.ndarray: "ndarray", bool: "bool", int: "int", float: "float", complex: "complex",
    str: "str", bytes: "bytes", NoneType: "NoneType", list: "list", tuple: "tuple", torch.Size: "tuple",
    dict: "dict", OrderedDict: "dict", torch.dtype: "dtype", torch.device: "device", slice: "slice",
    range: "range", EllipsisType: "ellipsis",
}  # fmt: skip
_TEXT_LIMIT = 80  # characters of a literal


def facts(value: Any) -> Facts:
    """Return what `value` is, without its elements; a plain value also as a short literal.

    Never calls anything of an object of unknown class. A class of the examiner's own (a handle) may say more by
    `_type_name_for_facts(instance) -> str`, which is looked up on the class only.
    """
    kind = type(value)
    if issubclass(kind, torch.Tensor):
        name = "Tensor" if value.layout is torch.strided else "sparse Tensor"
        return Facts(type_name=name, shape=tuple(value.shape), dtype=dtype_name(value), device=str(value.device))
    if issubclass(kind, np.ndarray):
        return Facts(type_name="ndarray", shape=tuple(value.shape), dtype=value.dtype.name, device="cpu")
    if issubclass(kind, np.generic):
        return Facts(type_name=kind.__name__, dtype=value.dtype.name, text=literal(value.item()))
    if kind in (list, tuple, dict, str, bytes, OrderedDict, torch.Size):
        return Facts(type_name=TYPE_NAMES[kind], text=literal(value), length=len(value))
    return Facts(type_name=type_name(value), text=literal(value) if kind in TYPE_NAMES else "")


def type_name(value: object) -> str:
    """Return the name of a value's class, without asking the value."""
    describe = getattr(type(value), "_type_name_for_facts", None)
    return str(describe(value)) if callable(describe) else type(value).__name__


def dtype_name(value: Any) -> str:
    """Return "float32" for an array, tensor or NumPy scalar of that dtype; "" for anything else."""
    if not issubclass(type(value), (torch.Tensor, np.ndarray, np.generic)):
        return ""
    return _TORCH_NAMES.get(value.dtype) or str(value.dtype).removeprefix("torch.")


_TORCH_NAMES: dict[object, str] = {
    dtype: str(dtype).removeprefix("torch.")
    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int64, torch.int32, torch.bool)
}


def literal(value: Any, depth: int = 2) -> str:
    """Write a plain value as Python would, shortened; classes we do not know appear as their name only."""
    kind = type(value)
    if kind is int and abs(value) >= 1 << 128:
        return f"an integer of {value.bit_length()} bits"
    if kind is float:
        text = f"{value:.6g}"
        return text + ".0" if text.lstrip("-").isdigit() else text
    if kind in (str, bytes):
        return repr(value[:_TEXT_LIMIT]) + ("…" if len(value) > _TEXT_LIMIT else "")
    if kind in (list, tuple, dict, OrderedDict, torch.Size):
        return _container(value, depth)
    if kind in (NoneType, bool, int, complex, torch.dtype, torch.device, EllipsisType):
        return repr(value)
    if kind in (range, slice):
        is_short = value.step is None or (kind is range and value.step == 1)
        parts = (value.start, value.stop) if is_short else (value.start, value.stop, value.step)
        return f"{kind.__name__}({', '.join(literal(part, depth=0) for part in parts)})"
    if issubclass(kind, (torch.Tensor, np.ndarray)):
        return f"{'Tensor' if issubclass(kind, torch.Tensor) else 'ndarray'}{tuple(value.shape)}"
    return type_name(value)


def _container(value: Any, depth: int) -> str:
    mapping = issubclass(type(value), dict)
    opening, closing = ("{", "}") if mapping else ("[", "]") if type(value) is list else ("(", ")")
    if not depth:
        return f"{opening}…{closing}" if value else opening + closing
    shown: list[str] = []
    for position, item in enumerate(value):
        if position == 8 or sum(map(len, shown)) > _TEXT_LIMIT:
            shown.append("…")
            break
        inner = literal(value[item] if mapping else item, depth - 1)
        shown.append(f"{literal(item, 0)}: {inner}" if mapping else inner)
    comma = "," if opening == "(" and len(shown) == 1 else ""
    return opening + ", ".join(shown) + comma + closing
