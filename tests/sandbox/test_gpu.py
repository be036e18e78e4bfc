"""The GPU to grade on and the box around it: all of it that can be tested without a GPU, and the rest with one."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import gpu_box
import msgspec
import pytest
from living import linux_only

from grader.errors import GraderFault
from grader.exercise import load_course
from grader.pipeline import Grader
from grader.records import Device, Isolation, Limits, Outcome, SourceFile, Submission, Text
from grader.report import Report, Status
from grader.sandbox import gpu
from grader.sandbox.gpu_records import Gpu, Lack, Lacks
from grader.sandbox.gpu_slot import gpu_slot
from grader.sandbox.jail import cgroups
from grader.sandbox.jail.box import Materials
from grader.sandbox.jail.layers import Layer, LayerMissing
from grader.sandbox.orders import Prove

ROOT = Path(__file__).parent.parent.parent
RIGHT = (ROOT / "tests" / "submissions" / "right.py").read_text(encoding="utf-8")


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
def test_the_drivers_libraries_come_along_wherever_the_loader_was_told_to_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, other = tmp_path / "driver-1.0", tmp_path / "other"
    for folder in (real, other):
        folder.mkdir()
    (real / "libcuda.so.1").touch()
    (tmp_path / "driver").symlink_to(real)
    monkeypatch.setenv("LD_LIBRARY_PATH", f"{other}:{tmp_path / 'driver'}::")
    paths = Materials.find(device="cuda", gpu=some(0)).paths
    assert str(real) in paths.folders
    assert paths.links[str(tmp_path / "driver")] == str(real)
    assert str(other) not in paths.folders


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
    # In a process of its own: whoever has used CUDA, as another test may have, cannot fork a child that does.
    done = subprocess.run(
        [sys.executable, str(gpu_box.__file__), isolation.value],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "torch computes" in done.stdout, done.stdout + done.stderr


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
