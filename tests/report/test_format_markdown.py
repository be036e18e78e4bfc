"""The Markdown page and the step's summary, as GitHub's own parser (cmark-gfm) reads them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hostile_reports import TEXTS, hostile_report
from report_scenarios import SCENARIOS
from workflow_log import read_commands

from grader.records import Language
from grader.report import View, render
from grader.report.formats.markdown import MAX_BYTES, summary

ALLOWED = {"h2", "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "pre", "code"}


class Page(HTMLParser):
    """The tags of a page, and the text of its cells, code and all."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert {name for name, _ in attrs} <= {"align", "lang"}, attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markdown: str) -> Page:
    """Return the page as the parser makes it, with raw HTML let through: whatever there is would be seen."""
    page = Page()
    page.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))
    return page


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("language", Language)
def test_a_page_is_made_of_what_it_may_be_made_of(scenario: str, language: Language) -> None:
    page = read(render(SCENARIOS[scenario](), format_name="markdown", view=View(language=language)))
    assert set(page.tags) <= ALLOWED
    assert page.tags.count("h2") == 1
    assert "**" not in page.text  # every emphasis was understood, beside full-width signs too


def test_the_table_has_a_row_for_each_test_and_its_points() -> None:
    page = read(render(SCENARIOS["partial"](), format_name="markdown"))
    assert page.tags.count("tr") == 1 + 2 + 6  # its head, a line for each group
    assert "5 / 10 points, 50 %" in page.text
    assert re.search(r"✗ failed\s+Large logits do not overflow\.\s+0 / 3", page.text)


def test_values_of_several_lines_are_code_inside_their_item() -> None:
    page = read(render(SCENARIOS["partial"](), format_name="markdown"))
    assert "[[0.8808, 0.5000, 0.2689],\n [0.1192, 0.5000, 0.7311]]\n" in page.text
    assert page.tags.count("ul") == 2  # one a failure: no block ends its list


def test_commands_in_a_sentence_stay_code() -> None:
    page = cmarkgfm.github_flavored_markdown_to_html(render(SCENARIOS["partial"](), format_name="markdown"))
    assert "Pass <code>dim</code> on to <code>sum</code>, with <code>keepdim=True</code>, so" in page


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_hostile_text_is_no_markup_and_no_command(text: str) -> None:
    markdown = render(hostile_report(text), format_name="markdown")
    page, harmless = read(markdown), read(render(hostile_report("x"), format_name="markdown"))
    assert set(page.tags) <= ALLOWED  # no link, no picture, no script
    for tag in ("h2", "h3", "table", "tr", "td", "ul", "li"):
        assert page.tags.count(tag) == harmless.tags.count(tag), tag
    assert read_commands(markdown) == []
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]", markdown)
    assert not re.search(r"@owned|#1\b|https?://|www\.|[0-9a-f]{7}", _outside_of_code(markdown))


def _outside_of_code(markdown: str) -> str:
    """Return the page's text where GitHub looks for names, numbers, commits and addresses to make links of."""
    html = cmarkgfm.github_flavored_markdown_to_html(markdown)
    return re.sub(r"<code.*?</code>", "", html, flags=re.DOTALL)


def test_a_whole_summary_is_the_page() -> None:
    reports = [SCENARIOS["partial"](), SCENARIOS["raised"]()]
    pages = [render(report, format_name="markdown") for report in reports]
    assert summary(reports, View()) == "\n".join(pages)


@pytest.mark.parametrize("room", [0, 100, 700, 1_500, 3_000, 4_500, 20_000])
def test_a_summary_never_outgrows_its_room(room: int) -> None:
    reports = [SCENARIOS["partial"](), SCENARIOS["raised"](), SCENARIOS["syntax_error"]()]
    assert len(summary(reports, View(language=Language.ZH), room=room).encode()) <= room


def test_a_summary_that_is_cut_says_so_and_keeps_every_score() -> None:
    reports = [hostile_report("x" * 9_000) for _ in range(40)]
    text = summary(reports, View())
    assert len(text.encode()) <= MAX_BYTES
    assert text.endswith("the other formats have it\\.\n")
    page = read(text)
    assert page.tags.count("h2") == 40
    assert set(page.tags) <= ALLOWED
