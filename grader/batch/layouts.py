"""The layouts in which platforms hand out a class's submissions, each told by the names of its files.

Sources: Moodle's assign module ("Full Name_PARTICIPANT_assignsubmission_file_", a folder or in front of each file);
Canvas's "Download Submissions" ("lastfirst_LATE_USERID_FILEID_name-VERSION.ext"); Gradescope's export (see
`gradescope`); nbgrader's `submitted/STUDENT/ASSIGNMENT/` with a timestamp.txt; GitHub Classroom's clones
("assignment-username") and Classroom 50's ("classroom-assignment-username").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from grader.batch.folders import JUNK, Contents, contents_of, examples, inner_contents, skipped, text_of
from grader.batch.gradescope import METADATA, list_gradescope
from grader.batch.handed import ClassFolder, Found, Listing
from grader.batch.names import aliases_of, exercise_called, stem_of
from grader.errors import SubmissionError, UsageError
from grader.exercise.paths import show_path
from grader.records import Exercise, Text
from grader.submission.limits import Limits
from grader.submission.read import read_file

STAMP = "timestamp.txt"
MAX_STAMP_BYTES = 200
_MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_(?P<kind>file|onlinetext)_?(?P<rest>.*)", re.DOTALL)
_CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?:LATE_)?(?P<id>\d+)_(?:\d+)_(?P<file>.+?)(?:-(?P<version>\d{1,4}))?(?P<suffix>\.[A-Za-z0-9.]+)?",
    re.DOTALL,
)
_ONLINE_TEXT = Text(en="text typed into the platform, not a file", zh="在平台上输入的文字，不是文件")
_UNFIT = Text(en="not named as this layout names submissions", zh="名称不符合该平台的格式")

Lister = Callable[[ClassFolder], Listing]


def looks_like(contents: Contents) -> str:
    """Return the layout that a folder is surely in, told by names that nobody gives by hand; "": none."""
    if contents.named(METADATA):
        return "gradescope"
    if contents.items and all(_MOODLE.fullmatch(item.name) for item in contents.items):
        return "moodle"
    if len(contents.items) > 1 and all(_CANVAS.fullmatch(item.name) and item.is_file for item in contents.items):
        return "canvas"
    return ""


def list_moodle(given: ClassFolder) -> Listing:
    """Return the submissions of Moodle's download, as folders or as files side by side."""
    folder, contents = given.path, contents_of(given.path)
    found, typed, unfit = [], [], []
    names: dict[str, set[str]] = {}
    for item in contents.items:
        match = _MOODLE.fullmatch(text_of(item.name))
        if match is None:
            unfit.append(item.name)
        elif match["kind"] == "onlinetext":
            typed.append(item.name)
        else:
            names.setdefault(match["name"], set()).add(match["id"])
            found.append((item, match))
    listed = tuple(
        Found(
            path=item.path,
            entry=text_of(item.name),
            # Two students may have one name; Moodle's number tells them apart.
            student=match["name"] if len(names[match["name"]]) == 1 else f"{match['name']} ({match['id']})",
            name=match["name"],
            ids=(match["id"], f"Participant {match['id']}"),
            group=match["rest"] if item.is_file else "",
        )
        for item, match in found
    )
    return _listing(folder, "moodle", listed, contents, {_ONLINE_TEXT: typed, _UNFIT: unfit})


def list_canvas(given: ClassFolder) -> Listing:
    """Return the submissions of Canvas's download. A `-1` before the suffix counts uploads of one name."""
    folder, contents = given.path, contents_of(given.path)
    found, typed, unfit = [], [], []
    for item in contents.items:
        name = text_of(item.name)
        match = _CANVAS.fullmatch(name)
        if match is None or not item.is_file:
            unfit.append(item.name)
        elif name.endswith("_text.html"):
            typed.append(item.name)
        else:
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
    owners: dict[str, set[str]] = {}
    for one in found:
        owners.setdefault(one.student, set()).add(one.ids[0])
    listed = tuple(
        one if len(owners[one.student]) == 1 else replace(one, student=f"{one.student}_{one.ids[0]}") for one in found
    )
    return _listing(folder, "canvas", listed, contents, {_ONLINE_TEXT: typed, _UNFIT: unfit})


