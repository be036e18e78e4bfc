"""What ends a test that talks to a student's code."""

from __future__ import annotations

import builtins
from typing import Any, cast

from grader.examination.evidence import Evidence, Raised


class TestStopped(BaseException):
    """The test cannot go on, and `evidence` says why; not an Exception, so that no `except Exception` hides it."""

    __test__ = False

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(type(evidence).__name__)
        self.evidence = evidence


class TestIsBroken(Exception):
    """The test asked for what cannot be done: the author's fault."""

    __test__ = False


class StudentRaised(Exception):
    """The student's code raised. An instance is also of the builtin type that the student raised, where there is one.

    So `pytest.raises(ValueError)` around a call of the student's code means what it says.
    """

    evidence: Raised


def student_raised(evidence: Raised, bases: list[str]) -> Exception:
    """Make the exception that stands for one the child reported. `bases` are names, from the child: hostile."""
    builtin_bases: list[type[Exception]] = []
    for name in bases:
        found: Any = getattr(builtins, name, None)
        fit = isinstance(found, type) and issubclass(found, Exception) and name not in _UNFIT
        if fit and not any(issubclass(nearer, found) for nearer in builtin_bases):
            builtin_bases.append(found)
    kind = _kind(evidence.type_name, builtin_bases) or _kind(evidence.type_name, builtin_bases[:1]) or StudentRaised
    error = kind.__new__(kind)
    BaseException.__init__(error, evidence.message)
    error.evidence = evidence
    return error


def _kind(name: str, bases: list[type[Exception]]) -> type[StudentRaised] | None:
    """Make the class; None where Python cannot: several bases in disorder, or a name that no class has."""
    try:
        return cast(type[StudentRaised], type(name, (StudentRaised, *bases), {}))
    except (TypeError, ValueError):
        return None


# Generators and pytest give these a meaning of their own; groups and Unicode errors need more than a message.
_UNFIT = {
    "Exception",
    "StopIteration",
    "StopAsyncIteration",
    "ExceptionGroup",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeTranslateError",
}
