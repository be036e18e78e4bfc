"""All lints over one exercise, less those that its author has silenced with a reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from grader.authoring.expected import EXPECTED
from grader.authoring.findings import Finding, place_in_course
from grader.authoring.lints.arguments import Places, argument_hits
from grader.authoring.lints.comparisons import comparison_hits
from grader.authoring.lints.files import HIDDEN, TestFile, functions, test_files
from grader.authoring.lints.table import LINTS, Hit
from grader.authoring.lints.tests import assertion_hits, hint_hits, randomness_hits
from grader.errors import joined
from grader.exercise.solution import has_solution, solution_file
from grader.records import CallFacts, Exercise, Text

_COMMENT = re.compile(r"#\s*dlgrade:\s*ignore\[([a-z-]+)\](.*)")


def lint(
    exercise: Exercise,
    exams: Sequence[Sequence[CallFacts]],
    *,
    ignored: Mapping[str, str] | None = None,
    root: Path | None = None,
) -> Iterator[Finding]:
    """Yield what the lints find, the visible tests first, then by line.

    `exams`: the calls of exams of the reference, one for each seed; empty: only sources are read. `ignored`: the
    table `[lints.ignore]`, from "lint" or "lint subject" to the reason. `root`: the course's folder, from which files
    are named; without it, by the last two folders.
    Raises: AuthorError for a file of tests that cannot be read.
    """
    files = test_files(exercise)
    silenced = _Silenced(files, ignored or {})
    hits = [hit for hit in _hits(exercise, files, exams) if not silenced.takes(hit)]
    hits += silenced.problems(complete=bool(exams))
    order = {file.name: at for at, file in enumerate(files)}
    for hit in sorted(hits, key=lambda hit: (order.get(hit.file, len(order)), hit.line, hit.lint, hit.subject)):
        yield _finding(exercise, hit, root)


def _hits(exercise: Exercise, files: tuple[TestFile, ...], exams: Sequence[Sequence[CallFacts]]) -> Iterator[Hit]:
    reference = _reference(exercise)
    for file in files:
        yield from assertion_hits(file)
        yield from comparison_hits(file)
        yield from randomness_hits(file)
        yield from hint_hits(file, reference)
    lines = {test.name: (file.name, test.lineno) for file in files for test in file.tests}
    mentioned = {node.attr for file in files for node in ast.walk(file.tree) if isinstance(node, ast.Attribute)}
    mentioned |= {"forward", "__call__"} if files else set()
    yield from argument_hits(functions(exercise), exams, Places(lines, frozenset(mentioned)))


def _reference(exercise: Exercise) -> ast.Module:
    """Return the functions of the reference; a module without any where it is not at hand."""
    body: list[ast.stmt] = []
    if has_solution(exercise):
        for name in exercise.files:
            body += ast.parse(solution_file(exercise, name).text).body
    kept = [statement for statement in body if isinstance(statement, ast.FunctionDef | ast.ClassDef)]
    return ast.Module(body=list[ast.stmt](kept), type_ignores=[])


class _Silenced:
    """What the author says may stay, each with the reason."""

    def __init__(self, files: tuple[TestFile, ...], ignored: Mapping[str, str]) -> None:
        self._table = dict(ignored)
        self._comments = {
            (file.name, number): (found[1], found[2].strip())
            for file in files
            for number, line in enumerate(file.text.split("\n"), start=1)
            if (found := _COMMENT.search(line)) is not None
        }
        self._used: set[object] = set()

    def takes(self, hit: Hit) -> bool:
        """Whether a finding is silenced, with a reason."""
        for key in (hit.lint, f"{hit.lint} {hit.subject}"):
            if self._table.get(key, "").strip():
                self._used.add(key)
                return True
        for line in (hit.line, hit.line - 1):
            name, reason = self._comments.get((hit.file, line), ("", ""))
            if name == hit.lint and reason:
                self._used.add((hit.file, line))
                return True
        return False

    def problems(self, *, complete: bool) -> Iterator[Hit]:
        """Yield what is silenced without a reason, or in vain; the latter is known only when every lint has run."""
        for key, reason in self._table.items():
            yield from self._problem(key, reason, used=key in self._used, complete=complete, file="", line=0)
        for (file, line), (name, reason) in self._comments.items():
            used = (file, line) in self._used
            yield from self._problem(name, reason, used=used, complete=complete, file=file, line=line)

    def _problem(self, key: str, reason: str, *, used: bool, complete: bool, file: str, line: int) -> Iterator[Hit]:
        shown = f"ignore[{key}]" if file else f'lints.ignore: "{key}"'
        if not reason.strip():
            lint, what = "ignored-without-reason", Text(en=f"{shown} has no reason.", zh=f"{shown} 没有写理由。")
        elif complete and not used:
            lint, what = "ignored-in-vain", Text(en=f"{shown} matches nothing.", zh=f"{shown} 没有匹配任何内容。")
        else:
            return
        yield Hit(lint=lint, subject=key, file=file or EXPECTED, line=line, what=what)


def _finding(exercise: Exercise, hit: Hit, root: Path | None) -> Finding:
    lint = LINTS[hit.lint]
    hidden = hit.file in (HIDDEN, EXPECTED)
    folder = exercise.solution_folder if hidden else exercise.folder
    return Finding(
        check=f"lint.{hit.lint}",
        severity=lint.severity,
        exercise=exercise.name,
        file=place_in_course(folder, hit.file, root),
        line=hit.line,
        problem=joined((hit.what, lint.why)),
        remedy=lint.remedy,
    )
