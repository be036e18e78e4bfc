"""Counts what was recorded of attempts: which of them count, then every figure of the quiz and of its questions.

Marks are taken as they stand now, so what was regraded counts as regraded. A question is the same in two versions of
a quiz if its author's text of it is; then its answers are counted together. Otherwise it is counted once for each.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from itertools import groupby

from grader.quiz.marking.mark import Verdict
from grader.records import Text
from grader.store.attempts import Phase
from grader.taking.recorded import RecordedAttempt, RecordedQuestion
from grader.taking.scoring import best_scored
from grader.taking.statistics.answers import mistakes_of, others_of
from grader.taking.statistics.figures import (
    BINS,
    Ending,
    QuestionFigures,
    QuizFigures,
    Reliability,
    Scores,
    Undefined,
    VersionFigures,
    Which,
)
from grader.taking.statistics.formulas import cronbach_alpha, item_rest, standard_error
from grader.taking.statistics.items import Form, Item, grouped

LEAST = 3  # students who gave an answer, below which it might tell who they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What figures are wanted. `order`: the ids of the quiz's questions as it is now; others come behind them."""

    quiz: str
    title: Text
    which: Which = Which.FIRST
    least: int = LEAST
    order: tuple[str, ...] = ()


def figures_of(attempts: Iterable[RecordedAttempt], asked: Asked) -> QuizFigures:
    """Return the figures of a quiz from all its attempts."""
    every = tuple(attempts)
    ended = [one for one in every if one.phase is not Phase.OPEN]
    counted = _counted(ended, asked.which)
    forms = grouped(counted)
    scored = [one for one in counted if one.score is not None]
    return QuizFigures(
        quiz=asked.quiz,
        title=asked.title,
        which=asked.which,
        least=asked.least,
        students=len({one.student for one in counted}),
        attempts=len(counted),
        undecided=len(counted) - len(scored),
        open=len(every) - len(ended),
        left_out=len(ended) - len(counted),
        versions=_versions(counted),
        scores=_scores([_share(one.score, one.points) for one in scored if one.score is not None]),
        reliability=_reliability(scored),
        questions=_questions(forms, len(counted), asked),
        mistakes=mistakes_of(item for items in forms.values() for item in items),
    )


def _counted(ended: Sequence[RecordedAttempt], which: Which) -> tuple[RecordedAttempt, ...]:
    if which is Which.ALL:
        return tuple(ended)
    by_student = groupby(sorted(ended, key=lambda one: (one.student, one.number)), key=lambda one: one.student)
    own = [list(group) for _, group in by_student]
    if which is Which.FIRST:
        return tuple(attempts[0] for attempts in own)
    return tuple(best_scored(attempts) or attempts[0] for attempts in own)


def _versions(attempts: Sequence[RecordedAttempt]) -> tuple[VersionFigures, ...]:
    since: dict[str, datetime] = {}
    for one in sorted(attempts, key=lambda one: one.begun_at):
        since.setdefault(one.version, one.begun_at)
    counts = Counter(one.version for one in attempts)
    return tuple(
        VersionFigures(version=version, since=first, attempts=counts[version]) for version, first in since.items()
    )


# ------------------------------------------------------------------------------------------------ the whole quiz


def _share(earned: Fraction, points: Fraction) -> float:
    return float(earned / points) if points else 0.0


def _scores(shares: Sequence[float]) -> Scores | None:
    if not shares:
        return None
    quartiles = statistics.quantiles(shares, n=4, method="inclusive") if len(shares) > 1 else [shares[0]] * 3
    bins = Counter(min(int(share * BINS + 1e-9), BINS - 1) for share in shares)
    return Scores(
        n=len(shares),
        mean=math.fsum(shares) / len(shares),
        deviation=statistics.stdev(shares) if len(shares) > 1 else None,
        lower=quartiles[0],
        median=quartiles[1],
        upper=quartiles[2],
        histogram=tuple(bins[place] for place in range(BINS)),
    )


