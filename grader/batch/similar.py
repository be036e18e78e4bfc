"""Submissions of one exercise that are suspiciously alike: which pairs, how much of each, and how sure one can be.

Theory of operation. Each submission becomes tokens without layout, comments and own names (`similar_tokens`). Every run
of `RUN` tokens is a fingerprint. Those of the stub, of the reference and of what else all were given are nobody's own;
what is left of a submission is its own part. A pair's share is how many tokens of the smaller own part stand in
runs that the other one has too. Short exercises are alike by nature, so a share alone says little: a pair is
conspicuous where its share lies far outside those of all other pairs of the class (Tukey's outer fence: three times
the distance of the quartiles above the upper one), and is at least `LEAST_SHARE`; and where both are the same to the
letter. What all pairs share is kept as numbers, and a `Pair` is made of the conspicuous alone.

Nothing here says who copied from whom, or that anybody did: it says where a person should look.
"""

from __future__ import annotations

import itertools
import statistics
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.batch.similar_prints import Place, Print, print_of, runs_of, without_lonely
from grader.batch.similar_prints import Work as Work  # theirs too, for whoever compares
from grader.batch.similar_tokens import names_in

LEAST_SHARE = 0.5  # the most alike of independent solutions that were tried reached 0.35: docs/design/similarity.md
LEAST_TOKENS = 40  # of an own part: below, there is too little to tell copying from the only way to write it
LEAST_PAIRS = 10  # for the class to be its own measure: five submissions
MAX_SHOWN = 100  # pairs of which the lines are told
_FENCE = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two submissions, in the order of the students' names, with the lines that both have.

    The lines are told of the first `MAX_SHOWN` of `Alike.told`.
    """

    first: str
    second: str
    share: float  # of the smaller own part, from 0 to 1
    tokens: int  # that they have in common, as counted in the smaller one
    is_identical: bool  # to the letter, but for white space
    first_lines: frozenset[Place] = frozenset()
    second_lines: frozenset[Place] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Three students or more whom conspicuous pairs join, directly or through others."""

    students: tuple[str, ...]  # sorted
    pairs: int  # of them that are conspicuous
    lowest: float  # share of these pairs
    highest: float
    is_identical: bool  # all are the same to the letter

    @property
    def is_complete(self) -> bool:
        """Whether each of them is alike with each: then single pairs say nothing more."""
        return self.pairs == len(self.students) * (len(self.students) - 1) // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A file that was not looked at to its end: it is too long, or no Python from some line on."""

    student: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """What a class's submissions of one exercise have in common."""

    compared: tuple[str, ...]  # students, sorted
    too_little: tuple[str, ...]  # students whose own part is too small to judge, such as an untouched stub
    unread: tuple[Unread, ...]
    shares: Sequence[float]  # of every pair, sorted
    threshold: float  # from 1 on: no pair of this class can stand out by its share
    conspicuous: tuple[Pair, ...]  # the most alike first
    clusters: tuple[tuple[str, ...], ...]  # of students joined by such pairs, the largest first
    groups: tuple[Group, ...]  # the clusters of three and more
    told: tuple[Pair, ...]  # what to look at: the pairs of no complete group, and its first student with each other

    @property
    def median(self) -> float:
        """The share of the middle pair: how alike the class's submissions are by nature."""
        return statistics.median(self.shares) if self.shares else 0.0

    @property
    def is_measured(self) -> bool:
        """Whether there are enough pairs for the class to be its own measure."""
        return len(self.shares) >= LEAST_PAIRS

    @property
    def alone(self) -> tuple[Pair, ...]:
        """The pairs that no complete group tells already."""
        complete = {student for group in self.groups if group.is_complete for student in group.students}
        return tuple(pair for pair in self.told if pair.first not in complete)


