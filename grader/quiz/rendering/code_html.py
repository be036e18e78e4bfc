"""Python for a page, its words in the classes that the style sheet colors."""

from __future__ import annotations

from functools import lru_cache

from grader.pages.markup import Markup, element, together

MAX_COLORED = 10_000  # characters; longer code is shown plain
_PYTHON = frozenset({"py", "python", "python3"})
# The kinds of pygments, each with its class; the nearest one above counts.
_CLASSES = {
    "Keyword": "k",
    "Name.Builtin": "b",
    "Name.Function": "f",
    "Name.Class": "f",
    "Literal.String": "s",
    "Literal.Number": "n",
    "Comment": "c",
}


def code_block(code: str, *, language: str = "python") -> Markup:
    """Return lines of code; those that are no Python are plain. A keyboard can scroll what is too wide."""
    shown = _colored(code) if language in _PYTHON and len(code) <= MAX_COLORED else together([code])
    return element("pre", {"tabindex": "0"}, element("code", None, shown))


@lru_cache(maxsize=512)
def _colored(code: str) -> Markup:
    from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]

    lexer = PythonLexer(stripnl=False, ensurenl=False)
    return together(
        element("span", {"class": name}, text) if (name := _class_of(str(kind))) else text
        for kind, text in lexer.get_tokens(code)
    )


def _class_of(kind: str) -> str | None:
    """Return the class of a kind that is called `Token.Literal.Number.Integer`; None: it looks like any text."""
    name = kind.removeprefix("Token.")
    while name:
        if name in _CLASSES:
            return _CLASSES[name]
        name = name.rpartition(".")[0]
    return None


def code_lines(code: str) -> Markup:
    """Return Python to stand within a line, as what an option says; its lines are kept."""
    code = code.rstrip("\n")
    shown = _colored(code) if len(code) <= MAX_COLORED else together([code])
    return element("code", {"class": "lines" if "\n" in code else None}, shown)
