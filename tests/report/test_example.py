"""Code that shows a failure stands in every report as it is: to be copied, and inert."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import jsonschema
import pytest
import report_scenarios as scenarios

from grader.records import Language, Text
from grader.report import Report, View, render
from grader.report.document import as_document, load_schema
from grader.report.html import to_html

CODE = "import torch\nfrom softmax import softmax\n\nprint(softmax(torch.tensor([89.0]), dim=0))\n# <b>"


def told(code: str = CODE) -> Report:
    shown = replace(scenarios.RAISED, example=Text(en=code, zh=code.replace("<b>", "期望")))
    return scenarios.graded(scenarios.failed(scenarios.ROWS, shown))


@pytest.mark.parametrize("width", [60, 100])
@pytest.mark.parametrize("color", [False, True])
def test_the_terminal_shows_every_line_without_a_gutter(width: int, color: bool) -> None:
    page = re.sub("\x1b\\[[0-9;]*m", "", render(told(), view=View(width=width, color=color)))
    assert "    try it yourself\n" + "".join(f"    {line}".rstrip() + "\n" for line in CODE.split("\n")) in page + "\n"


def test_the_chinese_page_has_chinese_comments() -> None:
    page = render(told(), view=View(language=Language.ZH))
    assert "自己试一试" in page
    assert "# 期望" in page


def test_the_document_carries_it_and_keeps_to_the_schema() -> None:
    document = as_document(told())
    jsonschema.validate(document, load_schema())
    (explanation,) = (test["explanation"] for test in document["tests"] if test["explanation"])
    assert explanation["example"]["en"] == CODE
    del explanation["example"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, load_schema())


def test_the_page_shows_it_as_text() -> None:
    page = to_html(told(), language=Language.EN)
    assert "<b>" not in page
    assert CODE in unescape(page)


def test_what_would_steer_a_terminal_does_not() -> None:
    page = render(told("print('\x1b[2J')\n\u202eprint(1)"), view=View())
    assert "\x1b" not in page
    assert "\u202e" not in page
