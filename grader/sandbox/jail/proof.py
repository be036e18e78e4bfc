"""The self-test of a degree: an attacker of our own, in a real child, before any exam.

Theory of operation. The base plants a file that anybody may read and a socket that anybody may connect to. The zygote
forks its first children exactly as it will fork the others; each enters the box and then tries, one after another, what
the layers promise to stop, the zygote's death among it. It tells through a pipe what stopped each attempt. Layers lie
behind each other, so the outer ones would hide a hole in an inner one: the first child enters without the outer ones
(seccomp; with `strong` also Landlock) and tries what the inner ones alone must stop, and the last one enters the whole
box. An attempt that gets through, a child that dies, hangs or answers nonsense, or a zygote that is killed: the degree
is not offered. Nothing is assumed from version numbers.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import select
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import msgspec

from grader.records import Isolation
from grader.sandbox.jail import syscalls
from grader.sandbox.jail.box import Box
from grader.sandbox.jail.boxes import SHARED_MEMORY
from grader.sandbox.jail.layers import Layer, LayerMissing, Proof, Try
from grader.sandbox.jail.limits import MIB
from grader.sandbox.link import close_all_but

_FOLDER = "dlgrade-proof-"
_LIMIT_MIB = 32
_DEADLINE_S = 10.0  # a busy machine; idle, it takes some milliseconds
_PTRACE_ATTACH = 16


@dataclass(frozen=True, slots=True)
class Plant:
    """What the attacker tries to reach: both are open to every process of the machine."""

    secret: str
    port: int


@contextlib.contextmanager
def planted() -> Iterator[Plant]:
    """Plant a readable file and a listening socket, and take both away."""
    _remove_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-"))
    try:
        folder.chmod(0o755)
        secret = folder / "secret"
        secret.write_text("the answers")
        secret.chmod(0o644)
        with socket.create_server(("127.0.0.1", 0)) as server:
            yield Plant(str(secret), server.getsockname()[1])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned() -> None:
    """Remove what a base left that was killed while it had planted."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        pid = folder.name.removeprefix(_FOLDER).partition("-")[0]
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except (PermissionError, ValueError):  # it lives, or is no folder of ours
            continue


def prove(box: Box, plant: Plant) -> Proof:
    """Fork the attackers and return what they found. Runs in a settled zygote."""
    tries: list[Try] = []
    for without, inner in _ROUNDS[box.isolation]:
        proof = _send_attacker(box, plant, without, inner)
        tries += proof.tries
        if not proof.holds:
            return replace(proof, tries=tuple(tries))
    return Proof(isolation=box.isolation, tries=tuple(tries))


# For each round: the layers that the attacker enters without, and the one that must then hold alone; None: all of them.
_ROUNDS: dict[Isolation, tuple[tuple[tuple[Layer, ...], Layer | None], ...]] = {
    Isolation.STRONG: (
        ((Layer.SECCOMP, Layer.LANDLOCK), Layer.NAMESPACES),
        ((Layer.SECCOMP,), Layer.LANDLOCK),
        ((), None),
    ),
    Isolation.LANDLOCK: (((Layer.SECCOMP,), Layer.LANDLOCK), ((), None)),
    Isolation.GVISOR: (((Layer.SECCOMP,), Layer.NAMESPACES), ((), None)),
    Isolation.PROCESS: (),
}


def _send_attacker(box: Box, plant: Plant, without: tuple[Layer, ...], inner: Layer | None) -> Proof:
    reading, writing = os.pipe()
    zygote = box.outer_pid or os.getpid()
    pid = box.fork()
    if pid == 0:
        _attack(box, without, writing, lambda: tuple(_tries(box, plant, zygote, inner)))
    os.close(writing)
    try:
        return _await(box.isolation, reading)
    finally:
        os.close(reading)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _await(isolation: Isolation, reading: int) -> Proof:
    data = b""
    deadline = time.monotonic() + _DEADLINE_S
    while select.select([reading], [], [], max(deadline - time.monotonic(), 0.0))[0]:
        part = os.read(reading, 1 << 16)
        if part:
            data += part
            continue
        with contextlib.suppress(msgspec.DecodeError):
            return msgspec.msgpack.decode(data, type=Proof)
        break
    return Proof(isolation=isolation, missing=Layer.SECCOMP, why="the self-test's child ended without an answer")


