"""How an object that lives in the student's process is named."""

from __future__ import annotations

import pytest

from grader.diagnosis.values import describe, describe_safely
from grader.examination.evidence import Facts

NET = Facts(type_name="handle of Net")


def test_an_object_is_named_by_its_class_in_both_languages() -> None:
    shown = describe(NET)
    assert (shown.en, shown.zh) == ("an object of class `Net`", "类 `Net` 的对象")


@pytest.mark.parametrize("name", ["Tensor", "list"])
def test_a_class_that_is_named_like_plain_data_is_still_an_object(name: str) -> None:
    assert describe(Facts(type_name=f"handle of {name}")).en == f"an object of class `{name}`"


def test_of_a_hidden_test_the_class_is_not_named() -> None:
    assert describe_safely(NET, ()).en == "an object"
