"""One path of SUBMISSIONS, made into the things that lie there: each with what its name says of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from grader.batch.finding import is_submission_name
from grader.batch.folders import (
    EMPTY,
    JUNK,
    NOT_ASKED,
    NOT_ONE,
    Contents,
    Item,
    contents_of,
    inner_contents,
    is_junk,
    skipped,
    text_of,
)
from grader.batch.handed import ClassFolder, Doubt, EntryOptions, Found, Listing
from grader.batch.layouts import LAYOUTS
from grader.batch.likeness import Degree, Knows, Likeness, layout_of_names, likeness_of, nobody
from grader.batch.listing_words import (
    as_no_other,
    class_or_student,
    in_part,
    is_empty,
    no_match,
    not_a_folder,
    not_asked_or_student,
    not_there,
    nothing_there,
    of_a_student,
    read_as,
    unclear,
    whole_class,
)
from grader.batch.matching import Matcher
from grader.batch.name_ways import Named, open_name, settled, ways_of
from grader.batch.names import (
    NamePattern,
    Said,
    exercise_called,
    read_pattern,
    stem_of,
)
from grader.batch.readings import CLASS
from grader.batch.roster import Roster
from grader.batch.shape import Shape, exercise_folders, has_file_of_its_own, is_exercises, is_repository, shape_of
from grader.batch.told_names import taken_whole
from grader.exercise.course_file import EXERCISES
from grader.exercise.entries import normal
from grader.exercise.paths import is_folder
from grader.records import Exercise, Text
from grader.submission.homes import Home, aliases_of, is_anothers
from grader.submission.looking import names_in_zip
from grader.submission.names import wanted_names


def list_path(
    path: Path, exercises: Sequence[Exercise], options: EntryOptions, roster: Roster | None = None
) -> Listing:
    """Return what lies at one path of SUBMISSIONS.

    Raises: UsageError for a path that is not there, holds nothing, or can be read in two ways.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        raise not_there(path) from None
    if options.student:
        return list_one(path, exercises, student=options.student)
    if not stat.S_ISDIR(mode):
        return _one_file(path, exercises, options, roster)
    if options.names in LAYOUTS:
        return LAYOUTS[options.names](_class(path, exercises, options, roster))
    if options.names:
        pattern = read_pattern(options.names, (*exercises, *options.others))
        return _by_pattern(path, pattern, exercises, options, roster)
    contents = contents_of(path)
    if not contents.items:
        raise is_empty(path, contents)
    knows = known_by(roster)
    like = likeness_of(contents, knows)
    if like.degree is Degree.WHOLE:
        _refuse_a_students(path, exercises, knows)
        listing = LAYOUTS[like.layout](_class(path, exercises, options, roster))
        return replace(listing, notes=(read_as(path, like.layout), *listing.notes))
    if like.degree is Degree.PART:
        raise in_part(path, like, contents)
    return _by_shape(_class(path, exercises, options, roster), contents, like)


def _refuse_a_students(path: Path, exercises: Sequence[Exercise], knows: Knows) -> None:
    """Refuse a folder that looks like a class's, and is called like a student of the roster. Raises: UsageError."""
    if knows(_student_of(path, exercises)):
        raise of_a_student(path)


def _class(path: Path, exercises: Sequence[Exercise], options: EntryOptions, roster: Roster | None) -> ClassFolder:
    return ClassFolder(path=path, exercises=tuple(exercises), options=options, roster=roster)


def known_by(roster: Roster | None) -> Knows:
    """Return what says whether the roster knows a student by a name; nobody is known where there is none."""
    if roster is None:
        return nobody
    made: list[Matcher] = []

    def knows(name: str) -> bool:
        if not made:
            made.append(Matcher(roster))  # of ten thousand students, where it is asked for
        return made[0].match(Found(path=Path(), entry="", student=text_of(name))).person is not None

    return knows


