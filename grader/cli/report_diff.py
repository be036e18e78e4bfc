"""`dlgrade report diff`: what changed between two reports, or between two output folders of `grade`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.language import choose_language, local
from grader.cli.options import language_option
from grader.cli.output import dress, write_out
from grader.errors import EXIT_FULL_SCORE, EXIT_NOT_FULL, UsageError
from grader.exercise.paths import is_folder, show_path
from grader.records import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.batch.counting import Moved, Result
    from grader.report.difference import Difference
    from grader.report.layout import Page

_MAX_SHOWN = 200  # reports that are told one by one


@click.command(
    "diff",
    help=local(
        "What changed between two reports and why: the exercise, the submission, versions, seed; then points and "
        "tests. Two folders of `grade --output` are compared report by report. Exit: 0 the same, 1 different, "
        "2 wrong usage.",
        "两份报告有何变化及原因：练习、提交、版本、种子，然后是得分与测试。两个 `grade --output` 文件夹逐份比较。"
        "退出码：0 相同；1 不同；2 用法错误。",
    ),
)
@click.argument("before", type=click.Path(path_type=Path), metavar="A")
@click.argument("after", type=click.Path(path_type=Path), metavar="B")
@language_option
def command(*, before: Path, after: Path) -> int:
    """Compare two files, or two folders."""
    from grader.report.layout import Page

    for path in (before, after):
        if not os.path.lexists(path):
            raise _not_there(path)
    if is_folder(before) is not is_folder(after):
        raise _unlike(before, after)
    look = dress()
    page = Page(width=look.width, ascii_only=look.ascii_only)
    comparison = _Comparison(page=page, arrow="->" if look.ascii_only else "→")
    same = comparison.folders(before, after) if is_folder(before) else comparison.files(before, after)
    from grader.report.escape import without_commands

    write_out(without_commands(page.render(color=look.color)))
    return EXIT_FULL_SCORE if same else EXIT_NOT_FULL


@dataclass(frozen=True, kw_only=True)
class _Comparison:
    """Writes onto one page what differs."""

    page: Page
    arrow: str

    def files(self, before: Path, after: Path) -> bool:
        """Compare two reports; return whether they are the same."""
        found = _difference(before, after)
        self._write(found)
        return found.is_none

    def folders(self, before: Path, after: Path) -> bool:
        """Compare two folders report by report; return whether all are the same."""
        old, new = _reports(before), _reports(after)
        same = differing = 0
        for name in sorted(old.keys() & new.keys()):
            found = _difference(old[name], new[name])
            same += found.is_none
            differing += not found.is_none
            if not found.is_none and differing <= _MAX_SHOWN:
                self.page.put((name, "bold"), indent=0)
                self._write(found, indent=2)
                self.page.blank()
        self._write_missing(before, sorted(old.keys() - new.keys()))
        self._write_missing(after, sorted(new.keys() - old.keys()))
        moved = self._write_results(before, after)
        only = len(old.keys() ^ new.keys())
        more = differing - _MAX_SHOWN
        if more > 0:
            self.page.put(body=local(f"… and {more} more that differ.", f"……另有 {more} 份不同。"), indent=0)
        self.page.put(
            body=local(
                f"{same} the same, {differing} different, {only} on one side only.",
                f"相同 {same} 份，不同 {differing} 份，仅一侧有 {only} 份。",
            ),
            style="bold",
            indent=0,
        )
        return not differing and not only and not moved

    def _write(self, found: Difference, *, indent: int = 0) -> None:
        from grader.report.difference_text import write_difference

        write_difference(self.page, found, language=choose_language(None), arrow=self.arrow, indent=indent)

    def _write_results(self, before: Path, after: Path) -> int:
        """Tell whose result is another one, whatever the reports say: the rules choose among attempts."""
        found = _moved(before, after)
        for one in found[:_MAX_SHOWN]:
            old, new = (_counted(result) for result in (one.before, one.after))
            self.page.put(
                (f"{one.after.student}, {one.after.exercise}", "bold"),
                body=local(f": what counts: {old} {self.arrow} {new}", f"：计分：{old} {self.arrow} {new}"),
                indent=0,
            )
        return len(found)

    def _write_missing(self, folder: Path, names: list[str]) -> None:
        for name in names[:_MAX_SHOWN]:
            shown = show_path(folder)
            self.page.put((name, "bold"), body=local(f": only in {shown}", f"：仅在 {shown} 中"), indent=0)


def _moved(before: Path, after: Path) -> Sequence[Moved]:
    """Return the results that differ; none where one of the folders does not say what counts."""
    from grader.batch.counting import moved_results, read_counting
    from grader.batch.places import Places
    from grader.batch.stored import Unreadable

    try:
        old, new = (read_counting(Places(folder)) for folder in (before, after))
    except (OSError, Unreadable) as error:
        raise UsageError(
            Text(
                en=f"batch/counting.json: cannot be read: {error}.",
                zh=f"batch/counting.json：无法读取：{error}。",
            ),
            remedy=Text(
                en="`dlgrade grade --resume` with that --output writes it anew.",
                zh="对该 --output 运行 `dlgrade grade --resume` 会重新写出。",
            ),
        ) from None
    return () if old is None or new is None else moved_results(old, new)


def _counted(result: Result) -> str:
    from grader.report.points import table_number

    shown = "-" if result.points is None else table_number(result.points)
    return local(f"{shown} (attempt {result.attempt})", f"{shown}（第 {result.attempt} 次尝试）")


def _difference(before: Path, after: Path) -> Difference:
    from grader.report.difference import difference
    from grader.report.reading import read_report

    return difference(read_report(before), read_report(after))


def _reports(folder: Path) -> dict[str, Path]:
    """Return the reports of an output folder, by student and exercise. Raises: UsageError where there are none."""
    from grader.batch.places import Places

    places = Places(folder)
    found = {file.relative_to(places.reports).as_posix().removesuffix(".json"): file for file in places.report_files()}
    if not found:
        raise UsageError(
            Text(en=f"{show_path(folder)}: holds no reports.", zh=f"{show_path(folder)}：其中没有报告。"),
            remedy=Text(
                en="Give a folder that `dlgrade grade --output` wrote.",
                zh="请给出 `dlgrade grade --output` 写出的文件夹。",
            ),
        )
    return found


def _not_there(path: Path) -> UsageError:
    shown = show_path(path)
    return UsageError(
        Text(en=f"{shown}: no such file or folder.", zh=f"{shown}：没有这个文件或文件夹。"),
        remedy=Text(
            en="Give two reports in JSON, or two folders of `dlgrade grade --output`.",
            zh="请给出两份 JSON 报告，或两个 `dlgrade grade --output` 的文件夹。",
        ),
    )


def _unlike(before: Path, after: Path) -> UsageError:
    return UsageError(
        Text(
            en=f"{show_path(before)} and {show_path(after)}: one is a folder, the other is not.",
            zh=f"{show_path(before)} 与 {show_path(after)}：一个是文件夹，另一个不是。",
        ),
        remedy=Text(
            en="Give two files, or two folders of `dlgrade grade --output`.",
            zh="请给出两个文件，或两个 `dlgrade grade --output` 的文件夹。",
        ),
    )
