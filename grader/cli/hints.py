"""Which hints there are and which were shown, kept in `<root>/.dlgrade/hints.json` between two commands.

A hint is known by its text, not by its number: when a test is passed its hint goes, and the numbers of all others
change. The file is a convenience: damaged, it counts as empty, and whatever goes wrong with it is a warning.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.exercise.paths import show_path
from grader.records import Text

if TYPE_CHECKING:
    from grader.report import Report

SCHEMA = "hints/1"
FILE = Path(".dlgrade") / "hints.json"
MAX_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """The hints of one exercise: those of the tests that the last check did not pass, in their order."""

    available: tuple[Text, ...] = ()
    shown: frozenset[str] = field(default_factory=frozenset)  # English texts, of every hint ever shown

    @property
    def next(self) -> Text | None:
        """The first hint that was not shown yet."""
        return next((hint for hint in self.available if hint.en not in self.shown), None)

    def after_showing(self, hint: Text) -> Hints:
        """Return the same hints, with `hint` shown."""
        return replace(self, shown=self.shown | {hint.en})


def hints_of(report: Report) -> tuple[Text, ...]:
    """Return the different hints of the tests that went wrong; a test that only waits has its turn later."""
    from grader.report.model import needs_explaining

    return tuple(dict.fromkeys(test.hint for test in report.tests if test.hint is not None and needs_explaining(test)))


def read_hints(root: Path, exercise_name: str) -> Hints | None:
    """Return what is kept of an exercise; None when it was never checked."""
    kept = _load(root).get(exercise_name)
    try:
        return None if kept is None else _parse(kept)
    except (TypeError, KeyError, AttributeError):
        return None


def write_hints(root: Path, exercise_name: str, hints: Hints) -> Text | None:
    """Keep `hints`; return a warning where that cannot be done."""
    everything = {**_load(root), exercise_name: _as_json(hints)}
    file = root / FILE
    temporary = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"schema": SCHEMA, "exercises": everything}, indent=2, ensure_ascii=False)
        temporary.write_text(f"{text}\n", encoding="utf-8")
        temporary.replace(file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        return Text(
            en=f"Which hints you have seen was not saved in {show_path(file)}: {error.strerror}.",
            zh=f"看过哪些提示未能保存到 {show_path(file)}：{error.strerror}。",
        )
    return None


def remember_hints(root: Path, report: Report) -> Text | None:
    """Keep the hints of a new report, and which ones were shown before; return a warning where that fails."""
    before = read_hints(root, report.exercise.name) or Hints()
    return write_hints(root, report.exercise.name, replace(before, available=hints_of(report)))


def _load(root: Path) -> dict[str, Any]:
    try:
        with (root / FILE).open("rb") as stream:
            content = json.loads(stream.read(MAX_BYTES))
        exercises = content["exercises"] if content["schema"] == SCHEMA else {}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return {}
    return exercises if isinstance(exercises, dict) else {}


def _parse(kept: dict[str, Any]) -> Hints:
    available = tuple(Text(en=str(hint["en"]), zh=str(hint["zh"])) for hint in kept["available"])
    return Hints(available=available, shown=frozenset(str(text) for text in kept["shown"]))


def _as_json(hints: Hints) -> dict[str, object]:
    return {
        "available": [{"en": hint.en, "zh": hint.zh} for hint in hints.available],
        "shown": sorted(hints.shown),
    }
