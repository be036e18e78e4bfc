"""Where reports go, and that it is known beforehand whether they can."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.cli.formats import plan_delivery
from grader.errors import UsageError
from grader.report import FORMATS


def test_every_format_of_a_report_has_a_file_of_its_own() -> None:
    assert len({found.file_name for found in FORMATS.values()}) == len(FORMATS)


def test_formats_are_joined_by_commas_and_each_counts_once(tmp_path: Path) -> None:
    assert plan_delivery("json, text,json", tmp_path).formats == ("json", "text")


def test_an_unknown_format_gets_the_list() -> None:
    with pytest.raises(UsageError, match=r"'yaml'.*Available: text, json"):
        plan_delivery("text,yaml", None)


def test_a_near_miss_of_a_format_is_recognised() -> None:
    with pytest.raises(UsageError, match="Did you mean json") as caught:
        plan_delivery("jsn", None)
    assert "是不是 json？" in caught.value.text.zh


def test_stdout_has_room_for_one_format() -> None:
    with pytest.raises(UsageError, match="Add --output DIR"):
        plan_delivery("text,json", None)


def test_the_folder_is_made(tmp_path: Path) -> None:
    plan_delivery("text", tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_folder_that_cannot_be_is_found_out_before_the_exam(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written to"):
        plan_delivery("text", tmp_path / place)


def test_a_folder_in_the_place_of_a_report_is_found_out_before_the_exam(tmp_path: Path) -> None:
    (tmp_path / "report.json").mkdir()
    with pytest.raises(UsageError, match=r"report\.json"):
        plan_delivery("json", tmp_path)


def test_a_format_that_misses_its_platform_is_found_out_before_the_exam(monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.report.formats.classroom50 import VARIABLES

    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError, match="not set in the environment: CLASSROOM"):
        plan_delivery("classroom50", None)
