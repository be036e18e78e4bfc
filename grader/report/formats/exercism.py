"""The results.json of an Exercism test runner, version 3 of its interface.

Exercism knows no points. Where the tests did not run (the code does not load, the submission could not be read, there
is no score), the status is `error`, and the message is all that a student sees. Of several exercises each is a task.

Source: https://exercism.org/docs/building/tooling/test-runners/interface
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.records import Outcome
from grader.report import Report, View
from grader.report.escape import json_text
from grader.report.formats import words
from grader.report.formats.joined import Joined, Named, details, join, plain, problems
from grader.report.formats.shown import Shown
from grader.report.model import Status

MAX_OUTPUT = 500  # characters, by the interface
_MAX_MESSAGE = 5_000


def render(reports: Sequence[Report], view: View) -> str:
    """Return results.json, of one exercise or of several that were handed in as one."""
    joined = join(reports, view.language)
    failed = [one for one in joined.shown if _did_not_run(one)]
    document = {
        "version": 3,
        "status": "error" if failed else "pass" if _all_pass(joined) else "fail",
        "message": problems(joined) if failed else None,
        "tests": [] if failed else [_test(case, joined) for case in joined.cases],
    }
    return json_text(document, indent=2) + "\n"


def _did_not_run(shown: Shown) -> bool:
    return shown.points is None or (shown.problem is not None and shown.status is not Status.NOT_STARTED)


def _all_pass(joined: Joined) -> bool:
    return all(case.test.outcome is Outcome.PASSED for case in joined.cases)


def _test(case: Named, joined: Joined) -> dict[str, Any]:
    test = case.test
    passed = test.outcome is Outcome.PASSED
    ended = test.outcome in (Outcome.TIMEOUT, Outcome.MEMORY, Outcome.CRASHED)
    document: dict[str, Any] = {
        "name": case.name,
        "status": "pass" if passed else "error" if ended else "fail",
        "message": None if passed else plain(details(case, joined.language, printed=False), limit=_MAX_MESSAGE),
        "output": _output(test.output, joined) or None,
    }
    if len(joined.shown) > 1:
        document["task_id"] = joined.shown.index(case.shown) + 1
    return document


def _output(output: str, joined: Joined) -> str:
    shown = plain(output.rstrip("\n"), limit=10 * MAX_OUTPUT)
    if len(shown) <= MAX_OUTPUT:
        return shown
    cut = words.OUTPUT_CUT.within(joined.language).format(most=MAX_OUTPUT)
    return f"{shown[: MAX_OUTPUT - len(cut) - 1]}\n{cut}"
