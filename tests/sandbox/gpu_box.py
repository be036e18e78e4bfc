"""Children in the box for a GPU: what NVIDIA's driver is known to do, tried without a GPU; and with one, CUDA itself.

`PYTHONPATH=. python tests/sandbox/gpu_box.py` needs a GPU. It starts CUDA in each degree's box, whole and without some
layers, and prints what came of it: where the whole box fails and one without a layer does not, that layer is to blame.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import fcntl
import json
import mmap
import os
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from grader.records import Isolation
from grader.sandbox.descriptors import close_all_but
from grader.sandbox.gpu_records import Gpu, Lacks
from grader.sandbox.jail.box import Materials
from grader.sandbox.jail.boxes import make_box
from grader.sandbox.jail.layers import Layer, LayerMissing

MEMORY_MIB = 512
ANSWER_BYTES = 1 << 20


def in_box(
    isolation: Isolation,
    action: Callable[[], Any],
    *,
    gpu: Gpu | None = None,
    without: Collection[Layer] = (),
    devices: tuple[str, ...] = (),
) -> Any:
    """Return, as JSON gives it, what `action` returns in a child of such a box.

    Raises RuntimeError with its trace, and LayerMissing.
    `devices` stand for those of a GPU where there is none.
    """
    ours, theirs = socket.socketpair()
    materials = Materials.find(device="cuda", gpu=gpu)
    materials = replace(materials, gpu_devices=materials.gpu_devices or devices)
    zygote = os.fork()
    if zygote == 0:
        _be_zygote(isolation, materials, action, theirs, without)
    theirs.close()
    with ours, ours.makefile("rb") as file:
        data = file.read(ANSWER_BYTES)
    os.waitpid(zygote, 0)
    answer = json.loads(data) if data else {"error": "the child died"}
    if "missing" in answer:
        raise LayerMissing(Layer(answer["missing"][0]), answer["missing"][1])
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["value"]


def _be_zygote(
    isolation: Isolation,
    materials: Materials,
    action: Callable[[], Any],
    answers: socket.socket,
    without: Collection[Layer],
) -> NoReturn:
    try:
        box = make_box(isolation, materials)
        box.settle()
        child = box.fork()
        if child == 0:
            close_all_but(answers.fileno(), *box.descriptors())
            box.enter(without=without)
            box.limit(memory_mib=MEMORY_MIB, cpu_s=60.0, device="cuda")
            answers.sendall(json.dumps({"value": action()}).encode())
            os._exit(0)
        os.waitpid(child, 0)
    except LayerMissing as missing:
        answers.sendall(json.dumps({"missing": [missing.layer.value, missing.why]}).encode())
    except BaseException:
        answers.sendall(json.dumps({"error": traceback.format_exc()}).encode())
    finally:
        os._exit(0)


# ------------------------------------------------------------------------------ what the driver does, without a driver


def name_a_thread() -> str:
    """Name another thread of this process by /proc, as the driver does; return the name that it then has."""
    told: list[str] = []
    started, named = threading.Event(), threading.Event()
    numbers: list[int] = []

    def be_named() -> None:
        numbers.append(threading.get_native_id())
        started.set()
        named.wait()
        told.append(Path(f"/proc/self/task/{numbers[0]}/comm").read_text().strip())

    thread = threading.Thread(target=be_named)
    thread.start()
    started.wait()
    Path(f"/proc/self/task/{numbers[0]}/comm").write_text("cuda-EvtHandlr")
    named.set()
    thread.join()
    return told[0]


def share_memory_of_its_own() -> int:
    """Make a file without a name, give it a length, seal it, map it shared, and write into it."""
    descriptor = os.memfd_create("driver", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, 32 << 20)
    fcntl.fcntl(descriptor, 1033, 0x2)  # F_ADD_SEALS, F_SEAL_SHRINK
    with mmap.mmap(descriptor, 32 << 20) as shared:
        shared[:4] = b"cuda"
        return len(shared)


def listen_for_peers() -> bool:
    """Listen at an abstract address, as the driver does for processes that would share its memory."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, 16, 1)  # SO_PASSCRED
        listener.bind("\0cuda-uvmfd-test")
        listener.listen(1)
        return True


