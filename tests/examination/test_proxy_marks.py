"""Marks, seeds, and what one test leaves behind: each test begins from the same known state."""

from __future__ import annotations

import json
from typing import Any

import pytest
from exams import result, said

from grader.errors import AuthorError
from grader.records import Outcome
from grader.report import Report
from grader.report.document import to_json, without_timings

STATEFUL = """
import random

import numpy as np
import torch

calls = 0


def count():
    global calls
    calls += 1
    return calls


def spoil():
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    torch.manual_seed(0)
    np.random.seed(0)
    random.seed(0)


def state():
    return torch.get_default_dtype(), torch.is_grad_enabled()


def draw():
    return torch.rand(1).item(), float(np.random.rand()), random.random()


def wrong():
    return 0


def right():
    return 1
"""
BETTER = STATEFUL.replace("return 0", "return 1")


@pytest.fixture(scope="module")
def report(exams: Any) -> Report:
    tests = '''
    drawn = []

    def test_first(student):
        assert student.count() == 1

    def test_state_of_the_module_stays(student):
        assert student.count() == 2

    @pytest.mark.fresh
    def test_fresh_begins_anew(student):
        assert student.count() == 1

    def test_spoil(student):
        student.spoil()

    def test_not_spoilt(student):
        assert student.state() == (torch.float32, True)

    def test_draw(student):
        drawn.append(student.draw())

    def test_draw_again(student):
        student.spoil()
        drawn.append(student.draw())

    def test_draws_differ(student):
        assert drawn[0] != drawn[1]

    def test_drawn_before_any_call(student):
        drawn.append(student.draw())
        assert drawn[2] not in drawn[:2]

    @pytest.mark.points(2.5)
    @pytest.mark.hint("Return one.", zh="返回一。")
    def test_wrong(student):
        """It is one.

        zh: 它是一。
        """
        assert student.wrong() == 1

    @pytest.mark.needs("test_wrong")
    @pytest.mark.points(4)
    def test_blocked(student):
        assert student.right() == 1

    @pytest.mark.needs("test_blocked")
    def test_blocked_in_turn(student):
        assert student.right() == 1

    @pytest.mark.needs("test_spoil", "test_first")
    def test_not_blocked(student):
        assert student.right() == 1

    @pytest.mark.visible
    def test_shown(student):
        assert student.wrong() == 1

    @pytest.mark.gpu
    def test_on_a_gpu(student):
        assert student.right() == 1

    @pytest.mark.parametrize("n", [1, 2])
    def test_each(student, n):
        """For each n."""
        assert student.wrong() == n - 1

    @pytest.mark.needs("test_each")
    def test_needs_all_of_them(student):
        assert student.right() == 1
    '''
    return exams.run(STATEFUL, tests, reference=BETTER, reveal="hint")


def test_the_module_lives_through_the_exam(report: Report) -> None:
    assert result(report, "test_state_of_the_module_stays").outcome is Outcome.PASSED


def test_fresh_asks_for_a_new_child(report: Report) -> None:
    assert result(report, "test_fresh_begins_anew").outcome is Outcome.PASSED


def test_default_dtype_and_grad_mode_do_not_leak(report: Report) -> None:
    assert result(report, "test_not_spoilt").outcome is Outcome.PASSED


def test_each_test_has_seeds_of_its_own(report: Report) -> None:
    assert result(report, "test_draws_differ").outcome is Outcome.PASSED
    assert result(report, "test_drawn_before_any_call").outcome is Outcome.PASSED


def test_points_are_those_of_the_mark(report: Report) -> None:
    assert result(report, "test_wrong").points == 2.5
    assert result(report, "test_first").points == 1


def test_the_claim_is_the_docstring_in_both_languages(report: Report) -> None:
    claim = result(report, "test_wrong").claim
    assert (claim.en, claim.zh) == ("It is one.", "它是一。")


def test_the_hint_is_told_in_both_languages(report: Report) -> None:
    hint = result(report, "test_wrong").hint
    assert hint is not None
    assert (hint.en, hint.zh) == ("Return one.", "返回一。")


def test_a_test_whose_need_failed_is_blocked_and_says_by_what(report: Report) -> None:
    blocked = result(report, "test_blocked")
    assert blocked.outcome is Outcome.BLOCKED
    assert blocked.blocked_by == "test_wrong"
    assert blocked.earned == 0


def test_blocking_goes_on(report: Report) -> None:
    assert result(report, "test_blocked_in_turn").outcome is Outcome.BLOCKED


def test_needs_that_passed_block_nothing(report: Report) -> None:
    assert result(report, "test_not_blocked").outcome is Outcome.PASSED


def test_a_need_of_a_parametrised_test_is_a_need_of_all_of_it(report: Report) -> None:
    assert result(report, "test_needs_all_of_them").outcome is Outcome.BLOCKED


def test_parameters_are_part_of_the_claim(report: Report) -> None:
    assert result(report, "test_each[1]").claim.en == "For each n.[1]"


