"""Visible tests of exercise01: what was test_rows_sum_to_one, and a case by hand."""

import pytest
import torch

from grader.examination import close


@pytest.mark.points(1)
@pytest.mark.hint("How much is spread in all, and how much is left for the right class?")
def test_two_labels_by_hand(student):
    """Labels 2 and 0 of four classes, with eps 0.2, become 0.85 and three times 0.05."""
    expected = torch.tensor([[0.05, 0.05, 0.85, 0.05], [0.85, 0.05, 0.05, 0.05]])
    close(student.smooth_labels(torch.tensor([2, 0]), 4, 0.2), expected)


@pytest.mark.points(1)
@pytest.mark.hint("Add one row up by hand.")
def test_rows_sum_to_one(student, rand):
    """Every row is a distribution: its sum is 1."""
    y = rand.integers(0, 5, 3)
    close(student.smooth_labels(y, 5, 0.3).sum(dim=1), torch.ones(3))
