"""What a test and the student's code said to each other, frame by frame, kept so that it can be replayed.

Recording happens in the middle of every call, so it only appends: no copy of a request is made that is not made anyway,
and nothing is read. Bytes are copied where a tensor of a test or of the student lies over them and can change later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.sandbox.messages import Answer, Do, Invoke, Reply, Returned
from grader.sandbox.wire import Buffer, Payload

MAX_TEST_BYTES = 4 * 1024 * 1024  # of one test; a longer conversation is not kept, and so not replayed
MAX_EXAM_BYTES = 64 * 1024 * 1024
_NODE_BYTES = 400  # what an object of a graph takes here, about, and the time to read it


def kept(buffers: Sequence[Buffer]) -> bytes | None:
    """Return a payload as it is now; None where it is too large to be kept."""
    return b"".join(buffers) if sum(map(len, buffers)) <= MAX_TEST_BYTES else None


@dataclass(frozen=True, slots=True)
class Frame:
    """One question and its answer, in either direction: an `Invoke` is answered by the next frame's `sent`."""

    sent: Do | Answer
    sent_payload: bytes
    received: Reply
    received_payload: bytes


class Transcript:
    """The frames of one test, strictly in turn. `room` is how many bytes it may take."""

    __slots__ = ("_received", "_room", "_sent", "nbytes")

    def __init__(self, room: int = MAX_TEST_BYTES) -> None:
        self._room = min(room, MAX_TEST_BYTES)
        self._sent: list[tuple[Do | Answer, bytes]] = []
        self._received: list[tuple[Reply, bytes]] = []
        self.nbytes = 0

    def asked(self, request: Do | Answer, payload: bytes | None) -> None:
        """Add what was sent; None stands for a payload that is too large to be kept."""
        if self._room < 0:
            return
        if payload is None:
            self.spoil()
            return
        self._sent.append((request, payload))
        self._take(len(payload) + _NODE_BYTES * (4 + len(request.graph.nodes)))

    def answered(self, reply: Reply, payload: Payload) -> None:
        """Add what came back."""
        if self._room < 0:
            return
        nodes = len(reply.graph.nodes) if isinstance(reply, Returned | Invoke) else 0
        if len(payload) > self._room:
            self.spoil()
            return
        self._received.append((reply, payload.tobytes()))
        self._take(len(payload) + _NODE_BYTES * (4 + nodes))

    def _take(self, nbytes: int) -> None:
        self.nbytes += nbytes
        if self.nbytes > self._room:
            self.spoil()

    def spoil(self) -> None:
        """Forget it all, and keep nothing more: it is too long, or the child broke off or broke the protocol."""
        self._room = -1
        self._sent.clear()
        self._received.clear()
        self.nbytes = 0

    def frames(self) -> Iterator[Frame]:
        """Yield the whole conversation; nothing where it was not kept, or has no end."""
        if len(self._sent) == len(self._received):
            for (sent, sent_payload), (received, received_payload) in zip(self._sent, self._received, strict=True):
                yield Frame(sent, sent_payload, received, received_payload)
