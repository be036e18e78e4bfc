"""Hands the test's function megabytes at every call back, and asks again from within."""
# /// attack
# class = 82
# goal = "exhaust the grader by what it must read at each call back"
# gain = "hang"
# outcome = ["timeout", "crashed", "failed", "memory"]
# target = "fit"
# naive = true
# ///

import torch


class Index(int):
    def __index__(self):
        return measure_again(self)


def fit(measure, count):
    global measure_again
    measure_again = measure
    block = torch.zeros(1 << 20)
    while True:
        for argument in (block, [block] * 100, Index(0), {"a": block}):
            try:
                measure(argument)
            except Exception:
                continue
