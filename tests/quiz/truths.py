"""What every truth about the bank is made of: tensors in double precision, shapes, steps of optimizers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

Params = Mapping[str, Any]
F = nn.functional
ERROR = "error"
DOUBLE = torch.float64


def shape_of(make: Callable[[], torch.Tensor]) -> list[int] | str:
    """The shape of what is made, or "error" if making it raises."""
    try:
        return list(make().shape)
    except RuntimeError:
        return ERROR


def scalar(value: float) -> torch.Tensor:
    return torch.tensor(float(value), dtype=DOUBLE, requires_grad=True)


def stepped(optimizer: type[torch.optim.Optimizer], start: float, gradients: list[float], **options: Any) -> float:
    """Where a parameter is after a step with each of these gradients."""
    parameter = torch.tensor([float(start)], dtype=DOUBLE, requires_grad=True)
    chosen = optimizer([parameter], **options)
    for gradient in gradients:
        parameter.grad = torch.tensor([gradient], dtype=DOUBLE)
        chosen.step()
    return parameter.item()
