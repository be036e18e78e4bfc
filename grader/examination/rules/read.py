"""Reads a source as a flow of values: walks its tree, binds its names, follows its statements.

Theory of operation. A tree is walked twice, without recursion, so that no depth of nesting can stop it: once to learn
which names each scope binds, and once to join the slot of every expression with the slots of its parts. Nothing of the
source is run. Attributes of the submission's own objects are told apart by their name only (`self.f` and `other.f` are
one), and code in a branch that is never taken counts like any other: a rule is about what a solution is written with.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from grader.examination.rules.expressions import Expressions, short_sum
from grader.examination.rules.flow import UNKNOWN, Kind, Slot, TooMuch, Value
from grader.examination.rules.scopes import Function, Scope, Site

MAX_NODES = 60_000  # of one submission's trees: some five thousand lines
PARSER_DEPTH = 4_000  # frames; deeper than what the student's process can compile, and no deeper than the C stack
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Reader(Expressions):
    """Reads the trees of one submission into one flow."""

    # -- walking

    def read(
        self, tree: ast.AST, scope: Scope, *, file: int, place: Site | None = None
    ) -> Iterator[tuple[ast.Call, Scope]]:
        """Take a tree into the flow; yield its calls, for the caller to take in. `place`: of all of it."""
        self._keep.append(tree)
        order = list(self._walk(tree, scope))
        for node, inside in order:
            if isinstance(node, _BINDING):
                self._declare(node, inside)
        self._file, self._place = file, place
        for node, inside in order:
            handler = _HANDLERS.get(type(node))
            if handler is not None:
                handler(self, node, inside)
        for node, inside in order:
            if isinstance(node, ast.Call):
                self._file, self._place = file, place
                yield node, inside

    def _walk(self, tree: ast.AST, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        waiting = [(tree, scope)]
        while waiting:
            self._nodes += 1
            if self._nodes > MAX_NODES:
                raise TooMuch
            node, inside = waiting.pop()
            yield node, inside
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                function = self._function_of[id(node)] = Function(number=len(self.functions))
                self.functions.append(function)
                inner = self._scopes[id(node)] = Scope(inside, function=function)
                body = node.body if isinstance(node.body, list) else [node.body]
                waiting += ((child, inner) for child in body)
                waiting += ((child, inside) for child in _children(node) if child not in body)
            elif isinstance(node, ast.ClassDef):
                inner = self._scopes[id(node)] = Scope(inside, is_class=True, function=inside.function)
                waiting += ((child, inner) for child in node.body)
                waiting += ((child, inside) for child in (*node.bases, *node.keywords, *node.decorator_list))
            elif isinstance(node, ast.Global | ast.Nonlocal):
                inside.elsewhere |= dict.fromkeys(node.names, isinstance(node, ast.Global))
            else:
                waiting += [(child, inside) for child in _children(node)]

    def _declare(self, node: ast.AST, scope: Scope) -> None:
        """Bind the names that a node binds, before any is read."""
        match node:
            case ast.Name(ctx=ast.Store() | ast.Del()):
                scope.variable(node.id)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                scope.variable(node.name)
            case ast.Import() | ast.ImportFrom():
                for alias in node.names:
                    if alias.name != "*":
                        scope.variable(alias.asname or alias.name.partition(".")[0])
                    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                        scope.module.stars.append(node.module)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                self.flow.put(scope.variable(name), UNKNOWN)
            case ast.MatchMapping(rest=str(name)):
                self.flow.put(scope.variable(name), UNKNOWN)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            self._declare_parameters(node, self._scopes[id(node)])

    def _declare_parameters(self, node: FunctionNode, inner: Scope) -> None:
        function, arguments = self._function_of[id(node)], node.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            slot = function.by_name[argument.arg] = inner.variable(argument.arg)
            if argument not in arguments.kwonlyargs:
                function.parameters.append(slot)
            self.flow.put(slot, UNKNOWN)  # a test may call it
        function.rest = inner.variable(arguments.vararg.arg) if arguments.vararg else None
        function.named_rest = inner.variable(arguments.kwarg.arg) if arguments.kwarg else None
        for rest in (function.rest, function.named_rest):
            if rest is not None:
                self.flow.put(rest, UNKNOWN)

    # -- names and assignments

    def _import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            first = alias.name.partition(".")[0]
            name = alias.name if alias.asname else first
            if first not in self.modules:
                self.imports.append((self.site(node), alias.name))
            self.flow.put(scope.variable(alias.asname or first), self.module_value(name))

    def _importfrom(self, node: ast.ImportFrom, scope: Scope) -> None:
        if node.module is None or node.level:
            return
        if node.module not in self.modules:
            self.imports.append((self.site(node), node.module))
        base = Slot()
        self.flow.put(base, self.module_value(node.module))
        for alias in node.names:
            if alias.name == "*":
                continue
            got = Slot()
            self.take(base, alias.name, got)
            self.flow.join(got, scope.variable(alias.asname or alias.name))
            self.mention(self.site(node), got, alias)

    def _functiondef(self, node: FunctionNode, scope: Scope) -> None:
        function = self._function_of[id(node)]
        value = Value(Kind.FUNCTION, str(function.number))
        positional = (*node.args.posonlyargs, *node.args.args)
        for argument, default in zip(reversed(positional), reversed(node.args.defaults), strict=False):
            self.flow.join(self.slot(default, scope), function.by_name[argument.arg])
        for argument, keyword_default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
            if keyword_default is not None:
                self.flow.join(self.slot(keyword_default, scope), function.by_name[argument.arg])
        if isinstance(node, ast.Lambda):
            self.flow.put(self.slot(node, scope), value)
            self.flow.join(self.slot(node.body, self._scopes[id(node)]), function.returns)
            return
        variable = scope.variable(node.name)
        self.flow.put(variable, value)
        if node.decorator_list:  # a property's value is what it returns; what any other makes of it is not known
            self.flow.join(function.returns, variable)
            self.flow.put(variable, UNKNOWN)
        self._in_class(node.name, scope)

    def _classdef(self, node: ast.ClassDef, scope: Scope) -> None:
        self.classes.append(self._scopes[id(node)])
        self.flow.put(scope.variable(node.name), Value(Kind.CLASS, str(len(self.classes) - 1)))
        self._in_class(node.name, scope)

    def _in_class(self, name: str, scope: Scope) -> None:
        if scope.is_class:
            self.flow.join(scope.variable(name), self.attribute(name))

    def _return(self, node: ast.Return, scope: Scope) -> None:
        if node.value is not None and scope.function is not None:
            self.flow.join(self.slot(node.value, scope), scope.function.returns)

    def _yield(self, node: ast.Yield, scope: Scope) -> None:
        self.flow.put(self.slot(node, scope), UNKNOWN)
        if node.value is not None and scope.function is not None:
            self.flow.box(self.slot(node.value, scope), scope.function.returns)

    def _yieldfrom(self, node: ast.YieldFrom, scope: Scope) -> None:
        if scope.function is not None:
            self.flow.join(self.slot(node.value, scope), scope.function.returns)

    def _assign(self, node: ast.Assign, scope: Scope) -> None:
        for target in node.targets:
            self._bind(target, self.slot(node.value, scope), scope, node.value)

    def _annassign(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self._bind(node.target, self.slot(node.value, scope), scope, node.value)

    def _augassign(self, node: ast.AugAssign, scope: Scope) -> None:
        if isinstance(node.target, ast.Name):
            variable, added = scope.variable(node.target.id), self.slot(node.value, scope)
            self.flow.join(added, variable)  # lists, and dicts by |=
            if isinstance(node.op, ast.Add):
                self.flow.fold([variable, added], variable, short_sum)

    def _namedexpr(self, node: ast.NamedExpr, scope: Scope) -> None:
        value = self.slot(node.value, scope)
        self._bind(node.target, value, scope, node.value)
        self.flow.join(value, self.slot(node, scope))

    def _for(self, node: ast.For | ast.AsyncFor | ast.comprehension, scope: Scope) -> None:
        item = Slot()
        self.flow.box(self.slot(node.iter, scope), item, times=-1)
        self._bind(node.target, item, scope, None)

    def _withitem(self, node: ast.withitem, scope: Scope) -> None:
        if node.optional_vars is not None:
            self._bind(node.optional_vars, self.slot(node.context_expr, scope), scope, None)

    def _match(self, node: ast.Match, scope: Scope) -> None:
        subject = self.slot(node.subject, scope)
        for case in node.cases:
            for part in ast.walk(case.pattern):
                if isinstance(part, ast.MatchAs | ast.MatchStar) and part.name:
                    self.flow.join(subject, scope.variable(part.name))
                    self.flow.box(subject, scope.variable(part.name), times=-1)

    def _bind(self, target: ast.expr, source: Slot, scope: Scope, value: ast.expr | None) -> None:
        match target:
            case ast.Name():
                self.flow.join(source, scope.variable(target.id))
                self._in_class(target.id, scope)
            case ast.Attribute():
                self.flow.join(source, self.attribute(target.attr))
            case ast.Subscript():
                self.flow.box(source, self.holder(target.value, scope))
            case ast.Starred():
                self.flow.box(source, boxed := Slot())
                self._bind(target.value, boxed, scope, None)
            case ast.Tuple() | ast.List():
                parts = value.elts if isinstance(value, ast.Tuple | ast.List) else []
                pairwise = len(parts) == len(target.elts) and not any(
                    isinstance(part, ast.Starred) for part in (*parts, *target.elts)
                )
                item = Slot()
                self.flow.box(source, item, times=-1)
                for number, inner in enumerate(target.elts):
                    part = parts[number] if pairwise else None
                    self._bind(inner, self.slot(part, scope) if part is not None else item, scope, part)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes right below, without those that say how a name is used, and constants' own values."""
    for name in node._fields:
        child = getattr(node, name, None)
        if isinstance(child, list):
            yield from (item for item in child if isinstance(item, ast.AST))
        elif isinstance(child, ast.AST) and name not in ("ctx", "op"):
            yield child


