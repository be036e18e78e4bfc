"""Sends SIGKILL to a process that is not its own."""
# /// attack
# class = 89
# goal = "end the exam of somebody else"
# gain = "effect"
# outcome = ["failed", "crashed"]
# naive = true
# ///

import contextlib
import os
import signal

for send in (os.kill, os.killpg):
    with contextlib.suppress(OSError):
        send(@BYSTANDER@, signal.SIGKILL)
with contextlib.suppress(OSError, AttributeError):
    signal.pidfd_send_signal(os.pidfd_open(@BYSTANDER@), signal.SIGKILL)


def standardise(x):
    return x
