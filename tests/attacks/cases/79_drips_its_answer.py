"""Writes the beginning of an answer, and goes on one byte at a time, so that something always comes."""
# /// attack
# class = 79
# goal = "hold the grader for ever: every wait for the next byte is short"
# gain = "hang"
# outcome = ["timeout", "crashed"]
# via = "apart"
# naive = true
# gvisor = true
# ///

import os
import stat
import struct
import time


def standardise(x):
    begun = {}
    for descriptor in range(3, 64):
        try:
            mode = os.fstat(descriptor).st_mode
        except OSError:
            continue
        if stat.S_ISSOCK(mode):
            begun[descriptor] = b"dlg1" + struct.pack("<IQ", 1 << 20, 1 << 20)
        elif stat.S_ISFIFO(mode):
            begun[descriptor] = struct.pack("<Q", 1 << 20)
    for descriptor, head in begun.items():
        try:
            os.write(descriptor, head)
        except OSError:
            begun[descriptor] = b""
    while True:
        for descriptor, head in begun.items():
            if head:
                os.write(descriptor, b"\0")
        time.sleep(0.005)
