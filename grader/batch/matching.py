"""Which student of the roster an entry is of: by id, by another of their ids, or by name; never by a guess."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from grader.batch.folders import text_of
from grader.batch.handed import Found
from grader.batch.roster import Person, Roster, folded, letters
from grader.batch.table import quoted
from grader.exercise.paths import show_name
from grader.records import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The student of an entry; `person` is None where nobody on the roster is called so."""

    student: str
    name: str
    person: Person | None


class Matcher:
    """Looks entries up in a roster; ten thousand of them, each in one step."""

    def __init__(self, roster: Roster) -> None:
        self._people = roster.people
        self._ids = _only({person.id: person for person in roster.people}.items())
        self._folded = _only((folded(person.id), person) for person in roster.people)
        self._aliases = _only((folded(one), person) for person in roster.people for one in _spellings(person))
        self._names = _only((one, person) for person in roster.people for one in _name_spellings(person))
        self._entries = _only((_path(person.entry), person) for person in roster.people if person.entry)

    def match(self, found: Found) -> Match:
        """Return whose entry it is: its own name's where the roster knows nobody of it."""
        person = self._entries.get(_path(found.entry)) or self._ids.get(found.student)
        person = person or self._folded.get(folded(found.student))
        known = (self._aliases.get(folded(one)) for one in (found.student, *found.ids))
        person = person or next((one for one in known if one is not None), None)
        named = (self._names.get(letters(one)) for one in (found.name, found.student) if letters(one))
        person = person or next((one for one in named if one is not None), None)
        if person is None:
            return Match(student=found.student, name=found.name, person=None)
        return Match(student=person.id, name=person.name or found.name, person=person)

    def unknown(self, found: Found) -> Text:
        """Return the note for an entry of nobody, with the id that was probably meant."""
        near = self._near(found.student)
        shown, student = show_name(found.entry), quoted(found.student)
        return Text(
            en=f"{shown}: {student} is not on the roster; graded under that name."
            + (f" Did you mean {near}?" if near else ""),
            zh=f"{shown}：名单上没有 {student}；按这个名称评分。" + (f"是不是 {near}？" if near else ""),
        )

    def _near(self, student: str) -> str:
        spelled = {folded(person.id): person.id for person in self._people}
        spelled |= {folded(person.name): person.id for person in self._people if person.name}
        match = difflib.get_close_matches(folded(student), spelled, n=1, cutoff=0.75)
        return show_name(spelled[match[0]]) if match else ""


def _only(pairs: Iterable[tuple[str, Person]]) -> dict[str, Person]:
    """Return the spellings that mean one student; one that could mean two means none."""
    owners: dict[str, Person | None] = {}
    for key, person in pairs:
        if key:
            owners[key] = person if owners.get(key, person) is person else None
    return {key: person for key, person in owners.items() if person is not None}


def _spellings(person: Person) -> tuple[str, ...]:
    mail = [one.partition("@")[0] for one in (person.id, *person.aliases) if "@" in one]
    return (*person.aliases, *mail)


def _name_spellings(person: Person) -> tuple[str, ...]:
    """Return the name as platforms write it: "Jane Doe", "Doe, Jane", and Canvas's "doejane"."""
    given, _, family = person.name.rpartition(" ")
    last, comma, first = person.name.partition(",")
    turned = (first + last) if comma else (family + given)
    return (letters(person.name), letters(turned))


def _path(entry: str) -> str:
    return text_of(entry).replace("\\", "/").strip("/").removeprefix("./")
