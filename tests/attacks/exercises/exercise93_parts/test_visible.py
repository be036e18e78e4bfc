"""Visible tests of exercise93."""

import torch

from grader.examination import close


def test_double_shown(student):
    """One becomes two.
    zh: 1 变成 2。
    """
    close(student.double(torch.ones(2)), torch.full((2,), 2.0))
