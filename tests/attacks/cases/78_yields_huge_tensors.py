"""Yields tensors over one number that claim to be larger than any memory."""
# /// attack
# class = 78
# goal = "have the grader allocate what was never sent"
# gain = "death"
# outcome = ["failed", "crashed", "memory"]
# target = "above"
# naive = "The naive grader's torch refuses to allocate 2^60 bytes, too."
# ///

import torch


def above(x, limit):
    return torch.zeros(1, dtype=torch.bool).expand(1 << 60)


def batches(x, size):
    yield torch.zeros(1).expand(1 << 40, 2)
