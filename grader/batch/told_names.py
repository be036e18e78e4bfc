"""What a file's own name says where no layout and no pattern was named: a student, or a student and an exercise.

Theory of operation. `alice_softmax.py` is alice's softmax, or a file of somebody called `alice_softmax`; and a student
who is called `softmax-bob` must never become bob. So nothing is guessed of one name. With a roster, the reading counts
of which it knows the student; of several the one in which all other names of the class are read, else whoever grades is
asked. Without one a class has one reading: names are taken whole, unless most names say an exercise in one way; or
where several exercises are asked for, and a file that is taken whole would be for none of them. Who follows another way
than most is a student alone, or in doubt, where that name may mean one of the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.batch.finding import locate
from grader.batch.folders import NOT_ASKED, Item, examples, inner_contents, skipped, text_of
from grader.batch.handed import Doubt, Found
from grader.batch.matching import Matcher
from grader.batch.names import BOUND, stem_of
from grader.batch.readings import CLASS
from grader.batch.roster import Roster, folded
from grader.batch.table import quoted
from grader.exercise.entries import normal
from grader.exercise.paths import show_name
from grader.records import Exercise, Text
from grader.submission.homes import aliases_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """One way to read a name. `scheme`: what its author followed, "" a name that is the student's; `says`: how much
    of it is the exercise's."""

    student: str
    exercise: Exercise | None = None
    scheme: str = ""
    says: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was found, read by its names, and what is to be said of that."""

    found: tuple[Found, ...]
    empty: tuple[Found, ...] = ()
    notes: tuple[Text, ...] = ()


def by_their_names(
    found: Sequence[Found],
    empty: Sequence[Found],
    exercises: Sequence[Exercise],
    others: Sequence[Exercise],
    roster: Roster | None,
) -> Told:
    """Return what was found, with student and exercise where a name that nobody explained says both."""
    reader = _Reader((*exercises, *others))
    ways = [reader.ways(one) for one in found]
    if not any(map(len, ways)) and not any(reader.ways(one) for one in empty):
        return Told(found=tuple(found), empty=tuple(empty))
    if roster is None:
        meant, nothing = _without_roster(found, ways, exercises), list(empty)
        meant = _with_odd_ones_open(found, ways, meant, exercises)
    else:
        listed = _Listed(Matcher(roster), found, ways, exercises)
        meant = [listed.meant(one, own) for one, own in zip(found, ways, strict=True)]
        nothing = [_of_one_student(one, listed.meant(one, reader.ways(one))) for one in empty]
    read = [(one, _read(one, own, exercises)) for one, own in zip(found, meant, strict=True)]
    kept = [(one, own[0]) for one, own, left in zip(found, ways, meant, strict=True) if own and not left]
    whole = _whole(kept) if roster is None and len(found) > 1 else []
    return Told(
        found=tuple(after for _, after in read if after is not None),
        empty=tuple(nothing),
        notes=(
            *_not_asked([one for one, after in read if after is None]),
            *_read_as(read),
            *whole,
        ),
    )


def taken_whole(folder: Path, names: Sequence[str], exercises: Sequence[Exercise]) -> list[Found]:
    """Return of the things called `names` those that are one student's and say by their content what they are for."""
    return [
        Found(path=item.path, entry=text_of(item.name), student=text_of(_whose(item)))
        for item in inner_contents(folder).items
        if item.name in names and any(locate(item.path, one, alone=False) is not None for one in exercises)
    ]


def _whose(item: Item) -> str:
    return item.name.removesuffix(".git") if item.is_folder else stem_of(item.name)


# --------------------------------------------------------------------------------------------- all readings


