"""What every page for people says of a report as a whole, whichever way it is drawn: score, next step, facts."""

from __future__ import annotations

from dataclasses import dataclass

from grader.errors import both, joined
from grader.records import Fault, Language, TestResult, Text
from grader.report import wording
from grader.report.model import Report, Status, awarded, breaks_a_rule, coarse, is_cut, is_undecided, root_blocker
from grader.report.points import format_percent, format_points
from grader.report.wording import Counted

_COMMIT = 12  # characters of a commit's digest: enough to find it


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreWords:
    """The points that count, in words: "5 / 10 points" and "50 %"; `share` is None where there is no bar to draw."""

    points: str
    word: str
    share: float | None


def score_words(report: Report, language: Language) -> ScoreWords:
    """Return the points that count in words, or that there are none."""
    score, counting = report.score, awarded(report)
    if score is None or counting is None:
        return ScoreWords(points=wording.NO_SCORE.within(language), word="", share=None)
    points = format_points(counting)
    if score.possible is None:
        said = wording.SCORE_UNKNOWN.within(language).format(points=points)
        return ScoreWords(points=said, word=wording.REJECTED.within(language), share=None)
    share = counting / score.possible if score.possible else 0.0
    word = {
        Status.NOT_STARTED: wording.NOT_STARTED,
        Status.REJECTED: wording.REJECTED,
    }.get(report.status)
    if report.status is Status.FULL and not is_cut(report):
        word = wording.FULL if report.hidden_available else wording.VISIBLE_FULL
    return ScoreWords(
        points=wording.SCORE.within(language).format(points=points, possible=format_points(score.possible)),
        word=format_percent(share) if word is None else word.within(language),
        share=share,
    )


def handed_in_words(report: Report, language: Language) -> list[str]:
    """Return who handed the submission in, when, and as what; nothing where nobody said who."""
    told = report.handed_in
    if told is None:
        return []
    is_named = told.name not in ("", told.student)
    who = wording.NAME_AND_ID.within(language).format(name=told.name, student=told.student)
    return [
        who if is_named else told.student,
        *([told.entry] if told.entry not in ("", told.student) else []),
        *([told.at.replace("T", " ", 1)] if told.at else []),
        *([wording.COMMIT.within(language).format(commit=told.commit[:_COMMIT])] if told.commit else []),
        *([wording.ATTEMPT.within(language).format(attempt=told.attempt)] if told.attempt > 1 else []),
    ]


def award_words(report: Report, language: Language) -> str | None:
    """Return what was earned where the course's rules leave less of it, and why; None where they say nothing."""
    award, score = report.award, report.score
    if award is None or score is None:
        return None
    if not is_cut(report):
        return None if award.reason is None else award.reason.within(language)
    points, earned = format_points(award.points), format_points(score.earned)
    said = wording.EARNED.within(language).format(points=points, earned=earned)
    return said if award.reason is None else joined((both(said), award.reason)).within(language)


def congratulation(report: Report, language: Language) -> str | None:
    """Return what to say of a full score; None where there is none, or a test without points does not pass."""
    if report.status is not Status.FULL or report.counts.passed < report.counts.tests:
        return None
    return (wording.WELL_DONE if report.hidden_available else wording.VISIBLE_DONE).within(language)


def next_step(report: Report, language: Language) -> str | None:
    """Return the command to run next; None where the failure itself says what to do, or nothing is left."""
    exercise = report.exercise.id
    if report.status is Status.UNSCORED or (report.status is Status.REJECTED and report.problem is not None):
        return None
    if report.status is Status.FULL:
        if report.next_exercise is None:
            return None
        return wording.NEXT_EXERCISE.within(language).format(exercise=report.next_exercise)
    if report.status is Status.NOT_STARTED:
        return wording.NEXT_START.within(language).format(exercise=exercise, files=file_names(report, language))
    if report.hints and report.problem is None:
        return wording.NEXT_HINT.within(language, report.hints, exercise=exercise)
    if report.of_kernel:
        return wording.NEXT_CELL.within(language)
    return wording.NEXT_EDIT.within(language).format(exercise=exercise, files=file_names(report, language))


def headline_of_problem(report: Report) -> Text:
    """Return the line above what concerns the whole submission or the whole exam."""
    if report.status is Status.REJECTED:
        return wording.NOT_ACCEPTED
    if report.status is not Status.UNSCORED:
        return wording.AGAINST_RULES if breaks_a_rule(report) else wording.LOADING
    if is_undecided(report):
        return wording.UNDECIDED
    return wording.UNAVAILABLE if report.unavailable else wording.UNSCORED[report.fault or Fault.GRADER]


def blocker_claim(report: Report, test: TestResult) -> Text:
    """Return what the test claims that a blocked one waits for: nobody but its author knows its name."""
    name = root_blocker(report, test)
    return next((one.claim for one in report.tests if one.name == name), both(name))


def cannot_run(report: Report) -> Counted:
    """Return what the tests wait for where none could run."""
    return wording.CANNOT_JUDGE if breaks_a_rule(report) else wording.CANNOT_RUN


def way_out(report: Report, language: Language) -> str | None:
    """Return what to do about a missing score; None where the problem itself says it, and better."""
    fault = report.fault or Fault.GRADER
    if fault is Fault.GRADER and report.problem is not None and report.problem.next_step is not None:
        return None
    step = wording.ASK_DOCTOR if report.unavailable else wording.WHAT_TO_DO[fault]
    return step.within(language).format(exercise=report.exercise.id)


def facts(report: Report, language: Language) -> list[str]:
    """Return how the exam was held: isolation, device, seed, time; nothing where none was."""
    if report.isolation is None and report.seed is None:
        return []
    found = [] if report.isolation is None else [wording.ISOLATION[report.isolation].within(language)]
    found.append(report.device.value)
    if report.seed is not None:
        found.append(wording.SEED.within(language).format(seed=report.seed))
    seconds = coarse(report.timings.total_s)
    if report.timings.total_s > 0:
        unit, shown = (
            (wording.MILLISECONDS, f"{1000 * seconds:.0f}") if seconds < 1 else (wording.SECONDS, f"{seconds:.1f}")
        )
        found.append(unit.within(language).format(time=shown))
    return found


def file_names(report: Report, language: Language) -> str:
    """Return the names of the exercise's files, as a list in a sentence."""
    return wording.LIST_SEPARATOR.within(language).join(report.exercise.files)
