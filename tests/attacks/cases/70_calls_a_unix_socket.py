"""Connects to a unix socket by its path, as one would to Docker's."""
# /// attack
# class = 70
# goal = "talk to a service of this machine by its socket in the file system"
# gain = "effect"
# outcome = "failed"
# naive = true
# ///

import contextlib
import socket

with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as one:
    one.connect("@SOCKET@")
    one.send(b"hello")


def standardise(x):
    return x
