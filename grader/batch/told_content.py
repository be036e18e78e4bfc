"""Which of several exercises a thing is for, where neither its name nor the names in it say so: by what it defines.

A file called `alice.py` is for the one exercise whose functions it defines. One that defines those of several
exercises, or of none, is nobody's zero and nobody's missing work: it stands as one in doubt under each exercise that it
may be for and of which its student has nothing else. Code is parsed, as it is wherever submissions are taken in, and
never run.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.batch.attempts import Claim
from grader.batch.finding import is_submission_name, locate, located
from grader.batch.folders import examples, inner_contents, text_of
from grader.batch.handed import Doubt, Found
from grader.batch.intake import LEAVE_ONE
from grader.batch.matching import Match
from grader.batch.names import stem_of
from grader.errors import SubmissionError
from grader.exercise.entries import normal
from grader.exercise.paths import is_folder, show_name
from grader.records import Exercise, Text
from grader.submission.another import is_taken, names_asked
from grader.submission.folder import is_code
from grader.submission.homes import aliases_of
from grader.submission.names import wanted_names
from grader.submission.seen import Seen, TooMuchToTell, seen_of


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Code in a folder, and what it may be for."""

    place: Path
    meant: Meant


_Have = Collection[tuple[str, str]]  # students, each with an exercise of which something is theirs


def by_their_content(
    unclaimed: Sequence[tuple[Found, Match]],
    claims: Sequence[Claim],
    exercises: Sequence[Exercise],
    others: Sequence[Exercise],
) -> Told:
    """Return what the things without a claim, and code beside what has one, are by their content.

    `others` are all exercises of the course.
    """
    have = {(claim.match.student, claim.exercise.name) for claim in claims}
    reader = Reader(exercises, others)
    beside = _beside_named(claims, have, reader)
    told = list(beside.claims)
    have |= {(claim.match.student, claim.exercise.name) for claim in told}
    left: list[tuple[Found, Match]] = []
    for one, match in unclaimed:
        own = _claims_to(one, match, have, reader)
        told += own
        left += [] if own else [(one, match)]
    sure = [claim for claim in told if claim.doubt is None and claim.refused is None]
    notes = [*beside.notes, _read_as(sure)] if sure else beside.notes
    return Told(claims=tuple(told), unclaimed=tuple(left), notes=tuple(notes))


def told_for(path: Path, exercise: Exercise, exercises: Sequence[Exercise]) -> Path | None:
    """Return what of one student's submission is for the exercise by what it defines, as `by_their_content` takes it;
    None: something in it is called as the exercise asks, or what it defines does not say it."""
    places = {one.name: locate(path, one, alone=False) for one in exercises}
    reader = Reader(exercises, ())
    if places[exercise.name] is not None:
        return None
    own = reader.told_in(path, {place for place in places.values() if place is not None}).get(exercise.name)
    if own or any(places.values()):
        return own[0].place if own and len(own) == 1 and own[0].meant.is_sure else None
    work = _work_in(path, exercises)
    meant = reader.meant(work, seen_of(path)) if work is not None else _FOR_NONE
    return work if meant.is_sure and meant.exercises == (exercise,) else None


def _beside_named(claims: Sequence[Claim], have: _Have, reader: Reader) -> Told:
    """Return what code in a student's folder is for exercises of which nothing in it is called so.

    Where its student still lacks one, what lies there and is for none is named: it may be what is missing.
    """
    told: list[Claim] = []
    left: list[str] = []
    entries: dict[tuple[str, Path], list[Claim]] = {}
    for claim in claims:
        if claim.found.exercise is None and not claim.commit:
            entries.setdefault((claim.match.student, claim.found.path), []).append(claim)
    for (student, path), (first, *more) in entries.items():
        lacking = [one for one in reader.exercises if (student, one.name) not in have]
        if not lacking or first.refused is not None:
            continue
        known = {claim.path for claim in (first, *more)}
        own = _claims_within(first.found, first.match, lacking, reader, known)
        told += own
        if len(own) < len(lacking):
            known |= {claim.path for claim in own}
            left += [f"{first.found.entry}/{text_of(name)}" for name in reader.names_left(path, known)]
    return Told(claims=tuple(told), unclaimed=(), notes=(_left(left),) if left else ())


