"""Whether a folder of SUBMISSIONS is one student's, or a class's: told by all that lies in it together.

Theory of operation. An exercise's own file at the top, a folder called like the exercise that has it, a `.git` say that
a folder is one student's. Things that could each be a submission under a name of their own say that it is a class's;
folders called like exercises, with entries in them, that it is a class's by exercise. A student may be called like an
exercise, though, and puts into a folder what they like. So where the entries of two and more others lie beside it,
such a folder is an entry like theirs: of whom the roster knows by its name, else one in doubt. And what says "one
student's" does not where the roster knows who lies there, or as many as make a class have the exercise's file in
folders or archives of their own. Where the two sides are closer than that, nobody can know, and whoever grades says it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from grader.batch.finding import holds, is_submission_name, locate, named_like
from grader.batch.folders import Contents, Item, inner_contents
from grader.batch.layouts import SUBMITTED
from grader.batch.likeness import Knows, is_nbgraders, nobody
from grader.batch.names import BOUND, stem_of
from grader.batch.readings import CLASS
from grader.exercise.course_file import EXERCISES
from grader.exercise.entries import normal
from grader.records import Exercise
from grader.submission.folder import deeper_homes
from grader.submission.homes import aliases_of
from grader.submission.names import wanted_names

_OF_ONE = (".git", ".dlgrade")  # a repository or a workspace begins here
_BARE = ("HEAD", "objects", "refs")  # what a bare repository holds
_MOST = 2  # of the rest, which no student is alone


class Shape(Enum):
    """What a folder of SUBMISSIONS is."""

    ONE = "one"  # one student's submission
    MANY = "many"  # an entry a student
    BY_EXERCISE = "by exercise"  # a folder an exercise, each with an entry a student
    UNCLEAR = "unclear"
    NOTHING = "nothing"


_APART = (Shape.MANY, Shape.BY_EXERCISE, Shape.UNCLEAR)  # what a folder of one student's work is not


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a folder is, and the names that say so.

    `ones` say that it is one student's; `classes` are folders that look like a class's own, with the exercise that they
    are called like; `doubtful` are those of them that may be one student's as well, in a folder of entries.
    """

    shape: Shape
    ones: tuple[str, ...] = ()
    classes: Mapping[str, Exercise | None] = field(default_factory=dict)
    doubtful: Mapping[str, Exercise | None] = field(default_factory=dict)


def shape_of(
    contents: Contents, exercises: Sequence[Exercise], others: Sequence[Exercise] = (), knows: Knows = nobody
) -> Seen:
    """Return what a folder is, by the names in it and below.

    `others` are exercises that are not asked for: what is theirs is no student's name, unless the roster `knows` it.
    """
    if _is_bare(contents):
        return Seen(shape=Shape.ONE)
    asked = _shapes(contents, exercises, knows)
    own = [item.name for item in contents.items if any(_is_own_file(item, one) for one in (*exercises, *others))]
    ones = [*own, *(name for name in _OF_ONE if name in contents.junk)]
    ones += [name for name, _, shape in (*asked, *_shapes(contents, others, knows)) if shape is Shape.ONE]
    classes: dict[str, Exercise | None] = {name: exercise for name, exercise, shape in asked if shape in _APART}
    is_by_exercise = all(shape is Shape.MANY for _, _, shape in asked if shape in _APART)
    submitted = contents.named(SUBMITTED)
    if submitted is not None and submitted.is_folder and not ones and is_nbgraders(submitted.path):
        classes[SUBMITTED], is_by_exercise = None, False
    seen = Seen(shape=Shape.UNCLEAR, ones=tuple(dict.fromkeys(ones)), classes=classes)
    rest = _Rest(contents, exercises, others, {*ones, *classes}, knows)
    if classes:
        return _beside_classes(seen, rest, is_by_exercise=is_by_exercise)
    return _beside_ones(seen, rest, has_own_file=bool(own)) if ones else Seen(shape=rest.shape())


