"""Raises an exception whose text takes for ever."""
# /// attack
# class = 48
# goal = "hang the grader when it writes its report"
# gain = "hang"
# outcome = "timeout"
# naive = true
# gvisor = true
# ///

class Slow(Exception):
    def __str__(self):
        while True:
            pass

    __repr__ = __str__


def standardise(x):
    raise Slow
