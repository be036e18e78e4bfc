"""Reads at address 0."""
# /// attack
# class = 80
# goal = "end the grader's process"
# gain = "death"
# outcome = "crashed"
# naive = true
# gvisor = true
# ///

import ctypes


def standardise(x):
    ctypes.string_at(0)
