"""Tripwires on forbidden functions, in the zygote for all its children, and in the child.

Theory of operation. Before the student's module is imported, every function that a pattern names is replaced, where it
is looked up, by one that stops the test, whatever name it is then called by. Behind the public name lie doors to the
same function: the tables of torch's C module (`torch._C._VariableFunctions`, `torch._C._nn`, …), which are closed by
identity, and the operators of `torch.ops.aten`, which are closed by name. Only who calls directly counts: torch's own
Python code may use the function (printing a tensor takes absolute values), except the layers of `torch.nn`, which are
nothing but the functions that they call, and except code that runs what it is given (`torch.func.vmap`, an optimizer
its closure). `callers` says whose code it is that calls, and whether it names what it calls.

The zygote sets most of them once for all its children, which would take milliseconds each; a child sets the rest, and
says who hears of a call.

It is no security: the code that a tripwire guards against shares its process, and can find the original again. The
rules on the syntax tree, which the examiner checks, are the other half; docs/design/rules.md says what neither catches.
"""

from __future__ import annotations

import fnmatch
import importlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, NoReturn

from grader.sandbox.callers import applies_operator, calls_by_name, place_of, remember

OnCall = Callable[[str], None]


class ForbiddenCall(BaseException):
    """The student's code called a forbidden function; not an Exception, so that `except Exception` cannot hide it."""


# Where a wildcard is looked for besides the module that a pattern begins with: a * also means dots.
_OWNERS = (
    *("torch", "torch.Tensor", "torch.nn", "torch.nn.functional", "torch.special", "torch.linalg", "torch.fft"),
    *("torch.autograd", "torch.func", "torch.optim", "torch.distributions", "torch.ops.aten"),
    *("torch._C._VariableFunctions", "torch._C._nn", "torch._C._special", "torch._C._linalg"),
    *("numpy", "numpy.linalg", "numpy.fft", "numpy.random"),
)
_ALWAYS_THERE = frozenset(name for name in _OWNERS if name.startswith("torch._C.")) | {"torch.Tensor", "torch.ops.aten"}
# Modules of torch's C code that hold the public functions once more.
_TABLES = ("_nn", "_special", "_linalg", "_fft", "_sparse", "_nested")
_WITH_OPERATORS = ("torch", "torch.Tensor", "torch.special", "torch.linalg", "torch.nn.functional")
_ATEN = "torch.ops.aten"
_CALLS_THE_STUDENT = "sandbox/operations.py"
# Parts of a library that call on behalf of who calls them: layers, and whatever runs a function that it is given.
_ON_BEHALF = re.compile(
    r"(?!.*:_autograd_grad$)(nn/modules/|nn/utils/|nn/parallel/|_functorch/|func/|autograd/|_higher_order_ops/|_dynamo/|jit/|fx/|overrides\.py"
    r"|utils/(_contextlib|_pytree|checkpoint|hooks)\.py|utils/data/|utils/_python_dispatch\.py|library\.py|_library/"
    r"|multiprocessing/|lib/_?(function_base|shape_base))"
)


# Where torch calls a function once more that has met a subclass of Tensor, or a default device: its own business if the
# call that is under way was, or if nobody has named the function, but used an operator.
_CALL_ONCE_MORE = ("_tensor.py:__torch_function__", "utils/_device.py:__torch_function__")


@dataclass(slots=True)
class _Set:
    """What is set in this process, also by the one that it was forked from, and who hears of a call."""

    ahead: dict[str, list[str]] = field(default_factory=dict)  # names and patterns by their owner
    on_call: OnCall = lambda _name: None
    under_way: list[str] = field(default_factory=list)  # calls that are a library's own business, within each other


_SET = _Set()


def set_tripwires_ahead(patterns: Sequence[str]) -> None:
    """Set for the forks of this process those of torch's and NumPy's public functions that are loaded.

    What else the patterns name is left to `set_tripwires`: Python's own functions, which this process calls too, and
    what would have to be imported first, as that may start threads or write files.
    """
    _SET.ahead = {owner: names for owner, names in _by_owner(patterns).items() if _is_for_all(owner)}
    _close(_SET.ahead)


def set_tripwires(patterns: Sequence[str], on_call: OnCall) -> None:
    """Replace every function that a pattern such as "torch.nn.functional.*softmax" names; `on_call` hears its name.

    Passed over are patterns whose module does not exist (an exercise may forbid what one version lacks), and names of
    types that Python cannot change, such as numpy.ndarray. Those that were set ahead are not set again.
    """
    _SET.on_call = on_call
    _close({owner: names for owner, names in _by_owner(patterns).items() if _SET.ahead.get(owner) != names})


