"""What looks for a cause over all tests of an exam at once, when they have been held: the examination's side of it.

`diagnosis` looks; the examination only hands over what was said in each test, and puts what comes back in its place.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from grader.examination.transcript import Transcript
from grader.records import Exercise, Explanation, Outcome, Reveal, SourceFile, TestResult, Text


@dataclass(frozen=True, slots=True)
class Played:
    """One test of an exam, as it was held."""

    name: str
    failed: bool
    transcript: Transcript


Retell = Callable[[Explanation, Reveal], Explanation]


@dataclass(frozen=True, slots=True)
class Found:
    """For some failed tests, what tells their explanation anew; `notes` are for the author of the exercise."""

    retell: Mapping[str, Retell] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()


class Causes(Protocol):
    """What knows an exercise's mistakes."""

    def prepare(self) -> None:
        """Do once what every exam with a failed test would do again."""

    def find(self, tests: Sequence[Played]) -> Found:
        """Look for what explains the failed tests."""


MakeCauses = Callable[[Exercise, Sequence[SourceFile]], Causes]  # with the reference's files


def has_failed(tests: Sequence[TestResult]) -> bool:
    """Whether there is anything to look for: a wrong answer, not a crash."""
    return any(test.outcome is Outcome.FAILED for test in tests)


def find_causes(causes: Causes, played: Sequence[Played]) -> Found:
    """Look for what explains the failed tests. A fault of ours there costs an explanation, no score, and is noted."""
    try:
        return causes.find(played)
    except Exception as error:  # noqa: BLE001  whatever it is, the verdicts stand
        traceback.print_exc()  # into the file that the controller quotes from
        sys.stderr.flush()
        return Found(notes=(_failed(error),))


SEARCH_CUT = Text(
    en="The search for known mistakes took too long and was ended, so that only general causes are told. "
    "No score is affected.",
    zh="查找已知错误耗时过长，已被终止，因此只给出一般性的原因。成绩不受影响。",
)


def retold(result: TestResult, found: Found, reveal: Reveal) -> TestResult:
    """Return a test's result with the cause that was found."""
    retell = found.retell.get(result.name)
    if retell is None or result.explanation is None:
        return result
    return replace(result, explanation=retell(result.explanation, reveal))


def _failed(error: Exception) -> Text:
    what = type(error).__name__  # not its text, which may quote a hidden input: students read notes, too
    return Text(
        en=f"The search for known mistakes failed, so that only general causes are told: {what}",
        zh=f"查找已知错误时出错，因此只给出一般性的原因：{what}",
    )
