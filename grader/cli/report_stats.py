"""`dlgrade report stats`: a class that is graded already, in figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.language import choose_language, local, say
from grader.cli.options import language_option
from grader.cli.output import Progress, dress, write_error, write_out
from grader.errors import EXIT_FULL_SCORE, EXIT_USAGE, UsageError
from grader.records import Text

if TYPE_CHECKING:
    from grader.batch.graded_class import GradedClass
    from grader.batch.statistics import Case, Statistics


@click.command(
    "stats",
    help=local(
        "How a class fared: scores, the hardest tests, the most common mistakes, and what a person should look at. "
        "DIR is the --output of `dlgrade grade`, or any folder with reports in JSON.",
        "全班情况：得分分布、最难的测试、最常见的错误，以及需要人工查看的提交。"
        "DIR 是 `dlgrade grade` 的 --output 文件夹，或任何含有 JSON 报告的文件夹。",
    ),
)
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help=local("The figures, for programs.", "以 JSON 输出，供程序读取。"))
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=local("Also write the class's page into this file.", "同时把全班概览页写入该文件。"),
)
@language_option
def command(*, folder: Path, as_json: bool, page: Path | None) -> int:
    """Print the figures; 2 when a report could not be read."""
    from grader.batch.graded_class import read_class
    from grader.batch.statistics import statistics_of

    if page is not None and (page.suffix != ".html" or page.is_dir()):
        raise _no_page(page)
    with Progress() as progress:
        found = read_class(folder, tell=lambda count: progress.say(_read(count)) if count % 50 == 0 else None)
    figures = statistics_of(found.book)
    if page is not None:
        _write_pages(folder, page, found, figures)
    _show(found, figures, as_json=as_json)
    if page is not None and found.is_output and not _is_beside(page, folder):
        write_error(_without_links(page, folder))
    for note in found.notes:
        write_error(say(note))
    for error in found.damaged:
        write_error(say(error))
    return EXIT_USAGE if found.damaged else EXIT_FULL_SCORE


def _read(count: int) -> str:
    return local(f"{count} reports read", f"已读取 {count} 份报告")


def _show(found: GradedClass, figures: Statistics, *, as_json: bool) -> None:
    from grader.batch.figures_document import to_json
    from grader.batch.journal import Key
    from grader.batch.summary import to_summary
    from grader.report import View

    if as_json:
        write_out(to_json(figures))
        return

    def where(case: Case) -> str:
        file = found.files.get(Key(case.exercise, case.student, case.attempt))
        return "" if file is None else str(file)

    looks = dress()
    view = View(language=choose_language(None), width=looks.width, color=looks.color, ascii_only=looks.ascii_only)
    write_out(to_summary(figures, view, where=where))


def _write_pages(folder: Path, page: Path, found: GradedClass, figures: Statistics) -> None:
    """Write the page, and its further ones beside it. Raises: UsageError."""
    from grader.batch.class_page import class_pages
    from grader.exercise.whole_file import write_whole

    stem = page.name.removesuffix(".html")
    linked = found.report_suffix if found.is_output and _is_beside(page, folder) else ""
    pages = class_pages(found.book, figures, language=choose_language(None), stem=stem, linked=linked)
    for name, content in pages.items():
        target = page if name == f"{stem}.html" else page.with_name(name)
        try:
            write_whole(target, content.encode("utf-8", "replace"))
        except OSError as error:
            raise _unwritable(target, error) from None


def _is_beside(page: Path, folder: Path) -> bool:
    """Return whether the reports of a folder are where the page would look for them."""
    return page.resolve().parent == folder.resolve()


def _without_links(page: Path, folder: Path) -> str:
    from grader.exercise.paths import show_path

    shown, top = show_path(page), show_path(folder)
    return local(
        f"{shown} lies outside of {top}, so its students have no links to their reports. For those: "
        f"--html {show_path(folder / page.name)}",
        f"{shown} 不在 {top} 之中，因此学生没有指向其报告的链接。如需链接：--html {show_path(folder / page.name)}",
    )


def _no_page(page: Path) -> UsageError:
    from grader.exercise.paths import show_path

    shown = show_path(page)
    return UsageError(
        Text(en=f"--html: {shown} is no name for a page.", zh=f"--html：{shown} 不能作为网页的文件名。"),
        remedy=Text(en="Name a file that ends in .html.", zh="请给出以 .html 结尾的文件名。"),
    )


def _unwritable(target: Path, error: OSError) -> UsageError:
    from grader.exercise.paths import show_path

    shown, reason = show_path(target), error.strerror or str(error)
    return UsageError(
        Text(en=f"--html: {shown} cannot be written to: {reason}.", zh=f"--html：无法写入 {shown}：{reason}。"),
        remedy=Text(en="Name a file in a folder that you may write to.", zh="请给出一个可写文件夹中的文件。"),
    )
