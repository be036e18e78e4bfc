"""What a regrade changed, and why: each attempt whose result is another one now, and each student's result.

A student's result is what counts of all attempts at an exercise. Where it moved just as an attempt did, the attempt's
line says it all; where it moved otherwise, because another attempt counts now, it has a line of its own.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.batch.classbook import standing_of
from grader.batch.counting import Counting, Result, moved_results, read_counting
from grader.batch.journal import Key, Line, read_journal
from grader.batch.places import Places
from grader.batch.plan import Plan, Planned, changed_files
from grader.batch.rows import Row, TestRow
from grader.batch.stored import Unreadable
from grader.errors import both, joined
from grader.records import Language, Text
from grader.report.escape import csv_cell
from grader.report.model import Status
from grader.report.points import table_number

_HEADINGS = (
    "student",
    "exercise",
    "attempt",
    "counts",
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
    """One attempt whose result is another one now. Points are those that count; None: no score, or not graded.

    With `is_result` it is what counts of all attempts, and the attempt is the one that counts now.
    """

    key: Key
    before: float | None
    after: float | None
    possible: tuple[float | None, float | None]  # before and after
    status_before: str  # as the gradebook has it; "": it was not graded
    status_after: str
    tests: tuple[TestChange, ...]
    reason: Text
    is_result: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedBy:
    """A class that is graded: by what plan, each attempt, and what counts; None before that was written."""

    plan: Plan
    lines: Mapping[Key, Line]
    counting: Counting | None


def graded_in(places: Places, plan: Plan) -> GradedBy:
    """Return the class in an output folder, of the exercises of this plan. Raises: OSError, UsageError."""
    names = {one.name for one in plan.exercises}
    lines = {key: line for key, line in read_journal(places.journal).items() if key.exercise in names}
    try:
        counting = read_counting(places)
    except Unreadable:  # damaged: attempts are compared all the same
        counting = None
    return GradedBy(plan=plan, lines=lines, counting=counting)


def changes_between(was: GradedBy, now: GradedBy) -> tuple[Change, ...]:
    """Return what differs between two gradings of one class, sorted by exercise, student and attempt."""
    attempts = tuple(_of_attempts(was.lines, now.lines, (was.plan, now.plan)))
    results = tuple(_of_results(was, now, attempts))
    return tuple(sorted((*attempts, *results), key=lambda one: (one.key, one.is_result)))


def _of_attempts(old: Mapping[Key, Line], new: Mapping[Key, Line], plans: tuple[Plan, Plan]) -> Iterator[Change]:
    before, after = ({planned.name: planned for planned in plan.exercises} for plan in plans)
    for key in sorted({*old, *new}):
        was, now = old.get(key), new.get(key)
        if _result(was) != _result(now):
            exercises = before.get(key.exercise), after.get(key.exercise)
            yield _change(key, was, now, joined(_reasons(was, now, plans, exercises)))


def _of_results(was: GradedBy, now: GradedBy, attempts: Sequence[Change]) -> Iterator[Change]:
    """Yield each student's result that moved, unless it moved as the attempt did that counts before and after."""
    if was.counting is None or now.counting is None:
        return
    told = {(one.key, one.before, one.after) for one in attempts}
    rules = {one.name: one.rules for one in was.plan.exercises}, {one.name: one.rules for one in now.plan.exercises}
    for moved in moved_results(was.counting, now.counting):
        old, result = moved.before, moved.after
        key, old_key = (Key(one.exercise, one.student, one.attempt) for one in (result, old))
        if key == old_key and (key, old.points, result.points) in told:
            continue
        other_rules = rules[0].get(result.exercise) != rules[1].get(result.exercise)
        yield _change(
            key,
            _as_counted(was.lines.get(old_key), old),
            _as_counted(now.lines.get(key), result),
            joined(_of_counting(old, result, rules_changed=other_rules)),
            is_result=True,
        )


def _of_counting(old: Result, new: Result, *, rules_changed: bool) -> Iterator[Text]:
    if rules_changed:
        yield _RULES_CHANGED
    if old.attempt != new.attempt:
        yield Text(
            en=f"Attempt {old.attempt} counted, attempt {new.attempt} counts now.",
            zh=f"原计第 {old.attempt} 次尝试，现计第 {new.attempt} 次。",
        )
    elif not rules_changed:
        yield Text(en="Other attempts changed.", zh="其他尝试的结果已改变。")


def _as_counted(line: Line | None, result: Result) -> Line | None:
    """Return a line whose row has what counts of all attempts, and no tests: those are told of attempts."""
    if line is None:
        return None
    return replace(line, row=replace(line.row, points=result.points, tried=result.tried, tests=()))


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
            "1" if one.is_result else "",
            table_number(one.before),
            table_number(one.after),
            table_number(one.possible[0]),
            table_number(one.possible[1]),
            one.status_before,
            one.status_after,
            "; ".join(f"{test.name}: {test.before or '-'} -> {test.after or '-'}" for test in one.tests),
            one.reason.within(language),
        )
        table.writerow([csv_cell(cell) for cell in cells])
    return "\ufeff" + out.getvalue()


def _result(line: Line | None) -> object:
    """Return what of a line makes the result."""
    if line is None:
        return None
    row = line.row
    tests = tuple((test.name, test.outcome, test.points, test.earned) for test in row.tests)
    return row.status, row.fault, row.earned, row.possible, row.points, tests


def _change(key: Key, was: Line | None, now: Line | None, reason: Text, *, is_result: bool = False) -> Change:
    return Change(
        key=key,
        before=None if was is None else was.row.points,
        after=None if now is None else now.row.points,
        possible=(None if was is None else was.row.possible, None if now is None else now.row.possible),
        status_before="" if was is None else standing_of(was.row).value,
        status_after="" if now is None else standing_of(now.row).value,
        tests=tuple(_tests(was, now)),
        reason=reason,
        is_result=is_result,
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
    return "" if test is None else f"{test.outcome.value} {table_number(test.earned)}/{table_number(test.points)}"


# ------------------------------------------------------------------------------------------ why

_RULES_CHANGED = Text(
    en="The rules for lateness or attempts, or the due date, changed.",
    zh="迟交或尝试次数的规则、或截止时间已更改。",
)


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
        found += [] if now.row.problem is None else [now.row.problem]
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
        yield _RULES_CHANGED


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
    unread = any(row.status is Status.UNSCORED and not row.submission_sha256 for row in (was.row, now.row))
    if was.row.submission_sha256 != now.row.submission_sha256 and not unread:
        yield Text(en="The submission changed.", zh="提交的内容已更改。")
    if was.row.handed_in.at != now.row.handed_in.at or was.due != now.due:
        yield Text(
            en="The time of handing in, or the student's own due date, changed.", zh="提交时间或个人截止时间已更改。"
        )
