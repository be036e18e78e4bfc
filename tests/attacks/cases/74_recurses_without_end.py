"""Recurses until the stack ends, having told Python that there is no limit to it."""
# /// attack
# class = 74
# goal = "end the grader's process by an overflow of its stack"
# gain = "death"
# outcome = ["crashed", "memory", "failed"]
# naive = true
# gvisor = true
# ///

import functools
import sys

sys.setrecursionlimit(1 << 30)


class Deep:
    def __repr__(self):
        return repr(self)  # in C at every other step

    __str__ = functools.partialmethod(__repr__)


def standardise(x):
    return repr(Deep())
