"""Elements of XML, made and written: the same bytes for the same tree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

Child = Element | str
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


def el(tag: str, attributes: Mapping[str, str] | None = None, *children: Child) -> Element:
    """Return an element with these children; text among them stands where it is given."""
    element = Element(tag, {name: legal(value) for name, value in (attributes or {}).items()})
    add(element, children)
    return element


def add(element: Element, children: Iterable[Child]) -> None:
    """Put further children behind those that an element has."""
    for child in children:
        if isinstance(child, Element):
            element.append(child)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + legal(child)
        else:
            element.text = (element.text or "") + legal(child)


def legal(text: str) -> str:
    """Return text that XML can hold: a control character has no place in it, not even escaped."""
    return _ILLEGAL.sub("\ufffd", text)


def identifier(text: str) -> str:
    """Return what QTI takes as an identifier: letters, digits, `_` and `-`, and no digit in front."""
    name = _NOT_IN_A_NAME.sub("_", text)
    return name if name[:1].isalpha() or name[:1] == "_" else f"_{name}"


def document(root: Element) -> bytes:
    """Return a file of XML in UTF-8. Nothing is indented: blanks inside of texts would be part of them."""
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True, short_empty_elements=True)
    return text + b"\n"
