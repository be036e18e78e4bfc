"""What the formats of platforms share: one result of one or several exercises, and its texts as plain lines.

A platform takes one result for what a student handed in, with one sum. Where one of several exercises has no score, the
sum is unknown, and so is the result: nothing here adds a missing score up as a zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.plaintext import printable
from grader.records import Language, Text
from grader.report import wording
from grader.report.formats import words
from grader.report.formats.shown import Shown, ShownTest, show
from grader.report.model import Report, Status, needs_explaining
from grader.report.sentences import congratulation, file_names, headline_of_problem

MAX_NAME = 300  # characters of a test's name, as platforms show it
MAX_TEXT = 10_000  # characters of one field


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One test, with the exercise that it is of."""

    test: ShownTest
    shown: Shown
    name: str  # the claim, behind the exercise's name where there are several exercises
    number: str  # "3", of the second of several exercises "2.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """One student's reports as one result. `points` is None where there is no score: that is no zero."""

    shown: tuple[Shown, ...]
    language: Language
    points: float | None  # that count, after the course's rules
    possible: float | None  # None: not known, as of a submission that could not be read

    @property
    def known(self) -> float:
        """The possible points as far as they are known: without those of a submission that could not be read."""
        return _sum([one.possible for one in self.shown])

    @property
    def is_full(self) -> bool:
        """Whether nothing is missing, by the tests and by the course's rules."""
        return self.points is not None and self.possible is not None and self.points >= self.possible - 1e-9

    @property
    def cases(self) -> tuple[Named, ...]:
        """Every test of every exercise, and each problem that none of them says."""
        several = len(self.shown) > 1
        return tuple(
            Named(
                test=test,
                shown=one,
                name=plain(f"{one.name}: {test.claim}" if several else test.claim, limit=MAX_NAME, lines=False),
                number=f"{place}.{number}" if several else str(number),
            )
            for place, one in enumerate(self.shown, 1)
            for number, test in enumerate(one.cases, 1)
        )


def join(reports: Sequence[Report], language: Language) -> Joined:
    """Return one student's reports as one result."""
    shown = tuple(show(report, language) for report in reports)
    points = [one.points for one in shown]
    possible = [one.possible for one in shown]
    return Joined(
        shown=shown,
        language=language,
        points=None if None in points else _sum(points),
        possible=None if None in possible else _sum(possible),
    )


def _sum(numbers: Sequence[float | None]) -> float:
    return round(math.fsum(number for number in numbers if number is not None), 9)


def plain(text: str, *, limit: int = MAX_TEXT, lines: bool = True) -> str:
    """Return text for a field that is shown as it is: printable, on one line unless `lines`."""
    return printable(text, limit=limit, newlines=lines)


def overview(shown: Shown, language: Language) -> str:
    """Return what stands above the tests of one exercise, as plain lines: score, rules, problem, what to do."""
    return plain("\n".join(_overview(shown, language)))


def _overview(shown: Shown, language: Language) -> Iterator[str]:
    yield f"{shown.id}  {shown.title}"
    yield shown.headline
    yield from (part for part in (shown.award, shown.caveat) if part)
    if shown.status is Status.NOT_STARTED:
        yield wording.UNTOUCHED.within(language).format(files=file_names(shown.report, language))
    elif shown.problem is not None:
        yield from ("", *_problem(shown, language))
    if shown.output.strip():
        yield from ("", _say(wording.PRINTED, language), shown.output.rstrip("\n"))
    done = congratulation(shown.report, language)
    if done is not None:
        yield from ("", done)


def problem(shown: Shown, language: Language) -> str:
    """Return why a submission could not be read or loaded, or why there is no score, as plain lines; may be ""."""
    return "" if shown.problem is None else plain("\n".join(_problem(shown, language)))


def _problem(shown: Shown, language: Language) -> Iterator[str]:
    headline = headline_of_problem(shown.report).within(language)
    yield headline
    if shown.problem is not None and shown.problem.message != headline:
        yield shown.problem.in_full()
    if shown.way_out:
        yield from ("", shown.way_out.replace("`", ""))


def details(case: Named, language: Language, *, above: bool = False, printed: bool = True) -> str:
    """Return why a test did not pass, what its author advises, and what the code printed, as plain lines; may be "".

    `above`: the overview stands above it, and what that says is not said again. Without `printed` for a format that has
    a field of its own for it.
    """
    lines = [*_reasons(case, language, above=above), *(_printed(case.test, language) if printed else ())]
    return plain("\n".join(lines))


def _reasons(case: Named, language: Language, *, above: bool) -> Iterator[str]:
    test, shown = case.test, case.shown
    if test.why is not None:
        is_told = above and (test.why == shown.problem or shown.status is Status.NOT_STARTED)
        yield test.why.message if is_told else test.why.in_full()
    advice = hint(case, language)
    if advice:
        yield f"{_say(words.HINT, language)}: {advice}"


def _printed(test: ShownTest, language: Language) -> Iterator[str]:
    if test.output.strip():
        yield from (f"{_say(wording.PRINTED, language)}:", test.output.rstrip("\n"))
    elif test.withheld:
        yield f"{_say(wording.PRINTED, language)}: {_say(wording.OUTPUT_WITHHELD, language)}"


def hint(case: Named, language: Language) -> str:
    """Return the author's hint for a test that went wrong, where `[reveal]` lets its student see it; else ""."""
    if case.shown.problem is not None:  # nothing of it ran: the hints are about something else
        return ""
    found = next((test for test in case.shown.report.tests if test.name == case.test.name), None)
    if found is None or found.hint is None or not needs_explaining(found) or case.test.unscored:
        return ""
    return found.hint.within(language)


def problems(joined: Joined) -> str:
    """Return the problem of every exercise that has one, as plain lines; may be ""."""
    several = len(joined.shown) > 1
    told = [
        (f"{one.name}: " if several else "") + problem(one, joined.language)
        for one in joined.shown
        if one.problem is not None
    ]
    return "\n\n".join(told)


def _say(text: Text, language: Language) -> str:
    return text.within(language)
