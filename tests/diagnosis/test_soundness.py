"""No false certainty: unrelated results are "unknown", and what is named is true."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from grader.diagnosis.generic import find
from grader.diagnosis.pair import grid_of, information
from grader.examination.compare import compare
from grader.examination.evidence import Compared

Plant = Callable[..., Compared]

SHAPES = [(), (1,), (2,), (3,), (5,), (2, 2), (3, 3), (4, 7), (7, 4), (2, 3, 4), (10,), (50,)]
KINDS: dict[str, Callable[[tuple[int, ...]], Tensor]] = {
    "normal": torch.randn,
    "normal64": lambda s: torch.randn(s, dtype=torch.float64),
    "bfloat16": lambda s: torch.randn(s).to(torch.bfloat16),
    "float16": lambda s: torch.rand(s).half(),
    "digits": lambda s: torch.randint(0, 10, s),
    "mask": lambda s: torch.randint(0, 2, s).float(),
    "bool": lambda s: torch.randint(0, 2, s).bool(),
    "tenths": lambda s: torch.randint(0, 21, s) / 10,
    "rows that sum to 1": lambda s: torch.softmax(torch.randn(s or (1,)), -1),
    "large": lambda s: 1e6 * torch.randn(s),
    "tiny": lambda s: 1e-3 * torch.randn(s),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_unrelated_result_has_no_known_cause(plant: Plant, kind: str) -> None:
    for seed in range(40):
        torch.manual_seed(seed)
        numbers = np.random.default_rng(seed)
        for shape in SHAPES:
            actual, expected = KINDS[kind](shape), KINDS[kind](shape)
            if compare(actual, expected) is None:
                continue
            x = torch.randn(shape or (6,))
            compared = plant(actual, expected, x=x, batch=int(numbers.integers(2, 40)), p=float(numbers.random()))
            assert find(compared)[0].cause_id == "unknown", (seed, shape, actual, expected)


def test_an_unrelated_loss_has_no_known_cause(plant: Plant) -> None:
    """A single number, and a dozen sizes that it might be off by."""
    for seed in range(600):
        torch.manual_seed(seed)
        numbers = np.random.default_rng(seed)
        scale = 10.0 ** numbers.integers(-3, 3)
        actual, expected = (torch.randn(()).abs() * scale for _ in range(2))
        if compare(actual, expected) is None:
            continue
        x, y = torch.randn(*(int(n) for n in numbers.integers(2, 64, 2))), torch.randn(7)
        compared = plant(actual, expected, x=x, y=y, batch=int(numbers.integers(2, 40)), p=float(numbers.random()))
        assert find(compared)[0].cause_id == "unknown", (seed, actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ([2.0], [1.0]),  # twice? one more? the square root of 4?
        ([2.0, 4.0], [1.0, 2.0]),
        ([0.0], [1.0]),
        ([1.0, 0.0], [0.0, 1.0]),  # flipped? one minus?
        ([3.0, 1.0, 2.0], [1.0, 2.0, 3.0]),
        ([0.5], [0.25]),
        ([0.2], [0.4]),
        ([2 / 3], [1 / 3]),  # an accuracy
    ],
)
def test_round_numbers_prove_nothing(plant: Plant, actual: list[float], expected: list[float]) -> None:
    assert find(plant(torch.tensor(actual), torch.tensor(expected), x=torch.ones(2, 4)))[0].cause_id == "unknown"


def test_tiny_values_within_the_tolerance_prove_nothing(plant: Plant) -> None:
    """All within atol of 0: anything times anything would fit. One large wrong element makes the mismatch."""
    expected, actual = 1e-7 * torch.randn(9), 1e-7 * torch.randn(9)
    actual[0] = 1e-4
    assert find(plant(actual, expected))[0].cause_id in ("unknown", "rows.first", "precision.near")
    assert find(plant(actual, expected))[0].cause_id != "factor"


def test_a_nearly_constant_result_is_not_a_factor(plant: Plant) -> None:
    assert find(plant(torch.full((100,), 2.0), torch.full((100,), 1.0)))[0].cause_id == "unknown"


def test_a_wide_tolerance_makes_nothing_near(plant: Plant) -> None:
    compared = plant(torch.randn(40).to(torch.bfloat16), torch.randn(40).to(torch.bfloat16))
    assert find(compared)[0].cause_id == "unknown"


def test_one_wrong_element_spoils_a_factor(plant: Plant) -> None:
    expected = torch.rand(50) + 1
    actual = 32 * expected
    actual[49] += 0.1
    assert find(plant(actual, expected, x=torch.ones(32, 3)))[0].cause_id == "unknown"


def test_equal_values_count_once() -> None:
    tolerance = np.full(8, 1e-6)
    twice = information(np.array([0.1234567, 0.7654321] * 4), tolerance, 0.0)
    assert len(twice) == 2


@pytest.mark.parametrize(
    ("values", "step"),
    [
        ([1.0, 2.0, 5.0], 1.0),
        ([0.5, 1.0], 0.5),
        ([0.1, 0.7], 0.1),
        ([3 / 7], 1 / 7),
        ([0.7310586], 0.0),
        ([123456.7], 0.1),
    ],
)
def test_the_grid_of_round_numbers(values: list[float], step: float) -> None:
    assert grid_of(np.array(values)) == pytest.approx(step)
