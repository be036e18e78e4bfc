"""Files of QTI from strangers, as a tree in the names of QTI 2, whichever version they are in."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from grader.errors import UsageError
from grader.quiz.exchange.safe_xml import parsed_xml
from grader.records import Text

_HYPHEN = re.compile(r"-([a-z])")
_HTML_ATTRIBUTES = frozenset({"class", "href", "lang", "start", "src", "alt", "title"})


class LeftOut(Exception):
    """A file or a question that cannot be read, with the reason."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def parsed(content: bytes, name: str) -> Element:
    """Return the tree of a file. Raises: LeftOut for what is no XML, too large, too deep, or defines entities."""
    try:
        root = parsed_xml(content, name)
    except UsageError as error:
        raise LeftOut(error.problem) from None
    for element in root.iter():
        _rename(element)
    for element in root.iter("pre"):
        _undo_indents(element)
    return root


def _undo_indents(block: Element) -> None:
    """Take out the blanks that some tools put around the code in a block, as if they meant nothing there."""
    if len(block) == 1 and block[0].tag == "code" and not (block.text or "").strip():
        code = block[0]
        if not (code.tail or "").strip():
            block.text = code.tail = None
            code.text = (code.text or "").strip("\n") if len(code) == 0 else code.text


def _rename(element: Element) -> None:
    """Take a namespace off, and write a name of QTI 3 as that of QTI 2: qti-choice-interaction, max-choices."""
    name = element.tag.rpartition("}")[2]
    is_new = name.startswith("qti-")
    element.tag = _camel(name.removeprefix("qti-")) if is_new else name
    attributes = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
    element.attrib.clear()
    for key, value in attributes.items():
        element.attrib[_camel(key) if is_new and key not in _HTML_ATTRIBUTES else key] = value


def _camel(name: str) -> str:
    return _HYPHEN.sub(lambda match: match[1].upper(), name)
