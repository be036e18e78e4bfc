"""Waits for a lock that nobody will release: no processor time is used, so no limit on that helps."""
# /// attack
# class = 76
# goal = "hold the grader for ever without using the processor"
# gain = "hang"
# outcome = "timeout"
# naive = true
# ///

import threading


def standardise(x):
    threading.Lock().acquire()
    threading.Event().wait()
