"""Forks processes that fork, each in a session of its own, so that ending the first does not end them."""
# /// attack
# class = 72
# goal = "take all processes that the machine has"
# gain = "effect"
# outcome = ["failed", "crashed"]
# naive = true
# gvisor = true
# ///

import os
import time

GENERATIONS = 5  # 31 processes on a grader that lets them be; each goes by itself


def multiply():
    for _ in range(GENERATIONS):
        if os.fork() == 0:
            os.setsid()
            continue
    if os.getpid() != first:
        time.sleep(10)
        os._exit(0)


first = os.getpid()
try:
    multiply()
except OSError:
    refused = True


def standardise(x):
    return x
