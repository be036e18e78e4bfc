"""`dlgrade quiz export`: a quiz as a file that another system imports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.language import choose_language, local, say
from grader.cli.options import course_option, language_option
from grader.cli.output import write_error, write_plain
from grader.cli.quiz.files import FORMATS, format_of, write_private
from grader.cli.quiz.named import named_quiz
from grader.errors import EXIT_FULL_SCORE, UsageError
from grader.exercise.paths import show_path
from grader.records import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from grader.quiz.exchange.leaf import Booklet
    from grader.quiz.exchange.losses import Change, FittedBooklet

_VARIANTS = 5


@click.command(
    "export",
    help=local(
        "Write quiz ID as a file for Moodle or another system, in one language, with its answers. Parameters become "
        "so many frozen variants. What the format cannot hold is refused unless --lossy.",
        "把测验 ID 写成供 Moodle 等系统导入的文件：只含一种语言，并附答案。含参数的题目固定为若干变体。"
        "格式容纳不了的内容会被拒绝，除非加上 --lossy。",
    ),
)
@click.argument("quiz", metavar="ID")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help=local("Where to; readable for you alone.", "写到哪里；只有你自己可读。"),
)
@click.option(
    "--format",
    "named",
    type=click.Choice(FORMATS),
    help=local("Else by FILE's name: .xml, .gift, .zip.", "默认由文件名决定：.xml、.gift、.zip。"),
)
@click.option(
    "--variants",
    type=click.IntRange(1, 200),
    default=_VARIANTS,
    show_default=True,
    metavar="N",
    help=local("Of each question with parameters.", "每道含参数的题目固定多少个变体。"),
)
@click.option("--seed", default="", metavar="TEXT", help=local("Other variants than without it.", "换一组不同的变体。"))
@click.option(
    "--lossy", is_flag=True, help=local("Write it all the same, and say what is lost.", "仍然写出，并说明丢失了什么。")
)
@click.option("--force", is_flag=True, help=local("Replace FILE.", "覆盖已有的 FILE。"))
@course_option
@language_option
def command(
    quiz: str,
    *,
    output: Path,
    named: str | None,
    variants: int,
    seed: str,
    lossy: bool,
    force: bool,
    course: Path | None,
) -> int:
    """Export, and say what was written and what was lost."""
    from grader.quiz.exchange.booklets import Frozen, booklet_of
    from grader.quiz.exchange.formats import FORMATS as FOUND
    from grader.quiz.generators import Generators

    form = FOUND[format_of(named, output)]
    read = named_quiz(quiz, course)
    frozen = Frozen(language=choose_language(None), variants=variants, seed=seed)
    with Generators(read) as generators:
        booklet = booklet_of(read, generators, frozen)
    fitted = form.codec.fit(booklet)
    if fitted.lost and not lossy:
        raise _refused(form.title, fitted, booklet)
    if not fitted.booklet.items:
        raise _nothing_left(form.title)
    write_private(output, form.codec.write(fitted), force=force)
    for line in _told(fitted.changes, booklet):
        write_error(say(line))
    write_error(say(_ANSWERS))
    count = len(fitted.booklet.leaves)
    write_plain(
        say(
            Text(
                en=f"{show_path(output)}: {read.id} as {form.title}, {count} questions and variants.",
                zh=f"{show_path(output)}：{read.id} 的 {form.title} 文件，题目与变体共 {count} 道。",
            )
        )
    )
    return EXIT_FULL_SCORE


def _told(changes: Iterable[Change], booklet: Booklet) -> list[Text]:
    """Return a line for each change: which questions, and what became of them."""
    from grader.quiz.exchange.leaf import Group

    whole = {leaf.id: item.id for item in booklet.items if isinstance(item, Group) for leaf in item.leaves}
    found: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        found.setdefault((change.weight.value, change.text.en), []).append(change)
    lines = []
    for (weight, _), same in found.items():
        names = list(dict.fromkeys(_of_all(change.question, whole) for change in same if change.question))
        listed = Text(en=", ".join(names), zh="、".join(names))
        word, text = _WORDS[weight], same[0].text
        where = Text(en=f" ({listed.en})", zh=f"（{listed.zh}）") if names else Text(en="", zh="")
        lines.append(Text(en=f"{word.en}: {text.en}{where.en}", zh=f"{word.zh}：{text.zh}{where.zh}"))
    return lines


def _of_all(name: str, whole: Mapping[str, str]) -> str:
    """Return the question that a variant, or a part of one, is of."""
    leaf, slash, part = name.partition("/")
    return whole.get(leaf, leaf) + slash + part


def _refused(title: str, fitted: FittedBooklet, booklet: Booklet) -> UsageError:
    lines = _told(fitted.lost, booklet)
    return UsageError(
        Text(
            en=f"{title} cannot hold all of this quiz.\n" + "\n".join(f"  {line.en}" for line in lines),
            zh=f"{title} 容纳不了这份测验的全部内容。\n" + "\n".join(f"  {line.zh}" for line in lines),
        ),
        remedy=Text(
            en="\nAdd --lossy to write it without these, or choose another --format.",
            zh="\n加上 --lossy 可略去这些内容写出，或改用其他 --format。",
        ),
    )


def _nothing_left(title: str) -> UsageError:
    return UsageError(
        Text(en=f"{title} can hold none of these questions.", zh=f"{title} 一道题也容纳不了。"),
        remedy=Text(en="Choose another --format.", zh="请改用其他 --format。"),
    )


_WORDS = {
    "lost": Text(en="Lost", zh="丢失"),
    "converted": Text(en="Changed", zh="改写"),
    "setting": Text(en="To be set there", zh="需在那边设置"),
}
_ANSWERS = Text(en="The file holds the answers: no student may get it.", zh="文件内含答案：请勿发给学生。")