class _Reader:
    """Reads names by the exercises of a course."""

    def __init__(self, exercises: Iterable[Exercise]) -> None:
        self._called = {alias: one for one in exercises for alias in aliases_of(one)}
        self._kinds = {
            normal(name): kind
            for one in self._called.values()
            for kind, name in (("name", one.name), ("slug", one.slug), ("id", one.id))
        }

    def ways(self, one: Found) -> tuple[_Way, ...]:
        """Return every way in which a name says a student and an exercise; none of one that is explained already."""
        if not one.is_bare or normal(one.student) in self._called:  # `exercise03_softmax` is no exercise03's softmax
            return ()
        found = []
        for bound in BOUND.finditer(one.student):
            left, right = one.student[: bound.start()], one.student[bound.end() :]
            for student, said, order in ((left, right, "after"), (right, left, "before")):
                exercise = self._called.get(normal(said))
                if exercise is not None and student:
                    scheme = f"{self._kinds[normal(said)]} {order} {bound.group()}"
                    found.append(_Way(student=student, exercise=exercise, scheme=scheme, says=len(said)))
        return tuple(found)


# --------------------------------------------------------------------------------------------- which is meant


class _Listed:
    """What a roster says of the names of a class."""

    def __init__(
        self,
        matcher: Matcher,
        found: Sequence[Found],
        ways: Sequence[Sequence[_Way]],
        exercises: Sequence[Exercise],
    ) -> None:
        self._matcher, self._exercises = matcher, exercises
        self._sure: set[str] = set()  # the schemes of names that can be read in one way
        for one, own in zip(found, ways, strict=True):
            known = self._known(one, own)
            if len(known) == 1 or not own:
                self._sure.add(known[0].scheme if known else "")

    def meant(self, one: Found, own: Sequence[_Way]) -> Sequence[_Way]:
        """Return the reading that counts; several, where that has to be said; none of a name that is taken whole."""
        if not own:
            return ()
        if self._matcher.is_said(one.entry):
            return self._only_what_for(one, own)
        known = self._known(one, own)
        fit = _distinct(known if len(known) == 1 else [way for way in (known or own) if way.scheme in self._sure])
        if not known and not fit and _is_for_none(one, self._exercises):
            fit = _distinct(own)
        return _unless_whole(fit if len(fit) == 1 else known or fit)

    def _only_what_for(self, one: Found, own: Sequence[_Way]) -> Sequence[_Way]:
        """Return what a name is for, whose it is being said elsewhere; nothing where its content says it."""
        said = {_name(way) for way in own}
        if len(said) > 1 or not _is_for_none(one, self._exercises):
            return ()
        return [replace(own[0], student=one.student)]

    def _known(self, one: Found, own: Sequence[_Way]) -> list[_Way]:
        """Return the readings of which the roster knows the student, each student once for each exercise."""
        kept: dict[tuple[str, str], _Way] = {}
        for way in (_Way(student=one.student), *own):
            person = self._matcher.match(Found(path=one.path, entry="", student=way.student)).person
            if person is not None:
                kept.setdefault((person.id, _name(way)), way)
        if len({student for student, _ in kept}) == 1 < len(kept) and not _name(next(iter(kept.values()))):
            return list(kept.values())[1 if _is_for_none(one, self._exercises) else 0 :][:1]
        return list(kept.values())


def _without_roster(
    found: Sequence[Found], ways: Sequence[Sequence[_Way]], exercises: Sequence[Exercise]
) -> list[Sequence[_Way]]:
    """Return the reading that counts of each name, where nothing is known but the names."""
    bare = [own for one, own in zip(found, ways, strict=True) if one.is_bare]
    scheme = _shared(bare)
    if len(exercises) == 1 or (scheme and all(scheme in _schemes(own) for own in bare)):
        return [_in_scheme(own, scheme) or _only(own, scheme) for own in ways]
    is_forced = [bool(own) and _is_for_none(one, exercises) for one, own in zip(found, ways, strict=True)]
    forced = [own for own, is_one in zip(ways, is_forced, strict=True) if is_one]
    sure, shared = {own[0].scheme for own in forced if len(own) == 1}, _shared(forced)
    meant: list[Sequence[_Way]] = []
    for own, is_one in zip(ways, is_forced, strict=True):
        fit = _in_scheme(own, shared) or (_distinct(own) if is_one else [])
        meant.append(fit or [way for way in own if way.scheme in sure and len(own) == 1])
    return meant


