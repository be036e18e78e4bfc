"""Frames that are not quite right, the same for the same seed, and what becomes of each: quick enough for a million.

Theory of operation. Honest frames are taken apart and put together again with something wrong: bytes changed, lengths
that lie, a field of another type or an impossible number, references that lead elsewhere, a graph of nodes that do not
belong together, an end too early or too late. Each is sent over a real socket pair and taken in as a session would.
What may come of it: a value, or one of the wire's own failures. Anything else, and whatever takes long, is a finding.
"""

from __future__ import annotations

import copy
import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from hostile_frames import HEAD, frame
from small_examiner import look_at

from grader.sandbox import wire
from grader.sandbox.wire import Channel, PeerGone, WireError

FRAME_S = 5.0  # by then a whole frame has been read, however slow the machine
MAX_FRAME_BYTES = 64 * 1024  # fits into a socket, so that one process can send and receive
WILD: tuple[Any, ...] = (
    *(0, 1, 2, -1, -2, 7, 16, 255, 2**28, 2**31, 2**32, 2**62, 2**63 - 1, -(2**63), 2**64 - 1),
    *(
        None,
        True,
        False,
        0.5,
        float("nan"),
        float("inf"),
        "",
        "x",
        "\0",
        "list",
        "tuple",
        "Size",
        "bool",
        "float32",
        "cuda",
    ),
    *(b"", b"\xff" * 9, [], [[]], {}, {"": 0}, "é" * 500, [0] * 50, [-1] * 50, list(range(40))),
)


@dataclass(frozen=True, slots=True)
class _Parts:
    header: bytes
    payload: bytes


