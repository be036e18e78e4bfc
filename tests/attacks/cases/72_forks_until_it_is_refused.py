"""Tries to fork a million times, by each of the ways there are, and takes no refusal for an answer."""
# /// attack
# class = 72
# goal = "keep the kernel and the grader busy with forks"
# gain = "effect"
# outcome = ["failed", "timeout", "crashed"]
# naive = true
# ///

import contextlib
import os
import subprocess
import sys
import time

until = time.monotonic() + 0.2
made = 0
while time.monotonic() < until and made < 20:
    with contextlib.suppress(OSError):
        if os.fork() == 0:
            os.setsid()
            time.sleep(10)
            os._exit(0)
        made += 1
    with contextlib.suppress(OSError):
        os.posix_spawn("@PYTHON@", ["@PYTHON@", "-S", "-c", "import time; time.sleep(10)"], {}, setsid=True)
        made += 1
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.Popen([sys.executable or "@PYTHON@", "-S", "-c", "import time; time.sleep(10)"])
        made += 1


def standardise(x):
    return x
