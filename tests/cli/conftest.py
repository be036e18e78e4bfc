"""A language and a workspace for the tests of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runs import ROOT


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs in this process speaks English, and forgets what `--language` chose."""
    monkeypatch.setenv("DLGRADE_LANG", "en")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A student's workspace of the course in this checkout."""
    from grader.exercise import create_workspace, load_course

    return create_workspace(tmp_path / "my course", load_course(ROOT)).root