def _shared(ways: Sequence[Sequence[_Way]]) -> str:
    """Return the scheme that most names of a class follow, of several the one that leaves the least to students."""
    follow = Counter(scheme for own in ways for scheme in _schemes(own))
    most = {scheme for scheme, number in follow.items() if number >= CLASS and 2 * number > len(ways)}
    return max((way for own in ways for way in own if way.scheme in most), key=_says, default=_Way(student="")).scheme


def _schemes(own: Sequence[_Way]) -> set[str]:
    return {way.scheme for way in own}


def _only(own: Sequence[_Way], scheme: str) -> Sequence[_Way]:
    """Return the one reading of a name in a class that follows another scheme; none where it follows none."""
    return _distinct(own) if scheme and len(_distinct(own)) == 1 else ()


def _with_odd_ones_open(
    found: Sequence[Found],
    ways: Sequence[Sequence[_Way]],
    meant: Sequence[Sequence[_Way]],
    exercises: Sequence[Exercise],
) -> list[Sequence[_Way]]:
    """Return the readings, all of a name that is read otherwise than most and may mean one of those.

    Names that as many as make a class share are no odd ones, unless their student has that work by the most names.
    """
    read = [own[0] if len(own) == 1 else None for own in meant]
    follow = Counter(one.scheme for one in read if one is not None)
    scheme, number = next(iter(follow.most_common(1)), ("", 0))
    if number < CLASS:
        return list(meant)
    most = {(folded(one.student), _name(one)) for one in read if one is not None and one.scheme == scheme}
    students = {student for student, _ in most}

    def is_odd(one: Found, way: _Way | None, left: Sequence[_Way]) -> bool:
        if way is None:
            return one.is_bare and not left
        is_own = follow[way.scheme] >= CLASS and (folded(way.student), _name(way)) not in most
        return way.scheme != scheme and not is_own

    kept: list[Sequence[_Way]] = []
    for one, own, left, way in zip(found, ways, meant, read, strict=True):
        says = len(exercises) > 1 and not _is_for_none(one, exercises)  # by what it holds
        whole = _Way(student=one.student)
        may_mean = is_odd(one, way, left) and any(folded(each.student) in students for each in (whole, *own))
        opened = (whole, *own) if own else (whole, _of_a_name(whole, exercises))
        kept.append(_distinct(opened) if may_mean and not says else left)
    return kept


def _of_a_name(whole: _Way, exercises: Sequence[Exercise]) -> _Way:
    """Return a name that is one of the others' beside their own files, as for an exercise: so it is open."""
    return replace(whole, exercise=exercises[0])


def _in_scheme(own: Sequence[_Way], scheme: str) -> Sequence[_Way]:
    """Return the reading that follows a scheme; all, where another one leaves less of the name to its student."""
    fit = [way for way in own if way.scheme == scheme]
    return fit if not fit or fit[0].says == max(way.says for way in own) else _distinct(own)


def _distinct(ways: Sequence[_Way]) -> Sequence[_Way]:
    """Return the readings that mean another student or exercise than each before."""
    return list({(way.student, _name(way)): way for way in ways}.values())


def _name(way: _Way) -> str:
    return "" if way.exercise is None else way.exercise.name


def _says(way: _Way) -> tuple[int, str]:
    return way.says, way.scheme


def _unless_whole(ways: Sequence[_Way]) -> Sequence[_Way]:
    return () if len(ways) == 1 and ways[0].exercise is None else ways


def _is_for_none(one: Found, exercises: Sequence[Exercise]) -> bool:
    """Whether a thing says by nothing but its name which of several exercises it is for."""
    return len(exercises) > 1 and all(locate(one.path, exercise, alone=False) is None for exercise in exercises)


