"""How a fork of ours ends that met a fault of its own."""

from __future__ import annotations

import os
import sys
import traceback
from typing import NoReturn


def say_why_and_leave() -> NoReturn:
    """Write the exception in progress to where the controller quotes from, and end this process."""
    try:
        traceback.print_exc()
        sys.stderr.flush()
    finally:  # also where that file is full: this fork must not go on as the process that it was forked from
        os._exit(1)
