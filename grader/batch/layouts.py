"""The layouts in which platforms hand out a class's submissions, each told by the names of its files.

Sources: Moodle's assign module ("Full Name_PARTICIPANT_assignsubmission_file_", a folder or in front of each file);
Canvas's "Download Submissions" ("lastfirst_LATE_USERID_FILEID_name-VERSION.ext"); Gradescope's export (see
`gradescope`); nbgrader's `submitted/STUDENT/ASSIGNMENT/` with a timestamp.txt; GitHub Classroom's clones
("assignment-username") and Classroom 50's ("classroom-assignment-username").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.batch.folders import (
    JUNK,
    NOT_ASKED,
    Contents,
    Item,
    contents_of,
    examples,
    inner_contents,
    skipped,
    text_of,
)
from grader.batch.gradescope import list_gradescope
from grader.batch.handed import ClassFolder, Doubt, EntryOptions, Found, Listing
from grader.batch.matching import Matcher
from grader.batch.moments import moment_in
from grader.batch.names import exercise_called, stem_of
from grader.batch.readings import Reader, Readings, agreed, notes_of_agreed, open_reading
from grader.batch.roster import folded
from grader.batch.times import no_time
from grader.errors import SubmissionError, UsageError
from grader.exercise.paths import show_name, show_path
from grader.records import Exercise, Text
from grader.submission.limits import Limits
from grader.submission.read import read_file

STAMP = "timestamp.txt"
MAX_STAMP_BYTES = 200
SUBMITTED = "submitted"  # of nbgrader's course: what the class handed in
NBGRADERS_OWN = frozenset(
    {"source", "release", SUBMITTED, "autograded", "feedback", "downloaded", "gradebook.db", "nbgrader_config.py"}
)  # what lies in nbgrader's course
# A folder has nothing of the student's behind the platform's mark, so the last one is its own. Of a file, both the name
# in front and the file's own name behind may be made to look like it: where two say different numbers, neither counts.
_MOODLE_MARK = r"_(?P<id>\d+)_assignsubmission_(?P<kind>file|onlinetext)_?"
_MOODLE = re.compile(rf"(?P<name>.+?){_MOODLE_MARK}(?P<rest>.*)", re.DOTALL)
_MOODLE_FOLDER = re.compile(rf"(?P<name>.+){_MOODLE_MARK}", re.DOTALL)
_MOODLE_NUMBER = re.compile(r"(?=_(?P<id>\d+)_assignsubmission_(?:file|onlinetext))")
_CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_(?:\d+)_(?P<file>.+?)(?:-(?P<version>\d{1,4}))?(?P<suffix>\.[A-Za-z0-9.]+)?",
    re.DOTALL,
)
_ONLINE_TEXT = Text(en="text typed into the platform, not a file", zh="在平台上输入的文字，不是文件")
_BESIDE = Text(en="beside nbgrader's folder submitted", zh="位于 nbgrader 的 submitted 文件夹之外")
_UNFIT = Text(en="not named as this layout names submissions", zh="名称不符合该平台的格式")

Lister = Callable[[ClassFolder], Listing]


def moodle_match(item: Item) -> re.Match[str] | None:
    """Return what Moodle says in something's name; None: it is not named as Moodle names submissions."""
    return (_MOODLE_FOLDER if item.is_folder else _MOODLE).fullmatch(text_of(item.name))


def canvas_match(item: Item) -> re.Match[str] | None:
    """Return what Canvas says in a file's name; None: it is not named as Canvas names submissions."""
    return _CANVAS.fullmatch(text_of(item.name)) if item.is_file else None


