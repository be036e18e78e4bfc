"""What `dlgrade grade` shows at its end: one student's report, or the class; of a regrade, what changed and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.batch.changes import Change
from grader.batch.grade import ClassResult
from grader.batch.pages import counting_reports
from grader.batch.rows import tally_of_row
from grader.batch.statistics import Case, Why
from grader.batch.summary import to_summary
from grader.cli.actions import FORMAT, append_outputs, append_summary, tell_actions
from grader.cli.language import choose_language, local, say
from grader.cli.output import PLAIN_WIDTH, columns, dress, padded, write_error, write_out, write_plain
from grader.cli.setting import setting_of
from grader.exercise.paths import show_name, show_path
from grader.report import View, find_format
from grader.report.escape import markdown_block
from grader.report.points import table_number

if TYPE_CHECKING:
    from grader.report import Report

_MAX_CHANGES = 40
_MAX_TESTS = 3
_MAX_PENDING = 5
_BYTES_A_CHARACTER = 4  # in UTF-8, at most
_FENCES = 40  # characters that a block has around its text and behind what is cut
_LEAST_SUMMARY = 200  # characters, below which a part of a summary says nothing
_TEXT = "text"


def show(result: ClassResult, formats: Sequence[str]) -> None:
    """Show a graded class; `formats` are those that were asked for. Raises: OutputLost; PluginError."""
    if result.changes is not None:
        _show_changes(result, result.changes)
    elif len(result.page.book.students) == 1 and result.rows:
        _show_student(result, formats or (_TEXT,))
    else:
        write_out(_summary(result, _view()))
        _tell_actions(result, formats)
    _say_pending(result)
    _say_where(result)


def _summary(result: ClassResult, view: View) -> str:
    return to_summary(result.page.statistics, view, where=lambda case: _report_of(result, case))


def _tell_actions(result: ClassResult, formats: Sequence[str]) -> None:
    """Give GitHub's Actions the class's sums, and its summary as a block: no report of a student by itself."""
    if FORMAT not in formats:
        return
    plain = replace(_view(), width=PLAIN_WIDTH, color=False, ascii_only=False)
    append_summary(lambda room: block_within(_summary(result, plain), room))
    append_outputs([tally_of_row(row) for row in result.rows])


def block_within(text: str, room: int) -> str:
    """Return text as a fenced block of at most `room` bytes, cut where it must be; "" where next to none has room."""
    block = markdown_block(text)
    if len(block.encode()) <= room:
        return block
    limit = room // _BYTES_A_CHARACTER - _FENCES
    return markdown_block(text, limit=limit) if limit >= _LEAST_SUMMARY else ""


def _view() -> View:
    looks = dress()
    return View(language=choose_language(None), width=looks.width, color=looks.color, ascii_only=looks.ascii_only)


def _show_student(result: ClassResult, formats: Sequence[str]) -> None:
    """Show the one student's report, as `check` does, in the first of the formats."""
    reports = counting_reports(result.places, result.rows)
    folders = [Path(folder) for folder in result.plan.submissions]
    view = replace(_view(), setting=setting_of(*((one.exercise, path) for one in reports for path in folders)))
    tell_actions(reports, replace(view, width=PLAIN_WIDTH, color=False, ascii_only=False), formats=formats)
    write_out(_together(reports, formats[0], view))
    for row in result.rows:
        if row.counted is not None:
            write_error(f"{row.exercise}: {say(row.counted)}")


def _together(reports: Sequence[Report], name: str, view: View) -> str:
    form = find_format(name)
    if form.together is not None:
        return form.together(reports, view)
    return "\n".join(form.render(report, view) for report in reports)


def _report_of(result: ClassResult, case: Case) -> str:
    """Return where the report of a case lies, as a person types it."""
    suffix = ".html" if "html" in result.plan.formats else ".json"
    return show_path(result.places.report(case.student, case.exercise, max(case.attempt, 1), suffix=suffix))


def _say_pending(result: ClassResult) -> None:
    """Say which attempts have no score beside one that counts: the gradebook shows points, and the command fails."""
    cases = [case for case in result.page.statistics.cases if case.why is Why.PENDING]
    for case in cases[:_MAX_PENDING]:
        who, exercise = show_name(case.student), case.exercise
        write_error(
            local(
                f"{who}, {exercise}: attempt {case.attempt} has no score; what counts may still change: "
                f"{_report_of(result, case)}",
                f"{who}，{exercise}：第 {case.attempt} 次尝试没有评分，成绩可能变动：{_report_of(result, case)}",
            )
        )
    if len(cases) > _MAX_PENDING:
        more = len(cases) - _MAX_PENDING
        write_error(local(f"… and {more} more; see the gradebook", f"……另有 {more} 份，见成绩册"))


def _say_where(result: ClassResult) -> None:
    places = ", ".join(show_path(file) for file in (result.places.gradebook, result.places.index))
    write_error(local(f"Written: {places}", f"已写入：{places}"))
    if result.before is not None:
        kept = show_path(result.before)
        write_error(local(f"The old result is kept in {kept}", f"旧结果保存在 {kept}"))


def _show_changes(result: ClassResult, changes: Sequence[Change]) -> None:
    if not changes:
        write_plain(
            local(
                f"Nothing changed: {result.graded} graded again, every score is as it was.",
                f"没有变化：重新评分 {result.graded} 份，所有得分均与之前相同。",
            )
        )
        return
    file = show_path(result.places.changes)
    head = local(
        f"{len(changes)} changed, of {result.graded} graded again:",
        f"重新评分 {result.graded} 份，其中 {len(changes)} 份有变化：",
    )
    first = sorted(changes, key=lambda change: change.before == change.after)  # stable: scores that moved come first
    shown = first[:_MAX_CHANGES]
    widths = [max(columns(cell) for cell in cells) for cells in zip(*map(_cells, shown), strict=True)]
    lines = [head, *(_line(change, widths) for change in shown)]
    if len(changes) > _MAX_CHANGES:
        more = len(changes) - _MAX_CHANGES
        lines.append(local(f"  … and {more} more, in {file}", f"  ……其余 {more} 份见 {file}"))
    write_plain("\n".join(lines))


def _cells(change: Change) -> tuple[str, str, str]:
    """Return who, at what, and what the points were and are."""
    attempt = f" ({change.key.attempt})" if change.key.attempt > 1 else ""
    attempt = local(" (counts)", "（计分）") if change.is_result else attempt
    before, after = (
        _points(value, most) for value, most in zip((change.before, change.after), change.possible, strict=True)
    )
    moved = f"{before} -> {after}"
    if change.status_before != change.status_after:
        moved += f" ({change.status_before or '-'} -> {change.status_after or '-'})"
    return show_name(change.key.student), f"{change.key.exercise}{attempt}", moved


def _points(value: float | None, most: float | None) -> str:
    return "-" if value is None else f"{table_number(value)}/{table_number(most) or '?'}"


def _line(change: Change, widths: Sequence[int]) -> str:
    """Return one change: who, what it was and is, why, and which tests."""
    cells = "  ".join(padded(cell, width) for cell, width in zip(_cells(change), widths, strict=True))
    tests = [f"{test.name}: {test.before or '-'} -> {test.after or '-'}" for test in change.tests[:_MAX_TESTS]]
    if len(change.tests) > _MAX_TESTS:
        tests.append(f"… (+{len(change.tests) - _MAX_TESTS})")
    return "\n      ".join((f"  {cells}  {say(change.reason)}", *tests))
