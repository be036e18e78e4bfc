"""Authors' Markdown, parsed: the one set-up of it, for the terminal, for pages and for other systems.

CommonMark with tables and `$maths$`, and without HTML: a tag is shown as the text that it is. Links lead to http, https
and mailto only, anything else stays text; there are no images, as a question is one file that loads nothing, and in
the place of one stands its description. What would steer a terminal or hide is made visible, also where it was written
as a character reference.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from grader.pages.web import is_outside
from grader.plaintext import printable

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_CHARACTERS = 60_000  # a little more than what filling a template may make


def parsed(text: str) -> list[Token]:
    """Return the tokens of markdown-it: a paragraph's own in the `children` of its `inline`.

    Formulas are `math_inline`, `math_inline_double` and `math_block`, their TeX in `content`. There are no images, no
    HTML, and nothing that steers a terminal, but newlines where Markdown keeps them.
    """
    tokens = _reader().parse(printable(text, limit=MAX_CHARACTERS, newlines=True))
    for token in tokens:
        _clean(token)
    return tokens


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.use(dollarmath_plugin, allow_labels=False, allow_space=False, double_inline=True)
    # An instance's own: markdown-it asks it for every address, and leaves what it refuses as text.
    reader.validateLink = is_outside  # type: ignore[method-assign,assignment]
    return reader


def _clean(token: Token) -> None:
    """Make what stood as a character reference printable, and images their descriptions."""
    token.content = printable(token.content, limit=MAX_CHARACTERS, newlines=True)
    kept: list[Token] = []
    for child in token.children or ():
        _clean(child)
        kept += (child.children or []) if child.type == "image" else [child]
    if token.children is not None:
        token.children = kept