def list_moodle(given: ClassFolder) -> Listing:
    """Return the submissions of Moodle's download, as folders or as files side by side."""
    folder, contents = given.path, contents_of(given.path)
    found: list[Found] = []
    typed, unfit = [], []
    for item in contents.items:
        match = moodle_match(item)
        if match is None:
            unfit.append(item.name)
        elif (numbers := _numbers(item)) and not _is_said(given, item):
            entry = text_of(item.name)
            found.append(Found(path=item.path, entry=entry, student=f"{entry} (?)", doubt=_two_numbers(entry, numbers)))
        elif match["kind"] == "onlinetext":
            typed.append(item.name)
        else:
            found.append(
                Found(
                    path=item.path,
                    entry=text_of(item.name),
                    student=match["name"],
                    name=match["name"],
                    ids=(match["id"], f"Participant {match['id']}"),
                    group="" if item.is_folder else match["rest"],
                )
            )
    return _listing(folder, "moodle", _told_apart(found), contents, {_ONLINE_TEXT: typed, _UNFIT: unfit})


def _numbers(item: Item) -> list[str]:
    """Return the numbers that a file's name has where Moodle writes one; none where they are one, or it is a folder."""
    numbers = list(dict.fromkeys(found["id"] for found in _MOODLE_NUMBER.finditer(text_of(item.name))))
    return numbers if len(numbers) > 1 and not item.is_folder else []


def _is_said(given: ClassFolder, item: Item) -> bool:
    return given.roster is not None and Matcher(given.roster).is_said(text_of(item.name))


def _two_numbers(entry: str, numbers: Sequence[str]) -> Doubt:
    shown, first, second = show_name(entry), *numbers[:2]
    return Doubt(
        problem=Text(
            en=f"{shown}: whose is it, of participant {first} or {second}? It has two numbers where Moodle writes one.",
            zh=f"{shown}：是编号 {first} 的还是 {second} 的？Moodle 只写一个编号的地方，这里有两个。",
        ),
        remedy=Text(
            en="Whoever grades: see on Moodle whose it is, rename the file after them or write it into the column "
            "entry of the roster, then go on with --resume.",
            zh="请评分的老师在 Moodle 上查明是谁的，把文件改为其名称，或写进名单的 entry 列，然后用 --resume 继续。",
        ),
    )


def list_canvas(given: ClassFolder) -> Listing:
    """Return the submissions of Canvas's download. A `-1` before the suffix counts uploads of one name."""
    folder, contents = given.path, contents_of(given.path)
    found: list[Found] = []
    typed, unfit, late = [], [], list[str]()
    for item in contents.items:
        name, match = text_of(item.name), canvas_match(item)
        if match is None:
            unfit.append(item.name)
        elif name.endswith("_text.html"):
            typed.append(item.name)
        else:
            late += [item.name] if match["late"] else []
            found.append(
                Found(
                    path=item.path,
                    entry=name,
                    student=match["name"],
                    ids=(match["id"],),
                    order=int(match["version"] or 0),
                    group=match["file"] + (match["suffix"] or ""),
                )
            )
    listing = _listing(folder, "canvas", _told_apart(found), contents, {_ONLINE_TEXT: typed, _UNFIT: unfit})
    if not late or given.options.times:
        return listing
    return replace(listing, notes=(*listing.notes, _late(folder, late)))


def _told_apart(found: Sequence[Found]) -> tuple[Found, ...]:
    """Return the same with one name for each of the platform's numbers: two students may be called alike."""
    while True:
        owners: dict[str, set[tuple[str, ...]]] = {}
        for one in found:
            owners.setdefault(folded(one.student), set()).add(one.ids)
        if all(len(ids) == 1 for ids in owners.values()):
            return tuple(found)
        found = [
            one if len(owned) == 1 else replace(one, student=f"{one.student} ({_label(one.ids, owned)})")
            for one in found
            for owned in (owners[folded(one.student)],)
        ]


def _label(ids: tuple[str, ...], owned: set[tuple[str, ...]]) -> str:
    """Return the first of an account's ids, where that tells it from the others; else all."""
    return ids[0] if ids and len({one[:1] for one in owned}) == len(owned) else ascii(ids)


