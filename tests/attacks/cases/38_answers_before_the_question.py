"""Finds the wire among its descriptors and sends the answer to the first call while it is still being imported."""
# /// attack
# class = 38
# goal = "have an answer taken that was given before the question"
# gain = "score"
# target = ""
# outcome = "crashed"
# naive = "in a grader of one process nothing crosses a wire."
# gvisor = true
# ///

import os
import stat
import struct

import msgspec

from grader.sandbox.messages import Atom, Changes, Graph, Loaded, Name, Ready, Returned

def wire_socket():
    """Find the wire among the descriptors: the one that is a socket and not the output."""
    for number in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                return number
        except OSError:
            continue
    return -1


def frame(message):
    header = msgspec.msgpack.encode(message)
    return struct.pack("<4sIQ", b"dlg1", len(header), 0) + header


for nonce in (0, 1, 2):
    answer = Returned(nonce=nonce, graph=Graph(nodes=[Atom(True)]), root=0, changes=Changes())
    for message in (Ready(), Loaded(nonce=nonce, names=[Name("standardise", "function", "(x)")]), answer):
        os.write(wire_socket(), frame(message))


def standardise(x):
    return x
