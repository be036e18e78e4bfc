"""The few things that records say of themselves."""

from __future__ import annotations

import pytest

from grader.records import Outcome, SourceFile


def test_every_outcome_but_two_means_that_the_test_itself_went_wrong() -> None:
    assert {outcome for outcome in Outcome if not outcome.is_missed} == {Outcome.PASSED, Outcome.BLOCKED}


@pytest.mark.parametrize(("name", "stem"), [("softmax.py", "softmax"), ("mistakes/no_max_shift.py", "no_max_shift")])
def test_a_files_stem_is_its_modules_name(name: str, stem: str) -> None:
    assert SourceFile(name=name, text="").stem == stem
