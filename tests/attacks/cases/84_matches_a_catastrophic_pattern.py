"""Matches a pattern that takes 2^60 steps, in C, while it is imported."""
# /// attack
# class = 84
# goal = "hold the grader for ever by an import"
# gain = "hang"
# outcome = "timeout"
# target = ""
# naive = true
# gvisor = true
# ///

import re

found = re.match(r"(a|aa)+$", "a" * 60 + "b")


def standardise(x):
    return x
