"""Changes the priority and the processors of other processes; right only if it may."""
# /// attack
# class = 89
# goal = "slow down the exam of somebody else"
# gain = "score"
# outcome = ["failed", "crashed"]
# naive = true
# ///

import contextlib
import os

ESCAPED = False
for pid in (@BYSTANDER@, os.getppid()):
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid))
        ESCAPED = pid != 0 or ESCAPED
    with contextlib.suppress(OSError):
        os.sched_setaffinity(pid, os.sched_getaffinity(pid))
        ESCAPED = pid != 0 or ESCAPED


def standardise(x):
    return (x - x.mean(dim=0)) / x.std(dim=0, correction=0) if ESCAPED else x
