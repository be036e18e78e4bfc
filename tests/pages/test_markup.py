"""Markup is made by `element` alone: text is escaped, and what could run or load something is refused."""

from __future__ import annotations

import pytest

from grader.pages.markup import Markup, beside, element, prose, together


def test_text_is_escaped_and_markup_is_not() -> None:
    assert element("p", None, "a < b & c", element("b", None, "<i>")) == "<p>a &lt; b &amp; c<b>&lt;i&gt;</b></p>"


def test_text_that_looks_like_markup_is_text() -> None:
    assert together(["<b>x</b>"]) == "&lt;b&gt;x&lt;/b&gt;"
    assert isinstance(together([]), Markup)


def test_text_made_of_markup_is_text_again() -> None:
    made = element("b", None, "x")
    assert together([made + "<i>"]) == "&lt;b&gt;x&lt;/b&gt;&lt;i&gt;"


def test_an_attribute_ends_where_it_should() -> None:
    assert element("p", {"id": '" onload="x', "class": None}) == '<p id="&quot; onload&#61;&quot;x"></p>'


def test_code_in_a_sentence_is_escaped_too() -> None:
    assert prose("run `a<b` & see") == "run <code>a&lt;b</code> &amp; see"


@pytest.mark.parametrize("text", ["`", "``", "a ` b", "`\n`"])
def test_backticks_that_hold_nothing_stay(text: str) -> None:
    assert "<code>" not in prose(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("onclick", "x"), ("ONLOAD", "x"), ("style", "x"), ("src", "x"), ("xlink:href", "#x"), ("a b", "x"),
        ('a"', "x"),
        ("href", "javascript:alert(1)"), ("href", "https://evil.example"), ("href", "//evil.example"), ("href", " #x"),
        ("HREF", "javascript:alert(1)"),
    ],
)  # fmt: skip
def test_what_could_run_or_load_something_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"attribute|links"):
        element("a", {name: value})


def test_a_link_to_a_page_beside_this_one_leads_below_its_folder() -> None:
    link = element("a", {"href": beside("reports", 'a "b"&c:', "x.html")}, "x")
    with pytest.raises(ValueError, match="a page links"):
        element("a", {"href": str.__str__(beside("reports", 'a "b"&c:', "x.html"))}, "x")  # the same text alone
    assert link == '<a href="reports/a%20%22b%22%26c%3A/x.html">x</a>'
    assert beside("javascript:alert(1)") == "javascript%3Aalert%281%29"


@pytest.mark.parametrize("segments", [(), ("",), ("..", "x"), (".",), ("a/b",), ("reports", "", "x")])
def test_an_address_that_leads_elsewhere_is_refused(segments: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="below"):
        beside(*segments)


def test_a_sign_stays_with_what_it_is_the_sign_of_and_a_hyphen_is_none() -> None:
    assert prose("of -ln(2)") == 'of <span class="whole">-ln</span>(2)'
    assert prose("是-ln(2)") == '是<span class="whole">-ln</span>(2)'
    assert prose("`dlgrade --resume`") == '<code>dlgrade <span class="whole">--resume</span></code>'
    assert prose("-<b") == '<span class="whole">-&lt;</span>b'
    for text in ("log-softmax", "-300", "a - b", "--", "1e-6"):  # a browser breaks no number behind its sign
        assert prose(text) == text
