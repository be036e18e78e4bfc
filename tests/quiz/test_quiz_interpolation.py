"""Parameters in texts: what is put in, how it looks there, and that nothing can be smuggled in by a value."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from grader.quiz.interpolation import Inside, SlotError, fill, shown, slots_in
from grader.quiz.model import Plain

VALUES: dict[str, Plain] = {
    **{"n": 3, "many": 60_000, "lr": 1e-5, "big": 1.5e20, "half": 0.5, "zero": -0.0},
    **{"on": True, "pair": [2, 3], "one": [5], "word": "adam"},
}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{{n}} {{ n }} {{half}}", "3 3 0.5"),
        ("{{lr}} {{lr:.2e}} {{lr:.6f}} {{half:.3g}}", "1e-05 1.00e-05 0.000010 0.5"),
        ("{{n:d}} {{many:,}} {{n:.2f}}", "3 60,000 3.00"),
        ("{{zero}} {{zero:.1f}}", "0.0 0.0"),
        ("`{{pair}}` `{{pair:tuple}}` `{{one:tuple}}` `{{pair:list}}`", "`[2, 3]` `(2, 3)` `(5,)` `[2, 3]`"),
        ("`{{word}}` `{{word:repr}}` `{{on}}`", "`adam` `'adam'` `True`"),
        ("{{pair}}", r"\[2, 3\]"),
        ("$x^{{{n}}}$ $\\eta={{lr}}$ $a={{big}}$", r"$x^{3}$ $\eta=10^{-5}$ $a=1.5 \times 10^{20}$"),
        ("$$\\text{use}={{word}}$$ $p={{pair}}$", r"$$\text{use}=\text{adam}$$ $p=[2, 3]$"),
        ("```python\nx = {{pair}}\n```\nand {{pair}}", "```python\nx = [2, 3]\n```\nand \\[2, 3\\]"),
        ("a price of \\$5, {{pair}}, and of \\$6", r"a price of \$5, \[2, 3\], and of \$6"),
        (r"\{{n}} is written so", "{{n}} is written so"),
        (r"\frac{{1}}{{2}} and {{}} and {{a b}}", r"\frac{{1}}{{2}} and {{}} and {{a b}}"),
    ],
)
def test_a_value_is_put_in_as_what_it_is_where_it_stands(template: str, filled: str) -> None:
    assert fill(template, VALUES) == filled


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{m}}", "no parameter is called so. There are: n, many"),
        ("{{n.__class__}}", None),
        ("{{n:x}}", "no such format"),
        ("{{n:.99f}}", "no such format"),
        ("{{n:{n}}}", None),
        ("{{word:.2f}}", "the format .2f does not fit a value of type str"),
        ("{{n:list}}", "the format list does not fit"),
        ("{{on:d}}", "the format d does not fit"),
    ],
)
def test_nothing_but_a_name_and_a_format_is_a_slot(template: str, message: str | None) -> None:
    if message is None:
        assert fill(template, VALUES) == template, "it is no slot, so it stays text"
    else:
        with pytest.raises(SlotError, match=message):
            fill(template, VALUES)


def test_an_unknown_format_is_found_without_a_value() -> None:
    assert [slot.name for slot in slots_in("{{a}} {{b:.3g}} \\{{c}}")] == ["a", "b"]
    with pytest.raises(SlotError, match="no such format"):
        slots_in("{{a:%s}}")


def test_a_value_that_reads_like_a_slot_is_not_filled_again() -> None:
    assert fill("`{{a}}` `{{b}}`", {"a": "{{b}}", "b": "{{a}}"}) == "`{{b}}` `{{a}}`"


@pytest.mark.parametrize("template", ["`{{v}}`", "```\n{{v}}\n```"])
def test_a_value_cannot_end_the_code_around_it(template: str) -> None:
    for value in ("a`b", "```", "`<script>"):
        with pytest.raises(SlotError, match="cannot stand in code"):
            fill(template, {"v": value})


@pytest.mark.parametrize("value", ["a$b", r"\href{javascript:x}", "x}", "a_b", "<img onerror=x>\\", "y\n"])
def test_a_text_in_maths_is_plain_words_or_refused(value: str) -> None:
    with pytest.raises(SlotError, match="cannot stand in maths"):
        fill("$x = {{v}}$", {"v": value})


def test_values_that_make_a_text_huge_are_refused() -> None:
    with pytest.raises(SlotError, match=r"longer than 50,000 characters"):
        fill("{{v}}" * 10, {"v": "x" * 9_000})


def test_a_program_is_filled_without_a_thought_for_markdown() -> None:
    assert fill("x = {{pair}}  # $ {{word}} ` $", VALUES, inside=Inside.CODE) == "x = [2, 3]  # $ adam ` $"


def markdown() -> MarkdownIt:
    return MarkdownIt("commonmark").use(dollarmath_plugin, allow_space=False)


def plain_text(source: str) -> str:
    """Return what a reader sees of a Markdown paragraph; fails where it is anything but plain text."""
    tokens = markdown().parse(source)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"], tokens
    inline = tokens[1].children or []
    assert {token.type for token in inline} <= {"text", "text_special", "softbreak"}, inline
    return "".join(token.content for token in inline)


PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=30)


@settings(max_examples=150, deadline=None)
@given(PRINTABLE)
def test_any_text_in_prose_is_read_as_that_text(value: str) -> None:
    """No value becomes a link, a tag, emphasis, code, maths, a list, a heading or an entity."""
    for template in ("It is {{v}}.", "{{v}} it is"):
        if not value.strip() or not value.isprintable():
            continue
        assert plain_text(fill(template, {"v": value})) == template.replace("{{v}}", value).strip()


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_a_number_is_shown_so_that_it_reads_back(number: float) -> None:
    assert type(number)(shown(number)) == number
    (inline,) = [token for token in markdown().parse(fill("$x={{v}}$", {"v": number})) if token.type == "inline"]
    assert [token.type for token in inline.children or []] == ["math_inline"]
