"""Exercises made from text, and exams of them through the real processes; one warm base serves a whole test run.

A test module with a `STUDENT` source is run twice. Its functions first run here, with that source as a plain local
module. Then the very same file is the hidden test file of an exercise, and every function must pass there too: what
holds locally holds through the proxy. `@ends(...)` marks what has no local counterpart; it runs in the exam only and
must end as it says. `MANIFEST` adds to the manifest, `REFERENCE` is the reference solution (the student's, if absent).
"""

from __future__ import annotations

import importlib
import itertools
import textwrap
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.exercise.manifest import read_exercise
from grader.pipeline import Grader
from grader.records import Exercise, Explanation, Outcome, SourceFile, Submission, TestResult
from grader.report import Report

_IMPORT = "from exams import ends\n"
_WITHOUT_VERDICTS = "def ends(*_, **__):\n    return lambda test: test\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a hidden test must end. `says` are pieces of its explanation in English."""

    outcome: Outcome
    cause_id: str | None = None
    says: tuple[str, ...] = ()
    local: bool = False  # whether it runs locally too, and passes there


def ends(
    outcome: str, cause_id: str | None = None, *, says: str | tuple[str, ...] = (), differs: str = ""
) -> Callable[..., Any]:
    """Mark a hidden test that runs in the exam only, and say how it must end there.

    `differs` says where the proxy is known not to be like a local call: the test then also runs locally, and passes.
    """

    def mark(function: Any) -> Any:
        function.verdict = Verdict(
            outcome=Outcome(outcome),
            cause_id=cause_id,
            says=(says,) if isinstance(says, str) else says,
            local=bool(differs),
        )
        return function

    return mark


class Exams:
    """Makes exercises below `root` and examines submissions of them."""

    def __init__(self, grader: Grader, root: Path) -> None:
        self.grader = grader
        self._root = root
        self._numbers = itertools.count(1)
        self._of_module: dict[str, Report | Exception] = {}
        self._made: dict[str, Exercise] = {}

    def exercise(
        self,
        tests: str,
        *,
        reference: str,
        stub: str | None = None,
        visible: str = "",
        manifest: str = "",
        limits: str = "call_s = 2.0\nexam_s = 30.0",
        reveal: str = "full",
        hidden: bool = True,
        more_files: dict[str, str] | None = None,
    ) -> Exercise:
        """Write an exercise of one file, work.py, with these hidden tests, and read it."""
        name = f"exercise{next(self._numbers):03}_made"
        folder, solution = self._root / "exercises" / name, self._root / "solutions" / name
        files = {
            folder / "exercise.toml": (
                f'schema = "exercise/1"\nid = "{name.partition("_")[0]}"\nslug = "made"\n'
                f'title = {{ en = "Made", zh = "自制" }}\nfiles = ["work.py"]\n'
                f'[limits]\n{limits}\n[reveal]\nhidden = "{reveal}"\n{manifest}\n'
            ),
            folder / "README.md": "# Made\n",
            folder / "README.zh.md": "# 自制\n",
            folder / "work.py": reference if stub is None else stub,
            folder / "test_visible.py": '"""Visible tests."""\n' + visible,
        }
        if hidden:
            files |= {solution / "work.py": reference, solution / "test_hidden.py": tests}
        files |= {self._root / part / name / file: text for part, file, text in _split(more_files or {})}
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return read_exercise(folder, solution_folder=solution if hidden else None)

    def examine(self, exercise: Exercise, student: str, *, seed: int | None = 1) -> Report:
        """Examine a submission that consists of this source."""
        return self.grader.examine(exercise, submission_of(student), seed=seed)

    def run(self, student: str, tests: str, *, reference: str | None = None, seed: int = 1, **more: Any) -> Report:
        """Examine this source in an exercise with these tests; it is its own reference unless one is given.

        The same tests, reference and settings are one exercise, made and loaded once.
        """
        text = f"import pytest, torch, numpy as np\nfrom grader.examination import *\n{textwrap.dedent(tests)}\n"
        told = repr((text, reference or student, sorted(more.items())))
        if told not in self._made:
            self._made[told] = self.exercise(text, reference=reference or student, **more)
        return self.examine(self._made[told], student, seed=seed)

    def of_module(self, module: types.ModuleType) -> Report:
        """Examine a test module's `STUDENT` with that module's own file as the hidden tests; once."""
        name = module.__name__
        if name not in self._of_module:
            text = Path(str(module.__file__)).read_text(encoding="utf-8").replace(_IMPORT, _WITHOUT_VERDICTS)
            reference = getattr(module, "REFERENCE", module.STUDENT)
            exercise = self.exercise(
                text, reference=reference, stub=module.STUDENT, manifest=getattr(module, "MANIFEST", "")
            )
            try:
                self._of_module[name] = self.examine(exercise, module.STUDENT)
            except Exception as error:  # a fault is the same for all of the module's tests
                self._of_module[name] = error
        report = self._of_module[name]
        if isinstance(report, Exception):
            raise report
        return report


def submission_of(student: str) -> Submission:
    """Return a submission that consists of this source."""
    return Submission(
        files=(SourceFile(name="work.py", text=student),), origin="work.py", sha256="0" * 64, untouched=False
    )


def _split(files: dict[str, str]) -> list[tuple[str, str, str]]:
    """Turn "solutions/conftest.py" into its part of the course and the name inside the exercise's folder."""
    return [(*path.split("/", 1), text) for path, text in files.items()]  # type: ignore[misc]


def result(report: Report, name: str) -> TestResult:
    """Return one test of a report."""
    found = {test.name: test for test in report.tests}
    assert name in found, f"no test {name!r} in {sorted(found)}; {said(report.problem)}"
    return found[name]


def said(explanation: Explanation | None) -> str:
    """Return all that an explanation says in English."""
    if explanation is None:
        return ""
    texts = ("problem", "expected", "got", "where", "cause", "next_step")
    parts = [getattr(explanation, name).en for name in texts if getattr(explanation, name) is not None]
    lines = [f"{line.file}:{line.line} {line.source}" for line in explanation.traceback]
    return "\n".join(part for part in (explanation.call, *parts, *lines) if part)


def assert_ended(report: Report, name: str, verdict: Verdict) -> None:
    """Check how a test of the exam ended."""
    test = result(report, name)
    explanation = said(test.explanation)
    told = f"in the exam it is {test.outcome} ({getattr(test.explanation, 'cause_id', '')}): {explanation}"
    assert test.outcome is verdict.outcome, told
    if verdict.cause_id is not None:
        assert test.explanation is not None
        assert test.explanation.cause_id == verdict.cause_id, told
    for piece in verdict.says:
        assert piece in explanation, told


def local_module(source: str) -> types.ModuleType:
    """Return the module that this source makes, here and now."""
    module = types.ModuleType("work")
    exec(compile(source, "work.py", "exec", dont_inherit=True), module.__dict__)
    return module


class LocalModules:
    """What `remote` is without processes: modules by name."""

    def __getattr__(self, name: str) -> types.ModuleType:
        return importlib.import_module(name)
