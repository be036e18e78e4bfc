"""How long a child takes to end, idle or with a bomb of processes or threads going off in it.

Theory of operation. `serve` stands in for the examiner: the base calls it, trusted, with a real source of children. It
loads a submission whose import sets the bomb, waits until the bomb says how far it got, ends the child, and times that
on its own clock: from the request to the zygote until the zygote has reaped the child and all that it left.
"""

from __future__ import annotations

import secrets
import socket
import time

import msgspec

from benchmarks.errors import BenchmarkFailed
from grader.errors import GraderFault
from grader.records import Isolation
from grader.sandbox.children import ChildSource
from grader.sandbox.client import Client
from grader.sandbox.endings import ChildEnded
from grader.sandbox.launch import SlotOrder, WarmBase
from grader.sandbox.link import receive_record, send_record
from grader.sandbox.messages import Load, Loaded, SourceText

_AT_MOST = 150  # of either: enough for any limit of ours, and harmless where nothing stops it
_LIMIT_S = 300.0
_GROW_S = 20.0
_MEMORY_MIB = 512
_SIGN = "grew to"
_IDLE = f"print({_SIGN!r}, 0, flush=True)\n"
_FORKS = f"""
import os, threading, time

def bomb():
    made = 0
    for attempt in range({_AT_MOST}):
        try:
            if os.fork() == 0:
                while True:
                    time.sleep(1)
            made += 1
        except OSError:
            pass
    print({_SIGN!r}, made, flush=True)
    while made < {_AT_MOST}:
        try:
            os.fork()
        except OSError:
            pass

threading.Thread(target=bomb, daemon=True).start()
"""
_THREADS = f"""
import threading

def compute():
    while True:
        pass

def wait():
    threading.Event().wait()

made = 0
try:
    while made < {_AT_MOST}:
        threading.Thread(target=wait if made % 16 else compute, daemon=True).start()
        made += 1
except RuntimeError:
    pass
print({_SIGN!r}, made, flush=True)
"""
BOMBS = {"an idle child": _IDLE, "a fork bomb": _FORKS, "a thread bomb": _THREADS}


class Ended(msgspec.Struct, frozen=True):
    """The times of one kind of child. Units: seconds. `grew_to`: processes or threads of the bomb."""

    kind: str
    ends_s: list[float]
    grew_to: int


class Asked(msgspec.Struct, frozen=True):
    runs: int


class Answered(msgspec.Struct, frozen=True):
    ended: list[Ended]
    fault: str = ""


def time_ends(isolation: Isolation, runs: int) -> list[Ended]:
    """Return how long the ends take, `runs` of each kind in turn. Raises BenchmarkFailed."""
    order = SlotOrder(
        entry="benchmarks.bombs:serve", preload=(), degrees=(isolation,), device="cpu", memory_mib=_MEMORY_MIB
    )
    with WarmBase() as warm, warm.open(order).examiner as examiner:
        send_record(examiner, Asked(runs))
        answer, _ = receive_record(examiner, Answered, deadline=time.monotonic() + _LIMIT_S)
    if answer.fault:
        raise BenchmarkFailed(answer.fault)
    return answer.ended


def serve(control: socket.socket, source: ChildSource) -> None:
    """Be the examiner: end children of every kind, and tell how long each took."""
    asked, _ = receive_record(control, Asked)
    times: dict[str, list[float]] = {kind: [] for kind in BOMBS}
    grown = dict.fromkeys(BOMBS, 0)
    try:
        for _ in range(asked.runs):
            for kind, code in BOMBS.items():
                took_s, grew_to = _end_one(source, code)
                times[kind].append(took_s)
                grown[kind] = max(grown[kind], grew_to)
    except (GraderFault, ChildEnded, BenchmarkFailed) as failure:
        send_record(control, Answered(ended=[], fault=f"{type(failure).__name__}: {failure}"))
        return
    send_record(control, Answered([Ended(kind, times[kind], grown[kind]) for kind in BOMBS]))


def _end_one(source: ChildSource, code: str) -> tuple[float, int]:
    """Load a submission, wait for its bomb, and end it; return the seconds that this took, and the bomb's size."""
    client = Client(source, ())
    deadline = time.monotonic() + _GROW_S
    load = Load(
        nonce=secrets.randbits(62),
        files=[SourceText("bomb.py", code)],
        forbid=[],
        seed=1,
        memory_mib=_MEMORY_MIB,
        cpu_s=60.0,
        device="cpu",
    )
    reply, _ = client.exchange(load, [], deadline=deadline)
    if not isinstance(reply, Loaded):
        raise BenchmarkFailed(f"the bomb was not set: {reply}")
    output = client.take_output()
    while _SIGN not in output or not output.endswith("\n"):
        if time.monotonic() > deadline:
            raise BenchmarkFailed("the bomb does not say how far it got")
        time.sleep(0.01)
        output += client.take_output()
    began = time.perf_counter()
    client.end()
    return time.perf_counter() - began, int(output.partition(_SIGN)[2].split()[0])
