"""Watches a library's files for being opened, by which another submission could signal; right only if it may."""
# /// attack
# class = 88
# goal = "learn from another submission what files it opens"
# gain = "score"
# outcome = ["failed", "crashed"]
# naive = true
# ///

import ctypes
import os
import select

IN_OPEN = 0x20
libc = ctypes.CDLL(None)
watch = libc.inotify_init()
ESCAPED = False
if watch >= 0 and libc.inotify_add_watch(watch, os.__file__.encode(), IN_OPEN) >= 0:
    open(os.__file__).close()
    ESCAPED = bool(select.select([watch], [], [], 0.01)[0])


def standardise(x):
    return (x - x.mean(dim=0)) / x.std(dim=0, correction=0) if ESCAPED else x
