"""`dlgrade quiz preview`: a quiz as its teacher looks at it, every variant of some seeds with its key."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.language import choose_language, local
from grader.cli.options import course_option
from grader.cli.output import dress, write_error, write_out
from grader.errors import UsageError
from grader.records import Language, Text

if TYPE_CHECKING:
    from grader.quiz.authored import Quiz
    from grader.quiz.preview.variants import Previewed

MAX_SEEDS = 1000  # in one preview: lint goes through more
_SEEDS = re.compile(r"(?P<first>[0-9]{1,9})(?:-(?P<last>[0-9]{1,9}))?")
_DEFAULT_SEEDS = "1-10"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewArguments:
    """What to preview, and how."""

    name: str
    questions: tuple[str, ...]
    seeds: tuple[int, ...]
    are_seeds_given: bool
    languages: tuple[Language, ...]  # none: those of the quiz
    course: Path | None


@click.command(
    "preview",
    help=local(
        "Show quiz ID, or a quiz.yaml anywhere, with its answers: what students see, and what the key says.",
        "显示测验 ID（或任意位置的 quiz.yaml）及其答案：学生看到的题面，以及答案与反馈。",
    ),
)
@click.argument("name", metavar="ID")
@click.argument("questions", metavar="[QUESTION]...", nargs=-1)
@click.option(
    "--seeds",
    metavar="RANGE",
    help=local("Which variants, such as 1-20 or 3,7,12. Default: 1-10.", "哪些变体，例如 1-20 或 3,7,12；默认 1-10。"),
)
@click.option("--seed", type=click.IntRange(0, 10**9 - 1), metavar="N", help=local("One variant.", "只看一个变体。"))
@click.option(
    "--language",
    type=click.Choice([one.value for one in Language]),
    help=local("Only this language; else both, side by side.", "只显示一种语言；默认两种并列。"),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "html"]),
    help=local("text, or html: one page that loads nothing.", "text，或 html：不联网的单个网页。"),
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=local("Write there instead of stdout; *.html is html.", "写入该文件而不是标准输出；*.html 即为 html。"),
)
@click.option("--open", "opens", is_flag=True, help=local("Show the page in a browser.", "在浏览器中打开网页。"))
@course_option
def command(
    name: str,
    questions: tuple[str, ...],
    seeds: str | None,
    seed: int | None,
    language: str | None,
    form: str | None,
    output: Path | None,
    opens: bool,
    course: Path | None,
) -> int:
    """Draw and show the variants; return 2 where a question has none, as its author made a mistake."""
    if language is not None:
        import os

        os.environ["DLGRADE_LANG"] = language  # of what is said around the questions, too
    if seed is not None and seeds is not None:
        raise UsageError(Text(en="--seed and --seeds: give one of them.", zh="--seed 与 --seeds 只能给出一个。"))
    is_page = form == "html" or (
        form is None and (opens or (output is not None and output.suffix in (".html", ".htm")))
    )
    if opens and not is_page:
        raise UsageError(
            Text(en="--open shows a page, not text.", zh="--open 用于打开网页，不适用于文本。"),
            remedy=Text(en="Leave out --format text.", zh="请去掉 --format text。"),
        )
    asked = PreviewArguments(
        name=name,
        questions=questions,
        seeds=(seed,) if seed is not None else seeds_of(seeds or _DEFAULT_SEEDS),
        are_seeds_given=seed is not None or seeds is not None,
        languages=(Language(language),) if language is not None else (),
        course=course,
    )
    return _show(asked, is_page=is_page, output=output, opens=opens)


def _show(asked: PreviewArguments, *, is_page: bool, output: Path | None, opens: bool) -> int:
    from grader.cli.quiz.named import named_quiz
    from grader.quiz.preview.variants import preview

    quiz = named_quiz(asked.name, asked.course)
    _check_questions(quiz, asked.questions)
    drawn = preview(quiz, asked.seeds, asked.questions)
    languages = asked.languages or quiz.languages or tuple(Language)
    text = _page(quiz, drawn, asked, languages) if is_page else _text(quiz, drawn, asked, languages, output)
    if output is None and opens:
        # A folder of its own, which nobody else can read: the page holds the answers.
        output = Path(tempfile.mkdtemp(prefix="dlgrade-preview-")) / f"{quiz.id}.html"
    if output is None:
        write_out(text)
    else:
        _write(output, text)
    if opens and output is not None:
        _open(output)
    return 2 if any(one.failed for one in drawn) else 0


def _page(quiz: Quiz, drawn: Sequence[Previewed], asked: PreviewArguments, languages: tuple[Language, ...]) -> str:
    from grader.quiz.preview.page import Preview, preview_page

    return preview_page(
        Preview(quiz=quiz, questions=drawn, seeds=asked.seeds, languages=languages, speaks=choose_language(None))
    )


def _text(
    quiz: Quiz,
    drawn: Sequence[Previewed],
    asked: PreviewArguments,
    languages: tuple[Language, ...],
    output: Path | None,
) -> str:
    from grader.quiz.preview.paper import Listing, put_preview
    from grader.quiz.rendering.styled import Paper

    found = dress()
    to_file = output is not None
    paper = Paper(width=found.width, color=found.color and not to_file, ascii_only=found.ascii_only and not to_file)
    put_preview(
        paper,
        quiz,
        drawn,
        Listing(languages=languages, speaks=choose_language(None), whole=asked.are_seeds_given),
    )
    return paper.render()


def seeds_of(text: str) -> tuple[int, ...]:
    """Return the seeds that `1-20` or `3,7,12` names, each once. Raises: UsageError."""
    seeds: dict[int, None] = {}
    for part in text.split(","):
        match = _SEEDS.fullmatch(part.strip())
        first = int(match["first"]) if match else 0
        last = int(match["last"] or first) if match else -1
        if last < first or last - first >= MAX_SEEDS or len(seeds) + last - first >= MAX_SEEDS:
            raise UsageError(
                Text(
                    en=f'--seeds "{text}": expected numbers and ranges, {MAX_SEEDS:,} seeds at most.',
                    zh=f"--seeds “{text}”：应为数字或范围，最多 {MAX_SEEDS:,} 个种子。",
                ),
                remedy=Text(en="Write 1-20, or 3,7,12.", zh="请写成 1-20 或 3,7,12。"),
            )
        seeds |= dict.fromkeys(range(first, last + 1))
    return tuple(seeds)


def _check_questions(quiz: Quiz, wanted: Sequence[str]) -> None:
    from grader.exercise.problems import closest

    known = [question.id for question in quiz.questions]
    for name in wanted:
        if name not in known:
            near = closest(name, known, likeness=0.5)
            raise UsageError(
                Text(en=f"{quiz.id} has no question {name!r}.", zh=f"{quiz.id} 没有题目 {name!r}。"),
                remedy=Text(
                    en=f'Did you mean "{near}"?' if near else f"There are: {', '.join(known)}.",
                    zh=f"是不是“{near}”？" if near else f"现有题目：{'、'.join(known)}。",
                ),
            )


def _write(file: Path, text: str) -> None:
    from grader.cli.quiz.files import write_private

    write_private(file, text.encode(), force=True)
    write_error(local(f"Written: {file}. It holds the answers.", f"已写入 {file}，其中含有答案。"))


def _open(page: Path) -> None:
    import webbrowser

    address = page.resolve().as_uri()
    if not webbrowser.open(address):
        write_error(local(f"No browser could be started. Open {address}", f"无法启动浏览器。请自行打开 {address}"))
