"""What a child sees and can do in `strong` and `landlock`, told by a submission from inside; torch works in both."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from one_base import sharing
from sandbox.living import linux_only

from grader.exercise import load_course
from grader.pipeline import Grader
from grader.records import Isolation, Limits, SourceFile, Submission
from grader.report import Report, Status

ROOT = Path(__file__).parent.parent.parent.parent
EXERCISE = replace(
    load_course(ROOT).find("exercise03"),
    id="exercise97",
    solution_folder="",
    forbid=(),
    limits=Limits(call_s=20.0, exam_s=60.0, memory_mib=512),
)
RIGHT = (ROOT / "tests" / "submissions" / "right.py").read_text(encoding="utf-8")
pytestmark = linux_only


@pytest.fixture(scope="module")
def strong() -> Iterator[Grader]:
    with sharing(Grader(Isolation.STRONG)) as grader:
        yield grader


@pytest.fixture(scope="module")
def landlock() -> Iterator[Grader]:
    with sharing(Grader(Isolation.LANDLOCK)) as grader:
        yield grader


@pytest.fixture(params=["strong", "landlock"])
def confined(request: pytest.FixtureRequest) -> Grader:
    return request.getfixturevalue(request.param)


def examine(grader: Grader, text: str) -> Report:
    file = SourceFile(name="softmax.py", text=text)
    return grader.examine(EXERCISE, Submission(files=(file,), origin="", sha256="0" * 64, untouched=False), seed=1)


def told(grader: Grader, code: str) -> Any:
    """Return what `tell()` in a submission's code returns, as JSON; the code runs while it is imported."""
    body = textwrap.indent(textwrap.dedent(code), "    ")
    report = examine(grader, f"{RIGHT}\ndef tell():\n{body}\nimport json\nprint(json.dumps(tell()))\n")
    assert report.status is Status.FULL, report.problem
    return json.loads(report.output)


def refused(grader: Grader, code: str) -> str:
    """Return the error that a line of a submission's code gets."""
    found = told(grader, f"try:\n    {code}\nexcept BaseException as error:\n    return type(error).__name__\n")
    assert found is not None, f"{code}: nothing stopped it"
    return str(found)


# --------------------------------------------------------------------------------------------------- what is there


def test_the_root_holds_the_python_environment_and_nothing_else(strong: Grader) -> None:
    top = told(strong, "import os\nreturn sorted(os.listdir('/'))")
    allowed = {"dev", "etc", "lib", "lib32", "lib64", "scratch", "tmp", "usr"}
    python = {Path(os.path.realpath(path)).parts[1] for path in (os.__file__, np_file(), "/usr")}
    assert set(top) <= allowed | python
    assert told(strong, "import os\nreturn os.listdir('/etc')") == ["ld.so.cache"]
    assert told(strong, "import os\nreturn sorted(os.listdir('/dev'))") == ["null", "random", "urandom", "zero"]
    assert told(strong, "import os\nreturn os.listdir()") == []


def np_file() -> str:
    import numpy

    return str(numpy.__file__)


def test_neither_the_course_nor_dlgrade_is_there(confined: Grader) -> None:
    for path in (ROOT / "solutions", ROOT / "exercises", ROOT / ".git", "/proc/self"):
        assert refused(confined, f"import os; os.listdir({str(path)!r})") in ("FileNotFoundError", "PermissionError")
    for path in (ROOT / "README.md", ROOT / "grader" / "__init__.py", "/proc/self/maps", "/etc/passwd"):
        assert refused(confined, f"open({str(path)!r})") in ("FileNotFoundError", "PermissionError")


def test_of_a_home_only_the_way_to_python_is_there(strong: Grader) -> None:
    home = str(Path.home())
    there = told(strong, f"import os\nreturn os.listdir({home!r}) if os.path.isdir({home!r}) else []")
    python = {os.path.realpath(path) for path in (os.__file__, np_file())}
    assert {str(Path(home, name)) for name in there} <= {str(up) for path in python for up in Path(path).parents}


def test_it_is_the_first_process_of_its_own_and_nobody(strong: Grader) -> None:
    assert told(strong, "import os\nreturn [os.getpid(), os.getppid()]") == [1, 0]
    user, group = told(strong, "import os\nreturn [os.getuid(), os.getgid()]")
    assert user == group == 65534  # its user namespace maps no account
    assert told(strong, "import os\nreturn os.getgroups()") == []
    assert told(strong, "import os\nreturn os.uname().nodename") == "exam"


def test_its_environment_names_a_home_that_it_can_write_to(strong: Grader) -> None:
    here = told(strong, "import os\nreturn os.getcwd()")
    assert here in ("/tmp", "/scratch")
    assert told(strong, "import os\nreturn dict(os.environ)") == {"HOME": here, "TMPDIR": here, "USER": "exam"}


def test_it_can_write_a_file_and_read_it_back(strong: Grader) -> None:
    assert told(strong, "open('model.txt', 'w').write('1')\nreturn open('model.txt').read()") == "1"
    assert told(strong, "import tempfile\nwith tempfile.TemporaryFile() as f:\n    return f.write(b'12')") == 2