def list_gradescopes(given: ClassFolder) -> Listing:
    """Return the submissions of Gradescope's export; accounts that have one student id are told apart."""
    listing = list_gradescope(given)
    return replace(listing, found=_told_apart(listing.found))


def _late(folder: Path, names: list[str]) -> Text:
    place = show_path(folder)
    return Text(
        en=f"{place}: {len(names)} marked LATE, but not by how much, so nothing is taken off for it: "
        f"give the times with --times FILE.csv: {examples(names)}",
        zh=f"{place}：{len(names)} 项标有 LATE（迟交），但没有具体时间，因此不会扣分；"
        f"请用 --times FILE.csv 给出时间：{examples(names)}",
    )


def list_nbgrader(given: ClassFolder) -> Listing:
    """Return the submissions of nbgrader's `submitted` folder, or of the course folder that holds it."""
    course = contents_of(given.path)
    inner = course.named(SUBMITTED)
    is_course = inner is not None and inner.is_folder
    top = inner.path if inner is not None and is_course else given.path
    contents = contents_of(top) if is_course else course
    found, loose = list[_Assigned](), [item.name for item in contents.items if not item.is_folder]
    for student in (item for item in contents.items if item.is_folder):
        for item in inner_contents(student.path).items:
            if item.is_folder:
                found.append(_Assigned(student=student, item=item))
            else:
                loose.append(f"{student.name}/{item.name}")
    asked = _assignments(top, found, given.exercises, above=f"{SUBMITTED}/" if is_course else "")
    listed = tuple(
        Found(
            path=one.item.path,
            entry=one.entry,
            student=text_of(one.student.name),
            exercise=asked[one.item.name],
            at=stamp.at,
            undated=stamp.doubt,
        )
        for one in found
        if one.item.name in asked
        for stamp in (_stamp(one.item.path, one.entry, given.options),)
    )
    others = [one.entry for one in found if one.item.name not in asked]
    listing = _listing(top, "nbgrader", listed, contents, {_UNFIT: loose, NOT_ASKED: others})
    beside = [item.name for item in course.items if item is not inner] if is_course else []
    return replace(listing, notes=(skipped(given.path, beside, _BESIDE), *listing.notes)) if beside else listing


def list_clones(given: ClassFolder) -> Listing:
    """Return the clones of GitHub Classroom or Classroom 50: `exercise03-alice`, `spring-exercise03-alice`."""
    folder, contents = given.path, contents_of(given.path)
    reader = Reader((*given.exercises, *given.options.others))
    entries = [text_of(item.name) for item in contents.items]
    bare = (stem_of(entry) if item.is_file else entry for item, entry in zip(contents.items, entries, strict=True))
    readings = [reader.read(name) for name in bare]
    matcher = None if given.roster is None else Matcher(given.roster)
    meant = agreed(readings, matcher.knows_login if matcher is not None else lambda _: False)
    listed = [
        found
        for item, ways in zip(contents.items, meant, strict=True)
        if (found := _clone(item, ways, given, matcher)) is not None
    ]
    unfit = [item.name for item, ways in zip(contents.items, meant, strict=True) if not ways]
    listing = _listing(folder, given.options.names, tuple(listed), contents, {_UNFIT: unfit})
    return replace(listing, notes=(*listing.notes, *notes_of_agreed(entries, readings, meant)))


def _clone(item: Item, ways: Readings, given: ClassFolder, matcher: Matcher | None) -> Found | None:
    """Return what a clone is; None: it is for no exercise that is asked for."""
    asked = [one for one in ways if one.exercise in given.exercises]
    if not asked:
        return None
    entry, exercises = text_of(item.name), {one.exercise.name for one in ways}
    is_clear = len(ways) == 1 or (len(exercises) == 1 and matcher is not None and matcher.is_said(entry))
    return Found(
        path=item.path,
        entry=entry,
        student=asked[0].student if is_clear else f"{entry} (?)",  # which nobody's login is
        exercise=asked[0].exercise,
        is_login=True,
        doubt=None if is_clear else open_reading(entry, ways),
    )