def _attack(box: Box, without: tuple[Layer, ...], writing: int, attempts: Callable[[], tuple[Try, ...]]) -> NoReturn:
    """Be the attacker, and never return."""
    proof = Proof(isolation=box.isolation, missing=Layer.SECCOMP, why="the self-test did not begin")
    try:
        close_all_but(writing, *box.descriptors())
        box.enter(without=without)
        box.limit(memory_mib=_LIMIT_MIB, cpu_s=_DEADLINE_S, device="cpu")
        proof = Proof(isolation=box.isolation, tries=attempts())
    except LayerMissing as missing:
        proof = Proof(isolation=box.isolation, missing=missing.layer, why=missing.why)
    finally:
        os.write(writing, msgspec.msgpack.encode(proof))
        os._exit(0)


def _tries(box: Box, plant: Plant, zygote: int, inner: Layer | None) -> Iterator[Try]:
    """Try what all layers together must stop, or what `inner` must stop alone."""
    for what, layers, attempt in _attempts(plant, zygote):
        if (inner is not None and inner not in layers) or what in box.promises_not:
            continue
        said = what if inner is None else f"{what} ({inner.value} alone)"
        try:
            attempt()
        except (OSError, MemoryError, ValueError) as error:
            yield Try(what=said, layer=layers[0], stopped=True, how=str(error) or type(error).__name__)
        else:
            yield Try(what=said, layer=layers[0], stopped=False)


def _attempts(plant: Plant, zygote: int) -> tuple[tuple[str, tuple[Layer, ...], Callable[[], object]], ...]:
    """Return what is tried: in words, the layers that must each stop it alone, and the deed.

    NAMESPACES stands for the namespaces with the root and the account that go with them.
    """
    spaces, files, calls, limits = Layer.NAMESPACES, Layer.LANDLOCK, Layer.SECCOMP, Layer.LIMITS
    library = Path(os.__file__).parent
    return (
        ("read a file of the machine", (spaces, files), lambda: Path(plant.secret).read_text()),
        ("read /etc/passwd", (spaces, files), lambda: Path("/etc/passwd").read_text()),
        ("read a process's environment", (spaces, files), lambda: Path("/proc/1/environ").read_bytes()),
        ("write into the Python environment", (spaces, files), lambda: _write(f"{library}/dlgrade-proof")),
        ("write beside the planted file", (spaces, files), lambda: _write(f"{plant.secret}.mine")),
        ("write to a device that anybody may write to", (files,), lambda: _write("/dev/zero")),
        ("connect to a server of the machine", (calls, spaces), lambda: _connect(plant.port)),
        ("open a unix socket", (calls,), lambda: socket.socket(socket.AF_UNIX)),
        ("start a process", (calls,), _fork),
        ("run a program", (calls,), lambda: os.execv("/bin/true", ["true"])),
        ("make a user namespace", (calls,), lambda: syscalls.unshare(syscalls.CLONE_NEWUSER)),
        ("mount a file system", (calls, spaces), lambda: syscalls.mount("x", "/tmp", "tmpfs", 0)),
        ("change the account", (calls,), lambda: os.setresuid(0, 0, 0)),
        ("become another account", (spaces, calls), lambda: os.setresuid(1, 1, 1)),
        ("trace the zygote", (calls, spaces), lambda: _trace(zygote)),
        (SHARED_MEMORY, (calls,), lambda: mmap.mmap(-1, 2 * _LIMIT_MIB * MIB)),
        ("take more memory than allowed", (limits, spaces, files), lambda: bytearray(4 * _LIMIT_MIB * MIB)),
        ("raise a limit", (limits, spaces, files), _raise_limit),
        ("kill the zygote", (calls, spaces), lambda: os.kill(zygote, signal.SIGKILL)),
    )


def _write(path: str) -> None:
    with Path(path).open("w") as file:
        file.write("x")


def _connect(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=1.0).close()


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _trace(pid: int) -> None:
    if ctypes.CDLL(None, use_errno=True).ptrace(_PTRACE_ATTACH, pid, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def _raise_limit() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
