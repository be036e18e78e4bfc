"""The half of an exercise that students get, as text: what grades, proves or explains reads it through here.

What decides grades (manifest, visible tests; in a sealed course all that was bound by the seal) was read once, with the
exercise, and is never looked up on a disk again: another process could find another file under that name.
"""

from __future__ import annotations

from pathlib import Path

from grader.errors import AuthorError, both
from grader.exercise.paths import is_file, show_path
from grader.exercise.text_file import MAX_DATA_BYTES, MAX_SOURCE_BYTES, decoded, decoded_anyhow, read_source
from grader.exercise.toml_file import read_bytes
from grader.records import Exercise, SourceFile, Text


def public_file(exercise: Exercise, name: str) -> SourceFile:
    """Return one file that students get by its name there: "test_visible.py", "softmax.py".

    Raises: AuthorError where it is not there, too large, or no UTF-8 text.
    """
    if name in exercise.public:
        return SourceFile(name=name, text=decoded(Path(exercise.folder) / name, exercise.public[name]))
    return SourceFile(name=name, text=read_source(Path(exercise.folder) / name))


def public_as_it_is(exercise: Exercise, name: str) -> SourceFile:
    """Return one file that students get, whatever it holds: in a clone of a course, they write into it.

    Raises: AuthorError where it is not there, or too large.
    """
    content = read_bytes(Path(exercise.folder) / name, max_bytes=MAX_SOURCE_BYTES)
    return SourceFile(name=name, text=decoded_anyhow(content))


def public_data(exercise: Exercise, name: str) -> bytes:
    """Return a file beside the visible tests as it is: a table, a text.

    Where solutions came sealed, only what was sealed with them: the folder may be a student's.
    Raises: AuthorError where it is not there, or too large.
    """
    if name in exercise.public:
        return exercise.public[name]
    file = Path(exercise.folder) / name
    if exercise.sealed or not is_file(file):
        why = Text(en=" (when the solutions were sealed)", zh="（封存 solutions 时）") if exercise.sealed else both("")
        raise AuthorError(
            Text(en=f"{show_path(file)}: no such file{why.en}.", zh=f"{show_path(file)}：没有这个文件{why.zh}。")
        )
    return read_bytes(file, max_bytes=MAX_DATA_BYTES)
