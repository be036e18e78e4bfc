"""The signs that GIFT gives a meaning to, and how escaped ones are put out of the way while a file is read.

Each becomes a character of the private use area, of which the text is cleared before; Moodle does likewise.
"""

from __future__ import annotations

import re

_SIGNS = "~=#{}:\\"
_PRIVATE = {sign: chr(0xE000 + place) for place, sign in enumerate(_SIGNS)}
_NEWLINE = "\ue00f"
_BACK = {ord(private): sign for sign, private in _PRIVATE.items()} | {ord(_NEWLINE): "\n"}
_ESCAPE = re.compile(r"\\([~=#{}:\\n])")
_AREA = re.compile("[\ue000-\uf8ff]")


def cleared(text: str) -> str:
    """Return a text in which no character can be taken for a sign that was put out of the way."""
    return _AREA.sub("\ufffd", text)


def hidden(line: str) -> str:
    """Return a line with its escaped signs put out of the way."""
    return _ESCAPE.sub(lambda match: _PRIVATE.get(match[1], _NEWLINE), line)


def restored(text: str) -> str:
    """Return a piece of a file with its escaped signs as they were meant, without blanks around."""
    return text.translate(_BACK).strip()
