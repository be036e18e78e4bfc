"""The GPU box and the watcher of a GPU's memory: all of it that can be tested without a GPU, and the rest with one."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import gpu_box
import msgspec
import pytest
from hostile_frames import ScriptedChild, message_frame
from living import linux_only, wait_for
from server_host import children

from grader.diagnosis import explain
from grader.errors import GraderFault
from grader.examination.evidence import Ended, Evidence
from grader.examination.replies import Around, evidence_of, leaves_spoilt
from grader.exercise import load_course
from grader.pipeline import Grader
from grader.records import Device, Isolation, Limits, Outcome, Reveal, SourceFile, Submission, Text
from grader.report import Report, Status
from grader.sandbox import gpu, wire
from grader.sandbox.children import Spawned
from grader.sandbox.client import Client
from grader.sandbox.endings import GPU_MEMORY, ChildEnded
from grader.sandbox.gpu_ledger import CONTEXT_MIB, CannotWatch, Ledger, Reading, Refusal, Sight, Verdict
from grader.sandbox.gpu_nvml import NvmlFails
from grader.sandbox.gpu_records import Gpu, Lack, Lacks
from grader.sandbox.gpu_slot import gpu_slot
from grader.sandbox.gpu_watcher import Watcher
from grader.sandbox.jail import cgroups
from grader.sandbox.jail.layers import Layer, LayerMissing
from grader.sandbox.messages import DeviceStarted, Raised, StartDevice
from grader.sandbox.orders import Prove

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


def starts_its_device(problem: str = "", then: Callable[[], object] = lambda: None) -> Callable[..., None]:
    """Return the script of a child that answers the order to start its GPU, and closes its wire when `then` is done."""

    def script(end: socket.socket, output: socket.socket) -> None:
        channel = wire.Channel(end)
        request, _ = channel.receive(wire.decode_request)
        assert isinstance(request, StartDevice)
        end.sendall(message_frame(DeviceStarted(nonce=request.nonce, problem=problem)))
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
def test_a_real_child_whose_torch_has_no_gpu_says_so_and_is_reaped(watched: Watched) -> None:
    if not skipped_because():
        pytest.skip("here is a GPU, and it starts")
    with children() as source:
        source.gpu = watched.watch
        with pytest.raises(GraderFault, match="The GPU did not start in the box") as caught:
            Client(source, ())
        assert "Torch" in str(caught.value) or "CUDA" in str(caught.value)
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


# ---------------------------------------------------------------------------------------------- which GPU, and when


def some(number: int, **facts: object) -> Gpu:
    made = Gpu(uuid=f"GPU-{number}{number}-x", name="H200", driver="570.1", memory_mib=143_000, minor=number)
    return msgspec.structs.replace(made, **facts)


@pytest.mark.parametrize(
    ("visible", "minor"),
    [(None, 0), ("1", 1), ("1,0", 1), (" 0", 0), ("GPU-11-x", 1), ("GPU-1", 1), ("GPU-0,1", 0)],
)
def test_the_gpu_is_the_first_that_is_visible(visible: str | None, minor: int) -> None:
    assert gpu.choose([some(0), some(1)], visible).minor == minor


@pytest.mark.parametrize("visible", ["", "-1", "2", "none", "GPU-", "GPU-9", "٠", "x"])
def test_a_gpu_that_is_not_visible_is_not_used(visible: str) -> None:
    with pytest.raises(Lacks) as caught:
        gpu.choose([some(0), some(1)], visible)
    assert caught.value.lack is Lack.INVISIBLE


@pytest.mark.parametrize(
    ("found", "visible", "lack"),
    [
        ([], None, Lack.INVISIBLE),
        ([some(0, is_parted=True)], None, Lack.PARTED),
        ([some(0)], "MIG-GPU-00", Lack.PARTED),
        ([some(0, takes_many=False)], None, Lack.ALONE),
    ],
)
def test_a_gpu_that_cannot_be_held_to_its_cap_is_refused(found: list[Gpu], visible: str | None, lack: Lack) -> None:
    with pytest.raises(Lacks) as caught:
        gpu.choose(found, visible)
    assert caught.value.lack is lack


@pytest.mark.parametrize("lack", list(Lack))
def test_every_lack_is_told_in_both_languages_with_a_way_out(lack: Lack) -> None:
    error = Lacks(lack, "said").unavailable()
    assert error.remedy is not None
    for text in (error.problem, error.remedy):
        assert isinstance(text, Text)
        assert text.en.isascii()
        assert not text.zh.isascii()
    assert "said" in error.problem.zh


HOLD = """
import sys
from grader.sandbox.gpu_slot import gpu_slot
with gpu_slot("GPU-1", waits=lambda: print("waits", flush=True)):
    print("has it", flush=True)
    input()