_BINDING = (
    *(ast.Name, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.Import, ast.ImportFrom),
    *(ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping),
)
# What each node lets flow; a node that is not here lets nothing flow, but the nodes in it may.
_HANDLERS: dict[type[ast.AST], Callable[[Reader, Any, Scope], None]] = {
    ast.AnnAssign: Reader._annassign,
    ast.Assign: Reader._assign,
    ast.AsyncFor: Reader._for,
    ast.AsyncFunctionDef: Reader._functiondef,
    ast.Attribute: Reader._attribute,
    ast.AugAssign: Reader._augassign,
    ast.Await: Reader._await,
    ast.BinOp: Reader._binop,
    ast.BoolOp: Reader._boolop,
    ast.ClassDef: Reader._classdef,
    ast.Compare: Reader._compare,
    ast.comprehension: Reader._for,
    ast.Constant: Reader._constant,
    ast.Dict: Reader._dict,
    ast.DictComp: Reader._dictcomp,
    ast.For: Reader._for,
    ast.FormattedValue: Reader._formattedvalue,
    ast.FunctionDef: Reader._functiondef,
    ast.GeneratorExp: Reader._listcomp,
    ast.IfExp: Reader._ifexp,
    ast.Import: Reader._import,
    ast.ImportFrom: Reader._importfrom,
    ast.JoinedStr: Reader._joinedstr,
    ast.Lambda: Reader._functiondef,
    ast.List: Reader._tuple,
    ast.ListComp: Reader._listcomp,
    ast.Match: Reader._match,
    ast.NamedExpr: Reader._namedexpr,
    ast.Return: Reader._return,
    ast.Set: Reader._tuple,
    ast.SetComp: Reader._listcomp,
    ast.Subscript: Reader._subscript,
    ast.Tuple: Reader._tuple,
    ast.withitem: Reader._withitem,
    ast.Yield: Reader._yield,
    ast.YieldFrom: Reader._yieldfrom,
}


class TooDeep(Exception):
    """The source is nested too deeply to be parsed."""


def parsed(text: str) -> ast.Module | None:
    """Return the tree of a source; None where Python cannot parse it. Raises TooDeep."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, PARSER_DEPTH))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an escape that is none is not our business
            return ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    except (RecursionError, MemoryError):
        raise TooDeep from None
    finally:
        sys.setrecursionlimit(limit)
