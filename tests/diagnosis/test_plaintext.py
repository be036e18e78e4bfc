"""A stranger's text cannot steer a terminal, hide, or flood."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.plaintext import printable


@pytest.mark.parametrize("text", ["plain", "中文，全角　空格", "a b", "é", "naïve no-break", "😀", ""])
def test_ordinary_text_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"), ("a\rb", "a\\rb"), ("a\nb", "a\\nb"), ("\x07", "\\x07"), ("\x9b2J", "\\x9b2J"),
        ("\u202egnp", "\\u202egnp"), ("\u2066x", "\\u2066x"), ("a\u200bb", "a\\u200bb"), ("\u2028", "\\u2028"),
        ("\ud800", "\\ud800"), ("\ue000", "\\ue000"), ("\U000e0041", "\\U000e0041"), ("\x00", "\\x00"),
    ],
)  # fmt: skip
def test_what_steers_or_hides_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_newlines_and_tabs_stay_where_they_are_wanted() -> None:
    assert printable("a\n\tb\r", newlines=True) == "a\n\tb\\r"


def test_a_flood_is_cut() -> None:
    assert printable("x" * 10**7) == "x" * 499 + "…"
    assert len(printable("\U000e0041" * 10**6, limit=100)) <= 100


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(alphabet=st.characters(), max_size=80), st.integers(5, 60), st.booleans())
def test_nothing_unprintable_or_too_long_comes_out(text: str, limit: int, newlines: bool) -> None:
    shown = printable(text, limit=limit, newlines=newlines)
    assert len(shown) <= limit
    kept = shown.replace("\n", "").replace("\t", "") if newlines else shown
    assert all(c.isprintable() or (c.isspace() and ord(c) > 0x9F) for c in kept)
    shown.encode("utf-8")
