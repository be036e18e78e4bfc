"""Runs a test module with a STUDENT source twice, as a local test and as an exam: see tests/exams.py."""

from __future__ import annotations

import importlib.util
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from one_base import sharing

from grader.examination.rand import Rand
from grader.pipeline import Grader
from grader.records import Outcome

# tests/ is no package: the helper is loaded by its path, under the name that the tests import it by.
_spec = importlib.util.spec_from_file_location("exams", Path(__file__).parent.parent / "exams.py")
assert _spec and _spec.loader
exams_module: Any = sys.modules.setdefault("exams", importlib.util.module_from_spec(_spec))
_spec.loader.exec_module(exams_module)


def pytest_configure(config: pytest.Config) -> None:
    for mark in ("points(n)", "hint(en, zh)", "needs(*tests)", "visible", "timeout(seconds)", "fresh", "gpu"):
        config.addinivalue_line("markers", f"{mark}: dlgrade's own, in hidden tests")


@pytest.fixture(scope="session")
def exams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Exams on one warm base for the whole run."""
    with sharing(Grader()) as grader:
        grader.start()
        yield exams_module.Exams(grader, tmp_path_factory.mktemp("exams"))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not hasattr(pyfuncitem.module, "STUDENT"):
        return None
    verdict = getattr(pyfuncitem.function, "verdict", None)
    if verdict is None or verdict.local:
        names = pyfuncitem._fixtureinfo.argnames
        pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})
    if verdict is None:  # what holds locally must hold in the exam
        verdict = exams_module.Verdict(outcome=Outcome.PASSED)
    exams = pyfuncitem._request.getfixturevalue("exams")
    exams_module.assert_ended(exams.of_module(pyfuncitem.module), pyfuncitem.name, verdict)
    return True


@pytest.fixture
def student(request: pytest.FixtureRequest) -> types.ModuleType:
    """The student's module without processes: what the proxy must be like."""
    return exams_module.local_module(request.module.STUDENT)


@pytest.fixture
def reference(request: pytest.FixtureRequest) -> types.ModuleType:
    """The reference, as a hidden test has it."""
    return exams_module.local_module(getattr(request.module, "REFERENCE", request.module.STUDENT))


@pytest.fixture
def rand() -> Rand:
    """Seeded values."""
    return Rand(0)


@pytest.fixture
def remote() -> Any:
    """Modules, without processes."""
    return exams_module.LocalModules()


@pytest.fixture
def device() -> str:
    """Where tensors live."""
    return "cpu"
