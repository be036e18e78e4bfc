"""Moodle's cloze: blanks written into a text, `{1:NUMERICAL:=12:0.5#feedback~%0%3:0#no}`.

An answer's letters that mean something in this notation are written as character references, and the whole is HTML: so
an ampersand is one more layer deep. Moodle takes that layer off (html_entity_decode) after it has found the blanks.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

_BLANK = re.compile(r"\{(?P<weight>[0-9]*):\s*(?P<kind>[A-Z_]{2,30})\s*:(?P<answers>(?:\\.|[^}\\])*)\}", re.DOTALL)
_SIGNS = str.maketrans({"~": "&#126;", "{": "&#123;", "}": "&#125;", "#": "&#35;", "\\": "&#92;", "\n": "&#10;"})
_NEXT = re.compile(r"(?<!\\)~")
_FEEDBACK = re.compile(r"(?<!\\)(?<!&)(?<!&amp;)#")
_SHARE = re.compile(r"\s*(?:(?P<right>=)|%(?P<percent>-?[0-9]{1,3}(?:[.,][0-9]{1,10})?)%)?")
MAX_BLANKS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One answer of a blank: `percent` of its points, and what to say, in HTML. `tolerance` of a number."""

    answer: str
    percent: float
    feedback: str = ""
    tolerance: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """One blank. `kind` is Moodle's, in full: NUMERICAL, SHORTANSWER_C, MULTICHOICE_VS."""

    weight: int
    kind: str
    alternatives: tuple[Alternative, ...]
    begin: int = 0  # of the blank, and its end, where it was read
    end: int = 0


def written_blank(weight: int, kind: str, alternatives: Sequence[Alternative]) -> str:
    """Return a blank as it stands in a question's HTML."""
    pieces = []
    for one in alternatives:
        share = "=" if one.percent == 100 else f"%{one.percent:g}%"
        answer = _encoded(one.answer) + (f":{one.tolerance}" if one.tolerance else "")
        feedback = f"#{_encoded(one.feedback)}" if one.feedback else ""
        pieces.append(f"{share}{answer}{feedback}")
    return f"{{{weight}:{kind}:{'~'.join(pieces)}}}"


def blanks_in(source: str) -> list[Blank]:
    """Return the blanks of a question's HTML, at most `MAX_BLANKS`."""
    found = []
    for match in _BLANK.finditer(source):
        alternatives = [_alternative(part, match["kind"]) for part in _NEXT.split(match["answers"])]
        weight = int(match["weight"][:4] or 1)
        found.append(
            Blank(
                weight=weight,
                kind=match["kind"],
                alternatives=tuple(one for one in alternatives if one is not None),
                begin=match.start(),
                end=match.end(),
            )
        )
        if len(found) == MAX_BLANKS:
            break
    return found


def _alternative(part: str, kind: str) -> Alternative | None:
    share = _SHARE.match(part)
    assert share is not None, "everything in the pattern is optional"
    percent = 100.0 if share["right"] else float((share["percent"] or "0").replace(",", "."))
    answer, *feedback = _FEEDBACK.split(part[share.end() :], maxsplit=1)
    tolerance = ""
    if kind.startswith(("NUMERICAL", "NM")):
        answer, _, tolerance = answer.partition(":")
    if not answer.strip():
        return None
    return Alternative(
        answer=_decoded(answer).strip(),
        percent=percent,
        feedback=_decoded(feedback[0]) if feedback else "",
        tolerance=tolerance.strip(),
    )


def _encoded(text: str) -> str:
    return text.replace("&", "&amp;").translate(_SIGNS)


def _decoded(text: str) -> str:
    return html.unescape(re.sub(r"\\([}#~/\"\\])", r"\1", text))
