"""HTML as strangers write it, read into a plain tree: never run, never resolved, whatever it says.

The standard parser gives the words; what is nested deeper than anybody writes is laid flat, so that walking the tree
takes little stack.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

MAX_CHARACTERS = 50_000  # of one text
_MAX_UNCLOSED = 100  # tags that never end: the parser looks for the end of each, to the end of the text
MAX_DEPTH = 60
_EMPTY = frozenset({"br", "hr", "img", "input", "meta", "link", "col", "source", "track", "wbr", "area", "base",
                    "embed"})  # fmt: skip
_CLOSES = {
    "li": frozenset({"li"}),
    "tr": frozenset({"tr", "td", "th"}),
    "td": frozenset({"td", "th"}),
    "th": frozenset({"td", "th"}),
    "p": frozenset({"p"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
}


@dataclass(slots=True)
class Element:
    """An element, with what is in it."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    @property
    def classes(self) -> frozenset[str]:
        return frozenset(self.attributes.get("class", "").split())

    def text(self) -> str:
        """Return all that is written in it, tags left out."""
        pieces: list[str] = []
        waiting: list[Element | str] = [self]
        while waiting:
            one = waiting.pop()
            if isinstance(one, str):
                pieces.append(one)
            else:
                pieces.append("\n" if one.tag == "br" else "")
                waiting += reversed(one.children)
        return "".join(pieces)


def parsed_html(source: str) -> Element:
    """Return the tree of a fragment of HTML; its root has no tag. More than `MAX_CHARACTERS` are cut off."""
    reader = _Reader()
    source = source[:MAX_CHARACTERS]
    if source.count("<") > source.count(">") + _MAX_UNCLOSED:
        source = source.replace("<", "&lt;")
    reader.feed(source)
    reader.close()
    return reader.root


class _Reader(HTMLParser):
    """Builds the tree; tags that are never closed end with what they stand in."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._open[-1].tag in _CLOSES.get(tag, ()):
            self._open.pop()
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in _EMPTY and len(self._open) < MAX_DEPTH:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    def unknown_decl(self, data: str) -> None:
        """Leave out what only HTML of Microsoft and SGML know."""
