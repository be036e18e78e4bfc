"""One exam: every test once, a verdict for each, and the proof of whose fault a failure is.

A failed test is run again with the reference in the student's place, in a child of its own. When it fails there too,
the test is wrong, not the student: the exam has no score, and the author is told. So an exception in a test that stems
from a useless result (`None + 1`) and one that stems from a misspelt name are told apart without guessing.
"""

from __future__ import annotations

import functools
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from _pytest.runner import runtestprotocol

import grader
from grader.errors import GraderFault
from grader.examination.before import values_before
from grader.examination.collection import Case
from grader.examination.compare import facts
from grader.examination.evidence import Asserted, Compared, Ended, Evidence, Mismatched, Unusable
from grader.examination.fixtures import Context, Fixtures
from grader.examination.proxy import Proxies
from grader.examination.rand import derive_seed
from grader.examination.requests import ExamRequest
from grader.examination.rules import Rules
from grader.examination.session import Session
from grader.examination.signals import StudentRaised, TestIsBroken, TestStopped
from grader.examination.signatures import Signatures
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
    Text,
)
from grader.sandbox.children import ChildSource

Explain = Callable[[Evidence, Reveal], Explanation]


@dataclass(frozen=True, slots=True)
class _Verdict:
    outcome: Outcome
    evidence: Evidence | None
    broken: str = ""  # what shows that the test itself may be wrong


class Exam:
    """Examines one submission, once. `source` gives its children; `fixtures` serve the collected `cases`."""

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
        signatures: Signatures,
        rules: Rules,
    ) -> None:
        self._exercise = exercise
        self._request = request
        self._cases = cases
        self._device = device
        self._source = source
        self._fixtures = fixtures
        self._explain = explain
        self._signatures = signatures
        self._rules = rules
        self._rival: Session | None = None
        self._test_seed = 0
        self._test_limit_s: float | None = None

    def run(self) -> Examination:
        began = time.monotonic()
        submission = self._request.submission
        forbidden = self._rules.first_forbidden(submission.files)
        session = self._session(submission.files)
        try:
            output = ""
            load_failure: Evidence | None = forbidden
            if load_failure is None:
                output, load_failure = _load(session)
            verdicts, results = self._examine(session, load_failure)
        finally:
            resources = session.close()
            if self._rival is not None:
                self._rival.close()
        broken = self._prove(verdicts) if load_failure is None else ""
        problem = self._explain(load_failure, Reveal.FULL) if load_failure is not None else None
        fault = Fault.STUDENT if problem else None
        if broken:
            problem, fault = _broken_test(broken), Fault.AUTHOR
        return Examination(
            seed=self._request.seed,
            tests=tuple(results),
            hidden_available=bool(self._exercise.solution_folder),
            problem=problem,
            fault=fault,
            output=output,
            resources=resources,
            versions=versions(),
            exam_s=time.monotonic() - began,
        )

    def _session(self, files: tuple[SourceFile, ...]) -> Session:
        session = Session(
            self._source,
            self._exercise,
            files,
            seed=derive_seed(self._request.seed, "load"),
            device=self._device.value,
            deadline=time.monotonic() + self._exercise.limits.exam_s,
            signatures=self._signatures,
        )
        Proxies(session)
        return session

    def _reference_files(self) -> tuple[SourceFile, ...]:
        folder = Path(self._exercise.solution_folder)
        return tuple(
            SourceFile(name=name, text=(folder / name).read_text(encoding="utf-8")) for name in self._exercise.files
        )

    def _open_rival(self) -> Session:
        """Return the session of the reference's own child, for a test that times both; opened once an exam."""
        if not self._exercise.solution_folder:
            raise TestIsBroken("`bench` needs the reference, which is not here: mark the test hidden.")
        if self._rival is None:
            self._rival = self._session(self._reference_files())
        self._rival.begin_test(seed=self._test_seed, limit_s=self._test_limit_s, fresh=False)
        return self._rival

    # -- the tests

    def _examine(self, session: Session, load_failure: Evidence | None) -> tuple[dict[str, _Verdict], list[TestResult]]:
        verdicts: dict[str, _Verdict] = {}
        results: list[TestResult] = []
        failed: set[str] = set()
        for case in self._cases:
            began = time.monotonic()
            blocked_by = next((name for name in case.needs if name in failed), None)
            output = ""
            if load_failure is not None:
                verdict = _Verdict(_outcome_of(load_failure), load_failure)
            elif blocked_by is not None:
                verdict = _Verdict(Outcome.BLOCKED, None)
            else:
                verdict = self._run(case, session)
                output = session.end_test()
            if verdict.outcome is not Outcome.PASSED:
                failed.add(case.function)
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
        return verdicts, results

    def _run(self, case: Case, session: Session) -> _Verdict:
        """Run one test and judge it."""
        name = case.item.name
        self._fixtures.context = Context(session, self._request.seed, self._device.value, self._open_rival)
        self._test_seed = derive_seed(self._request.seed, "test", name)
        self._test_limit_s = case.limit_s
        try:
            session.begin_test(seed=self._test_seed, limit_s=case.limit_s, fresh=case.fresh)
        except TestStopped as stopped:
            return _Verdict(_outcome_of(stopped.evidence), stopped.evidence)
        reports = runtestprotocol(case.item, log=False, nextitem=None)
        failure = next((report for report in reports if not report.passed), None)
        error = failure.__dict__.get("error") if failure is not None else None
        return _judge(session, error, phase=failure.when if failure is not None else "call")

    def _result(
        self,
        case: Case,
        verdict: _Verdict,
        *,
        blocked_by: str | None,
        output: str,
        wall_s: float,
        told_once: bool,
    ) -> TestResult:
        passed = verdict.outcome is Outcome.PASSED
        reveal = Reveal.FULL if case.visible else self._exercise.reveal_hidden
        explanation = None
        if verdict.evidence is not None and not told_once:
            explanation = self._explain(verdict.evidence, reveal)
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
            fault=None if verdict.outcome in (Outcome.PASSED, Outcome.BLOCKED) else Fault.STUDENT,
            output=output if reveal is Reveal.FULL else "",  # a hidden test's inputs can be printed
        )

    # -- whose fault

    def _prove(self, verdicts: dict[str, _Verdict]) -> str:
        """Run every failed test on the reference; return what shows that a test is wrong, or nothing."""
        doubtful = [
            case for case in self._cases if verdicts[case.name].outcome not in (Outcome.PASSED, Outcome.BLOCKED)
        ]
        if not doubtful:
            return ""
        if not self._exercise.solution_folder:
            return next((verdicts[case.name].broken for case in doubtful if verdicts[case.name].broken), "")
        session = self._session(self._reference_files())
        try:
            _, failure = _load(session)
            if failure is not None:
                return f"the reference of {self._exercise.name} cannot be loaded: {_why(failure)}"
            for case in doubtful:
                verdict = self._run(case, session)
                if verdict.outcome is not Outcome.PASSED:
                    return f"{case.item.path}: {case.name} fails on the reference itself: {_why_failed(verdict)}"
        finally:
            session.close()
        return ""


