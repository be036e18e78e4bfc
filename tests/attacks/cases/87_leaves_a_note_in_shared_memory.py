"""The first submission leaves a word in shared memory, where the second looks for it."""
# /// attack
# class = 87
# goal = "pass on what one submission has found out to the next"
# gain = "secret"
# kind = "pair"
# outcome = "failed"
# naive = true
# ///

import contextlib

for folder in ("/dev/shm", "/dev/mqueue", "/dev"):
    with contextlib.suppress(OSError), open(f"{folder}/dlgrade-attack-note", "w") as stream:
        stream.write("@WORD@")
        break


def standardise(x):
    return x


# --- the second submission ---
import contextlib
import os

for folder in ("/dev/shm", "/dev/mqueue", "/dev"):
    with contextlib.suppress(OSError):
        print(open(f"{folder}/dlgrade-attack-note").read())
        os.unlink(f"{folder}/dlgrade-attack-note")


def standardise(x):
    return x
