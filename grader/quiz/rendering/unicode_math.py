"""A formula on one line of Unicode: `½(w₂h − y)²`, `(f(x + h) − f(x))/h`, `x_(i+1)`.

TeX is parsed by math-core, and its MathML is walked here. What Unicode has no sign for is written out with brackets, so
that it reads as what it is; and a formula with anything unknown in it is left as its TeX source. Nothing is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from grader.quiz.rendering.formulas import Node, formula
from grader.quiz.rendering.math_symbols import fraction, lowered, marked, plain_letters, raised

_MAX_DEPTH = 40
_BIG = "∑∏∫∬∮⋃⋂⨁⨂∐"
_OPEN, _CLOSE = "([{⌊⌈⟨", ")]}⌋⌉⟩"
_ROOTS = {"3": "∛", "4": "∜"}
_INVISIBLE = "\u2062\u2063\u2064"
_APPLY = "\u2061"


class Role(Enum):
    """What a piece of a formula is to those beside it."""

    OPERAND = auto()
    FUNCTION = auto()  # a name of several letters, or what stands like one
    FRACTION = auto()  # a/b: multiplied only with a dot
    ROOT = auto()
    BIG = auto()  # a sum, an integral
    OPERATOR = auto()  # between two operands
    SLASH = auto()
    PREFIX = auto()
    OPEN = auto()
    CLOSE = auto()
    FENCE = auto()  # |x|
    COMMA = auto()
    APPLY = auto()  # "ln" is applied to what follows
    SPACE = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a formula."""

    text: str
    role: Role
    open_end: bool = False  # more letters behind it would be read as part of it
    scripted: bool = False  # it has an index or an exponent already


class _Unknown(Exception):
    """Something that has no form on one line."""


@lru_cache(maxsize=512)
def unicode_math(tex: str) -> str | None:
    """Return a formula as one line of Unicode; None where it must be shown as its source."""
    tree = formula(tex)
    if tree is None:
        return None
    try:
        return _row(tree, 0, compact=False).strip() or None
    except _Unknown:
        return None


# ------------------------------------------------------------------------------------------------ pieces of a row


def _row(element: Node, depth: int, *, compact: bool) -> str:
    return _joined(_pieces(element, depth, compact=compact), compact=compact)


def _pieces(element: Node, depth: int, *, compact: bool) -> list[Piece]:
    """Return what an element holds, rows within rows laid flat."""
    if depth > _MAX_DEPTH:
        raise _Unknown
    name, inner = element.name, depth + 1
    if name in ("math", "mrow", "mstyle", "mpadded", "semantics"):
        return [piece for child in element.children for piece in _pieces(child, inner, compact=compact)]
    if name == "mspace":
        return [Piece(" ", Role.SPACE)] if _width(element) > 0.1 else []
    found = _PARTS.get(name)
    if found is None:
        raise _Unknown
    return [found(element, inner, compact)]


def _get(element: Node, name: str) -> str:
    return dict(element.attributes).get(name, "")


def _width(element: Node) -> float:
    try:
        return float(_get(element, "width").removesuffix("em"))
    except ValueError:
        return 0.0


def _word(element: Node, _depth: int, _compact: bool) -> Piece:
    text = plain_letters(element.text.strip())
    return Piece(text, Role.FUNCTION if len(text) > 1 and text.isalpha() else Role.OPERAND)


def _prose(element: Node, _depth: int, _compact: bool) -> Piece:
    return Piece(" ".join(element.text.split()), Role.FUNCTION)


def _sign(element: Node, _depth: int, _compact: bool) -> Piece:
    text = element.text.strip()
    if text == _APPLY:
        return Piece(" " if _get(element, "lspace") else "", Role.APPLY)
    if not text or text in _INVISIBLE:
        return Piece("", Role.SPACE)
    tight = _get(element, "lspace") == "0" and _get(element, "rspace") == "0"
    if text in ",;":
        return Piece(text if _get(element, "rspace") == "0" else f"{text} ", Role.COMMA)
    if text in "|‖":
        return Piece(text, Role.FENCE)
    for signs, role in ((_BIG, Role.BIG), (_OPEN, Role.OPEN), (_CLOSE, Role.CLOSE), ("/∕", Role.SLASH)):
        if text in signs:
            return Piece(text, role)
    if text in "!′″…⋯.:%":
        return Piece(text, Role.OPERAND)
    return Piece(text, Role.PREFIX if tight and text in "+-−±∓¬" else Role.OPERATOR)


