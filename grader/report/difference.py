"""What changed between two reports, and why: what decides a grade on the one side, what came of it on the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.errors import both
from grader.records import TestResult, Text
from grader.report import wording
from grader.report.document import as_document
from grader.report.model import Report, awarded, unmeasured
from grader.report.points import format_points

NOTHING = both("–")
_SHA_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that differs; a side on which it is not there has `NOTHING`."""

    what: Text
    before: Text
    after: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`causes` decide a grade, `effects` are the grade; `wording` names parts that only read differently."""

    causes: tuple[Change, ...] = ()
    effects: tuple[Change, ...] = ()
    wording: tuple[str, ...] = ()  # keys of the document

    @property
    def is_none(self) -> bool:
        """Whether the two say the same, times and memory apart."""
        return not (self.causes or self.effects or self.wording)


def difference(before: Report, after: Report) -> Difference:
    """Return what differs between two reports but for what is measured: times, memory, retries."""
    before, after = unmeasured(before), unmeasured(after)
    causes = tuple(_differing(_causes(before), _causes(after)))
    effects = (*_differing(_effects(before), _effects(after)), *_tests(before.tests, after.tests))
    return Difference(causes=causes, effects=effects, wording=_wording(before, after))


def _causes(report: Report) -> dict[str, Change]:
    """Return what decides a grade, by a name; each is a change from nothing."""
    handed_in, award, submission = report.handed_in, report.award, report.submission
    found = {
        "exercise": _from(Text(en="exercise", zh="练习"), report.exercise.name),
        "files": _from(Text(en="the exercise's files", zh="练习的文件"), _sha(report.exercise.sha256)),
        "submission": _from(
            Text(en="the submission's files", zh="提交的文件"), "" if submission is None else _sha(submission.sha256)
        ),
        "seed": _from(Text(en="seed", zh="种子"), "" if report.seed is None else str(report.seed)),
        "hidden": _from(Text(en="hidden tests at hand", zh="有隐藏测试"), _yes_or_no(is_so=report.hidden_available)),
        "device": _from(Text(en="device", zh="设备"), report.device.value),
        "isolation": _from(Text(en="isolation", zh="隔离方式"), report.isolation.value if report.isolation else ""),
        **{f"version {name}": _from(both(name), version) for name, version in report.versions.items()},
    }
    if handed_in is not None:
        found["student"] = _from(Text(en="student", zh="学生"), handed_in.student)
        found["attempt"] = _from(Text(en="attempt", zh="第几次提交"), str(handed_in.attempt))
        found["at"] = _from(Text(en="handed in", zh="提交时间"), handed_in.at)
        found["commit"] = _from(both("commit"), handed_in.commit)
    if award is not None:
        found["late"] = _from(Text(en="days late", zh="迟交天数"), str(award.late_days))
        found["kept"] = _from(Text(en="share that is kept", zh="保留比例"), f"{100 * award.kept:g} %")
    return found


def _effects(report: Report) -> dict[str, Change]:
    score, counts = report.score, awarded(report)
    found = {"status": _from(Text(en="status", zh="状态"), report.status.value)}
    if score is not None:
        possible = "?" if score.possible is None else format_points(score.possible)
        found["score"] = _from(Text(en="points", zh="得分"), f"{format_points(score.earned)} / {possible}")
    if report.award is not None and counts is not None:
        found["counts"] = _from(Text(en="points that count", zh="计入成绩"), format_points(counts))
    if report.problem is not None:
        found["problem"] = Change(what=Text(en="problem", zh="问题"), before=NOTHING, after=report.problem.problem)
    return found


def _tests(before: Iterable[TestResult], after: Iterable[TestResult]) -> Iterator[Change]:
    old, new = ({test.name: _from(both(test.name), _told(test)) for test in tests} for tests in (before, after))
    yield from _differing(old, new)


def _told(test: TestResult) -> Text:
    outcome, cause = wording.OUTCOMES[test.outcome], test.explanation.cause_id if test.explanation else ""
    points = f" {format_points(test.earned)} / {format_points(test.points)}"
    why = f" ({cause})" if cause else ""
    return Text(en=f"{outcome.en}{points}{why}", zh=f"{outcome.zh}{points}{why}")


def _differing(before: Mapping[str, Change], after: Mapping[str, Change]) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        told = [side.after if side is not None else NOTHING for side in (old, new)]
        what = (new or old or before[name]).what
        if told[0] != told[1]:
            yield Change(what=what, before=told[0], after=told[1])


def _wording(before: Report, after: Report) -> tuple[str, ...]:
    """Return the keys of the document that differ although no change is told of them."""
    retold = {test.name: _told(test) for test in before.tests}.items() ^ {t.name: _told(t) for t in after.tests}.items()
    told = {name for name, _ in retold}
    old, new = (_bare(as_document(report), told=told) for report in (before, after))
    return tuple(key for key in old if old[key] != new[key] and not (key in _TOLD and None in (old[key], new[key])))


# What is told as a change already; of a test, what is told of it.
_TOLD: Mapping[str, tuple[str, ...]] = {
    "exercise": ("name", "id", "slug", "sha256"),
    "submission": ("sha256",),
    "handed_in": ("student", "attempt", "at", "commit"),
    "award": ("points", "kept", "late_days"),
    "problem": ("problem",),
}
_TOLD_WHOLLY = ("status", "score", "fault", "exit_code", "seed", "device", "isolation", "hidden_available", "versions")
_FOLLOWS = ("counts", "hints", "resources")  # from the tests


def _bare(document: Mapping[str, Any], *, told: set[str]) -> dict[str, Any]:
    """Return the document without what is told as a change; `told` names tests that are told of as a whole."""
    left = {key: value for key, value in document.items() if key not in (*_TOLD_WHOLLY, *_FOLLOWS)}
    for key, names in _TOLD.items():
        if left[key] is not None:
            left[key] = {name: part for name, part in left[key].items() if name not in names}
    left["tests"] = [test for test in left["tests"] if test["name"] not in told]
    return left


def _from(what: Text, value: str | Text) -> Change:
    told = value if isinstance(value, Text) else both(value)
    return Change(what=what, before=NOTHING, after=told if told.en else NOTHING)


def _sha(sha256: str) -> str:
    return f"sha256 {sha256[:_SHA_DIGITS]}…"


def _yes_or_no(*, is_so: bool) -> Text:
    return Text(en="yes", zh="是") if is_so else Text(en="no", zh="否")
