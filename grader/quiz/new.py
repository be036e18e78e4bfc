"""A small quiz that works, for its author to edit: two questions with parameters, one answered by a function."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from grader.errors import UsageError
from grader.exercise import Course, Origin
from grader.exercise.entries import below
from grader.exercise.paths import is_file, is_folder, show_path
from grader.exercise.sealed import SEALED
from grader.exercise.whole_file import write_whole
from grader.quiz.finding import quizzes_of
from grader.quiz.reading import CODE_FILE, QUIZ_FILE
from grader.records import Text

SCHEMA_FILE = "quiz-1.schema.json"
MAX_TITLE = 120  # characters
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_TEMPLATE = files("grader.quiz") / "template"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewQuiz:
    """What was written: the folder of the quiz, and its id."""

    folder: Path
    id: str


def create_quiz(course: Course, slug: str, *, title: Text | None = None, number: int | None = None) -> NewQuiz:
    """Write a quiz into the course's solutions, under the next free number unless one is given.

    Beside the quizzes goes the schema, which their first lines name: an editor completes keys by it, without a network.
    Raises: UsageError for a slug or a number that cannot be taken, and where nothing can be written.
    """
    if not _SLUG.fullmatch(slug) or len(slug) > 40:
        raise UsageError(
            Text(en=f'"{slug[:60]}" is no short name.', zh=f"“{slug[:60]}”不能用作短名。"),
            remedy=Text(
                en="Write lower-case words with - or _ between them, such as layer_norm.",
                zh="请用小写单词，以 - 或 _ 连接，例如 layer_norm。",
            ),
        )
    solutions = _solutions(course)
    identifier = f"quiz{_number(course, number):02d}"
    folder = solutions / f"{identifier}_{slug}"
    words = slug.replace("_", " ").replace("-", " ")
    named = title or Text(en=words[0].upper() + words[1:], zh=words[0].upper() + words[1:])
    try:
        folder.mkdir(parents=True)
        write_whole(solutions / SCHEMA_FILE, (files("grader.schemas") / SCHEMA_FILE).read_bytes())
        write_whole(folder / CODE_FILE, (_TEMPLATE / CODE_FILE).read_bytes())
        write_whole(folder / QUIZ_FILE, _filled(identifier, named).encode())
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            Text(
                en=f"{show_path(folder)} cannot be written: {reason}.", zh=f"无法写入 {show_path(folder)}：{reason}。"
            ),
            remedy=Text(en="Choose another short name, or another course.", zh="请换一个短名，或换一门课程。"),
        ) from None
    return NewQuiz(folder=folder, id=identifier)


def _solutions(course: Course) -> Path:
    """Return where the quiz goes. Raises: UsageError where a new quiz would lie in nobody's course of their own."""
    if course.is_builtin or course.origin is Origin.WORKSPACE:
        raise UsageError(
            Text(en="There is no course of yours here to put a quiz into.", zh="这里没有可放入测验的、属于你的课程。"),
            remedy=Text(
                en="Go into your course's folder, or name it: --course DIR. "
                "In an empty folder, `dlgrade new` makes one.",
                zh="请进入你的课程文件夹，或用 --course DIR 指明。在空文件夹中，`dlgrade new` 会新建一门课程。",
            ),
        )
    solutions = below(course.root, course.file.solutions)
    if not is_folder(solutions) and is_file(course.root / SEALED):
        raise UsageError(
            Text(
                en=f"The hidden half of this course is sealed in {SEALED}.",
                zh=f"这门课程的隐藏部分封存在 {SEALED} 中。",
            ),
            remedy=Text(
                en="Write new quizzes where its solutions/ lies, and seal them again.",
                zh="请在存放 solutions/ 的地方编写新测验，然后重新封存。",
            ),
        )
    return solutions


def _number(course: Course, wanted: int | None) -> int:
    taken = {entry.number for entry in quizzes_of(course) if entry.number is not None}
    if wanted is None:
        return max(taken, default=0) + 1
    if wanted in taken:
        raise UsageError(
            Text(en=f"There is a quiz{wanted:02d} already.", zh=f"quiz{wanted:02d} 已存在。"),
            remedy=Text(en="Take another number, or leave it out.", zh="请换一个编号，或不写编号。"),
        )
    return wanted


def _filled(identifier: str, title: Text) -> str:
    text = (_TEMPLATE / QUIZ_FILE).read_text(encoding="utf-8")
    for mark, value in (("__ID__", identifier), ("__TITLE_ZH__", title.zh), ("__TITLE__", title.en)):
        quoted = value if mark == "__ID__" else json.dumps(value[:MAX_TITLE], ensure_ascii=False)
        text = text.replace(mark, quoted)  # a text in JSON's quotes is one in YAML's
    return text
