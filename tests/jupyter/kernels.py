"""A real kernel, as Jupyter starts it, and what a notebook would show of each cell that is run in it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel

ROOT = Path(__file__).parent.parent.parent
_COLOR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Shown:
    """What one cell shows."""

    number: int = 0  # its execution count
    out: str = ""
    err: str = ""
    error: str = ""
    data: list[dict[str, str]] = field(default_factory=list)  # by MIME type

    @property
    def text(self) -> str:
        """The one rich output, as text."""
        (only,) = self.data
        return only["text/plain"]


@dataclass
class Kernel:
    """A running kernel."""

    manager: KernelManager
    client: BlockingKernelClient
    folder: Path

    @property
    def pid(self) -> int:
        pid: int = self.manager.provisioner.pid  # type: ignore[union-attr]
        return pid

    def run(self, code: str) -> Shown:
        """Run a cell, and return what it shows. An error in it ends no cell that is asked for just after it."""
        shown = Shown()

        def take(message: dict[str, Any]) -> None:
            kind, content = message["msg_type"], message["content"]
            if kind == "stream" and content["name"] == "stdout":
                shown.out += content["text"]
            elif kind == "stream":
                shown.err += content["text"]
            elif kind == "error":
                shown.error += _COLOR.sub("", "\n".join(content["traceback"]))
            elif kind in ("execute_result", "display_data"):
                shown.data.append(content["data"])

        reply = self.client.execute_interactive(code, stop_on_error=False, timeout=120, output_hook=take)
        shown.number = reply["content"]["execution_count"]
        return shown

    def clean(self, code: str) -> Shown:
        """Run a cell that shows nothing wrong."""
        shown = self.run(code)
        assert not shown.error, shown.error
        assert not shown.err, shown.err
        return shown


def started(folder: Path) -> Kernel:
    """Return a kernel that works in an empty folder, on the course of this checkout, in English."""
    environment = {
        **os.environ,
        "DLGRADE_COURSE": str(ROOT),
        "DLGRADE_LANG": "en",
        "IPYTHONDIR": str(folder / ".ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
    }
    work = folder / "work"
    work.mkdir()
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(work), env=environment)
    return Kernel(manager, client, work)
