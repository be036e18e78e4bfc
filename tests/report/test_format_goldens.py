"""What the formats for programs write, to the letter: the goldens are reviewed like code.

After a wanted change, run this and read the diff:
`DLGRADE_UPDATE_GOLDENS=1 python -m pytest tests/report/test_format_goldens.py`
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from report_scenarios import SCENARIOS

from grader.records import Language
from grader.report import FORMATS, Setting, View, unmeasured

GOLDENS = Path(__file__).resolve().parent.parent / "goldens"
UPDATE = os.environ.get("DLGRADE_UPDATE_GOLDENS") == "1"
SETTING = Setting(
    now=datetime(2026, 9, 1, 12, 0, tzinfo=UTC), places={"exercise03_softmax/softmax.py": "week 3/softmax.py"}
)
OURS = ("junit", "ctrf", "github", "markdown", "csv")
JOINED = ("full", "every_outcome", "grader_fault", "rejected")


@dataclass(frozen=True)
class Golden:
    """One document: scenarios in one format and language."""

    format: str
    name: str
    scenarios: tuple[str, ...]
    language: Language = Language.EN

    @property
    def file(self) -> Path:
        end = FORMATS[self.format].file_name.rpartition(".")[2]
        return GOLDENS / f"format_{self.format}_{self.name}_{self.language}.{end}"


DOCUMENTS = [
    golden
    for name in OURS
    for golden in (
        Golden(name, "raised", ("raised",)),
        Golden(name, "partial", ("partial",), Language.ZH),
        Golden(name, "joined", JOINED),
    )
]


@pytest.mark.parametrize("golden", DOCUMENTS, ids=lambda golden: golden.file.stem)
def test_document_is_as_reviewed(golden: Golden) -> None:
    view = View(language=golden.language, setting=SETTING)
    together = FORMATS[golden.format].together
    assert together is not None
    document = together([SCENARIOS[name]() for name in golden.scenarios], view)
    if UPDATE:
        golden.file.write_text(document, encoding="utf-8", newline="\n")
    assert golden.file.exists(), "no such golden yet: run once with DLGRADE_UPDATE_GOLDENS=1 and read what it wrote"
    assert document == golden.file.read_bytes().decode("utf-8")


def test_no_golden_of_these_formats_is_left_over() -> None:
    found = {file.name for name in OURS for file in GOLDENS.glob(f"format_{name}_*")}
    assert found == {golden.file.name for golden in DOCUMENTS}


@pytest.mark.parametrize("name", OURS)
def test_one_report_is_the_join_of_one(name: str) -> None:
    found, report = FORMATS[name], SCENARIOS["partial"]()
    assert found.together is not None
    assert found.render(report, View(setting=SETTING)) == found.together([report], View(setting=SETTING))


@pytest.mark.parametrize("name", OURS)
def test_without_measurements_nothing_differs_between_runs(name: str) -> None:
    from dataclasses import replace

    from grader.report import Timings

    one = SCENARIOS["partial"]()
    slower = tuple(replace(test, wall_s=test.wall_s + 1) for test in one.tests)
    other = replace(one, tests=slower, timings=Timings(exam_s=9, total_s=10, cpu_s=11), attempts=2)
    later = View(setting=Setting(now=datetime(2027, 1, 1, tzinfo=UTC)))
    render = FORMATS[name].render
    assert render(unmeasured(one), View(setting=Setting(now=SETTING.now))) == render(unmeasured(other), later)
