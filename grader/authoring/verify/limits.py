"""The limits: headroom over what the reference needs, for slower machines and slower right answers."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from grader.authoring.findings import Finding
from grader.authoring.verify.context import Context
from grader.exercise.manifest import MANIFEST
from grader.exercise.public import public_file
from grader.records import Severity, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bound:
    """One limit beside what the reference needs of it."""

    key: str
    limit: float
    needed: float
    unit: str
    least: float  # times what is needed
    most: float  # more is a note, where the limit is also above `generous`
    generous: float


def check_limits(context: Context) -> Iterator[Finding]:
    """Yield limits that are too near to what the reference needs, and a note on those far beyond it."""
    if not context.exams.is_sound():
        return
    for bound in _bounds(context):
        if bound.limit < bound.least * bound.needed:
            yield _too_low(context, bound)
        elif bound.limit > max(bound.most * bound.needed, bound.generous):
            yield _too_high(context, bound)


def _bounds(context: Context) -> Iterator[_Bound]:
    references, limits = context.exams.references(), context.exercise.limits
    slowest_s = context.exams.slowest_call_s()
    exam_s = statistics.median([examination.exam_s for examination in references])
    peak_mib = max(examination.resources.peak_memory_mib for examination in references)
    for key, limit, needed, unit, least, most, generous in (
        ("call_s", limits.call_s, slowest_s, "s", 5.0, 1000.0, 5.0),
        ("exam_s", limits.exam_s, exam_s, "s", 3.0, 1000.0, 60.0),
        ("memory_mib", limits.memory_mib, peak_mib, "MiB", 1.5, 50.0, 2048.0),
    ):
        yield _Bound(key=key, limit=limit, needed=needed, unit=unit, least=least, most=most, generous=generous)


def _too_low(context: Context, bound: _Bound) -> Finding:
    enough = bound.least * bound.needed
    return context.finding(
        "limits.tight",
        Severity.ERROR,
        context.given(MANIFEST),
        Text(
            en=f"limits.{bound.key} = {bound.limit:g} {bound.unit} is too near to the {_number(bound.needed)} "
            f"{bound.unit} that the reference needs; at least {bound.least:g} times as much is expected.",
            zh=f"limits.{bound.key} = {bound.limit:g} {bound.unit} 过于接近参考解所需的 {_number(bound.needed)} "
            f"{bound.unit}；至少应为其 {bound.least:g} 倍。",
        ),
        Text(
            en=f"Set it to {_number(enough * 1.2)} or more, or examine smaller inputs: right answers may be slower "
            "than yours, and so may be the machine.",
            zh=f"请设为 {_number(enough * 1.2)} 或更大，或减小输入：正确的答案可能比参考解慢，机器也可能更慢。",
        ),
        line=_line_of(context, bound.key),
    )


def _too_high(context: Context, bound: _Bound) -> Finding:
    return context.finding(
        "limits.generous",
        Severity.NOTE,
        context.given(MANIFEST),
        Text(
            en=f"limits.{bound.key} = {bound.limit:g} {bound.unit}, and the reference needs {_number(bound.needed)} "
            f"{bound.unit}: a submission that hangs is waited for as long.",
            zh=f"limits.{bound.key} = {bound.limit:g} {bound.unit}，而参考解只需 {_number(bound.needed)} {bound.unit}："
            "卡死的提交也要等这么久。",
        ),
        Text(en="A lower limit gives feedback sooner.", zh="较低的限制能更快给出反馈。"),
        line=_line_of(context, bound.key),
    )


def _line_of(context: Context, key: str) -> int:
    lines = public_file(context.exercise, MANIFEST).text.splitlines()
    return next((number for number, line in enumerate(lines, start=1) if line.split("=")[0].strip() == key), 0)


def _number(value: float) -> str:
    return f"{value:.2g}" if value < 100 else f"{value:.0f}"