def _claims_to(one: Found, match: Match, have: _Have, reader: Reader) -> list[Claim]:
    """Return the claims to a thing in which no name says what it is for; none: it is for nothing that is asked."""
    if own := _claims_within(one, match, reader.exercises, reader):
        return [claim for claim in own if claim.doubt is None or (match.student, claim.exercise.name) not in have]
    try:
        place = _work_in(one.path, reader.exercises)
        meant = reader.meant(place, seen_of(one.path)) if place is not None else _FOR_NONE
    except SubmissionError as error:
        return _refused(
            one, match, [each for each in reader.exercises if (match.student, each.name) not in have], error
        )
    free = [each for each in meant.exercises if _is_told(meant) or (match.student, each.name) not in have]
    if place is None or not free:
        return []
    doubt = one.doubt or (None if meant.is_sure else what_for(one, place, meant))
    return [Claim(found=one, match=match, exercise=each, path=place, doubt=doubt) for each in free]


def _claims_within(
    one: Found, match: Match, lacking: Sequence[Exercise], reader: Reader, known: Collection[Path] = ()
) -> list[Claim]:
    """Return the claims to code in a folder that defines what exercises ask for; `known` is what names explain."""
    try:
        told = reader.told_in(one.path, known)
    except TooMuchToTell as error:
        return _refused(one, match, lacking, error)
    claims = []
    for each in lacking:
        own = told.get(each.name, ())
        if len(own) > 1:
            doubt = which_of_several(one, [only.place for only in own])
            claims.append(Claim(found=one, match=match, exercise=each, path=one.path, doubt=one.doubt or doubt))
        elif own:
            ((place, meant),) = ((only.place, only.meant) for only in own)
            unsure = None if meant.is_sure else what_for(one, place, meant)
            claims.append(Claim(found=one, match=match, exercise=each, path=place, doubt=one.doubt or unsure))
    return claims


def _refused(one: Found, match: Match, lacking: Sequence[Exercise], error: SubmissionError) -> list[Claim]:
    return [Claim(found=one, match=match, exercise=each, path=one.path, refused=error) for each in lacking]


class Reader:
    """Tells what code is for by the names that the exercises of a course ask for."""

    def __init__(self, exercises: Sequence[Exercise], others: Sequence[Exercise]) -> None:
        self.exercises = tuple(exercises)
        asked = {exercise.name for exercise in exercises}
        self._others = tuple(other for other in others if other.name not in asked)
        every = (*self.exercises, *self._others)
        self._names: Mapping[str, frozenset[str]] = {one.name: names_asked(one) for one in every}
        self._wanted = {name for one in every for name in wanted_names(one)}
        self._aliases = {alias for one in every for alias in aliases_of(one)}

    def meant(self, place: Path, seen: Seen) -> Meant:
        """Return what a file, an archive or a folder may be for, in which no name says it. Raises: TooMuchToTell."""
        if any(is_taken(place, other) for other in self._others):
            return _FOR_NONE
        if is_folder(place) or not is_code(place.name):
            return Meant(exercises=self.exercises, is_sure=False)
        try:
            known = [one for one in (*self.exercises, *self._others) if self._defines(place, one, seen)]
        except TooMuchToTell:
            raise
        except SubmissionError:
            return Meant(exercises=self.exercises)  # `collect` is asked, and says what is wrong with it
        asked = tuple(one for one in known if one in self.exercises)
        if known and not asked:
            return _FOR_NONE
        return Meant(exercises=asked or self.exercises, is_sure=len(known) == 1, is_defined=bool(asked))

    def told_in(self, folder: Path, known: Collection[Path] = ()) -> dict[str, list[Place]]:
        """Return the code in a folder that defines what exercises ask for, by exercise. Raises: TooMuchToTell."""
        told: dict[str, list[Place]] = {}
        for place in self.loose(folder, known):
            meant = self.meant(place, seen_of(folder))
            for exercise in meant.exercises if meant.is_defined else ():
                told.setdefault(exercise.name, []).append(Place(place=place, meant=meant))
        return told

    def loose(self, folder: Path, known: Collection[Path] = ()) -> list[Path]:
        """Return the code in a folder that no name explains; `known` is what names explain."""
        if folder.is_symlink() or not is_folder(folder):
            return []
        code = (item for item in inner_contents(folder).items if item.is_file and is_code(item.name))
        return [item.path for item in code if item.path not in known and not self._is_named(item.name)]

    def names_left(self, entry: Path, known: Collection[Path]) -> list[str]:
        """Return the names of code that no name explains, in a folder or an archive. Raises: TooMuchToTell."""
        if is_folder(entry) or entry.is_symlink() or is_code(entry.name):
            return [place.name for place in self.loose(entry, known)]
        inner = seen_of(entry).names_in(entry)
        return [name for name in inner if is_code(last := name.rpartition("/")[2]) and not self._is_named(last)]

    def _is_named(self, name: str) -> bool:
        return name in self._wanted or normal(stem_of(name)) in self._aliases

    def _defines(self, place: Path, exercise: Exercise, seen: Seen) -> bool:
        if place.suffix.lower() == ".ipynb" and len(exercise.files) > 1:
            return False
        return bool(self._names[exercise.name] & seen.names(place))


