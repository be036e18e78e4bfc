"""The figures of a quiz: which attempts count, and that every formula is what it says."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import numpy as np
import pytest
from taking.attempt_rows import BLANK, UNDECIDED, asked, attempt, klass, marked, one_try

from grader.quiz.model import QuestionType
from grader.records import Language, Text
from grader.store.attempts import Phase
from grader.taking.recorded import RecordedAttempt
from grader.taking.scoring import best_scored
from grader.taking.statistics.counting import Asked, figures_of
from grader.taking.statistics.figures import Ending, QuizFigures, Undefined, Which
from grader.taking.statistics.formulas import correlation, cronbach_alpha, item_rest, standard_error
from grader.taking.statistics.page import to_page

QUIZ = Asked(quiz="quiz01", title=Text(en="A quiz", zh="测验"))


def figures(attempts: list[RecordedAttempt], **asked_for: object) -> QuizFigures:
    return figures_of(attempts, Asked(quiz="quiz01", title=QUIZ.title, **asked_for))  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------------- formulas


def test_alpha_is_what_the_mean_covariance_and_the_mean_variance_make_it() -> None:
    """alpha = k c / (v + (k - 1) c): the same coefficient by another formula, on four correlated questions."""
    generator = np.random.default_rng(7)
    strength = generator.normal(size=(200, 1))
    table = strength + generator.normal(size=(200, 4)) * [0.5, 1.0, 1.5, 2.0]
    covariance = np.cov(table, rowvar=False)
    mean_variance = covariance.trace() / 4
    mean_covariance = (covariance.sum() - covariance.trace()) / 12
    expected = 4 * mean_covariance / (mean_variance + 3 * mean_covariance)
    assert cronbach_alpha(table.tolist()) == pytest.approx(expected, abs=1e-12)


def test_alpha_of_a_table_worked_out_by_hand() -> None:
    """Five students, three questions. Variances 0.3, 0.3, 0.2; totals 3, 3, 2, 1, 1, of variance 1: 3/2 (1 - 0.8)."""
    table = [[1, 1, 1], [1, 1, 1], [1, 0, 1], [0, 0, 1], [0, 1, 0]]
    assert [np.var(column, ddof=1) for column in zip(*table, strict=True)] == pytest.approx([0.3, 0.3, 0.2])
    assert cronbach_alpha(table) == pytest.approx(0.3)


def test_alpha_is_one_where_questions_agree_and_negative_where_they_contradict_each_other() -> None:
    assert cronbach_alpha([[1, 1], [0, 0], [0.5, 0.5]]) == pytest.approx(1.0)
    assert (cronbach_alpha([[1, 0], [0, 1], [1, 0.5]]) or 0) < 0


def test_alpha_is_undefined_for_one_row_for_one_column_and_for_equal_totals() -> None:
    assert cronbach_alpha([[1, 0]]) is None
    assert cronbach_alpha([[1], [0]]) is None
    assert cronbach_alpha([[1, 0], [0, 1]]) is None
    assert cronbach_alpha([]) is None


def test_a_correlation_is_numpys_and_undefined_where_nothing_varies() -> None:
    generator = random.Random(3)
    first = [generator.random() for _ in range(40)]
    second = [one + generator.random() for one in first]
    assert correlation(first, second) == pytest.approx(np.corrcoef(first, second)[0, 1], abs=1e-12)
    assert correlation([1, 1, 1], [1, 2, 3]) is None
    assert correlation([1, 2, 3], [0.1 + 0.2, 0.3, 0.3]) is None, "0.1 + 0.2 differs from 0.3 by rounding alone"
    assert correlation([1, 2], [1, 2]) is None, "two points always lie on a line"
    assert item_rest([0, 1, 1], [0, 1, 1]) == 1.0


def test_the_standard_error_is_none_of_a_perfect_test_and_the_deviation_of_a_useless_one() -> None:
    assert standard_error(0.2, 1.0) == 0
    assert standard_error(0.2, 0.75) == pytest.approx(0.1)
    assert standard_error(0.2, -0.5) == 0.2


# ---------------------------------------------------------------------------------------------------- the figures


def drawn_class(students: int, questions: int, seed: int = 1) -> tuple[list[RecordedAttempt], np.ndarray]:
    """Return attempts of students of different strength, and their marks as a table."""
    generator = random.Random(seed)
    rows = {}
    for number in range(students):
        strength = generator.gauss(0, 1)
        rows[f"s{number:03}"] = [
            Fraction(round(4 / (1 + math.exp(level - strength * 2 + generator.gauss(0, 0.7)))), 4)
            for level in np.linspace(-2, 2, questions)
        ]
    points = {place: place for place in range(1, questions + 1)}
    table = np.array([[float(mark) * points[at] for at, mark in enumerate(marks, 1)] for marks in rows.values()])
    return klass(rows, points=points), table


def test_facility_discrimination_and_error_are_what_numpy_makes_of_the_marks() -> None:
    attempts, table = drawn_class(45, 6)
    found = figures(attempts)
    totals, points = table.sum(axis=1), np.arange(1, 7)
    assert found.scores is not None
    assert found.scores.mean == pytest.approx(totals.mean() / points.sum())
    assert found.scores.deviation == pytest.approx(totals.std(ddof=1) / points.sum())
    assert found.scores.median == pytest.approx(np.median(totals) / points.sum())
    for place, question in enumerate(found.questions):
        assert question.facility == pytest.approx(table[:, place].mean() / points[place])
        rest = np.corrcoef(table[:, place], totals - table[:, place])[0, 1]
        assert question.discrimination == pytest.approx(rest)
        uncorrected = np.corrcoef(table[:, place], totals)[0, 1]
        assert question.discrimination is not None and question.discrimination < uncorrected - 0.01
    alpha = 6 / 5 * (1 - table.var(axis=0, ddof=1).sum() / totals.var(ddof=1))
    assert found.reliability.alpha == pytest.approx(alpha)
    error = totals.std(ddof=1) * math.sqrt(1 - alpha) / points.sum()
    assert found.reliability.error == pytest.approx(error)
    assert not found.is_unstable


def test_a_coin_does_not_discriminate_though_it_is_part_of_the_total() -> None:
    generator = random.Random(5)
    rows = {f"s{number}": [generator.randint(0, 1), generator.randint(0, 1)] for number in range(400)}
    coin = figures(klass(rows)).questions[0]
    assert coin.discrimination is not None and abs(coin.discrimination) < 0.1


def test_only_the_first_ended_attempt_of_each_student_counts_unless_others_are_asked_for() -> None:
    attempts = [
        attempt("ada", [marked("q", 0)], number=1),
        attempt("ada", [marked("q", 1)], number=2),
        attempt("ada", [marked("q", Fraction(1, 2))], number=3),
        attempt("bob", [marked("q", 1)], number=1),
        attempt("bob", [marked("q", 0)], number=2, phase=Phase.OPEN),
    ]
    means = {which: figures(attempts, which=which) for which in Which}
    assert {which: (one.attempts, one.left_out, one.open) for which, one in means.items()} == {
        Which.FIRST: (2, 2, 1),
        Which.BEST: (2, 2, 1),
        Which.ALL: (4, 0, 1),
    }
    assert {which: one.scores and one.scores.mean for which, one in means.items()} == {
        Which.FIRST: 0.5,
        Which.BEST: 1.0,
        Which.ALL: 0.625,
    }
    assert means[Which.ALL].students == 2


def test_an_undecided_answer_is_no_zero_anywhere() -> None:
    attempts = klass({"ada": [1, 1], "bob": [UNDECIDED, 1], "cyd": [0, 0], "dee": [1, 0]})
    found = figures(attempts)
    first, second = found.questions
    assert first.facility == pytest.approx(2 / 3) and first.endings[Ending.UNDECIDED] == 1
    assert second.facility == 0.5, "what is decided of the same attempt counts"
    assert found.undecided == 1 and found.scores is not None and found.scores.n == 3
    assert found.reliability.n == 3 and first.pairs == second.pairs == 3


def test_how_a_question_ended_is_told_by_its_best_try_and_blank_is_not_wrong() -> None:
    tries = {
        "right": [one_try(1, 0), one_try(2, 1)],
        "partly": [one_try(1, Fraction(1, 2)), one_try(2, 0)],
        "wrong": [one_try(1, BLANK), one_try(2, 0)],
        "blank": [one_try(1, BLANK)],
        "never": [],
    }
    attempts = [attempt(name, [asked("q", one, earned=Fraction(0))]) for name, one in tries.items()]
    question = figures(attempts).questions[0]
    assert {ending.value: count for ending, count in question.endings.items() if count} == {
        "right": 1, "partly": 1, "wrong": 1, "blank": 2
    }  # fmt: skip
    assert question.tries == 7 / 5 and question.right_at_once == 0


def test_facility_counts_what_was_earned_after_penalties() -> None:
    late = asked("q", [one_try(1, 0), one_try(2, 1)], earned=Fraction(4, 3), points=2)
    assert figures([attempt("ada", [late])]).questions[0].facility == pytest.approx(2 / 3)


def test_hints_and_regraded_answers_are_counted() -> None:
    attempts = [
        attempt("ada", [asked("q", [one_try(1, 1, regraded=True)], earned=Fraction(1), hints=2)]),
        attempt("bob", [asked("q", [one_try(1, 1)], earned=Fraction(1))]),
    ]
    question = figures(attempts).questions[0]
    assert (question.hints, question.hinted, question.regraded) == (2, 1, 1)


# ------------------------------------------------------------------------------------------- pools and versions


def test_with_pools_alpha_is_of_the_questions_that_all_had_and_no_error_of_the_whole_is_claimed() -> None:
    generator = random.Random(2)
    attempts = []
    for number in range(12):
        marks = [Fraction(generator.randint(0, 2), 2) for _ in range(3)]
        drawn = "p1" if number % 2 else "p2"
        attempts.append(
            attempt(f"s{number:02}", [marked("a", marks[0]), marked("b", marks[1]), marked(drawn, marks[2])])
        )
    found = figures(attempts)
    table = np.array([[float(one.earned or 0) for one in tried.questions[:2]] for tried in attempts])
    expected = 2 * (1 - table.var(axis=0, ddof=1).sum() / table.sum(axis=1).var(ddof=1))
    assert found.reliability.alpha == pytest.approx(expected)
    assert (found.reliability.questions, found.reliability.of, found.reliability.error) == (2, 4, None)
    pooled = {one.question: one for one in found.questions}
    assert pooled["p1"].attempts == 6 and not pooled["p1"].everywhere and pooled["a"].everywhere


def test_without_two_questions_that_all_had_there_is_no_alpha_and_it_says_why() -> None:
    drawn = [attempt("ada", [marked("a", 1), marked("b", 0)]), attempt("bob", [marked("a", 0), marked("c", 1)])]
    assert figures(drawn).reliability.undefined is Undefined.FEW_QUESTIONS
    assert figures(drawn[:1]).reliability.undefined is Undefined.FEW_ATTEMPTS
    assert figures(klass({"ada": [1, 0], "bob": [0, 1]})).reliability.undefined is Undefined.ALL_EQUAL


def test_a_question_that_was_changed_is_counted_once_for_each_wording_and_an_unchanged_one_together() -> None:
    attempts = [
        attempt("ada", [marked("kept", 1), marked("changed", 0, digest="old")], version="v1"),
        attempt("bob", [marked("kept", 0), marked("changed", 1, digest="new")], version="v2", day=1),
    ]
    found = figures(attempts, order=("changed", "kept"))
    assert [(one.question, one.edition, one.editions, one.attempts, one.facility) for one in found.questions] == [
        ("changed", 1, 2, 1, 0.0),
        ("changed", 2, 2, 1, 1.0),
        ("kept", 1, 1, 2, 0.5),
    ]
    assert [(one.version, one.attempts) for one in found.versions] == [("v1", 1), ("v2", 1)]


# ------------------------------------------------------------------------------------------------- wrong answers


def test_a_student_counts_once_for_a_mistake_however_often_it_was_made() -> None:
    tries = [one_try(1, 0, because="flat"), one_try(2, 0, because="flat")]
    attempts = [
        attempt("ada", [asked("q", tries, earned=Fraction(0)), marked("r", 0, because="flat", say="Not flat.")]),
        attempt("bob", [marked("q", 0, because="other"), marked("r", 1)]),
    ]
    found = figures(attempts)
    assert [(one.because, one.students, one.questions) for one in found.mistakes] == [
        ("flat", 1, ("q", "r")),
        ("other", 1, ("q",)),
    ]
    assert found.mistakes[0].say is not None and found.mistakes[0].say.en == "Not flat."


def test_a_typed_answer_is_shown_only_where_enough_students_gave_it() -> None:
    answers = ["7"] * 3 + ["my name is Ada"] * 2 + ["8"]
    attempts = [attempt(f"s{place}", [marked("q", 0, chosen=text)]) for place, text in enumerate(answers)]
    attempts.append(attempt("known", [marked("q", 0, chosen="9", because="nine")]))
    question = figures(attempts).questions[0]
    assert [(one.answer, one.students) for one in question.others] == [("7", 3)] and question.rare == 3
    assert len(figures(attempts, least=1).questions[0].others) == 3


def test_answers_that_are_cut_off_are_not_said_to_be_rare() -> None:
    """Thirteen answers of three students each, and one of two."""
    given = [(f"{answer}", student) for answer in range(13) for student in range(3)] + [("x", 0), ("x", 1)]
    found = figures([attempt(f"{text}-{who}", [marked("q", 0, chosen=text)]) for text, who in given])
    question = found.questions[0]
    assert (len(question.others), question.more, question.rare) == (10, 3, 2)
    page = to_page(found, Language.EN)
    assert "further answers: 3" in page and "2 more with an answer that fewer than 3 gave" in page


def test_of_attempts_with_other_points_the_best_is_that_with_the_largest_share() -> None:
    """As a student is told which counts: a pool may draw questions that count differently."""
    first = attempt("ada", [marked("one", 1, points=1)])
    second = attempt("ada", [marked("ten", Fraction(1, 2), points=10)], number=2)
    hanging = attempt("ada", [marked("one", UNDECIDED, points=1)], number=3)
    found = figures([second, first, hanging], which=Which.BEST)
    assert found.scores is not None and found.scores.mean == 1 and found.attempts == 1
    assert best_scored([second, first, hanging]) is first
    assert figures([hanging], which=Which.BEST).undecided == 1


def test_quartiles_are_those_of_the_class_itself_not_of_one_that_it_is_a_sample_of() -> None:
    found = figures(klass({f"s{place}": [place / 4] for place in range(5)}))
    assert found.scores is not None
    assert (found.scores.lower, found.scores.median, found.scores.upper) == (0.25, 0.5, 0.75)


def test_one_student_who_types_the_same_again_and_again_makes_no_answer_frequent() -> None:
    tries = [one_try(number, 0, chosen="my name is Ada") for number in range(1, 6)]
    question = figures([attempt("ada", [asked("q", tries, earned=Fraction(0))])]).questions[0]
    assert question.others == () and question.rare == 1


def test_options_are_the_authors_words_and_always_shown() -> None:
    choice = asked("q", [one_try(1, 0, chosen="c2")], earned=Fraction(0), kind=QuestionType.CHOICE)
    question = figures([attempt("ada", [choice])]).questions[0]
    assert [(one.answer, one.students) for one in question.others] == [("c2", 1)]


def test_of_nothing_there_are_no_figures_and_no_crash() -> None:
    for attempts in ([], [attempt("ada", [], phase=Phase.OPEN)], [attempt("ada", [])]):
        found = figures(attempts)
        assert found.questions == () and found.reliability.alpha is None
