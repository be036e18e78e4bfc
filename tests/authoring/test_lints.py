"""Lints: each one finds its hole, and nothing where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from exams import Exams, submission_of
from one_base import sharing

from grader.authoring.findings import Finding
from grader.authoring.lints import LINTS, lint
from grader.examination.requests import ExamRequest
from grader.exercise import load_course
from grader.pipeline import Grader
from grader.records import Isolation
from grader.submission import collect

ROOT = Path(__file__).parent.parent.parent
HEAD = "import numpy as np\nimport pytest\nimport torch\nfrom grader.examination import close\n\n\n"

# lint -> the parameter that the hole is in, and two bodies of a test of `f`: with the hole, and without it.
# Every function takes (x, n=1): what is not about `n` gives it two values, and `x` two shapes.
ON_ARGUMENTS = {
    "never-called": ("", "close(1, 1)", "student.f(rand.normal(2, 3)); student.f(rand.normal(4, 5), n=2)"),
    "called-once": (
        "",
        "student.f(rand.normal(2, 3), n=2)",
        "student.f(rand.normal(2, 3)); student.f(rand.normal(4), 2)",
    ),
    "fixed-inputs": (
        "",
        "student.f(torch.arange(6.0).view(2, 3)); student.f(torch.arange(20.0).view(4, 5), n=2)",
        "student.f(torch.arange(6.0).view(2, 3)); student.f(rand.normal(4, 5), n=2)",
    ),
    "square-shapes": (
        "x",
        "student.f(rand.normal(2, 2)); student.f(rand.normal(3, 3), n=2)",
        "student.f(rand.normal(2, 2)); student.f(rand.normal(3, 4), n=2)",
    ),
    "constant-size": (
        "x",
        "student.f(rand.normal(2, 10)); student.f(rand.normal(3, 10), n=2)",
        "student.f(rand.normal(2, 10)); student.f(rand.normal(3, 11), n=2)",
    ),
    "constant-argument": (
        "n",
        "student.f(rand.normal(2, 3), 0.5); student.f(rand.normal(4, 5), 0.5)",
        "student.f(rand.normal(2, 3), 0.5); student.f(rand.normal(4, 5), 0.25)",
    ),
    "default-only": (
        "n",
        "student.f(rand.normal(2, 3)); student.f(rand.normal(4, 5))",
        "student.f(rand.normal(2, 3)); student.f(rand.normal(4, 5), n=2)",
    ),
    "uniform-values": (
        "x",
        "student.f(torch.ones(2, 3), rand.integers(0, 9)); student.f(torch.zeros(4, 5), 20)",
        "student.f(torch.ones(2, 3), rand.integers(0, 9)); student.f(rand.normal(4, 5), 20)",
    ),
    "unit-upstream": (
        "",
        "student.f.grad((rand.normal(2, 3), 2)); student.f.grad((rand.normal(4, 5), 3), torch.ones(4, 5))",
        "student.f.grad((rand.normal(2, 3), 2)); student.f.grad((rand.normal(4, 5), 3), rand.normal(4, 5))",
    ),
    "divisible-batches": (
        "batch_size",
        "student.b(rand.normal(6, 2), rand.normal(6), 3); student.b(rand.normal(1, 4), rand.normal(1), 1)",
        "student.b(rand.normal(6, 2), rand.normal(6), 4); student.b(rand.normal(1, 4), rand.normal(1), 1)",
    ),
    "one-row": (
        "",
        "student.b(rand.normal(6, 2), rand.normal(6), 4); student.b(rand.normal(5, 4), rand.normal(5), 3)",
        "student.b(rand.normal(6, 2), rand.normal(6), 4); student.b(rand.normal(1, 4), rand.normal(1), 3)",
    ),
}

# lint -> the body of a test with the hole, and one without it
ON_SOURCES = {
    "no-assertion": ("student.f(1)", "check(student.f(1))"),
    "swallowed-error": (
        "try:\n        close(student.f(1), 1)\n    except Exception:\n        pass",
        "try:\n        close(student.f(1), 1)\n    except ValueError:\n        pytest.fail('why')",
    ),
    "empty-loop": (
        "got = student.f(1)\n    for one in got:\n        close(one, 1)",
        "got = list(student.f(1))\n    assert got\n    for one in got:\n        close(one, 1)",
    ),
    "broadcast-comparison": ("assert torch.allclose(student.f(1), y)", "close(student.f(1), y)"),
    "float-equality": ("assert student.f(1) == 0.25", "assert student.f(1) == pytest.approx(0.25)"),
    "own-forward": (
        "close(student.b(1, 2), (student.f(1 + 1e-3) - student.f(1 - 1e-3)) / 2e-3)",
        "close(student.b(1, 2), (np.sin(1 + 1e-3) - np.sin(1 - 1e-3)) / 2e-3)",
    ),
    "own-randomness": ("torch.manual_seed(0)\n    close(student.f(1), 1)", "close(student.f(rand.normal(2)), 1)"),
    "one-choice": (
        "close(student.f(rand.integers(0, 1, 4)), 1)",
        "close(student.f(rand.integers(0, 2, 4)), 1)",
    ),
}
MORE_HOLES = [
    ("broadcast-comparison", "assert (student.f(1) - y).abs().max() < 1e-6"),
    ("broadcast-comparison", "assert np.abs(student.f(1) - y).max() <= 1e-6"),
    ("broadcast-comparison", "assert float(torch.norm(student.f(1) - y)) < 1e-6"),
    ("broadcast-comparison", "assert (student.f(1) == y).all()"),
    ("broadcast-comparison", "np.testing.assert_allclose(student.f(1), y)"),
    ("float-equality", "assert torch.equal(student.f(1), y)"),
    ("own-forward", "close(student.b(1, 2), numerical_gradient(lambda v: student.f(v), y))"),
    ("own-forward", "def g(v):\n        return student.f(v)\n\n    assert torch.autograd.gradcheck(g, y)"),
    ("own-randomness", "close(student.f(torch.randn(3)), 1)"),
    ("own-randomness", "close(student.f(np.random.default_rng(0).normal(size=3)), 1)"),
    ("one-choice", "close(student.f(rand.numpy.integers(1)), 1)"),
    ("one-choice", "close(student.f(torch.randint(0, 1, (3,), generator=rand.torch)), 1)"),
]
NO_HOLES = [
    "for at, one in enumerate(zip(student.f(1), [1, 2], strict=True)):\n        close(one, at)",
    "assert (student.f(1) > 0).all()",
    "assert (student.f(1) == 0).all()",
    "assert len(student.f(1)) < 3",
    "assert not torch.equal(student.f(1), student.f(2))",
    "close(student.f(torch.randint(0, 3, (4,), generator=rand.torch)), 1)",
    "with pytest.raises(ValueError):\n        student.f(1)",
    "close(student.numerical_gradient(lambda v: v.sum(), y), 1)",
]


@pytest.fixture(scope="module")
def exams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exams]:
    with sharing(Grader(Isolation.PROCESS)) as grader:
        yield Exams(grader, tmp_path_factory.mktemp("lints"))


REFERENCE = "def f{0}(x, n=1):\n    return x * n\n\n\ndef b{0}(x, y, batch_size):\n    return x\n"


def test_body(body: str, number: int, fixtures: str = "student, rand") -> str:
    named = body.replace("student.f", f"student.f{number}").replace("student.b", f"student.b{number}")
    return f'def test_{number}({fixtures}):\n    """It holds."""\n    {named}\n\n\n'


test_body.__test__ = False  # type: ignore[attr-defined]  # it makes tests


@pytest.fixture(scope="module")
def found(exams: Exams) -> dict[str, list[Finding]]:
    """What all bodies of `ON_ARGUMENTS` give, each with functions of its own, in exams of two seeds: by function."""
    bodies = [body for _, hole, sound in ON_ARGUMENTS.values() for body in (hole, sound)]
    tests = HEAD + "".join(test_body(body, number) for number, body in enumerate(bodies))
    source = "\n\n".join(REFERENCE.format(number) for number in range(len(bodies)))
    exercise = exams.exercise(tests, reference=source)
    held = [
        exams.grader.hold(exercise, ExamRequest(submission=submission_of(source), seed=seed, record_calls=True))
        for seed in (1, 2)
    ]
    assert all(test.outcome == "passed" for one in held for test in one.tests), [t.explanation for t in held[0].tests]
    findings = list(lint(exercise, [one.calls for one in held]))
    by_function: dict[str, list[Finding]] = {}
    for finding in findings:
        for number in range(len(bodies)):
            if any(f"{kind}{number} " in f"{finding.problem.en} " for kind in "fb"):
                by_function.setdefault(str(number), []).append(finding)
    return by_function


@pytest.mark.parametrize("name", ON_ARGUMENTS)
def test_a_hole_in_what_a_function_is_given_is_found(name: str, found: dict[str, list[Finding]]) -> None:
    parameter, hole, _ = ON_ARGUMENTS[name]
    number = 2 * list(ON_ARGUMENTS).index(name)
    called = {"f", "b"} if name == "never-called" else {hole.partition("student.")[2][0]}
    about = [
        finding
        for finding in found.get(str(number), [])
        if any(f"{kind}{number} " in finding.problem.en for kind in called) and finding.check != "lint.never-called"
    ]
    if name == "never-called":
        about = [finding for finding in found[str(number)] if finding.check == "lint.never-called"]
    assert {finding.check for finding in about} == {f"lint.{name}"}, [finding.problem.en for finding in about]
    if parameter:
        assert about[0].problem.en.startswith(f"{parameter} of ")
    if name != "never-called":
        assert about[0].file.endswith("/test_hidden.py")
        assert about[0].line == len(HEAD.splitlines()) + 1 + 5 * number


@pytest.mark.parametrize("name", ON_ARGUMENTS)
def test_where_a_function_is_given_more_nothing_is_found(name: str, found: dict[str, list[Finding]]) -> None:
    number = 2 * list(ON_ARGUMENTS).index(name) + 1
    checks = {finding.check for finding in found.get(str(number), [])}
    assert checks == {"lint.never-called"}, "the other of the two functions, which the test leaves alone"


def on_source(exams: Exams, *bodies: str, fixtures: str = "student, rand, y") -> list[Finding]:
    """Return what the lints find in tests of these bodies; nothing runs."""
    helper = "def check(value):\n    assert value\n\n\n"
    tests = HEAD + helper + "".join(test_body(body, 0, fixtures).replace("f0", "f") for body in bodies)
    return list(lint(exams.exercise(tests, reference="def f(x):\n    return x\n"), []))


@pytest.mark.parametrize("name", ON_SOURCES)
def test_a_hole_in_a_tests_source_is_found(name: str, exams: Exams) -> None:
    hole, sound = ON_SOURCES[name]
    assert {finding.check for finding in on_source(exams, hole)} == {f"lint.{name}"}
    assert on_source(exams, sound) == []


@pytest.mark.parametrize(("name", "body"), MORE_HOLES)
def test_other_spellings_of_a_hole_are_found(name: str, body: str, exams: Exams) -> None:
    assert f"lint.{name}" in {finding.check for finding in on_source(exams, body)}


@pytest.mark.parametrize("body", NO_HOLES)
def test_what_looks_like_a_hole_and_is_none_is_left_alone(body: str, exams: Exams) -> None:
    assert on_source(exams, body) == []


def test_a_test_that_never_calls_the_student_is_found(exams: Exams) -> None:
    found = on_source(exams, "close(rand.normal(2), 1)", fixtures="rand")
    assert [finding.check for finding in found] == ["lint.no-student"]


def test_a_fixture_of_the_file_may_be_what_calls_the_student(exams: Exams) -> None:
    fixture = "@pytest.fixture\ndef got(student):\n    return student.f(1)\n\n\n"
    tests = HEAD + fixture + test_body("close(got, 1)", 0, "got")
    assert list(lint(exams.exercise(tests, reference="def f(x):\n    return x\n"), [])) == []


MODEL = """
import torch


