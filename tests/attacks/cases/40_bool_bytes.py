"""Returns a bool tensor whose bytes are neither 0 nor 1: they are true, and not equal to true."""
# /// attack
# class = 40
# goal = "confuse the comparison with a value that is none"
# gain = "score"
# target = "above"
# outcome = ["failed", "crashed"]
# naive = "the comparison of such bytes differs from build to build of torch."
# ///

import torch


def above(x, limit):
    return (torch.ones(x.shape, dtype=torch.uint8) * 2).view(torch.bool)


def standardise(x):
    return torch.full(x.shape, 2, dtype=torch.uint8).view(torch.bool)
