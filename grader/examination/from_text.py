"""An exercise's own Python as modules made from text, whether the hidden half lies in a folder or in memory.

Theory of operation. In the examiner, where tests and reference run. A module gets the name of the file that it came
from, or would have come from, and its lines are kept for tracebacks, so that nothing after this asks a disk for them.
No compiled file is read or written. A helper beside the hidden tests is imported by its name: by `TextFinder`, which
asks last, so that it hides no library; the reference's own files come first, as they do for students. Data beside the
tests is read with `pkgutil.get_data(__name__, "table.csv")`, which asks the module's loader: here, in memory too.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.abc
import importlib.util
import linecache
import sys
import types
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
from _pytest.assertion.rewrite import rewrite_asserts

from grader.errors import AuthorError
from grader.exercise.public import public_data
from grader.exercise.solution import has_solution, solution_data, solution_file, solution_names
from grader.records import Exercise


class TextLoader(importlib.abc.InspectLoader):
    """Makes a module from text; `path` is where the text came from, or would have."""

    def __init__(
        self, exercise: Exercise, path: Path, text: str, *, rewritten_for: pytest.Config | None = None
    ) -> None:
        self._exercise = exercise
        self._path = path
        self._text = text
        self._config = rewritten_for
        lines = [line + "\n" for line in text.split("\n")]
        linecache.cache[str(path)] = (len(text), None, lines, str(path))  # without a time: it is never looked up anew

    def get_source(self, fullname: str) -> str:  # noqa: ARG002  the protocol of loaders, here and below
        return self._text

    def get_code(self, fullname: str) -> types.CodeType:  # noqa: ARG002
        tree = ast.parse(self._text, filename=str(self._path))
        if self._config is not None:
            rewrite_asserts(tree, self._text.encode(), str(self._path), self._config)
        return compile(tree, str(self._path), "exec", dont_inherit=True)

    def get_data(self, path: str) -> bytes:
        """Return the file beside the module that `pkgutil.get_data` asks for. Raises: OSError where there is none."""
        wanted = Path(path)
        hidden, given = Path(self._exercise.solution_folder), Path(self._exercise.folder)
        try:
            if self._exercise.sealed and wanted.is_relative_to(hidden):
                return solution_data(self._exercise, wanted.relative_to(hidden).as_posix())
            if wanted.is_relative_to(given):
                return public_data(self._exercise, wanted.relative_to(given).as_posix())
            return wanted.read_bytes()
        except AuthorError as error:
            raise FileNotFoundError(str(error)) from None

    def module(self, name: str) -> types.ModuleType:
        """Return the module, run, and known by that name."""
        spec = _spec(name, self, self._path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        self.exec_module(module)
        return module


class TextFinder(importlib.abc.MetaPathFinder):
    """Finds the modules directly in the hidden half, by their files' names."""

    def __init__(self, exercise: Exercise, names: Sequence[str]) -> None:
        self._exercise = exercise
        self._names = {name.removesuffix(".py"): name for name in names}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        name = self._names.get(fullname)
        if name is None:
            return None
        file = Path(self._exercise.solution_folder) / name
        return _spec(fullname, TextLoader(self._exercise, file, solution_file(self._exercise, name).text), file)


def _spec(name: str, loader: TextLoader, path: Path) -> ModuleSpec:
    spec = ModuleSpec(name, loader, origin=str(path))
    spec.has_location = True  # so that __file__ is the path
    return spec


@contextlib.contextmanager
def reference_first(exercise: Exercise) -> Iterator[None]:
    """Let the files of a reference import each other by name, before any library of that name."""
    finder = TextFinder(exercise, exercise.files)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


@contextlib.contextmanager
def helpers_last(exercise: Exercise) -> Iterator[None]:
    """Let tests import what lies beside the hidden ones, where no library has its name."""
    finder = TextFinder(exercise, solution_names(exercise) if has_solution(exercise) else ())
    sys.meta_path.append(finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def source_lines(path: Path) -> list[str]:
    """Return the lines of a file of the exercise, as it was loaded."""
    return linecache.getlines(str(path))
