"""Who calls a closed function: a library's own code for itself, or somebody who only looks like it.

Theory of operation. A file name proves nothing, for `compile` takes any; nor do a module's globals, for `exec` does. So
a frame counts as a library's own where its globals are those of a module that is loaded from a file in the library's
folder, and its code is among what that file compiles to, which is read when it is first asked about: a child cannot
write there. dlgrade's own files are hidden from a child, so its code is taken from what was loaded before the
student's. And torch's own code may still call what it was *given* (an optimizer its closure), so the instruction that
is being executed must name the function: `input.softmax(…)`, `F.softmax(…)`; not `closure()`.
"""

from __future__ import annotations

import dis
import inspect
import operator
import sys
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from types import CodeType, FrameType, FunctionType

_OURS = "grader"
_BY_NAME = frozenset({"LOAD_ATTR", "LOAD_METHOD", "LOAD_GLOBAL", "LOAD_NAME"})
_OPERATORS = frozenset(dir(operator)) | {"div", "floor_divide", "remainder", "true_divide"}
_roots: dict[str, str] = {}
_codes: dict[str, frozenset[CodeType]] = {}  # by file
_ours: set[CodeType] = set()
_named: dict[tuple[CodeType, int, frozenset[str]], bool] = {}


def remember(library: str) -> None:
    """Note where a library lies, and which code is ours, before any of the student's runs."""
    if library not in _roots:
        _roots[library] = _root_of(library)
    if not _ours:
        _roots[_OURS] = _root_of(_OURS)
        _ours.update(_loaded_code(_OURS))


def place_of(frame: FrameType, library: str) -> str | None:
    """Return where in the library's folder the code of a frame stands; None where it is not the library's own."""
    code, names = frame.f_code, frame.f_globals
    place = _place_in(library, code.co_filename)
    module = sys.modules.get(names.get("__name__", ""))
    if place is None or getattr(module, "__dict__", None) is not names:
        return None
    return place if (library == _OURS and code in _ours) or code in _codes_of(code.co_filename) else None


def calls_by_name(frame: FrameType, names: frozenset[str]) -> bool:
    """Whether what a frame is calling is written there by one of its names, and is not a value that it was given."""
    key = (frame.f_code, _offset(frame), names)
    if key not in _named:
        _named[key] = _is_named(*key)
    return _named[key]


def applies_operator(frame: FrameType | None, names: frozenset[str]) -> bool:
    """Whether a frame applies an operator (`a @ b`), of which one of these is the name in torch."""
    if frame is None or not any(name.strip("_") in _OPERATORS for name in names):
        return False
    return not _is_call(frame.f_code, _offset(frame))


# ------------------------------------------------------------------------------------------------ whose code it is


def _place_in(library: str, file: str) -> str | None:
    root = _roots.get(library, "")
    place = file[len(root) :].replace("\\", "/") if root and file.startswith(root) else ""
    return place if place and ".." not in place.split("/") else None


def _root_of(library: str) -> str:
    file = str(getattr(sys.modules.get(library), "__file__", None) or "")
    return file.removesuffix("__init__.py") if file.endswith("__init__.py") else ""


def _codes_of(file: str) -> frozenset[CodeType]:
    if file not in _codes:
        try:
            whole = SourceFileLoader("", file).get_code("")
        except (OSError, ImportError, SyntaxError):  # no such file: whoever names it made it up
            whole = None
        _codes[file] = frozenset(_within(whole) if whole is not None else ())
    return _codes[file]


def _within(code: CodeType) -> Iterator[CodeType]:
    yield code
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from _within(value)


def _loaded_code(package: str) -> Iterator[CodeType]:
    """Yield the code of every function of a package's loaded modules, with that of the functions in it."""
    for name, module in tuple(sys.modules.items()):
        if name.partition(".")[0] != package:
            continue
        for value in tuple(vars(module).values()):
            if getattr(value, "__module__", None) == name:
                yield from _code_in(value)


def _code_in(value: object) -> Iterator[CodeType]:
    if isinstance(value, type):
        for member in tuple(vars(value).values()):
            if not isinstance(member, type):
                yield from _code_in(member)
    for inner in (value, *(getattr(value, name, None) for name in ("__func__", "__wrapped__", "fget", "func"))):
        if isinstance(inner, FunctionType):
            yield from _within(inner.__code__)


# ------------------------------------------------------------------------------------------------ what it calls


def _offset(frame: FrameType) -> int:
    """Return where in its code a frame is."""
    code, at = frame.f_code.co_code, frame.f_lasti
    while dis.opname[code[at]] == "CACHE":  # which belongs to the instruction before
        at -= 2
    return at


def _is_call(code: CodeType, at: int) -> bool:
    return dis.opname[code.co_code[at]].startswith("CALL")


def _is_named(code: CodeType, at: int, names: frozenset[str]) -> bool:
    special = {name for name in names if name.startswith("__") and name.endswith("__")}
    if not _is_call(code, at):
        return bool(special)  # an operator, of which the method has the name
    wanted = names | {name.strip("_") for name in special}
    called = _what_is_called(code, at)
    if called is not None and called.opname in _BY_NAME:
        return called.argval in wanted
    if called is not None and called.argval in _given(code):
        return False
    return not wanted.isdisjoint(code.co_names)  # a variable of its own, or no place is known


def _given(code: CodeType) -> tuple[str, ...]:
    """Name what a function gets from whoever calls or makes it."""
    rest = bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + rest] + code.co_freevars


def _what_is_called(code: CodeType, at: int) -> dis.Instruction | None:
    """Return the instruction that loads what the call at an offset calls: it begins there, and ends last before it."""
    found: dis.Instruction | None = None
    instructions = list(dis.get_instructions(code))
    call = next((one for one in instructions if one.offset == at), None)
    if call is None or call.positions is None or call.positions.col_offset is None:
        return None
    for one in instructions:
        if one.offset >= at:
            break
        if one.opname in ("PUSH_NULL", "PRECALL", "KW_NAMES") or not one.opname.startswith("LOAD_"):
            continue
        if _start(one) == _start(call) and (found is None or _end(one) >= _end(found)):
            found = one
    return found


def _start(one: dis.Instruction) -> tuple[int, int]:
    assert one.positions is not None
    return one.positions.lineno or 0, one.positions.col_offset or 0


def _end(one: dis.Instruction) -> tuple[int, int]:
    assert one.positions is not None
    return one.positions.end_lineno or 0, one.positions.end_col_offset or 0
