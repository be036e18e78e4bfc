"""The hidden tests of exercise95 as a hurried person writes them: what comes back is walked through as it is."""

import numpy as np
import torch

SECRET = None
NUMBER = None
POINTS = {"test_parts_shown": 1, "test_parts": 1, "test_orthogonal": 1, "test_least": 1, "test_slope": 1}


def test_parts_shown(work, reference):
    assert sum(work.parts(4, 2)) == 4


def test_parts(work, reference):
    assert sum(work.parts(37, 4)) == 37


def test_orthogonal(work, reference):
    torch.manual_seed(0)
    q = work.orthogonal(torch.randn(6, 3))
    assert torch.allclose(q.T @ q, torch.eye(3), atol=1e-5)


def test_least(work, reference):
    table = {(at, 7 - at): abs(at - 2.5) + at / 10 for at in range(8)}
    assert work.least(lambda point: table[point], list(table)) == (2, 5)


def test_slope(work, reference):
    x, moves = np.arange(6.0).reshape(2, 3), []

    def f(point):
        moves.append(point - x)
        return float((point**2).sum())

    assert np.allclose(work.slope(f, x), 2 * x, atol=1e-4)
    assert len(moves) == 12
