"""Visible tests of exercise03: what was the autograder cell that students saw."""

import pytest
import torch

from grader.examination import close

SCORES = torch.tensor([[0.1, 0.5, 0.4], [0.7, 0.2, 0.1]])


@pytest.mark.points(1)
@pytest.mark.hint("In each row, how many scores are larger than that of the right class?")
@pytest.mark.parametrize(("k", "share"), [(1, 0.0), (2, 0.5), (3, 1.0)])
def test_two_rows_by_hand(student, k, share):
    """Of two rows, the right class is second best in one and third best in the other."""
    close(student.topk_accuracy(SCORES, torch.tensor([2, 2]), k), share)
