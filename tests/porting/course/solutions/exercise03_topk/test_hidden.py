"""Hidden tests of exercise03: what stood between BEGIN HIDDEN TESTS and END HIDDEN TESTS."""

import pytest

from grader.examination import close


@pytest.mark.points(2)
@pytest.mark.hint("Nothing in the statement says how many rows or classes there are.")
def test_any_number_of_rows_and_classes(student, reference, rand):
    """Other numbers of rows and classes are right, and one row alone."""
    for rows, classes, k in ((40, 6, 2), (11, 3, 1), (1, 9, 4), (7, 12, 5)):
        scores, labels = rand.normal(rows, classes), rand.integers(0, classes, rows)
        close(student.topk_accuracy(scores, labels, k), reference.topk_accuracy(scores, labels, k))


@pytest.mark.points(1)
@pytest.mark.hint("What is the type of your result, and what is asked for?")
def test_scores_may_be_negative(student, reference, rand):
    """Scores are any numbers, negative ones too."""
    scores, labels = rand.normal(25, 8) - 50, rand.integers(0, 8, 25)
    close(student.topk_accuracy(scores, labels, 3), reference.topk_accuracy(scores, labels, 3))
