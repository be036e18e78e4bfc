"""Visible tests of exercise94."""

import torch

from grader.examination import close


def test_softplus_shown(student):
    """Nought becomes the logarithm of two.
    zh: 0 变成 2 的对数。
    """
    close(student.softplus(torch.zeros(2)), torch.full((2,), 2.0).log())
