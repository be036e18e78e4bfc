"""Returns one number that claims to stand in 2^28 places, of the right last dimension."""
# /// attack
# class = 78
# goal = "have the grader take gigabytes when it compares"
# gain = "hang"
# outcome = ["failed", "crashed", "memory", "timeout"]
# naive = true
# gvisor = true
# ///

import torch


def standardise(x):
    return torch.zeros(1).expand((1 << 27) // x.numel(), *x.shape)
