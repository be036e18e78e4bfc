"""What is compared with what: the sources that `grade` kept, or a folder of submissions, exercise by exercise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.batch.journal import read_journal
from grader.batch.pages import read_class_list
from grader.batch.places import Places, folder_of
from grader.batch.similar import Work
from grader.errors import GraderFault, SubmissionError, UsageError
from grader.exercise import Course
from grader.exercise.paths import is_file, is_folder, names_in, show_path
from grader.exercise.solution import has_solution, solution_file
from grader.records import Exercise, HandedIn, Text

_NUMBERED = re.compile(r"(?P<exercise>.+?)(?:\.(?P<attempt>[0-9]{1,6}))?")
_MAX_BYTES = 1024 * 1024  # of one source file; `grade` keeps none that is larger


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A student of whom nothing was accepted, so there is nothing to compare; and why."""

    student: str
    shown: str  # how people name them
    problem: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """All submissions of one exercise, and what is nobody's own in them. A student's last attempt is the one."""

    exercise: Exercise
    works: tuple[Work, ...]
    stub: Mapping[str, str]
    common: tuple[str, ...]  # the reference, where it is at hand, and what the caller adds
    has_reference: bool
    refused: tuple[Refused, ...] = ()

    @property
    def shown(self) -> dict[str, str]:
        """How people name each student."""
        return {work.student: work.shown for work in self.works}


def classes_in(
    folder: Path, course: Course, *, exercises: Sequence[str], ignored: Sequence[Path]
) -> tuple[Cohort, ...]:
    """Return the submissions in `folder`: an output folder of `grade`, or, with one exercise named, of submissions.

    `exercises` picks some; none: all that are there. `ignored` are files whose text is nobody's own.
    Raises: UsageError, saying what the folder should hold.
    """
    if not is_folder(folder):
        raise _no_folder(folder)
    wanted = [course.find(name) for name in exercises]
    common = tuple(_text_of(path) for path in ignored)
    places = Places(folder)
    if is_folder(places.sources):
        found = _kept(places, course, wanted)
    elif len(wanted) == 1:
        found = {wanted[0].name: _handed_in(folder, wanted[0], course)}
    else:
        raise _unclear(folder)
    if not any(one.works for one in found.values()):
        raise _empty(folder)
    return tuple(_class(found[name], common) for name in sorted(found))


@dataclass(slots=True)
class _Gathered:
    """What there is of one exercise."""

    exercise: Exercise
    works: dict[str, Work] = field(default_factory=dict)  # by student
    refused: dict[str, Refused] = field(default_factory=dict)

    def refuse(self, person: HandedIn, problem: Text) -> None:
        """Keep why a submission is not compared, for a student of whom no other one is."""
        shown = Work(student=person.student, name=person.name, files={}).shown
        self.refused[person.student] = Refused(student=person.student, shown=shown, problem=problem)


def _class(found: _Gathered, common: tuple[str, ...]) -> Cohort:
    exercise = found.exercise
    stub = {name: _text_of(Path(exercise.folder) / name) for name in exercise.files}
    reference = [solution_file(exercise, name).text for name in exercise.files] if has_solution(exercise) else []
    return Cohort(
        exercise=exercise,
        works=tuple(found.works.values()),
        stub=stub,
        common=(*reference, *common),
        has_reference=bool(reference),
        refused=tuple(one for name, one in sorted(found.refused.items()) if name not in found.works),
    )


