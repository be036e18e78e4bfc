"""One way of writing for what people type: ASCII digits, signs and brackets, whatever keyboard they came from.

An answer typed with a Chinese input method, copied out of a PDF or written in Arabic digits means what it says. Only
characters are folded here; what the result means is for each type of question to read.
"""

from __future__ import annotations

import re
import unicodedata

_SAME = {
    "-": "−–—‐‑‒﹣",
    "*": "×⋅·∗✕✖•",
    "/": "÷∕⁄",
    " ": "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\n\r\v\f",
    "'": "’‘ʼ′＇`´",
    '"': "“”″„«»「」",
    ",": "，、،﹐",
    ".": "。．٫",
    ";": "；؛",
    "(": "（﹙",
    ")": "）﹚",
    "[": "［【〔",
    "]": "］】〕",
    "%": "٪",
    "|": "｜∣",
    "": "\u200b\u200c\u200d\u200e\u200f\u061c\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
}
_TABLE = {ord(other): plain for plain, others in _SAME.items() for other in others}
_TABLE[ord("٬")] = "'"  # the Arabic sign between thousands, which is nothing else
_TABLE[ord("∞")] = "inf"

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾", "0123456789+-()", strict=True))
_RAISED_RUN = re.compile(f"[{re.escape(''.join(_RAISED))}]+")
_COMMAND = re.compile(r"\\([A-Za-z]+|[,;:! ])")
_SIGNS_OF_LATEX = {"cdot": "*", "times": "*", "div": "/", "left": "", "right": "", **dict.fromkeys(",;:! ", " ")}
_VULGAR = re.compile(r"(?<!\d)(\d*+)\s?([¼-¾⅐-⅞])")


def fold(text: str) -> str:
    """Return `text` with digits, signs, brackets and blanks of every script as ASCII; what has no such form stays.

    Raised digits stay as they are (see `unraised`): folded like others, they would make 102 of 10².
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_folded, text))


def _folded(character: str) -> str:
    known = _TABLE.get(ord(character))
    if known is not None:
        return known
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    if "！" <= character <= "～":  # the full-width forms of ASCII, in its order
        return chr(ord(character) - 0xFEE0)
    return character


def unraised(text: str) -> str:
    """Return `text` with 10⁻³ as 10^(-3), ½ as (1/2) and 2½ as (2+1/2)."""
    if text.isascii():
        return text
    text = _RAISED_RUN.sub(lambda run: f"^({''.join(_RAISED[c] for c in run[0])})", text)
    return _VULGAR.sub(_fraction, text)


def without_commands(text: str) -> str:
    """Return `text` with the names that stand behind backslashes as they are: `\\ln q` as `ln q`, `\\cdot` as `*`."""
    return _COMMAND.sub(_plain_command, text) if "\\" in text else text


def _plain_command(found: re.Match[str]) -> str:
    return _SIGNS_OF_LATEX.get(found[1], f" {found[1]} ")


def _fraction(found: re.Match[str]) -> str:
    above, _, below = unicodedata.normalize("NFKC", found[2]).partition("\u2044")
    return f"({found[1]}+{above}/{below})" if found[1] else f"({above}/{below})"
