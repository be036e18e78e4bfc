"""Records between our own processes: length-prefixed msgpack, with descriptors where they are needed.

Both ends are trusted; the lengths are capped all the same, so that a fault shows as a fault.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Iterator
from typing import TypeVar

import msgspec

from grader.errors import GraderFault
from grader.records import Text

MAX_RECORD_BYTES = 512 * 1024 * 1024
_LENGTH = struct.Struct("<I")
T = TypeVar("T")


def send_record(sock: socket.socket, record: object, *, descriptors: tuple[int, ...] = ()) -> None:
    """Send one record; descriptors ride on its first byte. Raises GraderFault when the peer is gone."""
    body = msgspec.msgpack.encode(record)
    data = _LENGTH.pack(len(body)) + body
    try:
        if descriptors:
            sent = socket.send_fds(sock, [data], list(descriptors))
            data = data[sent:]
        sock.sendall(data)
    except OSError as error:
        raise _gone(str(error)) from None


def receive_record(
    sock: socket.socket, kind: type[T], *, deadline: float | None = None, descriptors: int = 0
) -> tuple[T, list[int]]:
    """Receive one record of this type, and up to so many descriptors.

    `deadline` in `time.monotonic()` seconds. Raises GraderFault when the peer is gone or late.
    """
    found: list[int] = []
    head = _receive_exactly(sock, _LENGTH.size, deadline, descriptors, found)
    (length,) = _LENGTH.unpack(head)
    if length > MAX_RECORD_BYTES:
        raise _broken(f"{length} bytes")
    body = _receive_exactly(sock, length, deadline, 0, found)
    try:
        return msgspec.msgpack.decode(body, type=kind), found
    except msgspec.DecodeError as error:
        raise _broken(str(error)) from None


@contextlib.contextmanager
def alarm_held() -> Iterator[None]:
    """Keep SIGALRM waiting inside the block: what it raises would leave half a conversation behind."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _receive_exactly(
    sock: socket.socket, length: int, deadline: float | None, descriptors: int, found: list[int]
) -> bytes:
    parts: list[bytes] = []
    while length:
        _wait(sock, deadline)
        try:
            if descriptors:
                data, more, flags, _ = socket.recv_fds(sock, length, descriptors)
                found.extend(more)
                if flags & socket.MSG_CTRUNC:
                    raise _no_descriptors(found)
            else:
                data = sock.recv(min(length, 1 << 20))
        except OSError as error:
            raise _gone(str(error)) from None
        if not data:
            raise _gone()
        parts.append(data)
        length -= len(data)
    return b"".join(parts)


def _wait(sock: socket.socket, deadline: float | None) -> None:
    if deadline is None:
        return
    left_s = max(deadline - time.monotonic(), 0.0)
    if hasattr(select, "poll"):  # select() takes no descriptor beyond 1,023
        waiting = select.poll()
        waiting.register(sock, select.POLLIN)
        ready = bool(waiting.poll(left_s * 1000))
    else:
        ready = bool(select.select([sock], [], [], left_s)[0])
    if not ready:
        raise GraderFault(
            Text(en="One of dlgrade's own processes did not answer in time.", zh="dlgrade 自己的一个进程没有及时应答。")
        )


def _no_descriptors(received: list[int]) -> GraderFault:
    for number in received:
        os.close(number)
    return GraderFault(Text(en="No file descriptors are left for dlgrade.", zh="dlgrade 已没有可用的文件描述符。"))


def _gone(detail: str = "") -> GraderFault:
    return GraderFault(
        Text(
            en="One of dlgrade's own processes has gone" + (f" ({detail})." if detail else "."),
            zh="dlgrade 自己的一个进程已经结束" + (f"（{detail}）。" if detail else "。"),
        )
    )


def _broken(detail: str) -> GraderFault:
    return GraderFault(
        Text(
            en=f"A broken record between dlgrade's own processes: {detail}.",
            zh=f"dlgrade 自己的进程之间传来了损坏的记录：{detail}。",
        )
    )
