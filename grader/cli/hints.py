"""Which hints there are and which were shown, kept in `<root>/.dlgrade/hints.json` between two commands.

A hint is known by its text, not by its number: when a test is passed its hint goes, and the numbers of all others
change. The file is a convenience: damaged, it counts as empty, and whatever goes wrong with it is a warning.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.exercise.paths import show_path
from grader.exercise.statefile import StateFile, Unusable
from grader.records import Text

if TYPE_CHECKING:
    from grader.report import Report


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
    try:
        return _STATE.read(root).get(exercise_name)
    except Unusable:
        return None


def write_hints(root: Path, exercise_name: str, hints: Hints) -> Text | None:
    """Keep `hints`; return a warning where that cannot be done."""
    return _warning(root, _STATE.change(root, exercise_name, lambda _before: hints).unsaved)


def remember_hints(root: Path, report: Report) -> Text | None:
    """Keep the hints of a new report, and which ones were shown before; return a warning where that fails."""
    available = hints_of(report)

    def change(before: Hints | None) -> Hints:
        return replace(before or Hints(), available=available)

    return _warning(root, _STATE.change(root, report.exercise.name, change).unsaved)


def _warning(root: Path, reason: Text | None) -> Text | None:
    if reason is None:
        return None
    file = show_path(_STATE.file(root))
    return Text(
        en=f"Which hints you have seen was not saved in {file}: {reason.en}.",
        zh=f"看过哪些提示未能保存到 {file}：{reason.zh}。",
    )


def _parse(kept: dict[str, Any]) -> Hints:
    available = tuple(Text(en=str(hint["en"]), zh=str(hint["zh"])) for hint in kept["available"])
    return Hints(available=available, shown=frozenset(str(text) for text in kept["shown"]))


def _to_json(hints: Hints) -> dict[str, object]:
    return {
        "available": [{"en": hint.en, "zh": hint.zh} for hint in hints.available],
        "shown": sorted(hints.shown),
    }


_STATE = StateFile(name="hints", schema="hints/1", parse=_parse, to_json=_to_json)
