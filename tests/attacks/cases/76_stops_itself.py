"""Sends itself the signals that stop a process, and if that does not help, waits."""
# /// attack
# class = 76
# goal = "hold the grader for ever, by a process that is stopped and cannot even be asked, or be left unscored for it"
# gain = "hang"
# outcome = ["timeout", "crashed"]
# naive = true
# ///

import os
import signal
import threading


def standardise(x):
    for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
        try:
            os.kill(os.getpid(), number)
            signal.raise_signal(number)
        except OSError:
            continue
    threading.Event().wait()
