"""Hidden tests of exercise95: results are walked through in C code, where no alarm is heard."""

import torch

from grader.examination import close


def test_parts(student, rand):
    """The parts add up.
    zh: 各部分之和等于总数。
    """
    n = rand.integers(20, 90)
    assert sum(student.parts(n, 4)) == n


def test_orthogonal(student, rand):
    """The columns are orthonormal.
    zh: 各列标准正交。
    """
    q = student.orthogonal(rand.normal(6, 3))
    close(q.T @ q, torch.eye(3), atol=1e-5)


def test_least(student, rand):
    """The point of the least cost is found.
    zh: 找到代价最小的点。
    """
    table = {(at, 7 - at): cost for at, cost in enumerate(rand.normal(8).tolist())}
    assert student.least(lambda point: table[point], list(table)) == min(table, key=table.__getitem__)


def test_slope(student, rand):
    """Each element is moved by itself, to both sides.
    zh: 逐个元素分别向两侧移动。
    """
    x, moves = rand.normal(2, 3).double().numpy(), []

    def f(point):
        moves.append(point - x)
        return float((point**2).sum())

    close(student.slope(f, x), 2 * x, atol=1e-4)
    assert sorted(int((move != 0).sum()) for move in moves) == [1] * 12
