"""Which mistakes explain the failed tests of an exam, over all its tests together.

A mistake is a candidate for a failed test that it fits (see `fit`), unless another test contradicts it. Where all
that agrees could as well be chance (see `evidence`: a NaN, a 0), it must fit every failed test that finds what it
changes wrong, or anything that this uses: code that is wrong there for another reason gives the same NaN. The mistake
that explains the most failed tests is named first, then the one that explains the most of what is left. Where two
explain equally many, nothing tells them apart, and both are named as alternatives; where more do, none is.

What no single mistake explains is tried with two at once. That is bounded by a number of trials, so that the same
exam ends the same way on a busy machine; the time is only a backstop.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from grader.diagnosis.misconceptions.catalogue import Candidate, CannotBeLoaded, Catalogue, Mistake
from grader.diagnosis.misconceptions.fit import NO_RESEMBLANCE, Fit, Resemblance, Trial
from grader.diagnosis.misconceptions.pairs import Pairs
from grader.examination.behaviour import Unreadable
from grader.examination.causes import Played
from grader.examination.replay import Budget, OutOfTime, left_as_it_was

SINGLES_CPU_S = 0.1
PAIRS_CPU_S = 0.05
MAX_PAIRS = 30
MAX_BLIND_PAIRS = 10  # of these: pairs for which nothing speaks
_MOST_COMPARED = 2  # tests
_MOST_ALTERNATIVES = 2


class Relation(Enum):
    """How the mistakes that are named belong together."""

    ONE = "one"
    EITHER = "either"  # one of two; nothing tells which
    BOTH = "both"  # two at once


@dataclass(frozen=True, slots=True)
class Named:
    """The mistakes that explain a failed test."""

    relation: Relation
    mistakes: tuple[Mistake, ...]


class Search:
    """Looks for the mistakes behind one exam's failed tests, once."""

    def __init__(self, catalogue: Catalogue, pairs: Callable[[], Pairs], tests: Sequence[Played]) -> None:
        self._catalogue = catalogue
        self._make_pairs = pairs
        self._tests = tests
        self._trials: dict[str, Trial | None] = {}
        self._fits: dict[tuple[str, Hashable], Fit] = {}
        self._broken: set[tuple[str, ...]] = set()  # the names of their mistakes
        self._budget = Budget(SINGLES_CPU_S)
        self._candidates: list[Candidate] = []
        self.found: dict[str, Named] = {}

    def run(self) -> dict[str, Named]:
        """Return what each failed test is explained by, as far as anything is found within the time."""
        with left_as_it_was():
            try:
                with self._budget.running():
                    self._singles()
                self._budget.renew(PAIRS_CPU_S)
                with self._budget.running():
                    self._pairs()
            except OutOfTime:
                pass  # what was found until then stands: it is only added when it is complete
        return self.found

    # -- single mistakes

    def _singles(self) -> None:
        self._candidates = [Candidate((one,), one.source.module) for one in self._catalogue.mistakes if one.changed]
        names = [test.name for test in self._tests if test.failed and self._may_be_explained(test)]
        explained = {at: self._explained(candidate, names) for at, candidate in enumerate(self._candidates)}
        sound = {at: tests for at, tests in explained.items() if tests and self._is_sound(self._candidates[at])}
        sure = {at: tests for at, tests in sound.items() if self._is_sure(self._candidates[at], tests)}
        self.found = _covered(self._candidates, sure)
        self._add_those_that_agree([name for name in names if name not in self.found])

    def _add_those_that_agree(self, names: list[str]) -> None:
        """Let a mistake that explains other tests explain one that it agrees with, which alone would prove nothing."""
        certain = {named.mistakes[0].name: named for named in self.found.values() if named.relation is Relation.ONE}
        sure = [candidate for candidate in self._candidates if candidate.mistakes[0].name in certain]
        for name in names:
            agreeing = [candidate for candidate in sure if self._fit(candidate, name) is Fit.AGREES]
            if len(agreeing) == 1:
                self.found[name] = certain[agreeing[0].mistakes[0].name]

    def _explained(self, candidate: Candidate, names: list[str]) -> set[str]:
        """Return the failed tests that a candidate fits; none, as soon as one contradicts it."""
        found: set[str] = set()
        for name in names:
            fit = self._fit(candidate, name)
            if fit is Fit.CONTRADICTS:
                return set()
            if fit is Fit.FITS:
                found.add(name)
        return found

    def _is_sure(self, candidate: Candidate, explained: set[str]) -> bool:
        """Whether what a candidate explains could not be chance, or nothing else is wrong with what it changes."""
        if any(self._is_telling(name) for name in explained):
            return True
        others = [test for test in self._tests if test.failed and test.name not in explained]
        return not any(self._comes_near(candidate, test) for test in others)

    def _is_telling(self, name: str) -> bool:
        trial = self._trials[name]
        try:
            return trial is not None and trial.is_telling
        except Unreadable:
            return False

    def _comes_near(self, candidate: Candidate, test: Played) -> bool:
        """Whether a failed test finds wrong what a candidate changes, or what that uses; one that was not kept may."""
        trial = self._trial(test)
        if trial is None:
            return True
        if not self._may_be_explained(test) or self._fit(candidate, test.name) is Fit.AGREES:
            return False
        return candidate.is_near(trial.wrong_functions)

    def _may_be_explained(self, test: Played) -> bool:
        trial = self._trial(test)
        try:
            return trial is not None and trial.differs
        except Unreadable:
            self._trials[test.name] = None
            return False

    def _trial(self, test: Played) -> Trial | None:
        if test.name not in self._trials:
            try:
                self._trials[test.name] = Trial(test, self._catalogue.reference.module, self._budget)
            except Unreadable:
                self._trials[test.name] = None
        return self._trials[test.name]

    def _fit(self, candidate: Candidate, name: str) -> Fit:
        """Say what a test says of a candidate; of those that differ only in what the test does not reach, once."""
        trial = self._trial(next(test for test in self._tests if test.name == name))
        if trial is None or not candidate.touches(trial.script.functions):
            return Fit.NEUTRAL
        key = (name, candidate.behind(trial.script.functions))
        if key not in self._fits:
            self._fits[key] = self._tried(candidate, trial)
        return self._fits[key]

    def _tried(self, candidate: Candidate, trial: Trial) -> Fit:
        if candidate.names in self._broken:
            return Fit.NEUTRAL
        try:
            return trial.fit(candidate.module, candidate.changed)
        except Unreadable:
            return Fit.NEUTRAL
        except CannotBeLoaded as problem:  # an author's file, and no student's problem
            self._broken.add(candidate.names)
            if len(candidate.mistakes) == 1:  # two at once need not make sense
                self._catalogue.note(candidate.mistakes[0].name, str(problem))
            return Fit.NEUTRAL

    def _is_sound(self, candidate: Candidate) -> bool:
        """Whether no test of the exam contradicts a candidate."""
        return all(self._fit(candidate, test.name) is not Fit.CONTRADICTS for test in self._tests)

    # -- two at once

    def _pairs(self) -> None:
        left = [test for test in self._tests if test.failed and test.name not in self.found]
        left = [test for test in left if self._may_be_explained(test)]
        names = [test.name for test in left]
        candidates: list[Candidate] = []
        fitting: dict[int, set[str]] = {}
        for candidate in itertools.islice(self._likely_pairs(left) if left else (), MAX_PAIRS):
            fitting[len(candidates)] = {name for name in self._explained(candidate, names) if self._is_telling(name)}
            candidates.append(candidate)
        sound = {at: tests for at, tests in fitting.items() if tests and self._is_sound(candidates[at])}
        covered = _covered(candidates, sound).items()
        self.found |= {name: named for name, named in covered if named.relation is Relation.BOTH}

    def _likely_pairs(self, left: list[Played]) -> Iterator[Candidate]:
        """Yield pairs that can be put together, the likeliest first.

        Those come first whose mistakes make, one or the other, most parts of a wrong result as the student's code does,
        and spoil none that is right; then those that explain other tests of this exam.
        """
        named = {mistake.name for one in self.found.values() for mistake in one.mistakes}
        resembling = [self._resemblances(test) for test in left[:_MOST_COMPARED]]
        pairs = self._make_pairs()
        mistakes = [one for one in self._catalogue.mistakes if one.changed and one.name in resembling[0]]

        def unlikely(pair: tuple[Mistake, Mistake]) -> tuple[int, int]:
            one, other = pair
            parts = 0
            for known in resembling:
                first, second = known.get(one.name, NO_RESEMBLANCE), known.get(other.name, NO_RESEMBLANCE)
                parts += len(first.explains | second.explains) - len(first.spoils | second.spoils)
            return -parts, (one.name not in named) + (other.name not in named)

        blind = 0
        for one, other in sorted(itertools.combinations(mistakes, 2), key=unlikely):
            blind += unlikely((one, other)) >= (0, 2)
            candidate = pairs.candidate(one, other) if blind <= MAX_BLIND_PAIRS else None
            if candidate is not None:
                yield candidate

    def _resemblances(self, test: Played) -> dict[str, Resemblance]:
        """Return how each mistake that a test can reach resembles the student's code there."""
        trial = self._trial(test)
        found: dict[str, Resemblance] = {}
        for candidate in self._candidates if trial is not None else ():
            if trial is not None and candidate.names not in self._broken and candidate.touches(trial.script.functions):
                try:
                    found[candidate.mistakes[0].name] = trial.resemblance(candidate.module)
                except (Unreadable, CannotBeLoaded):
                    continue
        return found


