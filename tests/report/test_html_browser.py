"""The HTML report in a real browser: it loads nothing, complains of nothing, and is readable on screens and paper."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from report_scenarios import SCENARIOS

from grader.errors import both
from grader.records import Language, Text
from grader.report import View, render

pytest.importorskip("fcntl", reason="speaks to the browser over inherited pipes, which Windows does not have")
from browser import NAMES, Browser, find_browser, open_browser

CHROMIUM = find_browser()
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=f"needs a browser: one of {', '.join(NAMES)} on the PATH")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM is not None
    with open_browser(CHROMIUM) as opened:
        yield opened


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[object]:
    """A function that opens the report of a scenario in the browser."""

    def show(scenario: str, language: Language = Language.EN) -> Browser:
        file = tmp_path / f"{scenario}.html"
        file.write_text(
            render(SCENARIOS[scenario](), format_name="html", view=View(language=language)), encoding="utf-8"
        )
        browser.open(file)
        return browser

    yield show
    browser.call("Emulation.clearDeviceMetricsOverride")
    browser.call("Emulation.setEmulatedMedia", media="", features=[])


@pytest.mark.parametrize("scenario", ["partial", "pictures", "hostile", "grader_fault"])
def test_a_report_loads_nothing_and_nothing_of_it_is_refused(show, scenario: str) -> None:
    page = show(scenario)
    assert page.requests == [page.evaluate("location.href")]
    assert page.complaints == []


def test_the_score_and_the_style_are_there(show) -> None:
    page = show("partial")
    assert page.evaluate("document.querySelector('.points').innerText") == "5 / 10 points"
    assert page.evaluate("document.title") == "exercise03: 5 / 10 points"
    assert page.evaluate("getComputedStyle(document.querySelector('.points')).fontWeight") == "650"


def test_what_a_student_printed_makes_no_element(show) -> None:
    page = show("hostile")
    assert page.evaluate("document.scripts.length") == 0
    assert page.evaluate("document.querySelectorAll('style').length") == 1
    assert page.evaluate("[...document.links].every(a => a.getAttribute('href').startsWith('#test-'))")
    assert "\u202e" not in page.evaluate("document.documentElement.innerHTML")


def test_a_script_in_a_report_would_not_run_even_if_it_got_there(show, tmp_path: Path) -> None:
    page = show("full")
    broken = render(SCENARIOS["full"](), format_name="html").replace(
        "</main>", "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"></main>"
    )
    (tmp_path / "broken.html").write_text(broken, encoding="utf-8")
    page.open(tmp_path / "broken.html")
    assert page.evaluate("document.title") == "exercise03: 10 / 10 points"
    assert any("Content Security Policy" in complaint for complaint in page.complaints)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("scenario", ["partial", "pictures", "hostile", "every_outcome"])
def test_nothing_sticks_out_on_a_phone(show, scenario: str, language: Language) -> None:
    page = show(scenario, language)
    page.call("Emulation.setDeviceMetricsOverride", width=360, height=700, deviceScaleFactor=1, mobile=False)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


BROKEN_SIGNS = """(() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT), found = [];
  const top = (node, place) => {
    const range = document.createRange();
    range.setStart(node, place); range.setEnd(node, place + 1);
    return range.getBoundingClientRect().top;
  };
  for (let node; (node = walker.nextNode()); )
    for (const sign of node.data.matchAll(/-(?=[a-z(])/g))
      found.push(top(node, sign.index) === top(node, sign.index + 1));
  return [found.length, found.filter((whole) => !whole).length];
})()"""


def test_no_line_ends_with_the_sign_of_what_follows(browser: Browser, tmp_path: Path) -> None:
    report = SCENARIOS["partial"]()
    terms = Text(
        en="The mean of " + "-ln(1/4), -ln(1/2) and -ln(1/16), " * 4, zh="三行的损失是 -ln(1/4)、-ln(1/2)。" * 4
    )
    failed = next(test for test in report.tests if test.explanation is not None)
    assert failed.explanation is not None
    explained = replace(failed.explanation, expected=both("[" + "-inf, " * 40 + "-inf]"), cause=terms)
    changed = [replace(test, claim=terms, explanation=explained) if test is failed else test for test in report.tests]
    for language in Language:
        text = render(replace(report, tests=tuple(changed)), format_name="html", view=View(language=language))
        (tmp_path / "signs.html").write_text(text, encoding="utf-8")
        for width in range(360, 1100, 60):
            browser.call(
                "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False
            )
            browser.open(tmp_path / "signs.html")
            signs, broken = browser.evaluate(BROKEN_SIGNS)
            assert signs > 40
            assert broken == 0, (language, width)
    browser.call("Emulation.clearDeviceMetricsOverride")


def test_dark_screens_get_a_dark_page_and_paper_a_light_one(show) -> None:
    page = show("partial")
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    page.call("Emulation.setEmulatedMedia", media="screen", features=dark)
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(18, 21, 26)"
    page.call("Emulation.setEmulatedMedia", media="print", features=dark)
    assert page.evaluate("getComputedStyle(document.documentElement).color") == "rgb(28, 33, 39)"


def test_folded_output_is_printed(show) -> None:
    page = show("hostile")
    assert page.evaluate("document.querySelector('details').open") is False
    page.call("Emulation.setEmulatedMedia", media="print", features=[])
    assert page.evaluate("document.querySelector('details pre').getBoundingClientRect().height") > 0


def test_a_printed_report_has_pages(show) -> None:
    pdf = base64.b64decode(show("pictures").call("Page.printToPDF")["data"])
    assert pdf.startswith(b"%PDF")


def test_pictures_have_a_name_and_a_description_for_those_who_do_not_see_them(show) -> None:
    page = show("pictures")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    images = [node for node in nodes if node.get("role", {}).get("value") in ("image", "img") and not node["ignored"]]
    names = [node["name"]["value"] for node in images]
    assert len(names) == 1 + 6  # the bar of the score, and one picture a test
    assert sum("Map of 40 x 100 values" in name for name in names) == 1
    assert sum("They part at step 21" in name for name in names) == 1
