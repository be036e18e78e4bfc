"""Importing the student's files in the child, and describing what they hold and what they raise."""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import linecache
import sys
import types
from collections.abc import Sequence

from grader.sandbox.messages import Frame, Name, SourceText

MAX_TEXT = 4_000  # characters of one message or source line
MAX_FRAMES = 20
MAX_NAMES = 10_000  # star imports bring a thousand and more
MAX_LISTED = 1 << 19  # characters of all names and signatures: they go into one header


class SubmissionImporter(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the submission's files by module name, before anything on disk, and compiles them from memory."""

    def __init__(self, files: Sequence[SourceText]) -> None:
        self._files = {file.name.removesuffix(".py"): file for file in files}
        for file in files:  # so that tracebacks and inspect.getsource show the student's lines
            lines = file.text.splitlines(keepends=True)
            linecache.cache[file.name] = (len(file.text), None, lines, file.name)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        del path, target  # the files have no place on disk
        if fullname not in self._files:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=self._files[fullname].name)

    def exec_module(self, module: types.ModuleType) -> None:
        file = self._files[module.__name__]
        module.__file__ = file.name
        exec(compile(file.text, file.name, "exec", dont_inherit=True), module.__dict__)  # noqa: S102  its purpose


def names_of(module: types.ModuleType) -> list[Name]:
    """List the module's own public names: what it defines, and plain values; not what it imports."""
    found: list[Name] = []
    left = MAX_LISTED
    for name, value in list(vars(module).items())[:MAX_NAMES]:
        if type(name) is not str or name.startswith("_"):
            continue
        kind = kind_of_name(value)
        if kind != "module":
            told = _type_name(value) if kind == "value" else ""
            one = Name(name=clean(name), kind=kind, signature=_signature(value), type_name=told)
            left -= len(one.name) + len(one.signature) + len(one.type_name)
            if left < 0:
                break
            found.append(one)
    return found


def kind_of_name(value: object) -> str:
    """Return what a name of a module stands for: "module", "class", "function", "callable" or "value".

    The object's own class says so, never what the object says of itself: `__class__` and `__getattr__` say anything.
    A callable without a name is an object that happens to be one, such as a module of torch.
    """
    kind = type(value)
    if issubclass(kind, types.ModuleType):
        return "module"
    if issubclass(kind, type):
        return "class"
    if not callable(value):
        return "value"
    is_named = issubclass(kind, functools.partial) or inspect.getattr_static(value, "__name__", None) is not None
    return "function" if is_named else "callable"


def _type_name(value: object) -> str:
    return clean(type.__dict__["__name__"].__get__(type(value)))[:200]  # a metaclass may have a `__name__` of its own


def _signature(value: object) -> str:
    """Write the signature of a function or class of the submission without annotations; "" where there is none."""
    kind = type(value)
    if not issubclass(kind, types.FunctionType | type):
        return ""
    try:
        if issubclass(kind, type) and not _is_own(value):
            return ""
        signature = inspect.signature(value)  # type: ignore[arg-type]  # a function or a class
        bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in signature.parameters.values()]
        return clean(signature.replace(parameters=bare, return_annotation=inspect.Signature.empty))
    except Exception:  # noqa: BLE001  a metaclass, a `__signature__` and a default's `__repr__` are the student's
        return ""


def _is_own(defined: object) -> bool:
    """Whether a file of the submission defines a class; to describe one of a library's takes milliseconds."""
    module = sys.modules.get(str(defined.__module__))
    return isinstance(getattr(module, "__loader__", None), SubmissionImporter)


def clean(text: object) -> str:
    """Return text that fits a frame: capped, and valid UTF-8."""
    return str(text)[:MAX_TEXT].encode("utf-8", "backslashreplace").decode()


def message_of(error: BaseException) -> str:
    """Return what an exception says of itself; its `__str__` is the student's and may fail."""
    try:
        return clean(error)
    except BaseException as failure:  # noqa: BLE001  whatever a student's __str__ raises, the exception itself counts
        return f"(its message cannot be shown: {type(failure).__name__})"


def builtin_bases(error: BaseException) -> list[str]:
    """Name the exception's builtin ancestors, nearest first: a test may expect a ValueError."""
    return [base.__name__ for base in type(error).__mro__ if base.__module__ == "builtins" and base is not object]


def student_frames(error: BaseException, files: Sequence[SourceText], *, loading: bool = False) -> list[Frame]:
    """Keep the student's own lines of the traceback, outermost first; never the grader's or a library's.

    `loading`: the file is being imported, and the place in a SyntaxError is one of Python's; later it is the student's.
    """
    names = {file.name for file in files}
    frames: list[Frame] = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if code.co_filename in names:
            frames.append(_frame(code, step.tb_lineno, step.tb_lasti))
        step = step.tb_next
    if loading and isinstance(error, SyntaxError) and error.filename in names:
        frames.append(_syntax_frame(error))
    if len(frames) > MAX_FRAMES:  # recursion: its beginning and its end tell the story
        frames = frames[: MAX_FRAMES // 2] + frames[-MAX_FRAMES // 2 :]
    return frames


def _frame(code: types.CodeType, line: int, instruction: int) -> Frame:
    positions = list(code.co_positions())[instruction // 2 : instruction // 2 + 1]
    column = positions[0][2] if positions and positions[0][2] is not None else -1
    source = linecache.getline(code.co_filename, line).rstrip("\n")
    return Frame(
        file=code.co_filename, line=line, function=clean(code.co_name), source=clean(source), column=column + 1
    )


def _syntax_frame(error: SyntaxError) -> Frame:
    line = error.lineno or 0
    source = error.text if isinstance(error.text, str) else linecache.getline(str(error.filename), line)
    return Frame(
        file=str(error.filename),
        line=line,
        function="<module>",
        source=clean(source.rstrip("\n")),
        column=max(error.offset or 0, 0),
    )


def forget_own_path() -> None:
    """Take the grader's own source tree off the import path, unless it is where every package is installed.

    The command that started the base names it, too, and Python keeps that.
    """
    sys.orig_argv = ["python"]
    import grader

    package_parent = str(grader.__path__[0]).rpartition("grader")[0].rstrip("/\\")
    if not package_parent.endswith(("site-packages", "dist-packages")):
        sys.path[:] = [entry for entry in sys.path if entry.rstrip("/\\") != package_parent]
