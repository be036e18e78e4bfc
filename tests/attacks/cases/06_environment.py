"""Prints the environment as it was when its process, and every other, began."""
# /// attack
# class = 6
# goal = "read tokens from the environment"
# gain = "secret"
# outcome = "failed"
# naive = true
# gvisor = true
# ///

import glob
import os

print(dict(os.environ))
for name in ("/proc/self/environ", *glob.glob("/proc/[0-9]*/environ")):
    try:
        print(open(name, "rb").read())
    except OSError:
        continue


def standardise(x):
    return x
