"""What can go wrong with a benchmark itself."""

from __future__ import annotations


class BenchmarkFailed(Exception):
    """What was to be measured did not happen, so there is no figure."""
