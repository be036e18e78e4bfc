"""Fixtures of tests/courses.py; loaded by its path, as tests/ is not a package."""

import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location("courses", Path(__file__).parent.parent / "courses.py")
assert _spec and _spec.loader
_courses = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_courses)

powerless = _courses.powerless
