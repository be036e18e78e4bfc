"""The search for a failing input, and then for the smallest one that fails in the same way.

Theory of operation. Everything here runs in the exam's own process; each example talks to the student's code in the one
child of the exam, which is seeded anew. Hypothesis decides which inputs are tried, from a seed of the exam's and from
nothing else: no database, no file, no clock, no literal of a module that happens to be loaded. It gets to know of an
input only whether it fails, so none of its own verdicts (flaky, several failures) can become one of ours: the failure
that is told is the very exception, with the recorded calls, of the smallest input that was seen to fail.

What ends the search: the inputs are through; the shrinking has used its number of calls, or (a backstop, for slow code)
its time; or the child was ended. A timeout, a crash or a broken rule costs a new child, so nothing is shrunk then. A
smaller input counts only if it fails in the same way: an overflow must not shrink into another test's wrong shape.
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, find, reject, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import NoSuchExample, Unsatisfiable, UnsatisfiedAssumption
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.strategies import SearchStrategy

from grader.errors import GraderFault
from grader.examination.evidence import Compared, HandleMisused, InputChanged, Mismatched, NotInGraph
from grader.examination.examples import Examples
from grader.examination.operation import TestState
from grader.examination.property.inputs import complexity, fingerprint
from grader.examination.rand import Rand
from grader.examination.replies import leaves_spoilt
from grader.examination.signals import StudentRaised, TestIsBroken, TestStopped

SHRINK_S = 3.0  # a backstop: the count of calls ends the shrinking of all but slow code, on a busy machine too
_SHARE = 0.25  # of the exam's remaining time: later tests need some, too
_LIVELY = (InputChanged, NotInGraph, HandleMisused, Compared)  # what stops an example, and leaves the child as it was
_COST_OF_A_REPEAT = 0.25
_TRIES_AN_EXAMPLE = 4

Kind = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many inputs are tried, and how many more to find a smaller one."""

    max_examples: int
    max_shrinks: int


@dataclass(frozen=True, slots=True)
class _Failure:
    """One input that failed, by what it left behind."""

    error: BaseException
    kept: TestState
    complexity: tuple[float, ...]


class _Enough(BaseException):
    """The budget is used up; no Exception, so that Hypothesis lets it through."""


