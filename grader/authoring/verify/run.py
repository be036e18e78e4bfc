"""Proves exercises: holds all their exams side by side, and then lets each check judge what came of them.

The checks are functions of a `Context` alone, in a table; the exams are over when they are asked. So the findings do
not depend on how many exams were held at once, and a check is tried on a small broken course like any other function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.authoring.expected import Expected, read_expected
from grader.authoring.findings import Finding, place_in_course
from grader.authoring.verify.contents import check_leaks, check_lints, check_markers, is_all_python
from grader.authoring.verify.context import Context
from grader.authoring.verify.exams import Exams, Kind, Settings
from grader.authoring.verify.languages import check_sentences
from grader.authoring.verify.limits import check_limits
from grader.authoring.verify.mutation import check_mutants, score_of
from grader.authoring.verify.proof import Figures, Mutation, Proof
from grader.authoring.verify.reference import check_devices, check_reference, check_repeatable
from grader.authoring.verify.remade import remade_stubs
from grader.authoring.verify.statements import check_statements
from grader.authoring.verify.stub import check_stub
from grader.authoring.verify.tolerance import check_margin, check_planted, nearest
from grader.authoring.verify.verdicts import (
    check_any,
    check_cheats,
    check_mistakes,
    check_notes,
    check_verdicts,
    confusion_rows,
)
from grader.errors import AuthorError, GraderError, SandboxUnavailable, joined
from grader.exercise import Entry
from grader.exercise.manifest import MANIFEST
from grader.exercise.solution import has_solution
from grader.records import Exercise, Fault, Reveal, Severity, Text
from grader.runners import Done, Job, Runner

Check = Callable[[Context], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    check_stub,
    check_reference,
    check_repeatable,
    check_devices,
    check_margin,
    check_planted,
    check_limits,
    check_mistakes,
    check_notes,
    check_cheats,
    check_any,
    check_verdicts,
    check_mutants,
    check_sentences,
    check_statements,
)
SOURCE_CHECKS: tuple[Check, ...] = (check_markers, check_leaks, check_lints)  # they read every file as Python
_SEVERITIES = tuple(Severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far it is: exams held, of those known so far; and the exercise of the last one."""

    held: int
    known: int
    exercise: str


@dataclass(kw_only=True)
class _Trial:
    """One exercise on its way to a proof."""

    entry: Entry
    root: Path
    settings: Settings
    exercise: Exercise | None = None
    error: AuthorError | None = None
    expected: Expected | None = None
    exams: Exams | None = None
    waiting: int = 0
    rounds: int = 0

    def next_round(self) -> list[Job]:
        """Return the exams that can be held now; none when all have been, or the exercise is broken."""
        try:
            while self.rounds < 2 and self.error is None:
                self.rounds += 1
                jobs = list(self._first() if self.rounds == 1 else self._second())
                if jobs:
                    self.waiting = len(jobs)
                    return jobs
        except AuthorError as error:
            self.error = error
        return []

    def _first(self) -> Iterator[Job]:
        # All that a failed test can show is for its author to see.
        exercise = self.exercise = replace(self.entry.read(), reveal_hidden=Reveal.FULL)
        if not has_solution(exercise):
            raise _no_solution(exercise)
        self.expected = read_expected(exercise)
        self.exams = Exams(exercise=exercise, settings=self.settings, verdict_seed=self.expected.seed)
        return self.exams.first_round()

    def _second(self) -> Iterator[Job]:
        assert self.exams is not None
        broken = next((done.error for done in self._held() if isinstance(done.error, AuthorError)), None)
        if broken is not None:
            raise broken
        return self.exams.second_round()

    def _held(self) -> list[Done]:
        assert self.exams is not None
        return [done for found in self.exams.results.values() for done in found.values()]

    def proof(self) -> Proof:
        """Return the proof, now that every exam has been held."""
        if self.error is not None or self.exams is None or self.expected is None or self.exercise is None:
            return self._broken(self.error or AuthorError(self.entry.name))
        context = Context(exercise=self.exercise, root=self.root, expected=self.expected, exams=self.exams)
        try:
            return self._checked(context)
        except AuthorError as error:  # a file that no exam reads, such as a statement, is no text
            return self._broken(error)

    def _broken(self, error: AuthorError) -> Proof:
        name = self.entry.name
        title = self.exercise.title if self.exercise is not None else Text(en="", zh="")
        findings = (_broken(name, self.root, self.entry, error),)
        return Proof(exercise=name, title=title, findings=findings, is_broken=True)

    def _checked(self, context: Context) -> Proof:
        faults = [done.error for done in self._held() if _is_fault(done.error)]
        checks = CHECKS + (SOURCE_CHECKS if is_all_python(context.exercise) else ())
        findings = [finding for check in checks for finding in check(context)]
        return Proof(
            exercise=self.entry.name,
            title=context.exercise.title,
            findings=tuple(sorted(findings, key=lambda one: _SEVERITIES.index(one.severity))),
            faults=tuple(dict.fromkeys(error.text for error in faults if error is not None)),
            figures=_figures(context),
            confusion=confusion_rows(context),
        )


