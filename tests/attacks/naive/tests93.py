"""The hidden tests of exercise93 as a hurried person writes them: parts of larger tensors, in one process."""

import torch

SECRET = None
NUMBER = None
POINTS = {
    "test_double_shown": 1,
    "test_predict": 1,
    "test_double": 1,
    "test_double_array": 1,
    "test_least": 1,
    "test_descend": 1,
    "test_descend_to_the_goal": 1,
}


def test_double_shown(work, reference):
    assert torch.allclose(work.double(torch.ones(2)), torch.full((2,), 2.0))


def test_predict(work, reference):
    x = torch.randn(40, 2)
    y = x @ torch.tensor([2.0, -1.0])
    assert torch.allclose(work.predict(x[:30], y[:30], x[30:]), y[30:], atol=1e-3)


def test_double(work, reference):
    table = torch.randn(9, 3)
    table[:, 2] = 2 * table[:, 1]
    assert torch.allclose(work.double(table[:, 1]), table[:, 2])


def test_double_array(work, reference):
    table = torch.randn(3, 9).numpy()
    table[2] = 2 * table[1]
    assert abs(work.double(table[1]) - table[2]).max() < 1e-6


def test_least(work, reference):
    values, asked = torch.randn(16), []
    values[:4] += 9

    def measure(index):
        asked.append(index)
        return values[index]

    found = work.least(measure, 16)
    assert len(asked) <= 16
    assert found == int(values.argmin())


def test_descend(work, reference):
    weights, gradient = torch.randn(2, 5)
    before = weights.clone()
    work.descend(weights, gradient)
    assert torch.allclose(weights, before - gradient)


def test_descend_to_the_goal(work, reference):
    start, goal = torch.randn(2, 5)
    work.descend(start, start - goal)
    assert torch.allclose(start, goal)
