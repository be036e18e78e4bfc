"""Reads a quiz from its folder: `quiz.yaml`, and `quiz.py` where answers are computed.

Both are read once, and everything that comes after goes by what was read: the version is a digest of these bytes, and
the functions that are run are in this very text. A link in the place of either is refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import AuthorError
from grader.exercise.digest import digest
from grader.exercise.paths import show_path
from grader.exercise.text_file import MAX_SOURCE_BYTES, decoded
from grader.exercise.toml_file import read_bytes
from grader.quiz.authored import Quiz
from grader.quiz.building import build
from grader.quiz.kept import keep_tree, kept_tree
from grader.quiz.problems import problem, schema_problems
from grader.quiz.yaml_file import MAX_BYTES, LinedText, Tree, parse_yaml, refused
from grader.records import Text

QUIZ_FILE = "quiz.yaml"
CODE_FILE = "quiz.py"
FOLDER_NAME = re.compile(r"(?P<id>quiz(?P<number>[0-9]{2,4}))_(?P<slug>[a-z0-9]+(?:[-_][a-z0-9]+)*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedQuiz:
    """A quiz, and the tree of its file, which knows the line of everything in it."""

    quiz: Quiz
    tree: Tree


def read_quiz(folder: Path, *, cache: Path | None = None) -> Quiz:
    """Return the quiz in `folder`. Raises: AuthorError with every problem found, each with its line.

    `cache`: a folder in which parsed files are kept, for a quick start (`kept`).
    """
    return read_with_places(folder, cache=cache).quiz


def read_with_places(folder: Path, *, cache: Path | None = None) -> PlacedQuiz:
    """Return the quiz in `folder`, and the line of everything in its file. Raises: as `read_quiz`."""
    content = _content(folder / QUIZ_FILE, max_bytes=MAX_BYTES)
    if content is None:
        raise AuthorError(
            Text(
                en=f"{show_path(folder / QUIZ_FILE)}: no such file.",
                zh=f"{show_path(folder / QUIZ_FILE)}：没有这个文件。",
            ),
            remedy=Text(en=f"Write the quiz into {QUIZ_FILE}.", zh=f"请把测验写入 {QUIZ_FILE}。"),
        )
    code = _content(folder / CODE_FILE, max_bytes=MAX_SOURCE_BYTES)
    return _quiz_of(folder, content, code, cache)


def quiz_of(folder: Path, content: bytes, code: bytes | None, *, cache: Path | None = None) -> Quiz:
    """Return the quiz that these two files are, from wherever they were read; `folder` is named in messages.

    Raises: AuthorError.
    """
    return _quiz_of(folder, content, code, cache).quiz


def _quiz_of(folder: Path, content: bytes, code: bytes | None, cache: Path | None) -> PlacedQuiz:
    file = folder / QUIZ_FILE
    tree = _fitting_tree(file, content, cache)
    name = FOLDER_NAME.fullmatch(folder.name)
    if name is not None and tree.value["id"] != name["id"]:
        raise refused(file, [_other_id(tree, name["id"])])
    source = "" if code is None else decoded(folder / CODE_FILE, code)
    functions = functions_in(folder / CODE_FILE, source)
    files = {QUIZ_FILE: content} | ({} if code is None else {CODE_FILE: code})
    quiz, found = build(
        tree,
        folder=str(folder),
        slug=name["slug"] if name else folder.name,
        version=digest(files),
        source=source,
        functions=functions,
    )
    if found:
        raise refused(file, found)
    return PlacedQuiz(quiz=replace(quiz, files=files), tree=tree)


def _fitting_tree(file: Path, content: bytes, cache: Path | None) -> Tree:
    """Return the tree of a file that fits the schema. Raises: AuthorError."""
    if cache is not None and (kept := kept_tree(cache, content)) is not None:
        return kept
    tree = parse_yaml(file, content)
    problems = _shape_problems(tree) or schema_problems(tree)
    if problems:
        raise refused(file, problems)
    if cache is not None:
        keep_tree(cache, content, tree)
    return tree


def functions_in(file: Path, source: str) -> Mapping[str, int]:
    """Return the functions that quiz.py defines at its top, with their lines. Raises: AuthorError for no Python."""
    try:
        tree = ast.parse(source, filename=str(file))
    except (SyntaxError, ValueError) as error:  # ValueError: a null byte, before Python 3.12
        line = getattr(error, "lineno", None) or 1
        reason = getattr(error, "msg", None) or str(error)
        said = Text(en=f"not Python: {reason}. Correct that line.", zh=f"不是 Python（{reason}）。请改正这一行。")
        raise refused(file, [LinedText(line, said)]) from None
    except (RecursionError, MemoryError):
        raise AuthorError(
            Text(en=f"{show_path(file)}: nested too deeply.", zh=f"{show_path(file)}：嵌套过深。"),
            remedy=Text(en="Simplify its expressions.", zh="请简化其中的表达式。"),
        ) from None
    return {node.name: node.lineno for node in tree.body if isinstance(node, ast.FunctionDef)}


def _shape_problems(tree: Tree) -> list[LinedText]:
    """Return what is wrong with a file that is no mapping at all: of its keys there is nothing to say."""
    if isinstance(tree.value, dict):
        return []
    text = Text(
        en=f"a quiz is a mapping; the file holds {'nothing' if tree.value is None else 'something else'}. "
        "It begins with: dlgrade: quiz/1",
        zh=f"测验应为映射，文件内容{'为空' if tree.value is None else '不是映射'}。开头一行应为：dlgrade: quiz/1",
    )
    return [LinedText(1, text)]


def _other_id(tree: Tree, wanted: str) -> LinedText:
    given = tree.value["id"]
    return LinedText(
        tree.line(("id",)),
        problem(
            ("id",),
            given,
            expected=Text(en=f"{wanted}, as the folder is called", zh=f"与文件夹名一致的 {wanted}"),
            got=Text(en=given, zh=given),
            fix=Text(en="Change it, or rename the folder.", zh="请修改它，或重命名文件夹。"),
        ),
    )


def _content(file: Path, *, max_bytes: int) -> bytes | None:
    """Return what the file holds; None where there is none. Raises: AuthorError for anything but a file."""
    if file.is_symlink() or (file.exists() and not file.is_file()):
        raise AuthorError(
            Text(en=f"{show_path(file)}: not a file of its own.", zh=f"{show_path(file)}：不是独立的文件。"),
            remedy=Text(
                en="A link could lead to somebody else's file, which would then be run. Put the file itself there.",
                zh="链接可能指向他人的文件，而它会被运行。请放入文件本身。",
            ),
        )
    return read_bytes(file, max_bytes=max_bytes) if file.exists() else None
