"""A broken test file is told to its author: where, what stands there and what is allowed, not in pytest's words."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.errors import AuthorError
from grader.examination import collection
from grader.records import Device

CODE = "def f():\n    return 1\n"
HEAD = "import pytest\n\n\n"  # what is tested begins on line 4
GOOD = "def test_it(student):\n    assert student.f() == 1\n"
IMPORT_FAILURES = {
    "a name": ("x = foo + 1\n", "test_hidden.py:4: NameError: name 'foo' is not defined", "x = foo + 1"),
    "a module": (
        "import no_such\n",
        "test_hidden.py:4: ModuleNotFoundError: No module named 'no_such'",
        "import no_such",
    ),
    "a member": ("from torch import no_such\n", "test_hidden.py:4: ImportError: cannot import name 'no_such'", ""),
    "syntax": ("def test_it(student:\n", "test_hidden.py:4: SyntaxError: '(' was never closed", "def test_it(student:"),
    "deep": ("import torch\ntorch.zeros(2) @ torch.zeros(3)\n", "test_hidden.py:5: RuntimeError: ", "torch.zeros(2) @"),
    "leaves": ("import sys\nsys.exit(0)\n", "test_hidden.py:5: SystemExit: 0", "sys.exit(0)"),
    "stops pytest": ("pytest.exit('enough')\n", "test_hidden.py:4: Exit: enough", "pytest.exit('enough')"),
    "skips itself": ("pytest.skip('later', allow_module_level=True)\n", "test_hidden.py:4: ", "later"),
    "null byte": ("x = '\0'\n", "test_hidden.py", "null bytes"),
    "parameters": (
        '@pytest.mark.parametrize("a, b", [(1,)])\ndef test_it(a, b): pass\n',
        "test_hidden.py",
        "the number of names (2)",
    ),
}
UNKNOWN_NAMES = {  # each is told alone
    "unknown": ("pionts(3)", "unknown mark `pionts`", "Did you mean `points`? Allowed: fresh, gpu, hint, needs"),
    "misspelt parametrize": ("parametrise('a', [1])", "unknown mark `parametrise`", "Did you mean `parametrize`?"),
    "needs a stranger": (
        "needs('test_strange')",
        "test_it: needs('test_strange')",
        "no test of that name stands before",
    ),
}
WRONG_MARKS = {
    "skip": ("skip", "mark `skip`", "Allowed: "),
    "points as text": ("points('3')", "points('3')", "a number from 0 to 1000"),
    "points below zero": ("points(-1)", "points(-1)", "a number from 0 to 1000"),
    "points true": ("points(True)", "points(True)", "a number from 0 to 1000"),
    "points infinite": ("points(float('inf'))", "points(inf)", "a number from 0 to 1000"),
    "points without": ("points", "points()", "a number from 0 to 1000"),
    "points twice": ("points(1, 2)", "points(1, 2)", "a number from 0 to 1000"),
    "points by name": ("points(value=2)", "points(value=2)", "a number from 0 to 1000"),
    "timeout as text": ("timeout('abc')", "timeout('abc')", "a number of seconds above 0 and at most 30"),
    "timeout of nothing": ("timeout(0)", "timeout(0)", "a number of seconds above 0 and at most 30"),
    "timeout past the exam": ("timeout(31)", "timeout(31)", "a number of seconds above 0 and at most 30"),
    "timeout without": ("timeout()", "timeout()", "a number of seconds above 0 and at most 30"),
    "hint of a number": ("hint(3)", "hint(3)", 'hint("English", zh="中文")'),
    "hint of nothing": ("hint('')", "hint('')", 'hint("English", zh="中文")'),
    "hint of two": ("hint('one', '二')", "hint('one', '二')", 'hint("English", zh="中文")'),
    "hint in another language": ("hint('one', de='eins')", "hint('one', de='eins')", 'hint("English", zh="中文")'),
    "zh of a number": ("hint('one', zh=2)", "hint('one', zh=2)", 'hint("English", zh="中文")'),
    "needs nothing": ("needs()", "needs()", "names of tests"),
    "needs a number": ("needs(3)", "needs(3)", "names of tests"),
    "needs by name": ("needs(test='test_a')", "needs(test='test_a')", "names of tests"),
    "visible with a value": ("visible(False)", "visible(False)", "no arguments"),
    "fresh with a value": ("fresh(1)", "fresh(1)", "no arguments"),
    "gpu with a value": ("gpu(device=0)", "gpu(device=0)", "no arguments"),
}


def complaint(exams: Any, tests: str, *, visible: str = "") -> str:
    """Return what the author is told of these hidden tests."""
    exercise = exams.exercise(tests, reference=CODE, visible=visible)
    with pytest.raises(AuthorError) as caught:
        exams.examine(exercise, CODE)
    text = str(caught.value)
    assert "site-packages" not in text
    assert "_pytest" not in text
    assert "Traceback" not in text
    assert "请先改好测试文件" in caught.value.text.zh or "请用" in caught.value.text.zh
    return text


@pytest.mark.parametrize(("tests", "where", "says"), IMPORT_FAILURES.values(), ids=IMPORT_FAILURES.keys())
def test_a_file_that_cannot_be_imported_is_told_by_line(exams: Any, tests: str, where: str, says: str) -> None:
    text = complaint(exams, HEAD + tests)
    assert text.startswith("solutions/exercise")
    assert where in text
    assert says in text
    assert "no submission can be graded before" in text


@pytest.mark.parametrize(("mark", "says", "allowed"), UNKNOWN_NAMES.values(), ids=UNKNOWN_NAMES.keys())
def test_an_unknown_name_is_told_by_line_with_what_is_allowed(exams: Any, mark: str, says: str, allowed: str) -> None:
    text = complaint(exams, f"{HEAD}# a comment\n@pytest.mark.{mark}\n{GOOD}")
    assert f"test_hidden.py:5: {says}" in text
    assert allowed in text


@pytest.fixture(scope="module")
def told_of_marks(exams: Any) -> dict[str, str]:
    """What is told of each wrong mark, some eight of them in one file: no more than ten are told of."""
    told: dict[str, str] = {}
    for start in range(0, len(WRONG_MARKS), 8):
        names = [*WRONG_MARKS][start : start + 8]
        tests = [f"@pytest.mark.{WRONG_MARKS[name][0]}\n{GOOD}" for name in names]  # of three lines each, from line 4
        text = complaint(exams, HEAD + "".join(test.replace("test_it", f"test_{n}") for n, test in enumerate(tests)))
        parts = re.split(r"test_hidden\.py:(\d+): ", text)
        assert {int(line) % 3 for line in parts[1::2]} == {1}, "the line of each mark, and no other"
        told |= {names[(int(line) - 4) // 3]: said for line, said in zip(parts[1::2], parts[2::2], strict=True)}
    return told


@pytest.mark.parametrize("name", WRONG_MARKS)
def test_a_wrong_mark_is_told_by_line_value_and_what_is_allowed(told_of_marks: dict[str, str], name: str) -> None:
    _, value, allowed = WRONG_MARKS[name]
    assert name in told_of_marks, "nothing is told of its line"
    assert value in told_of_marks[name]
    assert allowed in told_of_marks[name]


def test_a_mark_of_a_whole_file_is_told_by_the_test(exams: Any) -> None:
    assert "test_hidden.py:7: test_it: points('3')" in complaint(
        exams, f"{HEAD}pytestmark = pytest.mark.points('3')\n\n\n{GOOD}"
    )


def test_right_marks_are_no_fault(exams: Any) -> None:
    marks = ("points(0.5)", "timeout(30)", "timeout(0.5)", "hint('a', zh='b')", "hint('a')", "visible", "fresh()")
    tests = [f"@pytest.mark.{mark}\n{GOOD}".replace("test_it", f"test_{n}") for n, mark in enumerate(marks)]
    report = exams.examine(exams.exercise(HEAD + "".join(tests), reference=CODE), CODE)
    assert report.fault is None
    assert len(report.tests) == len(marks)


def test_all_that_is_wrong_is_told_at_once(exams: Any) -> None:
    text = complaint(exams, f"{HEAD}@pytest.mark.points('3')\n@pytest.mark.timeout(0)\n{GOOD}")
    assert "test_hidden.py:4: " in text
    assert "test_hidden.py:5: " in text


def test_a_misspelt_fixture_is_told_at_once(exams: Any) -> None:
    text = complaint(exams, HEAD + "def test_it(studnet):\n    assert True\n")
    assert "test_hidden.py:4: test_it: there is no fixture `studnet`. Did you mean `student`?" in text
    assert "bench, device, rand, reference, remote, student" in text


def test_a_files_own_fixtures_are_known(exams: Any) -> None:
    own = "@pytest.fixture\ndef logits():\n    return 1\n\n\n"
    text = complaint(exams, f"{HEAD}{own}def test_it(student, logit): pass\n")
    assert "Did you mean `logits`?" in text
    exercise = exams.exercise(
        f"{HEAD}{own}@pytest.mark.parametrize('n', [1])\ndef test_it(student, logits, n, request): pass\n",
        reference=CODE,
    )
    assert exams.examine(exercise, CODE).fault is None


def test_one_name_in_both_files_is_an_authors_error(exams: Any) -> None:
    text = complaint(exams, HEAD + GOOD, visible=GOOD)
    assert "test_hidden.py:4: test_it: " in text
    assert "test_visible.py:2" in text


def test_one_name_twice_in_a_file_is_an_authors_error(exams: Any) -> None:
    text = complaint(exams, HEAD + GOOD + GOOD)
    assert "test_hidden.py:6: test_it: " in text
    assert "line 4" in text


def test_an_exercise_without_tests_says_what_a_test_is(exams: Any) -> None:
    text = complaint(exams, "x = 1\n")
    assert "no test" in text
    assert "test_hidden.py" in text
    assert "`test_`" in text


def test_tests_for_a_gpu_only_say_what_to_do(exams: Any) -> None:
    assert "--device cuda" in complaint(exams, f"{HEAD}@pytest.mark.gpu\n{GOOD}")


def test_an_exception_of_our_own_surfaces_and_is_never_no_test(exams: Any) -> None:
    exercise = exams.exercise(HEAD + GOOD, reference=CODE)

    def examine(cases: object) -> None:
        raise ZeroDivisionError("our own")

    with pytest.raises(ZeroDivisionError, match="our own"):
        collection.collect(exercise, Device.CPU, examine, fixtures=_Student())


def test_a_missing_file_is_named(exams: Any) -> None:
    exercise = replace(exams.exercise(HEAD + GOOD, reference=CODE), public={})
    (Path(exercise.folder) / "test_visible.py").unlink()
    with pytest.raises(AuthorError, match=r"test_visible\.py: .*missing"):
        collection.collect(exercise, Device.CPU, print, fixtures=_Student())


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("import torch\nx = undefined\n", "NameError: name 'undefined' is not defined"),
        ("import sys\nsys.exit(3)\n", "SystemExit: 3"),
    ],
    ids=["a name", "leaves"],
)
def test_a_reference_that_cannot_be_imported_is_told_by_line(exams: Any, reference: str, says: str) -> None:
    exercise = exams.exercise(HEAD + GOOD, reference=reference, stub=CODE)
    with pytest.raises(AuthorError) as caught:
        exams.examine(exercise, CODE)
    assert says in str(caught.value)
    assert "work.py:2: the reference cannot be imported: " in str(caught.value)
    assert "参考答案无法导入" in caught.value.text.zh


class _Student:
    @pytest.fixture
    def student(self) -> None:
        """Never used: the exam of this test does not run."""


@pytest.mark.parametrize("fixture", ["reference", "bench"])
def test_a_visible_test_that_needs_the_solution_is_told_at_once(exams: Any, fixture: str) -> None:
    seen = f"def test_seen(student, {fixture}):\n    assert True\n"
    text = complaint(exams, HEAD + GOOD, visible=seen)
    assert f"test_seen: a visible test cannot use `{fixture}`" in text
    assert "test_visible.py:" in text
