"""The figures of a class: against values computed by hand or by another library, and what counts nowhere."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from class_rows import (
    CLAIMS,
    LINEAR,
    NO_EXAMINER,
    NO_FILE,
    SOFTMAX,
    WRONG_AXIS,
    Person,
    graded,
    large_class,
    mixed_class,
    not_run,
    tried,
    without_exam,
)
from class_rows import tests_of as some_tests  # pytest would take it for a test
from jsonschema import Draft202012Validator

from grader.batch.classbook import Classbook, Standing, book_of, in_order, standing_of
from grader.batch.figures_document import to_json
from grader.batch.rows import Tried
from grader.batch.statistics import Why, statistics_of
from grader.records import Outcome, Text
from grader.report import Status

FORBIDDEN = Text(en="This exercise forbids torch.softmax.", zh="本题禁止 torch.softmax。")
SYNTAX = Text(en="SyntaxError: invalid syntax", zh="SyntaxError: invalid syntax")
FORBIDDEN_TEST = replace(some_tests([])[2], outcome=Outcome.FORBIDDEN)
SCHEMAS = Path(__file__).resolve().parent.parent.parent / "grader" / "schemas"


def test_quartiles_mean_and_median_are_those_of_numpy() -> None:
    found = statistics_of(large_class(41)).exercises[0].spread
    shares = [(3 - (n % 3 == 0) - (n % 7 == 0)) / 3 for n in range(41)]
    assert found is not None
    assert found.mean == pytest.approx(np.mean(shares))
    quartiles = np.percentile(shares, [25, 50, 75])
    assert [found.lower, found.median, found.upper] == pytest.approx(quartiles)
    counts, _ = np.histogram(shares, bins=10, range=(0, 1))
    assert list(found.histogram) == list(counts)


def test_a_share_on_the_edge_of_a_bin_lies_above_it_whatever_the_rounding() -> None:
    rows = [graded(str(tenths), points=0.1 * tenths * 3) for tenths in range(11)]
    found = statistics_of(book_of(rows, exercises=[SOFTMAX])).exercises[0].spread
    assert found is not None
    assert found.histogram == (1, 1, 1, 1, 1, 1, 1, 1, 1, 2)


def test_discrimination_is_the_correlation_with_the_rest_and_needs_ten_submissions() -> None:
    names = list(CLAIMS)
    passed = [
        [name for place, name in enumerate(names) if (number >> place) & 1] for number in (7, 7, 0, 0, 1, 3, 5, 6, 7, 2)
    ]
    rows = [graded(f"s{number}", tests) for number, tests in enumerate(passed)]
    figures = statistics_of(book_of(rows, exercises=[SOFTMAX])).exercises[0]
    for test in figures.tests:
        taken = [float(test.name in tests) for tests in passed]
        rest = [len(tests) - mine for tests, mine in zip(passed, taken, strict=True)]
        assert test.discrimination == pytest.approx(np.corrcoef(taken, rest)[0, 1])
    fewer = statistics_of(book_of(rows[:9], exercises=[SOFTMAX])).exercises[0]
    assert {test.discrimination for test in fewer.tests} == {None}


def test_a_test_that_all_pass_has_no_discrimination() -> None:
    rows = [graded(f"s{number}", ["test_shape"] if number % 2 else list(CLAIMS)) for number in range(12)]
    by_name = {test.name: test for test in statistics_of(book_of(rows, exercises=[SOFTMAX])).exercises[0].tests}
    assert by_name["test_shape"].rate == 1
    assert by_name["test_shape"].discrimination is None
    assert by_name["test_rows"].discrimination == pytest.approx(1)


def test_the_hardest_test_comes_first() -> None:
    rows = [graded("a", ["test_shape"]), graded("b", ["test_shape", "test_large"])]
    tests = statistics_of(book_of(rows, exercises=[SOFTMAX])).exercises[0].tests
    assert [(test.name, test.passed, test.taken) for test in tests] == [
        ("test_rows", 0, 2),
        ("test_large", 1, 2),
        ("test_shape", 2, 2),
    ]


def test_what_is_unscored_counts_in_no_figure() -> None:
    scored = [graded("a"), graded("b", ["test_shape"])]
    alone = statistics_of(book_of(scored, exercises=[SOFTMAX])).exercises[0]
    rows = [*scored, without_exam("c", Status.UNSCORED, NO_EXAMINER)]
    figures = statistics_of(book_of(rows, exercises=[SOFTMAX])).exercises[0]
    assert figures.spread == alone.spread
    assert figures.tests == alone.tests
    assert (figures.graded, figures.unscored) == (2, 1)


def test_what_is_not_accepted_is_the_zero_that_it_is_and_takes_no_test() -> None:
    rows = [graded("a"), without_exam("b", Status.REJECTED, NO_FILE)]
    figures = statistics_of(book_of(rows, exercises=[SOFTMAX])).exercises[0]
    assert figures.spread is not None
    assert figures.spread.mean == 0.5
    assert [test.taken for test in figures.tests] == [1, 1, 1]


def test_a_cause_counts_students_and_not_tests_and_known_mistakes_come_first_in_their_own_words() -> None:
    rows = [graded("a", []), graded("b", ["test_shape"]), graded("c", ["test_shape", "test_rows"])]
    causes = statistics_of(book_of(rows, exercises=[SOFTMAX])).exercises[0].causes
    assert [(cause.cause_id, cause.students, cause.text) for cause in causes] == [
        ("misconception.axis", 2, WRONG_AXIS),
        ("overflow", 3, None),
    ]
    assert causes[1].tests == ("test_shape", "test_large")


def test_every_student_counts_once_for_each_exercise() -> None:
    found = statistics_of(mixed_class())
    assert [
        (one.students, one.handed_in, one.missing, one.graded, one.unscored, one.rejected, one.full)
        for one in found.exercises
    ] == [(6, 5, 1, 4, 1, 1, 1), (6, 2, 4, 2, 0, 0, 1)]


def test_the_cases_name_who_needs_a_person_the_unscored_first() -> None:
    cases = statistics_of(mixed_class()).cases
    assert [(case.why, case.student, case.count) for case in cases if case.exercise == SOFTMAX.name] == [
        (Why.UNSCORED, "eve", 0),
        (Why.REJECTED, "dan", 0),
        (Why.REVIEW, "cleo", 3),
        (Why.LATE, "ben", 2),
        (Why.MISSING, "zoe", 0),
    ]


def test_an_empty_class_has_figures_too() -> None:
    found = statistics_of(book_of([], exercises=[SOFTMAX]))
    assert found.exercises[0].spread is None
    assert found.cases == ()


def test_two_rows_that_count_of_one_student_are_refused() -> None:
    with pytest.raises(ValueError, match="two rows"):
        book_of([graded("a"), graded("a", [])], exercises=[SOFTMAX])
    with pytest.raises(ValueError, match="not asked for"):
        book_of([graded("a", exercise=LINEAR)], exercises=[SOFTMAX])


def test_ids_are_in_the_order_that_people_count_in() -> None:
    ids = ["s10", "S2", "b", "s1", "10", "9", "s2", "学生2", "²", "9" * 30]
    assert sorted(ids, key=in_order)[:2] == ["9", "10"]
    assert [one for one in sorted(ids, key=in_order) if one.lower().startswith("s")] == ["s1", "S2", "s2", "s10"]


def test_the_document_is_strict_json_with_every_figure() -> None:
    document = json.loads(to_json(statistics_of(mixed_class())), parse_constant=lambda name: pytest.fail(name))
    assert document["schema"] == "statistics/1"
    assert document["exercises"][0]["scores"]["histogram"] == [1, 0, 1, 0, 0, 0, 1, 0, 0, 1]
    assert math.isclose(document["exercises"][0]["scores"]["mean"], (1 + 0.8 / 3 + 2 / 3 + 0) / 4)
    assert document["cases"][0]["problem"] == {"en": NO_EXAMINER.en, "zh": NO_EXAMINER.zh}


@pytest.mark.parametrize(
    "book",
    [
        mixed_class(),
        large_class(12),
        book_of([], exercises=[SOFTMAX]),
        book_of(
            [
                replace(tried("a", Tried(attempt=2, earned=1.0, points=0.0, beyond=True)), pending=(3,)),
                not_run("b", Outcome.FORBIDDEN, FORBIDDEN),
                not_run("c", Outcome.FAILED, SYNTAX),
            ],
            exercises=[SOFTMAX],
        ),
    ],
)
def test_the_document_obeys_its_schema_which_knows_every_key(book: Classbook) -> None:
    schema = json.loads((SCHEMAS / "statistics-1.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    document = json.loads(to_json(statistics_of(book)))
    Draft202012Validator(schema).validate(document)
    assert not Draft202012Validator(schema).is_valid({**document, "more": 1})


def test_a_test_that_waits_is_not_passed_and_explains_nothing() -> None:
    row = graded("a", ["test_shape"])
    waiting = next(test for test in row.tests if test.name == "test_large")
    tests = tuple(
        replace(test, outcome=Outcome.BLOCKED, cause_id="") if test is waiting else test for test in row.tests
    )
    figures = statistics_of(book_of([replace(row, tests=tests)], exercises=[SOFTMAX])).exercises[0]
    assert {test.name: test.passed for test in figures.tests}["test_large"] == 0
    assert [cause.cause_id for cause in figures.causes] == ["misconception.axis"]


def test_the_roster_names_who_is_missing_and_its_names_win() -> None:
    book = book_of(
        [graded("a", name="From the file")], exercises=[SOFTMAX], roster=[Person(id="a", name="Anna"), Person(id="b")]
    )
    assert [(student.id, student.name, len(student.rows)) for student in book.students] == [
        ("a", "Anna", 1),
        ("b", "", 0),
    ]


def test_a_full_score_is_one_by_the_points_that_count() -> None:
    rows = [graded("a"), graded("b", points=2.7, late_days=1), graded("c", points=0.0, late_days=7)]
    figures = statistics_of(book_of(rows, exercises=[SOFTMAX])).exercises[0]
    assert figures.spread is not None
    assert (figures.full, figures.cut) == (1, 2)
    assert [standing_of(row) for row in rows] == [Standing.FULL, Standing.CUT, Standing.CUT]


def test_a_mean_below_the_points_of_its_last_attempt_cuts_nothing() -> None:
    attempts = (Tried(attempt=1, earned=1.0, points=1.0), Tried(attempt=2, earned=3.0, points=3.0))
    assert standing_of(replace(tried("a", *attempts, counts=2), points=2.0)) is Standing.PARTIAL
    late = replace(attempts[1], points=2.4)
    assert standing_of(replace(tried("a", attempts[0], late, counts=2), points=1.7)) is Standing.CUT


def test_what_is_forbidden_is_not_what_does_not_load_and_both_are_named() -> None:
    rows = [
        graded("a"),
        not_run("b", Outcome.FORBIDDEN, FORBIDDEN),
        not_run("c", Outcome.FAILED, SYNTAX),
        replace(graded("d", ["test_shape"]), tests=(*some_tests(["test_shape"])[:2], FORBIDDEN_TEST)),
    ]
    found = statistics_of(book_of(rows, exercises=[SOFTMAX]))
    assert (found.exercises[0].forbidden, found.exercises[0].not_loaded) == (1, 1)
    assert [(case.why, case.student, case.problem) for case in found.cases] == [
        (Why.FORBIDDEN, "b", FORBIDDEN),
        (Why.FORBIDDEN, "d", None),
        (Why.NOT_LOADED, "c", SYNTAX),
    ]


def test_attempts_over_the_limit_are_cases_each() -> None:
    attempts = tuple(Tried(attempt=n, earned=3.0, points=3.0 if n < 4 else 0.0, beyond=n > 3) for n in range(1, 6))
    cases = statistics_of(book_of([tried("a", *attempts)], exercises=[SOFTMAX])).cases
    assert [(case.why, case.attempt) for case in cases] == [(Why.BEYOND, 4), (Why.BEYOND, 5)]


def test_whose_time_nobody_knows_is_counted() -> None:
    rows = [replace(graded("a"), undated=True), graded("b")]
    assert statistics_of(book_of(rows, exercises=[SOFTMAX])).exercises[0].undated == 1