def _covered(candidates: Sequence[Candidate], explained: dict[int, set[str]]) -> dict[str, Named]:
    """Name for each test the candidate that explains most of what is left, until nothing is."""
    found: dict[str, Named] = {}
    left = {at: set(tests) for at, tests in explained.items()}
    while left:
        most = max(len(tests) for tests in left.values())
        best = min(at for at, tests in left.items() if len(tests) == most)
        tests = left[best]
        equal = [at for at, other in left.items() if len(other) == most and other & tests]
        tests = tests.intersection(*(left[at] for at in equal)) or tests
        named = _named([candidates[at] for at in equal])
        if named is not None:
            found |= dict.fromkeys(tests, named)
        left = {at: rest for at, other in left.items() if (rest := other - tests)}
    return found


def _named(equal: list[Candidate]) -> Named | None:
    if len(equal) == 1:
        mistakes = tuple(sorted(equal[0].mistakes, key=lambda mistake: mistake.name))
        return Named(Relation.ONE if len(mistakes) == 1 else Relation.BOTH, mistakes)
    if len(equal) <= _MOST_ALTERNATIVES and all(len(one.mistakes) == 1 for one in equal):
        return Named(Relation.EITHER, tuple(one.mistakes[0] for one in equal))
    return None


def search(catalogue: Catalogue, pairs: Callable[[], Pairs], tests: Sequence[Played]) -> dict[str, Named]:
    """Return what each failed test is explained by, for those where a mistake, or two at once, explain it."""
    return Search(catalogue, pairs, tests).run()
