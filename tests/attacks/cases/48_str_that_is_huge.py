"""Raises an exception with a text of four megabytes, and notes and a chain of the same."""
# /// attack
# class = 48
# goal = "flood the report"
# gain = "effect"
# outcome = "failed"
# naive = true
# ///

class Huge(Exception):
    def __str__(self):
        return "x" * 4_000_000


def standardise(x):
    error = Huge()
    error.add_note("y" * 1_000_000)
    raise error from Huge()
