"""What a docstring says in each language is read the same way by whoever asks."""

from __future__ import annotations

import pytest

from grader.exercise.docstrings import claim_in, feedback_in
from grader.records import Text


@pytest.mark.parametrize(
    ("docstring", "claim"),
    [
        ("Every row sums to 1.\nzh: 每行之和为 1。\n", Text(en="Every row sums to 1.", zh="每行之和为 1。")),
        ("zh:每行之和为 1。\n\n  Every row sums to 1.\n\nMore.", Text(en="Every row sums to 1.", zh="每行之和为 1。")),
        ("One.\n    zh: 一。\n    zh: 二。", Text(en="One.", zh="一。")),
        ("Only English.", Text(en="Only English.", zh="")),
        ("", Text(en="", zh="")),
    ],
)
def test_a_claim_is_the_first_line_of_each_language(docstring: str, claim: Text) -> None:
    assert claim_in(docstring) == claim


@pytest.mark.parametrize(
    ("docstring", "feedback"),
    [
        ("You divide\nby n.\n\nzh: 你除以了\nn。", Text(en="You divide by n.", zh="你除以了 n。")),
        ("zh: 只有中文，\n没有英文。", Text(en="", zh="只有中文，没有英文。")),
        ("Only English.", Text(en="Only English.", zh="")),
    ],
)
def test_feedback_is_all_that_is_said_in_each_language(docstring: str, feedback: Text) -> None:
    assert feedback_in(docstring) == feedback
