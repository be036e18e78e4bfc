"""One case against dlgrade at one degree, or against the naive grader: hand it in, and say what it gained."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import time
import types
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox.living import descendants, wait_for

from attacks import naive_run
from attacks.arena import Arena
from attacks.case import REJECTED, Case, Gain, Kind, Via
from attacks.naive_run import Naive, NaiveRun
from grader.errors import GraderError, SandboxUnavailable, SubmissionError
from grader.pipeline import Grader
from grader.records import Exercise, Isolation
from grader.report import FORMATS, Report, Setting, Status, View, render
from grader.report.formats.classroom50 import VARIABLES
from grader.submission import collect

_MAX_REPORT_CHARACTERS = 1 << 20
_GRACE_S = 4.0  # on top of an exam and its proof, each within the exercise's limit


@dataclass(slots=True)
class Opponent:
    """dlgrade at one degree, warm, with the honest control beside it."""

    grader: Grader
    degree: Isolation
    arena: Arena
    naive_grader: Naive
    _opened: set[str] = field(default_factory=set)  # exercises that have an examiner
    _resting: int = 0  # processes below the base while no exam runs
    exercise: str = ""

    # -- what a driver may use

    def grade(self, submission: str | Path, *, seed: int | None = None, exercise: str = "", commit: str = "") -> Report:
        """Grade a source, or what lies at a path, or at a commit there. Raises SubmissionError when it is refused."""
        made = self.arena.exercises[exercise or self.exercise]
        return self.grader.examine(made, collect(made, _placed(submission, self.arena), commit=commit), seed=seed)

    def naive(self, submission: str | Path, *, via: str = "file", exercise: str = "") -> NaiveRun:
        """Hand the same to the naive grader."""
        return self.naive_grader.run(_placed(submission, self.arena), exercise=exercise or self.exercise, via=Via(via))

    def replace(self, source: str, *, word: str = "nothing") -> str:
        """Tell a source where things lie."""
        return self.arena.replace(source, exercise=self.exercise, word=word)

    def text(self, report: Report) -> str:
        """All that anybody could read of a report, in every format."""
        platform = Setting(variables=dict.fromkeys(VARIABLES, "submit/1"))
        view = View(verbose=True, setting=platform)
        return "\n".join(render(report, format_name=name, view=view) for name in FORMATS)

    # -- a trial

    def try_case(self, case: Case) -> list[str]:
        """Hand a case in and return what it gained, and where it did not end as it must: nothing, if it held."""
        self.warm_up(case.exercise)
        if case.kind is Kind.DRIVER:
            found = list(_module(case, self.arena).attack(self))
            found += self.arena.damage()
        else:
            with self._handed_in(case) as path:
                found = self._examined(case, path)
                found += self.arena.damage()
        found += self._control()
        return found

    @contextmanager
    def _handed_in(self, case: Case) -> Iterator[Path]:
        """Give the path of what is handed in; of a pair, the second, when the first has been graded."""
        with tempfile.TemporaryDirectory(prefix="handed-in-") as name:
            folder = Path(name)
            if case.kind is Kind.BUILD:
                yield _module(case, self.arena).build(folder)
                return
            *before, last = case.sources
            for source in before:
                self.grade(self.replace(source, word=self.arena.canaries.word))
            yield _placed(self.replace(last), self.arena)

    def _examined(self, case: Case, path: Path) -> list[str]:
        expected = case.outcomes_in(self.degree)
        exercise = self.arena.exercises[case.exercise]
        began = time.monotonic()
        try:
            report = self.grader.examine(exercise, collect(exercise, path))
        except SubmissionError as refusal:
            shown = self.arena.canaries.shown_in(f"{refusal.text.en}{refusal.text.zh}")
            return [f"shows the secret of {name}" for name in shown] + (
                [] if REJECTED in expected else [f"was refused: {refusal}"]
            )
        except GraderError as fault:
            return [f"is unscored: {type(fault).__name__}: {fault}"]
        seconds = time.monotonic() - began
        return [*self._gains(case, exercise, report, seconds), *self._wrong_ends(case, report, expected)]

    def _gains(self, case: Case, exercise: Exercise, report: Report, seconds: float) -> list[str]:
        found = []
        if report.status not in (Status.FULL, Status.PARTIAL) or report.score is None:
            found.append(f"is unscored: {report.status}")
        elif report.score.earned > case.earns:
            found.append(f"earned {report.score.earned} of {report.score.possible}")
        text = self.text(report)
        found += [f"shows the secret of {name}" for name in self.arena.canaries.shown_in(text)]
        if len(text) > _MAX_REPORT_CHARACTERS:
            found.append(f"made a report of {len(text)} characters")
        if seconds > 2 * exercise.limits.exam_s + _GRACE_S:
            found.append(f"held the grader for {seconds:.1f} s")
        return found

    def _wrong_ends(self, case: Case, report: Report, expected: frozenset[str]) -> list[str]:
        """Say where the attacked tests did not end as the header says."""
        tests = [test for test in report.tests if case.target in test.name]
        if not tests:
            return [f"no test of {case.target!r}"]
        wrong = [f"{test.name} {test.outcome}" for test in tests if test.outcome not in expected]
        return [f"not {sorted(expected)}: {', '.join(wrong)}"] if wrong else []

    def warm_up(self, exercise: str) -> None:
        """Open the examiner of an exercise, once, and count the processes that there are when all rests.

        Raises SandboxUnavailable where this machine has not got the degree.
        """
        self.exercise = exercise
        if exercise in self._opened:
            return
        report = self._honest()
        assert report.status is Status.FULL, f"the honest control: {self.text(report)}"
        assert report.isolation is self.degree
        self._opened.add(exercise)
        time.sleep(0.05)  # the last child is being reaped
        self._resting = self._processes()

    def _honest(self) -> Report:
        """Grade the honest submission, as often as it takes and `tries` allows."""
        for _ in range(tries(self.exercise)):
            report = self.grade(self.arena.honest(self.exercise))
            if report.status is Status.FULL:
                break
        return report

    def _start_anew(self) -> None:
        """Replace a grader that an attack has ended, so that it does not count against the next one."""
        self.close()
        self.grader = Grader(self.degree)
        self._opened.clear()

    def close(self) -> None:
        self.grader.close()

    def _processes(self) -> int:
        """Count the processes below the base."""
        base: Any = self.grader._warm
        return len(descendants(base._process.pid))

    def _control(self) -> list[str]:
        """Grade the honest submission now; say what the attack has done to it, and what it left running."""
        try:
            report = self._honest()
        except GraderError as error:
            self._start_anew()
            return [f"the next, honest submission is not graded: {type(error).__name__}: {error}"]
        found = [] if report.status is Status.FULL else [f"the next, honest submission: {self.text(report)}"]
        if sys.platform == "linux" and self.degree is not Isolation.GVISOR:
            try:
                wait_for(lambda: self._processes() <= self._resting, within=2.0)
            except AssertionError:
                found.append(f"left processes: {self._processes()} in place of {self._resting}")
        return found


class Opponents:
    """One warm opponent for each degree, each started when it is first asked for; a context manager."""

    def __init__(self, arena: Arena, naive: Naive) -> None:
        self._arena = arena
        self._naive = naive
        self._made: dict[Isolation, Opponent | SandboxUnavailable] = {}
        self._open = ExitStack()

    def at(self, degree: Isolation) -> Opponent:
        """Return the opponent. Raises SandboxUnavailable where this machine has not got the degree."""
        if degree not in self._made:
            self._made[degree] = self._make(degree)
        made = self._made[degree]
        if isinstance(made, SandboxUnavailable):
            raise made
        return made

    def _make(self, degree: Isolation) -> Opponent | SandboxUnavailable:
        opponent = Opponent(Grader(degree), degree, self._arena, self._naive)
        self._open.callback(opponent.close)
        try:
            opponent.warm_up("exercise90_lab")
        except SandboxUnavailable as missing:
            return missing
        return opponent

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()


def tries(exercise: str) -> int:
    """Return how often something that must succeed may be tried: other work on the machine may disturb a clock."""
    return 1 if exercise == "exercise90_lab" else 4


def try_naively(case: Case, arena: Arena, naive: Naive) -> list[str]:
    """Hand a case to the naive grader and return what it gained of what it is after: something, if the attack works."""

    def graded(submission: str | Path) -> NaiveRun:
        place, hangs = _placed(submission, arena), case.gain is Gain.HANG
        return naive.run(place, exercise=case.exercise, via=case.via, hangs=hangs)

    if case.kind is Kind.DRIVER:
        found = list(_module(case, arena).naive(_NaiveArena(arena, naive, case)))
        arena.damage()
        return found
    with tempfile.TemporaryDirectory(prefix="handed-in-") as name:
        if case.kind is Kind.BUILD:
            run = graded(_module(case, arena).build(Path(name)))
        else:
            *before, last = case.sources
            for source in before:
                graded(arena.replace(source, exercise=case.exercise, word=arena.canaries.word))
            run = graded(arena.replace(last, exercise=case.exercise))
    return naive_run.gains(run, arena, earns=case.earns)[case.gain]


@dataclass(slots=True)
class _NaiveArena:
    """What `naive(arena)` of a driver may use."""

    arena: Arena
    naive_grader: Naive
    case: Case

    def start_naive_anew(self) -> None:
        """Let the naive grader forget what it has graded."""
        self.naive_grader.start_anew()

    def naive(self, submission: str | Path, *, via: str = "file") -> NaiveRun:
        return self.naive_grader.run(
            _placed(submission, self.arena),
            exercise=self.case.exercise,
            via=Via(via),
            hangs=self.case.gain is Gain.HANG,
        )

    def gains(self, run: NaiveRun) -> list[str]:
        """Say what a run has gained of what the case is after."""
        return naive_run.gains(run, self.arena, earns=self.case.earns)[self.case.gain]

    def replace(self, source: str, *, word: str = "nothing") -> str:
        return self.arena.replace(source, exercise=self.case.exercise, word=word)


def _placed(submission: str | Path, arena: Arena) -> Path:
    """Return the path of what is handed in; a source is written to the desk first."""
    if isinstance(submission, Path):
        return submission
    file = arena.desk / "work.py"
    file.write_bytes(submission.encode("utf-8", "surrogatepass"))
    return file


def _module(case: Case, arena: Arena) -> types.ModuleType:
    """Load a case that runs on the attacker's side: it builds what is handed in, or hands in by itself."""
    spec = importlib.util.spec_from_loader(f"attack_{case.name}", loader=None)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    source = arena.replace(case.text, exercise=case.exercise)
    exec(compile(source, str(case.path), "exec", dont_inherit=True), module.__dict__)
    return module