def look_around() -> dict[str, bool]:
    """Read what the driver reads of the machine."""
    looked = {}
    for path in ("/proc/self/maps", "/proc/self/status", "/proc/meminfo", "/proc/devices", "/proc/cpuinfo"):
        looked[path] = bool(Path(path).read_text())
    for folder in ("/sys/devices/system/cpu", "/sys/devices/system/node", "/sys/bus/pci/devices"):
        looked[folder] = not Path(folder).is_dir() or any(Path(folder).iterdir()) or folder == "/sys/bus/pci/devices"
    return looked


def open_many() -> int:
    """Hold as many descriptors as a context does, and more."""
    with contextlib.ExitStack() as held:
        for _ in range(500):
            held.enter_context(open(os.devnull, "rb"))  # noqa: PTH123
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


def ask_a_device(path: str) -> int:
    """Open a device to read and write, and ask it for something; return the error."""
    descriptor = os.open(path, os.O_RDWR)
    request = array.array("i", [0])
    try:
        fcntl.ioctl(descriptor, 0xC020_462A, request)  # NVIDIA's RM control
    except OSError as error:
        return error.errno
    return 0


def pry() -> dict[str, bool]:
    """Try what stays closed in this box too; return what could be done."""
    tried: dict[str, Callable[[], object]] = {
        "another process's environment": lambda: Path(f"/proc/{os.getppid() or 2}/environ").read_bytes(),
        "the list of processes": lambda: os.listdir("/proc"),  # noqa: PTH208
        "the kernel's settings": lambda: Path("/proc/sys/kernel/core_pattern").read_text(),
        "mounts of the machine": lambda: Path("/proc/1/mountinfo").read_text() if os.getpid() != 1 else _refuse(),
        "a network": lambda: socket.socket(socket.AF_INET),
        "a unix stream": lambda: socket.socket(socket.AF_UNIX),
        "writing to /sys": lambda: Path("/sys/devices/system/cpu/dlgrade").write_text("x"),
    }
    done = {}
    for what, attempt in tried.items():
        try:
            attempt()
        except OSError:
            done[what] = False
        else:
            done[what] = True
    return done


def _refuse() -> None:
    raise PermissionError


# ---------------------------------------------------------------------------------------------------- with a GPU


def start_cuda() -> str:
    """Start CUDA through the driver's own library; return its answer."""
    library = ctypes.CDLL("libcuda.so.1")
    code = library.cuInit(0)
    count = ctypes.c_int()
    if code == 0:
        code = library.cuDeviceGetCount(ctypes.byref(count))
    name = ctypes.c_char_p()
    library.cuGetErrorName(code, ctypes.byref(name))
    return f"{(name.value or b'?').decode()}, {count.value} device(s)"


def start_torch(uuid: str) -> str:
    """Start CUDA as a child of an exam does."""
    from grader.sandbox import cuda

    cuda.start(uuid, memory_mib=MEMORY_MIB)
    return "torch computes"


def main(degrees: list[str]) -> None:
    """Print what comes of CUDA in the whole box of these degrees; without any, in each box, and without its layers."""
    import torch

    from grader.sandbox.gpu import find_gpu

    torch.set_num_threads(1)
    try:
        gpu = find_gpu()
    except Lacks as lacks:
        sys.exit(str(lacks.unavailable()))
    print(gpu)
    outer = (Layer.SECCOMP, Layer.LANDLOCK)
    holes: tuple[tuple[Layer, ...], ...] = ((Layer.SECCOMP,), (Layer.LANDLOCK,), outer, (*outer, Layer.ACCOUNT))
    for isolation in map(Isolation, degrees or ("strong", "landlock")):
        for without in ((), *(() if degrees else holes)):
            said = "whole" if not without else "without " + ", ".join(layer.value for layer in without)
            for action in (start_cuda, lambda: start_torch(gpu.uuid)):
                try:
                    answer = in_box(isolation, action, gpu=gpu, without=without)
                except (RuntimeError, LayerMissing) as error:
                    answer = str(error).strip().splitlines()[-1]
                print(f"{isolation.value:9} {said:40} {answer}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
