"""Property tests in real exams: the smallest failing input is found, told as code, and is the same each time."""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path
from typing import Any

import pytest
from exams import local_module

from grader.errors import AuthorError
from grader.records import Fault, Outcome, TestResult
from grader.report import Report
from grader.report.document import as_document, to_json, without_timings

IMPORTS = "from grader.examination.property import *\nN, K = size(1, 4), size(2, 5)\n"
PROPERTIES = """
@for_all(x=tensors(shapes(max_side=4), elements=floats(-1000, 1000), layout="any"))
def test_overflow(student, x):
    "Finite."
    if not torch.isfinite(student.exponent(x)).all():
        pytest.fail("not finite")

@for_all(x=tensors((N, K)), y=labels(N, below=K))
def test_shared_sizes(student, reference, x, y):
    close(student.pick(x, y), reference.pick(x, y))

@for_all(x=arrays(N, dtype=np.float32))
def test_arrays(student, reference, x):
    close(student.doubled(x), reference.doubled(x))

@pytest.mark.parametrize("shift", [0, 3])
@for_all(x=tensors((N, K)), step=integers(1, 3))
def test_with_everything_else(student, reference, rand, device, x, step, shift):
    assert device == "cpu"
    noise = rand.normal(1)
    close(student.moved(x, step + shift), reference.moved(x, step + shift))
    assert torch.equal(noise, type(rand)(rand._seed).normal(1)), "each example begins with the same values"

@pytest.mark.needs("test_with_everything_else")
@for_all(x=tensors((N, K)))
def test_waits(student, x):
    student.moved(x, 1)

@for_all(x=tensors((N, K)))
def test_random_code(student, x):
    assert student.noisy(x) < 9

@for_all(x=tensors((N, K)))
def test_code_that_counts(student, x):
    assert student.counting() == 1

@for_all(x=tensors((N, K)))
def test_changed_input(student, x):
    student.clipped(x)

@for_all(x=tensors(integers(1, 6)), upstream=floats(-2, 2))
def test_raises(student, x, upstream):
    student.raising(x)

@for_all(x=tensors((N, K)))
def test_assumes(student, x):
    assume(x[0, 0] > 1)
    close(student.first(x), x[0, 0])

@for_all(x=tensors((N, K)))
def test_crash(student, x):
    student.leaving(x)

@for_all(x=tensors((N, K)))
def test_after_the_crash(student, x):
    close(student.first(x), x[0, 0])
"""
RIGHT = """
import os
import torch

def exponent(x): return (x - x.max()).exp()
def pick(x, y): return x[torch.arange(len(x)), y]
def doubled(x): return x * 2
def moved(x, by): return x.roll(by, dims=1)
def noisy(x): return x.sum() * 0
def counting(): return 1
def clipped(x): return x.clip(0, 1)
def raising(x): return x
def first(x): return x[0, 0]
def leaving(x): return x
"""
SUBMITTED = """
import os
import sys
import torch

calls = [0]
def exponent(x):
    print("exp of", x.numel())
    return x.exp()
def pick(x, y): return x[torch.arange(len(x)), 0 * y]
def doubled(x): return x * 2 if x.max() < 5 else x
def moved(x, by): return x.roll(by)
def noisy(x): return x.abs().sum() + 8 * torch.rand(())
def counting():
    calls[0] += 1
    return int(calls[0] % 7 != 0)
def clipped(x):
    if x.max() > 2:
        x.clamp_(0, 1)
    return x
def raising(x):
    if len(x) > 3:
        raise ValueError(f"too long: {len(x)}")
def first(x): return x[0, 0]
def leaving(x):
    if x.sum() > 1:
        os._exit(3)
"""


