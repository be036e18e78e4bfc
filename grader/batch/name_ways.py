"""All ways in which a pattern of `--names` reads a path, and which of them is meant where there are several.

Theory of operation. By `{student}_*`, `bob_x_work.py` is of `bob`, or of `bob_x`; by `{student}_{exercise}`,
`bob_exercise03_softmax.py` is of `bob`, or of a `bob_exercise03`. The first way is what a pattern says where nothing
speaks against it: as little as can be for each placeholder, and the longest name of an exercise. The roster goes before
that, where it knows one of those who may be meant. But nobody becomes another student by their id: what the roster
knows several of, what could be the one whose file beside it can be read in no other way, and an exercise that others in
the folder spell as in another way of reading the name, wait until whoever grades has said whose it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from grader.batch.handed import Doubt, Found
from grader.batch.matching import Matcher
from grader.batch.names import PLACEHOLDERS, NamePattern, Said, Token, exercise_called, said_by
from grader.batch.roster import Roster, folded
from grader.batch.table import quoted
from grader.exercise.entries import normal
from grader.exercise.paths import show_name
from grader.records import Exercise, Text

MAX_WAYS = 64  # of one name: more are as open as these
_SHOWN = 3
_OPEN = ("*", "student", "name")
_WHOSE = ("student", "name", "exercise")
_FIELDS = frozenset(PLACEHOLDERS)

Ways = tuple[Said, ...]
_Fields = Mapping[str, str]
_Key = tuple[str, str]
_States = dict[tuple[int, tuple[str, ...]], _Fields]  # by the place that is reached, and whose the path is so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A path, and the ways to read it: the pattern's own first."""

    entry: str
    ways: Ways


def ways_of(pattern: NamePattern, names: Sequence[tuple[str, bool]], first: _Fields) -> Ways:
    """Return the ways to read a path, of which `names` are the parts, each with whether it is a folder.

    `first` is what the pattern itself says.
    """
    parts = []
    for depth, (name, is_folder) in enumerate(names):
        tokens = pattern.tokens[depth]
        text = pattern.matched(depth, name, folder=is_folder)
        parts.append([{}] if _is_plain(tokens) else _ways(tokens, text))
    found = {_whose(first): first}
    for fields in product(*parts):
        merged = {**first, **{key: value for one in fields for key, value in one.items()}}
        found.setdefault(_whose(merged), merged)
        if len(found) > MAX_WAYS:
            break
    return tuple(map(said_by, found.values()))


def _is_plain(tokens: Sequence[Token]) -> bool:
    """Whether a part can be read in one way only: one piece of it is of any length."""
    return sum(bool(token.field) for token in tokens) < 2


def _whose(fields: _Fields) -> tuple[str, ...]:
    return tuple(fields.get(field) or "" for field in _WHOSE)


# ------------------------------------------------------------------------------------------------- reading


def _ways(tokens: Sequence[Token], text: str) -> list[_Fields]:
    """Return what the placeholders may stand for in a text, once for each student, name and exercise."""
    states: _States = {(0, ("", "", "")): {}}
    for token, reachable in zip(tokens, _ends(tokens, text), strict=True):
        states = _after(token, text, states, reachable)
    return list(states.values())


def _after(token: Token, text: str, states: _States, reachable: Sequence[int]) -> _States:
    """Return where a piece may end, with what was read up to there; of very many ways the first."""
    found: _States = {}
    told: set[tuple[str, ...]] = set()
    for (start, whose), fields in states.items():
        if token.field == "*" and whose in told:
            continue  # from where it began first it may end wherever it may from here
        for end in _steps(token, text, start, reachable):
            read = {**fields, token.field: text[start:end]} if token.field in _FIELDS else fields
            state = end, _whose(read)
            if state[1] not in told and len(told) > MAX_WAYS:
                return found
            told.add(state[1])
            found.setdefault(state, read)
    return found


def _ends(tokens: Sequence[Token], text: str) -> list[list[int]]:
    """Return where each piece may end, so that all that follow still fit."""
    places = [len(text)]
    found = [places]
    for token in reversed(tokens[1:]):
        places = [start for start in range(len(text) + 1) if any(_steps(token, text, start, places))]
        found.append(places)
    return found[::-1]


def _steps(token: Token, text: str, start: int, ends: Iterable[int]) -> list[int]:
    """Return at which of `ends` a piece that begins at `start` may end."""
    if token.field in _OPEN:
        least = start + (token.field != "*")
        return [end for end in ends if end >= least]
    if token.pattern.match(text, start) is None:
        return []
    return [end for end in ends if end >= start and token.pattern.fullmatch(text, start, end)]


