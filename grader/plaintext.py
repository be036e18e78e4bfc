"""Text from strangers, made safe to print: no control characters, no invisible ones, no flood."""

from __future__ import annotations

import unicodedata

LIMIT = 500  # characters


def printable(text: str, *, limit: int = LIMIT, newlines: bool = False) -> str:
    """Return `text` with every unprintable character escaped, at most `limit` characters long.

    Escaped, as Python would write them: control characters (terminal escapes, carriage returns), format characters
    (right-to-left overrides, zero-width joiners), surrogates, private and unassigned code points, line separators;
    and newlines and tabs too, unless `newlines` keeps them. A cut text ends in "…". What a format gives a meaning
    to (`<`, `|`, `::error`, `=`) stays: that is the renderer's to escape.
    """
    if len(text) <= limit and text.isprintable():
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
        return True
    return (newlines and character in "\n\t") or unicodedata.category(character) == "Zs"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
