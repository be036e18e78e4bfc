"""Yields rows without end, each at once."""
# /// attack
# class = 76
# goal = "hold the grader for ever though every single call is quick"
# gain = "hang"
# outcome = ["failed", "timeout"]
# target = "batches"
# naive = true
# ///


def batches(x, size):
    while True:
        yield x[:size]
