"""The explanation of a comparison that failed, reduced to what may be shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.diagnosis.attributes import Shape, known_shapes
from grader.diagnosis.finding import Finding
from grader.diagnosis.generic import find
from grader.diagnosis.inputs import inputs_of, safe_name
from grader.diagnosis.pictures import pictures_of
from grader.diagnosis.reveal import call_text
from grader.diagnosis.values import attribute_line, describe, describe_safely, describe_with_value, show, worst_line
from grader.diagnosis.wording.problems import PROBLEMS, problem
from grader.examination.evidence import Compared, Mismatch, MismatchKind
from grader.records import Explanation, Reveal, Text

_SHORT_PATH = re.compile(r"(\[\d\]){1,2}")  # which of a few results; a key could be a hidden value
_OF_VALUES = (MismatchKind.VALUE, MismatchKind.FINITENESS)


def _subject(compared: Compared) -> Text:
    """Say what was compared: the result, an argument that the call was to change, or something computed from either."""
    if compared.direct or compared.call is None:
        return PROBLEMS["subject.result"]
    if compared.argument is not None and safe_name(compared.argument.name) == compared.argument.name:
        return problem("subject.named", name=compared.argument.name)
    return PROBLEMS["subject.computed" if compared.before is None else "subject.argument"]


def explain_comparison(compared: Compared, findings: Sequence[Finding], reveal: Reveal) -> Explanation:
    """Explain a difference; `findings` of the exercise's own come before the generic ones."""
    best = (*findings, *find(compared))[0] if findings else find(compared)[0]
    subject = _subject(compared)
    expected, got = _sides(compared, reveal)
    return Explanation(
        problem=_problem(compared, best, subject, reveal),
        cause_id=best.cause_id,
        call=call_text(compared.call, reveal),
        expected=expected,
        got=got,
        where=_where(compared.mismatch, reveal),
        cause=best.cause(reveal),
        next_step=best.next_step,
        pictures=pictures_of(compared, reveal),
    )


def _sides(compared: Compared, reveal: Reveal) -> tuple[Text | None, Text | None]:
    mismatch = compared.mismatch
    if mismatch.kind is MismatchKind.MEMORY and reveal in (Reveal.SHAPE, Reveal.FULL):
        return problem("memory.view"), problem("memory.copy")
    if reveal is Reveal.FULL:
        if mismatch.kind in _OF_VALUES:
            return show(mismatch.expected, mismatch.expected_values), show(mismatch.actual, mismatch.actual_values)
        return describe_with_value(mismatch.expected), describe_with_value(mismatch.actual)
    if reveal is Reveal.SHAPE:
        return describe(mismatch.expected), describe_safely(mismatch.actual, _known(compared))
    return None, None


def _known(compared: Compared) -> tuple[Shape, ...]:
    return known_shapes(inputs_of(compared.call), compared.mismatch.expected)


def _problem(compared: Compared, best: Finding, subject: Text, reveal: Reveal) -> Text:
    mismatch = compared.mismatch
    if reveal is Reveal.FULL and mismatch.kind in _OF_VALUES:
        return best.problem or worst_line(mismatch, subject)
    if reveal in (Reveal.SHAPE, Reveal.FULL) and mismatch.kind not in _OF_VALUES:
        return attribute_line(mismatch, subject, None if reveal is Reveal.FULL else _known(compared))
    return problem(mismatch.kind.value, subject=subject)


def _where(mismatch: Mismatch, reveal: Reveal) -> Text | None:
    parts: list[Text] = []
    if mismatch.path and (reveal in (Reveal.SHAPE, Reveal.FULL) or _SHORT_PATH.fullmatch(mismatch.path)):
        parts.append(problem("where.path", path=mismatch.path))
    if reveal is Reveal.FULL and mismatch.kind in _OF_VALUES and mismatch.total > 1:
        key = "where.count" if mismatch.kind is MismatchKind.VALUE else "where.nonfinite"
        parts.append(
            problem(
                key, differing=mismatch.differing, total=mismatch.total, error=f"{mismatch.max_abs_error:.3g}",
                nan=mismatch.nan_actual, inf=mismatch.inf_actual,
            )
        )  # fmt: skip
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Text(en="; ".join(p.en for p in parts), zh="；".join(p.zh for p in parts))