# ------------------------------------------------------------------------------------------------- which is meant


def settled(named: Sequence[Named], exercises: Sequence[Exercise], roster: Roster | None) -> list[Ways]:
    """Return of each path, in their order, the way that is meant; several where that has to be said."""
    return _Settling(named, exercises, roster).all()


class _Settling:
    """What the paths of a folder say of each other."""

    def __init__(self, named: Sequence[Named], exercises: Sequence[Exercise], roster: Roster | None) -> None:
        self._exercises = exercises
        self._matcher = None if roster is None else Matcher(roster)
        self._named = [(one.entry, self._different(one.ways)) for one in named]
        self._countless = {one.entry for one in named if len(one.ways) > MAX_WAYS}
        only = [ways[0] for _, ways in self._named if len(ways) == 1]
        self._spelled = {normal(way.exercise) for way in only if way.exercise}
        self._sure = {self._key(way) for way in only}

    def all(self) -> list[Ways]:
        """Return the ways that are left of each."""
        found = [ways if len(ways) == 1 else self._left(entry, ways) for entry, ways in self._named]
        claimed: dict[_Key, set[frozenset[_Key]]] = {}
        for (_, ways), left in zip(self._named, found, strict=True):
            if len(left) == 1 < len(ways) and not self._persons(left):
                claimed.setdefault(self._key(left[0]), set()).add(frozenset(map(self._key, ways)))
        return [
            ways if len(left) == 1 < len(ways) and len(claimed.get(self._key(left[0]), ())) > 1 else left
            for (_, ways), left in zip(self._named, found, strict=True)
        ]

    def _left(self, entry: str, ways: Ways) -> Ways:
        if self._matcher is not None and self._matcher.is_said(entry):
            return ways[:1] if len({self._key(way)[1] for way in ways}) == 1 else ways
        persons = self._persons(ways)
        if len(persons) > 1 or entry in self._countless:
            return ways
        way = next(iter(persons.values()), ways[0])
        other = {normal(one.exercise) for one in ways} - {normal(way.exercise)}
        is_taken = self._key(way) in self._sure and (not persons or bool(other))
        is_open = is_taken or (not persons and bool(other & self._spelled))
        return ways if is_open else (way,)

    def _persons(self, ways: Ways) -> dict[str, Said]:
        """Return whom the roster knows of those that the ways mean, each with the first way."""
        found: dict[str, Said] = {}
        for way in ways if self._matcher is not None else ():
            asked = Found(path=Path(), entry="", student=way.student or way.name, name=way.name)
            assert self._matcher is not None
            person = self._matcher.match(asked).person
            if person is not None:
                found.setdefault(person.id, way)
        return found

    def _different(self, ways: Ways) -> Ways:
        """Return the ways that mean another student, or another exercise."""
        found: dict[_Key, Said] = {}
        for way in ways:
            found.setdefault(self._key(way), way)
        return tuple(found.values())

    def _key(self, way: Said) -> _Key:
        exercise = exercise_called(way.exercise, self._exercises) if way.exercise else None
        return folded(way.student or way.name), "" if exercise is None else exercise.name


def open_name(entry: str, ways: Ways, pattern: NamePattern) -> Doubt:
    """Return what whoever grades is asked about a path that can be read in these ways."""
    shown, told = show_name(entry), [quoted(way.student or way.name) for way in ways[:_SHOWN]]
    exercises = [f" ({show_name(way.exercise)})" if way.exercise else "" for way in ways[:_SHOWN]]
    listed = [student + exercise for student, exercise in zip(told, exercises, strict=True)]
    more = f" … (+{len(ways) - _SHOWN})" if len(ways) > _SHOWN else ""
    by = show_name(pattern.text)
    return Doubt(
        problem=Text(
            en=f"{shown}: whose is it? By --names {by} it is of {', or of '.join(listed)}{more}.",
            zh=f"{shown}：是谁的？按 --names {by}，可以是 {'，也可以是 '.join(listed)}{more}。",
        ),
        remedy=Text(
            en="Whoever grades: give a --roster, with this path in the column entry beside its student, then go on "
            "with --resume; or begin anew with --names that can be read in one way only.",
            zh="请评分的老师给出 --roster，在其中 entry 列写明该路径属于谁，然后用 --resume 继续；"
            "或换一个只有一种读法的 --names 重新开始。",
        ),
    )
