"""The watcher of a GPU's memory: who is over his cap, who is killed, and what the examiner makes of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hostile_frames import ScriptedChild, message_frame
from living import linux_only, wait_for
from server_host import children

from grader.diagnosis import explain
from grader.errors import GraderFault
from grader.examination.evidence import Ended, Evidence
from grader.examination.replies import Around, evidence_of, leaves_spoilt
from grader.records import Isolation, Limits, Outcome, Reveal, SourceFile
from grader.sandbox import gpu, wire
from grader.sandbox.children import Spawned
from grader.sandbox.client import Client
from grader.sandbox.endings import GPU_MEMORY, ChildEnded
from grader.sandbox.gpu_ledger import CONTEXT_MIB, CannotWatch, Ledger, Reading, Refusal, Sight, Verdict
from grader.sandbox.gpu_nvml import NvmlFails
from grader.sandbox.gpu_records import Lack, Lacks
from grader.sandbox.gpu_watcher import Watcher
from grader.sandbox.messages import DeviceStarted, Raised, StartDevice

ROOT = Path(__file__).parent.parent.parent
RIGHT = (ROOT / "tests" / "submissions" / "right.py").read_text(encoding="utf-8")
TOTAL_MIB = 80_000.0


def reading(by_pid: dict[int, float], used_mib: float = 0.0) -> Reading:
    return Reading(by_pid=by_pid, used_mib=used_mib or sum(by_pid.values()), total_mib=TOTAL_MIB)


# ------------------------------------------------------------------------------------------- who is over his cap


def test_a_child_over_its_cap_is_to_be_killed_once_and_its_peak_is_kept() -> None:
    ledger = Ledger()
    assert ledger.watch(7, 1000.0, reading({7: 500.0})) is Sight.PROCESS
    assert ledger.look(reading({7: 1500.0})) == ()  # just as much as it may
    assert ledger.look(reading({7: 1500.5})) == (7,)
    assert ledger.look(reading({7: 1700.0})) == ()  # it takes its time to die
    assert ledger.look(reading({})) == ()
    assert ledger.release(7) == Verdict(killed=True, peak_mib=1200.0)
    assert ledger.idle


def test_what_it_had_when_its_context_was_made_is_not_the_students() -> None:
    ledger = Ledger()
    ledger.watch(7, 100.0, reading({7: 900.0}))
    assert ledger.look(reading({7: 950.0})) == ()
    assert ledger.release(7) == Verdict(peak_mib=50.0)


def test_each_of_two_children_has_a_cap_of_its_own_and_others_do_not_count() -> None:
    ledger = Ledger()
    ledger.watch(7, 100.0, reading({7: 500.0, 99: 9000.0}))
    ledger.watch(8, 100.0, reading({7: 550.0, 8: 500.0, 99: 9000.0}))
    assert ledger.look(reading({7: 590.0, 8: 601.0, 99: 30_000.0})) == (8,)
    assert ledger.release(7) == Verdict(peak_mib=90.0)
    assert ledger.release(8) == Verdict(killed=True, peak_mib=101.0)


@pytest.mark.parametrize(
    "by_pid",
    [{}, {41_007: 500.0}, {7: 0.0}],
    ids=["not listed", "listed by the number outside", "listed without a figure"],
)
def test_a_child_that_the_driver_does_not_tell_of_is_held_by_the_whole_gpu(by_pid: dict[int, float]) -> None:
    ledger = Ledger()
    assert ledger.watch(7, 1000.0, reading(by_pid, used_mib=700.0)) is Sight.DEVICE
    assert ledger.look(reading(by_pid, used_mib=1700.0)) == ()
    assert ledger.look(reading(by_pid, used_mib=1701.0)) == (7,)
    assert ledger.release(7) == Verdict(killed=True, peak_mib=1001.0)


def test_two_children_that_are_not_told_of_share_their_caps() -> None:
    ledger = Ledger()
    ledger.watch(7, 1000.0, reading({}, used_mib=700.0))
    ledger.watch(8, 1000.0, reading({}, used_mib=1500.0))
    together = 700.0 + 2 * 1000.0 + CONTEXT_MIB
    assert ledger.look(reading({}, used_mib=together)) == ()
    assert set(ledger.look(reading({}, used_mib=together + 1.0))) == {7, 8}


def test_where_others_use_the_gpu_and_nobody_is_told_of_no_child_is_watched() -> None:
    with pytest.raises(CannotWatch) as caught:
        Ledger().watch(7, 1000.0, reading({41_007: 500.0, 90_000: 3000.0}))
    assert caught.value.refusal is Refusal.SHARED


def test_a_kill_proves_nothing_when_others_came_and_nobody_is_told_of() -> None:
    ledger = Ledger()
    ledger.watch(7, 1000.0, reading({41_007: 500.0}))
    assert ledger.look(reading({41_007: 600.0, 90_000: 3000.0})) == (7,)
    assert ledger.release(7).disturbed


def test_a_gpu_without_room_for_the_cap_is_refused() -> None:
    with pytest.raises(CannotWatch) as caught:
        Ledger().watch(7, 1000.0, reading({7: 500.0}, used_mib=TOTAL_MIB - 999.0))
    assert caught.value.refusal is Refusal.NO_ROOM


def test_a_child_that_was_never_watched_has_no_verdict() -> None:
    assert Ledger().release(7) == Verdict()


# --------------------------------------------------------------------------------------- the watcher, told by hand


@dataclass
class Gauge:
    """A GPU's memory as the tests say it is; `fails`: what the library says instead."""

    now: Reading = field(default_factory=lambda: reading({}))
    fails: str = ""
    looks: int = 0

    def __call__(self) -> Reading:
        self.looks += 1
        if self.fails:
            raise NvmlFails(self.fails)
        return self.now


