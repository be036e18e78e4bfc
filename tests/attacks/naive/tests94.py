"""The hidden tests of exercise94 as a hurried person writes them: what was handed in is asked for its own gradient."""

import torch

SECRET = None
NUMBER = None
POINTS = {"test_softplus_shown": 1, "test_softplus_slopes": 2, "test_softplus_keeps_the_graph": 1, "test_counts": 1}


def test_softplus_shown(work, reference):
    assert torch.allclose(work.softplus(torch.zeros(2)), torch.full((2,), 2.0).log())


def gradient_of(function, x, upstream):
    """Return the gradient of a function; one that is written by hand has a `grad` of its own."""
    if hasattr(function, "grad"):
        return function.grad((x,), upstream)[0]
    leaf = x.clone().requires_grad_()
    function(leaf).backward(upstream)
    return leaf.grad


def test_softplus_slopes(work, reference):
    torch.manual_seed(0)
    x, upstream = torch.randn(7), torch.randn(7)
    expected = gradient_of(reference.softplus, x, upstream)
    assert torch.allclose(gradient_of(work.softplus, x, upstream), expected, atol=1e-5)


def test_softplus_keeps_the_graph(work, reference):
    assert work.softplus(torch.ones(3, requires_grad=True)).requires_grad


def test_counts(work, reference):
    labels = [0, 1, 1, 0, 1]
    assert work.counts(labels) == reference.counts(labels)
