"""What torch says to the questions of quiz01."""

from __future__ import annotations

import ast
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from quiz.truths import Params, shape_of
from torch import nn


def view_shape(p: Params) -> Any:
    x = torch.zeros(p["a"], p["b"], p["c"], p["d"])
    return shape_of(lambda: x.view(x.shape[0], -1))


def residual(p: Params) -> torch.Tensor:
    return torch.zeros(p["n"], 1) - torch.zeros(p["n"])


def pairs_averaged(p: Params) -> float:
    """A mean over k numbers gives each of them the gradient 1/k."""
    terms = ((residual(p) + 1) ** 2).requires_grad_()
    terms.mean().backward()
    assert terms.grad is not None
    return 1 / terms.grad[0, 0].item()


def parameter_count(*sizes: int, bias: bool) -> int:
    layers = [nn.Linear(a, b, bias=bias) for a, b in pairwise(sizes)]
    return sum(parameter.numel() for layer in layers for parameter in layer.parameters())


def bytes_of(p: Params) -> int:
    return torch.zeros(p["n"], p["c"], p["s"], p["s"], dtype=getattr(torch, p["dtype"])).untyped_storage().nbytes()


def convolved(p: Params) -> Any:
    layer = nn.Conv2d(3, p["out"], kernel_size=p["kernel"], stride=p["stride"], padding=p["padding"])
    return shape_of(lambda: layer(torch.zeros(1, 3, p["side"], p["side"])))


def affine(p: Params) -> Any:
    x, weight, bias = (torch.tensor(ast.literal_eval(p[name])) for name in ("x", "W", "b"))
    layer = nn.Linear(2, 2)
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
        return layer(x.float()).tolist()


TENSORS: dict[str, Callable[[Params], Any]] = {
    "quiz01/view-shape": view_shape,
    "quiz01/residual/shape": lambda p: shape_of(lambda: residual(p)),
    "quiz01/residual/pairs": pairs_averaged,
    "quiz01/broadcast-three": lambda p: shape_of(lambda: torch.zeros(p["a"], 1, p["c"]) + torch.zeros(p["b"], 1)),
    "quiz01/bias-on-rows": lambda p: shape_of(lambda: torch.zeros(p["rows"], p["columns"]) + torch.zeros(p["rows"])),
    "quiz01/permute-shape": lambda p: shape_of(lambda: torch.zeros(p["n"], p["c"], p["h"], p["w"]).permute(0, 2, 3, 1)),
    "quiz01/linear/output": lambda p: shape_of(lambda: nn.Linear(p["k"], p["m"])(torch.zeros(p["B"], p["k"]))),
    "quiz01/linear/weight": lambda p: shape_of(lambda: nn.Linear(p["k"], p["m"]).weight),
    "quiz01/affine-by-hand": affine,
    "quiz01/attention-scores": lambda p: shape_of(
        lambda: (
            torch.zeros(p["B"], p["H"], p["T"], p["D"]) @ torch.zeros(p["B"], p["H"], p["T"], p["D"]).transpose(-2, -1)
        )
    ),
    "quiz01/mlp-weights": lambda p: parameter_count(p["p"], p["q"], bias=False),
    "quiz01/row-sums": lambda p: shape_of(lambda: torch.zeros(p["a"], p["b"]).sum(dim=1, keepdim=True)),
    "quiz01/stack-or-cat/stack": lambda p: shape_of(lambda: torch.stack([torch.zeros(p["a"], p["b"])] * p["k"])),
    "quiz01/stack-or-cat/cat": lambda p: shape_of(lambda: torch.cat([torch.zeros(p["a"], p["b"])] * p["k"])),
    "quiz01/bytes": bytes_of,
    "quiz01/convolution": convolved,
}
