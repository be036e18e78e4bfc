"""One exam: every test once, a verdict for each, and the proof of whose fault a failure is.

A failed test is run again with the reference in the student's place, in a child of its own. When it fails there too,
the test is wrong, not the student: the exam has no score, and the author is told. So an exception in a test that stems
from a useless result (`None + 1`) and one that stems from a misspelt name are told apart without guessing.
"""

from __future__ import annotations

import contextlib
import functools
import platform
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from _pytest.runner import runtestprotocol

import grader
from grader.examination.board import Board
from grader.examination.causes import SEARCH_CUT, Causes, Played, find_causes, has_failed, retold
from grader.examination.collection import Case
from grader.examination.evidence import Ended, Evidence
from grader.examination.explaining import BoundedExplaining, Explain
from grader.examination.fixtures import Context, Fixtures
from grader.examination.judge import Verdict, broken_test, judge, outcome_of, starved, why, why_failed
from grader.examination.nearness import NearnessLog, kept_in
from grader.examination.observation import Observation
from grader.examination.probing import ProbingSession
from grader.examination.proxy import Proxies
from grader.examination.rand import derive_seed
from grader.examination.requests import ExamRequest, Probe
from grader.examination.rules import Rules
from grader.examination.rules.in_time import looked_in_time
from grader.examination.session import Session
from grader.examination.signals import TestIsBroken, TestStopped
from grader.examination.signatures import Signatures
from grader.examination.telling import TellingLines
from grader.examination.watch import MEMORY_MIB, interrupted_at
from grader.records import (
    Device,
    Examination,
    Exercise,
    Explanation,
    Fault,
    Outcome,
    Reveal,
    SourceFile,
    TestResult,
)
from grader.sandbox.children import ChildSource


@dataclass(frozen=True, slots=True)
class Held:
    """An exam that has been held; where this is not final, one with better explanations may follow."""

    examination: Examination
    is_final: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """How much of an exam there is, where it could not be held to its end before (`board`)."""

    from_test: int | None = None  # with this one it was over, and so it is for all behind it
    outcome: Outcome = Outcome.TIMEOUT  # of these; or CRASHED, or MEMORY
    is_explained: bool = True


WHOLE = Over()
NOTHING = Over(from_test=0, is_explained=False)


