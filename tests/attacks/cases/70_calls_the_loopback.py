"""Sends to a service that listens on this machine only, by TCP, by UDP, and by its address under IPv6."""
# /// attack
# class = 70
# goal = "talk to a service that trusts its own machine"
# gain = "effect"
# outcome = "failed"
# naive = true
# gvisor = true
# ///

import contextlib
import socket

for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::ffff:127.0.0.1"), (socket.AF_INET6, "::1")):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with contextlib.suppress(OSError), socket.socket(family, kind) as one:
            one.settimeout(0.05)
            one.connect((host, @TCP@))
            one.send(b"hello")


def standardise(x):
    return x
