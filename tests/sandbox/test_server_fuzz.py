"""Requests that are not quite right, to real children: an answer of the protocol, or a closed wire; never a hang."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator

import msgspec
import pytest
from hostile_frames import HEAD, NONCE, frame
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from malformed_frames import Malformer
from server_host import asked, children
from small_child import BEFORE, LOAD, do, honest_requests

from grader.sandbox.children import ForkedChildren
from grader.sandbox.messages import (
    REMOTE_ROOT,
    Answer,
    Graph,
    Invoke,
    Loaded,
    Raised,
    Ready,
    Refused,
    Reply,
    Returned,
    SourceText,
    TensorSpec,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the children of these tests live in a box of Linux")
HONEST = honest_requests()
HANG_S = 10.0  # a child answers in milliseconds


@pytest.fixture(scope="module")
def source() -> Iterator[ForkedChildren]:
    with children() as forked:
        yield forked


def answers(source: ForkedChildren, *frames: bytes, loaded: bool = True) -> list[Reply]:
    """Return what a child answers to these, behind a submission that it has loaded."""
    before = BEFORE if loaded else ()
    ready, *found = asked(source, [*before, *frames], seconds=HANG_S)[0]
    assert isinstance(ready, Ready)
    assert all(isinstance(one, Loaded | Returned) for one in found[: len(before)]), found
    return found[len(before) :]


# ------------------------------------------------------------------------------------------------ the honest control


def test_honest_requests_are_answered(source: ForkedChildren) -> None:
    kinds = Counter(type(one).__name__ for one in answers(source, *HONEST))
    assert kinds.total() == len(HONEST)
    assert kinds["Returned"] >= 15
    assert {"Invoke", "Raised"} <= set(kinds)


def test_a_child_leaves_when_its_examiner_does(source: ForkedChildren) -> None:
    for frames in ((), BEFORE, (*BEFORE, do("call", ["echo"], 1))):
        assert asked(source, frames, seconds=HANG_S)[1] < 2.0


# ---------------------------------------------------------------------------------------------------- what is wrong


def wrong(request: bytes, **changes: object) -> bytes:
    """Return a request whose header has other fields."""
    _, header_bytes, _ = HEAD.unpack_from(request)
    fields = msgspec.msgpack.decode(request[HEAD.size : HEAD.size + header_bytes])
    return frame(msgspec.msgpack.encode(fields | changes), request[HEAD.size + header_bytes :])


ECHO = do("call", ["echo"], 1)


@pytest.mark.parametrize(
    "request_",
    [
        wrong(ECHO, op="eval"),
        wrong(ECHO, op=""),
        wrong(ECHO, path=["nothing"]),
        wrong(ECHO, path=["__dict__", "x"]),
        wrong(ECHO, handle=99),
        wrong(ECHO, handle=-3),
        wrong(ECHO, handle=2**63 - 1),
        wrong(ECHO, handle=REMOTE_ROOT, path=[]),
        wrong(ECHO, handle=REMOTE_ROOT, path=["no.such.module", "x"]),
        wrong(ECHO, handle=REMOTE_ROOT, path=[""]),
        wrong(ECHO, args=[0, 1, 99]),
        wrong(ECHO, args=[-1]),
        wrong(ECHO, kwargs=[("named", 7)]),
        wrong(ECHO, graph=[[16], [[0, 1]]]),
        wrong(ECHO, graph=[[], [[5, 0, "float32", [4], [1], 0]]]),
        wrong(ECHO, graph=[[], [[3, "list", [0] * 60_000]]]),
        wrong(ECHO, graph=[[], [[9, 77, "object", "Net"]]]),
        wrong(ECHO, reseed=2**63 - 1, op="len"),
        wrong(ECHO, reseed=-1, op="len"),
        do("next", [], handle=1),
        do("item", ["echo"], "x"),
        do("exit", ["echo"]),
        do("grad", ["echo"]),
        do("grad", ["fail"], 1, 2, 3),
        frame(msgspec.msgpack.encode(Answer(nonce=NONCE, graph=Graph(), root=0))),
    ],
)
def test_a_request_that_cannot_be_done_is_answered_with_the_reason(source: ForkedChildren, request_: bytes) -> None:
    first, second = answers(source, request_, ECHO)
    assert isinstance(first, Raised | Refused), first
    assert isinstance(second, Returned), "the child goes on serving"


@pytest.mark.parametrize(
    "load",
    [
        msgspec.structs.replace(LOAD, files=[]),
        msgspec.structs.replace(LOAD, files=[SourceText("", "x = 1")]),
        msgspec.structs.replace(LOAD, files=[SourceText("a\0b.py", "x = 1")]),
        msgspec.structs.replace(LOAD, files=[SourceText("../etc/passwd.py", "x = 1")]),
        msgspec.structs.replace(LOAD, files=[SourceText("student.py", "x = (")]),
        msgspec.structs.replace(LOAD, files=[SourceText("student.py", "\0")]),
        msgspec.structs.replace(LOAD, files=[SourceText("student.py", "(" * 10_000)]),
        msgspec.structs.replace(LOAD, files=[SourceText("student.py", "-" * 100_000 + "1")]),
        msgspec.structs.replace(LOAD, seed=-(2**63)),
        msgspec.structs.replace(LOAD, memory_mib=-1),
        msgspec.structs.replace(LOAD, cpu_s=float("nan")),
        msgspec.structs.replace(LOAD, device="nothing"),
        msgspec.structs.replace(LOAD, forbid=["", ".", "*", "torch.", "torch.*.*", "a.b.c", "[", "\0.x"]),
    ],
)
def test_a_submission_that_cannot_be_loaded_is_answered_or_ends_the_child(source: ForkedChildren, load: object) -> None:
    found = answers(source, frame(msgspec.msgpack.encode(load)), loaded=False)
    assert all(isinstance(one, Loaded | Raised) for one in found)
    assert len(found) <= 1


def test_a_call_back_whose_answer_is_nonsense_ends_that_call_only(source: ForkedChildren) -> None:
    calls = next(one for one in HONEST if b"step" in one)
    nonsense = Answer(nonce=NONCE, graph=Graph(nodes=[TensorSpec(5, "float32", [4], [1], 0)]), root=3)
    asked_back, ended, goes_on = answers(source, calls, frame(msgspec.msgpack.encode(nonsense)), ECHO)
    assert isinstance(asked_back, Invoke)
    assert isinstance(ended, Raised)
    assert isinstance(goes_on, Returned)


def test_what_is_no_frame_closes_the_wire(source: ForkedChildren) -> None:
    for data in (b"GET / HTTP/1.1\r\n\r\n", HEAD.pack(b"dlg1", 2**32 - 1, 0), HEAD.pack(b"dlg1", 0, 2**64 - 1), b"d"):
        assert answers(source, data) == []


# -------------------------------------------------------------------------------------------------------- at random


def test_two_hundred_fifty_malformed_conversations_end_in_answers_or_a_closed_wire(source: ForkedChildren) -> None:
    malformer, slowest_s, kinds = Malformer(3, HONEST), 0.0, Counter[str]()
    for _ in range(250):
        found, took_s = asked(source, [*BEFORE, *malformer.conversation()], seconds=HANG_S)
        kinds.update(type(one).__name__ for one in found[1 + len(BEFORE) :])
        slowest_s = max(slowest_s, took_s)
    assert slowest_s < 2.0
    assert {"Returned", "Raised", "Invoke"} <= set(kinds)


@settings(max_examples=60, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(HONEST) | st.binary(max_size=60), max_size=4), st.integers(0, 2**32))
def test_any_conversation_ends(source: ForkedChildren, frames: list[bytes], seed: int) -> None:
    made = Malformer(seed, HONEST)
    began = time.monotonic()
    asked(source, [*BEFORE, *(made.next() if one in HONEST else one for one in frames)], seconds=HANG_S)
    assert time.monotonic() - began < HANG_S