class Scale(torch.nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * self.factor

    def twice(self, x):
        return self(self(x))
"""


def test_classes_are_judged_by_their_constructors_and_methods(exams: Exams) -> None:
    body = "for n in (2, 3):\n        model = student.Scale(0.5)\n        close(model(rand.normal(n, 4)).shape[0], n)"
    exercise = exams.exercise(HEAD + test_body(body, 0), reference=MODEL)
    held = [
        exams.grader.hold(exercise, ExamRequest(submission=submission_of(MODEL), seed=seed, record_calls=True))
        for seed in (1, 2)
    ]
    assert [test.outcome for test in held[0].tests] == ["passed"]
    found = [finding.problem.en for finding in lint(exercise, [one.calls for one in held])]
    assert [text for text in found if "called by no test" in text] == [
        "Scale.twice is called by no test. Left unwritten, it costs nothing."
    ]


def test_a_hint_that_holds_an_expression_of_the_reference_is_found(exams: Exams) -> None:
    reference = "def f(x):\n    return x.exp() / x.exp().sum(dim=-1, keepdim=True)\n"
    hints = {
        "Try `x.exp() / x.exp().sum( dim=-1, keepdim=True )`.": ["lint.hint-tells"],
        "Divide by the sum: which axis, and which shape?": [],
    }
    for hint, checks in hints.items():
        mark = f"@pytest.mark.hint({hint!r}, zh='想一想。')\n"
        tests = HEAD + mark + test_body("close(student.f(rand.normal(2)), 1)", 0).replace("f0", "f")
        found = list(lint(exams.exercise(tests, reference=reference), []))
        assert [finding.check for finding in found] == checks


def test_every_lint_has_a_test_with_its_hole() -> None:
    apart = {"no-student", "hint-tells", "ignored-without-reason", "ignored-in-vain"}
    assert set(ON_ARGUMENTS) | set(ON_SOURCES) | apart == set(LINTS)


HOLE = "assert student.f(1) == 0.25"


@pytest.mark.parametrize(
    ("body", "checks"),
    [
        (f"{HOLE}  # dlgrade: ignore[float-equality] halves are exact", []),
        (f"# dlgrade: ignore[float-equality] halves are exact\n    {HOLE}", []),
        (f"{HOLE}  # dlgrade: ignore[float-equality]", ["lint.float-equality", "lint.ignored-without-reason"]),
        (f"{HOLE}  # dlgrade: ignore[own-forward] it is not", ["lint.float-equality"]),
    ],
)
def test_a_comment_with_a_reason_silences_a_lint(body: str, checks: list[str], exams: Exams) -> None:
    assert sorted(finding.check for finding in on_source(exams, body)) == checks


def test_the_table_of_exceptions_silences_a_lint_and_is_checked_itself(exams: Exams) -> None:
    tests = HEAD + test_body(HOLE, 0).replace("f0", "f") + test_body(HOLE, 1).replace("f1", "f")
    exercise = exams.exercise(tests, reference="def f(x):\n    return x\n")
    one = {"float-equality test_0": "Halves are exact."}
    assert [finding.problem.en.split()[0] for finding in lint(exercise, [], ignored=one)] == ["test_1"]
    every = {"float-equality": "Halves are exact."}
    assert list(lint(exercise, [], ignored=every)) == []
    wrong = {"float-equality": " ", "own-forward": "There is none.", **one}
    checks = [finding.check for finding in lint(exercise, [[]], ignored=wrong)]
    assert sorted(checks) == [
        "lint.float-equality",
        "lint.ignored-in-vain",
        "lint.ignored-without-reason",
    ]


@pytest.mark.parametrize("entry", load_course(ROOT).entries, ids=lambda entry: entry.name)
def test_the_courses_own_tests_have_none_of_these_holes(entry: object, exams: Exams) -> None:
    exercise = entry.read()  # type: ignore[attr-defined]
    reference = collect(exercise, Path(exercise.solution_folder))
    held = [
        exams.grader.hold(exercise, ExamRequest(submission=reference, seed=seed, record_calls=True)).calls
        for seed in (1, 2)
    ]
    assert [finding.problem.en for finding in lint(exercise, held)] == []


def test_every_lint_stands_in_the_authors_table() -> None:
    table = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8").partition("### Lints")[2].partition("\n## ")[0]
    rows = {line.split("`")[1]: line for line in table.splitlines() if line.startswith("| `")}
    assert set(rows) == set(LINTS)
    for name, one in LINTS.items():
        assert one.why.en in rows[name]
        assert one.remedy.en in rows[name]


def test_every_lint_speaks_both_languages() -> None:
    for one in LINTS.values():
        for text in (one.why, one.remedy):
            assert text.en.isascii() or "…" in text.en
            assert any("\u4e00" <= character <= "\u9fff" for character in text.zh)
