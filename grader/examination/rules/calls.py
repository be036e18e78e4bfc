"""What calls mean for the rules: of the submission's own functions, of texts, and of the builtins that find by name.

`getattr(torch, "soft" + "max")`, `importlib.import_module("torch")`, `sys.modules["torch"]`, `vars(torch)["softmax"]`,
`operator.attrgetter("softmax")(torch)` and `eval("torch.softmax")` are read as what they give. Where the name is not
known while reading, the call is remembered: a person should look.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from grader.examination.rules.flow import MAX_CODE, UNKNOWN, Kind, Slot, Value
from grader.examination.rules.read import Reader, TooDeep, parsed
from grader.examination.rules.scopes import Scope, Site

_GETATTR = {"builtins.getattr", "builtins.object.__getattribute__", "inspect.getattr_static", "operator.call"}
_SETATTR = {"builtins.setattr", "builtins.object.__setattr__"}
_IMPORT = {"builtins.__import__", "importlib.import_module", "importlib.__import__"}
_RUN = {"builtins.eval", "builtins.exec", "builtins.compile"}
_OWN_TABLES = {"builtins.globals", "builtins.locals", "builtins.vars"}
_SAME = {"list", "tuple", "set", "frozenset", "iter", "reversed", "sorted", "str", "dict", "max", "min"}
_PASS_ON = {f"builtins.{name}" for name in _SAME} | {"copy.copy", "copy.deepcopy", "functools.partial"}
_APPLY = {"builtins.map", "builtins.filter", "functools.reduce", "functools.partial", "itertools.starmap"}
_PUT_IN = {"append": 1, "add": 1, "insert": 1, "appendleft": 1, "setdefault": 1, "extend": 0, "update": 0}
_TAKE_OUT = {"get": -1, "pop": -1, "popleft": -1, "setdefault": -1, "values": 0, "copy": 0, "items": 1, "popitem": 0}
_TEXT_METHODS = {"lower", "upper", "title", "swapcase", "casefold", "strip", "lstrip", "rstrip", "capitalize"}
_TEXT_METHODS |= {"replace", "removeprefix", "removesuffix", "decode", "encode"}
_MAX_CODES = 20  # texts of one submission that are read as code


@dataclass(slots=True)
class Lookup:
    """A call that finds something by a name: `base` is where, `key` the name; `what` is "name", "import" or "code"."""

    what: str
    site: Site
    base: Slot
    key: Slot


class Calls:
    """Takes calls into the flow of `reader`."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._flow = reader.flow
        self._codes = 0
        self.lookups: list[Lookup] = []
        self.passed_on: list[tuple[Site, list[Slot]]] = []  # the arguments of calls of what is not the submission's own

    def read(self, tree: ast.AST, scope: Scope, *, file: int, place: Site | None = None) -> None:
        """Take a whole tree into the flow, its calls included."""
        for call, inside in self._reader.read(tree, scope, file=file, place=place):
            self._call(call, inside)

    def _call(self, node: ast.Call, scope: Scope) -> None:
        function, result = self._reader.slot(node.func, scope), self._reader.slot(node, scope)
        args = [self._argument(argument, scope) for argument in node.args]
        named = [(keyword.arg, self._reader.slot(keyword.value, scope)) for keyword in node.keywords]
        site = self._reader.site(node)
        self.passed_on.append((site, [*args, *(slot for _, slot in named)]))
        if isinstance(node.func, ast.Attribute):
            self._method(node, node.func, args, scope)

        def called(value: Value) -> None:
            if value.boxes:
                return
            if value.kind is Kind.FUNCTION:
                self._own(int(value.name), args, named, result)
            elif value.kind is Kind.CLASS:
                self._instance(int(value.name), args, named, result)
            elif value.kind is Kind.LIBRARY:
                self._library(value.name, node, args, named, result, scope, site)
            elif value.kind is Kind.GETTER:
                self._getter(value.name, node, args, result, site)
            else:
                self._flow.put(result, UNKNOWN)

        self._flow.watch(function, called)

    def _argument(self, node: ast.expr, scope: Scope) -> Slot:
        if not isinstance(node, ast.Starred):
            return self._reader.slot(node, scope)
        slot = Slot()
        self._flow.box(self._reader.slot(node.value, scope), slot, times=-1)
        return slot

    # -- the submission's own

    def _own(self, number: int, args: list[Slot], named: list[tuple[str | None, Slot]], result: Slot) -> None:
        function = self._reader.functions[number]
        for at, arg in enumerate(args):
            for parameter in function.parameters[at : at + 2]:  # the second: a method's first is its object
                self._flow.join(arg, parameter)
            if at >= len(function.parameters) - 1 and function.rest is not None:
                self._flow.box(arg, function.rest)
        for name, arg in named:
            if name in function.by_name:
                self._flow.join(arg, function.by_name[name])
            elif name is None:
                for parameter in function.by_name.values():
                    self._flow.box(arg, parameter, times=-1)
            elif function.named_rest is not None:
                self._flow.box(arg, function.named_rest)
        self._flow.join(function.returns, result)

    def _instance(self, number: int, args: list[Slot], named: list[tuple[str | None, Slot]], result: Slot) -> None:
        self._flow.put(result, UNKNOWN)
        maker = self._reader.classes[number].variables.get("__init__")
        fields = [name for name in self._reader.classes[number].variables if not name.startswith("__")]
        for name, arg in (*zip(fields, args, strict=False), *named):  # a dataclass
            if name is not None:
                self._flow.join(arg, self._reader.attribute(name))
        if maker is not None:
            self._flow.watch(
                maker,
                lambda value: self._own(int(value.name), args, named, Slot()) if value.kind is Kind.FUNCTION else None,
            )

    # -- by name

    def _library(
        self,
        name: str,
        node: ast.Call,
        args: list[Slot],
        named: list[tuple[str | None, Slot]],
        result: Slot,
        scope: Scope,
        site: Site,
    ) -> None:
        first = args[0] if args else next((slot for name, slot in named if name in ("name", "source")), Slot())
        if name in _GETATTR and len(args) > 1:
            self._look_up(site, node, first, args[1], result)
            for default in args[2:]:
                self._flow.join(default, result)
        elif name.endswith((".__getattribute__", ".__getattr__")) and args:
            base = Slot()
            self._flow.put(base, Value(Kind.LIBRARY, name.rpartition(".")[0]))
            self._look_up(site, node, base, args[-1], result)
        elif name in _SETATTR and len(args) > 2:
            self._flow.watch(args[1], lambda word: self._set(word, args[2]))
        elif name in _IMPORT:
            self._import(site, node, first, result, top=name.endswith("__import__"))
        elif name in _RUN:
            self._run(site, first, result, scope, returns_text=name == "builtins.compile")
        elif name == "builtins.super" and len(args) > 1:
            self._super(site, first, result)
        elif name in _OWN_TABLES:
            self._table(site, node, args, result, scope)
        elif name in ("operator.attrgetter", "operator.methodcaller"):
            self._flow.watch(
                first, lambda word: self._flow.put(result, Value(Kind.GETTER, word.name if _is_word(word) else ""))
            )
        elif name in ("builtins.next", "builtins.zip", "builtins.enumerate"):
            for arg in args:
                self._flow.box(arg, result, times=-1 if name == "builtins.next" else 1)
        else:
            self._other(name, args, named, result)

    def _other(self, name: str, args: list[Slot], named: list[tuple[str | None, Slot]], result: Slot) -> None:
        if name in _PASS_ON:
            for slot in args:
                self._flow.join(slot, result)
            for _, slot in named:
                self._flow.box(slot, result, times=1 if name == "builtins.dict" else 0)
        if name in _APPLY and args:
            spread = []
            for arg in args[1:]:
                self._flow.box(arg, item := Slot(), times=-1)
                spread += [arg, item]
            applied = Slot()
            self._flow.watch(args[0], self._applied(spread, applied))
            self._flow.box(applied, result)
            self._flow.join(applied, result)
        if name != "builtins.str":
            self._flow.put(result, UNKNOWN)

    def _applied(self, given: list[Slot], result: Slot) -> Callable[[Value], None]:
        """Give every argument to every parameter of a function that another calls."""

        def sink(value: Value) -> None:
            if value.kind is Kind.FUNCTION and not value.boxes:
                function = self._reader.functions[int(value.name)]
                for parameter in function.by_name.values():
                    for slot in given:
                        self._flow.join(slot, parameter)
                self._flow.join(function.returns, result)
            elif value.kind is Kind.GETTER:
                for slot in given:
                    self._fetch_words(slot, value.name, result)

        return sink

    def _look_up(self, site: Site, node: ast.Call, base: Slot, key: Slot, result: Slot) -> None:
        self.lookups.append(Lookup("name", site, base, key))
        self._reader.fetch(base, key, result)
        self._reader.mention(site, result, node)

    def _getter(self, word: str, node: ast.Call, args: list[Slot], result: Slot, site: Site) -> None:
        for arg in args[:1]:
            key = self._fetch_words(arg, word, result)
            self.lookups.append(Lookup("name", site, arg, key))
            self._reader.mention(site, result, node)
        self._flow.put(result, UNKNOWN)

    def _fetch_words(self, base: Slot, word: str, result: Slot) -> Slot:
        key = Slot()
        self._flow.put(key, Value(Kind.WORDS, word) if word else UNKNOWN)
        self._reader.fetch(base, key, result)
        return key

    def _set(self, word: Value, value: Slot) -> None:
        if _is_word(word):
            self._flow.join(value, self._reader.attribute(word.name))

    def _import(self, site: Site, node: ast.Call, key: Slot, result: Slot, *, top: bool) -> None:
        self.lookups.append(Lookup("import", site, Slot(), key))

        def sink(value: Value) -> None:
            if not _is_word(value):
                return
            for name in {value.name, value.name.partition(".")[0]} if top else {value.name}:
                self._flow.put(result, self._reader.module_value(name))
            if value.name not in self._reader.modules:
                self._reader.imports.append((site, value.name))

        self._flow.watch(key, sink)
        self._reader.mention(site, result, node)

    def _run(self, site: Site, text: Slot, result: Slot, scope: Scope, *, returns_text: bool) -> None:
        self.lookups.append(Lookup("code", site, Slot(), text))
        if returns_text:
            self._flow.join(text, result)
            return

        def sink(value: Value) -> None:
            tree = _code(value.name) if _is_word(value, MAX_CODE) and self._codes < _MAX_CODES else None
            if tree is None:
                self._flow.put(text, UNKNOWN)
                return
            self._codes += 1
            self.read(tree, scope, file=site.file, place=site)
            for statement in tree.body:
                if isinstance(statement, ast.Expr):
                    self._flow.join(self._reader.slot(statement.value, scope), result)

        self._flow.watch(text, sink)
        self._flow.put(result, UNKNOWN)

    def _table(self, site: Site, node: ast.Call, args: list[Slot], result: Slot, scope: Scope) -> None:
        self._reader.tables.append((site, result, id(node)))
        if not args:
            names = [name for name, module in self._reader.modules.items() if module is scope.module]
            self._flow.put(result, Value(Kind.OWN_TABLE, names[0]) if names else UNKNOWN)
            return

        def sink(value: Value) -> None:
            if value.kind in (Kind.LIBRARY, Kind.OWN) and not value.boxes:
                kind = Kind.TABLE if value.kind is Kind.LIBRARY else Kind.OWN_TABLE
                self._flow.put(result, Value(kind, value.name))

        self._flow.watch(args[0], sink)
        self._flow.put(result, UNKNOWN)

    def _super(self, site: Site, start: Slot, result: Slot) -> None:
        """What lies behind a library's class has the same methods as the class: `super(torch.Tensor, x).exp`."""

        def sink(value: Value) -> None:
            if value.kind is Kind.LIBRARY and not value.boxes:
                self._flow.put(result, value)
            if value.kind is not Kind.CLASS:
                self._reader.odd_attributes.append((site, "super"))

        self._flow.watch(start, sink)
        self._flow.put(result, UNKNOWN)

    # -- methods of texts and containers

    def _method(self, node: ast.Call, function: ast.Attribute, args: list[Slot], scope: Scope) -> None:
        result, name = self._reader.slot(node, scope), function.attr
        base = self._reader.slot(function.value, scope)
        if name == "join" and len(node.args) == 1 and isinstance(node.args[0], ast.List | ast.Tuple):
            parts = [self._reader.slot(part, scope) for part in node.args[0].elts]
            self._flow.fold([base, *parts], result, _joined)
        elif name == "join" and len(args) == 1:
            self._flow.fold([base, *args], result, lambda between, text: between.join(text))
        elif name == "format" and not node.keywords:
            self._flow.fold([base, *args], result, _formatted)
        elif name in _TEXT_METHODS:
            self._flow.fold([base, *args], result, lambda text, *more: _text_method(name, text, more))
        elif name in ("get", "pop", "__getitem__") and args:
            self._reader.look_up(node, function.value, base, args[0], result)
        if name in _PUT_IN:
            for arg in args:
                self._flow.box(arg, self._reader.holder(function.value, scope), times=_PUT_IN[name])
        if name in _TAKE_OUT:
            self._flow.watch(base, lambda value: self._take_out(value, _TAKE_OUT[name], result))
            for default in args[1:]:
                self._flow.join(default, result)

    def _take_out(self, value: Value, times: int, result: Slot) -> None:
        if value.boxes:
            self._flow.put(result, value._replace(boxes=value.boxes + times))


def _is_word(value: Value, limit: int = 200) -> bool:
    return value.kind is Kind.WORDS and not value.boxes and len(value.name) <= limit


def _joined(between: str, *texts: str) -> str | None:
    return between.join(texts) if len(between) * len(texts) <= MAX_CODE else None


def _formatted(form: str, *texts: str) -> str | None:
    pieces = form.split("{}")
    if len(pieces) != len(texts) + 1 or any(sign in piece for piece in pieces for sign in "{}"):
        return None
    return "".join(part for pair in zip(pieces, (*texts, ""), strict=True) for part in pair)


def _text_method(name: str, text: str, more: tuple[str, ...]) -> str | None:
    if name in ("encode", "decode"):
        return text if all(word.lower() in ("utf-8", "utf8", "ascii", "latin-1") for word in more) else None
    if name == "replace" and (len(more) != 2 or len(text) * len(more[1]) > MAX_CODE):
        return None
    try:
        changed: str = getattr(text, name)(*more)
    except TypeError:
        return None
    return changed


def _code(text: str) -> ast.Module | None:
    try:
        return parsed(text.strip())
    except TooDeep:
        return None
