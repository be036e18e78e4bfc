"""Submissions that are alike, as lines for a terminal and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from grader.batch import similar_words as words
from grader.batch.similar import Alike
from grader.batch.similar_prints import Place
from grader.batch.similar_sources import Cohort
from grader.records import Language
from grader.report.escape import json_text
from grader.report.layout import Page
from grader.report.points import format_percent

SCHEMA = "similar/1"
_MAX_ROWS = 50
_PER_LINE = 6  # names


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A class, and what was found in it."""

    of: Cohort
    alike: Alike


def to_terminal(
    compared: Sequence[Compared], *, language: Language, width: int, color: bool, ascii_only: bool = False
) -> str:
    """Return the pairs that stand out, by exercise, ending with a newline."""
    language = Language.EN if ascii_only else language
    page = Page(width=width, ascii_only=ascii_only)
    for one in compared:
        _write(page, one, language=language, arrow="<->" if ascii_only else "↔")
        page.blank()
    page.put(body=words.NO_VERDICT.within(language), indent=0)
    return page.render(color=color)


def to_json(compared: Sequence[Compared]) -> str:
    """Return everything that was found, as one JSON document, ending with a newline."""
    exercises = [_document(one) for one in compared]
    return json_text({"schema": SCHEMA, "exercises": exercises}, indent=2) + "\n"


def _write(page: Page, one: Compared, *, language: Language, arrow: str) -> None:
    found = one.alike
    page.put((f"{one.of.exercise.id}  ", "bold"), body=one.of.exercise.title.within(language), style="bold", indent=0)
    page.blank()
    refused = map(words.not_accepted, one.of.refused)
    for text in (words.heading(found), words.measure(found), words.left_out(one.of), *refused):
        page.put(body=text.within(language))
    for gap in words.gaps(one.of, found):
        _put_list(page, gap.text.within(language), gap.items, style="")
    page.blank()
    if not found.conspicuous:
        page.put(body=words.NOTHING.within(language), style="green")
    shown = one.of.shown
    for group in found.groups:
        _put_list(page, words.group_title(group).within(language), [shown[student] for student in group.students])
        page.blank()
    for pair in found.alone[:_MAX_ROWS]:
        remark = words.remark(pair).within(language)
        page.put(
            (f"{format_percent(pair.share):>6}  ", "bold yellow"),
            body=f"{shown[pair.first]} {arrow} {shown[pair.second]}" + (f"  ({remark})" if remark else ""),
        )
    if len(found.alone) > _MAX_ROWS:
        page.put(body=f"… +{len(found.alone) - _MAX_ROWS}")


def _put_list(page: Page, title: str, items: Sequence[str], *, style: str = "bold yellow") -> None:
    """Add a title, and all items below it: a page cuts what is one line, so every line here has few of them."""
    page.put((title, style))
    for begin in range(0, len(items), _PER_LINE):
        last = begin + _PER_LINE >= len(items)
        page.put(body=", ".join(items[begin : begin + _PER_LINE]) + ("" if last else ","), indent=4)


def _document(one: Compared) -> dict[str, Any]:
    found = one.alike
    return {
        "exercise": one.of.exercise.name,
        "compared": list(found.compared),
        "not_accepted": [refused.student for refused in one.of.refused],
        "too_little": list(found.too_little),
        "not_to_the_end": [{"student": unread.student, "file": unread.file} for unread in found.unread],
        "names": {work.student: work.name for work in one.of.works if work.name},
        "reference_excluded": one.of.has_reference,
        "pairs": len(found.shares),
        "median_share": round(found.median, 6),
        "threshold": round(found.threshold, 6),
        "is_measured": found.is_measured,
        "conspicuous": [
            {
                "first": pair.first,
                "second": pair.second,
                "share": round(pair.share, 6),
                "tokens": pair.tokens,
                "identical": pair.is_identical,
                "first_lines": _lines(pair.first_lines),
                "second_lines": _lines(pair.second_lines),
            }
            for pair in found.conspicuous
        ],
        "clusters": [list(cluster) for cluster in found.clusters],
    }


def _lines(places: Iterable[Place]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for name, line in sorted(places):
        found.setdefault(name, []).append(line)
    return found
