"""What the formats of platforms write, to the letter: the goldens are reviewed like code.

After a wanted change, run this and read the diff:
`DLGRADE_UPDATE_GOLDENS=1 python -m pytest tests/report/test_format_platform_goldens.py`
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from platforms import SETTING, text_of
from report_scenarios import SCENARIOS

from grader.records import Language
from grader.report import FORMATS, View

GOLDENS = Path(__file__).resolve().parent.parent / "goldens"
UPDATE = os.environ.get("DLGRADE_UPDATE_GOLDENS") == "1"
PLATFORMS = ("gradescope", "classroom50", "github-classroom", "check50", "exercism", "prairielearn")


@dataclass(frozen=True)
class Golden:
    """One document: scenarios in one format and language."""

    format: str
    name: str
    scenarios: tuple[str, ...]
    language: Language = Language.EN

    @property
    def file(self) -> Path:
        return GOLDENS / f"format_{self.format}_{self.name}_{self.language}.json"


DOCUMENTS = [
    golden
    for name in PLATFORMS
    for golden in (
        Golden(name, "raised", ("raised",)),
        Golden(name, "every_outcome", ("every_outcome",), Language.ZH),
        Golden(name, "joined", ("full", "rejected")),
        Golden(name, "no_score", ("grader_fault",)),
    )
]


@pytest.mark.parametrize("golden", DOCUMENTS, ids=lambda golden: golden.file.stem)
def test_document_is_as_reviewed(golden: Golden) -> None:
    document = text_of(golden.format, *golden.scenarios, language=golden.language)
    if UPDATE:
        golden.file.write_text(document, encoding="utf-8", newline="\n")
    assert golden.file.exists(), "no such golden yet: run once with DLGRADE_UPDATE_GOLDENS=1 and read what it wrote"
    assert document == golden.file.read_bytes().decode("utf-8")


def test_no_golden_of_these_formats_is_left_over() -> None:
    found = {file.name for name in PLATFORMS for file in GOLDENS.glob(f"format_{name}_*")}
    assert found == {golden.file.name for golden in DOCUMENTS}


@pytest.mark.parametrize("name", PLATFORMS)
def test_one_report_is_the_join_of_one(name: str) -> None:
    view = View(setting=SETTING)
    assert FORMATS[name].render(SCENARIOS["partial"](), view) == text_of(name, "partial")


def test_no_two_formats_write_the_same_file() -> None:
    files = [one.file_name for one in FORMATS.values()]
    assert len(set(files)) == len(files)
