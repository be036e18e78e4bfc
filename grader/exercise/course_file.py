"""`dlgrade.toml`, at the top of a course: its name, languages, order, dates and rules, and what exercises inherit.

A student's workspace has no such file: its marker is `.dlgrade/workspace.toml`, which dlgrade writes itself.
"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any

from grader.errors import both
from grader.exercise.dates import CourseDates, date_problems, read_dates, read_zone
from grader.exercise.defaults import Defaults
from grader.exercise.known_good import fits_already, remember_fit
from grader.exercise.policy import CoursePolicy, policy_problems, read_policy, without_slips
from grader.exercise.problems import problem, schema_problems, toml_text
from grader.exercise.rules import limit_problems, line_end_problems
from grader.exercise.toml_file import read_toml, refuse
from grader.records import Language, Text

COURSE_FILE = "dlgrade.toml"
SCHEMAS = Path(__file__).parent.parent / "schemas"
COURSE_SCHEMA = SCHEMAS / "course-1.schema.json"
EXERCISES = "exercises"
SOLUTIONS = "solutions"
_REFERENCES = {"#": "course-1", "urn:dlgrade:exercise:1#": "exercise-1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseFile:
    """What a course says of itself; without the file, what every course is."""

    name: Text | None = None
    order: tuple[str, ...] = ()
    exercises: str = EXERCISES  # a path, seen from the course's top, as is `solutions`
    solutions: str = SOLUTIONS
    defaults: Defaults = field(default_factory=Defaults)
    dates: CourseDates = field(default_factory=CourseDates)
    policy: CoursePolicy = field(default_factory=CoursePolicy)


def read_course_file(root: Path) -> CourseFile:
    """Return what `dlgrade.toml` in `root` says. Raises: AuthorError with every problem found."""
    file = root / COURSE_FILE
    table = read_toml(file, missing=Text(en=f"Write a {COURSE_FILE}.", zh=f"请编写 {COURSE_FILE}。"))
    checked = (repr(table), repr(_schema(_languages(table))))
    if not fits_already(*checked):
        refuse(file, problems_in(table))
        remember_fit(*checked)
    return course_file(table)


def problems_in(table: Mapping[str, Any]) -> tuple[Text, ...]:
    """Return what is wrong with the table of a course's file: first by its schema, then with what it says."""
    schema = _schema(_languages(table))
    known = schema["properties"]
    by_schema = schema_problems(without_slips(_as_text(table), known), schema)
    if by_schema:
        return by_schema
    zone = read_zone(table.get("timezone"))
    wrong = (zone,) if isinstance(zone, Text) else tuple(date_problems(_dates(table), zone))
    return (*_rule_problems(table), *policy_problems(table, known), *wrong)


def course_file(table: Mapping[str, Any]) -> CourseFile:
    """Return what a table without problems says."""
    zone, languages = read_zone(table.get("timezone")), _languages(table)
    assert not isinstance(zone, Text)
    return CourseFile(
        name=text_in(table["name"]),
        order=tuple(table.get("order", ())),
        exercises=table.get("exercises", EXERCISES),
        solutions=table.get("solutions", SOLUTIONS),
        defaults=Defaults(languages=languages).with_table(table.get("defaults", {})),
        dates=read_dates(_dates(table), zone),
        policy=read_policy(table),
    )


def course_text(name: Text, *, languages: tuple[Language, ...] = tuple(Language), timezone: str | None = None) -> str:
    """Return a `dlgrade.toml` for a new course, with what else it may say as comments."""
    named = ", ".join(f"{language.value} = {toml_text(name.within(language))}" for language in languages)
    listed = ", ".join(toml_text(language.value) for language in languages)
    zone = f"timezone = {toml_text(timezone)}" if timezone else '# timezone = "Europe/Zurich"'
    return f"""\
schema = "course/1"
name = {{ {named} }}
languages = [{listed}]  # what every exercise must be complete in
# order = ["exercise02", "exercise01"]  # these first; the others follow by number
# solutions = "../private/solutions"  # where they do not lie in solutions/
{zone}  # of dates without an offset

# What an exercise.toml inherits where it is silent.
# [defaults]
# devices = ["cpu"]
# limits = {{ call_s = 2.0, exam_s = 30.0, memory_mib = 512 }}
# reveal = {{ hidden = "hint" }}

# [dates]  # of every exercise
# release = 2026-09-14T08:00:00
# due = 2026-09-28T23:59:00
# [dates.exercise01]  # of one
# due = 2026-10-05T23:59:00

# [late]  # what `dlgrade grade` takes off, as a share of the earned points
# per_day = 0.1
# max_days = 7
# [attempts]
# counts = "best"
"""


def text_in(given: Mapping[str, str]) -> Text:
    """Return a text that may lack a language which its course does not have: the other one stands in."""
    return Text(en=given.get("en", given.get("zh", "")), zh=given.get("zh", given.get("en", "")))


def requiring(schema: dict[str, Any], key: str, languages: tuple[Language, ...]) -> dict[str, Any]:
    """Return `schema` with the text `key` required in these languages."""
    changed = copy.deepcopy(schema)
    changed["properties"][key]["required"] = [language.value for language in languages]
    return changed


@functools.cache
def _schema(languages: tuple[Language, ...]) -> dict[str, Any]:
    documents = {
        name: json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8")) for name in _REFERENCES.values()
    }
    resolved: dict[str, Any] = _resolved(documents["course-1"], documents)
    return requiring(resolved, "name", languages)


def _resolved(schema: Any, documents: Mapping[str, Any]) -> Any:
    """Return `schema` with what it refers to in place: an error message quotes from where it stands."""
    if isinstance(schema, list):
        return [_resolved(item, documents) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" not in schema:
        return {key: _resolved(value, documents) for key, value in schema.items()}
    document, _, path = schema["$ref"].partition("#")
    found = documents[_REFERENCES[f"{document}#"]]
    for part in path.strip("/").split("/"):
        found = found[part]
    return _resolved(found, documents)


def _languages(table: Mapping[str, Any]) -> tuple[Language, ...]:
    given = table.get("languages")
    known = {language.value for language in Language}
    if not isinstance(given, list) or not given or not all(isinstance(one, str) and one in known for one in given):
        return tuple(Language)  # and the schema tells what is wrong with it
    return tuple(dict.fromkeys(Language(one) for one in given))


def _dates(table: Mapping[str, Any]) -> Mapping[str, Any]:
    dates: Mapping[str, Any] = table.get("dates", {})
    return dates


def _as_text(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return `table` as JSON could hold it: moments as text, and the dates' own values left to `date_problems`."""
    dates = table.get("dates")
    if not isinstance(dates, dict):
        return dict(table)
    kept = {key: _moments_as_text(value) for key, value in dates.items() if isinstance(value, dict)}
    return {**table, "dates": kept}


def _moments_as_text(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, date | time) else value for key, value in table.items()}


def _rule_problems(table: Mapping[str, Any]) -> Iterator[Text]:
    yield from limit_problems(table.get("defaults", {}).get("limits", {}), ("defaults", "limits"))
    yield from line_end_problems(table)
    for key in ("exercises", "solutions"):
        if "\0" in table.get(key, ""):
            expected = Text(en="the path of a folder", zh="文件夹的路径")
            fix = Text(en=f'For example: {key} = "{key}"', zh=f'例如：{key} = "{key}"')
            yield problem((key,), table[key], expected=expected, got=both(r"\u0000"), fix=fix)
