"""Which language a run speaks."""

from __future__ import annotations

import pytest

from grader.cli.language import choose_language, say
from grader.errors import UsageError
from grader.records import Language, Text


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, Language.EN),
        ({"LANG": "zh_CN.UTF-8"}, Language.ZH),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, Language.EN),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN"}, Language.ZH),
        ({"LC_ALL": "", "LANG": "zh_TW"}, Language.ZH),
        ({"DLGRADE_LANG": "en", "LC_ALL": "zh_CN.UTF-8"}, Language.EN),
        ({"DLGRADE_LANG": "ZH", "LC_ALL": "C"}, Language.ZH),
        ({"DLGRADE_LANG": "fr"}, Language.EN),
    ],
)
def test_the_environment_chooses(environment: dict[str, str], language: Language) -> None:
    assert choose_language(None, environment) is language


def test_the_option_outranks_the_environment() -> None:
    assert choose_language("en", {"DLGRADE_LANG": "zh"}) is Language.EN


def test_an_error_in_both_languages_is_told_in_the_chosen_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLGRADE_LANG", "zh")
    error = UsageError(Text(en="no", zh="否"), remedy=Text(en="Try.", zh="请试。"))
    assert say(error) == "否请试。"
    assert say(UsageError("only English", remedy="Sorry.")) == "only English Sorry."
