"""An exercise's tests, collected once: pytest, sealed off from everything around it."""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.errors import AuthorError
from grader.records import Device, Exercise, Text

_INI = Path(__file__).with_name("pytest.ini")
_UNUSED = (
    *("terminal", "cacheprovider", "stepwise", "doctest", "junitxml", "pastebin", "faulthandler", "logging"),
    *("debugging", "setuponly", "setupplan", "unraisableexception", "threadexception", "capture", "warnings"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One collected test, with what its marks and docstring say."""

    item: pytest.Function
    name: str  # "test_rows_sum_to_one", "test_any_axis[1]"
    function: str  # without parameters: what `needs` refers to
    claim: Text
    points: float
    hint: Text | None
    needs: tuple[str, ...]
    visible: bool
    limit_s: float | None
    fresh: bool


def collect(exercise: Exercise, device: Device, examine: Callable[[list[Case]], None], *, fixtures: object) -> None:
    """Collect the exercise's tests and hand them to `examine`, inside the pytest session.

    `fixtures` is a plugin with the fixtures that tests use. Raises AuthorError when a test file is broken.
    """
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    files = [str(Path(exercise.folder) / "test_visible.py")]
    if exercise.solution_folder:
        files.append(str(Path(exercise.solution_folder) / "test_hidden.py"))
    loop = _Loop(exercise, device, examine)
    unused = [part for name in _UNUSED for part in ("-p", f"no:{name}")]
    status = pytest.main(
        [
            *("-c", str(_INI), "--rootdir", exercise.solution_folder or exercise.folder, "--noconftest"),
            *("--import-mode=importlib", "--strict-markers", *unused, *files),
        ],
        plugins=[loop, fixtures],
    )
    if loop.error:
        raise AuthorError(loop.error, remedy="Mend the test file; no submission can be graded before.")
    if not loop.ran:
        raise AuthorError(f"{', '.join(files)}: pytest found no test (status {int(status)}).")


class _Loop:
    """The pytest plugin that takes the place of pytest's own run loop."""

    def __init__(self, exercise: Exercise, device: Device, examine: Callable[[list[Case]], None]) -> None:
        self._exercise = exercise
        self._device = device
        self._examine = examine
        self.error = ""
        self.ran = False

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.error:
            self.error = f"a test file cannot be collected:\n{report.longreprtext}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = [item for item in session.items if isinstance(item, pytest.Function)]
        cases = [
            self._case(item) for item in items if self._device is Device.CUDA or item.get_closest_marker("gpu") is None
        ]
        # Visible tests first: what a student's code prints in them is shown, so it must not have seen hidden inputs.
        cases.sort(key=lambda case: not case.visible)
        if not self.error:
            self.error = _wrong_needs(cases)
        if cases and not self.error:
            self.ran = True
            self._examine(cases)
        return True

    def _case(self, item: pytest.Function) -> Case:
        points = _argument(item, "points", 1.0)
        if isinstance(points, bool) or not isinstance(points, int | float) or not 0 <= points <= 1000:
            self.error = f"{_where(item)}: points({points!r}): expected a number from 0 to 1000."
            points = 0
        limit = _argument(item, "timeout", None)
        needs = item.get_closest_marker("needs")
        hidden = item.path.name == "test_hidden.py"
        return Case(
            item=item,
            name=item.name,
            function=item.originalname,
            claim=_claim(item),
            points=float(points),
            hint=_hint(item),
            needs=tuple(needs.args) if needs else (),
            visible=not hidden or item.get_closest_marker("visible") is not None,
            limit_s=float(limit) if limit is not None else None,
            fresh=item.get_closest_marker("fresh") is not None,
        )


def _argument(item: pytest.Function, mark: str, default: Any) -> Any:
    found = item.get_closest_marker(mark)
    return found.args[0] if found and found.args else default


def _where(item: pytest.Function) -> str:
    return f"{item.path}:{item.reportinfo()[1] or 0}: {item.name}"


def _claim(item: pytest.Function) -> Text:
    """Read the docstring: the English line, and the Chinese one after "zh:"."""
    english, chinese = "", ""
    for line in (inspect.getdoc(item.function) or "").splitlines():
        if line.strip().startswith("zh:"):
            chinese = line.strip().removeprefix("zh:").strip()
        elif line.strip() and not english:
            english = line.strip()
    english = english or item.originalname.removeprefix("test_").replace("_", " ")
    parameters = item.name.removeprefix(item.originalname)
    return Text(en=english + parameters, zh=(chinese or english) + parameters)


def _hint(item: pytest.Function) -> Text | None:
    found = item.get_closest_marker("hint")
    if found is None or not found.args:
        return None
    return Text(en=str(found.args[0]), zh=str(found.kwargs.get("zh", found.args[0])))


def _wrong_needs(cases: list[Case]) -> str:
    """Say what is wrong with a `needs` mark; a test may need tests that stand before it."""
    before: set[str] = set()
    for case in cases:
        for name in case.needs:
            if name not in before:
                return (
                    f"{_where(case.item)}: needs({name!r}): no test of that name stands before this one. "
                    f"Before it stand: {', '.join(sorted(before)) or 'none'}."
                )
        before.add(case.function)
    return ""


def load_reference(exercise: Exercise) -> types.ModuleType | None:
    """Import the reference solution under a name of its own; None where there is none. Raises AuthorError."""
    if not exercise.solution_folder:
        return None
    path = Path(exercise.solution_folder) / exercise.files[0]
    spec = importlib.util.spec_from_file_location(f"reference_of_{exercise.id}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, exercise.solution_folder)  # a reference of several files imports the others by name
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise AuthorError(f"{path}: the reference cannot be imported: {type(error).__name__}: {error}") from error
    finally:
        sys.path.remove(exercise.solution_folder)
    return module
