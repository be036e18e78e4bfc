"""Hidden tests of exercise01: what was test_values, for other sizes than ten labels of ten classes."""

import pytest

from grader.examination import close


@pytest.mark.points(1)
@pytest.mark.hint("Which of your numbers depend on how many classes there are?")
@pytest.mark.parametrize("classes", [2, 7, 12])
def test_values(student, reference, rand, classes):
    """Any number of labels and of classes is right, with several eps."""
    for n, eps in ((9, 0.1), (1, 0.25), (4, 0.0)):
        y = rand.integers(0, classes, n)
        close(student.smooth_labels(y, classes, eps), reference.smooth_labels(y, classes, eps))


@pytest.mark.points(1)
@pytest.mark.hint("Read the signature in the statement once more.")
def test_eps_is_a_tenth_unless_it_is_given(student, reference, rand):
    """Without eps, a tenth is spread."""
    y = rand.integers(0, 6, 8)
    close(student.smooth_labels(y, 6), reference.smooth_labels(y, 6))
