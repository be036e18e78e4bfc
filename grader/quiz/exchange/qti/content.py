"""Authors' texts as the XHTML that QTI 2.1 takes, and such XHTML as HTML again.

Formulas go out as `\\(…\\)`: the systems that import QTI typeset that, and few of them show MathML.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

from grader.quiz.exchange.html_text import block_html, option_html, remark_html
from grader.quiz.exchange.leaf import Remark
from grader.quiz.exchange.qti.elements import add, el

CODE_CLASS = "language-python"  # by which `html_text` knows the code of a question or an option
# What QTI 2.1 knows of HTML, and what Markdown may come out as. Anything else is its text.
_TAGS = frozenset({"p", "pre", "code", "em", "strong", "ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr",
                   "th", "td", "h1", "h2", "h3", "h4", "h5", "h6", "br", "hr", "a", "div", "span"})  # fmt: skip
_EMPTY = frozenset({"br", "hr", "img"})
_BLOCKS = frozenset({"p", "pre", "ul", "ol", "blockquote", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "div"})
_ATTRIBUTES = {"a": ("href",), "div": ("class",), "code": ("class",)}


def blocks(text: str, code: str = "") -> list[Element]:
    """Return a text, and the program that it is about, as blocks."""
    return _gathered(_elements(block_html(text, code)))


def inside(text: str, code: str = "") -> list[Element | str]:
    """Return what stands within an option: in one line where it is one."""
    if code.strip() and "\n" not in code.strip():
        return [el("code", {"class": CODE_CLASS}, code.strip())]
    return _pieces(_elements(option_html(text, code)))


def said(remark: Remark) -> list[Element]:
    """Return a feedback, with the misconception that it is about."""
    return _gathered(_elements(remark_html(remark)))


def html_of(nodes: Sequence[Element | str]) -> str:
    """Return elements as HTML, for whoever makes Markdown of it. Every text in it is escaped."""
    pieces: list[str] = []
    waiting: list[Element | str | tuple[str]] = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            pieces.append(node[0])
        elif isinstance(node, str):
            pieces.append(escape(node, quote=False))
        elif isinstance(node.tag, str) and node.tag.isalnum():
            attributes = "".join(f' {name}="{escape(value)}"' for name, value in node.items() if name.isalpha())
            pieces.append(f"<{node.tag}{attributes}>")
            if node.tag not in _EMPTY:
                waiting.append((f"</{node.tag}>",))
                for child in reversed(node):
                    waiting += [child.tail or "", child]
                waiting.append(node.text or "")
    return "".join(pieces)


def _elements(html: str) -> Element:
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root


def _pieces(element: Element) -> list[Element | str]:
    pieces: list[Element | str] = [element.text or ""]
    for child in element:
        tail, child.tail = child.tail or "", None
        pieces += [child, tail]
    return [piece for piece in pieces if isinstance(piece, Element) or piece]


def _gathered(root: Element) -> list[Element]:
    """Return the blocks of a fragment, with what stands between them in paragraphs of its own."""
    found: list[Element] = []
    loose: Element | None = None
    for piece in _pieces(root):
        if isinstance(piece, Element) and piece.tag in _BLOCKS:
            found.append(piece)
            loose = None
        elif isinstance(piece, Element) or piece.strip():
            if loose is None:
                loose = el("p")
                found.append(loose)
            add(loose, [piece])
    return found


class _Builder(HTMLParser):
    """Makes elements of HTML that is ours: well nested, every text escaped."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = el("div")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            return
        kept = {name: value or "" for name, value in attrs if name in _ATTRIBUTES.get(tag, ())}
        element = el(tag, kept)
        self._open[-1].append(element)
        if tag not in _EMPTY:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self._open[1:]):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        add(self._open[-1], [data])
