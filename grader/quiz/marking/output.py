"""Comparing what a program prints with what a student says it prints.

Exact, but for what no reader of a screen can see or mean:

- line ends, blanks at the end of a line, empty lines before and behind; inside of brackets, where a tensor or a row of
  values was broken into lines;
- how many blanks stand between two words, also at a line's beginning, and any blanks next to brackets, commas and
  colons inside of brackets;
- which quotation marks stand around a text (one between two letters is an apostrophe), and full-width or curly forms of
  signs, outside of such a text;
- whether not-a-number and infinity are written `nan` or `NaN`, `inf` or `Inf`;
- inside `tensor(…)` and `array(…)`, how many zeros end a float: `1.`, `1.0` and `1.0000` are one, `1` is another.

Upper and lower case count, as do `0.10` and `0.1` outside a tensor, and `-0.` and `0.` in one.

That the program raises is an answer, too, in the words of either language. A word such as ValueError or "invalid" may
be meant so, or be what is printed: the key decides, and in a key only "error" says that it raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction

from grader.errors import both
from grader.plaintext import printable
from grader.quiz.marking import wording
from grader.quiz.marking.characters import fold
from grader.quiz.marking.mark import Mark, Reading, Unreadable, Verdict, mark_by
from grader.quiz.marking.output_form import same_values
from grader.quiz.marking.shapes import ERROR_SHOWN, is_error
from grader.records import Text

MAX_CHARACTERS = 4_000
_SHOWN = 2_000
_SAYS_ERROR = frozenset({"error", "报错"})  # in a key: that the program raises
_MESSAGE = re.compile(r"(?:Traceback \(most recent call last\):.*\n)?([\w.]+)(?:: .*)?", re.DOTALL)
_COULD_BE_PRINTED = re.compile(r"[\w.]+!?|错误|异常", re.ASCII)
_MAX_NUMERAL = 40
_CURLY = str.maketrans("‘’＇“”＂", "'''\"\"\"")
_QUOTED = (
    r"(?:(?<!\w)|(?<=\bb))"  # after a letter stands an apostrophe; but b'…' is how bytes are printed
    r"""(?:'(?:[^'\\\n]|\\.|(?<=\w)'(?=\w))*+'|"(?:[^"\\\n]|\\.|(?<=\w)"(?=\w))*+")"""
)
_TEXT = re.compile(_QUOTED, re.DOTALL)
_TOKEN = re.compile(
    rf"(?P<text>{_QUOTED})"
    r"|(?P<float>[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+)(?![\w.])"
    r"|(?P<word>[\w.]+)|(?P<blank>[ \n]+)|(?P<sign>.)",
    re.DOTALL,
)
_OPENS, _CLOSES = "([{", ")]}"
_SPELLED_FREELY = ("nan", "inf")  # NumPy, pandas and JSON each have their own; the value is the same
_PRINTED = frozenset({"tensor", "array", "torch.tensor", "np.array", "Parameter"})
# What NumPy puts into a row.
_VALUE = re.compile(r"[-+]?(?:[0-9.][\w.+-]*|(?i:nan|inf))|True|False|None|\"[^\n]*|'[^\n]*")


class Claim(Enum):
    """What a text says of a program: what it prints, that it raises, or one of the two."""

    PRINTS = "prints"
    EITHER = "either"
    RAISES = "raises"


@dataclass(frozen=True, slots=True)
class Output:
    """What is said of a program: its output in the form in which it is compared, if it is one."""

    text: str
    claim: Claim = Claim.PRINTS

    @property
    def is_error(self) -> bool:
        """Whether it says in a key that the program raises."""
        return self.text in _SAYS_ERROR


def matches(own: Output, given: Output) -> bool:
    """Return whether what a student says is what this answer of a key says."""
    return given.claim is not Claim.PRINTS if own.is_error else own.text == given.text


def read_output(text: str) -> Reading[Output] | Unreadable:
    """Return what a student says that a program does."""
    if len(text) > MAX_CHARACTERS:
        return wording.too_long(MAX_CHARACTERS)
    lines = [line.rstrip() for line in text.expandtabs(4).splitlines()]
    cleaned = "\n".join(lines).strip()
    if not cleaned:
        return wording.blank()
    output = Output(canonical(cleaned), _claim(cleaned))
    if output.claim is Claim.RAISES:
        return Reading(value=output, shown=ERROR_SHOWN)
    shown = printable(cleaned, limit=_SHOWN, newlines=True)
    return Reading(value=output, shown=both(shown) if output.claim is Claim.PRINTS else _either(shown))


def _claim(cleaned: str) -> Claim:
    message = _MESSAGE.fullmatch(cleaned)  # as Python prints it: "RuntimeError: size mismatch"
    if message and message[1] != cleaned and is_error(message[1]):
        return Claim.EITHER
    if not is_error(cleaned.rstrip(".")):
        return Claim.PRINTS
    could_be_printed = cleaned not in _SAYS_ERROR and _COULD_BE_PRINTED.fullmatch(cleaned)
    return Claim.EITHER if could_be_printed else Claim.RAISES


def _either(shown: str) -> Text:
    return Text(en=f"{shown} — printed, or that it raises an error", zh=f"{shown}（打印的内容，或表示报错）")


def mark_output(reading: Reading[Output], right: tuple[Output, ...], known: tuple[Output, ...] = ()) -> Mark:
    """Mark what is said of a program."""
    given = reading.value
    is_word_asked = any(own.claim is Claim.EITHER for own in right) and not any(own.is_error for own in right)
    if is_word_asked and given.claim is Claim.EITHER:  # where one such word is printed, another is meant as printed
        given = Output(given.text)
    mark = mark_by(right, known, lambda own: matches(own, given))
    is_form = mark.verdict is Verdict.WRONG and not mark.known
    if is_form and any(same_values(own.text, given.text) for own in right):
        return replace(mark, is_form=True)
    return mark


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
            parts.append(" " if _is_wrapped(parts, stack, token) else "\n" * _newlines(token) or " ")
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
    for token in _TEXT.finditer(text):
        parts += [_lines(text[end : token.start()]), token[0]]
        end = token.end()
    return "".join((*parts, _lines(text[end:])))


def _lines(text: str) -> str:
    return "\n".join(map(fold, text.split("\n")))


def _newlines(token: re.Match[str]) -> int:
    """Return how many lines end in the blanks before a token."""
    last_word = len(token.string[: token.start()].rstrip(" \n"))
    return token.string.count("\n", last_word, token.start())


def _is_wrapped(parts: list[str], stack: list[bool], token: re.Match[str]) -> bool:
    """Return whether a line may end before a token because it became too long: in a tensor, or in a row of values."""
    if not stack or stack[-1]:
        return bool(stack)
    return bool(parts and _VALUE.fullmatch(parts[-1]) and _VALUE.match(token.string, token.start()))


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
    if kind == "word" and piece.lower() in _SPELLED_FREELY:
        return piece.lower()
    if kind == "float" and is_tensor and len(piece) <= _MAX_NUMERAL and not re.search(r"[eE][-+]?\d{4}", piece):
        value = Fraction(piece + "0" if piece.endswith(".") else piece)
        return f"{'-' if not value and piece.startswith('-') else ''}{value}f"
    return piece