def _shapes(contents: Contents, exercises: Sequence[Exercise], knows: Knows) -> list[tuple[str, Exercise, Shape]]:
    """Return the folders called like exercises, by their names at the top, and what each of them is."""
    return [
        (_top(contents, item), exercise, _inner(item, exercise, knows))
        for item, exercise in exercise_folders(contents, exercises)
    ]


def _beside_classes(seen: Seen, rest: _Rest, *, is_by_exercise: bool) -> Seen:
    """Return what a folder is in which some look like a class's own."""
    ones, classes = seen.ones, seen.classes
    is_anybody = all(rest.knows(name) for name in (*ones, *classes)) and rest.are_known()
    if is_anybody or (not ones and len(classes) == 1 and rest.has(_MOST, rest.could_be_an_entry)):
        doubtful = {name: exercise for name, exercise in classes.items() if not rest.knows(name)}
        return Seen(shape=Shape.MANY, ones=ones, classes=classes, doubtful=doubtful)
    is_alone = is_by_exercise and not ones and not rest.has(1, rest.is_anybodys)
    if is_alone and not (len(classes) == 1 and any(map(rest.knows, classes))):
        return Seen(shape=Shape.BY_EXERCISE, classes=classes)
    return seen


def _beside_ones(seen: Seen, rest: _Rest, *, has_own_file: bool) -> Seen:
    """Return what a folder is that has something of one student's; with the exercise's own file, its copies may be."""
    if rest.are_known():
        return Seen(shape=Shape.MANY, ones=seen.ones)
    copies = 1 if len(seen.ones) > 1 else 0  # of long ago, deep in a student's repository
    if not rest.has(1, rest.could_be_a_name) and not rest.has(copies + 1, rest.has_file):
        return Seen(shape=Shape.ONE, ones=seen.ones)
    is_class = len(seen.ones) == 1 and not has_own_file and rest.has(CLASS, rest.has_file)
    return Seen(shape=Shape.MANY, ones=seen.ones) if is_class else seen


def is_exercises(name: str, exercises: Sequence[Exercise]) -> bool:
    """Whether a folder is called like one of the exercises."""
    return any(normal(name) in aliases_of(exercise) for exercise in exercises)


def is_repository(contents: Contents) -> bool:
    """Whether a folder is a repository, bare or with its files."""
    return ".git" in contents.junk or _is_bare(contents)


def _is_bare(contents: Contents) -> bool:
    return all(contents.named(name) for name in _BARE)


def exercise_folders(contents: Contents, exercises: Sequence[Exercise]) -> Iterator[tuple[Item, Exercise]]:
    """Yield the folders that are called like an exercise."""
    for exercise in exercises:
        for item in named_like(contents, exercise):
            if item.is_folder:
                yield item, exercise


def has_file_of_its_own(folder: Path, exercises: Sequence[Exercise], others: Sequence[Exercise]) -> bool:
    """Whether a folder called like another exercise has a file of one that is asked for, and is so a student's."""
    own = [other for other in others if normal(folder.name) in aliases_of(other)]
    theirs = {name for other in own for name in (*wanted_names(other), *other.public)}
    contents = inner_contents(folder)
    return any(
        one.name in wanted_names(exercise) and one.name not in theirs and not one.is_folder
        for exercise in exercises
        for one in contents.items
    )


def _inner(item: Item, exercise: Exercise, knows: Knows) -> Shape:
    if item.path.parent.name == EXERCISES:
        return Shape.ONE
    return shape_of(inner_contents(item.path), (exercise,), knows=knows).shape


def _top(contents: Contents, item: Item) -> str:
    """Return the name under which something lies at the top, itself or in `exercises/`."""
    return item.name if contents.named(item.name) is item else EXERCISES


def _is_own_file(item: Item, exercise: Exercise) -> bool:
    return item.name in wanted_names(exercise) and not item.is_folder


