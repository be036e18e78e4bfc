"""The kernel's filter machine in Python: asks a compiled filter about any call, of any architecture, in microseconds.

Source: include/uapi/linux/filter.h and seccomp.h. Only the instructions that libseccomp emits; others are an error.
"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Sequence

if sys.platform == "linux":
    import pyseccomp

ALLOW = "allow"
KILL = "kill the process"
AUDIT = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7, "i386": 0x4000_0003, "arm": 0x4000_0028}
X32_BIT = 0x4000_0000
NATIVE = os.uname().machine if hasattr(os, "uname") else ""

_LOAD, _AND, _RETURN, _JUMP = 0x20, 0x54, 0x06, 0x05
_COMPARE = {0x15: int.__eq__, 0x25: int.__gt__, 0x35: int.__ge__}
_SECCOMP_DATA = struct.Struct("<iIQ6Q")


class FilterMachine:
    """One compiled filter."""

    def __init__(self, program: bytes) -> None:
        self._code = list(struct.iter_unpack("<HBBI", program))
        self.steps = 0  # instructions that the last verdict took

    def verdict(self, machine: str, number: int, arguments: Sequence[int] = ()) -> str | int:
        """Return ALLOW, KILL, or the errno with which the call fails."""
        padded = [value % 2**64 for value in (*arguments, 0, 0, 0, 0, 0, 0)[:6]]
        signed = number if number < 2**31 else number - 2**32
        words = struct.unpack("<16I", _SECCOMP_DATA.pack(signed, AUDIT[machine], 0, *padded))
        return self._meaning(self._run(words))

    def _run(self, words: tuple[int, ...]) -> int:
        at = register = self.steps = 0
        while True:
            self.steps += 1
            code, if_true, if_false, constant = self._code[at]
            at += 1
            if code == _RETURN:
                return constant
            if code == _LOAD:
                assert constant % 4 == 0
                register = words[constant // 4]
            elif code == _AND:
                register &= constant
            elif code == _JUMP:
                at += constant
            else:
                at += if_true if _COMPARE[code](register, constant) else if_false

    @staticmethod
    def _meaning(returned: int) -> str | int:
        action, data = returned & 0xFFFF_0000, returned & 0xFFFF
        if action == 0x0005_0000:
            return data
        return {0x7FFF_0000: ALLOW, 0x8000_0000: KILL}[action]


def number_of(machine: str, call: str) -> int:
    """Return a call's number; negative where that machine, or this libseccomp, has no such call."""
    arch = {"x86_64": pyseccomp.Arch.X86_64, "aarch64": pyseccomp.Arch.AARCH64}[machine]
    return pyseccomp.resolve_syscall(arch, call)
