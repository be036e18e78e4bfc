"""The known mistakes of an exercise: each file of `mistakes/` is a whole wrong solution, its docstring the feedback.

The recorded calls of a failed test are replayed through each of them, in the examiner, beside the reference. One that
does all that the student's code did, and not what the reference does, is what the student did wrong. Theory and limits:
docs/design/misconceptions.md.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from grader.diagnosis.finding import Finding, with_cause
from grader.diagnosis.misconceptions.catalogue import Catalogue
from grader.diagnosis.misconceptions.pairs import Pairs
from grader.diagnosis.misconceptions.search import Named, Relation, search
from grader.diagnosis.wording import fill, t
from grader.errors import AuthorError
from grader.examination.causes import Found, Played, Retell
from grader.exercise.solution import MISTAKES, has_solution, solution_file, solution_names
from grader.records import MISCONCEPTION, Exercise, SourceFile

__all__ = ["Misconceptions"]

_EITHER = t(
    "Two mistakes look just like this, and these tests cannot tell them apart. One: {first} The other: {second}",
    "有两种错误的表现与此完全相同，这些测试无法区分它们。其一：{first}其二：{second}",
)
_BOTH = t(
    "There are two mistakes at once. One: {first} The other: {second}", "同时有两个错误。其一：{first}其二：{second}"
)
_JOINED_BY = {Relation.ONE: "", Relation.EITHER: "|", Relation.BOTH: "+"}


class Misconceptions:
    """What knows an exercise's mistakes; made before any student's code runs, because the files are read then."""

    def __init__(self, exercise: Exercise, reference: Sequence[SourceFile]) -> None:
        self._unread: list[AuthorError] = []
        self._catalogue: Catalogue | None = None
        if reference and has_solution(exercise):
            mistakes = [file for file in map(functools.partial(self._read, exercise), _names(exercise)) if file]
            name = reference[0].stem
            self._catalogue = Catalogue(name, reference[0].text, mistakes) if mistakes else None

    def _read(self, exercise: Exercise, name: str) -> SourceFile | None:
        try:
            return solution_file(exercise, name)
        except AuthorError as error:  # it costs an explanation, and is told with the first exam that looks for one
            self._unread.append(error)
            return None

    @functools.cached_property
    def _pairs(self) -> Pairs:
        assert self._catalogue is not None
        return Pairs(self._catalogue.reference)

    def prepare(self) -> None:
        """Parse and compile every mistake now."""
        if self._catalogue is not None:
            self._catalogue.prepare()
            self._pairs.prepare(self._catalogue.mistakes)

    def find(self, tests: Sequence[Played]) -> Found:
        """Return what tells the explanation of a failed test anew, for those that a mistake explains."""
        if self._catalogue is None:
            return Found()
        named = search(self._catalogue, lambda: self._pairs, tests)
        retell = {name: _retelling(finding_of(one)) for name, one in named.items()}
        return Found(retell, (*(error.problem for error in self._unread), *self._catalogue.problems))


def _names(exercise: Exercise) -> tuple[str, ...]:
    return solution_names(exercise, MISTAKES)


def _retelling(finding: Finding) -> Retell:
    return lambda explanation, reveal: with_cause(explanation, finding, reveal)


def finding_of(named: Named) -> Finding:
    """Return the mistakes that were found, as feedback.

    The author's text says what to do, too, so there is no next step beside it.
    """
    names = [mistake.name for mistake in named.mistakes]
    texts = [mistake.feedback for mistake in named.mistakes]
    text = texts[0]
    if named.relation is not Relation.ONE:
        text = fill(_EITHER if named.relation is Relation.EITHER else _BOTH, first=texts[0], second=texts[1])
    return Finding(cause_id=MISCONCEPTION + _JOINED_BY[named.relation].join(names), hint=text, next_step=None)