def _load(session: Session) -> tuple[str, Evidence | None]:
    try:
        return session.load(), None
    except TestStopped as stopped:
        return session.end_test(), stopped.evidence


def _judge(session: Session, error: BaseException | None, *, phase: str) -> _Verdict:
    """Say what a test's end means."""
    stopped = session.stopped
    if stopped is not None:
        return _Verdict(_outcome_of(stopped), stopped)
    if error is None:
        return _Verdict(Outcome.PASSED, None)
    if isinstance(error, GraderFault):
        raise error  # a process of ours has gone: no verdict at all
    if isinstance(error, Mismatched):
        call = session.log.that_returned(error.actual)
        evidence: Evidence = Compared(
            mismatch=error.mismatch,
            call=call or session.log.last(),
            direct=call is not None,
            before=values_before(error.actual, error.mismatch.path, session.log) if call is None else None,
            calls=session.log.evidence(),
        )
        return _Verdict(Outcome.FAILED, evidence)
    if isinstance(error, StudentRaised):
        return _Verdict(Outcome.FAILED, error.evidence)
    if isinstance(error, AssertionError | pytest.fail.Exception):
        asserted = Asserted(message=str(error), call=session.log.last(), calls=session.log.evidence())
        return _Verdict(Outcome.FAILED, asserted)
    call = session.log.last()
    problem = f"{type(error).__name__}: {error}"
    returned = facts(call.result) if call is not None else None
    certain = phase != "call" or isinstance(error, TestIsBroken | NameError | ImportError) or not session.asked
    return _Verdict(
        Outcome.FAILED, Unusable(problem=problem, returned=returned, call=call), broken=problem if certain else ""
    )


def _outcome_of(evidence: Evidence) -> Outcome:
    return evidence.outcome if isinstance(evidence, Ended) else Outcome.FAILED


def _why(evidence: Evidence) -> str:
    for name in ("problem", "message", "detail"):
        text = getattr(evidence, name, "")
        if text:
            return f"{getattr(evidence, 'type_name', type(evidence).__name__)}: {text}"
    return type(evidence).__name__


def _why_failed(verdict: _Verdict) -> str:
    if isinstance(verdict.evidence, Compared):
        mismatch = verdict.evidence.mismatch
        return f"{mismatch.kind.value} differs, {mismatch.differing} of {mismatch.total} elements"
    return _why(verdict.evidence) if verdict.evidence is not None else verdict.outcome.value


def _broken_test(why: str) -> Explanation:
    return Explanation(
        cause_id="author.test",
        problem=Text(
            en=f"This exercise is broken, so there is no score: {why}",
            zh=f"这道练习本身有错，因此没有分数：{why}",
        ),
        next_step=Text(
            en="It is not your fault. Please tell your instructor, with this message.",
            zh="这不是你的错。请把这条信息告诉你的老师。",
        ),
    )


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


class KeepErrors:
    """The pytest plugin that keeps each phase's exception on its report, and draws no traceback that nobody reads."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        report = pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords={},
            outcome="passed" if call.excinfo is None else "failed",
            longrepr=None,
            when=call.when,  # type: ignore[arg-type]  # never "collect": this is a run
        )
        report.__dict__["error"] = call.excinfo.value if call.excinfo is not None else None
        return report