# ------------------------------------------------------------------------------------------------ what has parts


def _fraction(element: Node, depth: int, compact: bool) -> Piece:
    above, below = (_pieces(child, depth, compact=compact) for child in _children(element, 2))
    top, bottom = _joined(above, compact=compact), _joined(below, compact=compact)
    if _get(element, "linethickness") == "0":
        return Piece(f"{top} choose {bottom}", Role.FUNCTION)
    if (one := fraction(top, bottom)) is not None:
        return Piece(one, Role.OPERAND)
    sums = {Role.OPERATOR, Role.FRACTION, Role.BIG, Role.COMMA, Role.SLASH, Role.PREFIX, Role.SPACE}
    if any(piece.role in sums for piece in above) and not _enclosed(top):
        top = f"({top})"
    return Piece(f"{top}/{_bracketed(below, bottom)}", Role.FRACTION)


def _root(element: Node, depth: int, compact: bool) -> Piece:
    children = list(element.children)
    index = ""
    if element.name == "mroot":
        index = _row(_children(element, 2)[1], depth, compact=True)
        children = children[:1]
    pieces = [piece for child in children for piece in _pieces(child, depth, compact=compact)]
    text = _joined(pieces, compact=compact)
    sign = "√" if not index else _ROOTS.get(index) or f"{raised(index) or _none()}√"
    return Piece(sign + _bracketed(pieces, text), Role.ROOT)


def _scripted(element: Node, depth: int, compact: bool) -> Piece:
    kind = element.name
    children = _children(element, 3 if kind in ("msubsup", "munderover") else 2)
    if kind in ("mover", "munder") and _is_mark(element, children[1]):
        return _marked(element, children, depth)
    pieces = _pieces(children[0], depth, compact=compact)
    base, role = _joined(pieces, compact=compact), pieces[0].role if len(pieces) == 1 else Role.OPERAND
    if kind in ("mover", "munder", "munderover") and role not in (Role.BIG, Role.FUNCTION):
        raise _Unknown
    if role in (Role.OPERATOR, Role.FRACTION, Role.ROOT) or len(pieces) != 1 or pieces[0].scripted:
        base, role = base if _enclosed(base) else f"({base})", Role.OPERAND
    low = children[1] if kind not in ("msup", "mover") else None
    high = children[-1] if kind not in ("msub", "munder") else None
    text, is_open = base, False
    for child, sign, small in ((low, "_", lowered), (high, "^", raised)):
        if child is None:
            continue
        inside = _pieces(child, depth, compact=True)
        script = _joined(inside, compact=True)
        moved = small(script)
        is_open = moved is None
        text += moved if moved is not None else sign + _short(inside, script)
    return Piece(text, role, is_open, scripted=True)


def _is_mark(element: Node, above: Node) -> bool:
    return (
        _get(element, "accent") == "true" or _get(element, "accentunder") == "true" or not (above.text or "x").strip()
    )


def _marked(element: Node, children: list[Node], depth: int) -> Piece:
    if element.name != "mover":
        raise _Unknown
    mark = children[1].text.strip()
    base = _row(children[0], depth, compact=True)
    text = marked(base, mark, spans=False)
    return Piece(text if text is not None else _none(), Role.OPERAND)


def _table(element: Node, depth: int, compact: bool) -> Piece:
    rows = [
        [_row(cell, depth, compact=compact) for cell in row.children] for row in element.children if row.name == "mtr"
    ]
    between = ", " if any(" " in cell for row in rows for cell in row) else " "
    return Piece("; ".join(between.join(row) for row in rows), Role.OPERAND)


def _cell(element: Node, depth: int, compact: bool) -> Piece:
    pieces = [piece for child in element.children for piece in _pieces(child, depth, compact=compact)]
    return Piece(_joined(pieces, compact=compact), Role.OPERAND)


_PARTS = {
    "mi": _word,
    "mn": _word,
    "mtext": _prose,
    "mo": _sign,
    "mfrac": _fraction,
    "msqrt": _root,
    "mroot": _root,
    "mtable": _table,
    "mtd": _cell,
    **dict.fromkeys(("msub", "msup", "msubsup", "munder", "mover", "munderover"), _scripted),
}