"""


@contextlib.contextmanager
def holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        env={"XDG_RUNTIME_DIR": str(folder), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    assert select.select([process.stdout], [], [], 20.0)[0], "it says nothing"
    return process.stdout.readline().strip()


@linux_only
def test_a_second_exam_waits_for_the_gpu_and_gets_it_when_the_first_is_killed(tmp_path: Path) -> None:
    with holder(tmp_path) as first:
        assert line(first) == "has it"
        with holder(tmp_path) as second:
            assert line(second) == "waits"
            assert not select.select([second.stdout], [], [], 0.1)[0]
            first.kill()
            assert line(second) == "has it"


@linux_only
def test_another_gpu_is_another_slot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    waited: list[str] = []
    with (
        gpu_slot("GPU-1", waits=lambda: waited.append("1")),
        gpu_slot("GPU-2", waits=lambda: waited.append("2")),
    ):
        assert waited == []


@linux_only
@pytest.mark.parametrize("planted", ["link", "open folder", "file"])
def test_a_lock_that_others_could_reach_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: str
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    place = tmp_path / "dlgrade"
    if planted == "link":
        (tmp_path / "aim").mkdir()
        place.symlink_to(tmp_path / "aim")
    elif planted == "file":
        place.write_text("")
    else:
        place.mkdir()
        place.chmod(0o777)
    with pytest.raises(GraderFault, match="lock"), gpu_slot("GPU-1", waits=lambda: None):
        pytest.fail("it was taken")


# ------------------------------------------------------------------------------------- the box, as far as a CPU goes

CONFINED = (Isolation.STRONG, Isolation.LANDLOCK)


@pytest.fixture(params=CONFINED)
def boxed(request: pytest.FixtureRequest) -> Callable[..., object]:
    """Run something in the box for a GPU of this degree; skip where the degree is not to be had."""

    def run(action: Callable[[], object], **more: tuple[str, ...]) -> object:
        try:
            return gpu_box.in_box(request.param, action, **more)
        except LayerMissing as missing:
            pytest.skip(f"no {request.param.value} here: {missing}")

    return run


@linux_only
def test_the_driver_can_name_its_threads(boxed: Callable[..., object]) -> None:
    assert boxed(gpu_box.name_a_thread) == "cuda-EvtHandlr"


@linux_only
def test_the_driver_can_share_memory_within_the_process(boxed: Callable[..., object]) -> None:
    assert boxed(gpu_box.share_memory_of_its_own) == 32 << 20


@linux_only
def test_the_driver_can_listen_for_peers_that_never_come(boxed: Callable[..., object]) -> None:
    assert boxed(gpu_box.listen_for_peers) is True


@linux_only
def test_the_driver_can_look_at_the_machine(boxed: Callable[..., object]) -> None:
    looked = boxed(gpu_box.look_around)
    assert isinstance(looked, dict)
    assert all(looked.values()), looked


@linux_only
def test_the_driver_can_open_its_devices_over_and_over(boxed: Callable[..., object]) -> None:
    held = boxed(gpu_box.open_many)
    assert isinstance(held, int)
    assert held > 500


@linux_only
def test_the_gpus_devices_can_be_opened_and_asked_and_no_other(boxed: Callable[..., object]) -> None:
    if any(Path("/dev").glob("nvidia[0-9]*")):
        pytest.skip("here are devices of a GPU, which stand in no other's place")
    assert boxed(lambda: gpu_box.ask_a_device("/dev/full"), devices=("/dev/full",)) == errno.ENOTTY
    with pytest.raises(RuntimeError, match="Permission denied"):
        boxed(lambda: gpu_box.ask_a_device("/dev/zero"), devices=("/dev/full",))


@linux_only
def test_the_box_for_a_gpu_opens_nothing_else(boxed: Callable[..., object]) -> None:
    done = boxed(gpu_box.pry)
    assert isinstance(done, dict)
    assert not any(done.values()), done


@linux_only
@pytest.mark.parametrize("isolation", CONFINED)
def test_without_a_cap_on_the_machines_memory_no_gpu_is_given(isolation: Isolation) -> None:
    from grader.sandbox.slots import Slots

    nowhere = cgroups.Missing(why=Text(en="none", zh="无"), remedy=Text(en="none", zh="无"))
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(LayerMissing) as caught:
        Slots(nowhere)._make_zygote(isolation, Prove(degrees=[isolation], device="cuda"), ours)
    assert caught.value.layer is Layer.CGROUPS


# -------------------------------------------------------------------------------------------------- whole exams

EXERCISE = replace(
    load_course(ROOT).find("exercise03"),
    id="exercise98",
    solution_folder="",
    forbid=(),
    limits=Limits(call_s=20.0, exam_s=120.0, memory_mib=2048, gpu_memory_mib=1024),
)


def examine(grader: Grader, text: str) -> Report:
    file = SourceFile(name="softmax.py", text=text)
    return grader.examine(EXERCISE, Submission(files=(file,), origin="", sha256="0" * 64, untouched=False), seed=1)


UNTOUCHED = """
import sys, torch
print(torch.cuda.is_initialized(), torch._C._cuda_isInBadFork() if hasattr(torch._C, "_cuda_isInBadFork") else False,
      getattr(sys.modules.get("pynvml"), "nvmlLib", None) is not None)
