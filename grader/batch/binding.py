"""What binds a batch: how a request and the plan of what lies there come to one plan, and what of it may not change.

A run that goes on, and a regrade, go by the plan for whatever they are not told. Every field of a plan is bound in one
of three ways, all of them in `BONDS`: a batch of which half was graded otherwise than the rest is none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import Enum
from pathlib import Path

from grader.batch.handed import EntryOptions
from grader.batch.places import Places
from grader.batch.plan import Plan, Planned, changed_files, planned, read_plan
from grader.batch.request import Auto, Mode, Request
from grader.batch.seeds import new_seed
from grader.batch.swap import is_swapping
from grader.errors import UsageError, joined
from grader.exercise.course import Course, load_course
from grader.exercise.entries import Entry as Asked
from grader.exercise.paths import is_folder, show_path
from grader.records import Device, Exercise, Isolation, Text
from grader.report.signing_keys import SHOWN_DIGITS

DEFAULT_FORMATS = ("json", "html")


class Bond(Enum):
    """How a run that goes on is bound to one field of its plan."""

    FIRM = "another one is refused"
    TOLD = "another one is taken, and said"
    LOOSE = "it decides no score, or is compared elsewhere"


BONDS: Mapping[str, Bond] = {
    "schema": Bond.LOOSE,  # `read_plan` refuses another
    "dlgrade": Bond.FIRM,
    "seed": Bond.FIRM,
    "device": Bond.FIRM,
    "isolation": Bond.FIRM,
    "exercises": Bond.FIRM,
    "submissions": Bond.TOLD,  # each is compared with what was graded
    "names": Bond.FIRM,  # other ids would make other students of the same entries
    "roster": Bond.TOLD,
    "times": Bond.TOLD,
    "student": Bond.FIRM,
    "commit": Bond.FIRM,
    "formats": Bond.FIRM,
    "language": Bond.LOOSE,  # that of the plan: a batch speaks one
    "signed_by": Bond.FIRM,
    "course": Bond.LOOSE,  # its exercises are compared, file by file
    "kept_sources": Bond.LOOSE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The plan that a run goes by, and what of it is another than it was, as far as that is allowed."""

    plan: Plan
    notes: tuple[Text, ...] = ()


# ------------------------------------------------------------------------------------------ what there is to go by


def known_plan(places: Places, mode: Mode) -> Plan | None:
    """Return the plan that a run in this mode goes by; None for a new one, and where there is nothing to go on with.

    It may be asked before the folder is one's own: of a regrade that was stopped while it took its place, it is the
    regrade's. Raises: UsageError for a damaged one.
    """
    if mode is Mode.NEW:
        return None
    if is_swapping(places):
        return read_plan(places.next) or read_plan(places)
    return read_plan(places.next if mode is Mode.REGRADE_ON else places)


def course_by(named: Path | None, known: Plan | None) -> Course:
    """Return the course that is named, else that of the plan, else the one that is at hand. Raises: UsageError."""
    found = load_course(named)
    if named is not None or known is None or not known.course or found.root == Path(known.course):
        return found
    return load_course(Path(known.course)) if is_folder(Path(known.course)) else found


def device_by(given: Device | None, known: Plan | None) -> Device:
    """Return the device that is asked for, else the plan's."""
    return given or (known.device if known is not None else Device.CPU)


def isolation_by(given: Isolation | Auto | None, known: Plan | None) -> Isolation | None:
    """Return the isolation that is asked for, else the plan's; None: the strongest there is."""
    if given is None:
        return None if known is None else known.isolation
    return None if isinstance(given, Auto) else given


def options_by(request: Request, known: Plan | None) -> EntryOptions:
    """Return how submissions are to be read: as it is asked for, else as the plan says."""
    given = replace(request.options, zone=request.course.file.dates.zone)
    if known is None:
        return given
    return replace(
        given,
        names=given.names or ("" if given.student else known.names),
        roster=given.roster or (Path(known.roster) if known.roster else None),
        times=given.times or known.times,
        student=given.student or ("" if given.names else known.student),
        commit=given.commit or known.commit,
    )


def reads_kept(request: Request, known: Plan | None) -> bool:
    """Return whether what an earlier run kept is graded. Who says how submissions are to be read means those."""
    options = request.options
    is_told = any((options.names, options.roster, options.times, options.student, options.commit))
    if known is None or request.submissions or is_told:
        return False
    return request.mode is Mode.REGRADE or known.kept_sources


# ------------------------------------------------------------------------------------------ the one plan


def merged(request: Request, known: Plan | None, asked: Sequence[Asked], exercises: Sequence[Exercise]) -> Plan:
    """Return the plan of what is asked for: what is not given is as it was.

    Raises: UsageError where reports that were signed would be left unsigned without a word.
    """
    options = options_by(request, known)
    paths = tuple(str(path.absolute()) for path in request.submissions)
    seed = request.seed if request.seed is not None else int(known.seed) if known is not None else new_seed()
    formats = request.formats or (known.formats if known is not None else DEFAULT_FORMATS)
    return Plan(
        seed=str(seed),
        device=device_by(request.device, known),
        isolation=isolation_by(request.isolation, known),
        exercises=tuple(planned(one, exercise) for one, exercise in zip(asked, exercises, strict=True)),
        submissions=paths or (known.submissions if known is not None else ()),
        names=options.names,
        roster="" if options.roster is None else str(options.roster.absolute()),
        times=_absolute(options.times),
        student=options.student,
        commit=options.commit,
        formats=tuple(dict.fromkeys(("json", *formats))) if "json" not in formats else formats,
        language=known.language if known is not None and request.mode.goes_on else request.language,
        signed_by=_signed_by(request, known),
        course=str(request.course.root),
        kept_sources=reads_kept(request, known),
    )


