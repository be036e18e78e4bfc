"""Why a test failed, in two languages, reduced to what its student may see.

`explain` is the whole surface. `findings` is where what an exercise knows of its own misconceptions goes in: they
come before the generic signatures, which come before an honest "unknown".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from grader.diagnosis import other
from grader.diagnosis.comparison import explain_comparison
from grader.diagnosis.finding import Finding, with_cause
from grader.diagnosis.raised import explain_raised
from grader.diagnosis.reveal import hidden
from grader.diagnosis.snippet import snippet
from grader.examination.evidence import (
    Asserted,
    Compared,
    Ended,
    Evidence,
    HandleMisused,
    InputChanged,
    MissingName,
    NotCallable,
    NotInGraph,
    Raised,
    Refused,
    Unusable,
)
from grader.records import Explanation, Reveal

__all__ = ["Finding", "explain"]

_EXPLAINERS: dict[type, Callable[[Any, Reveal], Explanation]] = {
    Asserted: other.explain_asserted,
    Raised: explain_raised,
    Unusable: other.explain_unusable,
    InputChanged: other.explain_input_changed,
    NotInGraph: other.explain_not_in_graph,
    MissingName: other.explain_missing_name,
    NotCallable: other.explain_not_callable,
    Refused: other.explain_refused,
    HandleMisused: other.explain_handle_misused,
    Ended: other.explain_ended,
}


def explain(evidence: Evidence, *, reveal: Reveal, findings: Sequence[Finding] = ()) -> Explanation:
    """Return why the test that left `evidence` failed, no more than `reveal` allows.

    `findings` are likely causes from elsewhere, best first (misconceptions of the exercise); the first one wins over
    anything generic.
    """
    if reveal is Reveal.NONE:
        return hidden()
    if isinstance(evidence, Compared):
        made = explain_comparison(evidence, findings, reveal)
    else:
        made = _EXPLAINERS[type(evidence)](evidence, reveal)
        made = made if not findings else with_cause(made, findings[0], reveal)
    return replace(made, example=snippet(evidence, made)) if reveal is Reveal.FULL else made
