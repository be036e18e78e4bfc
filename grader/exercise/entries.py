"""The exercises of a course as its folders name them: what each may be called, where it lies, and in which order.

Whether an exercise is valid shows when it is read, so that a broken one hides no other.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

from grader.errors import AuthorError
from grader.exercise.course_file import COURSE_FILE, CourseFile
from grader.exercise.dates import NO_DATES, Dates
from grader.exercise.defaults import STANDARD, Defaults
from grader.exercise.manifest import MANIFEST, read_exercise
from grader.exercise.named_folder import NamedFolder
from grader.exercise.paths import is_file, is_folder, names_in
from grader.exercise.policy import NO_POLICY, Policy
from grader.exercise.problems import closest, key_path, toml_literal
from grader.records import Exercise, Text

FOLDER_NAME = re.compile(r"(?P<id>exercise(?P<number>[0-9]{2,}))_(?P<slug>.+)")
_NUMBERED = re.compile(r"(?:exercise|ex)?[-_ ]?0*(?P<number>[0-9]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """The hidden half of one exercise that came sealed: its files by name, or why they cannot be used.

    `public` are the files of the other half that are as they were when it was sealed.
    """

    files: Mapping[str, bytes]
    public: Mapping[str, bytes] = field(default_factory=dict)
    broken: AuthorError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(NamedFolder):
    """One exercise of a course, known by its folder's name; whether it is valid shows when it is read."""

    form: ClassVar[re.Pattern[str]] = FOLDER_NAME

    folder: Path
    solution_folder: Path | None
    defaults: Defaults = STANDARD  # of its course
    dates: Dates = NO_DATES
    policy: Policy = NO_POLICY  # for lateness and attempts
    hidden: Hidden | None = field(default=None, compare=False, repr=False)  # where it came sealed

    def read(self) -> Exercise:
        """Return the exercise. Raises: AuthorError when its manifest or a file is wrong."""
        if self.hidden is not None and self.hidden.broken is not None:
            raise self.hidden.broken
        return read_exercise(
            self.folder,
            solution_folder=self.solution_folder,
            defaults=self.defaults,
            sealed=self.hidden.files if self.hidden is not None else None,
            public=self.hidden.public if self.hidden is not None else None,
        )


def below(root: Path, path: str) -> Path:
    """Return what `path` names, seen from `root`."""
    return Path(os.path.normpath(root / path))


def entries_of(root: Path, file: CourseFile) -> tuple[Entry, ...]:
    """Return all exercises below `root`: also folders that are named like one and lack their manifest."""
    entries = []
    exercises, solutions = below(root, file.exercises), below(root, file.solutions)
    for name in names_in(exercises):
        folder, solution = exercises / name, solutions / name
        if is_file(folder / MANIFEST) or (is_folder(folder) and FOLDER_NAME.fullmatch(name)):
            hidden = solution if is_folder(solution) and solution != folder else None
            entries.append(Entry(folder=folder, solution_folder=hidden, defaults=file.defaults))
    return tuple(sorted(entries, key=lambda entry: (entry.number is None, entry.number or 0, entry.name)))


def in_order(entries: tuple[Entry, ...], file: CourseFile) -> tuple[Entry, ...]:
    """Return the entries in the course's order, with their dates and rules."""
    dated = dict.fromkeys(entries, file.dates.common)
    dated |= {entry: dates for name, dates in file.dates.own if (entry := called(name, entries))}
    ruled = dict.fromkeys(entries, file.policy.common)
    ruled |= {entry: policy for name, policy in file.policy.own if (entry := called(name, entries))}
    first = [entry for name in file.order if (entry := called(name, entries))]
    return tuple(replace(entry, dates=dated[entry], policy=ruled[entry]) for entry in dict.fromkeys((*first, *entries)))


def called(name: str, entries: Iterable[Entry]) -> Entry | None:
    """Return the entry that a course's file calls `name`: in full, for what a beginning means can change."""
    wanted = normal(name)
    return next((entry for entry in entries if wanted in map(normal, entry.aliases)), None)


def normal(name: str) -> str:
    """Return what two spellings of a name share; a path, as a shell completes it, counts as its last part."""
    return Path(name.strip()).name.casefold().replace("-", "_")


def number_in(wanted: str) -> int | None:
    """Return the number that a name is: 3, of `3`, `03`, `ex03` and `exercise03`."""
    match = _NUMBERED.fullmatch(wanted)
    return int(match["number"]) if match and len(match["number"]) < 10 else None


def near(wanted: str, entries: Iterable[Entry]) -> Entry | None:
    """Return the entry that a mistyped name most probably meant."""
    owners = {normal(alias): entry for entry in entries for alias in entry.aliases}
    match = closest(wanted, owners, likeness=0.5)
    return owners[match] if match else None


def unknown_names(file: CourseFile, entries: tuple[Entry, ...]) -> tuple[Text, ...]:
    """Return what to say of names in a course's file that no exercise has: it is not here yet, or misspelt."""
    ordered = ((f"order[{place}] = {toml_literal(name)}", name) for place, name in enumerate(file.order))
    dated = ((key_path(("dates", name)), name) for name, _ in file.dates.own)
    ruled = ((key_path(path), path[-1]) for path in file.policy.written)
    named = (*ordered, *dated, *ruled)
    return tuple(_unknown(key, name, entries) for key, name in named if called(name, entries) is None)


def _unknown(key: str, name: str, entries: tuple[Entry, ...]) -> Text:
    close = near(normal(name), entries)
    there = ", ".join(entry.label for entry in entries)
    return Text(
        en=f"{COURSE_FILE}: {key}: no exercise here is called so. "
        + (f"Did you mean {close.label}?" if close else f"There are: {there}."),
        zh=f"{COURSE_FILE}：{key}：这里没有这个名称的练习。"
        + (f"是不是 {close.label}？" if close else f"现有练习：{there}。"),
    )
