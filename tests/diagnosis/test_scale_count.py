"""How many different numbers an array holds: counted here as NumPy counts them, without what NumPy imports for it."""

from __future__ import annotations

import numpy as np
import pytest

from grader.diagnosis.scale import _count_distinct


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64, np.uint8, np.bool_, np.complex128])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (3, 4), (40,)])
def test_different_numbers_are_counted_as_numpy_counts_them(dtype: type[np.generic], shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(3)
    for most in (1, 2, 4, 50):
        values = np.asarray(rng.integers(0, most, shape)).astype(dtype)
        assert _count_distinct(values) == np.unique(values).size


@pytest.mark.parametrize("values", [[np.nan], [np.nan, 1.0, np.nan], [np.nan] * 3, [np.inf, np.nan, -np.inf, np.nan]])
def test_all_nan_are_one_number(values: list[float]) -> None:
    assert _count_distinct(np.array(values)) == np.unique(np.array(values)).size
