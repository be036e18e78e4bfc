"""Neither a hostile student nor a broken file of `mistakes/` breaks an exam, or its explanations."""

from __future__ import annotations

import pytest
from diagnosis.misconceptions import lab
from diagnosis.misconceptions.conftest import causes_of
from exams import Exams

from grader.records import Exercise, Outcome

HOSTILE = {
    "128 MiB": "return torch.zeros(1 << 25)",
    "many elements from nothing": "return torch.zeros(1).expand(1 << 22)",
    "nothing but NaN": "return torch.full_like(x, float('nan'))",
    "a million items": "return list(range(1_000_000))",
    "nine thousand items": "return list(range(9_000))",
    "a handle": "return object()",
    "itself": "found = []; found.append(found); return found",
    "deep": "found = []\n    for _ in range(90): found = [found, found]\n    return found",
    "a weird message": "raise type('\\x1b[31m{0}', (Exception,), {})('{evil!r} \\ud800 ' * 999)",
    "a class of its own": "raise type('X', (ValueError, MemoryError), {})()",
    "changes its argument": "x.add_(1); x.resize_(0); return x",
    "grows its argument": "x.requires_grad_(); x.grad = x * 2; return x.t()",
    "an odd view": "return torch.as_strided(x.clone(), (3, 5), (0, 0))",
    "an exit": "raise SystemExit(3)",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_result_names_nothing_and_breaks_nothing(exams: Exams, exercise: Exercise, body: str) -> None:
    student = lab.REFERENCE + f"\ndef softened(x):\n    {body}\n"
    report = exams.examine(exercise, student)
    assert report.notes == ()
    assert report.problem is None
    failed = {test.name for test in report.tests if test.outcome is not Outcome.PASSED}
    assert {"test_softened", "test_softened_again"} <= failed
    assert not [cause for cause in causes_of(report).values() if cause.startswith("misconception.")]


def test_a_flood_of_callbacks_costs_the_explanation_only(exams: Exams, exercise: Exercise) -> None:
    student = lab.REFERENCE + "\ndef visits(f, xs):\n    return [f(x) for x in xs * 4000]\n"
    report = exams.examine(exercise, student)
    assert report.notes == ()
    assert set(causes_of(report)) == {"test_visits"}


@pytest.fixture(scope="module")
def broken(exams: Exams) -> Exercise:
    """An exercise some of whose mistakes are no use, beside one that is."""
    files = {
        "syntax": "def f(:\n",
        "raises": '"""Raises.\n\nzh: 出错。\n"""\nraise RuntimeError("never loads")\n',
        "silent": lab.REFERENCE,
        "endless": '"""Endless.\n\nzh: 无尽。\n"""\n' + lab.edited(("p -= lr * p.grad", "while True: p += 0")),
        "leaves": '"""Leaves.\n\nzh: 离开。\n"""\n' + lab.edited(("p -= lr * p.grad", "raise SystemExit")),
        "prints": '"""Prints.\n\nzh: 打印。\n"""\n' + lab.edited(("p -= lr * p.grad", "print('x' * 9999); p += 7")),
        "halved": lab.mistake("halved", lab.NO_SHIFT),
    }
    return exams.exercise(
        lab.TESTS,
        reference=lab.REFERENCE,
        manifest=lab.MANIFEST,
        more_files={f"solutions/mistakes/{name}.py": text for name, text in files.items()},
    )


def test_broken_mistakes_are_told_to_the_author_and_the_others_still_named(exams: Exams, broken: Exercise) -> None:
    report = exams.examine(broken, lab.edited(lab.NO_SHIFT))
    assert set(causes_of(report).values()) == {"misconception.halved"}
    told = "\n".join(note.en for note in report.notes)
    assert "syntax.py" in told
    assert "never loads" in told
    assert "silent.py" in told
    assert "no docstring" in told
    assert all("无法用于解释错误" in note.zh for note in report.notes)


def test_an_endless_mistake_ends_and_the_exam_has_its_score(exams: Exams, broken: Exercise) -> None:
    report = exams.examine(broken, lab.edited(lab.CLIMBS))
    assert report.problem is None
    assert set(causes_of(report)) == {"test_step"}
    assert not causes_of(report)["test_step"].startswith("misconception.")
    assert not any("x" * 99 in test.output for test in report.tests)


CHAIN = """
import torch

def encode(x):
    return 2 * x + 1

def gram(codes):
    return (codes @ codes.T).sum(dim=0)

def spread(codes):
    return torch.linalg.svdvals(codes)

def wait(count):
    return sum(range(count))

def amount(x):
    return len(x)
"""
CHAIN_TESTS = """
import torch
from grader.examination import close

X = torch.tensor([[1.0, 2.0], [0.5, -1.0]])

def test_gram(student, reference):
    close(student.gram(student.encode(X)), reference.gram(reference.encode(X)))

def test_spread(student, reference):
    close(student.spread(student.encode(X)), reference.spread(reference.encode(X)))

def test_wait(student, reference):
    close(student.wait(student.amount(X)), reference.wait(reference.amount(X)))

def test_right(student, reference):
    close(student.encode(torch.ones(3)), reference.encode(torch.ones(3)))
"""


@pytest.fixture(scope="module")
def chain(exams: Exams) -> Exercise:
    """An exercise whose tests hand what one function returned to the next, which is how training is tested."""
    files = {
        "doubled": CHAIN.replace("2 * x + 1", "2 * x"),
        "rows": CHAIN.replace("sum(dim=0)", "sum(dim=1)"),
        "long": CHAIN.replace("range(count)", "range(count + 1)"),
    }
    return exams.exercise(
        CHAIN_TESTS,
        reference=CHAIN,
        reveal="hint",
        more_files={
            f"solutions/mistakes/{name}.py": f'"""Known as {name}.\n\nzh: 名为 {name}。\n"""\n{text}'
            for name, text in files.items()
        },
    )


EXPANDED = CHAIN.replace("return 2 * x + 1", "return torch.zeros(1).expand(8191, 8191) if x.dim() == 2 else 2 * x + 1")
LONGEST = CHAIN.replace("return len(x)", "return 10 ** 15")  # a loop in C, which no signal ends
OWN_ANSWERS = "\ndef gram(codes): return codes[0, :2]\ndef spread(codes): return codes[0, :2]\ndef wait(n): return 3\n"


def test_four_bytes_that_are_expanded_are_not_fed_to_the_authors_code(exams: Exams, chain: Exercise) -> None:
    report = exams.examine(chain, EXPANDED + OWN_ANSWERS)
    assert report.problem is None
    assert report.notes == ()
    assert {test.name for test in report.tests if test.outcome is Outcome.PASSED} == {"test_right"}


def test_a_number_that_makes_the_authors_code_loop_costs_the_naming_only(exams: Exams, chain: Exercise) -> None:
    report = exams.examine(chain, LONGEST + OWN_ANSWERS)
    assert report.problem is None
    assert report.attempts == 1
    assert {test.name for test in report.tests if test.outcome is Outcome.PASSED} == {"test_right"}
    assert all(test.explanation is not None for test in report.tests if test.outcome is Outcome.FAILED)
    assert "known mistakes took too long" in report.notes[0].en


def test_after_such_exams_a_mistake_is_named_as_before(exams: Exams, chain: Exercise) -> None:
    report = exams.examine(chain, CHAIN.replace("2 * x + 1", "2 * x"))
    assert set(causes_of(report).values()) == {"misconception.doubled"}
    assert report.notes == ()
