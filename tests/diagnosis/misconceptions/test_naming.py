"""A failed test names the mistake whose behaviour its calls show, in real exams."""

from __future__ import annotations

import pytest
from diagnosis.misconceptions import lab
from diagnosis.misconceptions.conftest import Causes, causes_of
from exams import Exams, result

from grader.records import Exercise, Reveal

SHOWS_IN = {
    "halved": {"test_softened", "test_softened_again", "test_entropy"},
    "one_sum": {"test_softened", "test_softened_again", "test_entropy"},
    "no_minus": {"test_entropy"},
    "copies": {"test_flat"},
    "detached": {"test_square_in_graph"},
    "climbs": {"test_step"},
    "rebinds": {"test_step"},
    "backwards": {"test_visits"},
    "no_tail": {"test_pieces_of_ones", "test_every_piece"},
    "unchecked": {"test_checked"},
    "forgets": {"test_counter"},
    "rows_averaged": {"test_two_sums"},
    "columns_averaged": {"test_two_sums"},
}


@pytest.mark.parametrize("name", lab.MISTAKES)
def test_a_mistake_is_diagnosed_as_itself(causes: Causes, name: str) -> None:
    found = causes(lab.edited(*lab.MISTAKES[name]))
    assert found == dict.fromkeys(SHOWS_IN[name], f"misconception.{name}")


def test_the_same_mistake_in_other_words_is_named(causes: Causes) -> None:
    found = causes(
        lab.edited(
            (
                "shifted = x - x.amax(dim=-1, keepdim=True)\n    weights = shifted.exp()",
                "weights = torch.pow(torch.e, 0.5 * x)",
            ),
            ("weights / weights.sum(dim=-1, keepdim=True)", "torch.stack([row / sum(row) for row in weights])"),
        )
    )
    assert found == dict.fromkeys(SHOWS_IN["halved"], "misconception.halved")


def test_other_wrong_code_is_not_named(causes: Causes) -> None:
    found = causes(
        lab.edited(
            ("shifted = x - x.amax(dim=-1, keepdim=True)", "shifted = x / 2.01"),
            ("p -= lr * p.grad", "p += 1.001 * lr * p.grad"),
            ("[f(x) for x in xs]", "[f(x) for x in xs[1:] + xs[:1]]"),
            ("self.seen += amount", "self.seen = 2 * amount"),
            ("two axes are needed, not", "too few axes:"),
        )
    )
    assert {"test_softened", "test_step", "test_visits", "test_counter", "test_checked"} <= set(found)
    assert not [cause for cause in found.values() if cause.startswith("misconception.")]


def test_right_code_is_never_named_whatever_a_test_says(causes: Causes) -> None:
    found = causes(
        lab.edited(
            ('WHO = "reference"', 'WHO = "somebody"'),
            ("weights = shifted.exp()", "weights = shifted.double().exp().float()"),
            ("-(p * p.log()).sum(dim=-1)", "torch.einsum('ij,ij->i', p, -p.log())"),
            ("torch.randperm(len(x))", "torch.rand(len(x)).argsort()"),
        )
    )
    assert found == {"test_who": "asserted"}


def test_a_passed_test_contradicts_a_mistake(causes: Causes) -> None:
    only_small_ones = ("return x * x", "return (x * x).detach() if len(x) == 4 else x * x")
    found = causes(lab.edited(only_small_ones, ('WHO = "reference"', 'WHO = "x"')))
    assert found["test_square_in_graph"] == "misconception.detached", "the result of test_who's call was in no graph"
    half_of_it = ("shifted = x - x.amax(dim=-1, keepdim=True)", "shifted = x / (2 if len(x) == 3 else 1)")
    found = causes(lab.edited(half_of_it))
    assert set(found) == {"test_softened", "test_entropy"}
    assert not [cause for cause in found.values() if cause.startswith("misconception.")]


def test_another_random_generator_contradicts_nothing(causes: Causes) -> None:
    found = causes(lab.edited(lab.NO_TAIL, ("torch.randperm(len(x))", "torch.rand(len(x)).argsort()")))
    assert found["test_pieces_of_ones"] == "misconception.no_tail"


def test_mistakes_in_two_functions_are_named_each_and_together(causes: Causes) -> None:
    found = causes(lab.edited(lab.ONE_SUM, lab.NO_MINUS, lab.CLIMBS))
    assert found["test_softened"] == found["test_softened_again"] == "misconception.one_sum"
    assert found["test_step"] == "misconception.climbs"
    assert found["test_entropy"] == "misconception.no_minus+one_sum"


