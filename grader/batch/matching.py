"""Which student of the roster an entry is of: by id, by another of their ids, or by name; never by a guess.

Theory of operation. A platform writes two things into a file's name: its own number for the student, and a name that
students may be able to choose. The number goes first. Where the two say different students, or a name is the only link
to somebody of whom the roster knows another number, or two of the platform's numbers go by one name, nothing is
matched: each is graded under a name of its own, and that is said. A clone is called by a login, which its student
chose freely: it is matched with the id and the column of logins, never with a name or an address. So nobody hands in
for somebody else.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from grader.batch.folders import examples
from grader.batch.handed import Found
from grader.batch.roster import Person, Roster, folded, letters, plain_entry
from grader.batch.table import quoted
from grader.exercise.paths import show_name
from grader.records import Text

_NUMBER = re.compile(r"(participant )?\d+")
_BOUND = re.compile("[-_]")
_HAN = re.compile(r"[\u3400-\u9fff]{2,}")
_LONGEST_HAN_NAME = 6


class By(Enum):
    """What an entry was matched by; the surest first."""

    ENTRY = "entry"  # the roster says so
    NUMBER = "number"  # the platform's own, or another id that it wrote
    NAME = "name"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The student of an entry; `person` is None where nobody on the roster is called so."""

    student: str
    name: str
    person: Person | None
    by: By = By.NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Whose each thing is, in their order, and what contradicts itself."""

    matches: tuple[Match, ...]
    notes: tuple[Text, ...]


class Matcher:
    """Looks entries up in a roster; ten thousand of them, each in one step."""

    def __init__(self, roster: Roster) -> None:
        self._people = roster.people
        self._ids = _only({person.id: person for person in roster.people}.items())
        self._folded = _only((folded(person.id), person) for person in roster.people)
        self._aliases = _only((folded(one), person) for person in roster.people for one in _spellings(person))
        self._logins = _only((folded(one), person) for person in roster.people for one in person.logins)
        self._names = _only((one, person) for person in roster.people for one in _name_spellings(person))
        self._shared = _of_several((one, person) for person in roster.people for one in _name_spellings(person))
        self._said = {plain_entry(person.entry) for person in roster.people if person.entry}

    def match(self, found: Found) -> Match:
        """Return whose entry it is: its own name's where the roster knows nobody of it, or several."""
        if found.owner:
            return _of(self._ids[found.owner], found, By.ENTRY)
        if found.is_login:
            person = self._logins.get(folded(found.student))
            return self._nobody(found) if person is None else _of(person, found, By.NAME)
        numbered = {person.id: person for one in found.ids if (person := self._by_id(one)) is not None}
        named = self._by_id(found.student)
        spelled = (self._names.get(letters(one)) for one in (found.name, found.student) if letters(one))
        named = named or next((one for one in spelled if one is not None), None)
        if not numbered:
            return self._nobody(found) if named is None else _of(named, found, By.NAME)
        person = next(iter(numbered.values()))
        agree = len(numbered) == 1 and named in (None, person)
        return _of(person, found, By.NUMBER) if agree else self._nobody(found)

    def match_all(self, found: Sequence[Found]) -> Matched:
        """Return whose each is, where one is looked at beside the others."""
        matches = [self.match(one) for one in found]
        for place in self._contradicted(found, matches):
            matches[place] = self._nobody(found[place])
        refused = [
            one.entry
            for one, match in zip(found, matches, strict=True)
            if match.person is None and one.ids and self._is_known(one)
        ]
        return Matched(matches=tuple(matches), notes=(_contradiction(refused),) if refused else ())

    def contested(self, found: Sequence[Found]) -> dict[int, tuple[Person, ...]]:
        """Return the places of a platform's entries that nobody can tell apart, with whose each may be: several read
        as one student's, of which none is theirs by a number, and those with a name that several have."""
        matches = [self.match(one) for one in found]
        refused = self._contradicted(found, matches)
        kept = {match.student for place, match in enumerate(matches) if match.person and place not in refused}
        read: dict[str, set[tuple[str, ...]]] = {}
        for place in refused:
            read.setdefault(matches[place].student, set()).add(found[place].ids)
        claims: dict[int, tuple[Person, ...]] = {
            place: (person,)
            for place in refused
            if (person := matches[place].person) and person.id not in kept and len(read[person.id]) > 1
        }
        for place, (one, match) in enumerate(zip(found, matches, strict=True)):
            spelled = (self._shared.get(letters(name)) for name in (one.name, one.student))
            if one.ids and match.person is None and (people := next(filter(None, spelled), ())):
                claims[place] = people
        return claims

    def _contradicted(self, found: Sequence[Found], matches: Sequence[Match]) -> list[int]:
        """Return the places of entries that others show to be another's than their name or number says."""
        has_numbers = any(match.by is By.NUMBER for match in matches)
        owners: dict[str, set[tuple[str, ...]]] = {}  # of a student: the platform's ids that were matched
        numbered: dict[str, set[tuple[str, ...]]] = {}  # as far as they were matched by these ids
        for one, match in zip(found, matches, strict=True):
            if match.person is not None and one.ids:
                owners.setdefault(match.student, set()).add(one.ids)
            if match.by is By.NUMBER:
                numbered.setdefault(match.student, set()).add(one.ids)

        def is_anothers(one: Found, match: Match) -> bool:
            if match.by is By.NUMBER:  # on some platforms students write such an id themselves
                return len(numbered[match.student]) > 1 and not all(map(self.knows, one.ids))
            if match.by is not By.NAME or match.person is None:
                return False
            other_number = has_numbers and any(_NUMBER.fullmatch(folded(alias)) for alias in match.person.aliases)
            return bool(one.ids) and (other_number or len(owners[match.student]) > 1)

        return [place for place, pair in enumerate(zip(found, matches, strict=True)) if is_anothers(*pair)]

    def knows(self, student: str) -> bool:
        """Return whether somebody has this id, or another of their ids is this."""
        return self._by_id(student) is not None

    def knows_login(self, login: str) -> bool:
        """Return whether somebody has this login, by the column that says it."""
        return folded(login) in self._logins

    def is_said(self, entry: str) -> bool:
        """Return whether the roster itself says whose an entry is."""
        return plain_entry(entry) in self._said

    def unknown(self, found: Found, student: str) -> Text:
        """Return the note for an entry of nobody, graded as `student`, with the id that was probably meant."""
        near = self._near(found.student)
        shown, named = show_name(found.entry), quoted(student)
        return Text(
            en=f"{shown}: {named} is not on the roster; graded under that name."
            + (f" Did you mean {near}?" if near else ""),
            zh=f"{shown}：名单上没有 {named}；按这个名称评分。" + (f"是不是 {near}？" if near else ""),
        )

    def _by_id(self, text: str) -> Person | None:
        return self._ids.get(text) or self._folded.get(folded(text)) or self._aliases.get(folded(text))

    def _is_known(self, found: Found) -> bool:
        """Whether something about an entry that was matched with nobody means somebody of the roster."""
        meant = [self._by_id(one) for one in (found.student, *found.ids)]
        meant += [self._names.get(letters(one)) for one in (found.name, found.student) if letters(one)]
        return any(one is not None for one in meant)

    def _nobody(self, found: Found) -> Match:
        """Return the match of an entry that is nobody's, under a name that is nobody's on the roster, either."""
        student = found.student
        while folded(student) in self._folded or student in self._ids:
            student = f"{student} ({found.ids[0] if found.ids else '?'})"
        return Match(student=student, name=found.name, person=None)

    def _near(self, student: str) -> str:
        if _HAN.search(student):
            return self._near_han(letters(student))
        spelled = {folded(person.id): person.id for person in self._people}
        spelled |= {folded(person.name): person.id for person in self._people if person.name}
        match = difflib.get_close_matches(folded(student), spelled, n=1, cutoff=0.75)
        if match:
            return show_name(spelled[match[0]])
        parts = {student[: bound.start()] for bound in _BOUND.finditer(student)}
        parts |= {student[bound.end() :] for bound in _BOUND.finditer(student)}
        near = {person.id for part in parts if (person := self._by_id(part)) is not None}
        return show_name(near.pop()) if len(near) == 1 else ""  # `alice`, of `alice_softmax`

    def _near_han(self, student: str) -> str:
        """Return the id of the one Chinese name with the same characters, or that is a part: so short, no other is."""
        near = [person for person in self._people if _is_near_han(student, letters(person.name or person.id))]
        return show_name(near[0].id) if len(near) == 1 else ""


