"""Comparing what a program prints with what a student says it prints.

Exact, but for what no reader of a screen can see or mean:

- line ends, blanks at the end of a line, empty lines before and behind;
- how many blanks stand between two words, also at a line's beginning, and any blanks next to brackets, commas and
  colons inside of brackets;
- which quotation marks stand around a text, and full-width or curly forms of signs, outside of such a text;
- inside `tensor(…)` and `array(…)`, how many zeros end a float: `1.`, `1.0` and `1.0000` are one, `1` is another.

Upper and lower case count, as do `0.10` and `0.1` outside a tensor. "error" and its words in either language are one
answer: that the program raises.
"""

from __future__ import annotations

import re
from fractions import Fraction

from grader.errors import both
from grader.plaintext import printable
from grader.quiz.marking import wording
from grader.quiz.marking.characters import fold
from grader.quiz.marking.mark import Mark, Reading, Unreadable, mark_by
from grader.quiz.marking.shapes import ERROR_SHOWN, is_error

MAX_CHARACTERS = 4_000
_SHOWN = 2_000
_RAISES = " error"  # no output begins with a blank in the form in which it is compared
_MAX_NUMERAL = 40
_CURLY = str.maketrans("‘’＇“”＂", "'''\"\"\"")
_TOKEN = re.compile(
    r"""(?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")"""
    r"|(?P<float>[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+)(?![\w.])"
    r"|(?P<word>[\w.]+)|(?P<blank>[ \n]+)|(?P<sign>.)",
    re.DOTALL,
)
_OPENS, _CLOSES = "([{", ")]}"
_PRINTED = frozenset({"tensor", "array", "torch.tensor", "np.array", "Parameter"})


def read_output(text: str) -> Reading[str] | Unreadable:
    """Return what a student says that a program prints, in the form in which it is compared."""
    if len(text) > MAX_CHARACTERS:
        return wording.too_long(MAX_CHARACTERS)
    lines = [line.rstrip() for line in text.expandtabs(4).splitlines()]
    cleaned = "\n".join(lines).strip()
    if not cleaned:
        return wording.blank()
    if is_error(cleaned):
        return Reading(value=_RAISES, shown=ERROR_SHOWN)
    return Reading(value=canonical(cleaned), shown=both(printable(cleaned, limit=_SHOWN, newlines=True)))


def mark_output(reading: Reading[str], right: tuple[str, ...], known: tuple[str, ...] = ()) -> Mark:
    """Mark what a program prints; `right` and `known` are in the form in which it is compared."""
    return mark_by(right, known, lambda printed: printed == reading.value)


def canonical(text: str) -> str:
    """Return the one form of all texts that count as the same output."""
    parts: list[str] = []
    stack: list[bool] = []  # of open brackets: whether they belong to a printed tensor
    word = ""
    is_blank = False
    for token in _TOKEN.finditer(_folded(text)):
        kind, piece = token.lastgroup, token[0]
        if kind == "blank":
            is_blank = True
            continue
        if is_blank and _parts_words(parts, stack, piece):
            lines = 0 if stack else token.string.count("\n", _last_blank(token), token.start())
            parts.append("\n" * lines or " ")
        is_blank = False
        if piece in _OPENS:
            stack.append((bool(stack) and stack[-1]) or word in _PRINTED)
        elif piece in _CLOSES and stack:
            stack.pop()
        parts.append(_piece(str(kind), piece, is_tensor=bool(stack) and stack[-1]))
        word = piece
    return "".join(parts)


def _folded(text: str) -> str:
    """Fold what stands outside of quotation marks; inside, every character is part of the printed text."""
    parts: list[str] = []
    end = 0
    text = text.translate(_CURLY)
    for token in re.finditer(r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*\"""", text):
        parts += [_lines(text[end : token.start()]), token[0]]
        end = token.end()
    return "".join((*parts, _lines(text[end:])))


def _lines(text: str) -> str:
    return "\n".join(map(fold, text.split("\n")))


def _last_blank(token: re.Match[str]) -> int:
    return len(token.string[: token.start()].rstrip(" \n"))


def _parts_words(parts: list[str], stack: list[bool], piece: str) -> bool:
    """Return whether a blank here says anything: not next to a bracket, comma or colon inside of brackets."""
    if not stack:
        return True
    before = parts[-1][-1:] if parts else ""
    return before not in (*_OPENS, ",", ":") and piece not in (*_CLOSES, ",", ":")


def _piece(kind: str, piece: str, *, is_tensor: bool) -> str:
    if kind == "text":
        inside = piece[1:-1].replace("\\'", "'").replace('\\"', '"')
        return f'"{inside}"'
    if kind == "float" and is_tensor and len(piece) <= _MAX_NUMERAL and not re.search(r"[eE][-+]?\d{4}", piece):
        return f"{Fraction(piece + '0' if piece.endswith('.') else piece)}f"
    return piece
