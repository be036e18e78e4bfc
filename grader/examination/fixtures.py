"""The fixtures that tests use, for whichever session is at work: the student's, or the reference's own."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from grader.errors import AuthorError
from grader.examination.bench import Bench
from grader.examination.examples import FIXTURE, Examples
from grader.examination.proxy import Remote, Student
from grader.examination.rand import Rand, derive_seed
from grader.examination.session import Session


@dataclass(slots=True)
class Context:
    """What the fixtures of one test refer to; set before each test."""

    session: Session
    seed: int
    device: str
    open_reference: Callable[[], Session]  # a session in which the reference stands in the student's place


class Fixtures:
    """The pytest plugin with dlgrade's fixtures."""

    def __init__(self, reference: types.ModuleType | None) -> None:
        self._reference = reference
        self.context: Context | None = None

    def _now(self) -> Context:
        assert self.context is not None, "a test runs outside an exam"
        return self.context

    @pytest.fixture
    def student(self) -> Student:
        """The student's module, in the child."""
        return Student(self._now().session)

    @pytest.fixture
    def remote(self) -> Remote:
        """Modules of the child: objects made through it live there."""
        return Remote(self._now().session)

    @pytest.fixture
    def reference(self) -> types.ModuleType:
        """The reference solution, in this process."""
        if self._reference is None:
            raise AuthorError("`reference` is used where there is no solution.")  # refused at collection
        return self._reference

    @pytest.fixture
    def rand(self, request: pytest.FixtureRequest) -> Rand:
        """Seeded random tensors and arrays."""
        return Rand(derive_seed(self._now().seed, "rand", request.node.name))

    @pytest.fixture(name=FIXTURE)
    def examples(self, request: pytest.FixtureRequest) -> Examples:
        """What a property test runs on; asked for by `for_all`."""
        now = self._now()
        return Examples(now.session, derive_seed(now.seed, "examples", request.node.name))

    @pytest.fixture
    def bench(self) -> Bench:
        """Timing against the reference."""
        return Bench(self._now().open_reference)

    @pytest.fixture
    def device(self) -> str:
        """Where the student's tensors live: "cpu" or "cuda"."""
        return self._now().device
