"""What the examiner and its zygote (or gVisor's keeper) tell each other: small records of fixed size.

The examiner asks one `Request` at a time. `spawn` is answered by `Handed`, with two descriptors beside it: the child's
wire and output. `reap` is answered by `Reaped`; `trace` by nothing. Both ends are ours and trusted.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Self

from grader.records import Isolation

SCM_CREDENTIALS = 2  # the system checks it, and translates the pid into the receiver's PID namespace; unix(7)
CREDENTIALS = struct.Struct("=iii")  # pid, uid, gid
_DEGREES = tuple(Isolation)


class Op(IntEnum):
    """What is asked for."""

    SPAWN = 1
    TRACE = 2
    REAP = 3


class Outside(IntEnum):
    """What is known of a child's process id among our own processes."""

    SAME = 1  # it is the one that is told
    TRANSLATED = 2  # it comes as credentials, out of a PID namespace
    NONE = 3  # it has none: gVisor's processes are no processes of the machine


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the examiner; `pid` of the child, but for `spawn`."""

    op: Op
    pid: int = 0

    _FORM: ClassVar[struct.Struct] = struct.Struct("<Bi")

    def pack(self) -> bytes:
        return self._FORM.pack(self.op, self.pid)

    @classmethod
    def receive(cls, sock: socket.socket) -> Self | None:
        """Wait for the next request; None when the examiner has gone."""
        data = sock.recv(cls._FORM.size, socket.MSG_WAITALL)
        if len(data) != cls._FORM.size:
            return None
        op, pid = cls._FORM.unpack(data)
        return cls(Op(op), pid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A child that is handed over; `pid` is its number for `trace` and `reap`."""

    pid: int
    isolation: Isolation
    outside: Outside

    SIZE: ClassVar[int]
    _FORM: ClassVar[struct.Struct] = struct.Struct("<iBB")

    def pack(self) -> bytes:
        return self._FORM.pack(self.pid, _DEGREES.index(self.isolation), self.outside)

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        pid, degree, outside = cls._FORM.unpack(data)
        return cls(pid=pid, isolation=_DEGREES[degree], outside=Outside(outside))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaped:
    """How a child ended, and what it used."""

    wait_status: int = -1  # as wait(2) tells; -1: unknown
    cpu_s: float = 0.0
    peak_mib: float = 0.0  # above what it inherited
    oom_killed: bool | None = None  # whether by its own group's cap; None: nothing counts that

    SIZE: ClassVar[int]
    _FORM: ClassVar[struct.Struct] = struct.Struct("<iddb")

    def pack(self) -> bytes:
        killed = -1 if self.oom_killed is None else int(self.oom_killed)
        return self._FORM.pack(self.wait_status, self.cpu_s, self.peak_mib, killed)

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        status, cpu_s, peak_mib, killed = cls._FORM.unpack(data)
        return cls(
            wait_status=status, cpu_s=cpu_s, peak_mib=peak_mib, oom_killed=None if killed == -1 else bool(killed)
        )


Handed.SIZE = Handed._FORM.size
Reaped.SIZE = Reaped._FORM.size
