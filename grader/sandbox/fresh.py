"""Starting our own processes afresh: the warm base, and on systems without fork every child and examiner.

Theory of operation. The new process gets an empty environment but for the thread variables, nothing secret in its
arguments, an own session, and no descriptor of ours. It connects back over loopback and proves itself with a token
that it reads from its stdin, so no other process of the machine can take its place. The base needs no connection: it
inherits one socket.
"""

from __future__ import annotations

import importlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import grader
from grader.errors import GraderFault
from grader.records import Text

CONNECT_TIMEOUT_S = 60.0  # a slow disk may take this long to import torch
_TOKEN_BYTES = 32

# Set before torch is imported: forking after a thread pool has started can hang the child (pytorch#17199).
_SETTINGS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_SETTINGS["OMP_WAIT_POLICY"] = "PASSIVE"  # a thread pool that spins would compute on behind each call, 7 ms of CPU
_SETTINGS["PYTHONHASHSEED"] = "0"  # the order of a student's sets is the same in every exam of the same seed
if sys.platform == "darwin":  # its frameworks end a process that forks after they were loaded, unless told not to
    _SETTINGS["OBJC_DISABLE_INITIALIZE_FORK_SAFETY"] = "YES"
_NEEDED = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # without these some systems cannot start Python


@dataclass(frozen=True, slots=True)
class Started:
    process: subprocess.Popen[bytes]
    sockets: tuple[socket.socket, ...]


def environment() -> dict[str, str]:
    """Return the environment of our processes: what a child can read at /proc/self/environ."""
    return {**_SETTINGS, **{name: os.environ[name] for name in _NEEDED if name in os.environ}}


def command(entry: str, *arguments: str) -> list[str]:
    """Return the command line that runs `module:function` with text arguments, isolated from the user's settings."""
    root = str(Path(grader.__file__).resolve().parent.parent)
    module, _, function = entry.partition(":")
    start = f"import sys; sys.path.insert(0, {root!r}); from {module} import {function} as entry"
    code = f"{start}; entry(*{list(arguments)!r})"
    return [sys.executable, "-s", "-P", "-X", "utf8", "-c", code]


def start(entry: str, *, sockets: int) -> Started:
    """Start a process that calls `entry` with that many connected sockets. Raises GraderFault."""
    token = secrets.token_bytes(_TOKEN_BYTES)
    with socket.create_server(("127.0.0.1", 0), backlog=sockets) as server:
        port = server.getsockname()[1]
        process = subprocess.Popen(
            command("grader.sandbox.fresh:connect_back", entry, str(port), str(sockets)),
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=None if os.environ.get("DLGRADE_DEBUG") else subprocess.DEVNULL,
            cwd=os.sep,
            start_new_session=True,
        )
        assert process.stdin is not None
        process.stdin.write(token)
        process.stdin.close()
        try:
            connected = _accept(server, token, sockets)
        except OSError as error:
            kill_tree(process)
            process.wait()
            raise GraderFault(
                Text(en=f"A new process did not come up: {error}.", zh=f"新进程未能启动：{error}。")
            ) from None
    return Started(process, connected)


def _accept(server: socket.socket, token: bytes, count: int) -> tuple[socket.socket, ...]:
    deadline = time.monotonic() + CONNECT_TIMEOUT_S
    found: list[socket.socket] = []
    while len(found) < count:
        server.settimeout(max(deadline - time.monotonic(), 0.001))
        sock, _ = server.accept()
        sock.settimeout(5.0)
        shown = sock.recv(_TOKEN_BYTES, socket.MSG_WAITALL)
        if not secrets.compare_digest(shown, token):
            sock.close()
            continue
        sock.settimeout(None)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        found.append(sock)
    return tuple(found)


def connect_back(entry: str, port: str, count: str) -> None:
    """Run in the new process: connect, and call the entry with the sockets."""
    token = sys.stdin.buffer.read(_TOKEN_BYTES)
    connected: list[socket.socket] = []
    for _ in range(int(count)):
        sock = socket.create_connection(("127.0.0.1", int(port)))
        sock.sendall(token)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.append(sock)
    module, _, function = entry.partition(":")
    getattr(importlib.import_module(module), function)(*connected)


def serve_child(wire: socket.socket, output: socket.socket) -> None:
    """Be a child in a process of its own."""
    from grader.sandbox.child import become_child
    from grader.sandbox.jail.box import Box

    become_child(wire, output, Box())


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that leads its own session, with that session."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    else:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
