"""A grader as most are: it imports what was handed in into the process of its tests, and believes what it finds there.

It stands beside the attack suite to show that the attacks work. Nothing of dlgrade uses it; never grade with it.

One warm process reads requests, one JSON object a line, from stdin, and answers each in one line on stdout. Each
submission is graded in a fork, as a fresh process would be, only sooner; `via` is one of the ways of taking the verdict
that are seen in the field. It runs unconfined, and so do the attacks: they are bounded, and aim at what the arena
planted.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import importlib.util
import io
import json
import os
import pickle
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import types
from pathlib import Path

import torch
from intake import take_in

HERE = Path(__file__).parent
GIB = 1 << 30


class NaiveGraderError(Exception):
    """The grader itself has failed: the submission stays unscored and is looked at by a person."""


# ------------------------------------------------------------------------------------------------ in the fork


def grade(request: dict, pipe: int) -> int:
    """Grade what lies in the working folder; return the exit status. This process is the student's, too."""
    folder = Path.cwd()
    if request["via"] == "pytest":
        return _pytest(request, folder)
    subprocess.run(["sha256sum", "work.py"], check=False, stdout=subprocess.DEVNULL)  # for the receipt
    _compile(folder)
    sys.path.insert(0, str(folder))
    reference = _load("reference", Path(request["solutions"]) / "work.py")
    secrets = open(Path(request["solutions"]) / "answers.txt")  # noqa: SIM115  kept open while the tests run
    tests = _load("hidden_tests", HERE / request["tests"])
    tests.SECRET, tests.NUMBER = request["secret"], request["number"]
    work = Apart(folder) if request["via"] == "apart" else None
    failures, unscored = {}, False
    try:
        work = work or __import__("work")
    except Exception as error:
        failures = dict.fromkeys(tests.POINTS, _told(error))
    log = os.open("failures.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for name in tests.POINTS if not failures else ():
        try:
            getattr(tests, name)(work, reference)
        except Exception as error:
            unscored = unscored or type(error).__name__ in ("NaiveGraderError", "GraderFault", "SandboxUnavailable")
            failures[name] = _told(error)
            os.write(log, f"{name}\n".encode())
    earned = sum(points for name, points in tests.POINTS.items() if name not in failures)
    for name, told in failures.items():
        print(f"FAILED {name}\n{told}")
    secrets.close()
    if isinstance(work, Apart):
        work.close()
    return _report(request["via"], {"earned": earned, "failed": failures, "unscored": unscored}, pipe)


def _report(via: str, results: dict, pipe: int) -> int:
    if via == "file":
        with open("results.json", "w", encoding="utf-8") as stream:
            json.dump(results, stream, ensure_ascii=False)
    elif via == "pipe":
        os.write(pipe, json.dumps(results).encode() + b"\n")
    elif via in ("stdout", "apart"):
        print(f"SCORE: {results['earned']}")
    return 1 if results["failed"] else 0


def _told(error: BaseException) -> str:
    """Tell the student what went wrong, with all that the exception says."""
    return "".join(traceback.format_exception(error)) + str(error)


def _compile(folder: Path) -> None:
    """See whether it compiles, in a new interpreter that finds the submission's other modules, too."""
    if any(folder.glob("*.py*")) and len(list(folder.iterdir())) > 1:
        environment = {**os.environ, "PYTHONPATH": str(folder)}
        subprocess.run([sys.executable, "-m", "py_compile", "work.py"], check=False, env=environment)


def _load(name: str, path: Path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


FIXTURES = """

import sys

import pytest


@pytest.fixture
def work():
    import work

    return work


@pytest.fixture
def reference():
    return sys.modules["reference"]
"""


def _pytest(request: dict, folder: Path) -> int:
    """Run the tests with pytest where the submission lies, as its documentation shows."""
    text = (HERE / request["tests"]).read_text(encoding="utf-8")
    text = text.replace("SECRET = None", f"SECRET = {request['secret']!r}").replace(
        "NUMBER = None", f"NUMBER = {request['number']}"
    )
    (folder / "test_it.py").write_text(text + FIXTURES, encoding="utf-8")
    sys.path[:0] = [str(folder)]
    _load("reference", Path(request["solutions"]) / "work.py")
    import pytest

    return int(pytest.main(["-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)]))


class Apart:
    """The student's module in a process of its own; results come back over a pipe, pickled."""

    def __init__(self, folder: Path) -> None:
        ask, self._requests = os.pipe()
        self._answers, answer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._requests)
            os.close(self._answers)
            os.dup2(ask, 3)
            os.dup2(answer, 4)
            self._serve()
        os.close(ask)
        os.close(answer)

    @staticmethod
    def _serve() -> None:
        # Not what the judge holds: only the student's module, and the two ends.
        sys.modules.pop("reference", None)
        sys.modules.pop("hidden_tests", None)
        try:
            import work
        except Exception:
            os._exit(1)
        while True:
            try:
                name, args = _receive(3)
            except struct.error:  # the judge has closed its end
                os._exit(0)
            try:
                result = getattr(work, name)(*args)
                _send(4, list(result) if isinstance(result, types.GeneratorType) else result)
            except Exception as error:
                _send(4, error)

    def close(self) -> None:
        os.close(self._requests)
        os.waitpid(self._pid, 0)

    def __getattr__(self, name: str):
        def call(*args: object) -> object:
            _send(self._requests, (name, args))
            result = _receive(self._answers)
            if isinstance(result, Exception):
                raise result
            return result

        return call


def _send(descriptor: int, value: object) -> None:
    data = pickle.dumps(value)
    os.write(descriptor, struct.pack("<Q", len(data)) + data)


def _receive(descriptor: int) -> object:
    (length,) = struct.unpack("<Q", os.read(descriptor, 8))
    data = b""
    while len(data) < length:
        data += os.read(descriptor, length - len(data))
    return pickle.loads(data)


# ------------------------------------------------------------------------------------------------ around the fork


def serve() -> None:
    """Answer requests until stdin closes."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # what a submission leaves behind becomes this process's child
    for line in sys.stdin:
        request = json.loads(line)
        answer = run(request)
        print(json.dumps(answer), flush=True)


def run(request: dict) -> dict:
    """Grade one submission in a fork and say what came of it."""
    folder = Path(tempfile.mkdtemp(prefix="naive-"))
    reading, writing = os.pipe()
    began = time.monotonic()
    try:
        work = folder / "work"
        output = folder / "output"
        pid = os.fork()
        if pid == 0:
            _become(request, work, output, writing)
        os.close(writing)
        status = _wait(pid, began + request["limit_s"])
        left = _end_orphans(pid)
        os.set_blocking(reading, False)
        results = _results(request, work, output, reading, status)
        text = output.read_bytes().decode(errors="replace") + json.dumps(results or {}, ensure_ascii=False)
        text += _feedback(work)
        return {
            "earned": float(results.get("earned", 0.0)) if results else 0.0,
            "unscored": bool(results.get("unscored")) if results else False,
            "died": results is None and status is not None,
            "hung": status is None,
            "left": left,
            "text": text[: 8 << 20],
        }
    finally:
        os.close(reading)
        shutil.rmtree(folder, ignore_errors=True)


def _feedback(work: Path) -> str:
    """Show what the submission has written for its author to read."""
    file = work / "feedback.txt"
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""


def _become(request: dict, work: Path, output: Path, pipe: int) -> None:
    """Be the process that grades, and leave as an interpreter does: exit handlers run, threads are waited for."""
    os.setpgid(0, 0)
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    for number in (1, 2):
        os.dup2(descriptor, number)
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), errors="backslashreplace", line_buffering=True)
    # So that an attack which takes all there is takes only this.
    resource.setrlimit(resource.RLIMIT_DATA, (4 * GIB, 4 * GIB))
    resource.setrlimit(resource.RLIMIT_FSIZE, (GIB // 16, GIB // 16))
    status = 1
    try:
        take_in(Path(request["submission"]), work)
        os.chdir(work)
        status = grade(request, pipe)
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 0 if leaving.code is None else 1
    except BaseException:
        with contextlib.suppress(BaseException):  # an attack may have closed or filled the output
            traceback.print_exc(file=sys.stdout)
    with contextlib.suppress(BaseException):
        threading._shutdown()
        atexit._run_exitfuncs()
        sys.stdout.flush()
    os._exit(status)


def _wait(pid: int, deadline: float) -> int | None:
    """Wait for the fork; None when it had to be killed for taking too long."""
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return status
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def _end_orphans(group: int) -> int:
    """Kill what the submission left behind; return how many there were that would have gone on."""
    count = 0
    time.sleep(0.005)
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return count
        if pid == 0:
            children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
            for child in children:
                count += 1
                os.kill(int(child), signal.SIGKILL)
            for child in children:
                os.waitpid(int(child), 0)


def _results(request: dict, work: Path, output: Path, pipe: int, status: int | None) -> dict | None:
    """Take the verdict, in the way that was asked for; None where there is none."""
    via, full = request["via"], float(request["full"])
    if status is None:
        return None
    exited = os.WIFEXITED(status)
    try:
        if via == "file":
            return json.loads((work / "results.json").read_text(encoding="utf-8"))
        if via == "pipe":
            return json.loads(os.read(pipe, 1 << 16).splitlines()[0])
        if via in ("stdout", "apart"):
            lines = output.read_text(errors="replace").splitlines()
            scores = [line.removeprefix("SCORE: ") for line in lines if line.startswith("SCORE: ")]
            return {"earned": float(scores[-1])}
        if via in ("exit", "pytest"):
            return {"earned": full if os.WEXITSTATUS(status) == 0 else 0.0} if exited else None
        return {"earned": 0.0 if (work / "failures.log").read_bytes() else full} if exited else None
    except (OSError, ValueError, LookupError):
        return None


if __name__ == "__main__":
    torch.set_num_threads(1)
    serve()
