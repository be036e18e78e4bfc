"""What a student sees, to the letter: the goldens are reviewed like code.

After a wanted change, run this and read the diff:
`DLGRADE_UPDATE_GOLDENS=1 python -m pytest tests/report/test_report_goldens.py`
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from report_scenarios import SCENARIOS
from rich.cells import cell_len

from grader.records import Language
from grader.report import View, render

GOLDENS = Path(__file__).resolve().parent.parent / "goldens"
UPDATE = os.environ.get("DLGRADE_UPDATE_GOLDENS") == "1"


@dataclass(frozen=True)
class Golden:
    """One page: a scenario, looked at in one way."""

    scenario: str
    look: str
    view: View

    @property
    def file(self) -> Path:
        return GOLDENS / f"report_{self.scenario}{self.look and '_' + self.look}.txt"


LOOKS = {
    "zh": View(language=Language.ZH),
    "w60": View(width=60),
    "w100": View(width=100),
    "color": View(color=True),
    "ascii": View(ascii_only=True),
    "v": View(verbose=True),
    "zh_w60": View(language=Language.ZH, width=60),
    "v_zh_w60": View(language=Language.ZH, width=60, verbose=True),
    "v_ascii": View(verbose=True, ascii_only=True),
}
ALSO = {
    "full": ("zh", "color"),
    "partial": ("v", "zh", "zh_w60", "w60", "w100", "color", "ascii"),
    "raised": ("color", "w60"),
    "waiting": ("v", "zh"),
    "not_started": ("zh",),
    "syntax_error": ("v", "zh"),
    "timeout": ("zh",),
    "crash": ("v",),
    "every_outcome": ("v", "ascii", "zh", "color"),
    "visible_only": ("zh",),
    "author_fault": ("zh",),
    "grader_fault": ("zh", "v"),
    "rejected": ("zh",),
    "hostile": ("color", "ascii", "w60"),
    "needs_review": ("v", "zh"),
    "pictures": ("v", "v_zh_w60", "v_ascii"),
}
PAGES = [
    Golden(scenario, look, LOOKS[look] if look else View())
    for scenario in SCENARIOS
    for look in ("", *ALSO.get(scenario, ()))
]


@pytest.mark.parametrize("golden", PAGES, ids=lambda golden: golden.file.stem)
def test_page_is_as_reviewed(golden: Golden) -> None:
    page = render(SCENARIOS[golden.scenario](), view=golden.view)
    if UPDATE:
        golden.file.write_text(page, encoding="utf-8", newline="\n")
    assert golden.file.exists(), "no such golden yet: run once with DLGRADE_UPDATE_GOLDENS=1 and read what it wrote"
    assert page == golden.file.read_bytes().decode("utf-8")


def test_no_golden_is_left_over() -> None:
    assert {file.name for file in GOLDENS.glob("report_*.txt")} == {golden.file.name for golden in PAGES}


@pytest.mark.parametrize("width", [40, 60, 79, 100])
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_line_is_wider_than_the_page(scenario: str, language: Language, width: int) -> None:
    page = render(SCENARIOS[scenario](), view=View(width=width, language=language, verbose=True))
    assert max(cell_len(line) for line in page.splitlines()) <= width


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_colour_adds_nothing_but_colour(scenario: str) -> None:
    from rich.text import Text

    report = SCENARIOS[scenario]()
    plain, coloured = render(report), render(report, view=View(color=True))
    assert Text.from_ansi(coloured).plain.rstrip() == plain.rstrip()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_page_ends_a_line_with_a_space(scenario: str) -> None:
    assert all(line == line.rstrip() for line in render(SCENARIOS[scenario]()).splitlines())
