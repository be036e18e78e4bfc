"""The class's pages in a real browser: nothing is loaded or refused, nothing sticks out, hostile names are inert."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from class_rows import large_class, mixed_class

from grader.batch.class_page import class_pages
from grader.batch.statistics import statistics_of
from grader.records import Language

pytest.importorskip("fcntl", reason="speaks to the browser over inherited pipes, which Windows does not have")
from report.browser import NAMES, Browser, find_browser, open_browser

CHROMIUM = find_browser()
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=f"needs a browser: one of {', '.join(NAMES)} on the PATH")
ATTACK = '</style><script>document.title="owned"</script><img src=x onerror=document.title="owned"> ' + "W" * 80


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM is not None
    with open_browser(CHROMIUM) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    hostile = mixed_class(alice=ATTACK, called=ATTACK)
    found = {}
    for name, book, language in (
        ("hostile", hostile, Language.EN),
        ("hostile-zh", hostile, Language.ZH),
        ("large", large_class(501), Language.EN),
    ):
        for file, content in class_pages(book, statistics_of(book), language=language, stem=name).items():
            (folder / file).write_text(content, encoding="utf-8")
            found[file.removesuffix(".html")] = folder / file
    return found


@pytest.mark.parametrize("name", ["hostile", "large", "large-2"])
def test_a_page_loads_nothing_and_nothing_of_it_is_refused(browser: Browser, pages: dict[str, Path], name: str) -> None:
    browser.open(pages[name])
    assert browser.requests == [browser.evaluate("location.href")]
    assert browser.complaints == []
    assert browser.evaluate("document.scripts.length + document.images.length") == 0
    assert browser.evaluate("document.title").startswith("Class at a glance")


@pytest.mark.parametrize("name", ["hostile", "hostile-zh", "large"])
@pytest.mark.parametrize("width", [360, 1200])
def test_nothing_sticks_out_on_a_phone_or_a_screen(
    browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    browser.open(pages[name])
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    browser.call("Emulation.clearDeviceMetricsOverride")


HIDDEN_ROWS = """[".students", ".matrix"].map((table) => {
  const box = document.querySelector(table), end = box.getBoundingClientRect().bottom;
  return [...box.querySelectorAll("tbody tr")].filter((row) => row.getBoundingClientRect().bottom > end + 1).length;
})"""


@pytest.mark.parametrize("width", [360, 1200])
def test_every_student_of_up_to_sixty_is_in_sight(browser: Browser, tmp_path: Path, width: int) -> None:
    file = tmp_path / "class.html"
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    for students, said in ((3, False), (14, False), (60, False), (61, True)):
        book = large_class(students)
        file.write_text(class_pages(book, statistics_of(book), stem="class")["class.html"], encoding="utf-8")
        browser.open(file)
        hidden = browser.evaluate(HIDDEN_ROWS)
        assert (hidden != [0, 0]) is said, (students, hidden)
        assert browser.evaluate("document.querySelector('main').innerText.includes('scroll in it')") is said
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.evaluate(HIDDEN_ROWS) == [0, 0]  # of 61, on paper
    browser.call("Emulation.setEmulatedMedia", media="")
    browser.call("Emulation.clearDeviceMetricsOverride")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_marks_of_the_matrix_can_be_read_in_both_schemes(
    browser: Browser, pages: dict[str, Path], scheme: str
) -> None:
    browser.call(
        "Emulation.setEmulatedMedia", media="screen", features=[{"name": "prefers-color-scheme", "value": scheme}]
    )
    browser.open(pages["hostile"])
    for kind in ("pass", "miss"):
        ink, ground = (
            browser.evaluate(f"getComputedStyle(document.querySelector('td.{kind}')).{what}")
            for what in ("color", "backgroundColor")
        )
        assert contrast(channels(ink), channels(ground)) >= 4.5, (kind, ink, ground)
    browser.call("Emulation.setEmulatedMedia", media="", features=[])


def test_a_student_of_the_second_page_is_found_by_following_a_link(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["large"])
    target = browser.evaluate("document.querySelector('nav.pages a').href")
    assert target == pages["large-2"].as_uri()
    browser.open(pages["large-2"])
    assert browser.evaluate("document.querySelector('tbody th').innerText").startswith("s00500")


def channels(color: str) -> list[float]:
    """Return red, green and blue from 0 to 1, of "rgb(…)" or "color(srgb …)"."""
    numbers = [float(number) for number in re.findall(r"[0-9.]+(?:e-?[0-9]+)?", color)]
    return [value / 255 for value in numbers[:3]] if color.startswith("rgb") else numbers[:3]


def contrast(ink: list[float], ground: list[float]) -> float:
    """Return the contrast of WCAG 2, from 1 to 21."""

    def luminance(color: list[float]) -> float:
        linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in color]
        return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    first, second = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (first + 0.05) / (second + 0.05)
