"""Asks for one measurement after the other, and never answers."""
# /// attack
# class = 82
# goal = "hold the grader in its own function for ever"
# gain = "hang"
# outcome = ["timeout", "crashed", "failed"]
# target = "fit"
# naive = true
# ///


def fit(measure, count):
    while True:
        measure(0)