"""  # torch imports pynvml where it is installed, and loads the library that it is for only when asked


def test_nothing_that_a_child_is_forked_from_has_touched_cuda() -> None:
    with Grader() as grader:
        report = examine(grader, RIGHT + UNTOUCHED)
    assert report.status is Status.FULL
    assert report.output.split() == ["False"] * 3


def skipped_because() -> str:
    """Return why nothing can be run on a GPU here, as `dlgrade doctor` says it; "" where it can."""
    import torch

    try:
        gpu.find_gpu()
    except Lacks as lacks:
        return lacks.why.en
    return "" if torch.version.cuda is not None else f"torch {torch.__version__} is built without CUDA"


WHY = skipped_because()
needs_gpu = pytest.mark.skipif(bool(WHY), reason=f"no GPU to grade on: {WHY}")


@pytest.fixture(scope="module")
def on_gpu() -> Iterator[Grader]:
    with Grader(Isolation.STRONG, Device.CUDA) as grader:
        yield grader


@needs_gpu
def test_the_driver_tells_of_the_gpu() -> None:
    found = gpu.find_gpu()
    assert found.uuid.startswith("GPU-")
    assert found.memory_mib > 1000
    assert Path(f"/dev/nvidia{found.minor}").exists()


@needs_gpu
@pytest.mark.parametrize("isolation", CONFINED)
def test_cuda_starts_in_the_box(isolation: Isolation) -> None:
    found = gpu.find_gpu()
    assert gpu_box.in_box(isolation, lambda: gpu_box.start_torch(found.uuid), gpu=found) == "torch computes"


@needs_gpu
@pytest.mark.parametrize("isolation", CONFINED)
def test_a_right_answer_gets_full_score_on_the_gpu(isolation: Isolation) -> None:
    with Grader(isolation, Device.CUDA) as grader:
        report = examine(grader, RIGHT + "\nimport torch\nprint(torch.cuda.is_initialized())\n")
    assert report.status is Status.FULL, report.problem
    assert report.output.split() == ["True"]


def first_outcome(report: Report) -> tuple[object, str]:
    assert report.problem is not None, report.tests
    return report.tests[0].outcome, report.problem.problem.en


@needs_gpu
def test_tensors_beyond_the_cap_are_out_of_memory(on_gpu: Grader) -> None:
    greedy = "import torch\nkept = [torch.empty(300 << 20, dtype=torch.uint8, device='cuda') for _ in range(9)]\n"
    outcome, problem = first_outcome(examine(on_gpu, greedy + RIGHT))
    assert outcome is Outcome.MEMORY
    assert "1024 MiB of the GPU" in problem


AROUND_TORCH = """
import ctypes, time, torch
torch.zeros(1, device="cuda")
driver = ctypes.CDLL("libcuda.so.1")
for _ in range(16):
    place = ctypes.c_void_p()
    driver.cuMemAlloc_v2(ctypes.byref(place), ctypes.c_size_t(256 << 20))
    time.sleep(0.05)
time.sleep(2.0)
"""


@needs_gpu
def test_memory_taken_around_torch_is_seen_and_the_child_killed(on_gpu: Grader) -> None:
    outcome, problem = first_outcome(examine(on_gpu, AROUND_TORCH + RIGHT))
    assert outcome is Outcome.MEMORY
    assert "1024 MiB of the GPU" in problem


@needs_gpu
def test_after_a_killed_child_the_next_exam_is_as_ever(on_gpu: Grader) -> None:
    assert examine(on_gpu, RIGHT).status is Status.FULL


@needs_gpu
def test_an_error_of_the_gpu_costs_one_test_and_not_the_next(on_gpu: Grader) -> None:
    once = (
        "\nimport torch\ncalls = []\nright = softmax\n"
        "def softmax(logits, dim=-1):\n"
        "    calls.append(1)\n"
        "    if len(calls) == 1:\n"
        "        torch.zeros(2, device='cuda')[torch.tensor([7], device='cuda')]\n"
        "    return right(logits, dim)\n"
    )
    report = examine(on_gpu, RIGHT + once)
    assert [test.outcome for test in report.tests].count(Outcome.FAILED) >= 1
    assert all(test.outcome is not Outcome.GRADER_FAULT for test in report.tests)