def not_asked(given: ClassFolder) -> list[Exercise]:
    """Return the exercises of the course that are not asked for."""
    asked = {exercise.name for exercise in given.exercises}
    return [exercise for exercise in given.options.others if exercise.name not in asked]


def _by_shape(given: ClassFolder, contents: Contents, like: Likeness) -> Listing:
    path, exercises = given.path, given.exercises
    seen = shape_of(contents, exercises, not_asked(given), known_by(given.roster))
    if seen.shape is Shape.ONE:
        return list_one(path, exercises)
    if seen.shape in (Shape.BY_EXERCISE, Shape.MANY):
        _refuse_a_students(path, exercises, known_by(given.roster))
    if seen.shape is Shape.BY_EXERCISE:
        return _by_exercise(given, contents)
    if seen.shape is Shape.MANY:
        doubts = {name: class_or_student(name, exercise) for name, exercise in seen.doubtful.items()}
        doubts |= {name: as_no_other(name, like.layout) for name in like.names if like.layout == "moodle"}
        listing = _in_doubt(_students(path, contents, "", None), doubts, seen.doubtful, given)
        return _beside_others(listing, given)
    raise unclear(path, seen) if seen.shape is Shape.UNCLEAR else nothing_there(path, contents)


def _by_exercise(given: ClassFolder, contents: Contents) -> Listing:
    folders = list(exercise_folders(contents, given.exercises))
    inner = [
        _students(item.path, contents_of(item.path), f"{text_of(item.name)}/", exercise) for item, exercise in folders
    ]
    read = {item.name for item, _ in folders}
    others = [item.name for item in contents.items if item.name not in read]
    kinds = ((NOT_ONE, others), (JUNK, list(contents.junk)))
    notes = [skipped(given.path, names, why) for why, names in kinds if names]
    return Listing(
        found=tuple(found for listing in inner for found in listing.found),
        notes=(*notes, *(note for listing in inner for note in listing.notes)),
        empty=tuple(found for listing in inner for found in listing.empty),
    )


def _in_doubt(
    listing: Listing, doubts: Mapping[str, Doubt], called: Mapping[str, Exercise | None], given: ClassFolder
) -> Listing:
    """Return the same with a doubt on things of these names, but for what the roster itself says whose it is."""
    matcher = None if given.roster is None else Matcher(given.roster)

    def as_it_is(one: Found) -> Found:
        doubt = doubts.get(one.path.name)
        if doubt is None or (matcher is not None and matcher.is_said(one.entry)):
            return one
        exercise = called.get(one.path.name) or (given.exercises[0] if one.path.name in called else None)
        return replace(one, student=f"{one.entry} (?)", exercise=exercise, is_bare=False, doubt=doubt)

    return replace(listing, found=tuple(map(as_it_is, listing.found)))


def _beside_others(listing: Listing, given: ClassFolder) -> Listing:
    """Return the students of a listing without the folders of exercises that are not asked for.

    Who is called like an exercise has handed in where the folder has a file that is asked for, and no name of the
    other's; else, where the roster knows somebody of that name, it is in doubt.
    """
    others, knows = not_asked(given), known_by(given.roster)
    theirs = [
        one
        for one in listing.found
        if is_exercises(one.path.name, others)
        and not (is_folder(one.path) and has_file_of_its_own(one.path, given.exercises, others))
    ]
    doubts = {one.path.name: not_asked_or_student(one.path.name) for one in theirs if knows(one.path.name)}
    names = [one.path.name for one in theirs if one.path.name not in doubts]
    kept = replace(listing, found=tuple(one for one in listing.found if one.path.name not in names))
    kept = _in_doubt(kept, doubts, dict.fromkeys(doubts), given)
    return replace(kept, notes=(*kept.notes, skipped(given.path, names, NOT_ASKED))) if names else kept


