"""Authors' Markdown as HTML, for pages and for other systems, and as one line of text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

from grader.pages.markup import Markup, element, together
from grader.pages.web import is_outside, outside
from grader.quiz.rendering.code_html import code_block
from grader.quiz.rendering.formulas import formula
from grader.quiz.rendering.mathml import maths_html
from grader.quiz.rendering.tokens import parsed
from grader.quiz.rendering.unicode_math import unicode_math

if TYPE_CHECKING:
    from markdown_it.token import Token

# Where TeX is typeset by a script, it looks for these in all text.
_TEX_MARK = re.compile(r"\\(?=[()\[\]])|\$(?=\$)")
# A browser would begin a line with what follows a formula.
_CLOSING = re.compile(r"[-.,;:!?)\]}'\"，。；：！？、）】”’]+")
_PLAIN_TAGS = frozenset({"p", "ul", "ol", "li", "blockquote", "em", "strong", "table", "thead", "tbody", "tr", "th",
                         "td"})  # fmt: skip
_HEADINGS = {"h1": "h4", "h2": "h5"}  # h1 to h3 belong to the page that a question stands on
_ALIGNED = {"text-align:left": "to-left", "text-align:right": "to-right", "text-align:center": "to-center"}


class Maths(Enum):
    """How formulas are written into HTML."""

    MATHML = "mathml"
    TEX = "tex"  # `\\(…\\)`, for a system that typesets it


@lru_cache(maxsize=1024)
def to_html(text: str, *, maths: Maths = Maths.MATHML) -> Markup:
    """Return Markdown as HTML: blocks, such as paragraphs."""
    return _Writer(maths).blocks(parsed(text))


@lru_cache(maxsize=1024)
def to_inline_html(text: str, *, maths: Maths = Maths.MATHML) -> Markup:
    """Return Markdown as HTML to stand within a line: a single paragraph without its `<p>`, anything else as blocks."""
    tokens = parsed(text)
    single = [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    return _Writer(maths).blocks(tokens[1:2] if single else tokens)


def plain_text(text: str) -> str | None:
    """Return Markdown as one line without marks, for where nothing else can stand; None where it is more than that."""
    tokens = parsed(text)
    if [token.type for token in tokens] != ["paragraph_open", "inline", "paragraph_close"]:
        return None
    pieces = [_plain(token) for token in tokens[1].children or ()]
    known = [piece for piece in pieces if piece is not None]
    return "".join(known) if len(known) == len(pieces) else None


def _plain(token: Token) -> str | None:
    if token.type == "math_inline":
        return unicode_math(token.content)
    if token.nesting or token.type in ("text", "code_inline"):
        return token.content
    return " " if token.type in ("softbreak", "hardbreak") else None


class _Writer:
    """Writes tokens as HTML; whatever is not known is its text."""

    def __init__(self, maths: Maths) -> None:
        self._maths = maths

    def blocks(self, tokens: Sequence[Token]) -> Markup:
        """Return a run of tokens; nesting is by their opening and closing ones."""
        waiting: list[tuple[Token | None, list[str]]] = [(None, [])]
        for token, following in zip(tokens, [*tokens[1:], None][: len(tokens)], strict=True):
            if token.nesting == 1:
                waiting.append((token, []))
            elif token.nesting == -1:
                opened, children = waiting.pop()
                assert opened is not None, "markdown-it closes what it opened"
                waiting[-1][1].append(self._element(opened, children))
            else:
                shown = self._leaf(token)
                waiting[-1][1].append(self._kept_together(shown, following) if token.type == "math_inline" else shown)
        return together(waiting[0][1])

    def _kept_together(self, shown: str, following: Token | None) -> str:
        """Return a formula with the signs that close it, which are taken from the text behind it."""
        closing = _CLOSING.match(following.content) if following is not None and following.type == "text" else None
        if closing is None or following is None or self._maths is Maths.TEX:
            return shown
        following.content = following.content[closing.end() :]
        return element("span", {"class": "nobreak"}, shown, closing[0])

    def _element(self, token: Token, children: list[str]) -> Markup:
        tag = token.tag
        if token.hidden:  # the paragraph of a tight list
            return together(children)
        if tag == "a":
            address = str(token.attrs.get("href", ""))
            if not is_outside(address):  # an empty one, which markdown-it asks nobody about
                return together(children)
            return element("a", {"href": outside(address), "rel": "noopener noreferrer"}, *children)
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            return element(_HEADINGS.get(tag, "h6"), None, *children)
        if tag not in _PLAIN_TAGS:
            return together(children)
        start = token.attrs.get("start") if tag == "ol" else None
        aligned = _ALIGNED.get(str(token.attrs.get("style", "")))
        attributes = {"start": None if start is None else str(start), "class": aligned}
        end = "\n" if token.block and tag not in ("li", "th", "td") else ""
        return Markup(element(tag, attributes, *children) + end)

    def _leaf(self, token: Token) -> str:
        kind = token.type
        if kind == "inline":
            return self.blocks(token.children or [])
        if kind in ("math_inline", "math_inline_double", "math_block"):
            return self._formula(token.content.strip(), display=kind != "math_inline")
        if kind == "code_inline":
            return element("code", None, token.content)
        if kind in ("fence", "code_block"):
            language = token.info.strip().split(" ")[0].lower()
            plain = self._maths is Maths.TEX
            return Markup(code_block(token.content, language="" if plain else language) + "\n")
        if kind in ("softbreak", "hardbreak", "hr"):
            return {"softbreak": Markup("\n"), "hardbreak": Markup("<br>\n"), "hr": Markup("<hr>\n")}[kind]
        return self._text(token.content)

    def _formula(self, tex: str, *, display: bool) -> Markup:
        if self._maths is Maths.MATHML:
            return maths_html(tex, display=display)
        # The script of the other system knows commands that do more than maths: it gets what the parser here passed.
        if formula(tex, display=display) is None or re.search(r"\\[()\[\]]", tex):
            return element("code", {"class": "tex"}, tex)
        return together([f"\\[{tex}\\]" if display else f"\\({tex}\\)"])

    def _text(self, text: str) -> Markup:
        """Return prose; a script that looks for TeX must find none in it."""
        if self._maths is Maths.MATHML:
            return together([text])
        pieces: list[str] = []
        at = 0
        for match in _TEX_MARK.finditer(text):
            pieces += [text[at : match.start()], element("span", None, match[0])]
            at = match.end()
        return together([*pieces, text[at:]])
