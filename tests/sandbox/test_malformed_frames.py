"""Twenty thousand malformed frames, as an examiner takes them in; `python -m tests.fuzz frames` sends a million."""

from __future__ import annotations

import random
import socket
import sys
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from malformed_frames import FRAME_S, Malformer, Tally, outcome_of
from small_examiner import honest_frames, look_at

from grader.sandbox import wire
from grader.sandbox.wire import Channel, PeerGone, WireError

resource = pytest.importorskip("resource", reason="Windows does not tell a process its peak memory this way")
HONEST = honest_frames()
MAX_GROWN_MIB = 400  # a frame's caps are 4 MiB and 256 MiB, of which a lie touches none


def peak_mib() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(used) / 1024 / (1024 if sys.platform == "darwin" else 1)


@pytest.mark.parametrize("seed", range(1, 5))
def test_five_thousand_malformed_frames_are_values_or_refused_at_once(seed: int) -> None:
    malformer, tally, before_mib = Malformer(seed, HONEST), Tally(), peak_mib()
    for _ in range(5_000):
        tally.add(malformer.next())
    assert tally.outcomes.total() == 5_000
    assert min(tally.outcomes[kind] for kind in ("taken", "refused by the graph", "refused on the wire")) > 100
    assert tally.slowest_s < 2.0, tally.slowest
    assert peak_mib() - before_mib < MAX_GROWN_MIB


def test_honest_frames_are_taken() -> None:
    """So the generator begins with what would have been right."""
    assert [outcome_of(one) for one in HONEST].count("taken") >= 4


def test_the_same_seed_makes_the_same_frames() -> None:
    one, same, other = (Malformer(seed, HONEST) for seed in (1, 1, 2))
    frames = [one.next() for _ in range(100)]
    assert frames == [same.next() for _ in range(100)] != [other.next() for _ in range(100)]


def dripped(data: bytes, cuts: list[int]) -> str:
    """Take a frame in that arrives in pieces."""
    ours, theirs = socket.socketpair()
    with ours, theirs:

        def drip() -> None:
            at = 0
            for cut in cuts:
                theirs.sendall(data[at : at + cut])
                at += cut
            theirs.sendall(data[at:])
            theirs.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=drip)
        sender.start()
        try:
            reply, payload = Channel(ours).receive(wire.decode_reply, deadline=time.monotonic() + FRAME_S)
        except WireError:
            return "refused on the wire"
        except PeerGone:
            return "ended too early"
        finally:
            sender.join()
        rest = bool(ours.recv(1))  # the next question finds it
        return "refused on the wire" if rest else "taken" if look_at(reply, bytes(payload)) else "refused by the graph"


@settings(max_examples=300, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32), st.lists(st.integers(1, 300), max_size=12))
def test_a_malformed_frame_that_drips_comes_to_the_same(seed: int, cuts: list[int]) -> None:
    data = Malformer(seed, HONEST).next()
    assert dripped(data, cuts) == outcome_of(data)


def test_a_whole_conversation_of_malformed_frames_leaves_nothing_in_the_channel() -> None:
    """What is behind a frame's end, or before it, must not become part of another."""
    chance, malformer = random.Random(5), Malformer(5, HONEST)
    for _ in range(200):
        good, bad = chance.choice(HONEST), malformer.next()
        assert outcome_of(good) == outcome_of(good)
        if outcome_of(good + bad) == "taken":
            raise AssertionError("two frames were taken for one")
