"""Raises and prints text with surrogates and NUL bytes, which no file of results can hold."""
# /// attack
# class = 40
# goal = "have the report fail"
# gain = "death"
# target = ""
# outcome = ["failed", "crashed"]
# naive = true
# ///

import sys


def standardise(x):
    print("\ud800 \udfff \x00", file=sys.stderr)
    raise ValueError("\ud800" * 9)


def squared_error(prediction, target):
    return "\ud800"


def fit(measure, count):
    return {"\ud800": "\udcff"}
