"""Whether one mistake behaves in one test as the student's code did, and unlike the reference."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

import msgspec

from grader.diagnosis.misconceptions.evidence import bits
from grader.diagnosis.pair import ENOUGH_BITS
from grader.examination.behaviour import CLEAR, SAME, Reading, Tensorlike, agreeing, distance, structure
from grader.examination.causes import Played
from grader.examination.replay import Budget, Script, replay
from grader.sandbox.messages import Answer, Do, Invoke

Making = Callable[[], types.ModuleType]


class Fit(Enum):
    """What a test says about a mistake."""

    FITS = "fits"  # it did all that the student's code did, and the reference did not
    AGREES = "agrees"  # the same to the last bit, and the reference not; but rounding could explain that, too
    NEUTRAL = "neutral"  # it says nothing
    CONTRADICTS = "contradicts"  # the student's code does not make this mistake


@dataclass(frozen=True, slots=True)
class Resemblance:
    """Parts of a wrong result, by number: those that a mistake makes as the student did, and those that it spoils."""

    explains: frozenset[int]
    spoils: frozenset[int]


NO_RESEMBLANCE = Resemblance(frozenset(), frozenset())


class Trial:
    """One test, ready to try mistakes on; the reference is replayed once. Raises Unreadable, also when it is made."""

    def __init__(self, played: Played, reference: Making, budget: Budget) -> None:
        self.failed = played.failed
        self.script = Script.of(played.transcript)
        self._reference = reference
        self._budget = budget
        self._random: list[bool] | None = None

    @functools.cached_property
    def right(self) -> list[Reading]:
        """What the reference replies, up to where the conversation takes another course."""
        return _replayed(self.script, self._reference, self._budget)

    @functools.cached_property
    def apart(self) -> list[float]:
        """How far the student's code is from the reference, as far as that is known."""
        steps = self.script.steps[: len(self.right)]
        return [distance(reading, step.reading) for reading, step in zip(self.right, steps, strict=True)]

    @property
    def differs(self) -> bool:
        """Whether the student's code did anything here that the reference does not do."""
        return any(
            apart > 0.0 or structure(step.reading) != structure(right)
            for apart, step, right in zip(self.apart, self.script.steps, self.right, strict=False)
        )

    @property
    def wrong_functions(self) -> frozenset[str]:
        """The functions in which the student's code clearly does otherwise than the reference, and not at random.

        All that the test used, where nothing is clear.
        """
        clear = [at for at, apart in enumerate(self.apart) if apart >= CLEAR]
        if not clear:
            return self.script.functions
        found = {self.script.steps[at].function for at in clear}
        return frozenset(found - {self.script.steps[at].function for at in clear if self.is_random(at)})

    @functools.cached_property
    def is_telling(self) -> bool:
        """Whether it could not be chance that a mistake does all that the student's code did here."""
        steps = self.script.steps[: len(self.right)]
        pairs = ((step.reading, right) for step, right in zip(steps, self.right, strict=True))
        return bits(pairs) >= ENOUGH_BITS

    def is_random(self, at: int) -> bool:
        """Whether the reference itself does otherwise here when its random generators are seeded otherwise."""
        if self._random is None:
            steps = self.script.steps
            reseeded = replace(self.script, steps=tuple(replace(step, sent=_reseeded(step.sent)) for step in steps))
            other = _replayed(reseeded, self._reference, self._budget)
            self._random = [distance(one, two) > SAME for one, two in zip(self.right, other, strict=False)]
            self._random += [True] * (len(self.right) - len(self._random))
        return at >= len(self._random) or self._random[at]

    def fit(self, make: Making, changed: frozenset[str]) -> Fit:
        """Try a mistake, in a fresh module; `changed` are the names that it binds otherwise than the reference.

        Raises: Unreadable, OutOfTime.
        """
        if not self.failed and self._is_alike(make()):
            return Fit.NEUTRAL
        _ = self.apart  # now, and not in the middle of the other replay: both draw from the same generators
        trying = _Trying(self, changed)
        to_the_end = replay(self.script, make(), trying.judge, self._budget)
        return trying.result(to_the_end=to_the_end)

    def resemblance(self, make: Making) -> Resemblance:
        """Say how a mistake resembles the student's code where that is first wrong. Raises Unreadable, OutOfTime."""
        at = next((at for at, apart in enumerate(self.apart) if apart >= CLEAR), None)
        found: list[Reading] = []

        def judge(step: int, reading: Reading) -> bool:
            if step == at:
                found.append(reading)
            return step != at

        replay(self.script, make(), judge, self._budget)
        if at is None or not found:
            return NO_RESEMBLANCE
        student = self.script.steps[at].reading
        right, alike = agreeing(student, self.right[at]), agreeing(student, found[0])
        if right is None or alike is None:
            return NO_RESEMBLANCE
        return Resemblance(explains=alike - right, spoils=right - alike)

    def _is_alike(self, module: types.ModuleType) -> bool:
        """Whether a module does all that the student's code did: then a passed test contradicts nothing."""

        def judge(at: int, reading: Reading) -> bool:
            student = self.script.steps[at].reading
            return distance(reading, student) <= SAME and structure(reading) == structure(student)

        return replay(self.script, module, judge, self._budget)


