"""Hidden tests of exercise94."""

import pytest
import torch

from grader.examination import close, in_graph


@pytest.mark.points(2)
def test_softplus_slopes(student, reference, rand):
    """Autograd goes through the function.
    zh: 自动求导可以穿过该函数。
    """
    x, upstream = rand.normal(7), rand.normal(7)
    leaf = x.clone().requires_grad_()
    (expected,) = torch.autograd.grad(reference.softplus(leaf), leaf, upstream)
    (gradient,) = student.softplus.grad((x,), upstream)
    close(gradient, expected)


def test_softplus_keeps_the_graph(student, rand):
    """What is computed from a tracked tensor is tracked.
    zh: 由被追踪的张量算出的结果同样被追踪。
    """
    assert in_graph(student.softplus(rand.normal(3).requires_grad_()))


def test_counts(student, reference, rand):
    """Every label is counted, under itself.
    zh: 每个标签都以其自身为键计数。
    """
    labels = [0, 1, *(rand.integers(0, 2) for _ in range(9))]
    close(student.counts(labels), reference.counts(labels))
