"""One exam: every test once, a verdict for each, and the proof of whose fault a failure is.

A failed test is run again with the reference in the student's place, in a child of its own. When it fails there too,
the test is wrong, not the student: the exam has no score, and the author is told. So an exception in a test that stems
from a useless result (`None + 1`) and one that stems from a misspelt name are told apart without guessing.
"""

from __future__ import annotations

import functools
import platform
import time
from collections.abc import Callable, Collection

import numpy as np
import pytest
import torch
from _pytest.runner import runtestprotocol

import grader
from grader.examination.collection import Case
from grader.examination.evidence import Evidence
from grader.examination.fixtures import Context, Fixtures
from grader.examination.judge import Verdict, broken_test, judge, outcome_of, starved, why, why_failed
from grader.examination.proxy import Proxies
from grader.examination.rand import derive_seed
from grader.examination.requests import ExamRequest
from grader.examination.rules import Rules
from grader.examination.session import Session
from grader.examination.signals import TestIsBroken, TestStopped
from grader.examination.signatures import Signatures
from grader.examination.telling import TellingLines
from grader.examination.watch import interrupted_at
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

Explain = Callable[[Evidence, Reveal], Explanation]


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
        reference: tuple[SourceFile, ...],
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
        self._lines = TellingLines(request.submission.files)
        self._reference = reference  # read before any student's code ran
        self._rival: Session | None = None
        self._test_seed = 0
        self._test_limit_s: float | None = None

    def run(self) -> Examination:
        began = time.monotonic()
        submission = self._request.submission
        looked = self._rules.look(submission.files)
        session = self._session(submission.files)
        try:
            output = ""
            load_failure: Evidence | None = looked.forbidden
            if load_failure is None:
                output, load_failure = _load(session)
            verdicts, results = self._examine(session, load_failure)
        finally:
            resources = session.close()
            if self._rival is not None:
                self._rival.close()
        problem = self._explain(load_failure, Reveal.FULL) if load_failure is not None else None
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
            resources=resources,
            versions=versions(),
            exam_s=time.monotonic() - began,
            reviews=looked.reviews,
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
        for case in self._cases:
            began = time.monotonic()
            blocked_by = next((name for name in case.needs if name in failed), None)
            output = ""
            if load_failure is not None:
                verdict = Verdict(outcome_of(load_failure), load_failure)
            elif blocked_by is not None:
                verdict = Verdict(Outcome.BLOCKED, None)
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

    def _run(self, case: Case, session: Session) -> Verdict:
        """Run one test and judge it."""
        name = case.item.name
        self._fixtures.context = Context(session, self._request.seed, self._device.value, self._open_rival)
        self._test_seed = derive_seed(self._request.seed, "test", name)
        self._test_limit_s = case.limit_s
        try:
            session.begin_test(seed=self._test_seed, limit_s=case.limit_s, fresh=case.fresh)
        except TestStopped as stopped:
            return Verdict(outcome_of(stopped.evidence), stopped.evidence)
        with interrupted_at(session.deadline, session.overran):
            reports = runtestprotocol(case.item, log=False, nextitem=None)
        self._settle(session)
        failure = next((report for report in reports if not report.passed), None)
        error = failure.__dict__.get("error") if failure is not None else None
        return judge(session, error, phase=failure.when if failure is not None else "call")

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
        reveal = Reveal.FULL if case.visible else self._exercise.reveal_hidden
        explanation = None
        if verdict.evidence is not None and not told_once:
            evidence = self._lines.in_evidence(verdict.evidence) if reveal is not Reveal.FULL else verdict.evidence
            explanation = self._explain(evidence, reveal)
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

    def prove(self, names: Collection[str]) -> str:
        """Run these tests on the reference; return what shows that a test is wrong, or nothing."""
        session = self._session(self._reference)
        try:
            _, failure = _load(session)
            if failure is not None:
                return f"the reference of {self._exercise.name} cannot be loaded: {why(failure)}"
            for case in self._cases:
                if case.name in names:
                    verdict = self._run(case, session)
                    if verdict.starved:
                        raise starved(verdict.starved)
                    if verdict.outcome is not Outcome.PASSED:
                        return f"{case.item.path}: {case.name} fails on the reference itself: {why_failed(verdict)}"
        finally:
            session.close()
            if self._rival is not None:
                self._rival.close()
        return ""


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
