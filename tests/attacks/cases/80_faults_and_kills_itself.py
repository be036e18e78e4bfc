"""Kills itself from one thread while another meets an illegal instruction, which takes its protection from it."""
# /// attack
# class = 80
# goal = "die as if somebody else had killed it, so that the grader blames itself and leaves the exam unscored"
# gain = "death"
# outcome = "crashed"
# naive = true
# ///

import ctypes
import faulthandler
import os
import platform
import signal
import threading

lib = ctypes.CDLL(None)
lib.mmap.restype = ctypes.c_void_p
lib.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
# x86-64. For ever: kill(its own id, SIGKILL), and count; wait until that is at it, and then an illegal instruction.
KILLS = bytes.fromhex(f"4889fbb83e000000bf{os.getpid().to_bytes(4, 'little').hex()}be090000000f0548ff03ebea")
FAULTS = bytes.fromhex("b932000000488b07488b174829c24883fa027cf4ffc975ed0f0b")


def standardise(x):
    if platform.machine() != "x86_64":
        os.abort()
    faulthandler.disable()
    signal.signal(signal.SIGILL, signal.SIG_DFL)
    page = lib.mmap(None, 8192, 7, 0x22, -1, 0)
    ctypes.memmove(page, KILLS, len(KILLS))
    ctypes.memmove(page + 1024, FAULTS, len(FAULTS))
    kills, faults = (ctypes.CFUNCTYPE(None, ctypes.c_void_p)(at) for at in (page, page + 1024))
    threading.Thread(target=kills, args=(page + 4096,), daemon=True).start()
    faults(page + 4096)
