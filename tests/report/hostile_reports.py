"""Reports in which every text that a student's code can reach is hostile to whatever reads it."""

from __future__ import annotations

from dataclasses import replace

from report_scenarios import GRADIENT, INPUT, LARGE, ONE_AXIS, ROWS, SHAPE, failed, graded

from grader.records import Explanation, Outcome, SourceLine, Text
from grader.report import Report

TEXTS = (
    "\x1b[2J\x1b]0;owned\x07\x1b]8;;http://example.org\x1b\\ \x9b31m \x00",
    "\u202egnp.exe\u2066\u200b\ufeff \ud800 \ufffe",
    "<script>alert(1)</script><img src=x onerror=alert(1)> <a href='javascript:alert(1)'>x</a>",
    "]]><!--&lt;&#x3c; <![CDATA[ &amp; &owned;",
    "[x](javascript:alert(1)) ![x](http://example.org/x.png) </details> <http://example.org> www.example.org @owned #1",
    "\n::error file=work.py::owned\n  ::set-env name=PATH::/tmp\n##[error]owned\r\n::stop-commands::x\n",
    "=cmd|' /C calc'!A0",
    "| a | b |\n```\n</pre>\n# heading\n- [ ] item\n> quote\n~~~\n    code\n---\n",
    '`a``b` ``` `x` \\` <!-- `\n`` ` @owned `` [a]: http://example.org "t"\n\n[a]',
    "%0A::error::owned%0D%25, title=owned::x",
    "score=20\nresult<<EOF\nstatus=full\nEOF",
    "owned@example.org https://example.org/x deadbeefdeadbeefdeadbeefdeadbeefdeadbeef user/repo#1 GH-1",
)


def hostile_report(text: str) -> Report:
    """Return a report with `text` in every claim, message, value, source line, name of a file and printed line."""
    both = Text(en=text, zh=text)
    why = Explanation(
        problem=both,
        cause_id="raised",
        call=text,
        expected=both,
        got=Text(en=f"a\n{text}\nb", zh=f"a\n{text}\nb"),
        where=both,
        cause=both,
        next_step=Text(en=f"`{text}` {text}", zh=f"`{text}` {text}"),
        traceback=(SourceLine(file=text, line=3, function=text, source=text, column=2),),
        example=both,
    )
    rows = replace(failed(ROWS, why, output=f"{text}\n{text}"), claim=both)
    large = replace(failed(LARGE, why, Outcome.CRASHED, output=text), claim=both)
    return graded(SHAPE, rows, ONE_AXIS, large, GRADIENT, INPUT, output=text)


def hostile_reports() -> list[Report]:
    """Return one report for each hostile text."""
    return [hostile_report(text) for text in TEXTS]
