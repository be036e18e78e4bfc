"""Prints the command line of every process."""
# /// attack
# class = 7
# goal = "read tokens from command lines"
# gain = "secret"
# outcome = "failed"
# naive = true
# ///

import glob
import sys

print(sys.orig_argv)
for name in ("/proc/self/cmdline", *glob.glob("/proc/[0-9]*/cmdline")):
    try:
        print(open(name, "rb").read())
    except OSError:
        continue


def standardise(x):
    return x
