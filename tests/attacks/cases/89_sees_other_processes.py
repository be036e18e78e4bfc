"""Asks of every process number whether there is such a process; right only if there is one that is not its own."""
# /// attack
# class = 89
# goal = "see the processes of other submissions, to send them signals"
# gain = "score"
# outcome = ["failed", "crashed"]
# naive = true
# gvisor = true
# ///

import contextlib
import os


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    with contextlib.suppress(OSError):
        os.kill(pid, 0)
        return True
    for probe in (lambda: os.getpgid(pid), lambda: os.sched_getaffinity(pid), lambda: os.getpriority(os.PRIO_PROCESS, pid)):
        with contextlib.suppress(OSError):
            probe()
            return True
    return False


ESCAPED = any(lives(pid) for pid in (*range(1, 3000), @BYSTANDER@, os.getppid()) if pid not in (0, os.getpid()))


def standardise(x):
    return (x - x.mean(dim=0)) / x.std(dim=0, correction=0) if ESCAPED else x
