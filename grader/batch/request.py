"""What `dlgrade grade` was asked for, before anything that lies in the output folder is looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from grader.batch.handed import EntryOptions
from grader.exercise.course import Course
from grader.exercise.entries import Entry as Asked
from grader.records import Device, Isolation, Language
from grader.report import Setting

if TYPE_CHECKING:
    from grader.report.signing_keys import SigningKey


class Mode(Enum):
    """What to do with what lies in the output folder."""

    NEW = "new"
    RESUME = "resume"
    REGRADE = "regrade"
    REGRADE_ON = "regrade, resumed"

    @property
    def is_regrade(self) -> bool:
        """Whether all is graded again."""
        return self in (Mode.REGRADE, Mode.REGRADE_ON)

    @property
    def goes_on(self) -> bool:
        """Whether what a run has begun is gone on with."""
        return self in (Mode.RESUME, Mode.REGRADE_ON)


def mode_of(*, resume: bool, regrade: bool) -> Mode:
    """Return what the two options ask for together."""
    if regrade:
        return Mode.REGRADE_ON if resume else Mode.REGRADE
    return Mode.RESUME if resume else Mode.NEW


class Auto(Enum):
    """An isolation that was asked for without a name. Not to ask at all is None: then it is as it was."""

    STRONGEST = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What `dlgrade grade` was asked for. A run that goes on takes from its plan what is not given here."""

    course: Course
    output: Path
    exercises: tuple[Asked, ...] = ()
    submissions: tuple[Path, ...] = ()
    options: EntryOptions = field(default_factory=EntryOptions)
    mode: Mode = Mode.NEW
    seed: int | None = None
    device: Device | None = None
    isolation: Isolation | Auto | None = None
    formats: tuple[str, ...] = ()
    language: Language = Language.EN
    setting: Setting = field(default_factory=Setting)  # its clock shows in no file: equal runs write equal ones
    key: SigningKey | None = None
    unsigned: bool = False  # leave reports unsigned, also where those that are graded again were signed
