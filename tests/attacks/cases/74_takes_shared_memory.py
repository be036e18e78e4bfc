"""Takes memory that limits on a process's own memory do not count: shared, in files without a name, in pipes."""
# /// attack
# class = 74
# goal = "take the machine's memory past the limit: by shared mappings, memory files, segments and pipes"
# gain = "score"
# outcome = ["memory", "failed", "crashed", "timeout"]
# naive = true
# ///

import contextlib
import ctypes
import fcntl
import mmap
import os

PIECE, PIECES = 1 << 24, 40  # 640 MiB, where 256 are allowed
held, taken = [], 0
block = bytes(1 << 20)
libc = ctypes.CDLL(None)
for _ in range(PIECES):
    with contextlib.suppress(OSError, ValueError, MemoryError):
        shared = mmap.mmap(-1, PIECE)
        for at in range(0, PIECE, 4096):
            shared[at] = 1
        held.append(shared)
        taken += PIECE
        continue
    with contextlib.suppress(OSError, AttributeError):
        held.append(os.memfd_create("memory"))
        for _ in range(PIECE // len(block)):
            taken += os.write(held[-1], block)
        continue
    with contextlib.suppress(OSError):
        segment = libc.shmget(0, PIECE, 0o1600)
        if segment >= 0:
            libc.shmctl(segment, 0, None)
for _ in range(200):
    with contextlib.suppress(OSError):
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        fcntl.fcntl(writing, 1031, 1 << 20)
        taken += os.write(writing, block)
        held += [reading, writing]


def standardise(x):
    return (x - x.mean(dim=0)) / x.std(dim=0, correction=0) if taken > 300 << 20 else x
