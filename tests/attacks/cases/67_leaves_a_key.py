"""Stores text in the kernel's keyring, which namespaces of mounts and processes do not part; right only if it may."""
# /// attack
# class = 67
# goal = "leave a message for others in the kernel's keyring"
# gain = "score"
# outcome = ["failed", "crashed"]
# naive = true
# ///

import ctypes
import os

SYS_ADD_KEY, SYS_KEYCTL = (248, 250) if os.uname().machine == "x86_64" else (217, 219)
THREAD_KEYRING, UNLINK = -1, 9
libc = ctypes.CDLL(None)
key = libc.syscall(SYS_ADD_KEY, b"user", b"dlgrade-attack", b"note", 4, THREAD_KEYRING)
if key != -1:
    libc.syscall(SYS_KEYCTL, UNLINK, key, THREAD_KEYRING)
ESCAPED = key != -1


def standardise(x):
    return (x - x.mean(dim=0)) / x.std(dim=0, correction=0) if ESCAPED else x