class _Rest:
    """What lies in a folder beside the names that speak for one reading of it. It is looked into when that matters."""

    def __init__(
        self,
        contents: Contents,
        exercises: Sequence[Exercise],
        others: Sequence[Exercise],
        without: set[str],
        knows: Knows,
    ) -> None:
        self._exercises, self._others, self._knows = exercises, others, knows
        known = (*exercises, *others)
        self._aliases = {alias for exercise in known for alias in aliases_of(exercise)}
        self._own = {name for exercise in known for name in (*wanted_names(exercise), *exercise.public)}
        self._items = [item for item in contents.items if item.name not in without]

    def shape(self) -> Shape:
        """Return what the folder is where nothing else says it."""
        # Folders with nothing in them that is known: students, whose submissions are empty or wrong.
        is_class = self.has(1, self.could_be_a_name) or self.has(1, self._is_students_folder)
        return Shape.MANY if is_class else Shape.NOTHING

    def has(self, number: int, says: Callable[[Item], bool]) -> bool:
        """Whether so many things are such; no more of them are looked at than it takes."""
        found = 0
        for item in self._items:
            found += says(item)
            if found >= number:
                return True
        return False

    def knows(self, name: str) -> bool:
        """Whether the roster knows a student called like that file or folder."""
        return self._knows(stem_of(name))

    def are_known(self) -> bool:
        """Whether the roster knows who most of the rest are, and more than one."""
        anybodys = [item for item in self._items if self.is_anybodys(item)]
        number = sum(self._is_known(stem_of(item.name)) for item in anybodys)
        return number >= _MOST and 2 * number > len(anybodys)

    def _is_known(self, name: str) -> bool:
        """Whether the roster knows a student called so, or by what is left of `alice_softmax`."""
        if self._knows(name):
            return True
        ways = [(name[: bound.start()], name[bound.end() :]) for bound in BOUND.finditer(name)]
        ways += [(after, before) for before, after in ways]
        return any(normal(said) in self._aliases and self._knows(student) for student, said in ways if student)

    def is_anybodys(self, item: Item) -> bool:
        """Whether a thing may be somebody's, whatever is in it. An exercise's folder beside another's is none."""
        if item.is_folder:
            return not self._is_others(item)
        return not item.is_file or self.could_be_a_name(item)

    def could_be_an_entry(self, item: Item) -> bool:
        """Whether a thing is a submission by its name or what it holds, or the roster knows whose it is."""
        if not self.is_anybodys(item):
            return False
        return self.could_be_a_name(item) or self.has_file(item) or self.knows(item.name)

    def could_be_a_name(self, item: Item) -> bool:
        """Whether a thing is a submission whose name is its student's; what an exercise itself consists of is none."""
        if not item.is_folder:
            own = item.name in self._own or normal(stem_of(item.name)) in self._aliases
            return not own and is_submission_name(item.name)
        if self._is_others(item):
            return False
        inner = inner_contents(item.path)
        return any(
            holds(inner, exercise) or any(True for _ in named_like(inner, exercise))
            for exercise in (*self._exercises, *self._others)
        ) or any(is_submission_name(one.name) for one in inner.items if one.is_file)

    def has_file(self, item: Item) -> bool:
        """Whether a folder or an archive has the file of an exercise that is asked for, at its top or below."""
        if not item.is_folder:
            is_named = self.could_be_a_name(item) and item.is_file
            return is_named and any(locate(item.path, one, alone=False) for one in self._exercises)
        if self._is_others(item):
            return False
        inner = inner_contents(item.path)
        below = [inner_contents(one.path) for one in inner.items if one.is_folder]
        return any(
            any(holds(contents, exercise) for contents in (inner, *below)) or deeper_homes(exercise, item.path)
            for exercise in self._exercises
        )

    def _is_students_folder(self, item: Item) -> bool:
        return item.is_folder and not (self._is_others(item) and item.name != EXERCISES)

    def _is_others(self, item: Item) -> bool:
        """Whether a folder is an exercise's by its name, and nothing in it says that it is a student's."""
        if item.name == EXERCISES:
            return True
        if normal(item.name) not in self._aliases:
            return False
        asked = is_exercises(item.name, self._exercises)
        return asked or not has_file_of_its_own(item.path, self._exercises, self._others)