def list_one(path: Path, exercises: Sequence[Exercise], *, student: str = "") -> Listing:
    """Return a path as one student's submission; whose it is its name says, unless `student` is given."""
    said = student or text_of(_student_of(path, exercises))
    found = Found(path=path, entry=text_of(_own_name(path)), student=said, is_bare=not (student or path.is_dir()))
    return Listing(found=(found,))


def _one_file(path: Path, exercises: Sequence[Exercise], options: EntryOptions, roster: Roster | None) -> Listing:
    if options.names in LAYOUTS:
        raise not_a_folder(path, options.names)
    if not options.names:
        if is_class_archive(path, exercises):
            raise whole_class(path, layout_of_names(names_in_zip(path)))
        return list_one(path, exercises)
    pattern = read_pattern(options.names, (*exercises, *options.others))
    item = Item(name=path.name, path=path, is_folder=False, is_file=True)
    fields = pattern.fits(0, text_of(path.name), folder=False) if pattern.depth == 1 else None
    if fields is None:
        raise no_match(path.parent, pattern, [path.name])
    return Listing(found=_read_by(pattern, [[(item, dict(fields))]], exercises, options, roster))


def is_class_archive(path: Path, exercises: Sequence[Exercise]) -> bool:
    """Whether a file is a zip in a platform's layout, or one that looks like a class's by what it holds."""
    names = names_in_zip(path)
    return bool(layout_of_names(names)) or _is_of_a_class(names, exercises)


def _is_of_a_class(names: Sequence[str], exercises: Sequence[Exercise]) -> bool:
    """Whether an archive holds an exercise's file in several folders, or none, but several things of other names."""
    paths = [name.split("/") for name in names if not any(is_junk(part) for part in name.split("/") if part)]
    homes = [_homes_in(paths, exercise) for exercise in exercises]
    files = [path[-1] for path in paths if len(path) == 1 and is_submission_name(path[-1])]
    return max(map(len, homes)) >= CLASS if any(homes) else len(files) >= CLASS


def _homes_in(paths: Sequence[Sequence[str]], exercise: Exercise) -> set[Home]:
    wanted = wanted_names(exercise)
    homes = {tuple(path[:-1]) for path in paths if path[-1] in wanted}
    return {home for home in homes if not is_anothers(exercise, home)}  # a workspace has several of one name


def _student_of(path: Path, exercises: Sequence[Exercise]) -> str:
    """Return whose submission a path is by its own name; a file or folder called like an exercise says its parent's."""
    whole = Path(os.path.abspath(path))  # noqa: PTH100  # `resolve` would follow links: the name given counts
    own = {name for exercise in exercises for name in wanted_names(exercise)}
    aliases = {alias for exercise in exercises for alias in aliases_of(exercise)} | {EXERCISES}
    name = whole.name if whole.is_dir() else stem_of(whole.name)
    while whole.name in own or normal(name) in aliases:
        whole = whole.parent
        if not whole.name:
            break
        name = whole.name
    return name.removesuffix(".git")


def _own_name(path: Path) -> str:
    return Path(os.path.abspath(path)).name or str(path)  # noqa: PTH100  # the name given counts, not where it leads


def _students(folder: Path, contents: Contents, above: str, exercise: Exercise | None) -> Listing:
    found, empty, other, nothing = [], [], [], list[Found]()
    for item in contents.items:
        inner = inner_contents(item.path) if item.is_folder else None
        if inner is not None and inner.is_readable and not inner.items:
            empty.append(item.name)
            nothing.append(
                Found(path=item.path, entry=above + text_of(item.name), student=text_of(item.name), is_bare=not above)
            )
        elif item.is_file and not is_submission_name(item.name):
            other.append(item.name)
        else:  # links, too: `collect` says that they are not followed
            name = _student_called(item, inner)
            entry, is_bare = above + text_of(item.name), exercise is None
            found.append(Found(path=item.path, entry=entry, student=text_of(name), exercise=exercise, is_bare=is_bare))
    return Listing(found=tuple(found), notes=_left(folder, empty, other, contents), empty=tuple(nothing))


