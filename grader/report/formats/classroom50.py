"""The result.json that Classroom 50 collects, of the schema `classroom50/result/v1`.

Points are whole numbers there. They are rounded down, and the possible ones up, so that nothing but a full score reads
like one. Who handed in what, and where it lies, comes from the runner's environment.

Where there is no score, the result is 0 of 0 with the reason in the place of tests: Classroom 50's own sign for
"handed in, not graded". Its runner makes such a result itself when dlgrade's exit code is not 0.

Source: schemas/result-v1.schema.json of foundation50/classroom50, and its wiki, "Advanced Autograding".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from grader.errors import UsageError
from grader.records import Outcome, Text
from grader.report import Report, Setting, View
from grader.report.escape import json_text
from grader.report.formats.joined import Joined, Named, details, join, plain

_REQUIRED = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL")
_OWNERS = ("OWNER", "USERNAME")  # the first that is set
# What the format takes of the environment.
VARIABLES = (*_REQUIRED, *_OWNERS, "REVIEW_URL", "ASSIGNMENT_TYPE")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_VARIABLE = 2_000


def render(reports: Sequence[Report], view: View) -> str:
    """Return result.json, of one exercise or of several that were handed in as one.

    Raises: UsageError where a variable of the environment is missing, naming all that are.
    """
    variables = _variables(view.setting)
    joined = join(reports, view.language)
    return json_text(_document(joined, reports, variables, view.setting.now or _EPOCH), indent=2) + "\n"


def check(setting: Setting) -> None:
    """Find out before an exam whether the environment has what a result needs. Raises: UsageError as `render`."""
    _variables(setting)


def _document(joined: Joined, reports: Sequence[Report], variables: Mapping[str, str], now: datetime) -> dict[str, Any]:
    owner = next(variables[name] for name in _OWNERS if name in variables)
    return {
        "schema": "classroom50/result/v1",
        "classroom": variables["CLASSROOM"],
        "assignment": variables["ASSIGNMENT"],
        "assignment_type": variables.get("ASSIGNMENT_TYPE", "individual"),
        "owner": owner,
        "submission": variables["SUBMISSION_TAG"],
        "commit": variables["COMMIT_URL"],
        "release": variables["RELEASE_URL"],
        "review": variables.get("REVIEW_URL", variables["COMMIT_URL"]),
        "datetime": _moment(_handed_in_at(reports) or now),
        "graded_at": _moment(now),
        **_scores(joined.points, joined.known),
        "tests": [_test(case, joined) for case in joined.cases if joined.points is not None or case.test.unscored],
    }


def _scores(points: float | None, possible: float) -> dict[str, int]:
    """Return whole numbers: full is full, and nothing else is."""
    if points is None:
        return {"score": 0, "max-score": 0}
    most = math.ceil(possible - 1e-9)
    return {"score": most if points >= possible - 1e-9 else min(math.floor(points + 1e-9), most), "max-score": most}


def _test(case: Named, joined: Joined) -> dict[str, Any]:
    test = case.test
    return {
        "test-name": case.name or test.name,
        "passed": test.outcome is Outcome.PASSED,
        **_scores(None if joined.points is None else test.earned, test.points),
        "output": details(case, joined.language),
    }


def _handed_in_at(reports: Sequence[Report]) -> datetime | None:
    """Return when it was handed in, where that is known."""
    times = [report.handed_in.at for report in reports if report.handed_in is not None and report.handed_in.at]
    return max((datetime.fromisoformat(time) for time in times), default=None)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _variables(setting: Setting) -> dict[str, str]:
    found = {
        name: plain(value, limit=_MAX_VARIABLE, lines=False)
        for name in VARIABLES
        if (value := setting.variables.get(name, "").strip())
    }
    missing = [name for name in _REQUIRED if name not in found]
    if not any(name in found for name in _OWNERS):
        missing.append(_OWNERS[-1])
    if missing:
        raise _missing(missing)
    if not found["SUBMISSION_TAG"].startswith("submit/"):
        raise _no_tag(found["SUBMISSION_TAG"])
    return found


def _missing(names: Sequence[str]) -> UsageError:
    listed = ", ".join(names)
    return UsageError(
        Text(
            en=f"--format classroom50: not set in the environment: {listed}.",
            zh=f"--format classroom50：环境中缺少变量：{listed}。",
        ),
        remedy=Text(
            en="Classroom 50's runner sets them; elsewhere, set them yourself.",
            zh="Classroom 50 的 runner 会设置它们；在其他地方请自行设置。",
        ),
    )


def _no_tag(tag: str) -> UsageError:
    return UsageError(
        Text(
            en=f"--format classroom50: SUBMISSION_TAG = {tag!r}: expected a tag that begins with submit/.",
            zh=f"--format classroom50：SUBMISSION_TAG = {tag!r}：应为以 submit/ 开头的标签。",
        ),
        remedy=Text(en="Classroom 50's runner sets it.", zh="Classroom 50 的 runner 会设置它。"),
    )
