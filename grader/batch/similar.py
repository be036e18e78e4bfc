"""Submissions of one exercise that are suspiciously alike: which pairs, how much of each, and how sure one can be.

Theory of operation. Each submission becomes tokens without layout, comments and own names (`similar_tokens`). Every run
of `RUN` tokens is a fingerprint. Those of the stub, of the reference and of what else all were given are nobody's own;
what is left of a submission is its own part. A pair's share is how many tokens of the smaller own part stand in
runs that the other one has too. Short exercises are alike by nature, so a share alone says little: a pair is
conspicuous where its share lies far outside those of all other pairs of the class (Tukey's outer fence: three times
the distance of the quartiles above the upper one), and is at least `LEAST_SHARE`; and where both are the same to the
letter.

Nothing here says who copied from whom, or that anybody did: it says where a person should look.
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.batch.similar_tokens import Token, names_in, tokens_of

RUN = 12  # tokens: two or three operations of numeric code
LEAST_SHARE = 0.5  # the most alike of independent solutions that were tried reached 0.32: docs/design/similarity.md
LEAST_TOKENS = 40  # of an own part: below, there is too little to tell copying from the only way to write it
LEAST_PAIRS = 10  # for the class to be its own measure: five submissions
MAX_SHOWN = 100  # pairs of which the lines are told
_FENCE = 3.0

Place = tuple[str, int]  # a file's name and a line in it, from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What one student handed in for the exercise: source text by the file's name."""

    student: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two submissions, in the order of the students' names, with the lines that both have.

    The lines are told of the `MAX_SHOWN` pairs that are most alike.
    """

    first: str
    second: str
    share: float  # of the smaller own part, from 0 to 1
    tokens: int  # that they have in common, as counted in the smaller one
    is_identical: bool  # to the letter, but for white space
    first_lines: frozenset[Place] = frozenset()
    second_lines: frozenset[Place] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """What a class's submissions of one exercise have in common."""

    compared: tuple[str, ...]  # students, sorted
    too_little: tuple[str, ...]  # students whose own part is too small to judge, such as an untouched stub
    shares: tuple[float, ...]  # of every pair, sorted
    threshold: float  # from 1 on: no pair of this class can stand out by its share
    conspicuous: tuple[Pair, ...]  # the most alike first
    clusters: tuple[tuple[str, ...], ...]  # of students joined by such pairs, the largest first

    @property
    def median(self) -> float:
        """The share of the middle pair: how alike the class's submissions are by nature."""
        return statistics.median(self.shares) if self.shares else 0.0

    @property
    def is_measured(self) -> bool:
        """Whether there are enough pairs for the class to be its own measure."""
        return len(self.shares) >= LEAST_PAIRS


def find_alike(works: Sequence[Work], *, stub: Mapping[str, str], common: Collection[str] = ()) -> Alike:
    """Return which submissions of one exercise are conspicuously alike, no student standing in `works` twice.

    `stub` is what every student began with, as source text by the file's name; `common` are other texts that are
    nobody's own: the reference, a handout.
    """
    given = frozenset(name for text in stub.values() for name in names_in(text))
    known = {run for text in (*stub.values(), *common) for run in _runs(_signs(tokens_of(text, given=given)))}
    prints = [_Print.of(work, given=given, known=known) for work in sorted(works, key=lambda work: work.student)]
    compared = [one for one in prints if one.own.bit_count() >= LEAST_TOKENS]
    pairs = [_compare(*two) for two in itertools.combinations(compared, 2)]
    fence = _fence(sorted(pair.share for pair in pairs))
    by_student = {one.work.student: one for one in compared}
    found = sorted(
        (pair for pair in pairs if fence < pair.share >= LEAST_SHARE or pair.is_identical),
        key=lambda pair: (-pair.share, -pair.tokens, pair.first, pair.second),
    )
    return Alike(
        compared=tuple(by_student),
        too_little=tuple(one.work.student for one in prints if one.own.bit_count() < LEAST_TOKENS),
        shares=tuple(sorted(pair.share for pair in pairs)),
        threshold=max(fence, LEAST_SHARE),
        conspicuous=(*(_with_lines(pair, by_student) for pair in found[:MAX_SHOWN]), *found[MAX_SHOWN:]),
        clusters=_clusters(found),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Print:
    """A submission's runs. A set of its tokens is the bits of a number: bit k for the token k."""

    work: Work
    places: tuple[Place, ...]  # of each token
    runs: Mapping[tuple[str, ...], int]  # each run that is not common, with the tokens that it covers
    own: int  # tokens that no common run covers
    bare: str  # the text without white space

    @classmethod
    def of(cls, work: Work, *, given: Collection[str], known: Collection[tuple[str, ...]]) -> _Print:
        places: list[Place] = []
        runs: dict[tuple[str, ...], int] = {}
        common = 0
        for name, text in sorted(work.files.items()):
            tokens = tokens_of(text, given=given)
            for place, run in enumerate(_runs(_signs(tokens)), start=len(places)):
                covered = ((1 << RUN) - 1) << place
                if run in known:
                    common |= covered
                else:
                    runs[run] = runs.get(run, 0) | covered
            places += [(name, token.line) for token in tokens]
        return cls(
            work=work,
            places=tuple(places),
            runs=runs,
            own=((1 << len(places)) - 1) & ~common,
            bare=re.sub(r"\s", "", "".join(text for _, text in sorted(work.files.items()))),
        )

    def covered(self, shared: Collection[tuple[str, ...]]) -> int:
        """Return which own tokens stand in these runs."""
        found = 0
        for run in shared:
            found |= self.runs[run]
        return found & self.own

    def lines(self, tokens: int) -> frozenset[Place]:
        """Return where these tokens stand."""
        return frozenset(place for bit, place in enumerate(self.places) if tokens >> bit & 1)


def _signs(tokens: Sequence[Token]) -> list[str]:
    return [token.sign for token in tokens]


def _runs(signs: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(signs[place : place + RUN]) for place in range(len(signs) - RUN + 1))


def _compare(first: _Print, second: _Print) -> Pair:
    shared = first.runs.keys() & second.runs.keys()
    smaller = min((first, second), key=lambda one: one.own.bit_count())
    tokens = smaller.covered(shared).bit_count()
    return Pair(
        first=first.work.student,
        second=second.work.student,
        share=tokens / smaller.own.bit_count(),
        tokens=tokens,
        is_identical=first.bare == second.bare,
    )


def _with_lines(pair: Pair, prints: Mapping[str, _Print]) -> Pair:
    first, second = prints[pair.first], prints[pair.second]
    shared = first.runs.keys() & second.runs.keys()
    return replace(
        pair,
        first_lines=first.lines(first.covered(shared)),
        second_lines=second.lines(second.covered(shared)),
    )


def _fence(shares: Sequence[float]) -> float:
    """Return the share beyond which a pair lies far outside the others; 0 where there are too few to say."""
    if len(shares) < LEAST_PAIRS:
        return 0.0
    lower, _, upper = statistics.quantiles(shares, n=4)
    return upper + _FENCE * (upper - lower)


def _clusters(pairs: Sequence[Pair]) -> tuple[tuple[str, ...], ...]:
    """Return the students that pairs join, directly or through others."""
    group: dict[str, set[str]] = {}
    for pair in pairs:
        joined = group.get(pair.first, {pair.first}) | group.get(pair.second, {pair.second})
        for student in joined:
            group[student] = joined
    found = {tuple(sorted(students)) for students in group.values()}
    return tuple(sorted(found, key=lambda students: (-len(students), students)))