def test_two_mistakes_in_one_function_are_found_by_merging_them(causes: Causes) -> None:
    found = causes(lab.edited(lab.ROWS_AVERAGED, lab.COLUMNS_AVERAGED))
    assert found == {"test_two_sums": "misconception.columns_averaged+rows_averaged"}


def test_what_is_told_is_the_docstring_in_both_languages(exams: Exams, exercise: Exercise) -> None:
    explanation = result(exams.examine(exercise, lab.edited(lab.CLIMBS)), "test_step").explanation
    assert explanation is not None
    assert explanation.cause is not None
    assert explanation.cause.en == "You did climbs. Do not."
    assert explanation.cause.zh == "你犯了 climbs。不要这样。"
    assert explanation.next_step is None


def test_a_hidden_test_that_shows_nothing_names_nothing(exams: Exams) -> None:
    exercise = exams.exercise(
        lab.TESTS, reference=lab.REFERENCE, manifest=lab.MANIFEST, more_files=lab.mistake_files(), reveal=Reveal.NONE
    )
    assert set(causes_of(exams.examine(exercise, lab.edited(lab.CLIMBS))).values()) == {"hidden"}


def test_two_that_look_alike_are_both_told_and_three_are_not(exams: Exams) -> None:
    also = {f"solutions/mistakes/{name}.py": lab.mistake(name, lab.CLIMBS) for name in ("goes_up", "climbs")}
    exercise = exams.exercise(lab.TESTS, reference=lab.REFERENCE, manifest=lab.MANIFEST, more_files=also)
    report = exams.examine(exercise, lab.edited(lab.CLIMBS))
    assert causes_of(report) == {"test_step": "misconception.climbs|goes_up"}
    explanation = result(report, "test_step").explanation
    assert explanation is not None
    assert explanation.cause is not None
    for text in (explanation.cause.en, explanation.cause.zh):
        assert "climbs" in text
        assert "goes_up" in text
    also["solutions/mistakes/ascends.py"] = lab.mistake("ascends", lab.CLIMBS)
    exercise = exams.exercise(lab.TESTS, reference=lab.REFERENCE, manifest=lab.MANIFEST, more_files=also)
    assert not causes_of(exams.examine(exercise, lab.edited(lab.CLIMBS)))["test_step"].startswith("misconception.")


def test_the_same_exam_names_the_same_twice(exams: Exams, exercise: Exercise) -> None:
    student = lab.edited(lab.ONE_SUM, lab.NO_MINUS, lab.CLIMBS, lab.ROWS_AVERAGED, lab.COLUMNS_AVERAGED)
    first, second = (causes_of(exams.examine(exercise, student, seed=8)) for _ in range(2))
    assert first == second


def test_agreeing_in_nan_alone_names_a_mistake_only_where_nothing_else_is_wrong(exams: Exams) -> None:
    """Two mistakes give NaN for a masked entry; only of the one that fails nothing else can it be said which it is."""
    tests = """
import torch
from grader.examination import *

def test_masked(student):
    p = torch.tensor([0.5, 0.5, 0.0])
    close(student.entropy(p), p[:2].log().mul(-0.5).sum())

def test_plain(student, rand):
    p = rand.normal(4).softmax(0)
    close(student.entropy(p), -(p * p.log()).sum())
"""
    reference = "import torch\ndef entropy(p):\n    q = p[p > 0]\n    return -(q * q.log()).sum()\n"
    times_zero = reference.replace("p[p > 0]", "p")
    forgets = f'"""You multiply 0 by the log of 0.\n\nzh: 你把 0 乘以了 0 的对数。\n"""\n{times_zero}'
    exercise = exams.exercise(
        tests, reference=reference, more_files={"solutions/mistakes/times_zero.py": forgets}, reveal="hint"
    )
    assert causes_of(exams.examine(exercise, reference.replace("p[p > 0]", "1 * p"))) == {
        "test_masked": "misconception.times_zero"
    }
    of_another_base = times_zero.replace("q.log()", "q.log2()")
    found = causes_of(exams.examine(exercise, of_another_base))
    assert found["test_masked"] == "nonfinite"
    assert found["test_plain"] == "factor.log2"
