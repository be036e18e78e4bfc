"""Frames of a hostile child: each ends the exchange in time, in the child's fault, and in bounded memory."""

from __future__ import annotations

import socket
import threading
import time
import tracemalloc
from collections.abc import Callable

import msgspec
import pytest
from hostile_frames import HEAD, NONCE, READY, ScriptedChild, answer, channel, frame, message_frame, question, receive

from grader.errors import GraderFault
from grader.records import Outcome, SourceFile
from grader.sandbox import client as client_module
from grader.sandbox import wire
from grader.sandbox.client import MAX_OUTPUT_BYTES, ChildEnded, Client, Served
from grader.sandbox.messages import Answer, Changes, Graph, Invoke, Load, Loaded, Raised, Refused, Returned, SourceText
from grader.sandbox.wire import MIB, DeadlinePassed, PeerGone, WireError

Script = Callable[[socket.socket, socket.socket], None]
HONEST = message_frame(answer(), b"12345678")


def exchange(script: Script, *, seconds: float = 2.0, payload: int = 0) -> tuple[ChildEnded | None, Client]:
    """Ask a scripted child one question; return how the child ended, if it did."""
    client = Client(ScriptedChild(script), ())
    buffers = [bytes(payload)] if payload else []
    try:
        client.exchange(question(payload=payload), buffers, deadline=time.monotonic() + seconds)
    except ChildEnded as ended:
        return ended, client
    finally:
        client.end()
    return None, client


def read_question(child: socket.socket) -> None:
    head = child.recv(HEAD.size, socket.MSG_WAITALL)
    if len(head) < HEAD.size:
        raise ConnectionError("the examiner has left")
    _, header, payload = HEAD.unpack(head)
    child.recv(header + payload, socket.MSG_WAITALL)


# ------------------------------------------------------------------------------------------------ whole frames


def test_a_frame_arrives_whole() -> None:
    message, payload = receive(HONEST)
    assert message == answer()
    assert bytes(payload) == b"12345678"


@pytest.mark.parametrize("cut", [1, 3, 15, 16, 17, len(HONEST) - 9, len(HONEST) - 1])
def test_a_frame_may_come_in_two_parts(cut: int) -> None:
    with channel() as (examiner, child):
        timer = threading.Timer(0.01, child.sendall, (HONEST[cut:],))
        child.sendall(HONEST[:cut])
        timer.start()
        message, payload = examiner.receive(wire.decode_reply, deadline=time.monotonic() + 5)
        timer.join()
    assert message == answer()
    assert bytes(payload) == b"12345678"


def test_a_payload_larger_than_any_buffer_arrives_whole() -> None:
    data = bytes(range(256)) * 4096
    _, payload = receive(message_frame(answer(), data))
    assert bytes(payload) == data


@pytest.mark.parametrize(
    "head",
    [
        HEAD.pack(b"dlg2", 4, 0),
        HEAD.pack(b"\x80\x04\x95.", 4, 0),  # a pickle's beginning
        HEAD.pack(b"dlg1", wire.MAX_HEADER_BYTES + 1, 0),
        HEAD.pack(b"dlg1", 2**32 - 1, 0),
        HEAD.pack(b"dlg1", 4, wire.MAX_PAYLOAD_BYTES + 1),
        HEAD.pack(b"dlg1", 4, 2**40),
        HEAD.pack(b"dlg1", 4, 2**64 - 1),
    ],
    ids=["magic", "pickle", "header-over-the-cap", "header-of-4-gib", "payload-over-the-cap", "2**40", "2**64-1"],
)
def test_a_lying_head_is_refused_before_anything_is_allocated(head: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(WireError):
            receive(head + bytes(64))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 * MIB


def test_the_largest_payload_that_may_be_announced_costs_what_it_announces_and_no_more() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(PeerGone):
            receive(HEAD.pack(b"dlg1", 4, wire.MAX_PAYLOAD_BYTES) + bytes(64))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < wire.MAX_PAYLOAD_BYTES + 2 * MIB


@pytest.mark.parametrize("length", range(0, len(HONEST), 3))
def test_a_frame_that_ends_too_early_is_a_child_that_is_gone(length: int) -> None:
    with pytest.raises(PeerGone):
        receive(HONEST[:length])


@pytest.mark.parametrize("extra", [b"\0", HONEST, bytes(5000)], ids=["a-byte", "a-second-reply", "many"])
def test_bytes_after_the_frame_are_refused(extra: bytes) -> None:
    with pytest.raises(WireError, match="after the end"):
        receive(HONEST + extra)


# ------------------------------------------------------------------------------------------------- headers


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\xc1",
        msgspec.msgpack.encode(None),
        msgspec.msgpack.encode([1, 2]),
        msgspec.msgpack.encode({}),
        msgspec.msgpack.encode({"type": "score", "nonce": NONCE, "earned": 100}),
        msgspec.msgpack.encode({"type": "returned", "nonce": NONCE}),
        msgspec.msgpack.encode({"type": "returned", "nonce": "77", "graph": [], "root": 0, "changes": []}),
        msgspec.msgpack.encode(
            {"type": "returned", "nonce": NONCE, "graph": [[], [[99, 1]]], "root": 0, "changes": []}
        ),
        msgspec.msgpack.encode(
            {"type": "returned", "nonce": NONCE, "graph": [[], [[0, [1]]]], "root": 0, "changes": []}
        ),
        msgspec.msgpack.encode({"type": "returned", "nonce": NONCE, "graph": [[], [1]], "root": 0, "changes": []}),
        msgspec.msgpack.encode(
            {"type": "returned", "nonce": NONCE, "graph": [], "root": 2**64 - 1, "changes": [[0.5]]}
        ),
        msgspec.msgpack.encode(question()),
        msgspec.msgpack.encode(Answer(nonce=NONCE, graph=Graph(), root=0)),
        msgspec.msgpack.encode(answer()) + b"\0",
        msgspec.msgpack.encode(answer())[:-1],
        b"\x91" * 10_000 + b"\xc0",
        b"\x91" * 1_000_000,
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xdb\xff\xff\xff\xff",
        b"\x81\xa4type\xa4\xff\xfe\xff\xfe",
    ],
)
def test_a_header_that_is_no_reply_is_refused(header: bytes) -> None:
    with pytest.raises(WireError):
        wire.decode_reply(header)


