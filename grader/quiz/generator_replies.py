"""What the process of quiz.py may answer; all else is no answer. Imported when the first comes, to start sooner."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from grader.records import Isolation

T = TypeVar("T")


class Hello(msgspec.Struct, frozen=True):
    """How far the process is confined: said before it has any of the author's code."""

    isolation: Isolation


class Raised(msgspec.Struct, frozen=True):
    """An exception of the author's code."""

    type: str
    message: str
    line: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)] | None


class Loaded(msgspec.Struct, frozen=True):
    """Whether quiz.py could be loaded."""

    error: Raised | None


class CallResult(msgspec.Struct, frozen=True):
    """What one call returned, of which nothing is checked, or why it did not: one of the two is set."""

    value: Any = UNSET
    error: Raised | UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.value is UNSET) is (self.error is UNSET):
            raise ValueError("either a value or an error")

    @property
    def failure(self) -> Raised | None:
        """Why there is no value."""
        return self.error if isinstance(self.error, Raised) else None


class Results(msgspec.Struct, frozen=True):
    """The results of a request's calls, in their order; none where together they are too large to be sent."""

    results: tuple[CallResult, ...] | None


def converted(answer: object, kind: type[T]) -> T:
    """Return an answer as what it should be. Raises: ValueError for anything else."""
    return msgspec.convert(answer, kind)
