"""Frames between the examiner and a child, read as hostile.

Theory of operation. Two processes talk over one stream socket: the *examiner* asks, the *child* answers, strictly in
turn. A frame is

    b"dlg1" | header length, u32 | payload length, u64 | header, msgpack | payload, raw array bytes

all little-endian. The header is one of the types in `messages`, decoded by msgspec into exactly these fields; the
payload holds the bytes of the storages that the header's graph names (see `graph`). Every message of a call carries
the call's *nonce*, drawn by the examiner: a reply that was sent before the question, or to another question, does not
fit. While a call runs, the child may send `Invoke` (call back a function of the test) and waits for `Answer`.

What arrives from a child is not trusted: lengths are capped before anything is allocated, text is bounded by the
header's cap, and a frame must end where the received bytes end, since no byte may arrive unasked. Whatever breaks a
rule is a `WireError`, which is the child's fault. Nothing here unpickles, evaluates or imports anything.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from grader.sandbox.messages import (
    Answer,
    DeviceStarted,
    Do,
    Invoke,
    Load,
    Loaded,
    Raised,
    Ready,
    Refused,
    Reply,
    Request,
    Returned,
    StartDevice,
)

MIB = 1024 * 1024
MAX_HEADER_BYTES = 4 * MIB
MAX_PAYLOAD_BYTES = 256 * MIB
_MAGIC = b"dlg1"
_HEAD = struct.Struct("<4sIQ")
_SCRATCH_BYTES = 64 * 1024

Payload = npt.NDArray[np.uint8]
Buffer = bytes | bytearray | memoryview


class WireError(Exception):
    """The peer broke the protocol. In the examiner this is the child's fault: the child is ended."""


class PeerGone(Exception):
    """The peer closed its end: the child died, or the examiner has left."""


class DeadlinePassed(Exception):
    """The absolute deadline of the exchange passed before it was complete."""


_request_decoder: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Load | Do | Answer | StartDevice)
_reply_decoder: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(
    Ready | DeviceStarted | Loaded | Returned | Raised | Refused | Invoke
)
_encoder = msgspec.msgpack.Encoder()

M = TypeVar("M")


def decode_reply(header: Buffer) -> Reply:
    """Decode a child's header. Raises WireError for anything that is not exactly one of the reply types."""
    return _decode(_reply_decoder, header)


def decode_request(header: Buffer) -> Request:
    """Decode an examiner's header, in the child."""
    return _decode(_request_decoder, header)


def _decode(decoder: msgspec.msgpack.Decoder[M], header: Buffer) -> M:
    try:
        return decoder.decode(header)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError) as error:
        raise WireError(f"malformed header: {error}") from None


# ------------------------------------------------------------------------------------------------ the channel


