"""Text from strangers, made safe to print: no control characters, no invisible ones, no flood."""

from __future__ import annotations

import re
import unicodedata

LIMIT = 500  # characters
# Letters and marks to Unicode, and nothing to the eye: fillers, joiners, selectors that can carry a hidden text.
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\U000e0100-\U000e01ef]")


def printable(text: str, *, limit: int = LIMIT, newlines: bool = False) -> str:
    """Return `text` with every unprintable character escaped, at most `limit` characters long.

    Escaped, as Python would write them: control characters (terminal escapes, carriage returns), format characters
    (right-to-left overrides, zero-width joiners), surrogates, private and unassigned code points, line separators;
    and newlines and tabs too, unless `newlines` keeps them. A cut text ends in "…". What a format gives a meaning
    to (`<`, `|`, `::error`, `=`) stays: that is the renderer's to escape.
    """
    if len(text) <= limit and text.isprintable() and not _BLANK.search(text):
        return text
    parts: list[str] = []
    room = limit
    for character in text:
        piece = character if _harmless(character, newlines=newlines) else _escaped(character)
        if len(piece) > room:
            while parts and room < 1:  # the ellipsis counts too
                room += len(parts.pop())
            return "".join((*parts, "…"))
        room -= len(piece)
        parts.append(piece)
    return "".join(parts)


def _harmless(character: str, *, newlines: bool) -> bool:
    if character.isprintable():
        return not _BLANK.match(character)
    return (newlines and character in "\n\t") or unicodedata.category(character) == "Zs"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
