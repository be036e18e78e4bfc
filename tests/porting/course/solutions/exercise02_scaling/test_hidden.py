"""Hidden tests of exercise02: what were the hidden cases of q1 and q2."""

import numpy as np
import pytest

from grader.examination import close


@pytest.mark.points(2)
@pytest.mark.hint("NumPy and other libraries divide by different numbers by default. Which one is asked for?")
def test_tables_of_any_size(student, reference, rand):
    """Mean and deviation are right for long, wide and single-row tables."""
    for shape in ((12, 3), (2, 7), (1, 4)):
        x = 3 * rand.array(*shape) + 5
        close(student.fit(x), reference.fit(x))


@pytest.mark.points(2)
@pytest.mark.needs("test_tables_of_any_size")
@pytest.mark.hint("A test set is scaled with numbers of the training set. Does `apply` look at x for them?")
def test_scaling_uses_the_given_numbers(student, reference, rand):
    """Another table is scaled by the numbers that are passed, not by its own; a constant column is only shifted."""
    mean, std = rand.array(5), np.abs(rand.array(5)) + 0.1
    std[rand.integers(0, 5)] = 0
    for rows in (1, 6):
        x = rand.array(rows, 5)
        close(student.apply(x, mean, std), reference.apply(x, mean, std))