# --------------------------------------------------------------------------------------------- the result


def _read(one: Found, ways: Sequence[_Way], exercises: Sequence[Exercise]) -> Found | None:
    """Return a thing as it is meant; None: it is for an exercise that is not asked for."""
    if not ways:
        return one
    asked = [way.exercise for way in ways if way.exercise in exercises]
    if len(ways) == 1:
        return replace(one, student=ways[0].student, exercise=asked[0]) if asked else None
    exercise = asked[0] if asked else None
    return replace(one, student=f"{one.entry} (?)", exercise=exercise, doubt=_whose_is_it(one, ways))


def _of_one_student(one: Found, ways: Sequence[_Way]) -> Found:
    return replace(one, student=ways[0].student) if len(ways) == 1 else one


def _whose_is_it(one: Found, ways: Sequence[_Way]) -> Doubt:
    shown = show_name(one.entry)
    if len({way.student for way in ways}) == 1:
        return Doubt(problem=_not_called_so(shown, quoted(ways[0].student)), remedy=_SAY_WHOSE)
    said = [(quoted(way.student), _name(way)) for way in ways]
    en = ", or ".join(f"{student} for {name}" if name else student for student, name in said)
    zh = "，还是 ".join(f"{student} 的 {name}" if name else student for student, name in said)
    return Doubt(
        problem=Text(en=f"{shown}: whose is it? By its name of {en}.", zh=f"{shown}：是谁的？按名称是 {zh}？"),
        remedy=_SAY_WHOSE,
    )


def _not_called_so(shown: str, student: str) -> Text:
    return Text(
        en=f"{shown}: whose is it? By its name of {student}, but the file of {student} is called as most are.",
        zh=f"{shown}：是谁的？按名称是 {student} 的，但 {student} 另有一个与多数人命名方式相同的文件。",
    )


_SAY_WHOSE = Text(
    en="Whoever grades: write it into the column entry of the roster, beside its student, then go on with "
    "--resume; or begin anew with --names '{student}' or '{student}_{exercise}'.",
    zh="请评分的老师把它写进名单的 entry 列中该学生一行，然后用 --resume 继续；"
    "或用 --names '{student}' 或 '{student}_{exercise}' 重新开始。",
)


def _not_asked(found: Sequence[Found]) -> list[Text]:
    by_folder: dict[Path, list[str]] = {}
    for one in found:
        by_folder.setdefault(one.path.parent, []).append(one.path.name)
    return [skipped(folder, names, NOT_ASKED) for folder, names in by_folder.items()]


def _read_as(read: Sequence[tuple[Found, Found | None]]) -> list[Text]:
    told = [
        f"{one.entry} ({after.student})"
        for one, after in read
        if after is not None and after.doubt is None and after.student != one.student
    ]
    if not told:
        return []
    return [
        Text(
            en=f"{len(told)} read by their names as a student's for an exercise: {examples(told)}; "
            "`--names PATTERN` overrides that.",
            zh=f"{len(told)} 项按名称读作某名学生某个练习的提交：{examples(told)}；可用 --names 另行指定。",
        )
    ]


def _whole(names: Sequence[tuple[Found, _Way]]) -> list[Text]:
    if not names:
        return []
    shown, way = examples([one.entry for one, _ in names]), names[0][1]
    _, order, bound = way.scheme.split(" ")
    pattern = f"{{student}}{bound}{{exercise}}" if order == "after" else f"{{exercise}}{bound}{{student}}"
    return [
        Text(
            en=f"{len(names)} taken whole as the student's name, though it says an exercise: {shown}. "
            f"Where it is none of the student's: --names '{pattern}', or --roster.",
            zh=f"{len(names)} 项整个名称视为学生名，尽管其中写有练习：{shown}。"
            f"若练习名不属于学生名：请用 --names '{pattern}' 或 --roster。",
        )
    ]
