"""Raises an integer to a power with more digits than there is memory for, while it is imported."""
# /// attack
# class = 84
# goal = "hold the grader for ever by an import, or take its memory"
# gain = "hang"
# outcome = ["timeout", "memory"]
# target = ""
# naive = true
# ///

base = 7
power = base ** (base**9)


def standardise(x):
    return x
