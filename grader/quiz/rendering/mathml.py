"""Formulas as MathML, written anew from what was read; one that is refused as its TeX source, in `code.tex`."""

from __future__ import annotations

from functools import lru_cache

from grader.pages.markup import Markup, element
from grader.quiz.rendering.formulas import Node, formula

# "Applied to", "times", "comma", "plus" that are heard and not seen; anywhere else such characters are made visible.
_UNSEEN = frozenset("\u2061\u2062\u2063\u2064")


@lru_cache(maxsize=1024)
def maths_html(tex: str, *, display: bool = False) -> Markup:
    """Return a formula for a page: to stand within a line, or as a block of its own, also within a paragraph."""
    tree = formula(tex, display=display)
    if tree is None:
        return element("code", {"class": "tex"}, tex)
    shown = element("math", {"display": "block"} if display else None, *(_written(child) for child in tree.children))
    return element("span", {"class": "formula"}, shown) if display else shown


def _written(node: Node) -> Markup:
    if node.text in _UNSEEN:
        inside: tuple[str, ...] = (Markup(f"&#x{ord(node.text):x};"),)
    else:
        inside = tuple(_written(child) for child in node.children) or (node.text,)
    return element(node.name, dict(node.attributes), *inside)
