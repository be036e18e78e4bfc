"""Visible tests of exercise02: what were the public cases of q1 and q2."""

import numpy as np
import pytest

from grader.examination import close

TABLE = np.array([[1.0, 5.0], [3.0, 5.0]])


@pytest.mark.points(1)
@pytest.mark.hint("One number for each column: which axis disappears?")
def test_mean_and_deviation_of_two_rows(student):
    """The columns (1, 3) and (5, 5) have means 2 and 5 and deviations 1 and 0."""
    close(student.fit(TABLE), (np.array([2.0, 5.0]), np.array([1.0, 0.0])))


@pytest.mark.points(1)
@pytest.mark.hint("What do you divide by when the deviation is 0?")
def test_a_new_row_is_scaled_by_given_numbers(student):
    """The row (4, 6) becomes (2, 1): the first column is shifted and scaled, the second only shifted."""
    close(student.apply(np.array([[4.0, 6.0]]), np.array([2.0, 5.0]), np.array([1.0, 0.0])), np.array([[2.0, 1.0]]))
