"""Frames as a hostile child would make them, and what the examiner would do with them."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from grader.sandbox import wire
from grader.sandbox.calls import CallScope, Hooks
from grader.sandbox.children import Ending, Spawned
from grader.sandbox.decode import Decoder, split_payload
from grader.sandbox.graph import Table, Unsendable
from grader.sandbox.messages import Changes, Do, Graph, HandleSpec, Node, Ready, Reply, Returned
from grader.sandbox.wire import Channel

HEAD = struct.Struct("<4sIQ")
NONCE = 77


def frame(header: bytes, payload: bytes = b"") -> bytes:
    """Return a whole frame around any header."""
    return HEAD.pack(b"dlg1", len(header), len(payload)) + header + payload


def message_frame(message: Reply, payload: bytes = b"") -> bytes:
    return frame(msgspec.msgpack.encode(message), payload)


def payload_of(data: bytes) -> wire.Payload:
    return np.frombuffer(bytearray(data), dtype=np.uint8)


@contextlib.contextmanager
def channel() -> Iterator[tuple[Channel, socket.socket]]:
    """Give the examiner's channel, and the child's bare end of the socket."""
    ours, theirs = socket.socketpair()
    output, child_output = socket.socketpair()
    with ours, theirs, output, child_output:
        yield Channel(ours, output=output, drain=lambda: bool(output.recv(1 << 16))), theirs


def receive(data: bytes, *, seconds: float = 5.0) -> tuple[Reply, wire.Payload]:
    """Let the examiner receive exactly these bytes and the end of the stream."""
    with channel() as (examiner, child):
        sender = threading.Thread(target=_send_all, args=(child, data))
        sender.start()
        try:
            return examiner.receive(wire.decode_reply, deadline=time.monotonic() + seconds)
        finally:
            examiner.close()
            sender.join()


def _send_all(child: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):
        child.sendall(data)
        child.shutdown(socket.SHUT_WR)


def decode(nodes: Sequence[Node], *, storages: Sequence[int] = (), payload: bytes = b"", root: int = 0) -> Any:
    """Decode a graph that refers to nothing but itself."""
    decoder = Decoder(Table(), handle=lambda spec: object())
    parts = split_payload(payload_of(payload), list(storages))
    decoder.read(Graph(storages=list(storages), nodes=list(nodes)), parts)
    return decoder.value(root)


def refuse(value: object) -> Node:
    raise Unsendable("unsupported", value)


def sent(*args: object, mutates: Sequence[str] = ()) -> CallScope:
    """Return the scope of a call with these arguments: a0, a1, …"""
    scope = CallScope(Hooks(other=refuse, handle=_handle))
    scope.encode(args, {}, places=[f"a{index}" for index in range(len(args))], mutates=frozenset(mutates))
    return scope


def _handle(spec: HandleSpec, scope: CallScope) -> object:
    return object()


def take(
    scope: CallScope,
    graph: Graph | None = None,
    changes: Changes | None = None,
    payload: bytes = b"",
    *,
    back: bool = False,
) -> Decoder:
    """Let the examiner take in a reply, or with `back` a call back, and look at what it means."""
    mark = scope.table.mark()
    decoder, _ = scope.receive(graph or Graph(), changes or Changes(), payload_of(payload), calling_back=back)
    if back:
        scope.table.truncate(mark)
    else:
        scope.protected_changes()
    return decoder


def question(nonce: int = NONCE, payload: int = 0) -> Do:
    """Return some request of the examiner's."""
    return Do(
        nonce=nonce,
        op="call",
        handle=-1,
        path=["f"],
        graph=Graph(storages=[payload] if payload else []),
        args=[],
        kwargs=[],
    )


def answer(nonce: int = NONCE) -> Returned:
    """Return an honest reply to it."""
    from grader.sandbox.messages import Atom

    return Returned(nonce=nonce, graph=Graph(nodes=[Atom(value=1)]), root=0, changes=Changes())


READY = message_frame(Ready())


@dataclass(slots=True)
class ScriptedChild:
    """A source of one child: it says `hello`, and then does with its ends of wire and output whatever `script` does."""

    script: Callable[[socket.socket, socket.socket], None]
    hello: bytes = READY
    reaped: int = 0
    gpu: None = None
    _ends: list[socket.socket] = field(default_factory=list)
    _thread: threading.Thread | None = None

    def spawn(self) -> Spawned:
        ours, theirs = socket.socketpair()
        output, child_output = socket.socketpair()
        self._ends = [theirs, child_output]
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return Spawned(4_000_000, ours, output)

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            self._ends[0].sendall(self.hello)
            self.script(*self._ends)

    def trace(self, pid: int) -> None:
        """A scripted child does not say where it is."""

    def reap(self, pid: int) -> Ending:
        self.reaped += 1
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        assert self._thread is not None
        self._thread.join(timeout=5.0)
        assert not self._thread.is_alive(), "the script hangs"
        for end in self._ends:
            end.close()
        return Ending(exit_status=0)
