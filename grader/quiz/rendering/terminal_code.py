"""Python source as styled lines, for a terminal."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from grader.quiz.rendering.styled import MAX_TEXT, Line, Span, Style

_MAX_HIGHLIGHTED = 8_000  # characters; a longer program is shown plain


def code_lines(source: str) -> list[Line]:
    """Return the lines of a Python program, its keywords, texts, numbers and comments in styles of their own."""
    text = source.replace("\r\n", "\n").rstrip("\n")[:MAX_TEXT]
    if len(text) > _MAX_HIGHLIGHTED:
        return [(Span(line),) for line in text.split("\n")]
    lines: list[list[Span]] = [[]]
    for kind, value in _lexer().get_tokens(text):
        for number, part in enumerate(value.split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append(Span(part, _style(kind)))
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    return [tuple(line) for line in lines]


@lru_cache(maxsize=1)
def _lexer() -> Any:
    from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]

    return PythonLexer(stripnl=False, ensurenl=False)


@lru_cache(maxsize=256)
def _style(kind: Any) -> Style:
    from pygments.token import Comment, Keyword, Number, Operator, String  # type: ignore[import-untyped]

    families = (
        (Keyword, Style.KEYWORD),
        (String, Style.LITERAL),
        (Number, Style.LITERAL),
        (Comment, Style.COMMENT),
        (Operator.Word, Style.KEYWORD),
    )
    return next((style for family, style in families if kind in family), Style.PLAIN)
