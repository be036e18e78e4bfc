"""Formulas, parsed: TeX by math-core into a tree of MathML that holds what is on a list, and nothing else.

math-core is quick and careful, and not trusted: a TeX that nests deeply overflows its stack and ends the process, and
what it will write in its next version nobody knows. So a formula is measured before it is parsed, its MathML is read as
data, and one with an element that is not listed here is refused whole: dropping a part could change what it means.
Whoever shows a refused formula shows its source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html.entities import html5
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from math_core import LatexToMathML

MAX_CHARACTERS = 2000
# Measured: 250 commands, each the argument of the one before, take less than 512 KiB of stack; so do 50 groups, each in
# the one before.
MAX_COMMANDS = 250
MAX_GROUPS = 30  # one within the other
MAX_DEPTH = 100  # of the MathML
MAX_ELEMENTS = 4000
# Makes a formula into another one, or into a program.
_DEFINING = re.compile(r"\\(?:(?:re|provide)?newcommand|[egx]?def|let|futurelet|newenvironment|DeclareMathOperator)\b")
_ENTITY = re.compile(r"&([A-Za-z0-9]+);")
_OF_XML = frozenset({"lt", "gt", "amp", "quot", "apos"})

_SPACES = frozenset({"lspace", "rspace"})
_OPERATOR = _SPACES | {"stretchy", "form", "largeop", "movablelimits", "symmetric", "fence", "separator", "minsize",
                       "maxsize", "accent"}  # fmt: skip
_OVER = frozenset({"accent", "accentunder"})
_STYLED = frozenset({"displaystyle", "scriptlevel"})
ALLOWED: dict[str, frozenset[str]] = {
    **dict.fromkeys(("math", "mrow", "mstyle", "mtable"), _STYLED),
    **dict.fromkeys(("mi", "mn", "mtext"), frozenset({"mathvariant"})),
    **dict.fromkeys(("msqrt", "mroot", "msub", "msup", "msubsup", "mmultiscripts", "mprescripts", "mphantom", "mtr",
                     "mtd"), frozenset()),
    **dict.fromkeys(("munder", "mover", "munderover"), _OVER),
    "mo": _OPERATOR,
    "mfrac": frozenset({"linethickness", *_STYLED}),
    "mspace": frozenset({"width", "height", "depth"}),
    "mpadded": frozenset({"width", "height", "depth", "voffset", *_SPACES}),
}  # fmt: skip
_VALUE = re.compile(r"[A-Za-z]{1,12}|[+-]?[0-9.]{1,20}(?:em|ex|px|pt|mu|%)?")
# A page forbids styles on elements; of those that math-core writes, the alignment of a table's cells matters.
_ALIGNED = re.compile(r"(?:^|;)\s*text-align:\s*(left|right)")


@dataclass(frozen=True, slots=True)
class Node:
    """An element of a formula's MathML: a listed name, listed attributes, its text where it has no children."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    text: str
    children: tuple[Node, ...]


@lru_cache(maxsize=1024)
def formula(tex: str, *, display: bool = False) -> Node | None:
    """Return the MathML of a formula; None where it is too long, too deep, no TeX, or more than maths."""
    from math_core import LatexError

    if not is_bounded(tex):
        return None
    try:
        written = _converter().convert_with_local_state(tex, displaystyle=display)
        tree = ElementTree.fromstring(_ENTITY.sub(_character, written))
    except (LatexError, ElementTree.ParseError):
        return None
    if "<!" in written or sum(1 for _ in tree.iter()) > MAX_ELEMENTS:
        return None
    return _listed(tree, MAX_DEPTH)


def is_bounded(tex: str) -> bool:
    """Return whether parsing this TeX takes little time and stack, whatever it says."""
    if len(tex) > MAX_CHARACTERS or _DEFINING.search(tex):
        return False
    if tex.count("\\") + tex.count("^") + tex.count("_") > MAX_COMMANDS:
        return False
    depth = deepest = 0
    for sign in tex:
        depth += (sign in "{[") - (sign in "}]")
        deepest = max(deepest, depth)
        if depth < 0:  # an interval such as ]0, 1]
            depth = 0
    return deepest <= MAX_GROUPS


@lru_cache(maxsize=1)
def _converter() -> LatexToMathML:
    from math_core import LatexToMathML

    return LatexToMathML(fancy_error=False, max_expansions=100)


def _character(match: re.Match[str]) -> str:
    name = match[1]
    return match[0] if name in _OF_XML else html5.get(f"{name};", match[0])


def _listed(element: ElementTree.Element, room: int) -> Node | None:
    """Return an element with its children; None where anything in it is not on the list."""
    if element.tag not in ALLOWED or room == 0:
        return None
    children = [_listed(child, room - 1) for child in element]
    known = [child for child in children if child is not None]
    outside = ((element.text or "") if children else "") + "".join(child.tail or "" for child in element)
    if len(known) < len(children) or outside.strip():
        return None
    allowed = ALLOWED[element.tag]
    attributes = [
        (name, value) for name, value in element.attrib.items() if name in allowed and _VALUE.fullmatch(value)
    ]
    if element.tag == "mtd" and (aligned := _ALIGNED.search(element.get("style", ""))):
        attributes.append(("class", f"to-{aligned[1]}"))
    return Node(element.tag, tuple(attributes), "" if children else element.text or "", tuple(known))
