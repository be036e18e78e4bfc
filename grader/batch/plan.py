"""What a batch was asked for: all that decides its scores, and what `--resume` and `--regrade` need to go on.

The plan is written before the first exam. How a batch that goes on is bound to it: `grader.batch.binding`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from grader import __version__
from grader.batch.places import Places
from grader.batch.stored import Unreadable, from_json, to_text
from grader.errors import UsageError
from grader.exercise.entries import Entry as Asked
from grader.exercise.manifest import HIDDEN_TESTS, MANIFEST, VISIBLE_TESTS
from grader.exercise.paths import show_path
from grader.exercise.plain_file import read_plain
from grader.exercise.whole_file import write_whole
from grader.records import Device, Exercise, Isolation, Language, Text

SCHEMA = "batch/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One exercise as it was. `files` have a digest each, to say which of them changed; `rules` are the course's."""

    name: str
    sha256: str
    files: dict[str, str]
    rules: str  # for lateness and attempts, with the due date, written out
    hidden: bool  # whether its hidden tests were at hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One batch: what is graded, by what, from where, and into which formats."""

    schema: str = SCHEMA
    dlgrade: str = __version__
    seed: str  # text: readers that keep numbers as doubles would change one beyond 2**53
    device: Device
    isolation: Isolation | None  # that was asked for; None: the strongest there is
    exercises: tuple[Planned, ...]
    submissions: tuple[str, ...] = ()  # absolute
    names: str = ""
    roster: str = ""
    times: str = ""
    student: str = ""
    commit: str = ""
    formats: tuple[str, ...] = ("json", "html")
    language: Language = Language.EN
    signed_by: str = ""  # the id of the public key
    course: str = ""  # its top folder
    kept_sources: bool = field(default=False)  # what is graded is what the last run kept, not SUBMISSIONS


def planned(asked: Asked, exercise: Exercise) -> Planned:
    """Return an exercise as it is now."""
    due = "" if asked.dates.due is None else asked.dates.due.isoformat()
    return Planned(
        name=exercise.name,
        sha256=exercise.sha256,
        files=_digests(exercise),
        rules=f"due {due or '-'}; {asked.policy.late}; {asked.policy.attempts}",
        hidden=bool(exercise.solution_folder),
    )


def _digests(exercise: Exercise) -> dict[str, str]:
    folder, solution = Path(exercise.folder), Path(exercise.solution_folder)
    found = {name: exercise.public.get(name) or _content(folder / name) for name in (MANIFEST, VISIBLE_TESTS)}
    found |= {f"stub {name}": _content(folder / name) for name in exercise.files}
    if exercise.solution_folder:
        hidden = {HIDDEN_TESTS: HIDDEN_TESTS} | {f"reference {name}": name for name in exercise.files}
        found |= {
            role: exercise.sealed[name].encode() if name in exercise.sealed else _content(solution / name)
            for role, name in hidden.items()
        }
    return {role: hashlib.sha256(content).hexdigest() for role, content in sorted(found.items())}


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # gone since the exercise was read: a digest of its own
        return b""


def changed_files(old: Planned, new: Planned) -> tuple[str, ...]:
    """Return the files of an exercise that are others now."""
    names = sorted({*old.files, *new.files})
    return tuple(name for name in names if old.files.get(name) != new.files.get(name))


def write_plan(places: Places, plan: Plan) -> None:
    """Write the plan. Raises: OSError."""
    places.plan.parent.mkdir(parents=True, exist_ok=True)
    write_whole(places.plan, to_text(plan))


def read_plan(places: Places) -> Plan | None:
    """Return the plan of the batch in a folder; None where there is none. Raises: UsageError for a damaged one."""
    try:
        content = read_plain(places.plan)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _damaged(places, error.strerror or str(error)) from None
    try:
        plan = from_json(content, Plan)
    except Unreadable as error:
        raise _damaged(places, str(error)) from None
    if plan.schema != SCHEMA:
        raise _damaged(places, f"schema = {plan.schema!r}")
    return plan


def _damaged(places: Places, reason: str) -> UsageError:
    shown = show_path(places.plan)
    return UsageError(
        Text(en=f"{shown}: cannot be read as a batch's plan: {reason}.", zh=f"{shown}：无法读取批次计划：{reason}。"),
        remedy=Text(
            en="It was written by another release, or damaged. Name another --output DIR.",
            zh="它由其他版本写出，或已损坏。请用 --output 指定另一个文件夹。",
        ),
    )
