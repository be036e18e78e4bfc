"""What forks of ours become: an examiner, or one that says why it cannot go on."""

from __future__ import annotations

import importlib
import os
import socket
import sys
import traceback
from typing import NoReturn

from grader.sandbox.children import ForkedChildren
from grader.sandbox.descriptors import close_all_but


def become_examiner(entry: str, control: socket.socket, zygote: socket.socket) -> NoReturn:
    """Be an examiner: `entry`, a "module:function", serves the controller with the children of the zygote."""
    close_all_but(control.fileno(), zygote.fileno())
    module, _, function = entry.partition(":")
    try:
        getattr(importlib.import_module(module), function)(control, ForkedChildren(zygote))
    except BaseException:  # noqa: BLE001  the process ends here, and says why
        say_why_and_leave()
    os._exit(0)


def say_why_and_leave() -> NoReturn:
    """Write the exception in progress to where the controller quotes from, and end this process."""
    try:
        traceback.print_exc()
        sys.stderr.flush()
    finally:  # also where that file is full: this fork must not go on as the process that it was forked from
        os._exit(1)
