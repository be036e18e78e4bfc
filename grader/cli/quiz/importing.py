"""`dlgrade quiz import`: a file of another system as a quiz of this course."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.language import choose_language, local, say
from grader.cli.options import language_option
from grader.cli.output import write_error, write_plain
from grader.cli.quiz.files import FORMATS, check_parent, make_folder, read_file, recognised
from grader.errors import EXIT_FULL_SCORE, UsageError
from grader.exercise.paths import show_path
from grader.plaintext import printable
from grader.records import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.quiz.exchange.formats import Note


@click.command(
    "import",
    help=local(
        "Make a quiz of FILE, which Moodle or another system has exported: a new folder with a quiz.yaml, for you to "
        "go on with. Nothing of the file is run, and what cannot be kept is named.",
        "用 Moodle 等系统导出的 FILE 生成一份测验：新建文件夹并写入 quiz.yaml，供你继续修改。不会运行文件中的任何内容，"
        "未能保留的部分会逐一说明。",
    ),
)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help=local("A new folder, such as solutions/quiz06_moodle.", "新文件夹，例如 solutions/quiz06_moodle。"),
)
@click.option(
    "--format",
    "named",
    type=click.Choice(FORMATS),
    help=local("Else by what is in FILE.", "默认由 FILE 的内容判断。"),
)
@language_option
def command(file: Path, *, output: Path, named: str | None) -> int:
    """Import, and say what there is now and what was left out."""
    from grader.quiz.exchange.formats import FORMATS as FOUND
    from grader.quiz.exchange.quiz_file import quiz_yaml
    from grader.quiz.reading import FOLDER_NAME, QUIZ_FILE

    name = FOLDER_NAME.fullmatch(output.name)
    if name is None:
        raise _no_name(output)
    if output.exists() or output.is_symlink():
        raise _is_there(output)
    check_parent(output)
    content = read_file(file)
    form = FOUND[recognised(named, file, content)]
    imported = form.codec.read(content, origin=show_path(file), language=choose_language(None))
    written = quiz_yaml(imported.booklet, output, name["id"])
    for note in _first_of_each((*imported.notes, *written.notes)):
        write_error(say(_line(note)))
    if not written.questions:
        raise _nothing(file)
    make_folder(output, QUIZ_FILE, written.content)
    place = show_path(output / QUIZ_FILE)
    write_plain(
        say(
            Text(
                en=f"{place}: {written.questions} questions. Look them over: dlgrade quiz lint {name['id']}, "
                f"dlgrade quiz preview {name['id']}.",
                zh=f"{place}：{written.questions} 道题。请检查：dlgrade quiz lint {name['id']}，"
                f"dlgrade quiz preview {name['id']}。",
            )
        )
    )
    return EXIT_FULL_SCORE


def _first_of_each(notes: Iterable[Note]) -> list[Note]:
    return list(dict.fromkeys(notes))


def _line(note: Note) -> Text:
    name = printable(note.question, limit=80)
    return Text(en=f"{name}: {note.text.en}.", zh=f"{name}：{note.text.zh}。")


def _no_name(output: Path) -> UsageError:
    return UsageError(
        Text(
            en=f"--output {show_path(output)}: expected a folder called quiz, a number of two to four digits, _ and a "
            "short name.",
            zh=f"--output {show_path(output)}：文件夹名应为 quiz、两到四位数字、_ 和一个短名称。",
        ),
        remedy=Text(en="For example: --output solutions/quiz06_moodle", zh="例如：--output solutions/quiz06_moodle"),
    )


def _is_there(output: Path) -> UsageError:
    return UsageError(
        Text(en=f"--output: {show_path(output)} is there already.", zh=f"--output：{show_path(output)} 已存在。"),
        remedy=Text(en="Name a new folder: nothing is overwritten.", zh="请给出新文件夹：不会覆盖已有内容。"),
    )


def _nothing(file: Path) -> UsageError:
    return UsageError(
        Text(
            en=f"{show_path(file)}: it has no question that can be kept.", zh=f"{show_path(file)}：没有可以保留的题目。"
        ),
        remedy=Text(en="What was left out is said above.", zh="略过的内容见上。"),
    )
