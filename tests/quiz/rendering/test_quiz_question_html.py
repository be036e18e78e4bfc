"""Questions on a page: what each type offers, what no page tells, and that its form holds the answer that was given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from quiz.quiz_canaries import CANARIES, CODE, EVERY_TYPE
from quiz.quiz_folders import drawing_of, quiz_in

from grader.pages.style import DARK, LIGHT, Palette
from grader.quiz.drawing import draw_all
from grader.quiz.marking import Algebra, Marker, Unreadable, Verdict
from grader.quiz.marking.model_answer import model_answer
from grader.quiz.model import OptionsBody, PublicQuestion, QuestionType, Variant
from grader.quiz.rendering.forms import response_of
from grader.quiz.rendering.question_html import question_html
from grader.quiz.rendering.question_style import CODE_PAIRS, QUESTION_STYLE
from grader.records import Language


class Form(HTMLParser):
    """A page as a browser reads it: every element, and the fields that it would send."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.sent: dict[str, list[str]] = {}
        self._select = self._area = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        self.elements.append((tag, own))
        name = own.get("name") or ""
        if tag == "input" and (own["type"] == "text" or "checked" in own):
            self.sent.setdefault(name, []).append(own["value"] or "")
        elif tag == "select":
            self._select, self.sent[name] = name, [""]
        elif tag == "option" and "selected" in own:
            self.sent[self._select] = [own["value"] or ""]
        elif tag == "textarea":
            self._area, self.sent[name] = name, [""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.sent[self._area] = [self.sent[self._area][0].removeprefix("\n")]  # as a browser does
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area][0] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory) -> tuple[Variant, ...]:
    quiz = quiz_in(tmp_path_factory.mktemp("every"), EVERY_TYPE, CODE)
    with drawing_of(quiz) as drawing:
        return draw_all(drawing)


@pytest.fixture(scope="module")
def marker() -> Iterator[Marker]:
    with Algebra() as algebra:
        yield Marker(algebra)


@pytest.mark.parametrize("language", list(Language), ids=lambda language: language.value)
def test_no_secret_is_on_the_page_of_any_type(variants: tuple[Variant, ...], language: Language) -> None:
    assert {variant.public.type for variant in variants} == set(QuestionType)
    for variant in variants:
        page = question_html(variant.public, language).lower()
        for token in (*CANARIES, variant.key.version, variant.key.seed):
            assert token not in page, f"{variant.public.id}: {token} is on the page"


SWAPPED = """
- id: one
  type: choice
  text: Which?
  choices: [{{text: first{0}}}, {{text: "second `x` $w$"{1}}}, {{code: third{2}}}, {{text: none, last: true}}]
- id: several
  type: multi
  text: Which?
  choices: [{{text: first{0}}}, {{text: second{1}}}, {{text: third{2}}}]
- id: pairs
  type: match
  text: Match them.
  options: [{{id: p, text: p}}, {{id: q, text: q}}, {{id: r, text: r}}]
  rows: [{{id: a, text: a, match: {3}}}, {{id: b, text: b, match: p}}]
- id: steps
  type: order
  text: Order them.
  items: [{{id: x, code: x()}}, {{id: y, code: y(), after: [{4}]}}, {{id: z, code: z()}}]
"""


def test_which_choice_is_right_changes_no_byte_of_any_page(tmp_path: Path) -> None:
    pages = []
    for right in range(3):
        marks = ["", "", ""]
        marks[right] = ", correct: true, say: Quite so., because: a-tag"
        quiz = quiz_in(tmp_path / str(right), SWAPPED.format(*marks, "pqr"[right], "xzx"[right]))
        with drawing_of(quiz, version="one and the same") as drawing:
            publics = [variant.public for variant in draw_all(drawing)]
        pages.append([question_html(public, language) for public in publics for language in Language])
    assert len(pages[0]) == 8
    assert pages[0] == pages[1] == pages[2]


def test_a_form_filled_with_the_right_answer_earns_everything(variants: tuple[Variant, ...], marker: Marker) -> None:
    """What is put into the fields comes out of them: for every type, by the way that a browser's form takes."""
    for variant in variants:
        answer = model_answer(variant.key)
        sent = Form(question_html(variant.public, Language.EN, given=answer)).sent
        response = response_of(variant.public, sent)
        assert not isinstance(response, Unreadable)
        mark = marker.mark(variant.public, variant.key, response)
        assert not isinstance(mark, Unreadable) and mark.verdict is Verdict.RIGHT, variant.public.id


def test_a_form_that_nobody_filled_in_is_a_blank_answer(variants: tuple[Variant, ...], marker: Marker) -> None:
    for variant in variants:
        response = response_of(variant.public, Form(question_html(variant.public, Language.ZH)).sent)
        assert not isinstance(response, Unreadable)
        mark = marker.mark(variant.public, variant.key, response)
        assert not isinstance(mark, Unreadable) and mark.verdict is Verdict.BLANK, variant.public.id


