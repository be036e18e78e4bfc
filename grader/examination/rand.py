"""Seeded tensors for tests: the seed is secret, and another for each test of each exam."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch

T = TypeVar("T")


def derive_seed(seed: int, *purpose: str) -> int:
    """Return a 63-bit seed that depends on the exam's seed and the purpose, and tells nothing of either."""
    text = "\0".join((str(seed), *purpose)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8, person=b"dlgrade").digest()) >> 1


class Rand:
    """Random values of one test. The same exam seed gives the same values."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.torch = torch.Generator().manual_seed(seed)
        self.numpy = np.random.default_rng(seed)

    def anew(self) -> Rand:
        """Return the same values, from the first one on: what each example of a property gets."""
        return Rand(self._seed)

    def normal(
        self, *shape: int, dtype: torch.dtype = torch.float32, mean: float = 0.0, std: float = 1.0
    ) -> torch.Tensor:
        """Return a tensor of this shape from the normal distribution."""
        return torch.empty(shape, dtype=dtype).normal_(mean, std, generator=self.torch)

    def uniform(
        self, *shape: int, low: float = 0.0, high: float = 1.0, dtype: torch.dtype = torch.float32
    ) -> torch.Tensor:
        """Return a tensor of this shape, uniform in [low, high)."""
        return torch.empty(shape, dtype=dtype).uniform_(low, high, generator=self.torch)

    def integers(self, low: int, high: int, *shape: int) -> Any:
        """Return an int64 tensor of this shape with values in [low, high); without a shape, a Python int."""
        drawn = torch.randint(low, high, shape, generator=self.torch)
        return drawn if shape else int(drawn)

    def permutation(self, n: int) -> torch.Tensor:
        """Return 0 to n - 1 in random order. Shapes: (n,) int64."""
        return torch.randperm(n, generator=self.torch)

    def choice(self, sequence: Sequence[T]) -> T:
        """Return one item of a sequence."""
        return sequence[int(self.numpy.integers(len(sequence)))]

    def array(self, *shape: int, dtype: npt.DTypeLike = np.float64) -> npt.NDArray[Any]:
        """Return a NumPy array of this shape from the standard normal distribution."""
        return np.asarray(self.numpy.standard_normal(shape)).astype(dtype)
