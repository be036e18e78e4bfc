"""What torch says to the questions of quiz05."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from quiz.truths import DOUBLE, Params, stepped
from torch import nn


def merged_weights(p: Params) -> int:
    first = nn.Linear(p["d"], p["h"], bias=False, dtype=DOUBLE)
    second = nn.Linear(p["h"], p["q"], bias=False, dtype=DOUBLE)
    merged = second.weight @ first.weight
    x = torch.randn(3, p["d"], dtype=DOUBLE)
    assert torch.allclose(second(first(x)), x @ merged.T)
    return merged.numel()


def dropped(p: Params, *, train: bool, count: int = 400_000) -> torch.Tensor:
    torch.manual_seed(0)
    return nn.Dropout(p["p"]).train(train)(torch.full((count,), p["h"], dtype=DOUBLE))


def stopped(p: Params) -> tuple[int, int]:
    """Runs the loop that everybody writes, and keeps weights (here: the epoch's number) aside at each new best."""
    best, kept, bad = math.inf, 0, 0
    for epoch, loss in enumerate(p["curve"], start=1):
        if loss < best:
            best, kept, bad = loss, epoch, 0
        else:
            bad += 1
        if bad == p["patience"]:
            return kept, epoch
    raise AssertionError("the curve ends before patience does")


def decayed_step(p: Params) -> float:
    return stepped(torch.optim.SGD, p["w"], [p["g"]], lr=p["lr"], weight_decay=p["wd"])


def xavier_bound(p: Params) -> float:
    torch.manual_seed(0)
    return nn.init.xavier_uniform_(torch.empty(p["fan_out"], p["fan_in"])).abs().max().item()


def kaiming_spread(p: Params) -> float:
    torch.manual_seed(0)
    weights = [nn.init.kaiming_normal_(torch.empty(p["fan_out"], p["fan_in"]), nonlinearity="relu") for _ in range(8)]
    return torch.stack(weights).std().item()


def spread_of_sum(p: Params) -> float:
    torch.manual_seed(0)
    weights = p["s"] * torch.randn(20_000, p["n"])
    return (weights * torch.randn(20_000, p["n"])).sum(dim=1).std().item()


def normalised(p: Params) -> tuple[float, float]:
    norm = nn.BatchNorm1d(1)
    y = norm(torch.tensor(p["values"]).view(3, 1))
    assert norm.running_mean is not None
    return y[2, 0].item(), norm.running_mean.item()


def majority(p: Params) -> float:
    ill = torch.arange(p["n"]) < p["rare"]
    return (ill == torch.zeros_like(ill)).double().mean().item()


TRAINING: dict[str, Callable[[Params], Any]] = {
    "quiz05/merged": merged_weights,
    "quiz05/dropout/train": lambda p: dropped(p, train=True).max().item(),
    "quiz05/dropout/average": lambda p: dropped(p, train=True).mean().item(),
    "quiz05/dropout/eval": lambda p: dropped(p, train=False).mean().item(),
    "quiz05/early-stopping/restored": lambda p: stopped(p)[0],
    "quiz05/early-stopping/stopped": lambda p: stopped(p)[1],
    "quiz05/decay-step": decayed_step,
    "quiz05/init-recipes/xavier": xavier_bound,
    "quiz05/init-recipes/kaiming": kaiming_spread,
    "quiz05/spread": spread_of_sum,
    "quiz05/batch-norm/value": lambda p: normalised(p)[0],
    "quiz05/batch-norm/running": lambda p: normalised(p)[1],
    "quiz05/majority": majority,
}
