"""Puts a socket of its own over the wire and plays the grader at the other end."""
# /// attack
# class = 22
# goal = "cut the grader off and go on alone"
# gain = "score"
# target = ""
# outcome = ["timeout", "crashed"]
# naive = "a naive grader in one process has no peer that could be cut off."
# ///

import os
import socket
import stat
import threading

mine, other = socket.socketpair()
for number in range(3, 64):
    try:
        if stat.S_ISSOCK(os.fstat(number).st_mode) and number not in (mine.fileno(), other.fileno()):
            os.dup2(other.fileno(), number)
    except OSError:
        continue


def play():
    while mine.recv(65536):
        mine.send(b"dlg1" + bytes(12))


threading.Thread(target=play, daemon=True).start()


def standardise(x):
    return x
