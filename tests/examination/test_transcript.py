"""What is kept of a test's conversation, and when nothing is."""

from __future__ import annotations

import numpy as np

from grader.examination.transcript import MAX_TEST_BYTES, Transcript, kept
from grader.sandbox.messages import Changes, Do, Graph, Returned

ASK = Do(nonce=1, op="call", handle=-1, path=["f"], graph=Graph(), args=[], kwargs=[])
REPLY = Returned(nonce=1, graph=Graph(), root=-1, changes=Changes())


def payload(nbytes: int) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    return np.zeros(nbytes, dtype=np.uint8)


def test_frames_come_back_in_order_with_copies_of_their_bytes() -> None:
    transcript, reply = Transcript(), payload(4)
    transcript.asked(ASK, b"question")
    transcript.answered(REPLY, reply)
    reply[:] = 9  # the memory is the test's from now on
    (frame,) = transcript.frames()
    assert (frame.sent, frame.sent_payload) == (ASK, b"question")
    assert (frame.received, frame.received_payload) == (REPLY, bytes(4))


def test_a_conversation_without_an_end_is_nothing() -> None:
    transcript = Transcript()
    transcript.asked(ASK, b"")
    transcript.answered(REPLY, payload(0))
    transcript.asked(ASK, b"")
    assert list(transcript.frames()) == []


def test_what_is_too_long_is_dropped_whole_and_takes_no_room() -> None:
    for begin in (lambda one: one.asked(ASK, None), lambda one: one.answered(REPLY, payload(MAX_TEST_BYTES + 1))):
        transcript = Transcript()
        transcript.asked(ASK, b"")
        begin(transcript)
        transcript.asked(ASK, b"more")
        transcript.answered(REPLY, payload(1))
        assert list(transcript.frames()) == []
        assert transcript.nbytes == 0
    many = Transcript()
    for _ in range(MAX_TEST_BYTES // 400):
        many.asked(ASK, b"")
        many.answered(REPLY, payload(0))
    assert list(many.frames()) == []


def test_the_exams_room_bounds_a_test() -> None:
    transcript = Transcript(room=3_000)
    transcript.asked(ASK, bytes(2_000))
    assert list(transcript.frames()) == []
    assert transcript.nbytes == 0


def test_a_payload_that_is_too_large_is_not_even_joined() -> None:
    assert kept([b"ab", memoryview(b"cd")]) == b"abcd"
    assert kept([bytes(MAX_TEST_BYTES), b"x"]) is None
