"""Every exercise of the course is proven: stub, reference, mistakes and cheats each get what they should."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from one_base import sharing

from grader.authoring.expected import read_expected
from grader.exercise import Entry, load_course
from grader.pipeline import Grader
from grader.records import Outcome
from grader.report import Report, Status
from grader.submission import collect

ROOT = Path(__file__).parent.parent
COURSE = load_course(ROOT)
SEEDS = (1, 2, 3, 2**63 - 1)
EXPECTED = {entry.name: read_expected(entry.read()) for entry in COURSE.entries}  # as `dlgrade verify` holds them to
LEAST_MISTAKES, LEAST_HIDDEN, LEAST_VISIBLE = 6, 8, 2
STATEMENTS = ("README.md", "README.zh.md")


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    """One warm grader for all of them: an exam costs some tens of milliseconds."""
    with sharing(Grader()) as warm:
        yield warm


def exam(grader: Grader, entry: Entry, submission: Path, *, seed: int = 1) -> Report:
    exercise = entry.read()
    return grader.examine(exercise, collect(exercise, submission), seed=seed)


def wrong_ones(kind: str) -> list[Any]:
    return [
        pytest.param(entry, file, id=f"{entry.name}-{file.stem}")
        for entry in COURSE.entries
        if entry.solution_folder is not None
        for file in sorted((entry.solution_folder / kind).glob("*.py"))
    ]


def failed(report: Report) -> str:
    return "\n".join(
        f"{test.outcome}: {test.name}: {test.explanation}" for test in report.tests if test.earned < test.points
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("entry", COURSE.entries, ids=lambda entry: entry.name)
def test_the_reference_gets_full_score_on_every_seed(grader: Grader, entry: Entry, seed: int) -> None:
    assert entry.solution_folder is not None
    report = exam(grader, entry, entry.solution_folder, seed=seed)
    assert report.status is Status.FULL, failed(report)
    assert report.counts.hidden > 0


@pytest.mark.parametrize("entry", COURSE.entries, ids=lambda entry: entry.name)
def test_the_stub_is_recognised_and_gets_nothing(grader: Grader, entry: Entry) -> None:
    report = exam(grader, entry, entry.folder)
    assert report.status is Status.NOT_STARTED
    assert report.score is not None
    assert report.score.earned == 0


@pytest.mark.parametrize(("entry", "file"), wrong_ones("mistakes"))
def test_a_mistake_fails_the_tests_that_it_is_about_and_no_others(grader: Grader, entry: Entry, file: Path) -> None:
    expected = EXPECTED[entry.name]
    report = exam(grader, entry, file, seed=expected.seed)
    assert report.problem is None, "it does not even load"
    assert report.status is Status.PARTIAL, failed(report)
    assert report.fault == "student"
    missed = {test.name for test in report.tests if test.outcome not in (Outcome.PASSED, Outcome.BLOCKED)}
    assert missed == set(expected.mistakes[file.stem]), failed(report)
    assert all(test.outcome is Outcome.FAILED for test in report.tests if test.name in missed), (
        "a wrong answer, no crash"
    )
    causes = {test.explanation.cause_id for test in report.tests if test.explanation is not None}
    assert causes == {f"misconception.{file.stem}"}, "it is diagnosed as itself"
    assert report.score is not None
    assert report.score.earned < (report.score.possible or 0)


@pytest.mark.parametrize(("entry", "file"), wrong_ones("mistakes"))
def test_a_mistakes_docstring_is_feedback_in_both_languages(entry: Entry, file: Path) -> None:
    english, mark, chinese = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").partition("\nzh: ")
    assert english.strip()
    assert english.isascii() or not has_chinese(english)
    assert mark, "no line begins with `zh: `"
    assert has_chinese(chinese)


@pytest.mark.parametrize("kind", ["mistakes", "cheats"])
def test_the_expected_verdicts_are_of_every_file_and_no_other(kind: str) -> None:
    there: dict[str, set[str]] = {}
    for wrong in wrong_ones(kind):
        entry, file = wrong.values
        there.setdefault(entry.name, set()).add(file.stem)
    assert {name: set(expected.of(kind)) for name, expected in EXPECTED.items()} == there


@pytest.mark.parametrize(("entry", "file"), wrong_ones("cheats"))
def test_a_cheat_is_caught(grader: Grader, entry: Entry, file: Path) -> None:
    report = exam(grader, entry, file)
    assert report.status is Status.PARTIAL, failed(report)
    assert report.fault == "student"


@pytest.mark.parametrize("entry", COURSE.entries, ids=lambda entry: entry.name)
def test_an_exercise_is_large_enough(grader: Grader, entry: Entry) -> None:
    assert entry.solution_folder is not None
    assert len(list((entry.solution_folder / "mistakes").glob("*.py"))) >= LEAST_MISTAKES
    assert list((entry.solution_folder / "cheats").glob("*.py"))
    report = exam(grader, entry, entry.solution_folder)
    assert report.counts.hidden >= LEAST_HIDDEN
    assert len(report.tests) - report.counts.hidden >= LEAST_VISIBLE


@pytest.mark.parametrize("entry", COURSE.entries, ids=lambda entry: entry.name)
def test_every_test_has_a_claim_and_a_hint_in_both_languages(entry: Entry) -> None:
    assert entry.solution_folder is not None
    for file in (entry.folder / "test_visible.py", entry.solution_folder / "test_hidden.py"):
        for test in named_tests(file):
            claim = ast.get_docstring(test) or ""
            assert has_chinese(claim.partition("zh:")[2]), f"{test.name}: its docstring needs a line `zh: …`"
            assert not has_chinese(claim.partition("zh:")[0]), test.name
            hint = next(
                (part for part in test.decorator_list if ast.unparse(part).startswith("pytest.mark.hint")), None
            )
            assert isinstance(hint, ast.Call), f"{test.name} has no hint"
            (english,), chinese = hint.args, {keyword.arg: keyword.value for keyword in hint.keywords}["zh"]
            assert not has_chinese(ast.literal_eval(english)), test.name
            assert has_chinese(ast.literal_eval(chinese)), test.name


@pytest.mark.parametrize("entry", COURSE.entries, ids=lambda entry: entry.name)
def test_both_statements_show_the_same_code(entry: Entry) -> None:
    english, chinese = (code_blocks((entry.folder / name).read_text(encoding="utf-8")) for name in STATEMENTS)
    assert english
    assert english == chinese


def named_tests(file: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def code_blocks(statement: str) -> list[tuple[str, list[str]]]:
    """Return the fenced and the indented blocks, each with its language and its lines without comments."""
    blocks: list[tuple[str, list[str]]] = []
    fenced = indented = False
    for line, before in zip(statement.splitlines(), ["", *statement.splitlines()], strict=False):
        if line.strip().startswith("```"):
            fenced = not fenced
            if fenced:
                blocks.append((line.strip().removeprefix("```"), []))
            continue
        begins = not indented and not before
        indented = not fenced and line.startswith("    ") and (indented or begins)
        if indented and begins:
            blocks.append(("", []))
        if fenced or indented:
            blocks[-1][1].append(line)
    return [(language, without_comments(language, lines)) for language, lines in blocks]


def without_comments(language: str, lines: list[str]) -> list[str]:
    """Return Python's tokens but its comments, and the lines of another language up to their comments."""
    if language != "python":
        return [line.partition(" #")[0].rstrip() for line in lines]
    tokens = tokenize.generate_tokens(io.StringIO("\n".join(lines)).readline)
    return [token.string for token in tokens if token.type not in (tokenize.COMMENT, tokenize.NL)]
