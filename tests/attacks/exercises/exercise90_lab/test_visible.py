"""Visible tests of exercise90."""

import torch

from grader.examination import close


def test_standardise_shown(student):
    """Two rows become -1 and 1.
    zh: 两行分别变成 -1 和 1。
    """
    close(student.standardise(torch.tensor([[1.0, 10.0], [3.0, 30.0]])), torch.tensor([[-1.0, -1.0], [1.0, 1.0]]))
