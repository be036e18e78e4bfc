"""What is compared with what: the sources that `grade` kept, or a folder of submissions, exercise by exercise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
class Cohort:
    """All submissions of one exercise, and what is nobody's own in them. A student's last attempt is the one."""

    exercise: Exercise
    works: tuple[Work, ...]
    stub: Mapping[str, str]
    common: tuple[str, ...]  # the reference, where it is at hand, and what the caller adds
    has_reference: bool
    notes: tuple[Text, ...] = ()

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
        found = {wanted[0].name: (wanted[0], *_handed_in(folder, wanted[0]))}
    else:
        raise _unclear(folder)
    if not any(works for _, works, _ in found.values()):
        raise _empty(folder)
    return tuple(_class(*found[name], common) for name in sorted(found))


_Gathered = tuple[Exercise, tuple[Work, ...], tuple[Text, ...]]


def _class(exercise: Exercise, works: tuple[Work, ...], notes: tuple[Text, ...], common: tuple[str, ...]) -> Cohort:
    stub = {name: _text_of(Path(exercise.folder) / name) for name in exercise.files}
    reference = [solution_file(exercise, name).text for name in exercise.files] if has_solution(exercise) else []
    return Cohort(
        exercise=exercise,
        works=works,
        stub=stub,
        common=(*reference, *common),
        has_reference=bool(reference),
        notes=notes,
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
            key = (found["exercise"], student)
            last[key] = max(last.get(key, (0, sources)), (int(found["attempt"] or 1), folder))
    gathered: dict[str, _Gathered] = {}
    for (name, student), (_, source) in sorted(last.items()):
        exercise = gathered[name][0] if name in gathered else course.find(name)
        files = {file: _text_of(source / file) for file in exercise.files if is_file(source / file)}
        _, works, notes = gathered.get(name, (exercise, (), ()))
        person = people.get(student, HandedIn(student=student))
        work = Work(student=person.student, name=person.name, files=files)
        gathered[name] = (exercise, (*works, work), notes)
    return gathered


def _people(places: Places) -> dict[str, HandedIn]:
    """Return whose each folder of sources is; what the journal does not know keeps its folder's name.

    Raises: UsageError for a journal that is damaged.
    """
    found = {folder_of(key.student): line.row.handed_in for key, line in read_journal(places.journal).items()}
    named = {person.id: person.name for person in read_class_list(places).people}
    return {folder: replace(person, name=named.get(person.student) or person.name) for folder, person in found.items()}


def _handed_in(folder: Path, exercise: Exercise) -> tuple[tuple[Work, ...], tuple[Text, ...]]:
    """Return what lies in a folder of submissions, read as `grade` reads it. Raises: UsageError."""
    from grader.batch.entries import find_entries
    from grader.batch.intake import take_in

    handed = find_entries([exercise], [folder])
    last: dict[str, Work] = {}
    notes: list[Text] = []
    for entry in handed.entries:  # a later attempt comes later
        try:
            submission = take_in(entry)
        except (SubmissionError, GraderFault) as error:  # no reason to compare nobody
            notes.append(error.problem)
            continue
        person = entry.handed_in
        files = {file.name: file.text for file in submission.files}
        last[person.student] = Work(student=person.student, name=person.name, files=files)
    return tuple(last.values()), tuple(notes)


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