def _reliability(scored: Sequence[RecordedAttempt]) -> Reliability:
    """Return alpha of the questions that all had: where pools draw, the totals are those of different tests."""
    forms = {form: items for form, items in grouped(scored).items() if items[0].question.points}
    common = [items for items in forms.values() if len(items) == len(scored)]
    # Items come in the order of their attempts, so one place in each column is one student.
    table = list(zip(*([float(item.question.earned or 0) for item in items] for items in common), strict=True))
    alpha = cronbach_alpha(table)
    points = sum(float(items[0].question.points) for items in common)
    error = None
    if alpha is not None and len(common) == len(forms):
        error = standard_error(statistics.stdev(map(math.fsum, table)), alpha) / points
    return Reliability(
        n=len(scored),
        questions=len(common),
        of=len(forms),
        alpha=alpha,
        error=error,
        undefined=None if alpha is not None else _why(len(scored), len(common)),
    )


def _why(attempts: int, questions: int) -> Undefined:
    if attempts < 2:
        return Undefined.FEW_ATTEMPTS
    return Undefined.FEW_QUESTIONS if questions < 2 else Undefined.ALL_EQUAL


# ------------------------------------------------------------------------------------------------ the questions


def _questions(forms: Mapping[Form, Sequence[Item]], counted: int, asked: Asked) -> tuple[QuestionFigures, ...]:
    editions: dict[str, list[Form]] = {}
    for form in forms:
        editions.setdefault(form.question, []).append(form)
    places = {name: place for place, name in enumerate(asked.order)}
    names = sorted(editions, key=lambda name: places.get(name, len(places)))  # stable: then as they came up
    return tuple(
        replace(
            _question(forms[form], asked.least),
            edition=number,
            editions=len(editions[name]),
            everywhere=len(forms[form]) == counted,
        )
        for name in names
        for number, form in enumerate(editions[name], start=1)
    )


def _question(items: Sequence[Item], least: int) -> QuestionFigures:
    own = [item.question for item in items]
    shares = [share for one in own if (share := _earned_share(one)) is not None]
    pairs = _pairs(items)
    endings = Counter(map(ending_of, own))
    others = others_of(items, least)
    tries = [attempt for one in own for attempt in one.tries]
    return QuestionFigures(
        question=own[0].question,
        type=own[0].type,
        points=float(own[0].points),
        attempts=len(own),
        endings={ending: endings[ending] for ending in Ending},
        facility=math.fsum(shares) / len(shares) if shares else None,
        right_at_once=sum(bool(one.tries) and one.tries[0].verdict is Verdict.RIGHT for one in own),
        discrimination=item_rest([pair.earned for pair in pairs], [pair.rest for pair in pairs]),
        pairs=len(pairs),
        tries=len(tries) / len(own),
        hinted=sum(one.hints > 0 for one in own),
        hints=sum(one.hints for one in own),
        mistakes=mistakes_of(items),
        others=others.shown,
        more=others.more,
        rare=others.rare,
        regraded=sum(attempt.regraded for attempt in tries),
    )


@dataclass(frozen=True, slots=True)
class _Pair:
    """What a question earned in an attempt, and the share of all other points that the attempt earned.

    A share, as attempts with other questions from a pool may have other points; without pools the correlation is that
    with the points themselves.
    """

    earned: float
    rest: float


def _pairs(items: Sequence[Item]) -> list[_Pair]:
    """Return what is correlated, of each attempt that is scored in full."""
    found = []
    for item in items:
        attempt, earned = item.attempt, item.question.earned
        points = attempt.points - item.question.points
        if attempt.score is not None and earned is not None and points:
            found.append(_Pair(earned=float(earned), rest=float((attempt.score - earned) / points)))
    return found


def _earned_share(question: RecordedQuestion) -> float | None:
    """Return the share of its points that a question earned; of one without points, what its best try was worth."""
    if question.earned is None:
        return None
    if question.points:
        return float(question.earned / question.points)
    return float(max((one.share for one in question.tries if one.share is not None), default=Fraction(0)))


def ending_of(question: RecordedQuestion) -> Ending:
    """Return what became of a question, after all its tries."""
    if question.earned is None:
        return Ending.UNDECIDED
    verdicts = {one.verdict for one in question.tries}
    order = (
        (Verdict.RIGHT, Ending.RIGHT),
        (Verdict.PARTLY, Ending.PARTLY),
        (Verdict.UNDECIDED, Ending.UNDECIDED),
        (Verdict.WRONG, Ending.WRONG),
    )
    return next((ending for verdict, ending in order if verdict in verdicts), Ending.BLANK)
