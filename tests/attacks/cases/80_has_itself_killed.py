"""Has the system kill it: by its own limit on processor time, by a signal for input, by a timer."""
# /// attack
# class = 80
# goal = "be killed by somebody else, so that the grader blames itself and leaves the exam unscored"
# gain = "death"
# outcome = ["crashed", "timeout", "failed"]
# naive = true
# ///

import contextlib
import ctypes
import fcntl
import os
import resource
import signal
import struct
import threading

F_SETSIG = 10
libc = ctypes.CDLL(None)


def standardise(x):
    for descriptor in range(64):
        with contextlib.suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_SETOWN, os.getpid())
            fcntl.fcntl(descriptor, F_SETSIG, signal.SIGKILL)
            fcntl.fcntl(descriptor, fcntl.F_SETFL, os.O_ASYNC | fcntl.fcntl(descriptor, fcntl.F_GETFL))
    timer, event = ctypes.c_int(), struct.pack("<QiiQ32x", 0, signal.SIGKILL, 0, 0)
    if libc.timer_create(1, event, ctypes.byref(timer)) == 0:
        libc.timer_settime(timer, 0, struct.pack("<4Q", 0, 0, 0, 1000), None)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (0, 0))
    threading.Event().wait(0.05)
    libc.kill(os.getpid(), signal.SIGKILL)
    return x