def _is_for_all(owner: str) -> bool:
    """Whether an owner is there without an import, and nothing but a student's code calls what it has."""
    parts = owner.split(".")
    is_public = parts[0] in ("torch", "numpy") and not any(part.startswith("_") for part in parts)
    return owner in _ALWAYS_THERE or (is_public and owner in sys.modules)


def _close(owners: Mapping[str, list[str]]) -> None:
    tables = _Tables()
    for owner_name, names in owners.items():
        owner = _resolve(owner_name)
        if owner is None:
            continue
        remember(owner_name.partition(".")[0])
        for name in _names(owner_name, owner, names):
            shown = f"{owner_name}.{name}"
            if owner_name == _ATEN:
                _close_operator(name, shown)
                continue
            genuine = getattr(owner, name, None)
            if callable(genuine) and not _is_tripwire(genuine):
                _set(owner, name, _tripwire(shown, genuine))
                tables.close(genuine, owner_name, name)
    tables.finish()


def _by_owner(patterns: Iterable[str]) -> dict[str, list[str]]:
    """Sort the patterns by the object on which their names are looked up."""
    found: dict[str, list[str]] = {}
    for pattern in patterns:
        owner, _, name = pattern.rpartition(".")
        if owner and not _is_wild(owner):
            found.setdefault(owner, []).append(name)
        for at in (at for at, sign in enumerate(pattern) if sign == "*"):  # below torch.nn, "torch.*x" means "*x"
            rest = pattern[at:]
            for known in _OWNERS if "." not in rest else ():
                if known != owner and _matches(f"{known}.", pattern[: at + 1]):
                    found.setdefault(known, []).append(rest)
    return found


def _names(owner_name: str, owner: Any, patterns: list[str]) -> list[str]:
    """List the owner's names that the patterns mean; looking through all of them only where there is a wildcard."""
    found = [pattern for pattern in patterns if not _is_wild(pattern)]
    wild = [pattern for pattern in patterns if _is_wild(pattern)]
    names = (_KNOWN_NAMES.get(owner_name) or dir(owner)) if wild else ()
    for pattern in wild:
        piece = max(re.split(r"\*|\?|\[.*\]", pattern), key=len)  # most names are ruled out by it, quickly
        found += [name for name in names if piece in name and _matches(name, pattern) and not name.startswith("__")]
    return found


def _matches(name: str, pattern: str) -> bool:
    """Whether an fnmatch pattern matches; without a regular expression, which takes longer to compile than to use."""
    if "?" in pattern or "[" in pattern:
        return fnmatch.fnmatchcase(name, pattern)
    first, *others = pattern.split("*")
    if not others:
        return name == pattern
    last, at = others.pop(), len(first)
    for part in others:
        at = name.find(part, at) + len(part)
        if at < len(part):
            return False
    return name.startswith(first) and name.endswith(last) and at <= len(name) - len(last)


def _is_wild(pattern: str) -> bool:
    return any(sign in pattern for sign in "*?[")


def _resolve(dotted: str) -> Any:
    parts = dotted.split(".")
    try:
        found: Any = sys.modules.get(parts[0]) or importlib.import_module(parts[0])
    except ImportError:
        return None
    for part in parts[1:]:
        found = getattr(found, part, None)
    return found


def _set(owner: Any, name: str, value: object) -> None:
    try:
        setattr(owner, name, value)
    except (TypeError, AttributeError):  # a type or an object of C code, which cannot be changed
        return


def _tripwire(name: str, genuine: Callable[..., Any]) -> Callable[..., Any]:
    library, last = name.partition(".")[0], name.rpartition(".")[2]
    names = frozenset({last, str(getattr(genuine, "__name__", last))})

    def forbidden(*args: object, **kwargs: object) -> Any:
        if not _is_own_business(sys._getframe(1), library, names):
            _trip(name)
        _SET.under_way.append(name)
        try:
            return genuine(*args, **kwargs)
        finally:
            _SET.under_way.remove(name)

    return forbidden


def _is_tripwire(value: object) -> bool:
    return getattr(getattr(value, "__code__", None), "co_filename", "") == __file__


def _trip(name: str) -> NoReturn:
    _SET.on_call(name)
    raise ForbiddenCall(f"{name} is forbidden in this exercise")