_FOR_NONE = Meant(exercises=())


def _is_told(meant: Meant) -> bool:
    """Whether a thing says by itself what it is for, whatever else its student handed in."""
    return meant.is_sure and len(meant.exercises) == 1


def _work_in(path: Path, exercises: Sequence[Exercise]) -> Path | None:
    """Return what may be somebody's work in a thing: it, or the one file in it; None: nothing by its names.

    Raises: SubmissionError where there is too much in it to tell.
    """
    found = located(path, exercises[0], alone=True)
    if found is not None and found.refused is not None:
        raise found.refused
    place = path if found is None or found.several else found.path
    if not is_folder(place) or place.is_symlink():
        return place
    within = [item for item in inner_contents(place).items if item.is_folder]
    names = [item.name for folder in (place, *(item.path for item in within)) for item in inner_contents(folder).items]
    return place if any(is_code(name) or is_submission_name(name) for name in names) else None


# --------------------------------------------------------------------------------------------- what is said


def which_of_several(one: Found, places: Sequence[Path]) -> Doubt:
    """Return the question which of several things in an entry is meant."""
    shown, names = show_name(one.entry), [text_of(place.relative_to(one.path).as_posix()) for place in places]
    first, second = (show_name(name) for name in names[:2])
    more = f" … (+{len(names) - 2})" if len(names) > 2 else ""
    return Doubt(
        problem=Text(
            en=f"{shown}: which one is it: {first} or {second}{more}?",
            zh=f"{shown}：无法确定是哪一个：{first} 还是 {second}{more}？",
        ),
        remedy=LEAVE_ONE,
    )


def what_for(one: Found, place: Path, meant: Meant) -> Doubt:
    """Return the question which exercise a thing is for."""
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


def _left(names: list[str]) -> Text:
    return Text(
        en=f"{len(names)} beside a student's files, of which nothing says the exercise, left out: {examples(names)}. "
        "Where one is what is missing, give it the name that the exercise asks for.",
        zh=f"{len(names)} 项与学生的文件并列，无法辨别属于哪个练习，未采用：{examples(names)}。"
        "若正是所缺的那一份，请改成练习要求的文件名。",
    )


def _read_as(claims: Sequence[Claim]) -> Text:
    told = [f"{claim.found.entry} ({claim.exercise.name})" for claim in claims]
    return Text(
        en=f"{len(told)} without an exercise in their names, taken for what they define: {examples(told)}",
        zh=f"{len(told)} 项名称中没有写明练习，按其中的定义归入：{examples(told)}",
    )
