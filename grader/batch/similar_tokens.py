"""Source code as the tokens that copying leaves alike: without comments, docstrings, layout, and names of one's own.

A name that the file itself gives (a variable, an argument, a function of its own) is one and the same token, so
renaming changes nothing. Names of libraries, attributes and keyword arguments stay: in short numeric code they are what
differs. So do the names that the exercise gives, which everybody has. What is no Python, or nested too deep for the
parser, is read token by token as far as it goes.

A token is left out where the `RUN` tokens that end with it stand `REPEATS` times further up in the file: what goes on
repeating itself says nothing new, and a wall of zeros does not push a copy beyond the limit.
"""

from __future__ import annotations

import ast
import contextlib
import io
import keyword
import token
import tokenize
import warnings
from collections import Counter, deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from grader.errors import SubmissionError
from grader.submission import apart

RUN = 12  # tokens: two or three operations of numeric code
REPEATS = 4
MAX_TOKENS = 20_000  # of one file, some 2,500 lines that do not repeat themselves; what is behind is not compared
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


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a file. `is_whole`: it was read to its end, and nothing was cut."""

    found: Sequence[Token]
    is_whole: bool


def tokens_of(source: str, *, given: Collection[str] = ()) -> Tokens:
    """Return the tokens of a file; `given` are the names that the exercise gives.

    Python's tokenizer takes time without end for some texts that are no Python, short ones too, and its parser for some
    long ones: these are read in a process of its own, and one that cannot be read in time has no tokens.
    """
    own = None if apart.is_long(source) else _own_names(source)
    if own is not None:
        return _tokens(source, own - set(given))
    try:
        found, is_whole = apart.ask("grader.batch.similar_tokens:tokens_there", source, sorted(given), shown="")
    except SubmissionError:
        return Tokens((), is_whole=False)
    return Tokens([Token(sign, line) for sign, line in found], is_whole=is_whole)


def tokens_there(source: str, given: Collection[str]) -> tuple[list[tuple[str, int]], bool]:
    """Answer `tokens_of` in a process that may be ended."""
    tokens = _tokens(source, (_own_names(source) or set()) - set(given))
    return [(one.sign, one.line) for one in tokens.found], tokens.is_whole


def _tokens(source: str, own: Collection[str]) -> Tokens:
    found: list[Token] = []
    window: deque[str] = deque(maxlen=RUN)
    seen: Counter[tuple[str, ...]] = Counter()
    try:
        for one in _tokenized(source):
            window.append(_sign(one, own, before=window[-1] if window else ""))
            run = tuple(window)
            if seen[run] >= REPEATS:
                continue
            if len(found) >= MAX_TOKENS:
                return Tokens(found, is_whole=False)
            if len(run) == RUN:
                seen[run] += 1
            found.append(Token(window[-1], one.start[0]))
    except (tokenize.TokenError, SyntaxError):  # the file is broken from here on
        return Tokens(found, is_whole=False)
    return Tokens(found, is_whole=True)


def _sign(one: tokenize.TokenInfo, own: Collection[str], *, before: str) -> str:
    """Return what a token is compared by."""
    if one.type == token.NAME and not keyword.iskeyword(one.string):
        return _OWN if one.string in own and before != "." else one.string
    if one.type in (token.STRING, _FSTRING_MIDDLE):
        return _STRING if len(one.string) > 20 else one.string
    return one.string


def _tokenized(source: str) -> Iterator[tokenize.TokenInfo]:
    """Yield all tokens but layout, comments and docstrings.

    Raises: TokenError, SyntaxError where the text is no Python.
    """
    before = token.ENCODING
    for one in tokenize.generate_tokens(io.StringIO(source).readline):
        is_docstring = one.type == token.STRING and before in _BEGINS  # or a text that nobody takes up
        before = one.type
        if one.type not in _LAYOUT and not is_docstring:
            yield one


def _own_names(source: str) -> set[str] | None:
    """Return the names that a file gives; None where it is no Python, or nested too deep."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in a student's strings are no matter of ours
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
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
    found: set[str] = set()
    with contextlib.suppress(tokenize.TokenError, SyntaxError):  # as far as it goes
        found.update(one.string for one in _tokenized(source) if one.type == token.NAME)
    return found
