"""What a batch was asked for: all that decides its scores, and what `--resume` and `--regrade` need to go on.

The plan is written before the first exam. A batch that goes on does what its plan says; where what would decide a score
is another one now, it stops: half of the class would be graded by other tests than the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader import __version__
from grader.batch.places import Places
from grader.batch.stored import Unreadable, from_json, to_text
from grader.errors import UsageError, joined
from grader.exercise.entries import Entry as Asked
from grader.exercise.manifest import HIDDEN_TESTS, MANIFEST, VISIBLE_TESTS
from grader.exercise.paths import show_path
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
        content = places.plan.read_bytes()
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


def refuse_another(old: Plan, new: Plan, *, root: Path) -> None:
    """Refuse to go on with `old` where `new` would grade otherwise. Raises: UsageError that names each difference."""
    differences = tuple(_differences(old, new))
    if not differences:
        return
    shown = show_path(root)
    first = Text(
        en=f"{shown}: this batch cannot go on, for what decides its scores has changed:",
        zh=f"{shown}：无法继续这批评分，因为决定得分的内容已改变：",
    )
    raise UsageError(
        joined((first, *differences), separator="\n  "),
        remedy=Text(
            en="\nPut that back as it was; or grade all again with --regrade, which shows what changes; "
            "or name another --output DIR.",
            zh="\n请恢复原状；或用 --regrade 全部重新评分并显示变化；或用 --output 指定另一个文件夹。",
        ),
    )


def _differences(old: Plan, new: Plan) -> Iterator[Text]:
    if old.dlgrade != new.dlgrade:
        yield _was("dlgrade", old.dlgrade, new.dlgrade)
    if old.seed != new.seed:
        yield _was("--seed", old.seed, new.seed)
    if old.device is not new.device:
        yield _was("--device", old.device.value, new.device.value)
    if old.isolation is not new.isolation:
        yield _was("--isolation", _degree(old.isolation), _degree(new.isolation))
    if old.signed_by != new.signed_by:
        yield _was("--sign", _short(old.signed_by), _short(new.signed_by))
    if old.formats != new.formats:
        yield _was("--format", ",".join(old.formats), ",".join(new.formats))
    yield from _other_exercises(old.exercises, new.exercises)


def _other_exercises(old: Sequence[Planned], new: Sequence[Planned]) -> Iterator[Text]:
    now = {exercise.name: exercise for exercise in new}
    if [exercise.name for exercise in old] != [exercise.name for exercise in new]:
        before, after = (" ".join(exercise.name for exercise in exercises) for exercises in (old, new))
        yield Text(en=f"EXERCISE: it was {before}, it is {after}", zh=f"EXERCISE：原为 {before}，现为 {after}")
        return
    for exercise in old:
        other = now[exercise.name]
        if exercise.sha256 != other.sha256:
            files = ", ".join(changed_files(exercise, other)) or "dlgrade.toml"
            yield Text(en=f"{exercise.name}: changed: {files}", zh=f"{exercise.name}：已更改：{files}")
        if exercise.rules != other.rules:
            yield Text(
                en=f"{exercise.name}: dlgrade.toml: other rules for lateness or attempts, or another due date",
                zh=f"{exercise.name}：dlgrade.toml：迟交或尝试次数的规则、或截止时间已更改",
            )


def _was(key: str, old: str, new: str) -> Text:
    return Text(en=f"{key}: it was {old}, it is {new}", zh=f"{key}：原为 {old}，现为 {new}")


def _degree(isolation: Isolation | None) -> str:
    return "auto" if isolation is None else isolation.value


def _short(key_id: str) -> str:
    return f"{key_id[:16]}…" if key_id else "-"


def _damaged(places: Places, reason: str) -> UsageError:
    shown = show_path(places.plan)
    return UsageError(
        Text(en=f"{shown}: cannot be read as a batch's plan: {reason}.", zh=f"{shown}：无法读取批次计划：{reason}。"),
        remedy=Text(
            en="It was written by another release, or damaged. Name another --output DIR.",
            zh="它由其他版本写出，或已损坏。请用 --output 指定另一个文件夹。",
        ),
    )
