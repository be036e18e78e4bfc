"""What the checks look at: an exercise, what its author expects, the exams; and how they say what they find."""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import dataclass
from pathlib import Path

from grader.authoring.expected import Expected
from grader.authoring.findings import Edit, Finding, place_in_course
from grader.authoring.verify.exams import Exams
from grader.exercise.manifest import HIDDEN_TESTS, VISIBLE_TESTS
from grader.exercise.public import public_file
from grader.exercise.solution import solution_file
from grader.records import Exercise, Severity, TestResult, Text

VISIBLE, HIDDEN = VISIBLE_TESTS, HIDDEN_TESTS
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}")


@dataclass(frozen=True, kw_only=True)
class Context:
    """One exercise with all that was found out about it. `root` is its course's folder."""

    exercise: Exercise
    root: Path
    expected: Expected
    exams: Exams

    def given(self, name: str) -> str:
        """Return the path of a file that students get, from the course's root."""
        return place_in_course(self.exercise.folder, name, self.root)

    def hidden(self, name: str) -> str:
        """Return the path of a file of the hidden half, from the course's root."""
        return place_in_course(self.exercise.solution_folder, name, self.root)

    def finding(
        self,
        check: str,
        severity: Severity,
        file: str,
        problem: Text,
        remedy: Text,
        *,
        line: int = 0,
        detail: str = "",
        edits: tuple[Edit, ...] = (),
    ) -> Finding:
        """Return a finding about this exercise."""
        return Finding(
            check=check,
            severity=severity,
            exercise=self.exercise.name,
            file=file,
            line=line,
            problem=problem,
            remedy=remedy,
            detail=detail,
            edits=edits,
        )

    def at_test(
        self, check: str, severity: Severity, test: str, problem: Text, remedy: Text, *, detail: str
    ) -> Finding:
        """Return a finding about a test, at its line."""
        name, line = self.place_of(test)
        file = self.given(name) if name == VISIBLE else self.hidden(name)
        return self.finding(check, severity, file, problem, remedy, line=line, detail=detail)

    def place_of(self, test: str) -> tuple[str, int]:
        """Return the file and the line of a test, with or without its parameters."""
        function = test.partition("[")[0]
        return self._tests.get(function, (HIDDEN, 0))

    def test_file(self, name: str) -> str:
        """Return the text of a file of tests."""
        return (public_file if name == VISIBLE else solution_file)(self.exercise, name).text

    @functools.cached_property
    def _tests(self) -> dict[str, tuple[str, int]]:
        found = {}
        for name in (VISIBLE, HIDDEN):
            for node in ast.walk(ast.parse(self.test_file(name))):
                if isinstance(node, ast.FunctionDef):
                    found[node.name] = (name, node.lineno)
        return found


def told(tests: list[TestResult]) -> str:
    """Return tests that did not pass, a line each, with what is said of them."""
    lines = []
    for test in tests:
        said = test.explanation.problem.en if test.explanation is not None else ""
        said = _ADDRESS.sub("0x…", said)  # another one in every process
        lines.append(f"{test.name}: {test.outcome.value}{': ' if said else ''}{said}")
    return "\n".join(lines)


def listed(items: list[str], *, most: int = 10) -> str:
    """Return a short list of names, and how many more there are."""
    shown = ", ".join(items[:most])
    return shown if len(items) <= most else f"{shown}, … (+{len(items) - most})"
