"""Fixtures that all tests may use."""

from __future__ import annotations

from collections.abc import Iterator

import one_base
import pytest


@pytest.fixture(scope="module")
def shared_base() -> Iterator[None]:
    """Let whatever grades in this process, from here to the module's end, share one import of torch."""
    with pytest.MonkeyPatch.context() as patch:
        one_base.share(patch)
        yield
