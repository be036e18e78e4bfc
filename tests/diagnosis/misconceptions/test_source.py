"""Taking sources apart, putting two changes together, and the text of a docstring."""

from __future__ import annotations

import pytest

from grader.diagnosis.misconceptions.catalogue import Catalogue
from grader.diagnosis.misconceptions.docstring import feedback
from grader.diagnosis.misconceptions.pairs import Pairs
from grader.diagnosis.misconceptions.source import Source
from grader.records import SourceFile, Text

REFERENCE = '''
"""The reference."""
import math
from torch import Tensor

SCALE = 2

def helper(x: Tensor) -> Tensor:
    """Help."""
    return x * SCALE  # twice

def f(x: Tensor) -> Tensor:
    first = helper(x)
    second = first + 1
    third = second * 3
    return third - math.e

def g(x):
    return x + 1
'''


def source(text: str) -> Source:
    return Source("work", text)


def changed(text: str) -> frozenset[str]:
    return source(text).changed(source(REFERENCE))


def test_docstrings_comments_and_annotations_change_nothing() -> None:
    bare = REFERENCE.replace(": Tensor", "").replace(" -> Tensor", "").replace('"""Help."""\n    ', "")
    assert bare != REFERENCE
    assert changed(bare.replace("  # twice", "")) == frozenset()


def test_a_change_is_found_by_its_name() -> None:
    assert changed(REFERENCE.replace("x + 1", "x - 1")) == {"g"}
    assert changed(REFERENCE.replace("SCALE = 2", "SCALE = 3")) == {"SCALE"}
    assert changed(REFERENCE.replace("import math", "import cmath as math")) == {"math"}


def test_what_binds_nothing_may_change_everything() -> None:
    assert "" in changed(REFERENCE + "\nif True:\n    SCALE = 5\n")
    assert "" in changed(REFERENCE + "\nprint(SCALE)\n")


def test_a_change_is_reached_through_what_a_function_uses() -> None:
    mistaken = source(REFERENCE.replace("SCALE = 2", "SCALE = 3"))
    assert "SCALE" in mistaken.reach(["f"])
    assert "SCALE" not in mistaken.reach(["g"])
    right = source(REFERENCE)
    assert mistaken.behind(frozenset({"g"})) == right.behind(frozenset({"g"}))
    assert mistaken.behind(frozenset({"f"})) != right.behind(frozenset({"f"}))


def catalogue(**mistakes: str) -> Catalogue:
    files = [SourceFile(name=f"mistakes/{name}.py", text=f'"""{name}"""\n{text}') for name, text in mistakes.items()]
    return Catalogue("work", REFERENCE, files)


def together(one: str, other: str) -> object:
    """Return the module that has both mistakes; None where they cannot be put together."""
    known = catalogue(one=one, other=other)
    candidate = Pairs(known.reference).candidate(*known.mistakes)
    return None if candidate is None else candidate.module()


def test_changes_of_two_functions_stand_side_by_side() -> None:
    module = together(REFERENCE.replace("x + 1", "x - 1"), REFERENCE.replace("SCALE = 2", "SCALE = 10"))
    assert module.g(5) == 4  # type: ignore[attr-defined]
    assert module.helper(5) == 50  # type: ignore[attr-defined]


def test_changes_of_two_lines_of_one_function_are_merged() -> None:
    module = together(
        REFERENCE.replace("first + 1", "first + 100").replace("import math", "import math, os"),
        REFERENCE.replace("second * 3", "second * 0"),
    )
    assert module.f(1) == pytest.approx(-2.718281828)  # type: ignore[attr-defined]


def test_changes_of_the_same_line_are_not_put_together() -> None:
    assert together(REFERENCE.replace("first + 1", "first + 2"), REFERENCE.replace("first + 1", "first + 3")) is None


def test_a_definition_that_several_mistakes_share_is_no_mistake_of_their_own() -> None:
    shorter = REFERENCE.replace("return x * SCALE", "return SCALE * x")
    known = catalogue(
        one=shorter.replace("x + 1", "x - 1"), other=shorter.replace("first + 1", "first + 2"), third=shorter
    )
    assert [sorted(mistake.own) for mistake in known.mistakes] == [["g"], ["f"], []]
    assert all("helper" in mistake.changed for mistake in known.mistakes)


@pytest.mark.parametrize(
    ("docstring", "expected"),
    [
        ("One.\nTwo.\n\nzh: 一。\n二。\n", Text(en="One. Two.", zh="一。二。")),
        ("First.\n\nSecond.\n\nzh: 用 exp\n计算 x。", Text(en="First. Second.", zh="用 exp 计算 x。")),
        ("English only.", Text(en="English only.", zh="English only.")),
        ("zh: 只有\n中文。", Text(en="只有中文。", zh="只有中文。")),
        ("zh:\n", None),
        ("  \n", None),
    ],
)
def test_the_feedback_is_read_from_the_docstring(docstring: str, expected: Text | None) -> None:
    assert feedback(docstring) == expected