def find_alike(works: Sequence[Work], *, stub: Mapping[str, str], common: Collection[str] = ()) -> Alike:
    """Return which submissions of one exercise are conspicuously alike, no student standing in `works` twice.

    `stub` is what every student began with, as source text by the file's name; `common` are other texts that are
    nobody's own: the reference, a handout.
    """
    given = frozenset(name for text in stub.values() for name in names_in(text))
    known = frozenset(run for text in (*stub.values(), *common) for run in runs_of(text, given=given))
    prints = [print_of(work, given=given, known=known) for work in sorted(works, key=lambda work: work.student)]
    compared = without_lonely([one for one in prints if one.length >= LEAST_TOKENS])
    in_order = array("d", _shares(compared))
    shares = array("d", sorted(in_order))
    fence = _fence(shares)
    found = _found(compared, in_order, fence)
    clusters = _clusters(found)
    groups = tuple(_groups(clusters, found))
    by_student = {one.student: one for one in compared}
    told = {(pair.first, pair.second): pair for pair in _told(found, groups, by_student)}
    return Alike(
        compared=tuple(by_student),
        too_little=tuple(one.student for one in prints if one.length < LEAST_TOKENS),
        unread=tuple(Unread(student=one.student, file=file) for one in prints for file in one.cut),
        shares=shares,
        threshold=max(fence, LEAST_SHARE),
        conspicuous=tuple(told.get((pair.first, pair.second), pair) for pair in found),
        clusters=clusters,
        groups=groups,
        told=tuple(told.values()),
    )


# ------------------------------------------------------------------------------------------ pairs


def _shares(prints: Sequence[Print]) -> Iterator[float]:
    """Yield the share of every pair, in the order of `itertools.combinations`."""
    keys = [one.key for one in prints]
    for first, second in itertools.combinations(range(len(prints)), 2):
        shared = keys[first] & keys[second]
        yield _share(prints[first], prints[second], shared) if shared else 0.0


def _share(first: Print, second: Print, shared: Collection[int]) -> float:
    smaller = _smaller(first, second)
    return smaller.covered(shared).bit_count() / smaller.length


def _smaller(first: Print, second: Print) -> Print:
    return first if first.length <= second.length else second


def _found(prints: Sequence[Print], shares: Sequence[float], fence: float) -> list[Pair]:
    """Return the conspicuous pairs, the most alike first."""
    pairs: list[Pair] = []
    for (first, second), share in zip(itertools.combinations(prints, 2), shares, strict=True):
        is_identical = first.letters == second.letters
        if fence < share >= LEAST_SHARE or is_identical:
            pair = Pair(
                first=first.student,
                second=second.student,
                share=share,
                tokens=round(share * _smaller(first, second).length),
                is_identical=is_identical,
            )
            pairs.append(pair)
    return sorted(pairs, key=lambda pair: (-pair.share, -pair.tokens, pair.first, pair.second))


def _with_lines(pair: Pair, prints: Mapping[str, Print]) -> Pair:
    first, second = prints[pair.first], prints[pair.second]
    shared = first.runs.keys() & second.runs.keys()
    return replace(
        pair,
        first_lines=first.lines(first.covered(shared)),
        second_lines=second.lines(second.covered(shared)),
    )


def _told(found: Sequence[Pair], groups: Sequence[Group], prints: Mapping[str, Print]) -> Iterator[Pair]:
    head = {student: group.students[0] for group in groups if group.is_complete for student in group.students}
    told = [pair for pair in found if head.get(pair.first, pair.first) == pair.first]
    for place, pair in enumerate(told):
        yield _with_lines(pair, prints) if place < MAX_SHOWN else pair


def _fence(shares: Sequence[float]) -> float:
    """Return the share beyond which a pair lies far outside the others; 0 where there are too few to say."""
    if len(shares) < LEAST_PAIRS:
        return 0.0
    lower, _, upper = statistics.quantiles(shares, n=4)
    return upper + _FENCE * (upper - lower)


# ------------------------------------------------------------------------------------------ groups


def _clusters(pairs: Sequence[Pair]) -> tuple[tuple[str, ...], ...]:
    """Return the students that pairs join, directly or through others."""
    group: dict[str, set[str]] = {}
    for pair in pairs:
        one, other = group.setdefault(pair.first, {pair.first}), group.setdefault(pair.second, {pair.second})
        if one is other:
            continue
        smaller, larger = sorted((one, other), key=len)
        larger |= smaller
        for student in smaller:
            group[student] = larger
    found = {id(students): tuple(sorted(students)) for students in group.values()}
    return tuple(sorted(found.values(), key=lambda students: (-len(students), students)))


def _groups(clusters: Sequence[tuple[str, ...]], pairs: Sequence[Pair]) -> Iterator[Group]:
    where = {student: place for place, students in enumerate(clusters) for student in students}
    within: dict[int, list[Pair]] = {}
    for pair in pairs:
        within.setdefault(where[pair.first], []).append(pair)
    for place, students in enumerate(clusters):
        if len(students) > 2:
            yield Group(
                students=students,
                pairs=len(within[place]),
                lowest=within[place][-1].share,  # the most alike come first
                highest=within[place][0].share,
                is_identical=all(pair.is_identical for pair in within[place]),
            )
