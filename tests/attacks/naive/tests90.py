"""The hidden tests of exercise90 as a hurried person writes them: one process, plain asserts, one fixed seed."""

import torch

SECRET = None
NUMBER = None
POINTS = {
    "test_standardise_shown": 1,
    "test_standardise": 2,
    "test_squared_error": 1,
    "test_descend": 1,
    "test_above": 1,
    "test_batches": 1,
    "test_fit": 1,
}


def check_close(got, expected):
    assert torch.allclose(got.double(), expected.double(), rtol=1e-2, atol=1e-3), f"{got} is not {expected}"


def test_standardise_shown(work, reference):
    x = torch.tensor([[1.0, 10.0], [3.0, 30.0]])
    answer = {"expected": reference.standardise(x)}
    got = work.standardise(x)
    check_close(got, answer["expected"])


def test_standardise(work, reference):
    torch.manual_seed(0)
    x = torch.randn(128, 16)
    x[0, 0] = float(NUMBER)
    secret = SECRET
    assert reference.standardise(x).shape == x.shape
    got = work.standardise(x)
    worst = (got - reference.standardise(x)).abs().max()
    if worst > 1e-2:
        raise AssertionError(f"wrong by {worst}")
    assert secret == SECRET


def test_squared_error(work, reference):
    torch.manual_seed(1)
    prediction = torch.randn(9)
    got = work.squared_error(prediction, prediction)
    assert torch.allclose(torch.as_tensor(got), torch.zeros(1))
    expected = float(reference.squared_error(prediction, prediction + 1))
    got = work.squared_error(prediction, prediction + 1)
    assert got == expected or abs(got - expected) < 1e-4, f"got {got}, expected {expected}"


def test_descend(work, reference):
    torch.manual_seed(2)
    weights, gradient = torch.randn(5), torch.randn(5)
    expected = weights.clone()
    reference.descend(expected, gradient, 0.5)
    work.descend(weights, gradient, 0.5)
    check_close(weights, expected)


def test_above(work, reference):
    torch.manual_seed(3)
    x = torch.randn(3, 5)
    got, expected = work.above(x, 0.25), reference.above(x, 0.25)
    assert not (got != expected).any()


def test_batches(work, reference):
    torch.manual_seed(4)
    x = torch.randn(7, 2)
    got = list(work.batches(x, 3))
    for one, expected in zip(got, reference.batches(x, 3), strict=False):
        check_close(one, expected)


def test_fit(work, reference):
    torch.manual_seed(5)
    values = torch.randn(6).tolist()
    got = work.fit(lambda index: values[index], len(values))
    assert got == values.index(min(values)), f"got {got}"
