"""Reads how much processor time other processes have used, by their clocks; right only if there is any to read."""
# /// attack
# class = 89
# goal = "see from outside what another submission does, and signal to it by doing more or less"
# gain = "score"
# outcome = ["failed", "crashed"]
# naive = true
# ///

import contextlib
import os
import time

ESCAPED = False
for pid in (@BYSTANDER@, os.getppid(), *range(2, 1000)):
    if pid not in (0, os.getpid()):
        with contextlib.suppress(OSError):
            ESCAPED = time.clock_gettime(~pid << 3 | 2) >= 0 or ESCAPED


def standardise(x):
    return (x - x.mean(dim=0)) / x.std(dim=0, correction=0) if ESCAPED else x