def _student_called(item: Item, inner: Contents | None) -> str:
    if inner is None:
        return stem_of(item.name)
    return item.name.removesuffix(".git") if is_repository(inner) else item.name


def _left(folder: Path, empty: list[str], other: list[str], contents: Contents) -> tuple[Text, ...]:
    kinds = ((EMPTY, empty), (NOT_ONE, other), (JUNK, list(contents.junk)))
    return tuple(skipped(folder, names, why) for why, names in kinds if names)


# ------------------------------------------------------------------------------------------------- by a pattern

_Steps = list[tuple[Item, dict[str, str]]]


def _by_pattern(
    path: Path, pattern: NamePattern, exercises: Sequence[Exercise], options: EntryOptions, roster: Roster | None
) -> Listing:
    matched: list[_Steps] = []
    unmatched: list[str] = []
    for steps in _walk(path, pattern, [], unmatched):
        matched.append(steps)
    if not matched:
        raise no_match(path, pattern, unmatched)
    found = _read_by(pattern, matched, exercises, options, roster)
    if pattern.depth == 1 and "{exercise}" in pattern.text:  # of files; a folder or an archive may hold several
        whole = taken_whole(path, unmatched, exercises)
        found, unmatched = (
            (*found, *whole),
            [name for name in unmatched if name not in {one.path.name for one in whole}],
        )
    notes = [skipped(path, unmatched, Text(en=f"not as --names {pattern.text}", zh=f"不符合 --names {pattern.text}"))]
    return Listing(found=found, notes=tuple(notes) if unmatched else ())


def _walk(folder: Path, pattern: NamePattern, above: _Steps, unmatched: list[str]) -> Iterator[_Steps]:
    depth = len(above)
    for item in inner_contents(folder).items:
        steps: _Steps = [*above, (item, {})]
        fields = pattern.fits(depth, text_of(item.name), folder=item.is_folder)
        if fields is None:
            unmatched.append("/".join(one.name for one, _ in steps))
            continue
        steps[-1] = (item, dict(fields))
        if depth + 1 == pattern.depth:
            yield steps
        else:
            yield from _walk(item.path, pattern, steps, unmatched)


def _read_by(
    pattern: NamePattern,
    matched: Sequence[_Steps],
    exercises: Sequence[Exercise],
    options: EntryOptions,
    roster: Roster | None,
) -> tuple[Found, ...]:
    """Return the entries that paths matched by the pattern are; none for an exercise that is not asked for."""
    known = (*exercises, *options.others)
    named = [_named(steps, pattern) for steps in matched]
    found = []
    for steps, one, ways in zip(matched, named, settled(named, known, roster), strict=True):
        asked = [(way, exercise_called(way.exercise, known) if way.exercise else None) for way in ways]
        asked = [(way, exercise) for way, exercise in asked if exercise is None or exercise in exercises]
        if len(ways) == len(asked) == 1:
            found.append(_found_by(steps, one.entry, *asked[0]))
        elif asked:
            path, exercise = steps[-1][0].path, asked[0][1]
            doubt = open_name(one.entry, ways, pattern)
            found.append(Found(path=path, entry=one.entry, student=f"{one.entry} (?)", exercise=exercise, doubt=doubt))
    return tuple(found)


def _named(steps: _Steps, pattern: NamePattern) -> Named:
    """Return what a path says, in all the ways in which the pattern reads it."""
    fields = {key: value for _, said in steps for key, value in said.items()}
    names = [(text_of(item.name), item.is_folder) for item, _ in steps]
    return Named(entry="/".join(name for name, _ in names), ways=ways_of(pattern, names, fields))


def _found_by(steps: _Steps, entry: str, said: Said, exercise: Exercise | None) -> Found:
    return Found(
        path=steps[-1][0].path,
        entry=entry,
        student=said.student or said.name,
        name=said.name,
        exercise=exercise,
        attempt=said.attempt,
        at=said.time.replace("_", " "),
    )