def bound(request: Request, known: Plan | None, plan: Plan, *, root: Path, scored: Collection[str]) -> Bound:
    """Return the plan with what is said of it. A run that goes on is refused what is firmly bound.

    `scored`: exercises of which somebody has a score. One that nobody has a score of may be mended and gone on with.
    Raises: UsageError that names each difference.
    """
    if known is None:
        return Bound(plan=plan)
    if not request.mode.goes_on:  # a regrade: what decides a score is told beside every score that changed
        return Bound(plan=plan, notes=tuple(_simple(known, plan, {Bond.FIRM, Bond.TOLD})))
    firm = (*_simple(known, plan, {Bond.FIRM}), *_other_exercises(known.exercises, plan.exercises, scored))
    if firm:
        raise _refusal(root, firm)
    return Bound(plan=plan, notes=tuple(_simple(known, plan, {Bond.TOLD})))


def _absolute(times: str) -> str:
    """Return what `--times` says, to be read from any folder: a table's path becomes absolute."""
    path = Path(times)
    return str(path.absolute()) if times and path.is_file() else times


def _signed_by(request: Request, known: Plan | None) -> str:
    if request.unsigned:
        return ""
    if request.key is not None:
        return request.key.id
    if known is not None and known.signed_by:
        raise _no_key(request.output, known.signed_by)
    return ""


# ------------------------------------------------------------------------------------------ what differs


def _simple(old: Plan, new: Plan, bonds: Collection[Bond]) -> Iterator[Text]:
    """Yield what differs in the fields that are bound so, but for the exercises."""
    for name in (field.name for field in fields(Plan)):
        if name == "exercises" or BONDS[name] not in bonds:
            continue
        before, after = _shown(old, name), _shown(new, name)
        if before != after:
            key = _OPTIONS.get(name, f"--{name}")
            yield Text(en=f"{key}: it was {before}, it is {after}", zh=f"{key}：原为 {before}，现为 {after}")


_OPTIONS = {"dlgrade": "dlgrade", "submissions": "SUBMISSIONS", "formats": "--format", "signed_by": "--sign"}


def _shown(plan: Plan, name: str) -> str:
    """Return a field's value as people read it; equal values read alike, others do not."""
    value = getattr(plan, name)
    if name == "isolation":
        return "auto" if value is None else str(value.value)
    if name == "signed_by":
        return f"{value[:SHOWN_DIGITS]}…" if value else "-"
    if name == "formats":
        return ",".join(sorted(value, key=lambda one: (one not in DEFAULT_FORMATS[:1], one)))
    if name == "submissions":
        return " ".join(show_path(Path(path)) for path in value) or "-"
    if name == "device":
        return str(value.value)
    return (show_path(Path(value)) if name in ("roster", "times") and value else str(value)) or "-"


def _other_exercises(old: Sequence[Planned], new: Sequence[Planned], scored: Collection[str]) -> Iterator[Text]:
    now = {exercise.name: exercise for exercise in new}
    if [exercise.name for exercise in old] != [exercise.name for exercise in new]:
        before, after = (" ".join(exercise.name for exercise in exercises) for exercises in (old, new))
        yield Text(en=f"EXERCISE: it was {before}, it is {after}", zh=f"EXERCISE：原为 {before}，现为 {after}")
        return
    for exercise in old:
        other = now[exercise.name]
        if exercise.name not in scored:
            continue
        if exercise.sha256 != other.sha256:
            files = ", ".join(changed_files(exercise, other)) or "dlgrade.toml"
            yield Text(en=f"{exercise.name}: changed: {files}", zh=f"{exercise.name}：已更改：{files}")
        if exercise.rules != other.rules:
            yield Text(
                en=f"{exercise.name}: dlgrade.toml: other rules for lateness or attempts, or another due date",
                zh=f"{exercise.name}：dlgrade.toml：迟交或尝试次数的规则、或截止时间已更改",
            )


def _refusal(root: Path, differences: Sequence[Text]) -> UsageError:
    shown = show_path(root)
    first = Text(
        en=f"{shown}: this batch cannot go on, for what decides its scores has changed:",
        zh=f"{shown}：无法继续这批评分，因为决定得分的内容已改变：",
    )
    return UsageError(
        joined((first, *differences), separator="\n  "),
        remedy=Text(
            en="\nPut that back as it was; or grade all again with --regrade, which shows what changes; "
            "or name another --output DIR.",
            zh="\n请恢复原状；或用 --regrade 全部重新评分并显示变化；或用 --output 指定另一个文件夹。",
        ),
    )


def _no_key(root: Path, key_id: str) -> UsageError:
    shown, key = show_path(root), f"{key_id[:SHOWN_DIGITS]}…"
    return UsageError(
        Text(
            en=f"--sign: the reports in {shown} are signed with the key {key}, and no key is given.",
            zh=f"--sign：{shown} 中的报告由密钥 {key} 签名，而现在没有给出密钥。",
        ),
        remedy=Text(
            en="Give that key with --sign KEY or DLGRADE_SIGN_KEY; or, with --regrade, leave the reports unsigned with "
            "--no-sign.",
            zh="请用 --sign KEY 或 DLGRADE_SIGN_KEY 给出该密钥；若要重新评分而不签名，请用 --regrade --no-sign。",
        ),
    )
