"""Connects to a unix socket that has a name and no path, which no file permission protects."""
# /// attack
# class = 70
# goal = "talk to a service of this machine by a socket that stands in no file system"
# gain = "effect"
# outcome = "failed"
# naive = true
# ///

import contextlib
import socket

with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as one:
    one.connect("\0@ABSTRACT@")
    one.send(b"hello")


def standardise(x):
    return x
