"""What is asked of a drawn input: whether it came before, and how much there is to read in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

_MAX_READ = 10_000  # elements of an input that are looked at to say how simple it is
_MAX_TEXT = 80


def fingerprint(drawn: object) -> bytes:
    """Return what is equal for equal inputs: values, layout and all. Inputs that cannot be told apart count as new."""
    digest = hashlib.blake2b(digest_size=16)
    for value in _leaves(drawn):
        if isinstance(value, torch.Tensor):
            digest.update(repr((value.dtype, tuple(value.shape), value.stride(), value.requires_grad)).encode())
            dense = torch.empty(value.shape, dtype=value.dtype).copy_(value.detach())
            digest.update(dense.reshape(-1).view(torch.uint8).numpy().tobytes())
        elif isinstance(value, np.ndarray):
            digest.update(repr((value.dtype, value.shape, value.strides)).encode())
            digest.update(value.tobytes())
        else:
            digest.update(repr((type(value).__name__, value)).encode())
    return digest.digest()


def complexity(drawn: object) -> tuple[float, ...]:
    """Return how much there is to read in an input: elements, then characters of its numbers, then their size."""
    elements = characters = 0
    size = 0.0
    for value in _leaves(drawn):
        if isinstance(value, torch.Tensor | np.ndarray):
            flat: list[Any] = value.reshape(-1)[:_MAX_READ].tolist()
            elements += value.numel() if isinstance(value, torch.Tensor) else value.size
            contiguous = value.is_contiguous() if isinstance(value, torch.Tensor) else value.flags.c_contiguous
            characters += 0 if contiguous else 10  # a layout wants to be explained, too
        else:
            flat = [value]
            elements += 1
        for item in flat:
            characters += len(f"{item:.6g}") if isinstance(item, float) else len(repr(item)[:_MAX_TEXT])
            size += abs(item) if isinstance(item, int | float) and item == item else 0.0
    return (elements, characters, size)


def _leaves(value: object) -> Iterator[object]:
    """Yield what an input consists of; a container as a mark of where it begins."""
    if isinstance(value, dict | list | tuple):
        yield f"{type(value).__name__} of {len(value)}"
        for item in value.items() if isinstance(value, dict) else value:
            yield from _leaves(item)
    else:
        yield value