def test_what_one_child_writes_no_other_sees(strong: Grader) -> None:
    assert told(strong, "open('left', 'w').write('1')\nimport os\nreturn os.listdir()") == ["left"]
    assert told(strong, "import os\nreturn os.listdir()") == []


def test_its_place_to_write_is_limited_in_bytes_and_in_files(strong: Grader) -> None:
    filled = """
        size = 0
        try:
            for number in range(8):
                with open(f"{number}", "wb", buffering=0) as file:
                    for _ in range(8):
                        size += file.write(bytes(1 << 20))
        except OSError as error:
            return [error.errno, size >> 20]
    """
    number, mib = told(strong, filled)
    assert number == 28  # ENOSPC
    assert mib <= 16
    files = """
        try:
            for number in range(5000):
                open(f"{number}", "w").close()
        except OSError as error:
            return [error.errno, number]
    """
    number, count = told(strong, files)
    assert number == 28
    assert count <= 1024


def test_without_a_file_system_of_its_own_it_can_write_nowhere(landlock: Grader) -> None:
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/"):
        assert refused(landlock, f"open('{folder}/dlgrade-left', 'w')") == "PermissionError"
    assert refused(landlock, "import tempfile; tempfile.TemporaryFile()") in ("FileNotFoundError", "PermissionError")


def test_threads_are_allowed_up_to_a_limit(strong: Grader) -> None:
    count = """
        import threading, time
        threading.stack_size(64 * 1024)
        stop = threading.Event()
        threads = []
        try:
            for _ in range(1000):
                thread = threading.Thread(target=stop.wait, daemon=True)
                thread.start()
                threads.append(thread)
        except RuntimeError:
            pass
        stop.set()
        for thread in threads:
            thread.join()
        return len(threads)
    """
    assert 8 <= told(strong, count) < 128


def test_a_torch_course_runs_inside(confined: Grader) -> None:
    code = """
        import numpy as np, torch
        from torch import nn
        torch.manual_seed(0)
        x = torch.randn(32, 3, 8, 8)
        net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.LazyLinear(10))
        net(x)
        optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
        y = torch.arange(32) % 10
        losses = []
        loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=8, shuffle=True)
        for _ in range(3):
            for xb, yb in loader:
                optimizer.zero_grad()
                loss = nn.functional.cross_entropy(net(xb), yb)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
        lstm, _ = nn.LSTM(4, 5)(torch.randn(7, 2, 4))
        attention, _ = nn.MultiheadAttention(8, 2)(*3 * [torch.randn(5, 2, 8)])
        solved = torch.linalg.solve(torch.eye(3) * 2, torch.ones(3))
        values = np.linalg.svd(np.eye(4))[1]
        spectrum = torch.fft.rfft(torch.ones(8)).real[0].item()
        return [losses[-1] < losses[0], lstm.shape[0], attention.shape[0], solved.tolist(), values.sum(), spectrum]
    """
    assert told(confined, code) == [True, 7, 5, [0.5, 0.5, 0.5], 4.0, 8.0]


@pytest.mark.parametrize(
    "module",
    ["ssl", "sqlite3", "lzma", "decimal", "csv", "unittest", "asyncio", "numpy.polynomial", "torch.distributions"],
)
def test_what_was_not_imported_before_can_still_be(confined: Grader, module: str) -> None:
    assert told(confined, f"import importlib\nreturn importlib.import_module({module!r}).__name__") == module


# ------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.socket()",
        "import os; os.fork()",
        "import os; os.execv('/bin/true', ['true'])",
        "import subprocess; subprocess.run(['true'])",
        "import multiprocessing; multiprocessing.Process(target=print).start()",
        "import os; os.kill(2, 9)",
        "import os; os.killpg(0, 0)",
        "import mmap; mmap.mmap(-1, 4096)",
        "import fcntl; fcntl.flock(1, fcntl.LOCK_EX)",
        "import os; os.memfd_create('x')",
        "import os; os.setuid(0)",
        "import os; os.chroot('/')",
        "import os; os.nice(1)",
        "import os; os.mkfifo('fifo')",
        "import ctypes; assert ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0",
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))",
    ],
)
def test_it_is_stopped(confined: Grader, code: str) -> None:
    assert refused(confined, code) in (
        "PermissionError",
        "OSError",
        "AssertionError",
        "ValueError",
        "FileNotFoundError",
    )


@pytest.mark.parametrize("grown", ["bytearray(1 << 30)", "[bytearray(1 << 20) for _ in range(1000)]"])
def test_more_memory_than_allowed_is_a_memory_error(confined: Grader, grown: str) -> None:
    assert refused(confined, grown) == "MemoryError"


def test_a_child_after_a_hostile_one_is_as_good_as_the_first(confined: Grader) -> None:
    examine(confined, "import os\nos.abort()\n")
    examine(confined, "raise SystemExit\n")
    assert examine(confined, RIGHT).status is Status.FULL
