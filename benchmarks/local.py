"""The fixtures of an exercise's tests without any isolation: the student's module is imported beside the tests.

What dlgrade is measured against. As a pytest plugin it serves a fresh `pytest` process, and a process that forks.
"""

from __future__ import annotations

import functools
import importlib.util
import types
from pathlib import Path
from typing import Any

import pytest
import torch

from grader.examination.rand import Rand, derive_seed
from grader.sandbox import operations


class LocalFixtures:
    """Serves `student` from the module that `open_submission` has imported."""

    def __init__(self, reference: Path, seed: int) -> None:
        self._reference = import_file(reference, "local_reference")
        self._student: types.ModuleType | None = None
        self._seed = seed

    def open_submission(self, path: Path) -> None:
        """Import the student's file in this very process, and give its functions `.grad`."""
        self._student = import_file(path, "local_student")
        for value in list(vars(self._student).values()):
            if isinstance(value, types.FunctionType) and value.__module__ == self._student.__name__:
                value.__dict__["grad"] = functools.partial(gradients, value)

    @pytest.fixture
    def student(self) -> types.ModuleType:
        """The student's module itself."""
        assert self._student is not None, "no submission is open"
        return self._student

    @pytest.fixture
    def reference(self) -> types.ModuleType:
        """The reference solution."""
        return self._reference

    @pytest.fixture
    def remote(self) -> types.SimpleNamespace:
        """Modules by dotted name: nothing is remote here."""
        return types.SimpleNamespace(torch=torch)

    @pytest.fixture
    def rand(self, request: pytest.FixtureRequest) -> Rand:
        """The very values that dlgrade draws for this test and seed."""
        return Rand(derive_seed(self._seed, "rand", request.node.name))

    @pytest.fixture
    def device(self) -> str:
        """Where tensors live."""
        return "cpu"


def gradients(function: Any, inputs: Any, upstream: torch.Tensor | None = None, **kwargs: Any) -> tuple[Any, ...]:
    """Return what `student.f.grad` returns, computed by the very code that dlgrade runs in the child."""
    given = inputs if isinstance(inputs, tuple) else (inputs,)
    found: tuple[Any, ...] = operations.perform("grad", function, [*given, upstream], kwargs)
    return found


def import_file(path: Path, name: str) -> types.ModuleType:
    """Import a file under a name of its own."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
