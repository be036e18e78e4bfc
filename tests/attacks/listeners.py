"""Sockets of this machine that no submission may reach; whoever reaches one is noted, and served the solution."""

from __future__ import annotations

import contextlib
import selectors
import socket
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

_ANSWER = "HTTP/1.0 200 OK\r\nContent-Length: {length}\r\n\r\n"


class Listeners:
    """TCP and UDP on 127.0.0.1, a unix socket by path and one by an abstract name, served by a thread.

    `reached` names what was reached since `forget`.
    """

    def __init__(self, path: Path, solution: str) -> None:
        self._solution = solution.encode()
        self._names: dict[socket.socket, str] = {}
        self._reached: list[str] = []
        tcp = self._listen(socket.AF_INET, ("127.0.0.1", 0), "TCP")
        self.port: int = tcp.getsockname()[1]
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", self.port))
        self._names[udp] = "UDP"
        self.path = str(path)
        self.abstract = f"attacked-{self.port}"
        if hasattr(socket, "AF_UNIX"):
            self._listen(socket.AF_UNIX, self.path, "a unix socket")
            path.chmod(0o777)
        if sys.platform == "linux":
            self._listen(socket.AF_UNIX, f"\0{self.abstract}", "an abstract unix socket")
        self._stop, self._stopper = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _listen(self, family: int, address: object, name: str) -> socket.socket:
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.bind(address)  # type: ignore[arg-type]
        listener.listen(64)
        self._names[listener] = name
        return listener

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            for one in (*self._names, self._stop):
                selector.register(one, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self._stop:
                        return
                    assert isinstance(key.fileobj, socket.socket)
                    self._meet(key.fileobj)

    def _meet(self, listener: socket.socket) -> None:
        self._reached.append(self._names[listener])
        if listener.type == socket.SOCK_DGRAM:
            listener.recv(65536)
            return
        peer, _ = listener.accept()
        with peer, contextlib.suppress(OSError):  # the attacker may be gone by now
            peer.settimeout(0.2)
            peer.recv(4096)
            peer.sendall(_ANSWER.format(length=len(self._solution)).encode() + self._solution)

    def take(self) -> list[str]:
        """Return what was reached since the last time."""
        reached, self._reached[:] = sorted(set(self._reached)), []
        return reached

    def close(self) -> None:
        self._stopper.close()
        self._thread.join()
        for one in (*self._names, self._stop):
            one.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
