"""The hidden tests of exercise92 as a hurried person writes them: by the clock of its own thread,
which stands still while other programs are at work."""

import time

import torch

SECRET = None
NUMBER = None
POINTS = {"test_settle_shown": 1, "test_settle_is_frugal": 2}


def test_settle_shown(work, reference):
    assert torch.allclose(work.settle(torch.zeros(2), 2), torch.ones(2).cos())


def test_settle_is_frugal(work, reference):
    own, theirs = [], []
    for _ in range(5):
        x = torch.randn(20_000)
        began = time.thread_time()
        expected = reference.settle(x, 200)
        theirs.append(time.thread_time() - began)
        began = time.thread_time()
        got = work.settle(x, 200)
        own.append(time.thread_time() - began)
        assert torch.allclose(got, expected)
    assert min(own) <= 1.75 * min(theirs), f"{min(own) / min(theirs):.1f} times as long"
