"""The hidden half of an exercise, as text: from its folder, or from memory where it came sealed.

What grades, proves or explains reads the hidden half through here and never by a path of its own, so that a sealed
`solutions/` need not be on a disk.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from grader.errors import AuthorError
from grader.exercise.paths import names_in, show_path
from grader.records import Exercise, SourceFile, Text

MISTAKES = "mistakes"
CHEATS = "cheats"


def in_memory(exercise: Exercise, files: Mapping[str, bytes]) -> Exercise:
    """Return the exercise with these files as its hidden half. Raises: AuthorError for Python that is no UTF-8 text."""
    texts, data = dict[str, str](), dict[str, bytes]()
    for name, content in files.items():
        if not name.endswith(".py"):
            data[name] = content
            continue
        try:
            texts[name] = _as_text(content)
        except UnicodeDecodeError as error:
            raise _unreadable(exercise, name, error) from None
    return replace(exercise, sealed=texts, sealed_data=data)


def has_solution(exercise: Exercise) -> bool:
    """Return whether the hidden half is at hand."""
    return bool(exercise.solution_folder)


def solution_names(exercise: Exercise, folder: str = "") -> tuple[str, ...]:
    """Return the names of the Python files directly in `folder` of the hidden half ("mistakes"), sorted, with it."""
    prefix = f"{folder}/" if folder else ""
    if exercise.sealed:
        found = (name for name in exercise.sealed if name.startswith(prefix) and "/" not in name[len(prefix) :])
    else:
        found = (prefix + name for name in names_in(Path(exercise.solution_folder) / folder))
    return tuple(sorted(name for name in found if name.endswith(".py")))


def solution_file(exercise: Exercise, name: str) -> SourceFile:
    """Return one file of the hidden half by its name there: "test_hidden.py", "mistakes/no_max_shift.py".

    Raises: AuthorError where it is not there, or no UTF-8 text.
    """
    if name in exercise.sealed:
        return SourceFile(name=name, text=exercise.sealed[name])
    if exercise.sealed and name not in exercise.sealed_data:
        raise _missing(exercise, name)
    return SourceFile(name=name, text=_decoded(exercise, name))


def solution_data(exercise: Exercise, name: str) -> bytes:
    """Return one file of the hidden half as it is, a table or a text. Raises: AuthorError where it is not there."""
    if name in exercise.sealed_data:
        return exercise.sealed_data[name]
    if exercise.sealed:
        return solution_file(exercise, name).text.encode()
    try:
        return (Path(exercise.solution_folder) / name).read_bytes()
    except FileNotFoundError:
        raise _missing(exercise, name) from None
    except OSError as error:
        raise _unreadable(exercise, name, error) from None


def _decoded(exercise: Exercise, name: str) -> str:
    try:
        return _as_text(solution_data(exercise, name))
    except UnicodeDecodeError as error:
        raise _unreadable(exercise, name, error) from None


def _as_text(content: bytes) -> str:
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig").read()  # a line ends as Python sees it


def solution_files(exercise: Exercise, folder: str) -> tuple[SourceFile, ...]:
    """Return every Python file directly in `folder` of the hidden half, sorted by name; none where it is not at hand.

    Raises: AuthorError for one that is no UTF-8 text.
    """
    if not has_solution(exercise):
        return ()
    return tuple(solution_file(exercise, name) for name in solution_names(exercise, folder))


def _missing(exercise: Exercise, name: str) -> AuthorError:
    file = show_path(Path(exercise.solution_folder) / name)
    return AuthorError(Text(en=f"{file}: no such file.", zh=f"{file}：没有这个文件。"))


def _unreadable(exercise: Exercise, name: str, error: OSError | UnicodeDecodeError) -> AuthorError:
    file = show_path(Path(exercise.solution_folder) / name)
    return AuthorError(Text(en=f"{file}: cannot be read: {error}.", zh=f"{file}：无法读取：{error}。"))
