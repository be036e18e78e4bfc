"""Mutants of statements: one that is lost, in another order, or that changes an object instead of a name."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from grader.authoring.mutate.source import FUNCTIONS, SYMBOLS, Change, Source, called_name, number_of, precedence

_NEVER_LOST = (
    *FUNCTIONS, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.Pass, ast.Return, ast.Assert,
)  # fmt: skip
# What may give its own argument back: changing it in place changes the argument.
_ALIASES = frozenset(
    (
        "view", "reshape", "flatten", "ravel", "t", "transpose", "permute", "squeeze", "unsqueeze", "expand",
        "detach", "contiguous", "to", "float", "double", "swapaxes", "swapdims", "movedim", "asarray", "narrow",
        "select", "numpy", "from_numpy",
    )
)  # fmt: skip
_DECORATORS_KEPT = ("property", "staticmethod", "classmethod", "dataclass", "overload", "setter", "abstractmethod")


def lost(body: list[ast.stmt], source: Source) -> Iterator[Change]:
    """Each statement that can go: what comes after it still finds its names."""
    for at, statement in enumerate(body):
        if not isinstance(statement, _NEVER_LOST) and not _is_text(statement) and not _binds(statement, source):
            yield _without(
                statement, source, alone=len(body) == 1 or (at == 1 and _is_text(body[0]) and len(body) == 2)
            )


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _without(statement: ast.stmt, source: Source, *, alone: bool) -> Change:
    start, end = source.start(statement), source.end(statement)
    if alone:
        return Change("statement", start, end, "pass")
    line = source.line_start(start)
    newline = source.text.find("\n", end)
    rest = source.text[end : newline if newline >= 0 else len(source.text)]
    if source.text[line:start].strip() or (rest.strip() and not rest.lstrip().startswith("#")):
        return Change("statement", start, end, "pass")  # others share its line
    return Change("statement", line, newline + 1 if newline >= 0 else len(source.text), "")


def _binds(statement: ast.stmt, source: Source) -> bool:
    """Whether losing the statement would only leave a name unknown: such a mutant tells nothing."""
    names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return bool(names - bound_before(statement, source))


def bound_before(statement: ast.stmt, source: Source) -> set[str]:
    """Return the names that the function has bound before a statement: parameters, and what is assigned above."""
    function = source.function_of(statement)
    if function is None:
        return set()
    limit = source.start(statement)
    bound = {argument.arg for argument in every_argument(function)}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and source.start(node) < limit:
            bound.add(node.id)
    return bound


def every_argument(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    """Return the parameters of a function, of every kind."""
    arguments = function.args
    more = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *more]


def condition(node: ast.If | ast.IfExp | ast.comprehension, source: Source) -> Iterator[Change]:
    """A branch that is always, or never, taken."""
    if isinstance(node, ast.comprehension):
        yield from (source.put("condition", test, "True") for test in node.ifs)
        return
    yield source.put("condition", node.test, "True")
    if node.orelse:  # without one, never is the same as the statement lost
        yield source.put("condition", node.test, "False")


def context(node: ast.With, source: Source) -> Iterator[Change]:
    """A body outside of its `with`: `no_grad` is lost."""
    if len(node.items) == 1 and node.items[0].optional_vars is None:
        item = node.items[0].context_expr
        yield Change("context", source.start(node), source.end(item), "if True")


def decorators(node: ast.FunctionDef | ast.AsyncFunctionDef, source: Source) -> Iterator[Change]:
    """A function without one of its decorators."""
    for decorator in node.decorator_list:
        named = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = named.attr if isinstance(named, ast.Attribute) else getattr(named, "id", "")
        if name not in _DECORATORS_KEPT:
            start = source.line_start(source.start(decorator))
            yield Change("context", start, source.text.index("\n", source.end(decorator)) + 1, "")


def loop(node: ast.For | ast.While, source: Source) -> Iterator[Change]:
    """A loop that ends after its first round."""
    last = node.body[-1]
    if isinstance(last, ast.Break | ast.Return | ast.Raise | ast.Continue):
        return
    indent = " " * (source.start(last) - source.line_start(source.start(last)))
    if indent and source.text[source.line_start(source.start(last)) : source.start(last)].strip():
        return  # the body stands on the loop's own line
    newline = source.text.find("\n", source.end(last))
    at = newline if newline >= 0 else len(source.text)
    yield Change("loop", at, at, f"\n{indent}break")


def leap(node: ast.Break | ast.Continue, source: Source) -> Iterator[Change]:
    """`break` for `continue`; not the other way round, which may never end."""
    if isinstance(node, ast.Continue):
        yield source.put("loop", node, "break")


def reordered(body: list[ast.stmt], source: Source) -> Iterator[Change]:
    """Neighbouring statements that do something, the other way round: a step before its gradients."""
    for first, second in itertools.pairwise(body):
        if not (_acts(first) and _acts(second)) or first.end_lineno == second.lineno:
            continue
        between = source.text[source.end(first) : source.start(second)]
        if between.strip():
            continue  # a comment belongs to the second
        text = source.text_of(second) + between + source.text_of(first)
        yield Change("order", source.start(first), source.end(second), text)


def _acts(statement: ast.stmt) -> bool:
    """Whether a statement calls something that its neighbours may notice; what only collects may come at any time."""
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return False
    return called_name(statement.value) not in ("append", "extend", "add", "insert", "update", "print")


def in_place(node: ast.AugAssign, source: Source) -> Iterator[Change]:
    """A new object under the same name where an object was changed: `p -= g` -> `p = p - g`."""
    symbol = SYMBOLS[type(node.op)]
    if isinstance(node.target, ast.Subscript) or not _may_be_shared(node.target, node, source):
        return
    target = source.text_of(node.target)
    least = precedence(ast.BinOp(left=node.target, op=node.op, right=node.value)) + 1
    yield source.put("in-place", node, f"{target} = {target} {symbol} {source.wrapped(node.value, least)}")


def out_of_place(node: ast.Assign, source: Source) -> Iterator[Change]:
    """The caller's object changed where a new one was made: `x = x - m` -> `x -= m`."""
    value = node.value
    if len(node.targets) != 1 or not isinstance(value, ast.BinOp):
        return
    target = source.text_of(node.targets[0])
    if target == source.text_of(value.left) and _may_be_shared(node.targets[0], node, source):
        yield source.put("in-place", node, f"{target} {SYMBOLS[type(value.op)]}= {source.text_of(value.right)}")


def _may_be_shared(target: ast.expr, statement: ast.stmt, source: Source) -> bool:
    """Whether somebody else may hold the object: for one made here, in place and not are the same."""
    if isinstance(target, ast.Attribute):
        return target.attr not in _number_attributes(source.tree)
    function = source.function_of(statement)
    if not isinstance(target, ast.Name) or function is None:
        return False
    for argument in every_argument(function):
        if argument.arg == target.id:
            return not (isinstance(argument.annotation, ast.Name) and argument.annotation.id in ("int", "float"))
    return any(_gives_alias(node, target.id) for node in ast.walk(function))


def _number_attributes(tree: ast.AST) -> set[str]:
    """Return the attributes that begin as a number: a counter, or a scalar's gradient."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                pairs = [(target, node.value)]
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(target.elts, node.value.elts, strict=False))
                found |= {t.attr for t, v in pairs if isinstance(t, ast.Attribute) and number_of(v) is not None}
    return found


def _gives_alias(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.For | ast.comprehension):
        return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node.target))
    if not isinstance(node, ast.Assign) or not any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
        return False
    value = node.value
    if isinstance(value, ast.Call):
        return called_name(value) in _ALIASES
    return isinstance(value, ast.Name | ast.Attribute | ast.Subscript)
