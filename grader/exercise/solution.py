"""The hidden half of an exercise, as text: from its folder, or from memory where it came sealed.

What grades, proves or explains reads the hidden half through here and never by a path of its own, so that a sealed
`solutions/` need not be on a disk.
"""

from __future__ import annotations

from pathlib import Path

from grader.errors import AuthorError
from grader.exercise.paths import names_in, show_path
from grader.records import Exercise, SourceFile, Text

MISTAKES = "mistakes"
CHEATS = "cheats"


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
    if exercise.sealed:
        text = exercise.sealed.get(name)
        if text is None:
            raise _missing(exercise, name)
        return SourceFile(name=name, text=text)
    file = Path(exercise.solution_folder) / name
    try:
        return SourceFile(name=name, text=file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _missing(exercise, name) from None
    except (OSError, UnicodeDecodeError) as error:
        raise AuthorError(
            Text(en=f"{show_path(file)}: cannot be read: {error}.", zh=f"{show_path(file)}：无法读取：{error}。")
        ) from None


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
