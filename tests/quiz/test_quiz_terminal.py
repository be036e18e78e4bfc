"""Questions on paper: within the width, in both languages, and with nothing that steers a terminal."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from grader.quiz.model import Option, OptionsBody, PublicQuestion, QuestionType, TypedBody
from grader.quiz.rendering.styled import Paper, Span, Style, wrapped
from grader.quiz.rendering.terminal import put_answer, put_question
from grader.quiz.rendering.terminal_markdown import put_markdown
from grader.records import Language, Text

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
LONG = Text(
    en="Words that go on, `code_with_a_long_name(and, arguments)` and $\\frac{1}{2}\\sum_i (wx_i - y_i)^2$. " * 4,
    zh="一句很长的话，其中有 `code_with_a_long_name(and, arguments)` 和 $\\frac{1}{2}\\sum_i (wx_i - y_i)^2$。" * 4,
)
OPTIONS = tuple(Option(id=f"o{place}", text=LONG) for place in range(3))
CHOICE = PublicQuestion(
    id="q",
    type=QuestionType.CHOICE,
    text=LONG,
    code="x = torch.zeros(3, 4)  # " + "a comment that goes on " * 6,
    body=OptionsBody(options=OPTIONS),
    points=1,
    attempts=1,
    penalty=0,
)


def shown(text: str, *, width: int = 60, color: bool = False, ascii_only: bool = False) -> str:
    paper = Paper(width=width, color=color, ascii_only=ascii_only)
    put_markdown(paper, text)
    return paper.render()


@pytest.mark.parametrize("width", [40, 60, 88])
@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("color", [False, True])
def test_no_line_is_wider_than_the_terminal(width: int, language: Language, color: bool) -> None:
    paper = Paper(width=width, color=color)
    put_question(paper, CHOICE, language)
    put_answer(paper, CHOICE, "o1", language)
    lines = ESCAPE.sub("", paper.render()).split("\n")
    assert max(map(cell_len, lines)) <= width
    assert len(lines) > 20


def test_lines_break_at_spaces_and_between_chinese_characters() -> None:
    assert [line[0].text for line in wrapped([Span("ab cd ef")], 5)] == ["ab cd", "ef"]
    assert [line[0].text for line in wrapped([Span("中文换行，好")], 8)] == ["中文换", "行，好"]
    assert [line[0].text for line in wrapped([Span("abcdefgh")], 3)] == ["abc", "def", "gh"]


def test_code_and_formulas_stay_on_one_line_where_they_fit() -> None:
    assert "`torch.zeros(2, 3)`" in shown("Some words before it, then `torch.zeros(2, 3)` and more.", width=40)


def test_colour_is_never_the_only_sign() -> None:
    plain = shown("*one* **two** `three` and [four](https://example.org)")
    assert plain == "*one* **two** `three` and four (https://example.org)\n"
    assert "\x1b[1mtwo\x1b[0m" in shown("**two**", color=True)


def test_blocks_keep_their_shape() -> None:
    lists = "First.\n\n- a\n- b\n\n1. one\n2. two\n"
    text = f"{lists}\n```python\nif x:\n    y = 1\n```\n\n| a | b |\n|---|---|\n| 1 | $x^2$ |\n"
    assert shown(text) == ("First.\n\n• a\n• b\n\n1. one\n2. two\n\n  if x:\n      y = 1\n\na  b\n─  ──\n1  x²\n")


def test_a_table_that_is_too_wide_is_a_list_of_rows() -> None:
    table = "| name | meaning |\n|---|---|\n| a | " + "long " * 20 + "|\n"
    assert shown(table, width=40).startswith("name: a\nmeaning: long long")


@pytest.mark.parametrize("hostile", ["\x1b[2J", "\x9b31m", "\u202e", "\u2066", "\x07", "\r", "&#27;[2J", "\u200b"])
@pytest.mark.parametrize(
    "form", ["{}", "`{}`", "$\\text{{{}}}$", "```\n{}\n```", "[x](https://a.b/{})", "| {} |\n|---|\n"]
)
def test_an_authors_text_steers_no_terminal(hostile: str, form: str) -> None:
    found = shown(form.format(f"a{hostile}b"))
    assert [character for character in found if not character.isprintable() and character != "\n"] == []


def test_what_was_typed_steers_no_terminal() -> None:
    asked = PublicQuestion(
        id="q", type=QuestionType.CODE_OUTPUT, text=LONG, body=TypedBody(), points=1, attempts=1, penalty=0
    )
    paper = Paper(width=60)
    put_answer(paper, asked, "\x1b[2J\n\u202eb", Language.EN)
    assert paper.render() == "  \\x1b[2J\n  \\u202eb\n"


def test_an_output_without_unicode_gets_ascii() -> None:
    found = shown("The loss $x^2$ — “quoted” — 中", ascii_only=True)
    assert found.isascii()
    assert "$x^2$" in found


def test_code_is_coloured_by_what_it_is() -> None:
    paper = Paper(width=60, color=True)
    put_question(paper, CHOICE, Language.EN)
    assert f"\x1b[{Style.LITERAL}m3\x1b[0m" in paper.render()