@pytest.mark.parametrize("before", [b"", b"\x85\xa4type\xa8returned\xa5nonce\x4d\xa5graph\x92\x90"])
def test_ten_thousand_nested_lists_are_refused(before: bytes) -> None:
    with pytest.raises(WireError):
        wire.decode_reply(before + b"\x91" * 10_000 + b"\xc0" * 10)


@pytest.mark.parametrize("text", [b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xff\xff\xff", b"\xc0\x80\x80"], ids=repr)
def test_text_that_is_no_utf8_is_refused(text: bytes) -> None:
    honest = msgspec.msgpack.encode(Raised(nonce=NONCE, type_name="abc", bases=[], message="", frames=[]))
    assert honest.count(b"abc") == 1
    with pytest.raises(WireError):
        wire.decode_reply(honest.replace(b"abc", text))


def test_an_unknown_field_does_not_become_anything() -> None:
    header = msgspec.msgpack.encode({**msgspec.to_builtins(answer()), "type": "returned", "score": 100})
    assert wire.decode_reply(header) == answer()


def test_the_child_refuses_what_is_no_request() -> None:
    with pytest.raises(WireError):
        wire.decode_request(msgspec.msgpack.encode(answer()))


def test_what_is_over_the_caps_is_not_even_sent() -> None:
    with channel() as (examiner, _):
        with pytest.raises(WireError, match="over the cap"):
            examiner.send(answer(), [memoryview(bytes(MIB))] * 257)
        load = Load(
            nonce=1,
            files=[SourceText("a.py", "x" * (4 * MIB))],
            forbid=[],
            seed=0,
            memory_mib=1,
            cpu_s=1.0,
            device="cpu",
        )
        with pytest.raises(WireError, match="over the cap"):
            examiner.send(load)


# ------------------------------------------------------------------------------------------------- deadlines


def test_a_silent_child_is_waited_for_until_the_deadline_and_no_longer() -> None:
    began = time.monotonic()
    with channel() as (examiner, _), pytest.raises(DeadlinePassed):
        examiner.receive(wire.decode_reply, deadline=began + 0.1)
    assert 0.09 < time.monotonic() - began < 0.5


@pytest.mark.parametrize("whole", [HONEST, HEAD.pack(b"dlg1", 4000, 0) + bytes(4000)], ids=["right", "long"])
def test_a_slow_drip_ends_at_the_absolute_deadline(whole: bytes) -> None:
    stop = threading.Event()

    def drip(child: socket.socket) -> None:
        for byte in whole:
            if stop.wait(0.01):
                return
            child.sendall(bytes([byte]))

    began = time.monotonic()
    with channel() as (examiner, child):
        dripping = threading.Thread(target=drip, args=(child,))
        dripping.start()
        with pytest.raises(DeadlinePassed):
            examiner.receive(wire.decode_reply, deadline=began + 0.15)
        stop.set()
        dripping.join()
    assert time.monotonic() - began < 0.6


def test_a_deadline_that_has_passed_is_noticed_although_bytes_are_there() -> None:
    with channel() as (examiner, child):
        child.sendall(HONEST)
        with pytest.raises(DeadlinePassed):
            examiner.receive(wire.decode_reply, deadline=time.monotonic() - 1)


def test_a_child_that_does_not_read_its_question_is_ended_at_the_deadline() -> None:
    began = time.monotonic()
    ended, _ = exchange(lambda wire_end, output: time.sleep(0.3), seconds=0.1, payload=16 * MIB)
    assert ended is not None
    assert ended.outcome is Outcome.TIMEOUT
    assert time.monotonic() - began < 1.5


# ------------------------------------------------------------------------------------------------- the exchange


@pytest.mark.parametrize(
    "hello",
    [b"", b"garbage" * 9, READY[:-1], message_frame(answer()), READY[:4] + b"\xff" * 12],
    ids=["nothing", "garbage", "half", "an-answer", "a-lying-head"],
)
def test_a_child_that_does_not_come_up_is_no_fault_of_a_student(hello: bytes) -> None:
    """It has seen nothing of the student's yet."""
    source = ScriptedChild(lambda child, output: child.shutdown(socket.SHUT_RDWR), hello=hello)
    with pytest.raises(GraderFault, match="did not come up"):
        Client(source, ())
    assert source.reaped == 1


def test_an_honest_child_is_heard() -> None:
    def honest(child: socket.socket, _: socket.socket) -> None:
        read_question(child)
        child.sendall(message_frame(answer()))

    ended, _ = exchange(honest)
    assert ended is None


def test_a_reply_that_was_sent_before_the_question_is_refused() -> None:
    up, early = threading.Event(), threading.Event()

    def prepared(child: socket.socket, _: socket.socket) -> None:
        up.wait(5)
        child.sendall(message_frame(answer()))
        early.set()

    client = Client(ScriptedChild(prepared), ())
    up.set()
    assert early.wait(5)
    with pytest.raises(ChildEnded) as caught:
        client.exchange(question(), [], deadline=time.monotonic() + 2)
    assert (caught.value.outcome, caught.value.detail) == (Outcome.CRASHED, "wire")
    assert not client.alive


@pytest.mark.parametrize("nonce", [NONCE + 1, 0, -1, 2**63 - 1])
@pytest.mark.parametrize("reply", [Returned, Raised, Refused, Loaded], ids=lambda kind: kind.__name__)
def test_a_reply_to_another_question_is_refused(reply: type, nonce: int) -> None:
    fields = {
        Returned: {"graph": Graph(), "root": -1, "changes": Changes()},
        Raised: {"type_name": "ValueError", "bases": ["ValueError"], "message": "", "frames": []},
        Refused: {"reason": "too-large", "type_name": "Tensor", "shape": [], "nbytes": 0},
        Loaded: {"names": []},
    }[reply]

    def replays(child: socket.socket, _: socket.socket) -> None:
        read_question(child)
        child.sendall(message_frame(reply(nonce=nonce, **fields)))

    ended, _ = exchange(replays)
    assert ended is not None
    assert (ended.outcome, ended.detail) == (Outcome.CRASHED, "wire")


def test_a_second_reply_is_refused_with_the_next_question() -> None:
    def two(child: socket.socket, _: socket.socket) -> None:
        read_question(child)
        child.sendall(message_frame(answer()))
        time.sleep(0.05)
        child.sendall(message_frame(answer()))
        second.set()

    second = threading.Event()
    client = Client(ScriptedChild(two), ())
    client.exchange(question(), [], deadline=time.monotonic() + 2)
    assert second.wait(5)
    with pytest.raises(ChildEnded) as caught:
        client.exchange(question(NONCE + 1), [], deadline=time.monotonic() + 2)
    assert caught.value.detail == "wire"


def invoke() -> Invoke:
    return Invoke(nonce=NONCE, callback=0, method="", graph=Graph(), args=[], kwargs=[], changes=Changes())


def test_a_call_back_is_refused_where_none_is_possible() -> None:
    def calls_back(child: socket.socket, _: socket.socket) -> None:
        read_question(child)
        child.sendall(message_frame(invoke()))

    ended, _ = exchange(calls_back)
    assert ended is not None
    assert ended.detail == "wire"


def test_calls_back_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MAX_CALLBACKS", 20)

    def calls_back(child: socket.socket, _: socket.socket) -> None:
        while True:
            read_question(child)
            child.sendall(message_frame(invoke()))

    client = Client(ScriptedChild(calls_back), ())
    served = []

    def serve(request: Invoke, payload: object) -> Served:
        served.append(request)
        return Served(Answer(nonce=NONCE, graph=Graph(), root=-1, error="no"), [], 0.0)

    with pytest.raises(ChildEnded) as caught:
        client.exchange(question(), [], deadline=time.monotonic() + 5, serve=serve)
    assert caught.value.detail == "wire"
    assert len(served) == 20


def slow_function(own_s: float) -> Callable[[Invoke, object], Served]:
    """Return a function of the test that takes 0.25 s, of which `own_s` are its own and the rest is reading."""

    def serve(request: Invoke, payload: object) -> Served:
        time.sleep(0.25)
        return Served(Answer(nonce=NONCE, graph=Graph(), root=-1, error="no"), [], own_s)

    return serve


def calls_back_once(child: socket.socket, _: socket.socket) -> None:
    read_question(child)
    child.sendall(message_frame(invoke()))
    read_question(child)
    child.sendall(message_frame(answer()))


def test_the_time_of_the_tests_own_functions_is_not_the_childs() -> None:
    client = Client(ScriptedChild(calls_back_once), ())
    client.exchange(question(), [], deadline=time.monotonic() + 0.2, serve=slow_function(0.25))
    client.end()


def test_the_time_to_read_what_a_child_sends_is_the_childs() -> None:
    client = Client(ScriptedChild(calls_back_once), ())
    with pytest.raises(ChildEnded) as caught:
        client.exchange(question(), [], deadline=time.monotonic() + 0.2, serve=slow_function(0.0))
    assert caught.value.outcome is Outcome.TIMEOUT


def test_no_function_of_a_test_moves_a_deadline_past_the_exams() -> None:
    client, now = Client(ScriptedChild(calls_back_once), ()), time.monotonic()
    with pytest.raises(ChildEnded) as caught:
        client.exchange(question(), [], deadline=now + 0.2, latest=now + 0.21, serve=slow_function(0.25))
    assert caught.value.outcome is Outcome.TIMEOUT


def test_a_flood_of_output_neither_blocks_nor_fills_the_memory() -> None:
    def prints(child: socket.socket, output: socket.socket) -> None:
        read_question(child)
        for _ in range(64):
            output.sendall(b"x" * MIB)
        child.sendall(message_frame(answer()))

    ended, client = exchange(prints, seconds=10)
    assert ended is None
    printed = client.take_output()
    assert printed.startswith("x" * MAX_OUTPUT_BYTES)
    assert printed.endswith(f"… (+{64 * MIB - MAX_OUTPUT_BYTES} bytes)")
    assert len(printed) < MAX_OUTPUT_BYTES + 100


def test_a_child_that_closes_its_output_goes_on() -> None:
    def silent(child: socket.socket, output: socket.socket) -> None:
        output.shutdown(socket.SHUT_RDWR)
        read_question(child)
        time.sleep(0.02)
        child.sendall(message_frame(answer()))

    ended, client = exchange(silent)
    assert ended is None
    assert client.take_output() == ""


def test_a_child_that_closes_its_wire_has_crashed() -> None:
    ended, client = exchange(lambda child, output: child.close())
    assert ended is not None
    assert ended.outcome is Outcome.CRASHED
    assert not client.alive


def test_output_that_is_no_text_is_shown_escaped() -> None:
    def prints(child: socket.socket, output: socket.socket) -> None:
        read_question(child)
        output.sendall(b"\xff\x00\xed\xa0\x80ok")
        time.sleep(0.02)
        child.sendall(message_frame(answer()))

    _, client = exchange(prints)
    assert client.take_output() == "\\xff\x00\\xed\\xa0\\x80ok"


def test_a_forged_trace_names_the_students_own_lines_only() -> None:
    places = (("/etc/passwd", 1), ("a.py", 99), ("a.py", 1))
    lines = [f'  File "{name}", line {number} in f\n' for name, number in places]
    forged = "".join(["Current thread 0x1 (most recent call first):\n", *lines]).encode()

    def prints(child: socket.socket, output: socket.socket) -> None:
        while True:
            output.sendall(forged)
            time.sleep(0.005)

    client = Client(ScriptedChild(prints), [SourceFile(name="a.py", text="x = 1\n")])
    with pytest.raises(ChildEnded) as caught:
        client.exchange(question(), [], deadline=time.monotonic() + 0.1)
    assert {(line.file, line.source) for line in caught.value.trace} <= {("a.py", "x = 1"), ("a.py", "")}
    assert 0 < len(caught.value.trace) <= 20


def test_a_child_is_reaped_once() -> None:
    source = ScriptedChild(lambda child, output: None)
    client = Client(source, ())
    client.end()
    client.end()
    assert source.reaped == 1


def test_frame_helper_agrees_with_the_wire() -> None:
    with channel() as (examiner, child):
        examiner.send(answer(), [b"12345678"])
        assert child.recv(1000) == frame(msgspec.msgpack.encode(answer()), b"12345678")
