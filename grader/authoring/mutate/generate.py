"""All mutants of a source, in a fixed order, none twice, and a fair choice of them where there are too many."""

from __future__ import annotations

import ast
import bisect
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from grader.authoring.mutate import arithmetic, calls, literals, results, statements
from grader.authoring.mutate.fold import folded
from grader.authoring.mutate.mutant import OPERATORS, Mutant, diff_of
from grader.authoring.mutate.naming import Naming, distinct, naming
from grader.authoring.mutate.source import FUNCTIONS, Change, Source, called_name

_TELLING_CALLS = ("print", "warn", "debug", "info", "warning")  # what they say is no part of the answer


def mutants(source: str, *, file: str = "") -> tuple[Mutant, ...]:
    """Return every mutant of a source: one fault each, all of them Python, no two alike, in the order of the text.

    Only what computes is changed: the insides of functions, and constants; never docstrings, annotations, messages of
    errors or assertions. `file` is its name among the exercise's files.
    Raises: SyntaxError for a source that is no Python.
    """
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    original = Source(text)
    parts = _parts(original)
    seen = {(part.start, folded(ast.parse(text[part.start : part.end]))) for part in parts}
    found: list[tuple[Change, str, Naming]] = []
    for change in _in_order(_changes(original)):
        part = parts[bisect.bisect_right([part.start for part in parts], change.start) - 1]
        mutated = text[: change.start] + change.text + text[change.end :]
        tree = _compiled(mutated[part.start : part.end + len(mutated) - len(text)])
        if tree is None:
            continue
        named = naming(original.place_of(change.start), part.lines, ast.unparse(tree).splitlines())
        if (key := (part.start, folded(tree))) not in seen:
            seen.add(key)
            found.append((change, mutated, named))
    names = distinct([name for _, _, name in found])
    return tuple(
        _mutant(original, change, mutated, file=file, name=name, function=told.function)
        for (change, mutated, told), name in zip(found, names, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """A top-level statement, with what follows up to the next: a change inside leaves the rest of the file alone."""

    start: int
    end: int
    lines: list[str]  # as Python formats them


def _parts(original: Source) -> list[_Part]:
    starts = []
    for node in original.tree.body:
        decorators = getattr(node, "decorator_list", [])
        starts.append(original.line_start(original.start(decorators[0])) if decorators else original.start(node))
    ends = [*starts[1:], len(original.text)][: len(starts)]
    return [
        _Part(start, end, ast.unparse(node).splitlines())
        for node, start, end in zip(original.tree.body, starts, ends, strict=True)
    ]


def _in_order(changes: Iterator[Change]) -> list[Change]:
    order = list(OPERATORS)
    return sorted(changes, key=lambda change: (change.start, order.index(change.operator), change.end, change.text))


def _mutant(original: Source, change: Change, mutated: str, *, file: str, name: str, function: str) -> Mutant:
    line, column = original.line_and_column(change.start)
    return Mutant(
        id=name,
        operator=change.operator,
        file=file,
        function=function,
        line=line,
        column=column,
        source=mutated,
        diff=diff_of(original.text, mutated),
    )


def _compiled(text: str) -> ast.Module | None:
    """Return the tree of a mutated text; None where it is no Python, or has no meaning as such."""
    try:
        tree = ast.parse(text)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `2(x)`: the child says it, where anybody reads it
            compile(tree, "<mutant>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    return tree


def _changes(source: Source) -> Iterator[Change]:
    for node in _computing(source.tree, inside=False):
        yield from _of_node(node, source)


def _computing(node: ast.AST, *, inside: bool) -> Iterator[ast.AST]:
    """Yield the nodes that compute something: those inside functions, and the values of constants."""
    if inside or isinstance(node, FUNCTIONS):
        yield node
    for name, child in _children(node):
        if isinstance(node, FUNCTIONS) and name == "decorator_list":
            continue  # lost as a whole, not changed inside
        constant = isinstance(node, ast.Assign | ast.AnnAssign) and name == "value" and _is_number(child)
        within = inside or constant or isinstance(node, FUNCTIONS)
        yield from _computing(child, inside=within)


_SKIPPED = (ast.Assert, ast.Raise, ast.JoinedStr, ast.Import, ast.ImportFrom)
_NO_VALUES = ("annotation", "returns", "type_params", "type_comment")


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for name, value in ast.iter_fields(node):
        if name in _NO_VALUES:
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, _SKIPPED) or _tells(child):
                continue
            yield name, child


def _tells(node: ast.AST) -> bool:
    """Whether a statement only tells somebody something: a docstring, or a message."""
    if not isinstance(node, ast.Expr):
        return False
    value = node.value
    return isinstance(value, ast.Constant) or (isinstance(value, ast.Call) and called_name(value) in _TELLING_CALLS)


def _is_number(node: ast.AST) -> bool:
    """Whether a module's value is a constant of the computation, and no alias of a type or list of names."""
    names = (ast.Constant, ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop)
    plain = all(isinstance(part, names) for part in ast.walk(node))
    return plain and not any(isinstance(p, ast.Constant) and isinstance(p.value, str) for p in ast.walk(node))


def _of_node(node: ast.AST, source: Source) -> Iterator[Change]:
    yield from _of_expression(node, source)
    yield from _of_statement(node, source)
    for name, body in ast.iter_fields(node):
        if name in ("body", "orelse", "finalbody") and isinstance(body, list):
            yield from statements.lost(body, source)
            yield from statements.reordered(body, source)


def _of_expression(node: ast.AST, source: Source) -> Iterator[Change]:
    if isinstance(node, ast.Constant | ast.UnaryOp):
        yield from literals.number(node, source)
    match node:
        case ast.BinOp():
            yield from arithmetic.binary(node, source)
        case ast.UnaryOp():
            yield from arithmetic.unary(node, source)
        case ast.Compare():
            yield from arithmetic.comparison(node, source)
        case ast.BoolOp():
            yield from arithmetic.boolean(node, source)
        case ast.Constant():
            yield from literals.switch(node, source)
        case ast.keyword():
            yield from literals.axis_name(node, source)
        case ast.Subscript():
            yield from literals.index(node, source)
        case ast.Attribute():
            yield from calls.attribute(node, source)
        case ast.Call():
            for changes in (calls.lost, calls.exchanged, calls.arguments, literals.bounds):
                yield from changes(node, source)
        case ast.IfExp() | ast.comprehension():
            yield from statements.condition(node, source)
        case ast.Yield():
            yield from calls.swapped_values(node, source)


def _of_statement(node: ast.AST, source: Source) -> Iterator[Change]:
    match node:
        case ast.AugAssign():
            yield from arithmetic.augmented(node, source)
            yield from statements.in_place(node, source)
        case ast.Assign():
            yield from statements.out_of_place(node, source)
        case ast.If():
            yield from statements.condition(node, source)
        case ast.With():
            yield from statements.context(node, source)
        case ast.For() | ast.While():
            yield from statements.loop(node, source)
        case ast.Break() | ast.Continue():
            yield from statements.leap(node, source)
        case ast.Return():
            yield from calls.swapped_values(node, source)
            yield from results.returned(node, source)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from statements.decorators(node, source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The mutants that are tried, and how many were left out."""

    chosen: tuple[Mutant, ...]
    left_out: int


def sample(found: tuple[Mutant, ...], *, limit: int) -> Sample:
    """Return at most `limit` mutants: every operator in turn, and each one's spread over the text. No chance is in it.

    An operator with few places keeps them all; those with many share what is left.
    """
    by_operator = {name: [m for m in found if m.operator == name] for name in OPERATORS}
    quotas = dict.fromkeys(by_operator, 0)
    left = min(limit, len(found))
    while left > 0:
        for name, theirs in by_operator.items():
            if left > 0 and quotas[name] < len(theirs):
                quotas[name] += 1
                left -= 1
    kept = {id(m) for name, theirs in by_operator.items() for m in _spread(theirs, quotas[name])}
    chosen = tuple(mutant for mutant in found if id(mutant) in kept)
    return Sample(chosen=chosen, left_out=len(found) - len(chosen))


def _spread(mutants_of_one: list[Mutant], count: int) -> list[Mutant]:
    return [mutants_of_one[at * len(mutants_of_one) // count] for at in range(count)]