def _is_own_business(caller: FrameType, library: str, names: frozenset[str]) -> bool:
    """Whether the code that calls is the library's own, acts for itself, and calls by name."""
    file = place_of(caller, library)
    if file is None:  # dlgrade's own code, which encodes results, may use it too; but for what calls the student's
        ours = place_of(caller, "grader")
        return ours is not None and ours != _CALLS_THE_STUDENT and calls_by_name(caller, names)
    place = f"{file}:{caller.f_code.co_name}"
    if place in _CALL_ONCE_MORE:
        was_own = any(one.rpartition(".")[2] in names for one in _SET.under_way)
        return was_own or applies_operator(caller.f_back, names)
    return not _ON_BEHALF.match(place) and calls_by_name(caller, names)


# ------------------------------------------------------------------------------------------------- doors of torch


class _Tables:
    """The tables of torch's C code: closes the doors that lead to a function which has a tripwire."""

    def __init__(self) -> None:
        self._torch: Any = sys.modules.get("torch")
        self._closed: dict[str, Callable[..., Any]] = {}  # names of _VariableFunctions, which cannot be changed itself

    def close(self, genuine: Callable[..., Any], owner_name: str, name: str) -> None:
        """Close the doors to `genuine`, which a pattern names as `owner_name`.`name`."""
        if self._torch is None or owner_name.partition(".")[0] != "torch":
            return
        own_name = getattr(genuine, "__name__", name)
        wire = _tripwire(f"{owner_name}.{name}", genuine)
        for table_name in _TABLES:
            table = getattr(self._torch._C, table_name, None)
            if getattr(table, own_name, None) is genuine:
                _set(table, own_name, wire)
        if getattr(self._torch._C._VariableFunctions, own_name, None) is genuine:
            self._closed[own_name] = wire
        if owner_name in _WITH_OPERATORS:
            _close_operator(own_name, f"{owner_name}.{name}")
            references = sys.modules.get("torch._refs")
            if name in vars(references or _Table):
                _set(references, name, _tripwire(f"{owner_name}.{name}", vars(references)[name]))

    def finish(self) -> None:
        """Put a table that knows the tripwires in the place of the one that cannot be changed."""
        if self._closed:
            table = _Table(self._torch._C._VariableFunctions, self._closed)
            _set(self._torch._C, "_VariableFunctions", table)
            _set(self._torch._VF, "vf", table)


class _Table:
    """Stands for torch._C._VariableFunctions, with some of its names replaced."""

    def __init__(self, genuine: Any, closed: dict[str, Callable[..., Any]]) -> None:
        self.__dict__.update(closed)
        self._genuine = genuine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._genuine, name)


class _Operator:
    """Stands for an operator of torch.ops.aten: calling it, or asking for one of its overloads, is forbidden."""

    def __init__(self, shown: str) -> None:
        self._shown = shown

    def __call__(self, *_args: object, **_kwargs: object) -> NoReturn:
        _trip(self._shown)

    def __getattr__(self, overload: str) -> NoReturn:
        if overload.startswith("__"):
            raise AttributeError(overload)
        _trip(self._shown)


def _close_operator(name: str, shown: str) -> None:
    """Show another operator to whoever is not torch: it registers rules for its operators when it first needs them."""
    aten = _resolve(_ATEN)
    if aten is None:
        return
    if "closed_operators" not in vars(type(aten)):
        aten.__class__ = _guarded(type(aten))
    type(aten).closed_operators.setdefault(name, _Operator(shown))


def _guarded(namespace: Any) -> type:
    closed: dict[str, _Operator] = {}

    def look_up(self: object, name: str) -> Any:
        if name in closed and place_of(sys._getframe(1), "torch") is None:
            return closed[name]
        return namespace.__getattribute__(self, name)

    return type(namespace.__name__, (namespace,), {"__getattribute__": look_up, "closed_operators": closed})


def _operator_names() -> Iterator[str]:
    """Name torch's operators; `dir(torch.ops.aten)` has only those that were used."""
    list_names = getattr(getattr(sys.modules.get("torch"), "_C", None), "_dispatch_get_all_op_names", list)
    return (full.removeprefix("aten::").partition(".")[0] for full in list_names() if full.startswith("aten::"))


# Looked up when this is imported, in the warm base: a child has no time for it.
_KNOWN_NAMES: dict[str, frozenset[str]] = {
    _ATEN: frozenset(_operator_names()),
    **{
        name: frozenset(dir(sys.modules["torch"].Tensor if name == "torch.Tensor" else sys.modules[name]))
        for name in ("torch", "torch.Tensor", "torch.nn", "torch.nn.functional", "numpy")
        if name.removesuffix(".Tensor") in sys.modules
    },
}
