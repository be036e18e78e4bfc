"""What lint finds: one record each, with the place, what is wrong, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.records import Severity, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to mend, or to look at."""

    check: str  # for machines: "key.collides", "feedback.missing"
    severity: Severity
    question: str = ""  # "sgd-step", of a part "updates/mini"; "": the quiz as a whole
    file: str  # "quiz.yaml" or "quiz.py"
    line: int = 0  # from 1; 0: the file as a whole
    problem: Text
    remedy: Text
    seed: int | None = None  # the first with which it shows: `dlgrade quiz preview ID --seed N`
    count: int = 0  # with how many seeds it shows; 0: that was not counted
    of: int = 0  # so many that were drawn