class Exam:
    """Examines one submission, once. `source` gives its children; `fixtures` serve the collected `cases`.

    On the `board` it shows where it is.
    """

    def __init__(
        self,
        exercise: Exercise,
        request: ExamRequest,
        cases: list[Case],
        *,
        device: Device,
        source: ChildSource,
        fixtures: Fixtures,
        explain: Explain,
        causes: Causes,
        signatures: Signatures,
        rules: Rules,
        reference: tuple[SourceFile, ...],
        board: Board,
    ) -> None:
        self._board = board
        self._over = WHOLE
        self._exercise = with_shorter_calls(exercise, request.call_s)
        self._request = request
        self._cases = cases
        self._device = device
        self._source = source
        self._fixtures = fixtures
        self._explain = explain
        self._explaining = BoundedExplaining(explain)
        self._causes = causes
        self._played: list[Played] = []
        self._signatures = signatures
        self._rules = rules
        self._lines = TellingLines(request.submission.files)
        self._reference = reference  # read before any student's code ran
        self._observation = Observation() if request.record_calls else None
        self._nearness = NearnessLog()
        self._rival: Session | None = None
        self._test_seed = 0
        self._visible_calls = 0
        self._test_limit_s: float | None = None

    def run(self, over: Over = WHOLE) -> Iterator[Held]:
        """Hold the exam, and yield what it found: with general causes, and then with the mistakes that are known.

        `over`: how much there is of it. The second takes the author's code and what the student's code chose: it may
        hang, and then the first stands.
        """
        self._over = over
        if not over.is_explained:
            self._explaining = BoundedExplaining(self._explain, limit_s=0.0)
        examination = self._held()
        if not self._names_mistakes(examination.tests):
            yield Held(examination)
            return
        yield Held(replace(examination, notes=(*examination.notes, SEARCH_CUT)), is_final=False)
        found = find_causes(self._causes, self._played)
        tests = tuple(retold(result, found, self._reveal(visible=result.visible)) for result in examination.tests)
        yield Held(replace(examination, tests=tests, notes=(*examination.notes, *found.notes)))

    def _held(self) -> Examination:
        """Hold the exam; return what it found, but for the mistakes that are known."""
        began = time.monotonic()
        submission = self._request.submission
        looked = looked_in_time(self._rules, submission.files)
        session = self._session(submission.files, self._request.probe)
        if self._observation is not None:
            session.on_call = self._observation.note
        try:
            output = ""
            load_failure: Evidence | None = looked.forbidden
            if load_failure is None:
                output, load_failure = _load(session)
            with kept_in(self._nearness) if self._request.probe is not None else contextlib.nullcontext():
                verdicts, results = self._examine(session, load_failure)
        finally:
            resources = session.close()
            if self._rival is not None:
                self._rival.close()
        problem = self._explained(load_failure, Reveal.FULL) if load_failure is not None else None
        fault = Fault.STUDENT if problem else None
        broken = "" if self._reference else next((v.broken for v in verdicts.values() if v.broken), "")
        if broken:  # without a reference nothing can be proven, but some errors no student's value can cause
            problem, fault = broken_test(broken), Fault.AUTHOR
        return Examination(
            seed=self._request.seed,
            tests=tuple(results),
            hidden_available=bool(self._exercise.solution_folder),
            problem=problem,
            fault=fault,
            output=output,
            resources=replace(resources, visible_calls=self._visible_calls),
            versions={**self._explain.versions, **versions()},
            exam_s=time.monotonic() - began,
            reviews=looked.reviews,
            notes=(*self._explain.notes, *self._explaining.notes),
            calls=self._observation.calls if self._observation is not None else (),
            measures=session.measures(self._nearness.found) if isinstance(session, ProbingSession) else None,
        )

    def _session(self, files: tuple[SourceFile, ...], probe: Probe | None = None) -> Session:
        make = Session if probe is None else functools.partial(ProbingSession, probe=probe)
        session = make(
            self._source,
            self._exercise,
            files,
            seed=derive_seed(self._request.seed, "load"),
            device=self._device.value,
            signatures=self._signatures,
        )
        Proxies(session)
        return session

    def _open_rival(self) -> Session:
        """Return the session of the reference's own child, for a test that times both; opened once an exam."""
        if not self._reference:
            raise TestIsBroken("`bench` needs the reference, which is not here: mark the test hidden.")
        if self._rival is None:
            self._rival = self._session(self._reference)
        self._rival.begin_test(seed=self._test_seed, limit_s=self._test_limit_s, fresh=False)
        return self._rival

    # -- the tests

    def _examine(self, session: Session, load_failure: Evidence | None) -> tuple[dict[str, Verdict], list[TestResult]]:
        verdicts: dict[str, Verdict] = {}
        results: list[TestResult] = []
        failed: set[str] = set()
        for number, case in enumerate(self._cases):
            self._board.test = number
            began = time.monotonic()
            blocked_by = next((name for name in case.needs if name in failed), None)
            output = ""
            if load_failure is not None:
                verdict = Verdict(outcome_of(load_failure), load_failure)
            elif blocked_by is not None:
                verdict = Verdict(Outcome.BLOCKED, None)
            elif self._over.from_test is not None and number >= self._over.from_test:
                verdict = Verdict(self._over.outcome, self._cut_short())
            else:
                verdict = self._run(case, session)
                output = session.end_test()
                self._played.append(Played(case.name, verdict.outcome is Outcome.FAILED, session.test.transcript))
                if self._observation is not None:
                    self._observation.end_test(case.name)
            if verdict.outcome is not Outcome.PASSED:
                failed.add(case.function)
            if case.visible:
                self._visible_calls = session.used().calls
            verdicts[case.name] = verdict
            results.append(
                self._result(
                    case,
                    verdict,
                    blocked_by=blocked_by if load_failure is None else None,
                    output=output,
                    wall_s=time.monotonic() - began,
                    told_once=load_failure is not None,
                )
            )
            if self._request.until_failure and verdict.outcome is not Outcome.PASSED:
                break
        return verdicts, results

    def _run(self, case: Case, session: Session) -> Verdict:
        """Run one test and judge it."""
        name = case.item.name
        self._fixtures.context = Context(session, self._request.seed, self._device.value, self._open_rival)
        self._test_seed = derive_seed(self._request.seed, "test", name)
        self._test_limit_s = min((s for s in (case.limit_s, self._request.call_s) if s is not None), default=None)
        try:
            session.begin_test(seed=self._test_seed, limit_s=self._test_limit_s, fresh=case.fresh)
        except TestStopped as stopped:
            return Verdict(outcome_of(stopped.evidence), stopped.evidence)
        reports: list[pytest.TestReport] = []
        with contextlib.suppress(TestStopped), interrupted_at(lambda: session.deadline, session.overran):
            reports = runtestprotocol(case.item, log=False, nextitem=None)
        case.item.session._setupstate.stack.clear()  # full where the alarm rang in pytest: it would run no other test
        self._settle(session)
        failure = next((report for report in reports if not report.passed), None)
        error = failure.__dict__.get("error") if failure is not None else None
        with contextlib.suppress(TestStopped), interrupted_at(lambda: session.deadline, session.overran):
            return judge(session, error, phase=failure.when if failure is not None else "call")
        return judge(session, None, phase="call")  # that the time is over

    def _settle(self, session: Session) -> None:
        """See to what a test cannot tell: a child that computes on, and a fault of ours that the test caught."""
        session.settle()
        for one in (session, self._rival):
            if one is not None and one.fault is not None:
                raise one.fault

    def _result(
        self,
        case: Case,
        verdict: Verdict,
        *,
        blocked_by: str | None,
        output: str,
        wall_s: float,
        told_once: bool,
    ) -> TestResult:
        passed = verdict.outcome is Outcome.PASSED
        reveal = self._reveal(visible=case.visible)
        explanation = None
        if verdict.evidence is not None and not told_once and self._request.explain:
            evidence = self._lines.in_evidence(verdict.evidence) if reveal is not Reveal.FULL else verdict.evidence
            explanation = self._explained(evidence, reveal)
        return TestResult(
            name=case.name,
            claim=case.claim,
            outcome=verdict.outcome,
            points=case.points,
            earned=case.points if passed else 0.0,
            visible=case.visible,
            wall_s=wall_s,
            hint=case.hint if not passed and (case.visible or reveal is not Reveal.NONE) else None,
            blocked_by=blocked_by,
            explanation=explanation,
            fault=Fault.STUDENT if verdict.outcome.is_missed else None,
            output=output if reveal is Reveal.FULL else "",  # a hidden test's inputs can be printed
        )

    def _explained(self, evidence: Evidence, reveal: Reveal) -> Explanation:
        self._board.explains = True
        explanation = self._explaining(evidence, reveal)
        self._board.explains = False
        return explanation

    def _cut_short(self) -> Ended:
        """Return how the exam ended before its last test."""
        limit = MEMORY_MIB if self._over.outcome is Outcome.MEMORY else self._exercise.limits.exam_s
        return Ended(outcome=self._over.outcome, detail="exam", limit=limit)

    def _reveal(self, *, visible: bool) -> Reveal:
        return Reveal.FULL if visible else self._exercise.reveal_hidden

    def _names_mistakes(self, results: Sequence[TestResult]) -> bool:
        """Whether to look for known mistakes; never on a GPU, which the examiner does not touch."""
        return self._request.name_mistakes and self._device is Device.CPU and has_failed(results)

    # -- whose fault

    def prove(self, names: Collection[str]) -> str:
        """Run these tests on the reference; return what shows that a test is wrong, or nothing."""
        session = self._session(self._reference)
        try:
            _, failure = _load(session)
            if failure is not None:
                return f"the reference of {self._exercise.name} cannot be loaded: {why(failure)}"
            for number, case in enumerate(self._cases):
                if case.name in names:
                    self._board.test = number
                    verdict = self._run(case, session)
                    if verdict.starved:
                        raise starved(verdict.starved)
                    if verdict.outcome is not Outcome.PASSED:
                        fails = f"{case.item.path}: {case.name} fails on the reference itself"
                        return f"{fails}: {why_failed(verdict)}{_example(session)}"
        finally:
            session.close()
            if self._rival is not None:
                self._rival.close()
        return ""


def with_shorter_calls(exercise: Exercise, call_s: float | None) -> Exercise:
    """Return the exercise with a limit of one call that is no longer than asked for."""
    limits = exercise.limits
    return exercise if call_s is None else replace(exercise, limits=replace(limits, call_s=min(limits.call_s, call_s)))


def _example(session: Session) -> str:
    """Say which input a property test failed with: nobody chose it, and the author cannot guess it."""
    calls = [call.text_full for call in session.log.evidence()[:3]] if session.test.is_example else []
    return f", with {'; '.join(calls)}" if calls else ""


def _load(session: Session) -> tuple[str, Evidence | None]:
    try:
        return session.load(), None
    except TestStopped as stopped:
        return session.end_test(), stopped.evidence


@functools.cache
def versions() -> dict[str, str]:
    """Return what an exam ran on; looked up once, before the exams are forked."""
    return {
        "dlgrade": grader.__version__,
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "numpy": np.__version__,
        "pytest": pytest.__version__,
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
    }