LAYOUTS: Mapping[str, Lister] = {
    "moodle": list_moodle,
    "canvas": list_canvas,
    "gradescope": list_gradescopes,
    "nbgrader": list_nbgrader,
    "github-classroom": list_clones,
    "classroom50": list_clones,
}


def _listing(
    folder: Path, layout: str, found: tuple[Found, ...], contents: Contents, left: Mapping[Text, list[str]]
) -> Listing:
    if not found:
        there = [item.name for item in contents.items]
        raise UsageError(
            Text(
                en=f"{show_path(folder)}: nothing in it is named as {layout} names submissions. "
                f"There is: {examples(there) or '-'}.",
                zh=f"{show_path(folder)}：其中没有符合 {layout} 命名方式的提交。现有：{examples(there) or '无'}。",
            ),
            remedy=Text(
                en="Name the folder that the platform's archive was unpacked to, or give a pattern: "
                "--names '{student}_{exercise}'.",
                zh="请给出平台压缩包解压后的文件夹，或写出命名格式：--names '{student}_{exercise}'。",
            ),
        )
    notes = [skipped(folder, names, why) for why, names in left.items() if names]
    if contents.junk:
        notes.append(skipped(folder, list(contents.junk), JUNK))
    return Listing(found=found, notes=tuple(notes))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Assigned:
    """A folder in nbgrader's folder of a student."""

    student: Item
    item: Item

    @property
    def entry(self) -> str:
        return f"{text_of(self.student.name)}/{text_of(self.item.name)}"


def _assignments(
    folder: Path, found: Sequence[_Assigned], exercises: Sequence[Exercise], *, above: str
) -> dict[str, Exercise]:
    """Return which exercise each of nbgrader's assignments is. Raises: UsageError where that cannot be known.

    One student's folder that is called like an exercise does not say that nobody else did it. `above`: the folders on
    the way to the students'.
    """
    students: dict[str, set[str]] = {}
    for one in found:
        students.setdefault(one.item.name, set()).add(one.student.name)
    known = {name: exercise for name in students if (exercise := exercise_called(name, exercises))}
    have = {student for name in known for student in students[name]}
    if not students or len(have) > 1 or (have and {one.student.name for one in found} == have):
        return known
    if not known and len(exercises) == 1 and len(students) == 1:
        return dict.fromkeys(students, exercises[0])
    names = sorted(students, key=lambda name: (-len(students[name]), name))
    raise UsageError(
        Text(
            en=f"{show_path(folder)}: which assignment is {exercises[0].name}? There are: {examples(names)}.",
            zh=f"{show_path(folder)}：哪个作业是 {exercises[0].name}？现有：{examples(names)}。",
        ),
        remedy=Text(
            en=f"Say it: --names '{above}{{student}}/{names[0]}'.",
            zh=f"请指明：--names '{above}{{student}}/{names[0]}'。",
        ),
    )


@dataclass(frozen=True, slots=True)
class _Stamp:
    at: str = ""
    doubt: Doubt | None = None


def _stamp(folder: Path, entry: str, options: EntryOptions) -> _Stamp:
    """Return what an assignment's timestamp.txt says. It lies among the student's own files, so it may say anything."""
    file, shown = folder / STAMP, f"{entry}/{STAMP}"
    try:
        raw = read_file(file, shown=show_name(shown), limits=Limits(file=MAX_STAMP_BYTES)).raw
    except FileNotFoundError:
        return _Stamp()
    except SubmissionError as error:
        return _Stamp(doubt=replace(no_time(shown, error.problem), problem=error.problem))
    text = text_of(raw.decode("utf-8", "surrogateescape").strip())
    value = moment_in(text, options.zone)
    return _Stamp(doubt=no_time(shown, value)) if isinstance(value, Text) else _Stamp(at=value.isoformat())