def _kept(places: Places, course: Course, wanted: Iterable[Exercise]) -> dict[str, _Gathered]:
    """Return what `grade` kept, of each student's last attempt."""
    sources, people = places.sources, _people(places)
    names = {exercise.name for exercise in wanted}
    last: dict[tuple[str, str], tuple[int, Path]] = {}
    for student in names_in(sources):
        for folder in map((sources / student).joinpath, names_in(sources / student)):
            found = _NUMBERED.fullmatch(folder.name)
            if found is None or (names and found["exercise"] not in names) or not is_folder(folder):
                continue
            one = (found["exercise"], student)
            last[one] = max(last.get(one, (0, sources)), (int(found["attempt"] or 1), folder))
    gathered: dict[str, _Gathered] = {}
    for (name, place), (_, source) in sorted(last.items()):
        if name not in gathered:
            gathered[name] = _Gathered(course.find(name))
        of = gathered[name]
        files = {file: _text_of(source / file) for file in of.exercise.files if is_file(source / file)}
        person = people.get(place, HandedIn(student=place))
        of.works[person.student] = Work(student=person.student, name=person.name, files=files)
    for key, line in read_journal(places.journal).items():
        if key.exercise in gathered and line.kept is None and line.row.problem is not None:
            gathered[key.exercise].refuse(people[folder_of(key.student)], line.row.problem)
    return gathered


def _people(places: Places) -> dict[str, HandedIn]:
    """Return whose each folder of sources is; what the journal does not know keeps its folder's name.

    Raises: UsageError for a journal that is damaged.
    """
    found = {folder_of(key.student): line.row.handed_in for key, line in read_journal(places.journal).items()}
    named = {person.id: person.name for person in read_class_list(places).people}
    return {folder: replace(person, name=named.get(person.student) or person.name) for folder, person in found.items()}


def _handed_in(folder: Path, exercise: Exercise, course: Course) -> _Gathered:
    """Return what lies in a folder of submissions, read as `grade` reads it. Raises: UsageError."""
    from grader.batch.entries import find_entries
    from grader.batch.handed import EntryOptions
    from grader.batch.intake import take_in

    others = tuple(one.exercise for one in course.read_all() if one.exercise is not None)
    found = _Gathered(exercise)
    for entry in find_entries([exercise], [folder], EntryOptions(others=others)).entries:  # a later attempt comes later
        person = entry.handed_in
        try:
            submission = take_in(entry, others)
        except (SubmissionError, GraderFault) as error:  # no reason to compare nobody
            found.refuse(person, error.problem)
            continue
        files = {file.name: file.text for file in submission.files}
        found.works[person.student] = Work(student=person.student, name=person.name, files=files)
    return found


def _text_of(file: Path) -> str:
    """Return the text of a file, whatever is no text in it replaced. Raises: UsageError."""
    from grader.report.strict import read_bytes

    return read_bytes(file, max_bytes=_MAX_BYTES).decode("utf-8-sig", errors="replace")


def _no_folder(folder: Path) -> UsageError:
    shown = show_path(folder)
    return UsageError(
        Text(en=f"{shown}: no such folder.", zh=f"{shown}：没有这个文件夹。"),
        remedy=Text(
            en="Give the folder of `dlgrade grade --output`, or a folder of submissions with --exercise.",
            zh="请给出 `dlgrade grade --output` 的文件夹，或用 --exercise 指明练习的提交文件夹。",
        ),
    )


def _unclear(folder: Path) -> UsageError:
    shown = show_path(folder)
    return UsageError(
        Text(
            en=f"{shown}: not an output folder of `dlgrade grade`.", zh=f"{shown}：不是 `dlgrade grade` 的输出文件夹。"
        ),
        remedy=Text(
            en="For a folder of submissions, name the one exercise that they are for: --exercise exercise03.",
            zh="若是提交文件夹，请指明它们对应的一个练习：--exercise exercise03。",
        ),
    )


def _empty(folder: Path) -> UsageError:
    shown = show_path(folder)
    return UsageError(
        Text(en=f"{shown}: holds no submissions to compare.", zh=f"{shown}：其中没有可比较的提交。"),
        remedy=Text(
            en="Give the folder of `dlgrade grade --output`, or a folder of submissions with --exercise.",
            zh="请给出 `dlgrade grade --output` 的文件夹，或用 --exercise 指明练习的提交文件夹。",
        ),
    )
