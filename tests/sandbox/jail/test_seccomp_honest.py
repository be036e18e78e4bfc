"""What honest exercises do still runs under the seccomp filter, in a child of a process that has imported torch."""

from __future__ import annotations

import asyncio
import ctypes
import faulthandler
import importlib
import json
import multiprocessing
import os
import platform
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from confined import confined, linux_only

from grader.sandbox.jail import seccomp

pytestmark = linux_only
ROOT = Path(__file__).parent.parent.parent.parent


def in_threads() -> None:
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda n: n * n, range(8))) == 140
    late = threading.Thread(target=time.sleep, args=(0.001,))
    late.start()
    late.join(timeout=5)
    assert not late.is_alive()


def temporary_files() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a")
        path.write_text("text")
        shutil.copy2(path, Path(folder, "b"))
        Path(folder, "b").rename(Path(folder, "c"))
        assert {entry.name for entry in Path(folder).iterdir()} == {"a", "c"}
        path.chmod(0o600)
        os.utime(path)
        os.truncate(path, 2)
        assert path.read_text() == "te"
        shutil.copytree(folder, Path(folder, "d"))
    with tempfile.TemporaryFile() as file:
        file.write(b"x")


def the_standard_library() -> None:
    import resource

    asyncio.run(asyncio.sleep(0))
    random.seed()
    uuid.uuid4()
    time.sleep(0.001)
    for ask in (time.process_time, time.thread_time, time.localtime, os.times, os.cpu_count, os.getcwd, os.uname):
        ask()
    os.sched_getaffinity(0)
    platform.platform()
    resource.getrusage(resource.RUSAGE_SELF)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 64), hard))
    sys.stdout.isatty()
    signal.setitimer(signal.ITIMER_REAL, 100)
    signal.setitimer(signal.ITIMER_REAL, 0)
    with Path(os.devnull).open("w") as nowhere:
        faulthandler.dump_traceback(file=nowhere)
    one, other = socket.socketpair()
    one.sendall(b"x")
    assert other.recv(1) == b"x"
    assert multiprocessing.current_process().name


def c_libraries_and_callbacks() -> None:
    assert ctypes.CDLL("libm.so.6")
    assert ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda n: n + 1)(3) == 4


def numpy_arrays() -> None:
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/a.npy", np.ones(4))
        assert np.load(f"{folder}/a.npy").sum() == 4
        assert np.load(f"{folder}/a.npy", mmap_mode="c").sum() == 4  # a private mapping
    np.linalg.svd(np.random.default_rng(0).random((300, 300)))
    np.fft.fft(np.ones(64))


def saving_a_model() -> None:
    with tempfile.TemporaryDirectory() as folder:
        torch.save({"w": torch.ones(3)}, f"{folder}/m.pt")
        assert torch.load(f"{folder}/m.pt")["w"].sum() == 3
        assert torch.load(f"{folder}/m.pt", mmap=True)["w"].sum() == 3


def linear_algebra() -> None:
    square = torch.eye(64) * 2
    for name in ("svd", "eigh", "inv", "qr", "cholesky"):
        getattr(torch.linalg, name)(square)
    torch.fft.fft2(square)


def convolution_and_recurrence() -> None:
    torch.nn.Conv2d(3, 8, 3)(torch.randn(2, 3, 32, 32)).sum().backward()
    torch.nn.LSTM(8, 16, 2)(torch.randn(5, 2, 8))[0].sum().backward()
    torch.nn.TransformerEncoderLayer(16, 2)(torch.randn(4, 2, 16)).sum().backward()
    torch.randn(64, 64, dtype=torch.bfloat16) @ torch.randn(64, 64, dtype=torch.bfloat16)


def training() -> None:
    model = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
    optimiser = torch.optim.Adam(model.parameters())
    data = torch.utils.data.TensorDataset(torch.randn(8, 8))
    for (batch,) in torch.utils.data.DataLoader(data, batch_size=4, shuffle=True, num_workers=0):
        optimiser.zero_grad()
        model(batch).square().mean().backward()
        optimiser.step()


def more_threads_in_torch() -> None:
    torch.set_num_threads(2)
    large = torch.randn(512, 512)
    assert torch.allclose(large @ torch.eye(512), large)


def repeated(x: torch.Tensor, count: int) -> torch.Tensor:
    for _ in range(count):
        x = torch.relu(x * 2 + 1).tanh()
    return x


def torchscript() -> None:
    scripted = torch.jit.script(repeated)
    for _ in range(3):  # the profiling executor compiles on the second call
        scripted(torch.randn(4, requires_grad=True), 3).sum().backward()


HONEST: dict[str, Callable[[], None]] = {
    use.__name__: use
    for use in (
        in_threads,
        temporary_files,
        the_standard_library,
        c_libraries_and_callbacks,
        numpy_arrays,
        saving_a_model,
        linear_algebra,
        convolution_and_recurrence,
        training,
        more_threads_in_torch,
        torchscript,
    )
}


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What became of every honest use, all in one child of a new process.

    The tests' own process may have used torch before: a child hangs that inherits its pool without the threads.
    """
    scratch = tmp_path_factory.mktemp("scratch")
    done = subprocess.run(
        [sys.executable, "-c", "import sys, test_seccomp_honest as test\ntest.tell(sys.argv[1])", str(scratch)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(Path(__file__).parent)))},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, str] = json.loads(done.stdout)
    return seen


def tell(scratch: str) -> None:
    """Import torch and use nothing, as the base does; use all in a child, and print what became of it."""
    importlib.import_module("torch._dynamo")  # the base preloads it: Adam needs it

    def use_all() -> dict[str, str]:
        tempfile.tempdir = scratch
        torch.set_num_threads(1)
        found = {}
        for name, use in HONEST.items():
            try:
                use()
                found[name] = ""
            except Exception:
                found[name] = traceback.format_exc()
        return found

    print(json.dumps(confined(use_all, program=seccomp.compile_filter())))


@pytest.mark.parametrize("use", HONEST)
def test_honest_work_is_not_disturbed(honest: dict[str, str], use: str) -> None:
    assert not honest[use]