class Channel:
    """One end of the socket: sends and receives whole frames.

    With a deadline (`time.monotonic()` seconds) every wait ends there, however the bytes drip. `drain` is called
    whenever the child's output socket `output` has bytes, so that a child that prints can never block itself. `excused`
    says, when a deadline has passed, how many seconds it moves. In the child, without deadline and output, it blocks.
    """

    def __init__(
        self,
        sock: socket.socket,
        *,
        output: socket.socket | None = None,
        drain: Callable[[], bool] | None = None,
        excused: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.sock = sock
        self._output = output
        self._drain = drain
        self._excused = excused
        self._scratch = bytearray(_SCRATCH_BYTES)
        self._readiness = (_Polled if hasattr(select, "poll") else _Selected)(sock, output)
        if output is not None:
            sock.setblocking(False)

    def close(self) -> None:
        self.sock.close()

    def send(self, message: Request | Reply, buffers: Sequence[Buffer] = (), *, deadline: float | None = None) -> None:
        """Send one frame. Raises PeerGone, DeadlinePassed, or WireError when it is over the caps."""
        header = _encoder.encode(message)
        nbytes = sum(len(part) for part in buffers)
        if len(header) > MAX_HEADER_BYTES or nbytes > MAX_PAYLOAD_BYTES:
            raise WireError(f"frame of {len(header)} + {nbytes} bytes is over the cap")
        pending: list[Buffer] = [_HEAD.pack(_MAGIC, len(header), nbytes) + header, *buffers]
        while pending:
            try:
                sent = self._send_some(pending)
            except BlockingIOError:
                self._wait(for_sending=True, deadline=deadline)
                continue
            except (BrokenPipeError, ConnectionError, OSError) as error:
                raise PeerGone(str(error)) from None
            pending = _drop(pending, sent)

    def _send_some(self, pending: list[Buffer]) -> int:
        if hasattr(self.sock, "sendmsg"):
            return self.sock.sendmsg(pending[:64])
        return self.sock.send(pending[0])  # Windows has no sendmsg

    def receive(self, decode: Callable[[Buffer], M], *, deadline: float | None = None) -> tuple[M, Payload]:
        """Receive one frame: the decoded message and its payload, freshly allocated.

        Raises: WireError, PeerGone (also in the middle of a frame), DeadlinePassed.
        """
        scratch = memoryview(self._scratch)
        have = self._receive_some(scratch, deadline)
        while have < _HEAD.size:
            have += self._receive_some(scratch[have:], deadline)
        magic, header_bytes, payload_bytes = _HEAD.unpack_from(scratch)
        if magic != _MAGIC or header_bytes > MAX_HEADER_BYTES or payload_bytes > MAX_PAYLOAD_BYTES:
            raise WireError(f"bad frame head: {header_bytes} + {payload_bytes} bytes")
        total = _HEAD.size + header_bytes + payload_bytes
        if have > total:
            raise WireError("bytes after the end of the frame")
        header = bytearray(header_bytes)
        payload = np.empty(payload_bytes, dtype=np.uint8)
        at = _HEAD.size
        for part in (memoryview(header), payload.data):
            early = min(len(part), have - at)
            part[:early] = scratch[at : at + early]
            at += early
            while early < len(part):
                early += self._receive_some(part[early:], deadline)
        return decode(header), payload

    def _receive_some(self, into: memoryview, deadline: float | None) -> int:
        while True:
            try:
                if deadline is not None:
                    self._wait(for_sending=False, deadline=deadline)
                count = self.sock.recv_into(into)
            except BlockingIOError:
                continue
            except OSError as error:
                raise PeerGone(str(error)) from None
            if count == 0:
                raise PeerGone("end of file")
            return count

    def has_unsolicited(self) -> bool:
        """Whether bytes wait although nothing was asked. End of file counts as none: the next use reports it."""
        if self.sock not in self._readiness.wait(for_sending=False, timeout_s=0.0):
            return False
        try:
            return bool(self.sock.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def _wait(self, *, for_sending: bool, deadline: float | None) -> None:
        """Wait until the socket is ready, serving the child's output meanwhile."""
        while True:
            timeout_s = None if deadline is None else self._left_s(deadline)
            ready = self._readiness.wait(for_sending=for_sending, timeout_s=timeout_s)
            if self._output in ready and self._drain is not None and not self._drain():
                self._readiness.forget_output()
                self._output = None
            if self.sock in ready:
                return

    def _left_s(self, deadline: float) -> float:
        """Return the seconds until a deadline, what is excused added. Raises DeadlinePassed."""
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            left_s += self._excused()
        if left_s <= 0:
            raise DeadlinePassed
        return left_s


class _Polled:
    """Waits by poll(), which costs a third of select() here and knows no highest descriptor."""

    def __init__(self, sock: socket.socket, output: socket.socket | None) -> None:
        self._sock = sock
        self._of = {one.fileno(): one for one in (sock, output) if one is not None}
        self._poll = select.poll()
        for number in self._of:
            self._poll.register(number, select.POLLIN)

    def wait(self, *, for_sending: bool, timeout_s: float | None) -> list[socket.socket]:
        """Return what is ready: the socket to read, or `for_sending` to write; the output to read."""
        if for_sending:
            self._poll.modify(self._sock, select.POLLOUT)
        try:
            events = self._poll.poll(None if timeout_s is None else timeout_s * 1000)
        finally:
            if for_sending:
                self._poll.modify(self._sock, select.POLLIN)
        return [self._of[number] for number, _ in events]

    def forget_output(self) -> None:
        for number, one in list(self._of.items()):
            if one is not self._sock:
                self._poll.unregister(number)
                del self._of[number]


class _Selected:
    """Waits by select(), where there is no poll()."""

    def __init__(self, sock: socket.socket, output: socket.socket | None) -> None:
        self._sock = sock
        self._output = output

    def wait(self, *, for_sending: bool, timeout_s: float | None) -> list[socket.socket]:
        reading = [one for one in (None if for_sending else self._sock, self._output) if one is not None]
        readable, writable, _ = select.select(reading, [self._sock] if for_sending else [], [], timeout_s)
        return [*readable, *writable]

    def forget_output(self) -> None:
        self._output = None


def _drop(pending: list[Buffer], sent: int) -> list[Buffer]:
    while pending and sent >= len(pending[0]):
        sent -= len(pending[0])
        pending = pending[1:]
    if sent:
        pending = [memoryview(pending[0])[sent:], *pending[1:]]
    return pending
