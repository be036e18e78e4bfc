"""The hidden half of an exercise, as text: from its folder, or from memory where it came sealed.

What grades, proves or explains reads the hidden half through here and never by a path of its own, so that a sealed
`solutions/` need not be on a disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from grader.errors import AuthorError
from grader.exercise.paths import is_file, names_in, show_path
from grader.exercise.text_file import MAX_DATA_BYTES, MAX_SOURCE_BYTES, decoded
from grader.exercise.toml_file import read_bytes
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
        texts[name] = decoded(_place(exercise, name), content)
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

    Raises: AuthorError where it is not there, too large, or no UTF-8 text.
    """
    if name in exercise.sealed:
        return SourceFile(name=name, text=exercise.sealed[name])
    if exercise.sealed and name not in exercise.sealed_data:
        raise _missing(exercise, name)
    content = _content(exercise, name, max_bytes=MAX_SOURCE_BYTES)
    return SourceFile(name=name, text=decoded(_place(exercise, name), content))


def solution_data(exercise: Exercise, name: str) -> bytes:
    """Return one file of the hidden half as it is, a table or a text. Raises: AuthorError where it is not there."""
    if exercise.sealed and name not in exercise.sealed_data:
        return solution_file(exercise, name).text.encode()
    return _content(exercise, name, max_bytes=MAX_DATA_BYTES)


def _content(exercise: Exercise, name: str, *, max_bytes: int) -> bytes:
    if name in exercise.sealed_data:
        return exercise.sealed_data[name]
    file = _place(exercise, name)
    if not is_file(file):  # nor is it opened: who reads from a pipe waits
        raise _missing(exercise, name)
    return read_bytes(file, max_bytes=max_bytes)


def solution_files(exercise: Exercise, folder: str) -> tuple[SourceFile, ...]:
    """Return every Python file directly in `folder` of the hidden half, sorted by name; none where it is not at hand.

    Raises: AuthorError for one that is no UTF-8 text.
    """
    if not has_solution(exercise):
        return ()
    return tuple(solution_file(exercise, name) for name in solution_names(exercise, folder))


def _missing(exercise: Exercise, name: str) -> AuthorError:
    file = show_path(_place(exercise, name))
    return AuthorError(Text(en=f"{file}: no such file.", zh=f"{file}：没有这个文件。"))


def _place(exercise: Exercise, name: str) -> Path:
    return Path(exercise.solution_folder) / name
