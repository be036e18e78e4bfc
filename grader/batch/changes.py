"""What a regrade changed, and why: one line a student and exercise whose result is another one now."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.batch.journal import Key, Line
from grader.batch.plan import Plan, Planned, changed_files
from grader.batch.rows import Row, TestRow
from grader.errors import both, joined
from grader.records import Language, Text
from grader.report.escape import csv_cell
from grader.report.model import Status

_HEADINGS = (
    "student",
    "exercise",
    "attempt",
    "before",
    "after",
    "possible_before",
    "possible_after",
    "status_before",
    "status_after",
    "tests",
    "reason",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestChange:
    """One test whose outcome, or whose points, are others now. "": there was, or is, no such test."""

    __test__ = False  # not a test class, whatever pytest thinks of the name

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One attempt whose result is another one now. Points are those that count; None: no score, or not graded."""

    key: Key
    before: float | None
    after: float | None
    possible: tuple[float | None, float | None]  # before and after
    status_before: str  # "": it was not graded
    status_after: str
    tests: tuple[TestChange, ...]
    reason: Text


def changes_between(old: Mapping[Key, Line], new: Mapping[Key, Line], plans: tuple[Plan, Plan]) -> tuple[Change, ...]:
    """Return what differs between two journals of one class, sorted by exercise, student and attempt.

    `plans`: what each was graded by, the older first.
    """
    before, after = ({planned.name: planned for planned in plan.exercises} for plan in plans)
    found = []
    for key in sorted({*old, *new}):
        was, now = old.get(key), new.get(key)
        if _result(was) != _result(now):
            exercises = before.get(key.exercise), after.get(key.exercise)
            found.append(_change(key, was, now, joined(_reasons(was, now, plans, exercises))))
    return tuple(found)


def to_csv(changes: Sequence[Change], language: Language) -> str:
    """Return the changes as a table, as the gradebook is written: a byte order mark, quotes, CR LF."""
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow(_HEADINGS)
    for one in changes:
        cells = (
            one.key.student,
            one.key.exercise,
            str(one.key.attempt),
            points(one.before),
            points(one.after),
            points(one.possible[0]),
            points(one.possible[1]),
            one.status_before,
            one.status_after,
            "; ".join(f"{test.name}: {test.before or '-'} -> {test.after or '-'}" for test in one.tests),
            one.reason.within(language),
        )
        table.writerow([csv_cell(cell) for cell in cells])
    return "\ufeff" + out.getvalue()


def points(value: float | None) -> str:
    """Return points as a table shows them; "" where there is no score."""
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")


def _result(line: Line | None) -> object:
    """Return what of a line makes the result."""
    if line is None:
        return None
    row = line.row
    tests = tuple((test.name, test.outcome, test.points, test.earned) for test in row.tests)
    return row.status, row.fault, row.earned, row.possible, row.points, tests


def _change(key: Key, was: Line | None, now: Line | None, reason: Text) -> Change:
    return Change(
        key=key,
        before=None if was is None else was.row.points,
        after=None if now is None else now.row.points,
        possible=(None if was is None else was.row.possible, None if now is None else now.row.possible),
        status_before="" if was is None else was.row.status.value,
        status_after="" if now is None else now.row.status.value,
        tests=tuple(_tests(was, now)),
        reason=reason,
    )


def _tests(was: Line | None, now: Line | None) -> Iterator[TestChange]:
    before, after = (_by_name(None if line is None else line.row) for line in (was, now))
    for name in dict.fromkeys((*after, *before)):
        first, second = before.get(name), after.get(name)
        if _shown(first) != _shown(second):
            yield TestChange(name=name, before=_shown(first), after=_shown(second))


def _by_name(row: Row | None) -> dict[str, TestRow]:
    return {} if row is None else {test.name: test for test in row.tests}


def _shown(test: TestRow | None) -> str:
    return "" if test is None else f"{test.outcome.value} {points(test.earned)}/{points(test.points)}"


# ------------------------------------------------------------------------------------------ why


def _reasons(
    was: Line | None,
    now: Line | None,
    plans: tuple[Plan, Plan],
    exercises: tuple[Planned | None, Planned | None],
) -> Iterator[Text]:
    """Yield every cause that there is; one that nobody finds is said to be none that can be seen."""
    if was is None:
        yield Text(en="It was not graded before.", zh="此前未评分。")
        return
    if now is None:
        yield Text(en="It is not among the submissions any more.", zh="已不在提交之中。")
        return
    found = [*_of_exercise(*exercises), *_of_surroundings(was, now, plans), *_of_submission(was, now)]
    if was.row.status is Status.UNSCORED and now.row.status is not Status.UNSCORED:
        found.append(Text(en="It had no score before.", zh="此前没有得分。"))
    if now.row.status is Status.UNSCORED and was.row.status is not Status.UNSCORED:
        found.append(Text(en="It has no score now.", zh="现在没有得分。"))
    yield from found or [
        Text(
            en="Nothing that decides a score has changed: the code or a test does not do the same each time.",
            zh="决定得分的内容都没有变：代码或测试的行为每次不同。",
        )
    ]


def _of_exercise(old: Planned | None, new: Planned | None) -> Iterator[Text]:
    if old is None or new is None:
        return
    if old.sha256 != new.sha256:
        files = ", ".join(changed_files(old, new)) or "dlgrade.toml"
        yield Text(en=f"The exercise changed: {files}.", zh=f"练习已更改：{files}。")
    if old.rules != new.rules:
        yield Text(
            en="The rules for lateness or attempts, or the due date, changed.",
            zh="迟交或尝试次数的规则、或截止时间已更改。",
        )


def _of_surroundings(was: Line, now: Line, plans: tuple[Plan, Plan]) -> Iterator[Text]:
    old, new = plans
    versions = {"dlgrade": (old.dlgrade, new.dlgrade)}
    shared = sorted({*was.versions} & {*now.versions})
    versions |= {name: (was.versions[name], now.versions[name]) for name in shared}
    for name, (before, after) in versions.items():
        if before != after:
            yield Text(en=f"{name} changed: {before} -> {after}.", zh=f"{name} 已更改：{before} -> {after}。")
    if old.seed != new.seed:
        yield Text(en="The seed is another one.", zh="种子不同。")
    if old.device is not new.device:
        yield both(f"--device: {old.device.value} -> {new.device.value}.")
    if was.isolation and now.isolation and was.isolation != now.isolation:
        yield both(f"--isolation: {was.isolation} -> {now.isolation}.")


def _of_submission(was: Line, now: Line) -> Iterator[Text]:
    if was.row.submission_sha256 != now.row.submission_sha256:
        yield Text(en="The submission changed.", zh="提交的内容已更改。")
    if was.row.handed_in.at != now.row.handed_in.at or was.due != now.due:
        yield Text(
            en="The time of handing in, or the student's own due date, changed.", zh="提交时间或个人截止时间已更改。"
        )
