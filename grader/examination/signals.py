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
    kind: type[StudentRaised] = StudentRaised
    for name in bases:
        builtin: Any = getattr(builtins, name, None)
        if isinstance(builtin, type) and issubclass(builtin, Exception) and name not in _UNFIT:
            kind = cast(type[StudentRaised], type(evidence.type_name, (StudentRaised, builtin), {}))
            break
    error = kind.__new__(kind)
    BaseException.__init__(error, evidence.message)
    error.evidence = evidence
    return error


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
