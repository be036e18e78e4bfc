"""A child in small: what an examiner asks of one, and the child's own server, fed with whatever a stream holds.

Nothing here is confined. `served` is for streams that this project made of honest requests, in a process that has given
up its rights; what a real child does with them, in its box, the tests ask a real child.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import torch
from hostile_frames import HEAD, NONCE, frame
from small_examiner import arguments

from grader.sandbox import operations, wire
from grader.sandbox.child import Server
from grader.sandbox.encode import Encoder
from grader.sandbox.graph import Table
from grader.sandbox.jail.box import Box
from grader.sandbox.messages import (
    STUDENT_ROOT,
    Answer,
    CallbackSpec,
    Do,
    Graph,
    HandleSpec,
    Load,
    Node,
    Reply,
    SourceText,
)
from grader.sandbox.wire import Channel, DeadlinePassed, PeerGone, WireError

ANSWERS_S = 10.0  # by then a child has answered, or never will
# Whatever it is given, it does not go on for long: a student's endless loop is no finding of a fuzzer.
STUDENT = """
import torch

def echo(*args, **kwargs):
    return [*args, kwargs]

def one(x=None, *rest, **named):
    return x

def items(xs, *rest):
    for x in xs:
        yield x

def calls(f, *args, **kwargs):
    return f(*args, **kwargs)

def change(*xs):
    for x in xs:
        if isinstance(x, torch.Tensor):
            x.zero_()
        elif isinstance(x, list):
            x.append(xs)
        elif isinstance(x, dict):
            x["new"] = torch.ones(2)

def square(x, *rest):
    return x * x

def fail(*args):
    raise ValueError(args)

def leave(*args):
    raise SystemExit

