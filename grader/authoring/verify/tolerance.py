"""The tolerances: wide enough for the right answer in float32, and narrow enough to notice an error of a thousandth.

The right answer in float32 is not one number: whoever adds in another order is off by some roundings. How far that can
be shows the exact answer, computed in float64 from the same inputs: it may not come near the edge of the tolerance
either. Functions that return views or random draws have no other answer, and are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from grader.authoring.findings import Finding
from grader.authoring.verify.context import HIDDEN, VISIBLE, Context
from grader.authoring.verify.exams import PLANTED_ERROR, Kind
from grader.records import Examination, Outcome, Severity, Text

LEAST_MARGIN = 5.0  # the tolerance, in errors of the right answer
_ERROR_MARGIN = 2.0  # below it another machine may well fail the right answer


def nearest(context: Context) -> dict[tuple[str, int], float]:
    """Return, for each `close`, the largest error of a right answer as a share of what it allows."""
    found: dict[tuple[str, int], float] = {}
    for examination in (*context.exams.references(), *context.exams.held(Kind.EXACT).values()):
        for one in examination.measures.nearness if examination.measures is not None else ():
            place = (one.file, one.line)
            found[place] = max(found.get(place, 0.0), one.share)
    return found


def check_margin(context: Context) -> Iterator[Finding]:
    """Yield each `close` whose tolerance the right answer keeps only just."""
    if not context.exams.is_sound():
        return
    for (name, line), share in sorted(nearest(context).items()):
        if share <= 1 / LEAST_MARGIN:
            continue
        file = context.given(name) if name == VISIBLE else context.hidden(name)
        margin = 1 / share
        yield context.finding(
            "tolerance.tight",
            Severity.ERROR if margin < _ERROR_MARGIN else Severity.WARNING,
            file,
            Text(
                en=f"The tolerance is only {margin:.1f} times the error that a right answer in float32 has; "
                f"at least {LEAST_MARGIN:g} times is expected.",
                zh=f"容差仅为 float32 正确答案误差的 {margin:.1f} 倍；至少应为 {LEAST_MARGIN:g} 倍。",
            ),
            Text(
                en="Give `close` a larger rtol or atol, or choose inputs whose results lose fewer digits; a result "
                "near 0 needs an atol of its own scale.",
                zh="请给 `close` 更大的 rtol 或 atol，或换用不损失有效数字的输入；接近 0 的结果需要量级相称的 atol。",
            ),
            line=line,
        )


def check_planted(context: Context) -> Iterator[Finding]:
    """Yield each function whose results may be off by a thousandth and still get full score."""
    for function, examination in context.exams.held(Kind.PLANTED).items():
        planted = examination.measures.planted if examination.measures is not None else 0
        if not planted or not _passes(examination):
            continue
        yield context.finding(
            "tolerance.loose",
            Severity.ERROR,
            context.hidden(HIDDEN),
            Text(
                en=f"No test notices that the results of {function} are too large by a relative error of "
                f"{PLANTED_ERROR:g}.",
                zh=f"{function} 的结果带有 {PLANTED_ERROR:g} 的相对误差，却没有测试发现。",
            ),
            Text(
                en="Compare its results by `close` with a tolerance below that; by default it is that of the dtype.",
                zh="请用 `close` 比较其结果，容差应小于该误差；默认容差由 dtype 决定。",
            ),
        )


def _passes(examination: Examination) -> bool:
    return all(test.outcome is Outcome.PASSED for test in examination.tests)
