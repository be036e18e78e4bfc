"""The feedback of a mistake, for every reader."""

from __future__ import annotations

from grader.exercise.docstrings import feedback_in
from grader.records import Text


def feedback(docstring: str) -> Text | None:
    """Return the feedback in both languages; None where there is none. The one that is there stands for the other."""
    said = feedback_in(docstring)
    return Text(en=said.en or said.zh, zh=said.zh or said.en) if said.en or said.zh else None
