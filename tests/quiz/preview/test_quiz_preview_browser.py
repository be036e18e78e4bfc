"""Questions and previews in a real browser: nothing runs, is loaded or sticks out, and a keyboard is enough."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from quiz.quiz_canaries import CODE, EVERY_TYPE
from quiz.quiz_folders import drawing_of, quiz_in
from quiz.quiz_hostile import HOSTILE

from grader.quiz.drawing import draw_all
from grader.quiz.model import QuestionType
from grader.quiz.preview.page import Preview, preview_page
from grader.quiz.preview.variants import preview
from grader.quiz.rendering.question_html import question_html
from grader.records import Language, Text
from grader.taking.statistics.counting import Asked as QuizAsked
from grader.taking.statistics.counting import figures_of
from grader.taking.statistics.page import to_page

pytest.importorskip("fcntl", reason="speaks to the browser over inherited pipes, which Windows does not have")
from report.browser import NAMES, Browser, find_browser, open_browser
from taking.attempt_rows import attempt, marked

CHROMIUM = find_browser()
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=f"needs a browser: one of {', '.join(NAMES)} on the PATH")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM is not None
    with open_browser(CHROMIUM) as opened:
        yield opened


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The preview of a quiz of every type, with a long word in it."""
    folder = tmp_path_factory.mktemp("page")
    long = "- {id: long, type: number, text: " + "W" * 300 + ", code: " + "v" * 300 + ', answer: "1"}\n'
    seeds = range(1, 4)
    quiz = quiz_in(folder, EVERY_TYPE + long, CODE)
    shown = Preview(
        quiz=quiz, questions=preview(quiz, seeds), seeds=seeds, languages=tuple(Language), speaks=Language.EN
    )
    file = folder / "preview.html"
    file.write_text(preview_page(shown), encoding="utf-8")
    return file


def test_a_preview_loads_nothing_and_nothing_of_it_is_refused(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.requests == [browser.evaluate("location.href")]
    assert browser.complaints == []
    assert browser.evaluate("document.scripts.length + document.images.length") == 0


@pytest.mark.parametrize("width", [360, 1200])
def test_nothing_of_a_preview_sticks_out_on_a_phone_or_a_screen(browser: Browser, page: Path, width: int) -> None:
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    browser.open(page)
    browser.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    browser.call("Emulation.clearDeviceMetricsOverride")


def test_hostile_texts_run_and_load_nothing_even_where_no_policy_forbids_it(browser: Browser, tmp_path: Path) -> None:
    """On a page without a policy of its own, so that only the escaping stands between a text and the browser."""
    questions = "".join(
        f"- id: q{place}\n  type: choice\n  text: {json.dumps(text)}\n  code: {json.dumps(text)}\n"
        f"  choices: [{{text: {json.dumps('a ' + text)}, correct: true}}, {{code: {json.dumps(text)}}}]\n"
        for place, text in enumerate(HOSTILE)
    )
    with drawing_of(quiz_in(tmp_path, questions)) as drawing:
        shown = [
            question_html(variant.public, Language.EN, scope=f"q{n}") for n, variant in enumerate(draw_all(drawing))
        ]
    file = tmp_path / "page.html"
    file.write_text(
        "<!DOCTYPE html><meta charset=utf-8><title>fine</title><script>window.alert = () => document.title = 'owned'"
        f"</script>{''.join(shown)}",
        encoding="utf-8",
    )
    browser.open(file)
    assert len(shown) == len(HOSTILE) == browser.evaluate("document.querySelectorAll('section.question').length")
    assert browser.evaluate("document.title") == "fine"
    assert browser.requests == [browser.evaluate("location.href")]
    assert browser.evaluate("document.scripts.length") == 1, "its own"
    assert browser.evaluate("document.querySelectorAll('img, iframe, object, embed, b, svg, [onerror]').length") == 0


def press(browser: Browser, key: str, text: str = "") -> None:
    for kind in ("keyDown", "keyUp"):
        given = {"text": text} if text and kind == "keyDown" else {}
        browser.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=_CODES[key], **given)


_CODES = {"Tab": 9, "1": 49, "2": 50}


def test_items_are_put_in_order_by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    with drawing_of(quiz_in(tmp_path, EVERY_TYPE, CODE)) as drawing:
        public = next(one.public for one in draw_all(drawing) if one.public.type is QuestionType.ORDER)
    file = tmp_path / "order.html"
    file.write_text(
        f"<!DOCTYPE html><meta charset=utf-8><form>{question_html(public, Language.EN)}</form>", encoding="utf-8"
    )
    browser.open(file)
    for place in ("2", "1"):
        press(browser, "Tab", "\t")
        press(browser, place, place)
    form = "[...new FormData(document.forms[0]).entries()].map(([name, value]) => name + '=' + value).join(' ')"
    first, second = (option.id for option in public.body.options)  # type: ignore[union-attr]
    assert browser.evaluate(form) == f"answer.{first}=2 answer.{second}=1"


@pytest.mark.parametrize("width", [400, 1200])
def test_the_figures_of_a_question_can_all_be_read_on_a_phone_and_on_a_screen(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    """On a phone a row is a list of heads and values; a table would hide all but its first columns."""
    rows = [attempt(f"s{number}", [marked(name, number % 2) for name in ("first", "second")]) for number in range(4)]
    title = Text(en="Figures", zh="统计")
    figures = figures_of(rows, QuizAsked(quiz="quiz01", title=title, order=("first", "second")))
    file = tmp_path / "figures.html"
    file.write_text(to_page(figures, Language.EN), encoding="utf-8")
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    browser.open(file)
    box = "document.querySelector('.scroll')"
    assert browser.evaluate(f"{box}.scrollWidth <= {box}.clientWidth")
    assert browser.evaluate(f"getComputedStyle({box}.querySelector('thead')).display != 'none'") == (width == 1200)
    heads = "[...document.querySelectorAll('.scroll tbody tr:first-child td[data-head]')]"
    assert browser.evaluate(f"{heads}.map(one => one.dataset.head).includes('Discrimination')")
    browser.call("Emulation.clearDeviceMetricsOverride")
