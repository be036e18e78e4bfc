"""The file `expected.toml` of an exercise's hidden half: the verdicts that its mistakes and cheats should get, and what
its author declares.

    schema = "expected/1"
    seed = 5

    [mistakes]
    no_max_shift = ["test_large_logits_stay_finite"]
    walks_every_pair = ["test_long_input: timeout"]

    [cheats]
    library_by_alias = ["*: forbidden"]

The seed is that of the exams: a verdict may depend on what is drawn. `dlgrade verify --fix` writes these two tables
from what the exams gave, and leaves everything else in the file as it stands; an author reads the difference.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.exercise.paths import is_file
from grader.exercise.problems import schema_problems
from grader.exercise.solution import has_solution, solution_file
from grader.exercise.toml_file import parse_toml, refuse
from grader.records import Examination, Exercise, Outcome

EXPECTED = "expected.toml"
DEFAULT_SEED = 5
ALL = "*"
NEEDS_REVIEW = "needs-review"
_SCHEMA = Path(__file__).parent.parent / "schemas" / "expected-1.schema.json"
_HEAD = """\
# What each mistake and each cheat misses: `dlgrade verify --fix` writes [mistakes] and [cheats]. Read the difference: a
# mistake that fails more tests than its docstring tells of has a slip, or a test is not about one thing.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an exercise's author expects. `text` is the file's, "" where there is none."""

    seed: int = DEFAULT_SEED
    mistakes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by the file's name without ".py"
    cheats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    survive: Mapping[str, str] = field(default_factory=dict)  # mutants that no test can kill, with the reason
    ignore: Mapping[str, str] = field(default_factory=dict)  # lints, with the reason
    text: str = ""

    def of(self, kind: str) -> Mapping[str, tuple[str, ...]]:
        """Return the verdicts of "mistakes" or "cheats"."""
        return self.mistakes if kind == "mistakes" else self.cheats

    def line_of(self, kind: str, name: str) -> int:
        """Return the line of a name in its table, from 1; 0 where it has none."""
        inside = False
        for number, line in enumerate(self.text.splitlines(), start=1):
            if line.lstrip().startswith("["):
                inside = line.strip() == f"[{kind}]"
            elif inside and line.partition("=")[0].strip().strip("\"'") == name:
                return number
        return 0


def read_expected(exercise: Exercise) -> Expected:
    """Return what the author expects; nothing yet, where there is no such file. Raises: AuthorError for a wrong one."""
    if not has_solution(exercise) or not _is_there(exercise):
        return Expected()
    file = Path(exercise.solution_folder) / EXPECTED
    text = solution_file(exercise, EXPECTED).text
    table = parse_toml(file, text.encode())  # also where it came sealed
    refuse(file, schema_problems(table, _schema()))
    return Expected(
        seed=table.get("seed", DEFAULT_SEED),
        mistakes={name: tuple(tests) for name, tests in table.get("mistakes", {}).items()},
        cheats={name: tuple(tests) for name, tests in table.get("cheats", {}).items()},
        survive=table.get("mutants", {}).get("survive", {}),
        ignore=table.get("lints", {}).get("ignore", {}),
        text=text,
    )


def verdict_of(examination: Examination) -> tuple[str, ...]:
    """Return an exam's verdict as the file has it: the tests that failed themselves, and how, if not simply."""
    missed = [test for test in examination.tests if test.outcome.is_missed]
    if examination.problem is not None and missed:  # it could not even be loaded
        return (_entry(ALL, missed[0].outcome),)
    found = tuple(_entry(test.name, test.outcome) for test in missed)
    return found or ((NEEDS_REVIEW,) if examination.reviews else ())


def written(
    before: Expected, *, mistakes: Mapping[str, Sequence[str]], cheats: Mapping[str, Sequence[str]], seed: int
) -> str:
    """Return the file's text with these verdicts; everything else in it stays as it is, comments too."""
    import tomlkit

    document = tomlkit.parse(before.text) if before.text else tomlkit.parse(_HEAD)
    if "schema" not in document:
        document["schema"] = "expected/1"
    if "seed" not in document:
        document["seed"] = seed
    for name, verdicts in (("mistakes", mistakes), ("cheats", cheats)):
        table = document.get(name)
        if table is None:
            if not verdicts:
                continue
            table = tomlkit.table()
            document.append(name, table)
        _update(table, verdicts)
    return tomlkit.dumps(document)


def _update(table: Any, verdicts: Mapping[str, Sequence[str]]) -> None:
    import tomlkit

    for gone in [name for name in table if name not in verdicts]:
        del table[gone]
    for name, tests in verdicts.items():
        if name in table and list(table[name]) == list(tests):
            continue
        array = tomlkit.array()
        array.extend(tests)
        array.multiline(sum(map(len, tests)) > 80)
        table[name] = array


def _entry(name: str, outcome: Outcome) -> str:
    return name if outcome is Outcome.FAILED else f"{name}: {outcome.value}"


def _is_there(exercise: Exercise) -> bool:
    if exercise.sealed:
        return EXPECTED in exercise.sealed or EXPECTED in exercise.sealed_data
    return is_file(Path(exercise.solution_folder) / EXPECTED)


@functools.cache
def _schema() -> Mapping[str, Any]:
    schema: dict[str, Any] = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    for kind in ("mistakes", "cheats"):  # in place of a reference: an error message quotes from where it stands
        schema["properties"][kind]["additionalProperties"] = schema["$defs"]["verdict"]
    return schema
