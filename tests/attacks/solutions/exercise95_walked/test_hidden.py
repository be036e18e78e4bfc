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
