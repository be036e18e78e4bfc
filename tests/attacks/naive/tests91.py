"""The hidden tests of exercise91 as a hurried person writes them: the clock and the work share a process."""

import time

import torch

SECRET = None
NUMBER = None
POINTS = {"test_product_shown": 1, "test_product_is_fast": 2}


def test_product_shown(work, reference):
    a = torch.arange(9.0).reshape(3, 3)
    assert torch.allclose(work.product(a, torch.eye(3)), a)


def test_product_is_fast(work, reference):
    torch.manual_seed(0)
    a, b = torch.randn(192, 192), torch.randn(192, 192)
    for _ in range(3):  # warm up
        work.product(a, b)
    own, theirs = [], []
    for _ in range(5):
        began = time.perf_counter()
        got = work.product(a, b)
        own.append(time.perf_counter() - began)
        began = time.perf_counter()
        expected = reference.product(a, b)
        theirs.append(time.perf_counter() - began)
    assert torch.allclose(got, expected, rtol=1e-4, atol=1e-4)
    assert sorted(own)[2] <= 4 * sorted(theirs)[2], f"{sorted(own)[2] / sorted(theirs)[2]:.1f} times as long"
