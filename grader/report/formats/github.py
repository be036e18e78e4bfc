"""GitHub's annotations: an error for what did not pass, on the student's own line where it is known; a notice a score.

GitHub shows ten of each level a step, so the most useful come first: what has a line in the student's file, then the
other visible tests, then the hidden ones, each exercise's first failure before the second of any. What is left out is
counted in a notice of its own. An exercise without a score has one error that says whose fault that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.records import Language, Outcome, Review
from grader.report import wording
from grader.report.cells import review_place
from grader.report.formats import words
from grader.report.formats.annotations import SHOWN_A_STEP, Level, annotation
from grader.report.formats.shown import Shown, ShownTest, Why, show
from grader.report.model import Report, Status
from grader.report.sentences import headline_of_problem

if TYPE_CHECKING:
    from grader.report import Setting, View


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    """One error, and how early it should come: smaller first."""

    rank: tuple[bool, bool, int]
    key: tuple[str, str, str]  # equal for failures that say the same of the same line
    line: str


def render(reports: Sequence[Report], view: View) -> str:
    """Return the workflow commands, one a line."""
    shown = [show(report, view.language) for report in reports]
    found = [failure for one in shown for failure in _failures(one, view)]
    failures = _first(found)[:SHOWN_A_STEP]
    lines = [failure.line for failure in failures]
    lines += _reviews(shown, view)[:SHOWN_A_STEP]
    notices = [_notice(one, view.language) for one in shown]
    left_out = len(found) - len(failures)  # also those that say the same as another
    if left_out > 0:
        more = words.MORE_ANNOTATIONS.within(view.language, left_out)
        notices.insert(0, annotation(Level.NOTICE, more, title="dlgrade"))
    return "".join(f"{line}\n" for line in (*lines, *notices[:SHOWN_A_STEP]))


def _first(failures: Sequence[_Failure]) -> list[_Failure]:
    """Return the failures in the order in which they should be seen, none twice."""
    once: dict[tuple[str, str, str], _Failure] = {}
    for failure in sorted(failures, key=lambda one: one.rank):
        once.setdefault(failure.key, failure)
    return list(once.values())


def _failures(shown: Shown, view: View) -> list[_Failure]:
    if shown.status is Status.UNSCORED:
        return [_unscored(shown, view.language)]
    missed = [case for case in shown.cases if case.outcome.is_missed and case.why is not None]
    return [_failure(case, number, shown, view) for number, case in enumerate(missed)]


def _failure(case: ShownTest, number: int, shown: Shown, view: View) -> _Failure:
    assert case.why is not None
    frame = case.why.frames[-1] if case.why.frames else None
    name = frame.file if frame is not None else _only_file(shown)
    file = _place(shown, name, view.setting)
    has_line = frame is not None and not frame.cell  # a cell's lines are not those of the notebook's JSON
    message = _message(case.why, with_place=not has_line)
    line = annotation(
        Level.ERROR,
        message,
        title=f"{shown.id}: {case.claim}",
        file=file,
        line=frame.line if frame is not None and has_line else 0,
        column=frame.column if frame is not None and has_line else 0,
    )
    where = "" if frame is None else frame.place
    return _Failure(rank=(not where, not case.visible, number), key=(shown.name, where, message), line=line)


def _only_file(shown: Shown) -> str:
    """Return the one file that a failure without a line can only be in; "" where there are several."""
    files = shown.report.exercise.files
    return files[0] if len(files) == 1 and shown.status is not Status.REJECTED else ""


def _place(shown: Shown, name: str, setting: Setting) -> str:
    """Return a file seen from the repository's root; as the exercise names it where that is not known."""
    return setting.places.get(f"{shown.name}/{name}", name)


def _message(why: Why, *, with_place: bool) -> str:
    place = [why.frames[-1].place] if with_place and why.frames else []
    return "\n".join([why.message, *place, *(line for fact in why.facts for line in fact.lines())])


def _unscored(shown: Shown, language: Language) -> _Failure:
    said = [headline_of_problem(shown.report).within(language)]
    said += [] if shown.problem is None else [shown.problem.in_full()]
    said += [shown.way_out] if shown.way_out else []
    line = annotation(Level.ERROR, "\n".join(dict.fromkeys(said)), title=f"{shown.id}: {shown.headline}")
    return _Failure(rank=(False, False, -1), key=(shown.name, "", ""), line=line)


def _reviews(shown: Sequence[Shown], view: View) -> list[str]:
    return [
        annotation(
            Level.WARNING,
            _review_text(review, view.language),
            title=f"{one.id}: {wording.REVIEWS.within(view.language)}",
            file=_place(one, review.file, view.setting),
            line=review.line if review.cell is None else 0,
            column=review.column,
        )
        for one in shown
        for review in one.report.reviews
    ]


def _review_text(review: Review, language: Language) -> str:
    text = review.text.within(language)
    return text if review.cell is None else f"{review_place(review, language)}\n{text}"


def _notice(shown: Shown, language: Language) -> str:
    passed = sum(case.outcome is Outcome.PASSED for case in shown.tests)
    counted = words.PASSED.within(language, len(shown.tests), passed=str(passed))
    said = [counted] if shown.tests else []
    said += [line for line in (shown.award, shown.caveat) if line]
    return annotation(
        Level.NOTICE, "\n".join(said) or shown.headline, title=f"{shown.id} {shown.title}: {shown.headline}"
    )
