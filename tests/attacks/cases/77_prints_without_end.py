"""Prints for as long as it is let, on both streams and past Python's buffers."""
# /// attack
# class = 77
# goal = "fill the grader's memory, or its disk, with output"
# gain = "effect"
# outcome = ["timeout", "failed", "crashed"]
# naive = true
# gvisor = true
# ///

import os
import sys

line = b"x" * 65535 + b"\n"


def standardise(x):
    for _ in range(1 << 20):
        for stream in (1, 2):
            os.write(stream, line)
        print("flood", file=sys.stderr)
