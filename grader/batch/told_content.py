"""Which of several exercises a thing is for, where neither its name nor the names in it say so: by what it defines.

A file called `alice.py` is for the one exercise whose functions it defines. One that defines those of several
exercises, or of none, is nobody's zero and nobody's missing work: it stands as one in doubt under each exercise that it
may be for and of which its student has nothing else. Code is parsed, as it is wherever submissions are taken in, and
never run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.batch.attempts import Claim
from grader.batch.finding import is_submission_name, locate, of_one
from grader.batch.folders import examples, inner_contents
from grader.batch.handed import Doubt, Found
from grader.batch.matching import Match
from grader.errors import GraderError
from grader.exercise.paths import is_folder, show_name, show_path
from grader.records import Exercise, Text
from grader.submission.another import is_taken, names_asked, names_written
from grader.submission.folder import is_code
from grader.submission.kinds import Kind
from grader.submission.limits import Limits
from grader.submission.read import read_file, source_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is somebody's entry by its content, sure or in doubt; what is nothing for any exercise; what to say."""

    claims: tuple[Claim, ...]
    unclaimed: tuple[tuple[Found, Match], ...]
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What a thing may be for. `is_sure`: for these exercises, and no question; without any it is for another one."""

    exercises: tuple[Exercise, ...]
    is_sure: bool = True
    is_defined: bool = False  # it defines what each of these asks for


def by_their_content(
    unclaimed: Sequence[tuple[Found, Match]],
    claims: Sequence[Claim],
    exercises: Sequence[Exercise],
    others: Sequence[Exercise],
) -> Told:
    """Return what the things without a claim are by their content. `others` are all exercises of the course."""
    have = {(claim.match.student, claim.exercise.name) for claim in claims}
    reader = Reader(exercises, others)
    told: list[Claim] = []
    left: list[tuple[Found, Match]] = []
    for one, match in unclaimed:
        place = _work_in(one.path, exercises)
        meant = reader.meant(place) if place is not None else _FOR_NONE
        free = [each for each in meant.exercises if _is_told(meant) or (match.student, each.name) not in have]
        if place is None or not free:
            left.append((one, match))
            continue
        doubt = one.doubt or (None if meant.is_sure else _what_for(one, place, meant))
        told += [Claim(found=one, match=match, exercise=each, path=place, doubt=doubt) for each in free]
    sure = [claim for claim in told if claim.doubt is None]
    return Told(claims=tuple(told), unclaimed=tuple(left), notes=(_read_as(sure),) if sure else ())


def told_for(path: Path, exercise: Exercise, exercises: Sequence[Exercise]) -> Path | None:
    """Return what of one student's submission is for the exercise by what it defines, as `by_their_content` takes it;
    None: something in it is called as one of the exercises asks, or what it defines does not say it."""
    if any(locate(path, one, alone=False) is not None for one in exercises):
        return None
    place = _work_in(path, exercises)
    meant = Reader(exercises, ()).meant(place) if place is not None else _FOR_NONE
    return place if meant.is_sure and meant.exercises == (exercise,) else None


class Reader:
    """Tells what code is for by the names that the exercises of a course ask for."""

    def __init__(self, exercises: Sequence[Exercise], others: Sequence[Exercise]) -> None:
        self._exercises = tuple(exercises)
        asked = {exercise.name for exercise in exercises}
        self._others = tuple(other for other in others if other.name not in asked)
        self._names: Mapping[str, frozenset[str]] = {
            one.name: names_asked(one) for one in (*self._exercises, *self._others)
        }

    def meant(self, place: Path) -> Meant:
        """Return what a file, an archive or a folder may be for, in which no name says it."""
        if any(is_taken(place, other) for other in self._others):
            return _FOR_NONE
        if is_folder(place) or not is_code(place.name):
            return Meant(exercises=self._exercises, is_sure=False)
        try:
            known = [one for one in (*self._exercises, *self._others) if self._defines(place, one)]
        except (GraderError, FileNotFoundError):
            return Meant(exercises=self._exercises)  # `collect` is asked, and says what is wrong with it
        asked = tuple(one for one in known if one in self._exercises)
        if known and not asked:
            return _FOR_NONE
        return Meant(exercises=asked or self._exercises, is_sure=len(known) == 1, is_defined=bool(asked))

    def _defines(self, place: Path, exercise: Exercise) -> bool:
        shown, limits = show_path(place), Limits()
        file = read_file(place, shown=shown, limits=limits)
        if file.kind is not Kind.NOTEBOOK:
            text = source_of(file.raw, shown=shown).text
        elif len(exercise.files) > 1:
            return False
        else:
            from grader.submission.notebook import module_of

            text = module_of(file.raw, exercise, exercise.files[0], shown=shown, max_bytes=limits.file).text
        return bool(self._names[exercise.name] & names_written(text, shown=shown))


_FOR_NONE = Meant(exercises=())


def _is_told(meant: Meant) -> bool:
    """Whether a thing says by itself what it is for, whatever else its student handed in."""
    return meant.is_sure and len(meant.exercises) == 1


def _work_in(path: Path, exercises: Sequence[Exercise]) -> Path | None:
    """Return what may be somebody's work in a thing: it, or the one file in it; None: nothing by its names."""
    place = of_one(path, exercises[0])
    if not is_folder(place) or place.is_symlink():
        return place
    within = [item for item in inner_contents(place).items if item.is_folder]
    names = [item.name for folder in (place, *(item.path for item in within)) for item in inner_contents(folder).items]
    return place if any(is_code(name) or is_submission_name(name) for name in names) else None


# --------------------------------------------------------------------------------------------- what is said


def _what_for(one: Found, place: Path, meant: Meant) -> Doubt:
    shown, names = show_name(one.entry), [exercise.name for exercise in meant.exercises]
    en, zh = ", ".join(names), "、".join(names)
    why = Text(en=f"it defines nothing that one of {en} asks for", zh=f"其中没有定义 {zh} 要求的内容")
    if meant.is_defined and len(names) > 1:
        why = Text(en=f"it defines what each of {en} asks for", zh=f"其中定义了 {zh} 各自要求的内容")
    elif meant.is_defined:
        why = Text(en=f"it defines what {en} and another exercise ask for", zh=f"其中定义了 {zh} 和其他练习要求的内容")
    elif is_folder(place) or not is_code(place.name):
        why = Text(en=f"no file in it is called as one of {en} asks", zh=f"其中没有按 {zh} 的要求命名的文件")
    return Doubt(
        problem=Text(
            en=f"{shown}: which exercise is it for? Its name says none, and {why.en}.",
            zh=f"{shown}：是哪个练习的？名称没有写明，且{why.zh}。",
        ),
        remedy=Text(
            en="Whoever grades: put the file into a folder called by its student, under the name that the exercise "
            "asks for, then go on with --resume; or begin anew with --names '{student}_{exercise}'. Of a notebook, "
            "tag the cells with the exercise's id.",
            zh="请评分的老师把该文件放进以学生命名的文件夹，并改成练习要求的文件名，然后用 --resume 继续；"
            "或用 --names '{student}_{exercise}' 重新开始。笔记本请用练习编号给单元格加标签。",
        ),
    )


def _read_as(claims: Sequence[Claim]) -> Text:
    told = [f"{claim.found.entry} ({claim.exercise.name})" for claim in claims]
    return Text(
        en=f"{len(told)} without an exercise in their names, taken for what they define: {examples(told)}",
        zh=f"{len(told)} 项名称中没有写明练习，按其中的定义归入：{examples(told)}",
    )
