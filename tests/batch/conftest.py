"""Fixtures of tests/courses.py, loaded by its path, as tests/ is not a package; and one that writes submissions."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("courses", Path(__file__).parent.parent / "courses.py")
assert _spec and _spec.loader
_courses = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_courses)

powerless = _courses.powerless

_SOFTMAX = Path(__file__).parents[2] / "exercises" / "exercise03_softmax" / "softmax.py"


@pytest.fixture
def tree(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes submissions below a folder."""

    def write(*paths: str) -> Path:
        for path in paths:
            place = tmp_path / "in" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(_SOFTMAX.read_text("utf-8"), "utf-8")
        return tmp_path / "in"

    return write
