"""The frames between the marker and its algebra child: a length, and JSON."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Mapping

MAX_FRAME_BYTES = 1 << 20
_LENGTH = struct.Struct("<I")


def send(wire: socket.socket, record: Mapping[str, object]) -> None:
    """Send one record. Raises OSError when the other side has gone or the socket's time is over."""
    data = json.dumps(record).encode()
    wire.sendall(_LENGTH.pack(len(data)) + data)


def receive(wire: socket.socket) -> bytes | None:
    """Return the next frame; None when the other side has gone. Raises OSError, ValueError if it is too large."""
    head = _exactly(wire, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > MAX_FRAME_BYTES:
        raise ValueError(f"a frame of {length} bytes")
    return _exactly(wire, length)


def _exactly(wire: socket.socket, count: int) -> bytes | None:
    data = b""
    while len(data) < count:
        more = wire.recv(count - len(data))
        if not more:
            return None
        data += more
    return data
