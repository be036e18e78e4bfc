"""Random values of tests: seeded, of the asked shape, dtype and range, and apart for each test."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from grader.examination.rand import Rand, derive_seed


def test_the_same_seed_gives_the_same_values() -> None:
    one, other = Rand(5), Rand(5)
    for draw in (
        lambda r: r.normal(3).tolist(),
        lambda r: r.uniform(2, 2).tolist(),
        lambda r: r.integers(0, 100, 5).tolist(),
        lambda r: r.permutation(6).tolist(),
        lambda r: r.choice("abcdef"),
        lambda r: r.array(3).tolist(),
    ):
        assert draw(one) == draw(other)


def test_another_seed_gives_other_values() -> None:
    assert Rand(5).normal(8).tolist() != Rand(6).normal(8).tolist()
    assert Rand(5).array(8).tolist() != Rand(6).array(8).tolist()


def test_the_global_generators_are_left_alone() -> None:
    torch.manual_seed(0)
    np.random.seed(0)
    before = torch.get_rng_state(), np.random.get_state()[1].tolist()
    rand = Rand(1)
    rand.normal(3), rand.array(3), rand.permutation(3), rand.choice([1, 2])
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.random.get_state()[1].tolist() == before[1]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16], ids=str)
def test_normal_and_uniform_have_the_asked_dtype_and_shape(dtype: torch.dtype) -> None:
    assert Rand(1).normal(2, 3, dtype=dtype).dtype is dtype
    assert Rand(1).uniform(2, 3, dtype=dtype).shape == (2, 3)


def test_normal_has_mean_and_std() -> None:
    drawn = Rand(1).normal(10_000, mean=3.0, std=0.5)
    assert abs(drawn.mean().item() - 3.0) < 0.05
    assert abs(drawn.std().item() - 0.5) < 0.05


def test_uniform_stays_in_its_range() -> None:
    drawn = Rand(1).uniform(1000, low=-2.0, high=5.0)
    assert drawn.min().item() >= -2.0
    assert drawn.max().item() < 5.0


def test_integers_exclude_the_upper_end() -> None:
    drawn = Rand(1).integers(2, 4, 200)
    assert drawn.dtype is torch.int64
    assert set(drawn.tolist()) == {2, 3}


def test_integers_without_shape_are_python_ints() -> None:
    assert type(Rand(1).integers(0, 9)) is int


def test_without_a_shape_there_is_one_number() -> None:
    assert Rand(1).normal().shape == ()
    assert Rand(1).array().shape == ()


def test_a_permutation_has_every_number_once() -> None:
    assert sorted(Rand(1).permutation(7).tolist()) == list(range(7))


def test_an_array_has_the_asked_dtype() -> None:
    assert Rand(1).array(2, dtype=np.float32).dtype == np.float32
    assert Rand(1).array(2).dtype == np.float64


def test_every_purpose_has_a_seed_of_its_own() -> None:
    seeds = {derive_seed(1), derive_seed(2), derive_seed(1, "a"), derive_seed(1, "a", "b"), derive_seed(1, "ab")}
    assert len(seeds) == 5
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert derive_seed(1, "a") == derive_seed(1, "a")