def _children(element: Node, count: int) -> list[Node]:
    children = list(element.children)
    if len(children) != count:
        raise _Unknown
    return children


def _none() -> str:
    raise _Unknown


# ------------------------------------------------------------------------------------------------ putting together


def _joined(pieces: list[Piece], *, compact: bool) -> str:
    text = ""
    before: Piece | None = None
    is_open = False  # a fence is, as those of |x| look alike
    for piece in _with_definitions(pieces):
        shown = piece.text
        if piece.role is Role.FRACTION and before is not None and before.role in (Role.SLASH, Role.APPLY):
            shown = f"({shown})"
            text = text.rstrip(" ")
        if piece.role is Role.OPERATOR or (piece.role is Role.PREFIX and _ends_operand(before, is_open=is_open)):
            binary = before is not None and before.role not in (Role.OPERATOR, Role.OPEN, Role.COMMA, Role.PREFIX)
            shown = shown if compact or not binary else f" {shown} "
        text += _between(before, piece, text) + shown
        is_open ^= piece.role is Role.FENCE
        if piece.role is not Role.SPACE or shown:
            before = piece
    return re.sub(" +", " ", text)


def _with_definitions(pieces: list[Piece]) -> Iterator[Piece]:
    """Yield the pieces, a colon and the equals sign behind it as one: `:=`."""
    waiting = False
    for piece in pieces:
        if waiting:
            waiting = False
            if piece.text == "=":
                yield Piece(":=", Role.OPERATOR)
                continue
            yield Piece(":", Role.OPERAND)
        if piece.text == ":":
            waiting = True
        else:
            yield piece
    if waiting:
        yield Piece(":", Role.OPERAND)


_FACTORS = (Role.OPERAND, Role.FUNCTION, Role.FRACTION, Role.ROOT, Role.CLOSE, Role.BIG)


def _ends_operand(piece: Piece | None, *, is_open: bool) -> bool:
    """Whether a sign behind this one stands between two operands."""
    if piece is None:
        return False
    return piece.role in _FACTORS[:5] or (piece.role is Role.FENCE and not is_open)


def _between(before: Piece | None, piece: Piece, text: str) -> str:
    """Return what parts two pieces that stand side by side."""
    starts = (*_FACTORS[:4], Role.OPEN, Role.BIG)
    if before is None or before.role not in _FACTORS or piece.role not in starts:
        return ""
    if piece.text[:1] in "!′″%,.…" and piece.role is Role.OPERAND:
        return ""
    if Role.FRACTION in (before.role, piece.role) or (before.role is Role.ROOT and piece.role is not Role.OPEN):
        return " · "
    if text[-1:].isdigit() and piece.text[:1] in "½⅓⅔¼¾":
        return " · "
    if Role.BIG in (before.role, piece.role) or piece.role is Role.FUNCTION:
        return " "
    if piece.role is Role.OPEN:
        return ""
    return " " if before.role is Role.FUNCTION or before.open_end else ""


def _bracketed(pieces: list[Piece], text: str) -> str:
    """Return what stands under a fraction or a root, in brackets unless it is one thing."""
    alone = len(pieces) == 1 and pieces[0].role in (Role.OPERAND, Role.FUNCTION) and " " not in text
    differential = text[:1] in ("∂", "d") and len(pieces) == 2 and all(one.role is Role.OPERAND for one in pieces)
    return text if alone or differential or _enclosed(text) else f"({text})"


def _short(pieces: list[Piece], text: str) -> str:
    alone = text.isalnum() and len(pieces) == 1 and not pieces[0].scripted
    return text if alone or _enclosed(text) else f"({text})"


def _enclosed(text: str) -> bool:
    """Whether the first character is a bracket that the last one closes."""
    if not text or text[0] not in f"{_OPEN}|":
        return False
    if text[0] == "|":
        return len(text) > 2 and text.find("|", 1) == len(text) - 1
    depth = 0
    for place, character in enumerate(text):
        depth += (character in _OPEN) - (character in _CLOSE)
        if depth == 0:
            return place == len(text) - 1
    return False
