"""Consumes an endless iterator in C, which never gives Python's lock back."""
# /// attack
# class = 76
# goal = "hold the grader for ever where no signal handler of Python's can run"
# gain = "hang"
# outcome = "timeout"
# naive = true
# ///

import collections
import itertools


def standardise(x):
    collections.deque(itertools.repeat(0), maxlen=0)
