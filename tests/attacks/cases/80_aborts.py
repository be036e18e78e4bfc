"""Aborts, with every other deadly signal before."""
# /// attack
# class = 80
# goal = "end the grader's process, or be left unscored as if somebody else had ended it"
# gain = "death"
# outcome = ["crashed", "timeout"]
# naive = true
# ///

import os
import signal


def standardise(x):
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGBUS, signal.SIGSYS, signal.SIGQUIT, signal.SIGXCPU):
        try:
            os.kill(os.getpid(), number)
            signal.raise_signal(number)
        except OSError:
            continue
    os.abort()
