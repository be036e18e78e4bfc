"""The fixed sentences: complete in both languages, with the same placeholders."""

from __future__ import annotations

from string import Formatter

import pytest

from grader.records import Fault, Isolation, Outcome, Text
from grader.report import captions, wording


def all_texts() -> list[Text]:
    found = []
    for value in (*vars(wording).values(), *vars(captions).values()):
        values = list(value.values()) if isinstance(value, dict) else [value]
        for one in values:
            found += [one.one, one.many] if isinstance(one, wording.Counted) else [one] if isinstance(one, Text) else []
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("text", all_texts(), ids=lambda text: text.en[:30])
def test_both_languages_fill_the_same_gaps(text: Text) -> None:
    assert text.en.strip() and text.zh.strip()
    # "1 more line" and "还有 1 行" need no number.
    assert placeholders(text.en) - {"count"} == placeholders(text.zh) - {"count"}


def test_every_outcome_fault_and_isolation_has_its_words() -> None:
    assert set(wording.OUTCOMES) == set(Outcome)
    assert set(wording.UNEXPLAINED) == set(Outcome) - {Outcome.PASSED, Outcome.BLOCKED}
    assert set(wording.UNSCORED) == set(wording.WHAT_TO_DO) == {Fault.AUTHOR, Fault.GRADER}
    assert set(wording.ISOLATION) == set(Isolation)
