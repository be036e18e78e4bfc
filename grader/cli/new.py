"""`dlgrade new`: a complete, passing exercise to edit."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.language import local, say
from grader.cli.options import course_option, language_option
from grader.cli.output import columns, dress, is_terminal, padded, write_error, write_plain
from grader.errors import EXIT_FULL_SCORE, UsageError
from grader.exercise.course_file import COURSE_FILE
from grader.exercise.paths import show_path
from grader.records import Device, Language, Text

if TYPE_CHECKING:
    from grader.authoring.new import NewExercise
    from grader.authoring.new_files import Wish
    from grader.authoring.new_place import Place

_LONGEST_NUMBER = 99_999
_GAP = 3  # columns between what was written and what it is
_NARROWEST = 16  # columns for its name


@click.command(
    "new",
    help=local(
        "Write a complete exercise named SLUG (layer_norm), which passes all its own tests, for you to edit: manifest, "
        "statements, stub, reference, tests, mistakes, a cheat. It asks for what is not given. In an empty folder it "
        "makes a course, too.",
        "生成一个名为 SLUG（如 layer_norm）的完整练习供你修改：清单、题面、模板、参考解、测试、典型错误和一个作弊样例，"
        "自带的测试全部通过。未给出的内容会逐项询问。在空文件夹中会同时新建课程。",
    ),
)
@click.argument("slug", required=False)
@click.option("--title", metavar="TEXT", help=local("In English; else made of SLUG.", "英文标题；默认由 SLUG 生成。"))
@click.option(
    "--title-zh", metavar="TEXT", help=local("In Chinese; else made of SLUG.", "中文标题；默认由 SLUG 生成。")
)
@click.option(
    "--topic", "topics", multiple=True, metavar="WORD", help=local("For lists; can be repeated.", "主题；可重复给出。")
)
@click.option(
    "--function",
    metavar="NAME",
    help=local("What students write; else SLUG.", "学生要写的函数名；默认与 SLUG 相同。"),
)
@click.option(
    "--number",
    type=click.IntRange(0, _LONGEST_NUMBER),
    metavar="N",
    help=local("Else the next free one.", "编号；默认为下一个空闲的编号。"),
)
@click.option(
    "--device",
    "devices",
    multiple=True,
    type=click.Choice([device.value for device in Device]),
    help=local("Where it can be graded; can be repeated. Else cpu.", "可在哪些设备上评分；可重复给出，默认 cpu。"),
)
@click.option(
    "--markers/--no-markers",
    default=True,
    help=local(
        "Keep BEGIN SOLUTION and END SOLUTION in the reference, so that the stub is made of it (default), or do not.",
        "是否在参考解中保留 BEGIN SOLUTION 与 END SOLUTION 标记，以便由它生成模板；默认保留。",
    ),
)
@click.option("--yes", is_flag=True, help=local("Ask nothing: take the defaults.", "不询问，全部取默认值。"))
@course_option
@language_option
def command(*, number: int | None, markers: bool, yes: bool, course: Path | None, **given: Any) -> int:
    """Write the exercise, and say what was written and what to do next."""
    from grader.authoring.new import create_exercise, finish_earlier
    from grader.authoring.new_place import find_place

    place = find_place(course)
    for name in finish_earlier(place):
        write_error(
            local(
                f"{name} is complete now: an earlier run was ended just before.",
                f"{name} 现已补全：之前有一次运行在最后一步被中断。",
            )
        )
    answers = Answers(ask=not yes and is_terminal(sys.stdin))
    made = create_exercise(place, _wish(answers, place, number=number, markers=markers, **given))
    write_plain("\n".join(_told(made, course)))
    return EXIT_FULL_SCORE


def _wish(
    answers: Answers,
    place: Place,
    *,
    slug: str | None,
    title: str | None,
    title_zh: str | None,
    topics: tuple[str, ...],
    function: str | None,
    number: int | None,
    devices: tuple[str, ...],
    markers: bool,
) -> Wish:
    """Ask for what was not given."""
    from grader.authoring import new_names as names
    from grader.authoring.new import free_number
    from grader.authoring.new_files import Wish

    def check_slug(answer: str) -> None:
        names.check_slug(answer)
        free_number(place, answer, number)

    slug = answers.one(slug, local("Slug, such as layer_norm", "短名，例如 layer_norm"), check=check_slug)
    module = names.module_of(slug)
    return Wish(
        slug=slug,
        title=_title(answers, place, names.default_title(slug), title, title_zh),
        languages=place.defaults.languages,
        function=answers.one(
            function, local("Function to write", "学生要写的函数"), default=module, check=names.check_function
        ),
        topics=answers.several(
            topics, local("Topics", "主题"), default=module.replace("_", "-"), check=names.check_topic
        ),
        devices=tuple(dict.fromkeys(Device(device) for device in devices)) or (Device.CPU,),
        number=number,
        markers=markers,
    )


def _title(answers: Answers, place: Place, default: Text, en: str | None, zh: str | None) -> Text:
    """Ask for the title in each language of the course; the others are not asked for, and keep their default."""
    from grader.authoring import new_names as names

    def one(language: Language, given: str | None, question: str, option: str) -> str:
        if given is None and language not in place.defaults.languages:
            return default.within(language)
        check = partial(names.check_title, option=option)
        return answers.one(given, question, default=default.within(language), check=check)

    return Text(
        en=one(Language.EN, en, local("Title in English", "英文标题"), "--title"),
        zh=one(Language.ZH, zh, local("Title in Chinese", "中文标题"), "--title-zh"),
    )


class Answers:
    """What the author says: as an option, or to a question on the terminal; each is checked at once."""

    def __init__(self, *, ask: bool) -> None:
        self._ask = ask

    def one(self, given: str | None, question: str, *, check: Callable[[str], None], default: str | None = None) -> str:
        """Return what was given, or the answer to `question`. Raises: UsageError for a wrong or missing option."""
        if given is not None or not self._ask:
            answer = given if given is not None else default
            if answer is None:
                raise _no_slug()
            check(answer)
            return answer
        while True:
            answer = str(click.prompt(question, default=default, err=True)).strip()
            try:
                check(answer)
            except UsageError as error:
                write_error(say(error))
                continue
            return answer

    def several(
        self, given: tuple[str, ...], question: str, *, default: str, check: Callable[[str], None]
    ) -> tuple[str, ...]:
        """Return what was given, or the words of the answer to `question`. Raises: UsageError for a wrong option."""

        def check_all(words: str) -> None:
            for word in words.split():
                check(word)

        for word in given:
            check(word)  # one by one: a word given as an option may have a space in it
        words = self.one(" ".join(given) or None, question, default=default, check=check_all).split()
        return tuple(dict.fromkeys(words))


def _no_slug() -> UsageError:
    return UsageError(
        Text(en="SLUG is missing: what is the exercise called?", zh="缺少 SLUG：练习叫什么？"),
        remedy=Text(en="For example: `dlgrade new layer_norm`.", zh="例如：`dlgrade new layer_norm`。"),
    )


# ---------------------------------------------------------------------------------------------- what was written


def _told(made: NewExercise, course: Path | None) -> Iterator[str]:
    """Yield the lines that say what was written, and what comes next."""
    exercise, place = made.exercise, made.place
    if place.is_new:
        file = show_path(place.root / COURSE_FILE)
        yield local(f"A new course; its name is in {file}.", f"新课程；名称写在 {file} 中。")
    yield local(f"A new exercise: {exercise.name}", f"新练习：{exercise.name}")
    yield ""
    halves = (
        (exercise.folder, local("what students get", "学生得到的内容")),
        (exercise.solution_folder, local("stays with you", "只留在你手里")),
    )
    rows = []
    for folder, what in halves:
        rows.append((f"{show_path(Path(folder))}/", what))
        inside = (file.relative_to(folder).as_posix() for file in made.files if file.is_relative_to(folder))
        rows += [
            (f"  {name}", _role(name, exercise.files, is_hidden=folder == exercise.solution_folder)) for name in inside
        ]
    yield from _aligned(rows)
    yield ""
    yield local(
        "It passes as it stands. Look for CHANGE THIS in its files, and make it yours. Next:",
        "它现在就能通过。请在各文件中查找 CHANGE THIS，改成你自己的内容。接下来：",
    )
    yield from _aligned(_next(made, course))


def _next(made: NewExercise, course: Path | None) -> list[tuple[str, str]]:
    """Return three commands, and what each does."""
    exercise = made.exercise
    named = "" if course is None else f" --course {shlex.quote(show_path(course.absolute()))}"
    hidden = shlex.quote(show_path(Path(exercise.solution_folder)))
    return [
        (
            f"  dlgrade check {exercise.id} --submission {hidden}{named}",
            local("your reference: full score", "你的参考解：满分"),
        ),
        (f"  dlgrade check {exercise.id}{named}", local("the stub, as students begin", "模板，即学生的起点")),
        (f"  dlgrade verify {exercise.id}{named}", local("prove all of it", "证明整个练习成立")),
    ]


def _role(name: str, files: tuple[str, ...], *, is_hidden: bool) -> str:
    """Say what a file is for."""
    if name in files:
        return local("the reference", "参考解") if is_hidden else local("the stub", "模板")
    return {
        "README.md": local("the statement", "英文题面"),
        "README.zh.md": local("the same in Chinese", "中文题面"),
        "exercise.toml": local("the manifest: title, limits, rules", "清单：标题、限制、规则"),
        "test_visible.py": local("tests that students can read", "学生可见的测试"),
        "test_hidden.py": local("tests that decide", "决定分数的隐藏测试"),
        "expected.toml": local("what mistakes and cheats should get", "典型错误与作弊样例应得的结果"),
        "mistakes": local("a wrong solution, and what to say of it", "一种典型错误及其反馈"),
        "cheats": local("an attempt to win without solving", "一种不解题就想得分的尝试"),
    }[name.partition("/")[0]]


def _aligned(rows: list[tuple[str, str]]) -> Iterator[str]:
    """Yield rows of two columns; where the first is too wide, the second goes on the next line."""
    room = max(_NARROWEST, dress().width - _GAP - max(columns(right) for _, right in rows))
    width = min(room, max(columns(left) for left, _ in rows))
    for left, right in rows:
        if columns(left) <= width:
            yield f"{padded(left, width)}{' ' * _GAP}{right}"
        else:
            yield from (left, f"{' ' * (width + _GAP)}{right}")
