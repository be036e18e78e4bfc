"""The first submission leaves a word in folders for temporary files, where the second looks for it."""
# /// attack
# class = 86
# goal = "pass on what one submission has found out to the next"
# gain = "secret"
# kind = "pair"
# outcome = "failed"
# naive = true
# ///

import contextlib
import tempfile

for folder in (tempfile.gettempdir(), "/tmp", "/var/tmp", "/var/lock", "/run", ".", ".."):
    with contextlib.suppress(OSError), open(f"{folder}/dlgrade-attack-note", "w") as stream:
        stream.write("@WORD@")
        break


def standardise(x):
    return x


# --- the second submission ---
import contextlib
import os
import tempfile

for folder in (tempfile.gettempdir(), "/tmp", "/var/tmp", "/var/lock", "/run", ".", ".."):
    with contextlib.suppress(OSError):
        print(open(f"{folder}/dlgrade-attack-note").read())
        os.unlink(f"{folder}/dlgrade-attack-note")


def standardise(x):
    return x
