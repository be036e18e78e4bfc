"""Several paths of SUBMISSIONS, as a shell's pattern names them: read together.

Theory of operation. `subs/*` names what each student handed in, and a student may put the work of a whole class into
theirs. So where most of the paths that lie as deep are one student's each, all are: one that looks like a class's is in
doubt, unless the roster knows its student. Where there are no more of one kind than of the other, whoever grades says
which is meant. Paths that lie at another depth (`subs/ late/alice.zip`) were written one by one, and are read so.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from grader.batch.folders import EMPTY, inner_contents, skipped
from grader.batch.handed import ClassFolder, EntryOptions, Listing
from grader.batch.likeness import Degree, Knows, likeness_of
from grader.batch.listing import is_class_archive, known_by, list_one, list_path, not_asked
from grader.batch.listing_words import as_the_others, mixed, one_or_class
from grader.batch.matching import Matcher
from grader.batch.roster import Roster
from grader.batch.shape import Shape, shape_of
from grader.records import Exercise

_MOST = 2  # paths, which no student is alone


class _Kind(Enum):
    ONE = "one student's"
    CLASS = "a class's, or both"
    KNOWN = "a class's by what it holds, and one student's by the roster"
    EMPTY = "nothing lies in it"
    WRONG = "nothing in it is a submission by its name"
    NOTHING = "it is not there"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Depth:
    """The paths that lie as deep as each other, by what they look like."""

    ones: tuple[Path, ...]
    known: tuple[Path, ...]
    classes: tuple[Path, ...]

    def refuse_if_mixed(self) -> None:
        """Refuse paths of which neither kind is the most. Raises: UsageError."""
        if self.ones and self.classes and not (self.are_ones or self.are_classes):
            raise mixed((*self.ones, *self.known), self.classes)

    @property
    def are_ones(self) -> bool:
        """Whether one student's each is what most of them are."""
        return max(_MOST - 1, len(self.classes)) < len(self.ones) + len(self.known)

    @property
    def are_classes(self) -> bool:
        """Whether most of them are a class's each."""
        return len(self.ones) + len(self.known) < len(self.classes)


def list_paths(
    paths: Sequence[Path], exercises: Sequence[Exercise], options: EntryOptions, roster: Roster | None = None
) -> list[Listing]:
    """Return what lies at each path of SUBMISSIONS, read with the others.

    Raises: UsageError as `list_path`, and where paths can be read in two ways.
    """
    if len(paths) < 2 or options.names or options.student:
        return [list_path(path, exercises, options, roster) for path in paths]
    matcher, knows = None if roster is None else Matcher(roster), known_by(roster)
    listed = []
    seen: dict[int, list[tuple[Path, _Kind]]] = {}
    for path in paths:
        given = ClassFolder(path=path, exercises=tuple(exercises), options=options, roster=roster)
        kind = _kind(given, knows, matcher)
        seen.setdefault(_depth(path), []).append((path, kind))
        listed.append((given, kind))
    depths = {depth: _depth_of(there) for depth, there in seen.items()}
    return [_listed(given, kind, depths[_depth(given.path)]) for given, kind in listed]


def _depth(path: Path) -> int:
    return len(Path(os.path.abspath(path)).parts)  # noqa: PTH100  # `resolve` would follow links: the name given counts


def _depth_of(there: Sequence[tuple[Path, _Kind]]) -> _Depth:
    ones, known, classes = (
        tuple(path for path, kind in there if kind is wanted) for wanted in (_Kind.ONE, _Kind.KNOWN, _Kind.CLASS)
    )
    return _Depth(ones=ones, known=known, classes=classes)


def _kind(given: ClassFolder, knows: Knows, matcher: Matcher | None) -> _Kind:
    kind = _looks(given, knows)
    if kind is not _Kind.CLASS or matcher is None:
        return kind
    (found,) = list_one(given.path, given.exercises).found
    return _Kind.KNOWN if matcher.is_said(found.entry) or knows(found.student) else kind


def _looks(given: ClassFolder, knows: Knows) -> _Kind:
    try:
        mode = given.path.stat().st_mode
    except (OSError, ValueError):
        return _Kind.NOTHING
    if not stat.S_ISDIR(mode):
        return _Kind.CLASS if is_class_archive(given.path, given.exercises) else _Kind.ONE
    contents = inner_contents(given.path)
    if not contents.items:
        return _Kind.EMPTY if contents.is_readable else _Kind.ONE  # which `collect` says that it cannot read
    if likeness_of(contents, knows).degree in (Degree.WHOLE, Degree.PART):
        return _Kind.CLASS
    shape = shape_of(contents, given.exercises, not_asked(given), knows).shape
    return {Shape.ONE: _Kind.ONE, Shape.NOTHING: _Kind.WRONG}.get(shape, _Kind.CLASS)


def _listed(given: ClassFolder, kind: _Kind, depth: _Depth) -> Listing:
    if kind is _Kind.NOTHING or not depth.ones:
        return list_path(given.path, given.exercises, given.options, given.roster)
    depth.refuse_if_mixed()
    if kind is _Kind.CLASS and depth.are_classes:
        return list_path(given.path, given.exercises, given.options, given.roster)
    listing = list_one(given.path, given.exercises)
    (found,) = listing.found
    if kind is _Kind.EMPTY:
        return Listing(found=(), notes=(skipped(given.path.parent, [found.entry], EMPTY),), empty=(found,))
    if kind is _Kind.KNOWN:
        return replace(listing, notes=(as_the_others(given.path),))
    if kind is not _Kind.CLASS:
        return listing
    doubt, exercise = one_or_class(found.entry), given.exercises[0]
    open_one = replace(found, student=f"{found.entry} (?)", exercise=exercise, is_bare=False, doubt=doubt)
    return Listing(found=(open_one,))