class Malformer:
    """Makes frames of honest ones, with something wrong in most of them."""

    def __init__(self, seed: int, honest: Sequence[bytes]) -> None:
        self._random = random.Random(seed)
        self._honest = [_split(one) for one in honest]
        self._with_graph = next((one for one in self._honest if b"graph" in one.header), self._honest[0])
        self._nodes = [node for one in self._honest for node in _nodes_of(msgspec.msgpack.decode(one.header))]
        self._ways: list[Callable[[_Parts], bytes]] = [
            self._bytes_changed,
            self._header_changed,
            self._fields_changed,
            self._fields_changed,
            *[self._other_graph] * 6,  # the only ones that come past the header as a rule
            self._lying_head,
            self._other_end,
        ]

    def next(self) -> bytes:
        """Return one more frame, of at most MAX_FRAME_BYTES."""
        made = self._random.choice(self._ways)(self._random.choice(self._honest))
        return made[:MAX_FRAME_BYTES]

    def conversation(self) -> list[bytes]:
        """Return one to four frames, some of them honest: what is wrong shows where something goes on."""
        length = self._random.randint(1, 4)
        honest = [frame(one.header, one.payload) for one in self._random.choices(self._honest, k=length)]
        return [one if self._random.random() < 0.3 else self.next() for one in honest]

    def _bytes_changed(self, parts: _Parts) -> bytes:
        return self._mutated(frame(parts.header, parts.payload))

    def _header_changed(self, parts: _Parts) -> bytes:
        """Change bytes of the header, in a frame of the right length, so that what is behind them is reached."""
        return frame(self._mutated(parts.header), parts.payload)

    def _mutated(self, whole: bytes) -> bytes:
        data = bytearray(whole)
        for _ in range(self._random.randint(1, 4)):
            at = self._random.randrange(len(data)) if data else 0
            match self._random.randrange(5):
                case 0 | 1 if data:
                    data[at] = self._random.randrange(256)
                case 2:
                    data[at:at] = self._random.randbytes(self._random.randint(1, 8))
                case 3:
                    del data[at : at + self._random.randint(1, 8)]
                case 4:
                    data[at:at] = data[at : at + 16]
        return bytes(data)

    def _fields_changed(self, parts: _Parts) -> bytes:
        tree = msgspec.msgpack.decode(parts.header)
        for _ in range(self._random.randint(1, 3)):
            self._change_somewhere(tree)
        return frame(msgspec.msgpack.encode(tree), self._payload(parts.payload))

    def _change_somewhere(self, tree: Any) -> None:
        """Replace, repeat or drop a part of the message."""
        place, key = tree, None
        while isinstance(place, dict | list) and place:
            key = self._random.choice(list(place) if isinstance(place, dict) else range(len(place)))
            if not isinstance(place[key], dict | list) or not place[key] or self._random.random() < 0.2:
                break
            place = place[key]
        if key is None or not isinstance(place, dict | list):
            return
        match self._random.randrange(8):
            case 0:
                del place[key]
            case 1 if isinstance(place, list):
                place[key:key] = [copy.deepcopy(place[key]) for _ in range(self._random.choice((1, 2, 50)))]
            case 2:
                place[key] = copy.deepcopy(self._random.choice(self._nodes))
            case _:
                place[key] = copy.deepcopy(self._random.choice(WILD))

    def _other_graph(self, parts: _Parts) -> bytes:
        """Put nodes of all honest frames together, with references and numbers that may lead anywhere."""
        tree = msgspec.msgpack.decode(parts.header if b"graph" in parts.header else self._with_graph.header)
        nodes = [self._shaken(node) for node in self._random.choices(self._nodes, k=self._random.randint(0, 12))]
        storages = self._random.choice((tree["graph"][0], [64], [16, 16], [0], []))
        tree["graph"] = [storages, nodes]
        if "root" in tree:
            tree["root"] = self._random.randint(-2, 20)
        sizes = [size for size in storages if isinstance(size, int) and 0 <= size < MAX_FRAME_BYTES]
        payload = self._random.randbytes(sum(size + -size % 16 for size in sizes))
        return frame(msgspec.msgpack.encode(tree), payload if self._random.random() < 0.5 else bytes(len(payload)))

    def _shaken(self, value: Any) -> Any:
        if isinstance(value, list):
            return [value[0], *map(self._shaken, value[1:])] if value else value
        if type(value) is int and self._random.random() < 0.2:
            return self._random.choice(range(12)) if self._random.random() < 0.8 else self._random.choice(WILD[:14])
        return value

    def _payload(self, payload: bytes) -> bytes:
        if self._random.random() < 0.8:
            return payload
        return self._random.choice((b"", payload[:-1], payload + bytes(16), self._random.randbytes(len(payload))))

    def _lying_head(self, parts: _Parts) -> bytes:
        magic = self._random.choice((b"dlg1", b"dlg1", b"dlg1", b"dlg2", bytes(4)))
        lengths = (len(parts.header), len(parts.payload), 0, 1, 2**20, 2**22, 2**28, 2**28 + 1, 2**32 - 1)
        head = HEAD.pack(magic, self._random.choice(lengths), self._random.choice((*lengths, 2**63, 2**64 - 1)))
        return head + parts.header + parts.payload

    def _other_end(self, parts: _Parts) -> bytes:
        whole = frame(parts.header, parts.payload)
        if self._random.random() < 0.5:
            return whole[: self._random.randrange(len(whole))]
        return whole + self._random.choice((b"\0", whole, whole[:20], bytes(5000)))


def _split(whole: bytes) -> _Parts:
    _, header_bytes, _ = HEAD.unpack_from(whole)
    end = HEAD.size + header_bytes
    return _Parts(whole[HEAD.size : end], whole[end:])


def _nodes_of(tree: dict[str, Any]) -> list[Any]:
    return list(tree["graph"][1]) if "graph" in tree else []


# ------------------------------------------------------------------------------------------------- what becomes of it


def received(data: bytes, decode: Callable[[wire.Buffer], Any] = wire.decode_reply) -> tuple[Any, bytes]:
    """Receive exactly these bytes and the end of the stream. Raises what a channel raises."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        message, payload = Channel(ours).receive(decode, deadline=time.monotonic() + FRAME_S)
        return message, bytes(payload)


def outcome_of(data: bytes) -> str:
    """Take a frame in as a session does, and say what became of it. Raises for what must not happen."""
    try:
        reply, payload = received(data)
    except WireError:
        return "refused on the wire"
    except PeerGone:
        return "ended too early"
    return "taken" if look_at(reply, payload) else "refused by the graph"


@dataclass(slots=True)
class Tally:
    """What became of many frames."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    slowest: bytes = b""

    def add(self, data: bytes) -> None:
        began = time.monotonic()
        self.outcomes[outcome_of(data)] += 1
        took = time.monotonic() - began
        if took > self.slowest_s:
            self.slowest_s, self.slowest = took, data