def pasted(code: str) -> str:
    """Return what some code prints that stands alone, its exception included."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            exec(code, {})
        except Exception as error:
            print(type(error).__name__, error)
    return printed.getvalue()


def made(exams: Any, tests: str, *, reference: str = RIGHT, **more: Any) -> Any:
    head = "import pytest, torch, numpy as np\nfrom grader.examination import close\n"
    return exams.exercise(head + IMPORTS + tests, reference=reference, **more)


@pytest.fixture(scope="module")
def exercise(exams: Any) -> Any:
    return made(exams, PROPERTIES)


@pytest.fixture(scope="module")
def report(exams: Any, exercise: Any) -> Report:
    found: Report = exams.examine(exercise, SUBMITTED)
    assert found.problem is None, found.problem
    return found


def of(report: Report, name: str) -> TestResult:
    return next(test for test in report.tests if test.name == name)


def example(report: Report, name: str) -> str:
    explanation = of(report, name).explanation
    assert explanation is not None
    assert explanation.example is not None, explanation
    return explanation.example.en


def test_the_smallest_input_is_found(report: Report) -> None:
    assert "print(exponent(torch.tensor([89.0])))" in example(report, "test_overflow")
    picked = "x = torch.tensor([[1.0, 0.0]])\ny = torch.tensor([1])\nprint(pick(x, y))\n# expected: [0.]\n# got: [1.]"
    assert picked in example(report, "test_shared_sizes")
    assert "print(doubled(np.array([5.0], dtype=np.float32)))" in example(report, "test_arrays")
    assert "print(raising(torch.tensor([0.0, 0.0, 0.0, 0.0])))" in example(report, "test_raises")
    assert "x = torch.tensor([[3.0, 0.0]])\nclipped(x)\nprint(x)" in example(report, "test_changed_input")


def test_the_outcome_is_as_of_any_test(report: Report) -> None:
    outcomes = {test.name: test.outcome for test in report.tests}
    assert outcomes["test_with_everything_else[0]"] is Outcome.FAILED
    assert outcomes["test_with_everything_else[3]"] is Outcome.FAILED
    assert outcomes["test_waits"] is Outcome.BLOCKED
    assert outcomes["test_crash"] is Outcome.CRASHED
    assert outcomes["test_assumes"] is outcomes["test_after_the_crash"] is Outcome.PASSED
    raised = of(report, "test_raises").explanation
    assert raised is not None
    assert raised.problem.en == "raising raised ValueError: too long: 4"


def test_what_was_printed_is_that_of_the_example_that_is_told(report: Report) -> None:
    assert of(report, "test_overflow").output == "exp of 1\n"


def test_code_that_is_random_or_remembers_is_never_called_flaky(report: Report) -> None:
    for name in ("test_random_code", "test_code_that_counts"):
        test = of(report, name)
        assert test.outcome is Outcome.FAILED
        assert test.fault is Fault.STUDENT
        assert "laky" not in str(test.explanation)


def test_a_crash_ends_the_property_and_costs_one_child(report: Report) -> None:
    assert report.resources.children == 2


def test_the_same_seed_makes_the_same_report(exams: Any, exercise: Any, report: Report) -> None:
    again = exams.examine(exercise, SUBMITTED)
    assert without_timings(as_document(again)) == without_timings(as_document(report))
    assert again.resources.calls == report.resources.calls


def test_the_reference_passes_and_another_seed_asks_other_inputs(exams: Any) -> None:
    exercise = made(
        exams, "@for_all(x=tensors((N, K)))\ndef test_it(student, x):\n    student.first(x)\n    print(x)\n"
    )
    says = RIGHT + "def first(x):\n    print(x.tolist())\n    return x\n"
    last = [exams.examine(exercise, says, seed=seed).tests[0] for seed in (1, 1, 2)]
    assert [test.outcome for test in last] == [Outcome.PASSED] * 3
    assert last[0].output == last[1].output != last[2].output


def test_what_is_told_runs_where_it_is_pasted_and_fails_there(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "work", local_module(SUBMITTED))
    told = [
        test for test in report.tests if test.explanation and test.explanation.example and test.name != "test_crash"
    ]
    assert len(told) >= 7
    printed = {test.name: pasted(example(report, test.name)) for test in told}
    assert printed["test_overflow"] == "exp of 1\ntensor([inf])\n"
    assert printed["test_shared_sizes"] == "tensor([1.])\n"
    assert "# got: [1.]" in example(report, "test_shared_sizes")
    assert printed["test_raises"] == "ValueError too long: 4\n"
    assert printed["test_changed_input"] == "tensor([[1., 0.]])\n"


@pytest.mark.parametrize("reveal", ["none", "hint", "shape"])
def test_a_hidden_test_tells_nothing_of_the_input(exams: Any, reveal: str) -> None:
    tests = "@for_all(x=tensors((N, K), elements=floats(700, 800)))\ndef test_it(student, x):\n    student.raising(x)\n"
    student = "def raising(x):\n    if x.sum() > 1500:\n        raise ValueError(str(x))\n    print(x)\n    return x\n"
    report = exams.examine(made(exams, tests, reveal=reveal), student)
    test = of(report, "test_it")
    assert test.outcome is Outcome.FAILED
    assert test.explanation is not None
    assert test.explanation.example is None
    assert test.output == ""
    assert "70" not in to_json(report).partition('"tests"')[2].partition('"resources"')[0]


def test_an_ordinary_visible_test_is_told_as_code_too(exams: Any) -> None:
    visible = """
