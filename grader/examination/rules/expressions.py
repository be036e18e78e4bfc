"""What expressions mean: names, attributes, texts, containers, and what is looked up by a name; calls are apart."""

from __future__ import annotations

import ast
import builtins

from grader.examination.rules.flow import MAX_WORDS, UNKNOWN, Flow, Kind, Slot, Value
from grader.examination.rules.names import canonical, names_of_star
from grader.examination.rules.scopes import Function, Mention, Scope, Site

MAX_PARTS = 32  # of a dotted name that is followed

# Attributes that lead from any object to the interpreter's own: honest solutions have no use for them.
ODD_ATTRIBUTES = frozenset(
    {"__globals__", "__builtins__", "__subclasses__", "__code__", "__closure__", "__mro__", "__bases__", "__base__"}
    | {
        "mro",
        "f_globals",
        "f_locals",
        "f_builtins",
        "f_back",
        "tb_frame",
        "gi_frame",
        "__loader__",
        "__spec__",
        "__reduce_ex__",
    }
)
# Attributes that lead along the graph that autograd has recorded: for exercises that forbid autograd.
GRAPH_ATTRIBUTES = frozenset({"grad_fn", "next_functions", "register_hook", "_backward_hooks"})


class Expressions:
    """Joins the slot of each expression with those of its parts. `modules` are the scopes of the files, by name."""

    def __init__(self, module_names: list[str]) -> None:
        self.flow = Flow()
        self.modules = {name: Scope(None) for name in module_names}
        self.functions: list[Function] = []
        self.classes: list[Scope] = []
        self.mentions: list[Mention] = []
        self.imports: list[tuple[Site, str]] = []
        self.tables: list[tuple[Site, Slot, int]] = []  # where a table is made, and the expression's id
        self.looked_up: dict[int, Slot] = {}  # by the id of a table's expression: the key that is looked up in it
        self.odd_attributes: list[tuple[Site, str]] = []
        self._attributes: dict[str, Slot] = {}
        self._slots: dict[int, Slot] = {}
        self._keep: list[ast.AST] = []  # ids stay those of living nodes
        self._scopes: dict[int, Scope] = {}
        self._function_of: dict[int, Function] = {}
        self._inner: set[int] = set()
        self._nodes = 0
        self._place: Site | None = None
        self._file = 0

    def site(self, node: ast.AST) -> Site:
        """Return where a node stands."""
        return self._place or Site(self._file, getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1)

    # -- slots

    def slot(self, node: ast.expr, scope: Scope) -> Slot:
        """Return the slot of an expression: a name's is its variable's."""
        found = self._slots.get(id(node))
        if found is None:
            found = self._slots[id(node)] = self._named(node, scope) if isinstance(node, ast.Name) else Slot()
        return found

    def _named(self, node: ast.Name, scope: Scope) -> Slot:
        found = scope.find(node.id)
        if found is not None and not hasattr(builtins, node.id):
            return found
        if found is None and node.id != "__builtins__" and not hasattr(builtins, node.id):
            found = scope.module.variable(node.id)  # a text that is run as code may yet bind it
            self.flow.put(found, UNKNOWN)
            self._from_stars(node, scope, found)
            return found
        slot = Slot()
        if found is not None:  # bound somewhere, and a builtin where it is not bound yet
            self.flow.join(found, slot)
        else:
            name = "builtins" if node.id == "__builtins__" else f"builtins.{node.id}"
            self.flow.put(slot, Value(Kind.LIBRARY, name))
            self._from_stars(node, scope, slot)
        return slot

    def _from_stars(self, node: ast.Name, scope: Scope, slot: Slot) -> None:
        for module in scope.module.stars:
            names = names_of_star(module)
            if module in self.modules:
                self.flow.join(self.modules[module].variable(node.id), slot)
            elif node.id in names if names is not None else not hasattr(builtins, node.id):
                self.flow.put(slot, Value(Kind.LIBRARY, canonical(f"{module}.{node.id}")))
                self.mention(self.site(node), slot, node)

    def mention(self, site: Site, slot: Slot, node: ast.AST) -> None:
        """Note that an expression may name something of a library."""
        self.mentions.append(Mention(site, slot, id(node) not in self._inner))

    def attribute(self, name: str) -> Slot:
        """Return the slot of every attribute of this name that the submission sets."""
        return self._attributes.setdefault(name, Slot())

    def module_value(self, name: str) -> Value:
        """Return what importing a module gives."""
        return Value(Kind.OWN, name) if name in self.modules else Value(Kind.LIBRARY, canonical(name))

    def holder(self, node: ast.expr, scope: Scope) -> Slot:
        """Return the slot of the object that an expression names: what is put into it stays in it."""
        return self.attribute(node.attr) if isinstance(node, ast.Attribute) else self.slot(node, scope)

    # -- expressions

    def _attribute(self, node: ast.Attribute, scope: Scope) -> None:
        self._inner.add(id(node.value))
        if not isinstance(node.ctx, ast.Load):
            return
        slot = self.slot(node, scope)
        self.take(self.slot(node.value, scope), node.attr, slot)
        self.mention(self.site(node), slot, node)
        if node.attr == "modules" or node.attr == "__dict__":
            self.tables.append((self.site(node), slot, id(node)))
        elif node.attr in ODD_ATTRIBUTES | GRAPH_ATTRIBUTES:
            self.odd_attributes.append((self.site(node), node.attr))

    def take(self, base: Slot, name: str, target: Slot) -> None:
        """Let what reading the attribute `name` gives reach `target`."""

        def sink(value: Value) -> None:
            if value.boxes:
                return
            if value.kind is Kind.LIBRARY and value.name.count(".") < MAX_PARTS:
                self.flow.put(target, _read_off(value.name, name))
            elif value.kind is Kind.OWN:
                if name == "__dict__":
                    self.flow.put(target, Value(Kind.OWN_TABLE, value.name))
                else:
                    self.flow.join(self.modules[value.name].variable(name), target)
            elif value.kind is Kind.UNKNOWN:
                self.flow.put(target, UNKNOWN)

        self.flow.watch(base, sink)
        self.flow.join(self.attribute(name), target)

    def _constant(self, node: ast.Constant, scope: Scope) -> None:
        text = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
        self.flow.put(self.slot(node, scope), Value(Kind.WORDS, text) if isinstance(text, str) else UNKNOWN)

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope) -> None:
        parts = [self.slot(part, scope) for part in node.values]
        self.flow.fold(parts, self.slot(node, scope), lambda *texts: "".join(texts))

    def _formattedvalue(self, node: ast.FormattedValue, scope: Scope) -> None:
        plain = node.format_spec is None and node.conversion in (-1, ord("s"))
        self.flow.fold([self.slot(node.value, scope)], self.slot(node, scope), lambda text: text if plain else None)

    def _binop(self, node: ast.BinOp, scope: Scope) -> None:
        slot, parts = self.slot(node, scope), [self.slot(node.left, scope), self.slot(node.right, scope)]
        if isinstance(node.op, ast.Add):
            self.flow.fold(parts, slot, short_sum)
            for part in parts:  # lists
                self.flow.watch(part, lambda value: self.flow.put(slot, value) if value.boxes else None)
        elif isinstance(node.op, ast.Mod):
            self.flow.fold(parts, slot, lambda form, text: form.replace("%s", text) if form.count("%") == 1 else None)
        else:
            self.flow.put(slot, UNKNOWN)

    def _ifexp(self, node: ast.IfExp, scope: Scope) -> None:
        for part in (node.body, node.orelse):
            self.flow.join(self.slot(part, scope), self.slot(node, scope))

    def _boolop(self, node: ast.BoolOp, scope: Scope) -> None:
        for part in node.values:
            self.flow.join(self.slot(part, scope), self.slot(node, scope))

    def _compare(self, node: ast.Compare, scope: Scope) -> None:
        for operator, table in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn):
                self.looked_up[id(table)] = self.slot(node.left, scope)

    def _await(self, node: ast.Await, scope: Scope) -> None:
        self.flow.join(self.slot(node.value, scope), self.slot(node, scope))

    def _tuple(self, node: ast.Tuple | ast.List | ast.Set, scope: Scope) -> None:
        if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
            return
        for part in node.elts:
            inside = isinstance(part, ast.Starred)
            source = part.value if isinstance(part, ast.Starred) else part
            self.flow.box(self.slot(source, scope), self.slot(node, scope), times=0 if inside else 1)

    def _dict(self, node: ast.Dict, scope: Scope) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            self.flow.box(self.slot(value, scope), self.slot(node, scope), times=0 if key is None else 1)

    def _listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope) -> None:
        self.flow.box(self.slot(node.elt, scope), self.slot(node, scope))

    def _dictcomp(self, node: ast.DictComp, scope: Scope) -> None:
        self.flow.box(self.slot(node.value, scope), self.slot(node, scope))

    def _subscript(self, node: ast.Subscript, scope: Scope) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.looked_up[id(node.value)] = self.slot(node.slice, scope)
            return
        base, slot = self.slot(node.value, scope), self.slot(node, scope)
        if isinstance(node.slice, ast.Slice):
            cut = _slice_of(node.slice)
            self.flow.fold([base], slot, lambda text: text[cut] if cut is not None else None)
            self.flow.watch(base, lambda value: self.flow.put(slot, value) if value.boxes else None)
        else:
            self.flow.box(base, slot, times=-1)
            self.look_up(node, node.value, base, self.slot(node.slice, scope), slot)

    def look_up(self, node: ast.expr, table: ast.expr, base: Slot, key: Slot, target: Slot) -> None:
        """Let what a table has under the texts of `key` reach `target`."""
        self.looked_up[id(table)] = key
        self.fetch(base, key, target, tables=True)
        self.mention(self.site(node), target, node)

    def fetch(self, base: Slot, key: Slot, target: Slot, *, tables: bool = False) -> None:
        """Let what the names that `key` may be mean in `base` reach `target`: attributes, or a table's entries."""

        def take(value: Value) -> None:
            if value.kind is Kind.WORDS and len(value.name) <= MAX_WORDS and not value.boxes:
                names = value.name.split(".") if not tables else [value.name]
                source = objects
                for name in names[:MAX_PARTS]:
                    self.take(source, name, got := Slot())
                    source = got
                self.flow.join(source, target)

        def from_table(value: Value) -> None:
            if value.kind is Kind.TABLE:
                owner = Value(Kind.LIBRARY, value.name) if value.name else None
                self.flow.put(objects, owner) if owner else self.flow.watch(key, import_it)
            elif value.kind is Kind.OWN_TABLE:
                self.flow.put(objects, Value(Kind.OWN, value.name))

        def import_it(value: Value) -> None:
            if value.kind is Kind.WORDS and not value.boxes:
                self.flow.put(target, self.module_value(value.name[:MAX_WORDS]))

        objects = Slot() if tables else base
        if tables:
            self.flow.watch(base, from_table)
        self.flow.watch(key, take)
        self.flow.put(target, UNKNOWN)


def _read_off(owner: str, name: str) -> Value:
    if name == "__dict__":
        return Value(Kind.TABLE, owner)
    full = canonical(f"{owner}.{name}")
    return Value(Kind.TABLE, "") if full == "sys.modules" else Value(Kind.LIBRARY, full)


def short_sum(left: str, right: str) -> str | None:
    """Return both texts joined; None where that would be too long to be a name or a line of code."""
    return left + right if len(left) + len(right) <= 10 * MAX_WORDS else None


def _slice_of(node: ast.Slice) -> slice | None:
    """Return a slice whose parts are whole numbers or absent; None for any other."""
    try:
        parts = [None if part is None else ast.literal_eval(part) for part in (node.lower, node.upper, node.step)]
    except (ValueError, TypeError, RecursionError, MemoryError):
        return None
    return slice(*parts) if all(part is None or type(part) is int for part in parts) and parts[2] != 0 else None
