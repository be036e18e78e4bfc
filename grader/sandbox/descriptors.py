"""The descriptors of a process of ours."""

from __future__ import annotations

import os


def close_all_but(*kept: int) -> None:
    """Close every descriptor above stderr except these."""
    low = 3
    for number in sorted(kept):
        os.closerange(low, number)
        low = number + 1
    os.closerange(low, _max_descriptors())


def _max_descriptors() -> int:
    try:
        return min(os.sysconf("SC_OPEN_MAX"), 1 << 20)
    except (AttributeError, ValueError, OSError):
        return 4096