def verify(
    entries: Sequence[Entry],
    root: Path,
    settings: Settings,
    runner: Runner,
    *,
    tell: Callable[[Progress], None] = lambda _: None,
) -> tuple[Proof, ...]:
    """Return the proof of each exercise, in the order in which they were given, whatever was done first.

    `root` is the folder of their course, from which files are named. Raises: GraderFault where no exam can be held.
    """
    trials = {entry.name: _Trial(entry=entry, root=root, settings=settings) for entry in entries}
    known = 0
    for trial in trials.values():
        known += _add(runner, trial.next_round())
    for held, done in enumerate(runner.done(), start=1):
        trial = trials[done.job.exercise.name]
        assert trial.exams is not None
        trial.exams.take(done)
        trial.waiting -= 1
        if not trial.waiting:
            known += _add(runner, trial.next_round())
        tell(Progress(held=held, known=known, exercise=done.job.exercise.name))
    return tuple(trial.proof() for trial in trials.values())


def _add(runner: Runner, jobs: Iterable[Job]) -> int:
    wanted = list(jobs)
    runner.add(wanted)
    return len(wanted)


def _is_fault(error: GraderError | None) -> bool:
    """Whether an exam is missing through no fault of the exercise. A device that is not here is told as a note."""
    return error is not None and error.fault is Fault.GRADER and not isinstance(error, SandboxUnavailable)


def _figures(context: Context) -> Figures:
    exams = context.exams
    references = exams.references()
    tests = references[0].tests if references else ()
    largest = max(nearest(context).values(), default=0.0)
    score = score_of(context)
    devices = {"cpu": None} | {name.partition(":")[0]: None for name in exams.held(Kind.DEVICE)}
    return Figures(
        seeds=len(references),
        devices=tuple(devices),
        tests=len(tests),
        points=sum(test.points for test in tests),
        mistakes=len(exams.of(Kind.MISTAKE)),
        cheats=len(exams.of(Kind.CHEAT)),
        mutation=None
        if score is None
        else Mutation(
            killed=score.killed,
            survived=len(score.survived),
            declared=len(score.declared),
            left_out=score.left_out,
        ),
        margin=1 / largest if largest else None,
        exams=exams.count,
        exams_s=sum(done.wall_s for found in exams.results.values() for done in found.values()),
    )


def _broken(name: str, root: Path, entry: Entry, error: AuthorError) -> Finding:
    remedy = error.remedy or Text(en="No submission can be graded before.", zh="修正之前无法给任何提交评分。")
    edits = remade_stubs(entry, root)
    if edits:
        fix = Text(
            en="The stub can be made anew from the markers of the reference.",
            zh="可按参考解中的标记重新生成模板。",
        )
        remedy = joined((remedy, fix), separator="\n")
    return Finding(
        check="exercise.broken",
        severity=Severity.ERROR,
        exercise=name,
        file=place_in_course(entry.folder, MANIFEST, root),
        problem=error.problem,
        remedy=remedy,
        edits=edits,
    )


def _no_solution(exercise: Exercise) -> AuthorError:
    return AuthorError(
        Text(
            en=f"The hidden half of {exercise.name} is not at hand: there is nothing to prove it with.",
            zh=f"没有 {exercise.name} 的隐藏部分，无从验证。",
        ),
        remedy=Text(
            en="Verify where solutions/ lies, or give the key of the sealed one.",
            zh="请在有 solutions/ 的地方验证，或提供密封文件的密钥。",
        ),
    )
