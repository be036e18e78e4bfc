"""Leaves the interpreter while it is being imported, without a word."""
# /// attack
# class = 80
# goal = "end the grader before it has asked anything"
# gain = "death"
# outcome = ["crashed", "failed"]
# target = ""
# naive = true
# ///

import os

os._exit(0)