def _is_near_han(student: str, name: str) -> bool:
    if len(name) < 2:
        return False
    return sorted(student) == sorted(name) or name in student or (len(student) > 1 and student in name)


def _of(person: Person, found: Found, by: By) -> Match:
    return Match(student=person.id, name=person.name or found.name, person=person, by=by)


def _contradiction(entries: list[str]) -> Text:
    return Text(
        en=f"{len(entries)} whose name or number is that of somebody on the roster, and the other is not, or is not "
        f"theirs alone; graded under names of their own: {examples(entries)}. Say whose they are in a column entry of "
        "the roster.",
        zh=f"有 {len(entries)} 项的姓名或编号与名单上的某人相同，而另一项不符或不唯一；按其自身的名称评分："
        f"{examples(entries)}。请在名单的 entry 列中指明归属。",
    )


def _only(pairs: Iterable[tuple[str, Person]]) -> dict[str, Person]:
    """Return the spellings that mean one student; one that could mean two means none."""
    owners: dict[str, Person | None] = {}
    for key, person in pairs:
        if key:
            owners[key] = person if owners.get(key, person) is person else None
    return {key: person for key, person in owners.items() if person is not None}


def _of_several(pairs: Iterable[tuple[str, Person]]) -> dict[str, tuple[Person, ...]]:
    """Return the spellings that mean more than one student, with all whom they mean."""
    owners: dict[str, dict[str, Person]] = {}
    for key, person in pairs:
        if key:
            owners.setdefault(key, {})[person.id] = person
    return {key: tuple(people.values()) for key, people in owners.items() if len(people) > 1}


def _spellings(person: Person) -> tuple[str, ...]:
    mail = [one.partition("@")[0] for one in (person.id, *person.aliases) if "@" in one]
    return (*person.aliases, *mail)


def _name_spellings(person: Person) -> set[str]:
    """Return the name as platforms write it: "Jane Doe", "Doe, Jane", Canvas's "doejane", and "伟 陈" for 陈伟."""
    given, _, family = person.name.rpartition(" ")
    last, comma, first = person.name.partition(",")
    spelled = {letters(person.name), letters((first + last) if comma else (family + given))}
    whole = letters(person.name)
    if _HAN.fullmatch(whole) and len(whole) <= _LONGEST_HAN_NAME:
        # The family name is the first character, or the first two: 欧阳.
        spelled |= {whole[cut:] + whole[:cut] for cut in (1, 2) if cut < len(whole)}
    return spelled | {letters(f"{person.first}{person.last}"), letters(f"{person.last}{person.first}")}
