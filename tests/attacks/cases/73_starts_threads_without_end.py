"""Starts threads until no more are to be had, and none of them ever ends."""
# /// attack
# class = 73
# goal = "take all threads that the machine has, and never let the process end"
# gain = "hang"
# outcome = ["failed", "crashed", "timeout", "memory"]
# naive = true
# gvisor = true
# ///

import threading

threading.stack_size(64 * 1024)
never = threading.Event()
started = 0
while started < 4000:
    try:
        threading.Thread(target=never.wait).start()
    except (RuntimeError, MemoryError):
        break
    started += 1


def standardise(x):
    return x
