"""Plain values as a message writes them: as Python would, and never longer than a line."""

from __future__ import annotations

import pytest
import torch

from grader.diagnosis.values import describe_with_value
from grader.examination.evidence import facts, literal


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (range(4), "range(0, 4)"),
        (range(9, 0, -2), "range(9, 0, -2)"),
        (slice(1, None), "slice(1, None)"),
        (slice(1, 5, 1), "slice(1, 5, 1)"),
        ([range(2), None], "[range(0, 2), None]"),
        (range(1 << 300), "range(0, an integer of 301 bits)"),
        (slice(["a", ["b"]], None), "slice([…], None)"),
        (1.5, "1.5"),
        (torch.float64, "torch.float64"),
    ],
)
def test_a_plain_value_is_written_as_python_writes_it(value: object, text: str) -> None:
    assert literal(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.5, "float 1.5"), (range(4), "range(0, 4)"), (slice(2), "slice(None, 2)"), (None, "None"), ("a", "str 'a'")],
)
def test_a_value_that_names_its_type_is_not_told_its_type_twice(value: object, text: str) -> None:
    assert describe_with_value(facts(value)).en == text