class Net:
    def __init__(self, *args):
        self.weight = torch.ones(3, requires_grad=True)

    def __call__(self, x):
        return self.weight * x

    def __len__(self):
        return 3

    def __getitem__(self, key):
        return key

    def __setitem__(self, key, value):
        self.weight = value

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return None
"""
FILES = [SourceText("student.py", STUDENT)]
LOAD = Load(nonce=NONCE, files=FILES, forbid=[], seed=0, memory_mib=512, cpu_s=60.0, device="cpu")


@dataclass(slots=True)
class _Function:
    """Stands for a function of the test among the arguments."""

    spec: CallbackSpec = field(default_factory=lambda: CallbackSpec(0, "loss", True, ["step"]))


def _encoded(values: list[Any]) -> tuple[Graph, list[int], bytes]:
    def other(value: object) -> Node:
        return value.spec if isinstance(value, _Function) else HandleSpec(1, "object", "Net")

    encoder = Encoder(Table(), whole=True, other=other)
    refs = [encoder.add(value) for value in values]
    graph, buffers = encoder.finish()
    return graph, refs, b"".join(bytes(part) for part in buffers)


def do(op: str, path: list[str], *args: Any, handle: int = STUDENT_ROOT, **more: Any) -> bytes:
    """Return the frame of one operation."""
    graph, refs, payload = _encoded(list(args))
    kwargs = [("named", refs[0])] if refs and path in (["echo"], ["one"]) else []
    request = Do(nonce=NONCE, op=op, handle=handle, path=path, graph=graph, args=refs, kwargs=kwargs, **more)
    return frame(msgspec.msgpack.encode(request), payload)


def honest_requests() -> list[bytes]:
    """Return requests of every kind, as the examiner sends them after those of `BEFORE`."""
    given, _ = arguments()
    graph, (root,), payload = _encoded([torch.ones(2)])
    answers = [Answer(nonce=NONCE, graph=graph, root=root), Answer(nonce=NONCE, graph=Graph(), root=-1, error="no")]
    return [
        do("call", ["echo"], *given),
        do("call", ["one"], {"a": [1, 2.5, "x", b"y", 1j, None, slice(1, None), torch.float32, 2**70, range(3), ...]}),
        do("call", ["change"], *given, reseed=7),
        do("call", ["calls"], _Function(), torch.ones(2), [1]),
        *(frame(msgspec.msgpack.encode(answer), b"" if answer.error else payload) for answer in answers),
        do("call", ["fail"], (1, (2, (3,)))),
        do("call", ["leave"]),
        do("grad", ["square"], torch.ones(3), torch.ones(3)),
        do("call", ["Net"], keep=True),
        do("call", ["items"], [torch.ones(2), 2]),
        do("next", [], handle=2),
        do("iter", ["items"]),
        do("get", ["weight"], handle=1),
        do("fetch", ["weight"], handle=1),
        do("set", [], "weight", torch.zeros(3), handle=1),
        do("item", [], 5, handle=1),
        do("setitem", [], "k", torch.ones(3), handle=1),
        do("len", [], handle=1),
        do("enter", [], handle=1),
        do("exit", [], handle=1, release=[1]),
    ]


# The submission is loaded; handle 1 is a Net, handle 2 a generator.
BEFORE = (
    frame(msgspec.msgpack.encode(LOAD)),
    do("call", ["Net"], keep=True),
    do("call", ["items"], [1, 2, 3], keep=True),
)


def frames_of(stream: bytes) -> list[bytes]:
    """Cut a stream into what begins like a frame."""
    return [part for part in re.split(b"(?=dlg1)", stream) if part]


def converse(child: Channel, frames: Sequence[bytes], *, deadline: float) -> list[Reply]:
    """Send frame after frame as an examiner does, each when the one before is answered; return the answers.

    A frame that is not whole is the last. Behind the last one the stream ends, and the child must leave by itself.
    Raises: WireError when an answer is malformed; DeadlinePassed when none comes, or the child stays.
    """
    found: list[Reply] = []
    child.sock.setblocking(False)
    try:
        for data in frames:
            _send_all(child.sock, data, deadline)
            if not _is_whole(data):
                break
            found.append(child.receive(wire.decode_reply, deadline=deadline)[0])
        child.sock.shutdown(socket.SHUT_WR)
        while _readable(child.sock, deadline).recv(1 << 16):  # calls that waited for an answer say how they ended
            continue
    except (PeerGone, OSError):
        return found
    return found


def _readable(end: socket.socket, deadline: float) -> socket.socket:
    if not select.select([end], [], [], max(deadline - time.monotonic(), 0))[0]:
        raise DeadlinePassed
    return end


def _is_whole(data: bytes) -> bool:
    return len(data) >= HEAD.size and len(data) >= HEAD.size + sum(HEAD.unpack_from(data)[1:])


def _send_all(end: socket.socket, data: bytes, deadline: float) -> None:
    while data:
        if not select.select([], [end], [], max(deadline - time.monotonic(), 0))[1]:
            raise DeadlinePassed
        data = data[end.send(data) :]


# ------------------------------------------------------------------------------------------------- in this process


class _Unconfined(Box):
    """Sets no limit: the process has its own."""

    def limit(self, *, memory_mib: int, cpu_s: float, device: str) -> None:
        """Leave the limits as they are."""


def refuse_import(path: list[str]) -> Any:
    raise ImportError(f"{path[:1]}: what the examiner imports is its own choice, and no finding")


def served(frames: Sequence[bytes]) -> str:
    """Let a server in this process read these frames, behind those of `BEFORE`; say how it ended.

    Only to be called with rights given up: a request may name any attribute of anything. Raises for what must not
    happen: an answer that is malformed, or none.
    """
    ours, theirs = socket.socketpair()
    finders, importing = list(sys.meta_path), operations.import_path
    operations.import_path = refuse_import
    examiner = _Examiner(theirs, [*BEFORE, *frames])
    examiner.start()
    try:
        Server(Channel(ours), _Unconfined()).serve()
        ended = "read to its end"
    except WireError:
        ended = "refused on the wire"
    except PeerGone:
        ended = "left while it answered"
    finally:
        ours.close()
        examiner.join()
        theirs.close()
        operations.import_path = importing
        sys.meta_path[:] = finders
        sys.modules.pop("student", None)
    if examiner.error is not None:
        raise examiner.error
    return f"{ended}, {len(examiner.replies) - len(BEFORE)} of {len(frames)} answered"


class _Examiner(threading.Thread):
    """The other end of a server in this process."""

    def __init__(self, end: socket.socket, frames: Sequence[bytes]) -> None:
        super().__init__()
        self._end = end
        self._frames = frames
        self.replies: list[Reply] = []
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self.replies = converse(Channel(self._end), self._frames, deadline=time.monotonic() + ANSWERS_S)
        except (WireError, DeadlinePassed) as error:
            self.error = error
        finally:
            with contextlib.suppress(OSError):
                self._end.shutdown(socket.SHUT_RDWR)  # a server that still waits is let go


def loads_again(frames: Sequence[bytes]) -> bool:
    """Whether there is a further `Load` among them: it would run other code than the student above."""
    return any(b"load" in data for data in frames)