def test_fields_that_the_question_has_not_are_not_looked_at(variants: tuple[Variant, ...]) -> None:
    for variant in variants:
        form = Form(question_html(variant.public, Language.EN)).sent
        more = {**form, "points": ["9"], "answer.nosuch": ["x"], "deadline": ["2099-01-01"], "key": ["x"]}
        assert response_of(variant.public, more) == response_of(variant.public, form)


def order_in(variants: tuple[Variant, ...]) -> PublicQuestion:
    return next(variant.public for variant in variants if variant.public.type is QuestionType.ORDER)


@pytest.mark.parametrize("places", [("1", "1"), ("1", ""), ("0", "1"), ("2", "3"), ("x", "1"), ("١", "2")])
def test_items_without_places_of_their_own_are_asked_back(
    variants: tuple[Variant, ...], places: tuple[str, str]
) -> None:
    public = order_in(variants)
    assert isinstance(public.body, OptionsBody)
    form = {f"answer.{option.id}": [place] for option, place in zip(public.body.options, places, strict=True)}
    assert isinstance(response_of(public, form), Unreadable)


def test_what_is_put_in_order_is_numbered_by_keyboard(variants: tuple[Variant, ...]) -> None:
    public = order_in(variants)
    assert isinstance(public.body, OptionsBody)
    page = Form(question_html(public, Language.EN))
    assert [select["name"] for select in page.all("select")] == [f"answer.{one.id}" for one in public.body.options]
    assert "draggable" not in str(page.elements)
    last, first = (option.id for option in public.body.options)
    assert response_of(public, {f"answer.{last}": ["2"], f"answer.{first}": ["1"]}) == [first, last]


@pytest.mark.parametrize("language", list(Language), ids=lambda language: language.value)
def test_every_field_has_a_name_that_is_heard_and_every_id_is_one(
    variants: tuple[Variant, ...], language: Language
) -> None:
    page = Form("".join(question_html(one.public, language, scope=f"q{n}") for n, one in enumerate(variants)))
    ids = [str(attributes["id"]) for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = {label["for"] for label in page.all("label")}
    fields = [field for tag in ("input", "select", "textarea") for field in page.all(tag)]
    assert len(fields) > 20
    for field in fields:
        assert field.get("aria-label") or field["id"] in labelled, field
    for _, attributes in page.elements:
        assert attributes.get("aria-describedby", ids[0]) in ids
    assert {section["lang"] for section in page.all("section")} == {"en" if language is Language.EN else "zh-Hans"}


def test_no_page_needs_a_script_or_a_style_of_its_own(variants: tuple[Variant, ...]) -> None:
    """So a page may forbid both, and load nothing."""
    for variant in variants:
        for tag, attributes in Form(question_html(variant.public, Language.EN)).elements:
            assert tag not in ("script", "style", "link", "img", "iframe", "object", "form", "button")
            assert not [name for name in attributes if name.startswith("on") or name in ("style", "src", "action")]


HOSTILE = """
- id: one
  type: choice
  text: "<script>alert(1)</script> $\\\\text{{<img src=x onerror=alert(1)>}}$"
  code: "</code></pre><script>alert(1)</script>"
  choices: [{text: "<svg/onload=alert(1)>", correct: true}, {code: "'\\"><script>alert(1)</script>"}]
- id: pairs
  type: match
  text: x
  options: [{id: p, text: "</option></select><script>alert(1)</script>"}, {id: q, text: q}]
  rows: [{id: a, text: a, match: p}, {id: b, text: b, match: q}]
- {id: count, type: number, text: x, answer: "1", unit: "<b onclick=alert(1)>km</b>"}
"""


def test_authors_texts_become_no_elements_wherever_they_stand(tmp_path: Path) -> None:
    with drawing_of(quiz_in(tmp_path, HOSTILE)) as drawing:
        pages = [question_html(variant.public, Language.EN) for variant in draw_all(drawing)]
    for page in pages:
        tags = {tag for tag, _ in Form(page).elements}
        assert not tags & {"script", "img", "svg", "b"}
    assert "&lt;script&gt;" in pages[0] and "&lt;b onclick" in pages[2]


def test_an_answer_that_was_given_stands_in_its_field_as_it_was_typed(variants: tuple[Variant, ...]) -> None:
    hostile = '\n  "><script>alert(1)</script>\n\t</textarea>'
    for variant in variants:
        if variant.public.type is QuestionType.CODE_OUTPUT:
            page = Form(question_html(variant.public, Language.EN, given=hostile))
            assert not page.all("script")
            assert page.sent == {"answer": [hostile]}


def contrast(palette: Palette, one: str, other: str) -> float:
    def luminance(color: str) -> float:
        parts = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(palette[one]), luminance(palette[other])), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_colors_of_code_can_be_read(palette: Palette) -> None:
    used = set(re.findall(r"code \.\w[^{}]*\{color:var\(--(\w+)\)", QUESTION_STYLE))
    assert used == {ink for ink, _ in CODE_PAIRS}
    for ink, ground in CODE_PAIRS:
        assert contrast(palette, ink, ground) >= 4.5, (ink, ground)
