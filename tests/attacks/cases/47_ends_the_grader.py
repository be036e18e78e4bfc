"""Kills its parents, so that the grader must blame itself."""
# /// attack
# class = 47
# goal = "be left unscored"
# gain = "death"
# outcome = "failed"
# naive = true
# ///

import ctypes
import os
import signal

pids, pid = [], os.getppid()
while pid > 1 and len(pids) < 3:
    try:
        words = open(f"/proc/{pid}/cmdline").read()
        fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    except OSError:
        break
    if "grader.sandbox" not in words and "naive/grader.py" not in words:
        break  # the attackers' own
    pids.append(pid)
    pid = int(fields[1])
for number in (signal.SIGSTOP, signal.SIGKILL):
    for pid in pids or [os.getppid()]:
        try:
            os.kill(pid, number)
        except OSError as error:
            print(pid, error)


def standardise(x):
    return x
