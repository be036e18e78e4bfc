"""The JSON that `check50 -o json` prints, for what reads that: `slug`, `results`, `version`.

check50 knows no points: they stand in each result's `data`. Its page puts `cause` into HTML unescaped, so an opening
angle bracket in those texts is a full-width one.

Where there is no score, `error` stands in the place of `results`, as when check50 itself fails.

Source: https://cs50.readthedocs.io/projects/check50/en/latest/json_specification/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader.records import Outcome
from grader.report import Report, View
from grader.report.escape import json_text, unescaped_html
from grader.report.formats.joined import Joined, Named, hint, join, plain, problems
from grader.report.formats.shown import Why

_MAX_LINES = 200  # of a log
_MAX_CAUSE = 5_000


def render(reports: Sequence[Report], view: View) -> str:
    """Return the JSON, of one exercise or of several that were handed in as one."""
    joined = join(reports, view.language)
    document: dict[str, Any] = {"slug": "+".join(one.name for one in joined.shown)}
    if joined.points is None:
        document["error"] = _error(joined)
    else:
        document["results"] = [_result(case, joined) for case in joined.cases]
    document["version"] = _version(joined)
    return json_text(document, indent=2) + "\n"


def _result(case: Named, joined: Joined) -> dict[str, Any]:
    test = case.test
    blocked = test.outcome is Outcome.BLOCKED
    return {
        "name": plain(_in_several(test.name, case, joined), limit=200, lines=False),
        "description": case.name,
        "passed": None if blocked else test.outcome is Outcome.PASSED,
        "log": plain(test.output).splitlines()[:_MAX_LINES],
        "cause": None if test.why is None else _cause(case, test.why, joined),
        "data": {"points": test.points, "earned": test.earned, "outcome": test.outcome.value},
        "dependency": _in_several(test.blocked_by, case, joined) if blocked else None,
    }


def _in_several(name: str, case: Named, joined: Joined) -> str:
    return f"{case.shown.name}.{name}" if len(joined.shown) > 1 else name


def _cause(case: Named, why: Why, joined: Joined) -> dict[str, Any]:
    facts: Mapping[str, str] = {fact.label: fact.text for fact in why.facts}
    help_lines = [f"{label}: {text}" for label, text in facts.items()]
    advice = hint(case, joined.language)
    return {
        "rationale": unescaped_html(why.message, limit=_MAX_CAUSE),
        "help": unescaped_html("\n".join([*help_lines, *([advice] if advice else [])]), limit=_MAX_CAUSE) or None,
    }


def _error(joined: Joined) -> dict[str, Any]:
    faults = [one.fault for one in joined.shown if one.points is None and one.fault is not None]
    told = unescaped_html(problems(joined), limit=_MAX_CAUSE)
    return {
        "type": f"{faults[0].value}-fault" if faults else "error",
        "value": told,
        "traceback": [],
        "actions": {"show_traceback": False, "message": told},
        "data": {},
    }


def _version(joined: Joined) -> str:
    found = (one.report.versions.get("dlgrade") for one in joined.shown)
    return f"{next((version for version in found if version), '')} (dlgrade)".lstrip()