def _reseeded(sent: Do | Answer) -> Do | Answer:
    if isinstance(sent, Do) and sent.reseed is not None:
        return msgspec.structs.replace(sent, reseed=sent.reseed ^ 0x5DEECE66D)
    return sent


def _replayed(script: Script, reference: Making, budget: Budget) -> list[Reading]:
    found: list[Reading] = []

    def judge(at: int, reading: Reading) -> bool:
        found.append(reading)
        return not isinstance(reading.reply, Invoke) or distance(reading, script.steps[at].reading) <= SAME

    replay(script, reference(), judge, budget)
    return found


class _Trying:
    """One mistake in one test, reply by reply."""

    def __init__(self, trial: Trial, changed: frozenset[str]) -> None:
        self._trial = trial
        self._changed = changed
        self._contradicted = False
        self._explains_values = False
        self._explains_bits = False
        self._leaves_bits = False  # unexplained
        self._explains_structure = False
        self._leaves_structure = False  # unexplained

    def judge(self, at: int, reading: Reading) -> bool:
        step = self._trial.script.steps[at]
        known = at < len(self._trial.right)
        apart = distance(reading, step.reading)
        if apart > SAME:
            if apart >= CLEAR and known and distance(reading, self._trial.right[at]) >= CLEAR:
                self._contradict(at)
            return False
        self._explains_bits |= known and self._trial.apart[at] > 0.0
        self._leaves_bits |= apart > 0.0
        if known and self._trial.apart[at] >= CLEAR:
            self._explains_values = True
        elif known and self._trial.apart[at] <= SAME:
            return self._judge_structure(at, reading)
        return True

    def _contradict(self, at: int) -> None:
        """Note that the student's code does otherwise where the mistake shows.

        Not where the mistake lies in what the called function calls: that function may be wrong for a reason of its
        own. Nor where the reference draws at random: code that shuffles in another way does otherwise in any case.
        """
        direct = "" in self._changed or self._trial.script.steps[at].function in self._changed
        self._contradicted = direct and not self._trial.is_random(at)

    def _judge_structure(self, at: int, reading: Reading) -> bool:
        """Judge an exchange in which all three agree in values."""
        sides = [structure(one) for one in (reading, self._trial.script.steps[at].reading, self._trial.right[at])]
        if len({len(side) for side in sides}) > 1:
            self._leaves_structure = True
            return True
        for mistaken, students, right in zip(*sides, strict=True):
            for mine, theirs, due in zip(_facets(mistaken), _facets(students), _facets(right), strict=True):
                if mine != due and theirs != mine:
                    if theirs == due:
                        self._contradict(at)
                    return False
                self._explains_structure |= mine != due
                self._leaves_structure |= theirs != mine
            if mistaken.layout != right.layout:
                self._explains_structure |= students.layout == mistaken.layout
                self._leaves_structure |= students.layout != mistaken.layout
        return True

    def result(self, *, to_the_end: bool) -> Fit:
        if self._contradicted:
            return Fit.CONTRADICTS
        by_structure = self._explains_structure and not self._leaves_structure
        if to_the_end and (self._explains_values or by_structure):
            return Fit.FITS
        return Fit.AGREES if to_the_end and self._explains_bits and not self._leaves_bits else Fit.NEUTRAL


def _facets(one: Tensorlike) -> tuple[object, ...]:
    return one.same, one.place, one.in_graph, one.requires_grad
