"""The first submission leaves a word in a System V segment, which outlives every process; the second attaches it."""
# /// attack
# class = 87
# goal = "pass on what one submission has found out to the next, in memory that belongs to no process"
# gain = "secret"
# kind = "pair"
# outcome = ["failed", "crashed"]
# naive = true
# ///

import ctypes

KEY, SIZE, IPC_CREAT = 0x6B616E61, 4096, 0o1000
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
segment = libc.shmget(KEY, SIZE, IPC_CREAT | 0o666)
if segment >= 0:
    ctypes.memmove(libc.shmat(segment, None, 0), b"@WORD@", len("@WORD@"))


def standardise(x):
    return x


# --- the second submission ---
import ctypes

KEY, SIZE, IPC_RMID = 0x6B616E61, 4096, 0
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
segment = libc.shmget(KEY, SIZE, 0o666)
if segment >= 0:
    print(ctypes.string_at(libc.shmat(segment, None, 0)))
    libc.shmctl(segment, IPC_RMID, None)


def standardise(x):
    return x
