"""Source code as the tokens that copying leaves alike: without comments, docstrings, layout, and names of one's own.

A name that the file itself gives (a variable, an argument, a function of its own) is one and the same token, so
renaming changes nothing. Names of libraries, attributes and keyword arguments stay: in short numeric code they are what
differs. So do the names that the exercise gives, which everybody has. What is no Python, or nested too deep for the
parser, is read token by token as far as it goes.
"""

from __future__ import annotations

import ast
import io
import keyword
import token
import tokenize
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass

MAX_TOKENS = 50_000  # of one file; what is behind is not compared
_LAYOUT = {token.COMMENT, token.NL, token.NEWLINE, token.INDENT, token.DEDENT, token.ENCODING, token.ENDMARKER}
_BEGINS = {token.NEWLINE, token.NL, token.INDENT, token.DEDENT, token.ENCODING, token.COMMENT}
_OWN = "name"  # stands for every name that the file gives
_STRING = "text"
_FSTRING_MIDDLE = getattr(token, "FSTRING_MIDDLE", -1)  # from Python 3.12 on


@dataclass(frozen=True, slots=True)
class Token:
    """One token: what it is compared by, and the line that it begins on, from 1."""

    sign: str
    line: int


def tokens_of(source: str, *, given: Collection[str] = ()) -> list[Token]:
    """Return the tokens of a file; `given` are the names that the exercise gives."""
    own = _own_names(source) - set(given)
    found: list[Token] = []
    for one in _tokenized(source):
        if len(found) >= MAX_TOKENS:
            break
        if one.type == token.NAME and not keyword.iskeyword(one.string):
            is_attribute = bool(found) and found[-1].sign == "."
            found.append(Token(_OWN if one.string in own and not is_attribute else one.string, one.start[0]))
        elif one.type in (token.STRING, _FSTRING_MIDDLE):
            found.append(Token(_STRING if len(one.string) > 20 else one.string, one.start[0]))
        else:
            found.append(Token(one.string, one.start[0]))
    return found


def _tokenized(source: str) -> Iterator[tokenize.TokenInfo]:
    """Yield all tokens but layout, comments and docstrings, until the end or the first that is none."""
    before = token.ENCODING
    try:
        for one in tokenize.generate_tokens(io.StringIO(source).readline):
            is_docstring = one.type == token.STRING and before in _BEGINS  # or a text that nobody takes up
            before = one.type
            if one.type not in _LAYOUT and not is_docstring:
                yield one
    except (tokenize.TokenError, SyntaxError):  # the file is broken from here on
        return


def _own_names(source: str) -> set[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in a student's strings are no matter of ours
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {name for node in ast.walk(tree) for name in _given_by(node)}


def _given_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.alias) and node.asname:
        yield node.asname


def names_in(source: str) -> set[str]:
    """Return every name that a text of the exercise's uses or gives: nobody's own."""
    return {one.string for one in _tokenized(source) if one.type == token.NAME}
