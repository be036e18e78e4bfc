"""What torch and NumPy say to the questions of quiz03 and quiz04."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from quiz.truths import DOUBLE, F, Params, scalar
from torch import nn


def largest_safe_logit(p: Params) -> float:
    """Bisection on numbers of the type itself: the last one whose exp is finite."""
    dtype = getattr(torch, p["dtype"])
    low, high = torch.tensor(1.0, dtype=dtype), torch.tensor(1000.0, dtype=dtype)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if torch.exp(middle).isfinite() else (low, middle)
    return low.item()


def zero_logit_loss(reduction: str) -> Callable[[Params], float]:
    return lambda p: nn.CrossEntropyLoss(reduction=reduction)(
        torch.zeros(p["N"], p["C"], dtype=DOUBLE), torch.arange(p["N"]) % p["C"]
    ).item()


def logit_gradient(p: Params) -> Any:
    logits = torch.tensor([ast.literal_eval(p["probabilities"])], dtype=DOUBLE).log().requires_grad_()
    F.cross_entropy(logits, torch.tensor([p["target"]])).backward()
    assert logits.grad is not None
    return logits.grad.tolist()


def best_constant(loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Callable[[Params], float]:
    def search(p: Params) -> float:
        values = torch.tensor([p[name] for name in ("a", "b", "c", "d", "far")], dtype=DOUBLE)
        grid = torch.arange(0, 91, 0.1, dtype=DOUBLE)
        losses = torch.stack([loss(torch.full_like(values, c), values) for c in grid])
        return grid[losses.argmin()].item()

    return search


def binary_loss(p: Params) -> float:
    return nn.BCEWithLogitsLoss()(torch.tensor([p["z"]], dtype=DOUBLE), torch.ones(1, dtype=DOUBLE)).item()


def perplexity(p: Params) -> float:
    """Among how many equally likely tokens a guess has this loss: found by growing their number."""
    few = next(n for n in range(1, 100) if zero_logit_loss("mean")({"N": 1, "C": n + 1}) > p["loss"])
    low = zero_logit_loss("mean")({"N": 1, "C": few})
    return few * math.exp(p["loss"] - low)


def network_gradient(wanted: str) -> Callable[[Params], float]:
    def gradient(p: Params) -> float:
        weights = {"w1": scalar(p["w1"]), "w2": scalar(p["w2"])}
        hidden = torch.relu(weights["w1"] * p["x"])
        ((weights["w2"] * hidden - p["y"]) ** 2 / 2).backward()
        found = weights[wanted].grad
        assert found is not None
        return found.item()

    return gradient


def weight_gradient(p: Params) -> Any:
    x, upstream = (torch.tensor(ast.literal_eval(p[name]), dtype=DOUBLE) for name in ("x", "upstream"))
    weight = torch.zeros(2, 2, dtype=DOUBLE, requires_grad=True)
    (x @ weight.T).backward(upstream)
    assert weight.grad is not None
    return weight.grad.tolist()


def bias_gradient(p: Params) -> torch.Tensor:
    layer = nn.Linear(p["k"], p["m"])
    layer(torch.randn(p["B"], p["k"])).sum().backward()
    assert layer.bias.grad is not None
    assert layer.bias.grad.unique().numel() == 1
    return layer.bias.grad


def chained(block: Callable[[torch.Tensor, Params], torch.Tensor]) -> Callable[[Params], float]:
    """The derivative of L blocks, one after the other, at 1."""

    def derivative(p: Params) -> float:
        x = scalar(1.0)
        y = x
        for _ in range(p["L"]):
            y = block(y, p)
        y.backward()
        assert x.grad is not None
        return x.grad.item()

    return derivative


def steepest_sigmoids(p: Params) -> float:
    """Each sigmoid at its steepest point, found on a grid that holds 0."""
    z = torch.linspace(-4, 4, 801, dtype=DOUBLE, requires_grad=True)
    torch.sigmoid(z).sum().backward()
    assert z.grad is not None
    return math.prod([z.grad.max().item()] * p["L"])


def sigmoid_slope(p: Params) -> float:
    z = scalar(p["z"])
    torch.sigmoid(z).backward()
    assert z.grad is not None
    return z.grad.item()


def central_difference(p: Params) -> float:
    points = np.array([p["x"] - p["h"], p["x"], p["x"] + p["h"]])
    return float(np.gradient(points**3, points)[1])


LOSSES_AND_GRADIENTS: dict[str, Callable[[Params], Any]] = {
    "quiz03/overflow/largest": largest_safe_logit,
    "quiz03/two-classes": lambda p: torch.softmax(torch.tensor([p["a"], p["b"]], dtype=DOUBLE), dim=0)[0].item(),
    "quiz03/ignorant/mean": zero_logit_loss("mean"),
    "quiz03/ignorant/total": zero_logit_loss("sum"),
    "quiz03/logit-gradient": logit_gradient,
    "quiz03/outlier/squares": best_constant(F.mse_loss),
    "quiz03/outlier/distances": best_constant(F.l1_loss),
    "quiz03/binary": binary_loss,
    "quiz03/perplexity": perplexity,
    "quiz04/chain/outer": network_gradient("w2"),
    "quiz04/chain/inner": network_gradient("w1"),
    "quiz04/dead-unit": network_gradient("w1"),
    "quiz04/weight-gradient": weight_gradient,
    "quiz04/bias/shape": lambda p: list(bias_gradient(p).shape),
    "quiz04/bias/value": lambda p: bias_gradient(p)[0].item(),
    "quiz04/deep-linear": chained(lambda x, p: p["w"] * x),
    "quiz04/residual-chain": chained(lambda x, p: x + p["w"] * x),
    "quiz04/sigmoid-chain": steepest_sigmoids,
    "quiz04/sigmoid-slope": sigmoid_slope,
    "quiz04/central-difference": central_difference,
}
