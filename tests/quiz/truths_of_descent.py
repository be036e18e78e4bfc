"""What torch says to the questions of quiz02."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import torch
from quiz.truths import DOUBLE, F, Params, scalar, stepped


def sgd_step(p: Params) -> float:
    batch = torch.tensor(ast.literal_eval(p["batch"]), dtype=DOUBLE)
    w = scalar(p["w"])
    loss = ((w * batch[:, 0] - batch[:, 1]) ** 2).mean() / 2
    loss.backward()
    torch.optim.SGD([w], lr=p["lr"]).step()
    return w.item()


def first_step(optimizer: type[torch.optim.Optimizer]) -> Callable[[Params], float]:
    return lambda p: abs(stepped(optimizer, 0.0, [p["g"]], lr=p["lr"]))


def updates(batch_size: Callable[[Params], int]) -> Callable[[Params], int]:
    def count(p: Params) -> int:
        rows = torch.utils.data.BatchSampler(range(p["N"]), batch_size(p), drop_last=False)
        return p["E"] * sum(1 for _ in rows) if p["N"] < 2_000 else p["E"] * len(rows)

    return count


def descended(p: Params) -> float:
    w = scalar(p["w0"])
    optimizer = torch.optim.SGD([w], lr=p["lr"])
    for _ in range(p["k"]):
        optimizer.zero_grad()
        (p["a"] * w * w / 2).backward()
        optimizer.step()
    return w.item()


def converges(p: Params, rate: float) -> bool:
    place = torch.ones(2, dtype=DOUBLE)
    bowl = torch.tensor([p["steep"], p["flat"]], dtype=DOUBLE)
    for _ in range(400):
        place = place - rate * bowl * place
        if place.abs().max() > 10:
            return False
    return True


def largest_rate(p: Params) -> float:
    """Bisection: the largest rate with which descent from (1, 1) still converges."""
    low, high = 0.0, 10.0
    for _ in range(14):
        middle = (low + high) / 2
        low, high = (middle, high) if converges(p, middle) else (low, middle)
    return (low + high) / 2


def momentum_travel(p: Params) -> float:
    return -stepped(torch.optim.SGD, 0.0, [p["g"]] * 2, lr=p["lr"], momentum=p["mu"])


def momentum_limit(p: Params) -> float:
    options = {"lr": p["lr"], "momentum": p["mu"]}
    many = [1.0] * 150
    return stepped(torch.optim.SGD, 0.0, many, **options) - stepped(torch.optim.SGD, 0.0, [*many, 1.0], **options)


def rate_for_sum(p: Params) -> float:
    """The rate with which the summed loss makes the step that the mean makes with p["lr"]."""
    torch.manual_seed(1)
    x, y = torch.randn(p["B"], dtype=DOUBLE), torch.randn(p["B"], dtype=DOUBLE)
    moved = []
    for reduction in ("mean", "sum"):
        w = scalar(0.3)
        F.mse_loss(w * x, y, reduction=reduction).backward()
        torch.optim.SGD([w], lr=p["lr"]).step()
        moved.append(w.item() - 0.3)
    return p["lr"] * moved[0] / moved[1]


def scheduled(make: Callable[[torch.optim.Optimizer, Params], Any], epochs: str) -> Callable[[Params], float]:
    def rate(p: Params) -> float:
        optimizer = torch.optim.SGD([scalar(0)], lr=p["lr"])
        scheduler = make(optimizer, p)
        for _ in range(p[epochs]):
            optimizer.step()
            scheduler.step()
        return optimizer.param_groups[0]["lr"]

    return rate


DESCENT: dict[str, Callable[[Params], Any]] = {
    "quiz02/sgd-step": sgd_step,
    "quiz02/step-sizes/sgd": first_step(torch.optim.SGD),
    "quiz02/step-sizes/adagrad": first_step(torch.optim.Adagrad),
    "quiz02/step-sizes/rmsprop": first_step(torch.optim.RMSprop),
    "quiz02/step-sizes/adam": first_step(torch.optim.Adam),
    "quiz02/updates/full": updates(lambda p: p["N"]),
    "quiz02/updates/mini": updates(lambda p: p["B"]),
    "quiz02/updates/single": updates(lambda p: 1),
    "quiz02/after-steps": descended,
    "quiz02/largest-rate": largest_rate,
    "quiz02/momentum/two": momentum_travel,
    "quiz02/momentum/limit": momentum_limit,
    "quiz02/sum-or-mean": rate_for_sum,
    "quiz02/step-decay": scheduled(
        lambda optimizer, p: torch.optim.lr_scheduler.StepLR(optimizer, p["every"], gamma=p["gamma"]), "epoch"
    ),
    "quiz02/cosine-decay": scheduled(
        lambda optimizer, p: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=p["T"]), "t"
    ),
}