@dataclass
class Watched:
    """A watcher that reads `gauge`, and the examiner's end of it."""

    gauge: Gauge
    watch: gpu.GpuWatch
    thread: threading.Thread


@pytest.fixture
def watched() -> Iterator[Watched]:
    gauge = Gauge()
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=Watcher(theirs, gauge, pause_s=0.002).serve)
    thread.start()
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    watch = gpu.GpuWatch("GPU-of-the-tests", ours, process, memory_mib=1000)
    yield Watched(gauge, watch, thread)
    process.communicate(b"\n")
    watch.close()
    thread.join(timeout=10.0)
    theirs.close()
    assert not thread.is_alive(), "the watcher outlives its examiner"


@pytest.fixture
def victim() -> Iterator[subprocess.Popen[bytes]]:
    """A process that sleeps until it is killed."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    process.kill()
    process.wait()


def takes(watched: Watched, pid: int, mib: float) -> None:
    """Let the process have so much, and wait until that has been seen."""
    watched.gauge.now = reading({pid: mib})
    seen = watched.gauge.looks + 2
    wait_for(lambda: watched.gauge.looks >= seen)


@linux_only
def test_the_watcher_kills_the_process_that_takes_too_much(watched: Watched, victim: subprocess.Popen[bytes]) -> None:
    watched.gauge.now = reading({victim.pid: 400.0})
    watched.watch.watch(victim.pid)
    takes(watched, victim.pid, 1900.0)
    assert victim.poll() is None
    watched.gauge.now = reading({victim.pid: 400.0 + 1000.0 + gpu.UNCOUNTED_MIB + 1.0})
    assert victim.wait(timeout=10.0) == -signal.SIGKILL
    assert watched.watch.release(victim.pid) == Verdict(killed=True, peak_mib=1000.0 + gpu.UNCOUNTED_MIB + 1.0)


@linux_only
def test_the_watcher_leaves_an_honest_process_alone_and_tells_its_peak(
    watched: Watched, victim: subprocess.Popen[bytes]
) -> None:
    watched.gauge.now = reading({victim.pid: 400.0})
    watched.watch.watch(victim.pid)
    takes(watched, victim.pid, 1000.0)
    takes(watched, victim.pid, 500.0)
    assert watched.watch.release(victim.pid) == Verdict(peak_mib=600.0)
    assert victim.poll() is None


@linux_only
def test_the_watcher_reads_nothing_while_there_is_nobody_to_watch(
    watched: Watched, victim: subprocess.Popen[bytes]
) -> None:
    watched.watch.watch(victim.pid)
    watched.watch.release(victim.pid)
    looks = watched.gauge.looks
    time.sleep(0.05)
    assert watched.gauge.looks == looks


@linux_only
def test_memory_that_can_no_longer_be_read_ends_the_exam_without_a_score(
    watched: Watched, victim: subprocess.Popen[bytes]
) -> None:
    watched.watch.watch(victim.pid)
    watched.gauge.fails = "GPU is lost"
    assert victim.wait(timeout=10.0) == -signal.SIGKILL
    with pytest.raises(GraderFault, match="GPU is lost"):
        watched.watch.release(victim.pid)


@linux_only
def test_a_kill_that_others_may_have_caused_is_no_fault_of_the_students(
    watched: Watched, victim: subprocess.Popen[bytes]
) -> None:
    watched.gauge.now = reading({41_007: 400.0})
    watched.watch.watch(victim.pid)
    watched.gauge.now = reading({41_007: 400.0, 90_000: 5000.0})
    assert victim.wait(timeout=10.0) == -signal.SIGKILL
    with pytest.raises(GraderFault, match="whose memory is whose"):
        watched.watch.release(victim.pid)


@linux_only
def test_a_child_that_cannot_be_watched_is_not_graded(watched: Watched, victim: subprocess.Popen[bytes]) -> None:
    victim.kill()
    victim.wait()
    for pid in (victim.pid, None):
        with pytest.raises(GraderFault, match="has gone"):
            watched.watch.watch(pid)
    watched.gauge.now = reading({}, used_mib=TOTAL_MIB)
    with pytest.raises(GraderFault, match="less memory left"):
        watched.watch.watch(os.getpid())
    watched.gauge.fails = "Unknown Error"
    with pytest.raises(GraderFault, match="Unknown Error"):
        watched.watch.watch(os.getpid())


@linux_only
def test_a_watcher_that_dies_ends_the_exam_without_a_score() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        watch = gpu.GpuWatch("GPU-of-the-tests", ours, process, memory_mib=1000)
        for _ in range(2):
            with pytest.raises(GraderFault, match="could not be watched"):
                watch.watch(os.getpid())
        watch.close()


@linux_only
def test_a_watcher_that_does_not_reach_its_gpu_says_so_and_leaves() -> None:
    with pytest.raises(Lacks) as caught:
        gpu.watch_gpu("GPU-00000000-0000-0000-0000-000000000000", memory_mib=1000)
    assert caught.value.lack in (Lack.BINDING, Lack.DRIVER)
    assert caught.value.unavailable().remedy is not None


@linux_only
def test_a_library_that_does_not_load_is_told_with_its_own_words() -> None:
    pytest.importorskip("pynvml", reason="nvidia-ml-py is not installed")
    if gpu.NVIDIA_CONTROL.exists():
        pytest.skip("here is a GPU, and the library loads")
    with pytest.raises(Lacks, match="NVML Shared Library Not Found"):
        gpu._described()


# ------------------------------------------------------------------------------------------------- a child's end


@dataclass(slots=True)
class GpuChild(ScriptedChild):
    """A source whose child has a real process, which the watcher can kill; its wire closes when that has died."""

    gpu: gpu.GpuWatch | None = None  # type: ignore[assignment]
    process: subprocess.Popen[bytes] | None = None

    def spawn(self) -> Spawned:
        assert self.process is not None
        spawned = ScriptedChild.spawn(self)
        return replace(spawned, outer_pid=self.process.pid, isolation=Isolation.STRONG)


def starts_its_device(problem: str = "", then: Callable[[], object] | None = None) -> Callable[..., None]:
    """Return the script of a child that starts its GPU, and on the next request does `then` and closes its wire."""

    def script(end: socket.socket, output: socket.socket) -> None:
        channel = wire.Channel(end)
        request, _ = channel.receive(wire.decode_request)
        assert isinstance(request, StartDevice)
        end.sendall(message_frame(DeviceStarted(nonce=request.nonce, problem=problem)))
        if then is not None:
            channel.receive(wire.decode_request)
            then()
        end.shutdown(socket.SHUT_RDWR)

    return script


@linux_only
def test_a_child_that_the_watcher_killed_ended_for_memory(watched: Watched, victim: subprocess.Popen[bytes]) -> None:
    watched.gauge.now = reading({victim.pid: 400.0})
    source = GpuChild(starts_its_device(then=victim.wait), gpu=watched.watch, process=victim)
    client = Client(source, ())
    assert client.device_s > 0.0
    watched.gauge.now = reading({victim.pid: 9000.0})
    with pytest.raises(ChildEnded) as caught:
        client.exchange(question(), [], deadline=time.monotonic() + 20.0)
    assert (caught.value.outcome, caught.value.detail) == (Outcome.MEMORY, GPU_MEMORY)
    ending = client.end()
    assert ending.gpu_killed
    assert ending.gpu_peak_mib == 8600.0


@linux_only
def test_a_child_that_ends_by_itself_on_a_gpu_is_no_matter_of_memory(
    watched: Watched, victim: subprocess.Popen[bytes]
) -> None:
    def leave() -> None:
        victim.terminate()
        victim.wait()

    watched.gauge.now = reading({victim.pid: 400.0})
    client = Client(GpuChild(starts_its_device(then=leave), gpu=watched.watch, process=victim), ())
    with pytest.raises(ChildEnded) as caught:
        client.exchange(question(), [], deadline=time.monotonic() + 20.0)
    assert caught.value.outcome is Outcome.CRASHED


@linux_only
def test_a_gpu_that_does_not_start_in_the_box_is_no_fault_of_the_students(
    watched: Watched, victim: subprocess.Popen[bytes]
) -> None:
    source = GpuChild(
        starts_its_device("RuntimeError: CUDA driver initialization failed (304)"), gpu=watched.watch, process=victim
    )
    with pytest.raises(GraderFault, match="304"):
        Client(source, ())
    assert source.reaped == 1


@linux_only
def test_a_real_child_in_a_box_without_a_gpu_says_so_and_is_reaped(watched: Watched) -> None:
    with children() as source:
        source.gpu = watched.watch
        with pytest.raises(GraderFault, match="The GPU did not start in the box"):
            Client(source, ())
        source.gpu = None
        Client(source, ()).end()  # the zygote serves on


def question() -> wire.Request:
    from hostile_frames import question as asked

    return asked()


RAN_OUT = (
    "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 139.81 GiB of which 99 GiB is free"
)
SPOILT = "CUDA error: device-side assert triggered"


def raised(message: str) -> Evidence:
    """Return what the examiner makes of an error of torch's in the child."""
    reply = Raised(nonce=1, type_name="OutOfMemoryError", bases=["RuntimeError"], message=message, frames=[])
    files = (SourceFile(name="softmax.py", text=RIGHT),)
    return evidence_of(reply, Around(call=None, files=files, limits=Limits(gpu_memory_mib=77)))


def test_torchs_own_refusal_is_told_as_the_gpus_memory() -> None:
    evidence = raised(RAN_OUT)
    assert isinstance(evidence, Ended)
    assert evidence.outcome is Outcome.MEMORY
    told = explain(evidence, reveal=Reveal.FULL).problem
    assert "77 MiB of the GPU" in told.en
    assert "GPU 内存超过了 77 MiB" in told.zh


@pytest.mark.parametrize(("message", "is_spoilt"), [(RAN_OUT, True), (SPOILT, True), ("no such row", False)])
def test_a_child_whose_gpu_is_spoilt_serves_no_further_test(message: str, is_spoilt: bool) -> None:
    assert leaves_spoilt(raised(message)) is is_spoilt