import torch
from grader.examination import close

def test_it(student):
    close(student.f(torch.tensor([0.1, 2.0])), torch.tensor([0.2, 4.0]))
"""
    exercise = exams.exercise("def test_h(student): pass\n", reference="def f(x): return 2 * x\n", visible=visible)
    explanation = of(exams.examine(exercise, "def f(x): return x\n"), "test_it").explanation
    assert explanation is not None
    assert explanation.example is not None
    code = "import torch\nfrom work import f\n\nprint(f(torch.tensor([0.1, 2.0])))"
    assert explanation.example.en == f"{code}\n# expected: [0.2, 4. ]\n# got: [0.1, 2. ]"
    assert explanation.example.zh == f"{code}\n# 期望：[0.2, 4. ]\n# 得到：[0.1, 2. ]"


def test_shrinking_keeps_to_its_budget(exams: Any) -> None:
    tests = (
        "@for_all(x=tensors((N, K)), max_examples=10, max_shrinks=7)\n"
        "def test_it(student, x):\n    assert student.f(x) < 5\n"
    )
    report = exams.examine(made(exams, tests, reference="def f(x): return 0\n"), "def f(x): return x.abs().sum()\n")
    assert of(report, "test_it").outcome is Outcome.FAILED
    assert report.resources.calls <= 10 + 7


def test_shrinking_slow_code_leaves_time_for_later_tests(exams: Any) -> None:
    tests = (
        "@for_all(x=tensors((N, K)))\ndef test_slow(student, x):\n    assert student.f(x) < 5\n"
        "def test_later(student):\n    assert student.f(torch.zeros(1)) == 0\n"
    )
    student = "import time\ndef f(x):\n    time.sleep(0.2 if x.any() else 0.0)\n    return x.abs().sum()\n"
    limits = "call_s = 1.0\nexam_s = 3.0"
    report = exams.examine(made(exams, tests, reference="def f(x): return 0\n", limits=limits), student)
    assert [test.outcome for test in report.tests] == [Outcome.FAILED, Outcome.PASSED]


# ------------------------------------------------------------------------------------------------- whose fault


def test_a_property_that_fails_on_the_reference_is_the_authors_and_the_example_is_told(exams: Any) -> None:
    tests = "@for_all(x=tensors((N, K)))\ndef test_it(student, x):\n    close(student.first(x), torch.tensor(0.0))\n"
    report = exams.examine(made(exams, tests), SUBMITTED)
    assert report.fault is Fault.AUTHOR
    assert report.problem is not None
    assert "test_it fails on the reference itself: value differs, 1 of 1 elements, with " in report.problem.problem.en
    assert "with first(tensor([[" in report.problem.problem.en


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("x=floats(5, 1)", "ValueError: floats(5, 1): expected two finite numbers, the smaller one first"),
        ("x=tensors((2, -1))", "ValueError: tensors: -1 is no length"),
        ("x=tensors(3, layout='odd')", "ValueError: tensors: layout = 'odd': expected one of \"contiguous\""),
        ("x=tensors(3, dtype=torch.int64, elements=floats(0, 1))", "TypeError: tensors: elements = floats(...) do not"),
        ("x=3", "TypeError: for_all: x = 3: expected a strategy"),
        ("y=tensors(3)", "TypeError: for_all: test_it has no argument `y`; it has: student, x."),
        ("", "TypeError: for_all(): expected a strategy"),
        ("x=just(1), max_examples=0", "ValueError: for_all: max_examples = 0: expected a whole number from 1 to 1000"),
        ("x=lists(3)", "InvalidArgument: "),
    ],
)
def test_a_wrong_strategy_is_the_authors_and_told_by_file_and_line(exams: Any, arguments: str, told: str) -> None:
    exercise = made(exams, f"\n@for_all({arguments})\ndef test_it(student, x):\n    pass\n")
    with pytest.raises(AuthorError) as caught:
        exams.examine(exercise, SUBMITTED)
    assert f"test_hidden.py:6: {told}" in caught.value.problem.en


@pytest.mark.parametrize(
    ("strategy", "told"),
    [
        (
            "integers(0, 3).map(lambda n: 1 / (n - 1))",
            "test_hidden.py:6: a strategy of for_all raised ZeroDivisionError",
        ),
        ("integers(0, 3).filter(lambda n: n > 9)", "no input is left that the test's assume(...) and filter(...)"),
    ],
)
def test_a_strategy_that_breaks_while_it_draws_is_the_authors(exams: Any, strategy: str, told: str) -> None:
    report = exams.examine(made(exams, f"\n@for_all(x={strategy})\ndef test_it(student, x):\n    pass\n"), SUBMITTED)
    assert report.fault is Fault.AUTHOR
    assert report.problem is not None
    assert told in report.problem.problem.en


def test_a_missing_argument_is_told_as_of_any_test(exams: Any) -> None:
    exercise = made(exams, "@for_all(x=just(1))\ndef test_it(studnet, x):\n    pass\n")
    with pytest.raises(AuthorError) as caught:
        exams.examine(exercise, SUBMITTED)
    assert (
        "test_hidden.py:6: test_it: there is no fixture `studnet`. Did you mean `student`?" in caught.value.problem.en
    )


# --------------------------------------------------------------------------------------------- what is not loaded


def test_hypothesis_is_never_with_the_student(exams: Any) -> None:
    """Later examiners have it, whatever their exercise: the process that they are forked from has imported it."""
    asks = "import sys\ndef loaded(): return sorted(name for name in sys.modules if name.startswith('hypothesis'))\n"
    for _ in range(2):
        plain = exams.exercise("def test_it(student):\n    assert student.loaded() == []\n", reference=asks)
        assert of(exams.examine(plain, asks), "test_it").outcome is Outcome.PASSED
    tests = (
        "import sys\n@for_all(x=just(1))\ndef test_it(student, x):\n    assert student.loaded() == []\n"
        "    assert '_hypothesis_pytestplugin' not in sys.modules\n"
    )
    assert of(exams.examine(made(exams, tests, reference=asks), asks), "test_it").outcome is Outcome.PASSED


def test_nothing_is_written_to_any_folder(exams: Any) -> None:
    tests = """
from hypothesis import strategies as st
from hypothesis.configuration import storage_directory

@for_all(x=st.text())  # Hypothesis keeps a table of Unicode on the disk
def test_it(student, x):
    folder = storage_directory("unicode_data").path
    with pytest.raises(OSError):
        folder.mkdir(parents=True)
"""
    exercise = made(exams, tests)
    assert of(exams.examine(exercise, SUBMITTED), "test_it").outcome is Outcome.PASSED
    assert not list(Path(exercise.solution_folder).glob(".hyp*"))
