"""Fixtures that all tests may use."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import one_base
import pytest

TESTS = Path(__file__).parent
# The files that take longest, first: else one of pytest-xdist's workers goes on with the last of them alone.
LONG = (
    "attacks/test_cases.py",
    "test_bad_input.py",
    "test_faults_killed.py",
    "test_docs_first_exercise.py",
    "test_faults_shortage.py",
    "cli/test_quiz_sitting.py",
    "ci/test_action_runs.py",
    "test_exercises.py",
    "examination/test_rules.py",
    "examination/test_fake_faults.py",
    "authoring/test_verify_checks.py",
    "examination/test_collection.py",
    "sandbox/test_gvisor.py",
    "sandbox/jail/test_degrees.py",
)
RANK = {TESTS / name: rank for rank, name in enumerate(LONG)}


def pytest_configure(config: pytest.Config) -> None:
    """Let pytest-xdist keep the order below: its own begins with the files of many tests, most of them quick."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: RANK.get(item.path, len(RANK)))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect without the garbage collector, and keep what is there then from it.

    Thousands of tests and the libraries behind them live as long as the run: going through them again and again is a
    third of the time of collecting them, and a part of every test's.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="module")
def shared_base() -> Iterator[None]:
    """Let whatever grades in this process, from here to the module's end, share one import of torch."""
    with pytest.MonkeyPatch.context() as patch:
        one_base.share(patch)
        yield