def test_visible_shows_what_hidden_hides(report: Report) -> None:
    shown, hidden = result(report, "test_shown"), result(report, "test_wrong")
    assert shown.visible
    assert "assert 0 == 1" in said(shown.explanation)
    assert not hidden.visible
    assert "assert 0 == 1" not in said(hidden.explanation)


def test_gpu_tests_run_on_a_gpu_only(report: Report) -> None:
    assert "test_on_a_gpu" not in {test.name for test in report.tests}


# -- visible

SEEN = "seen = []\ndef give(x):\n    seen.append(x)\n    print(seen)\n    return x\n"


def test_a_hidden_test_that_is_shown_runs_before_the_hidden_ones_whose_inputs_it_could_print(exams: Any) -> None:
    report = exams.run(
        SEEN,
        """
        def test_secret(student): assert student.give(4711) == 4711
        @pytest.mark.visible
        def test_shown(student): assert student.give(1) == 1
        """,
        visible="def test_first(student): assert student.give(0) == 0\n",
    )
    assert [test.name for test in report.tests] == ["test_first", "test_shown", "test_secret"]
    assert result(report, "test_shown").output == "[0, 1]\n"


def test_calls_of_hidden_tests_are_not_counted_in_a_document(exams: Any) -> None:
    tests = "def test_secret(student):\n    for _ in range(student.give(COUNT)): student.give(1)\n"
    few, many = (
        json.loads(to_json(exams.run(GIVE, tests.replace("COUNT", count), reveal="hint"))) for count in ("3", "60")
    )
    assert few["score"] == many["score"]
    assert few["resources"]["calls"] == many["resources"]["calls"] == 0


# -- seeds

RANDOM_TESTS = """
def test_values(student, rand):
    x = rand.normal(3)
    assert student.give(x.tolist()) == x.tolist()
"""
GIVE = "import torch\ndef give(x):\n    print(x, torch.rand(2).tolist())\n    return x\n"


def drawn(exams: Any, seed: int) -> Report:
    if not hasattr(exams, "seeded"):
        exams.seeded = exams.exercise(RANDOM_TESTS, reference=GIVE)
    report: Report = exams.examine(exams.seeded, GIVE, seed=seed)
    return report


def test_the_same_seed_gives_the_same_report(exams: Any) -> None:
    one, other = (without_timings(json.loads(to_json(drawn(exams, 5)))) for _ in range(2))
    assert one == other
    assert drawn(exams, 5).tests[0].output == drawn(exams, 5).tests[0].output


def test_another_seed_gives_other_values(exams: Any) -> None:
    assert drawn(exams, 5).tests[0].output != drawn(exams, 6).tests[0].output


def test_the_seed_is_in_the_report(exams: Any) -> None:
    assert drawn(exams, 7).seed == 7


def test_without_a_seed_each_exam_draws_one(exams: Any) -> None:
    drawn(exams, 1)
    one, other = (exams.examine(exams.seeded, GIVE, seed=None) for _ in range(2))
    assert one.seed != other.seed
    assert one.tests[0].output != other.tests[0].output


# -- without the hidden half


def test_without_solutions_the_visible_tests_run(exams: Any) -> None:
    exercise = exams.exercise(
        "", reference=STATEFUL, hidden=False, visible="def test_it(student): assert student.right() == 1\n"
    )
    report = exams.examine(exercise, STATEFUL)
    assert [test.name for test in report.tests] == ["test_it"]
    assert report.tests[0].visible
    assert not report.hidden_available


def test_a_broken_visible_test_is_the_authors_even_without_solutions(exams: Any) -> None:
    exercise = exams.exercise(
        "", reference=STATEFUL, hidden=False, visible="def test_it(student): assert student.right() == undefined\n"
    )
    report = exams.examine(exercise, STATEFUL)
    assert report.fault == "author"
    assert report.score is None


# -- marks that cannot be


@pytest.mark.parametrize(
    ("tests", "complaint"),
    [
        ("@pytest.mark.points(-1)\ndef test_it(student): pass", "points"),
        ("@pytest.mark.points('3')\ndef test_it(student): pass", "points"),
        ("@pytest.mark.needs('test_later')\ndef test_it(student): pass\ndef test_later(): pass", "test_later"),
        ("@pytest.mark.pionts(3)\ndef test_it(student): pass", "pionts"),
        ("def test_it(student:", "SyntaxError"),
        ("import no_such_module\ndef test_it(student): pass", "no_such_module"),
        ("x = 1", "no test"),
    ],
    ids=["negative points", "text as points", "a need that comes later", "unknown mark", "syntax", "import", "empty"],
)
def test_a_broken_test_file_is_the_authors(exams: Any, tests: str, complaint: str) -> None:
    with pytest.raises(AuthorError) as caught:
        exams.run(STATEFUL, tests)
    assert complaint in str(caught.value)
