"""HTML put together so that forgetting to escape is impossible: text is text until `element` has made it markup.

Every child of an element that is a plain `str` is escaped, every attribute's value too; only what `element` returned
stands as it is. Names of elements and attributes are written in this package, never taken from a report.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from grader.pages.escape import html_attribute, html_text
from grader.pages.web import Link

_EMPTY = frozenset({"meta", "link", "br", "hr", "input"})  # elements of HTML without an end
_CODE = re.compile(r"`([^`\n]+)`")
# The sign of a term or an option, and what it is the sign of: `-ln(2)`, `--resume`. A browser breaks lines behind it.
_SIGNED = re.compile(r"(?:(?<![!-~])|(?<=[(\[{=,:/]))-{1,2}(?:[^\W\d]\w{0,10}|[^\s\w-])")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9:-]*")
# No address and no style is ever made of a report's text, so an element needs none of these with such a value.
_FORBIDDEN = frozenset({"style", "src", "srcset", "action", "formaction", "xlink:href"})


class Markup(str):
    """HTML that is finished: nothing in it is to be escaped once more."""

    __slots__ = ()


class Address(str):
    """Where a page beside this one lies, seen from here: no scheme, no host, nothing above this page's folder."""

    __slots__ = ()


def beside(*segments: str) -> Address:
    """Return the address of a file in this page's folder or below it, segment by segment.

    Raises: ValueError for a segment that is empty, or leads elsewhere.
    """
    if not segments or any(segment in ("", ".", "..") or "/" in segment for segment in segments):
        raise ValueError(f"no file below a page's folder: {segments!r}")
    return Address("/".join(quote(segment, safe="", errors="surrogateescape") for segment in segments))


def element(tag: str, attributes: Mapping[str, str | None] | None = None, *children: str) -> Markup:
    """Return an element; an attribute of None is left out, a child that is no `Markup` is escaped.

    Raises: ValueError for an attribute that could hold code or load something, and for a link that leaves the page for
        anything but an `Address` or a `Link`.
    """
    written = "".join(_attribute(name, value) for name, value in (attributes or {}).items() if value is not None)
    if tag in _EMPTY:
        return Markup(f"<{tag}{written}>")
    return Markup(f"<{tag}{written}>{together(children)}</{tag}>")


def together(children: Iterable[str]) -> Markup:
    """Return pieces one after the other, text among them escaped."""
    return Markup("".join(child if isinstance(child, Markup) else html_text(child) for child in children))


def prose(text: str) -> Markup:
    """Return a sentence, escaped; what stands in backticks is code."""
    parts = map(unbroken, _CODE.split(text))
    return together(element("code", None, part) if place % 2 else part for place, part in enumerate(parts))


def unbroken(text: str) -> Markup:
    """Return text, escaped, in which no line ends with the sign of what follows."""
    pieces: list[str] = []
    end = 0
    for found in _SIGNED.finditer(text):
        pieces += [text[end : found.start()], element("span", {"class": "whole"}, found[0])]
        end = found.end()
    return together([*pieces, text[end:]])


@functools.lru_cache(maxsize=256, typed=True)  # by type, too: a `Link` may stand where its text alone may not
def _attribute(name: str, value: str) -> str:
    lowered = name.lower()
    if not _NAME.fullmatch(name) or lowered in _FORBIDDEN or lowered.startswith("on"):
        raise ValueError(f"an attribute {name!r} has no place in a report")
    if lowered == "href" and not value.startswith("#") and not isinstance(value, Address | Link):
        raise ValueError("a page links to places in itself, to pages beside it and to addresses that were checked")
    return f' {name}="{html_attribute(value)}"'
