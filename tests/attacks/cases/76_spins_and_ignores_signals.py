"""Spins for ever, ignores every signal that can be ignored, and catches what is raised at it."""
# /// attack
# class = 76
# goal = "hold the grader for ever"
# gain = "hang"
# outcome = "timeout"
# naive = true
# gvisor = true
# ///

import contextlib
import resource
import signal


def standardise(x):
    for number in signal.valid_signals():
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