class _NotTheInput(BaseException):
    """A failure that no other input would mend: nothing to search for."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class Search:
    """Runs `test` with inputs of `arguments`, beside the fixtures that it is `given`."""

    def __init__(
        self,
        test: Callable[..., None],
        arguments: Mapping[str, SearchStrategy[Any]],
        given: Mapping[str, Any],
        examples: Examples,
        budget: Budget,
    ) -> None:
        self._test = test
        self._arguments = arguments
        self._given = given
        self._examples = examples
        self._budget = budget
        self._file = Path(test.__code__.co_filename)
        self._kind: Kind = ()
        self._best: _Failure | None = None
        self._tries = 0
        self._spent = 0.0
        self._known: dict[bytes, bool] = {}
        self._until = 0.0
        self._asked = False

    def run(self) -> None:
        """Return if no input fails; else raise the failure of the smallest. Raises TestStopped, TestIsBroken."""
        seal_hypothesis()
        try:
            find(
                st.fixed_dictionaries(dict(self._arguments)),
                self._fails,
                settings=_settings(self._budget.max_examples),
                random=Random(self._examples.seed),
            )
        except (NoSuchExample, _Enough):
            pass
        except _NotTheInput as found:
            if self._best is None or isinstance(found.error, GraderFault):
                raise found.error from None
        except TestStopped:
            if self._best is None:
                raise
        except Exception as error:
            if self._best is None:
                raise self._broken(error) from error
        if self._best is not None:
            self._examples.end_as(self._best.kept)
            raise self._best.error

    def _fails(self, drawn: dict[str, Any]) -> bool:
        """Whether this input fails, in the way in which the first one did; an input that came before is not run."""
        mark = fingerprint(drawn)
        self._tries += 1
        if self._best is not None:
            self._spend(is_new=mark not in self._known)
        elif self._tries > _TRIES_AN_EXAMPLE * self._budget.max_examples:
            raise _Enough  # there are few inputs of this kind
        elif mark in self._known:
            reject()  # it does not count as one of the examples
        if mark not in self._known:
            self._known[mark] = self._fails_now(drawn)
        return self._known[mark]

    def _fails_now(self, drawn: dict[str, Any]) -> bool:
        found = (math.inf,) if self._best is None else complexity(drawn)  # before a test can change it
        self._examples.begin()
        error = self._failure(drawn)
        if error is None:
            return False
        kind = self._kind_of(error)
        if self._best is None:
            self._kind = kind
            now = time.monotonic()
            self._until = now + min(SHRINK_S, max(0.0, _SHARE * (self._examples.deadline - now)))
        elif kind != self._kind:
            return False
        if self._best is None or found <= self._best.complexity:
            self._best = _Failure(error, self._examples.current, found)
        if isinstance(error, StudentRaised) and leaves_spoilt(error.evidence):
            raise _Enough  # the child has been ended
        return True

    def _spend(self, *, is_new: bool) -> None:
        """Take one call from the budget of the shrinking; an input that is only made, not run, costs a part of one."""
        self._spent += 1.0 if is_new else _COST_OF_A_REPEAT
        if self._spent > self._budget.max_shrinks or time.monotonic() > self._until:
            raise _Enough

    def _failure(self, drawn: dict[str, Any]) -> BaseException | None:
        """Run the test once; return what it raised, or let through what ends the search."""
        fixtures = {name: value.anew() if isinstance(value, Rand) else value for name, value in self._given.items()}
        try:
            self._test(**fixtures, **drawn)
        except TestStopped as stopped:
            return self._stopped(stopped)
        except UnsatisfiedAssumption:
            raise
        except (GraderFault, TestIsBroken, OSError, MemoryError) as error:
            raise _NotTheInput(error) from None
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001  raised again when it is the smallest
            return error
        finally:
            self._asked = self._asked or self._examples.current.asked
        caught = self._examples.current.stopped  # by the test: `except BaseException`
        return None if caught is None else self._stopped(TestStopped(caught))

    def _stopped(self, stopped: TestStopped) -> TestStopped:
        if not isinstance(stopped.evidence, _LIVELY):
            raise stopped
        return stopped

    def _kind_of(self, error: BaseException) -> Kind:
        """Return what two failures have in common that fail in the same way."""
        if isinstance(error, TestStopped):
            return (type(error.evidence), getattr(error.evidence, "parameter", ""))
        if isinstance(error, StudentRaised):
            return (StudentRaised, error.evidence.type_name)
        if isinstance(error, Mismatched):
            return (Mismatched, error.mismatch.kind, error.mismatch.path, self._line(error))
        return (type(error), self._line(error))

    def _line(self, error: BaseException) -> int:
        file = str(self._file)
        lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
        return lines[-1] if lines else 0

    def _broken(self, error: Exception) -> Exception:
        """Return whose fault it is that there are no inputs: the author's, unless the student's results decide."""
        where = f"{self._file.name}:{self._line(error) or self._test.__code__.co_firstlineno}"
        if not isinstance(error, Unsatisfiable):
            return TestIsBroken(f"{where}: a strategy of for_all raised {type(error).__name__}: {error}")
        problem = f"{where}: no input is left that the test's assume(...) and filter(...) accept"
        return AssertionError(problem) if self._asked else TestIsBroken(problem)


@functools.cache
def warm_up() -> None:
    """Let Hypothesis load what it loads at its first search, once: every exam is a fork of what is loaded by then."""
    seal_hypothesis()
    with contextlib.suppress(NoSuchExample):
        find(st.tuples(st.binary(), st.sampled_from([0, 1])), lambda _: False, settings=_settings(10), random=Random(0))


def _no_constants() -> Constants:
    return Constants()


def _settings(max_examples: int) -> settings:
    return settings(
        max_examples=max_examples,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),  # they go by the clock, and by what an author cannot see
        verbosity=Verbosity.quiet,
        print_blob=False,
        backend="hypothesis",
    )


def seal_hypothesis() -> None:
    """Keep Hypothesis from the disk, and from what else is loaded.

    It would write caches below the working directory, and mix in literals that it finds in the source of every module
    of ours that is imported by then: the same seed would give other inputs tomorrow, and the answers of hidden tests.
    """
    set_hypothesis_home_dir(Path(os.devnull) / "hypothesis")  # no folder can be made there, and it does without
    if hasattr(providers, "_get_local_constants"):  # no setting turns it off (6.131 and later)
        providers._get_local_constants = _no_constants