def list_nbgrader(given: ClassFolder) -> Listing:
    """Return the submissions of nbgrader's `submitted` folder, or of the course folder that holds it."""
    inner = contents_of(given.path).named("submitted")
    top = inner.path if inner is not None and inner.is_folder else given.path
    contents = contents_of(top)
    found, assignments = [], set()
    for student in (item for item in contents.items if item.is_folder):
        for item in (item for item in inner_contents(student.path).items if item.is_folder):
            assignments.add(item.name)
            found.append((student, item))
    asked = _assignments(top, assignments, given.exercises)
    listed = tuple(
        Found(
            path=item.path,
            entry=f"{text_of(student.name)}/{text_of(item.name)}",
            student=text_of(student.name),
            exercise=asked[item.name],
            at=_stamp(item.path),
        )
        for student, item in found
        if item.name in asked
    )
    files = [item.name for item in contents.items if not item.is_folder]
    return _listing(top, "nbgrader", listed, contents, {_UNFIT: files})


def list_clones(given: ClassFolder) -> Listing:
    """Return the clones of GitHub Classroom or Classroom 50: `exercise03-alice`, `spring-exercise03-alice`."""
    folder, contents, exercises = given.path, contents_of(given.path), given.exercises
    known = (*exercises, *given.options.others)
    spelled = sorted({alias for exercise in known for alias in aliases_of(exercise)}, key=len, reverse=True)
    either = "|".join(re.escape(alias).replace("_", "[-_]") for alias in spelled)
    named = re.compile(rf"(?:.+?-)??(?P<exercise>{either})-(?P<student>.+)", re.IGNORECASE | re.DOTALL)
    listed, unfit = [], []
    for item in contents.items:
        match = named.fullmatch(stem_of(text_of(item.name)) if item.is_file else text_of(item.name))
        exercise = None if match is None else exercise_called(match["exercise"], known)
        if match is None or exercise is None:
            unfit.append(item.name)
        elif exercise in exercises:
            listed.append(Found(path=item.path, entry=text_of(item.name), student=match["student"], exercise=exercise))
    return _listing(folder, given.options.names, tuple(listed), contents, {_UNFIT: unfit})


LAYOUTS: Mapping[str, Lister] = {
    "moodle": list_moodle,
    "canvas": list_canvas,
    "gradescope": list_gradescope,
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


def _assignments(folder: Path, names: set[str], exercises: Sequence[Exercise]) -> dict[str, Exercise]:
    """Return which exercise each of nbgrader's assignments is. Raises: UsageError where that cannot be known."""
    known = {name: exercise for name in names if (exercise := exercise_called(name, exercises))}
    if known or not names:
        return known
    if len(exercises) == 1 and len(names) == 1:
        return dict.fromkeys(names, exercises[0])
    raise UsageError(
        Text(
            en=f"{show_path(folder)}: which assignment is {exercises[0].name}? There are: {examples(sorted(names))}.",
            zh=f"{show_path(folder)}：哪个作业是 {exercises[0].name}？现有：{examples(sorted(names))}。",
        ),
        remedy=Text(
            en=f"Say it: --names '{{student}}/{sorted(names)[0]}'.",
            zh=f"请指明：--names '{{student}}/{sorted(names)[0]}'。",
        ),
    )


def _stamp(folder: Path) -> str:
    """Return the text of an assignment's timestamp.txt, which lies among the student's own files; "" without one.

    Raises: UsageError for a link, or for what is no short text.
    """
    file = folder / STAMP
    try:
        raw = read_file(file, shown=show_path(file), limits=Limits(file=MAX_STAMP_BYTES)).raw
    except FileNotFoundError:
        return ""
    except SubmissionError as error:
        raise UsageError(error.problem, remedy=error.remedy or "") from None
    return text_of(raw.decode("utf-8", "surrogateescape").strip())
