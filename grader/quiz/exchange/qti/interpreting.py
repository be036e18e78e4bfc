"""Runs an item's own response processing on an answer: what it earns, and which feedback it gets.

Theory of operation. An item from elsewhere may say in many ways how it is marked. Instead of knowing every way, its
rules are run, in exact arithmetic, on the answers that matter: each option, each pair, each text that it compares
with. What then agrees with one of our types is taken; what uses an operator that is not known here is refused with
its name. Rules are data: no operator loads, draws or calls anything, and the number of steps is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from xml.etree.ElementTree import Element

from grader.quiz.exchange.decimals import number_in
from grader.quiz.exchange.qti.parsing import LeftOut
from grader.quiz.marking.precision import rounded
from grader.records import Text

MAX_STEPS = 400_000  # of one item, over all its answers
_NUMBERS = frozenset({"float", "integer"})
_MAX_FIGURES = 40
_TEMPLATES = {
    "match_correct": "correct",
    "map_response": "map",
    "CC2_match": "correct",
    "CC2_map_response": "map",
}

Atom = Fraction | str | bool
Value = tuple[Atom, ...] | None  # None: nothing was answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A response, as an item declares it."""

    name: str
    cardinality: str
    kind: str
    correct: Value = None
    mapping: Element | None = None

    @property
    def entries(self) -> list[tuple[str, Fraction]]:
        """The keys of its mapping with what they earn."""
        if self.mapping is None:
            return []
        return [(one.get("mapKey", ""), _number(one.get("mappedValue", "0"))) for one in self.mapping.iter("mapEntry")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What became of an answer."""

    score: Fraction
    outcomes: Mapping[str, Value]


@dataclass(slots=True)
class Interpreter:
    """One item's declarations and rules."""

    item: Element
    responses: dict[str, Declared] = field(default_factory=dict)
    _defaults: dict[str, Value] = field(default_factory=dict)
    _kinds: dict[str, str] = field(default_factory=dict)
    _steps: int = 0

    def __post_init__(self) -> None:
        for one in self.item.iter("responseDeclaration"):
            name, kind = one.get("identifier", ""), one.get("baseType", "identifier")
            correct = one.find("correctResponse")
            self.responses[name] = Declared(
                name=name,
                cardinality=one.get("cardinality", "single"),
                kind=kind,
                correct=None if correct is None else _values(correct, kind),
                mapping=one.find("mapping"),
            )
        for one in self.item.iter("outcomeDeclaration"):
            name, kind = one.get("identifier", ""), one.get("baseType", "identifier")
            default = one.find("defaultValue")
            self._kinds[name] = kind
            self._defaults[name] = None if default is None else _values(default, kind)
            if default is None and kind in _NUMBERS:
                self._defaults[name] = (Fraction(0),)

    @property
    def processing(self) -> Element:
        """The rules; those of a template written out. Raises: LeftOut for one that is not known, or none at all."""
        found = self.item.find("responseProcessing")
        if found is None:
            raise LeftOut(Text(en="nothing says how it is marked", zh="没有评分规则"))
        if len(found):
            return found
        template = found.get("template", "").rstrip("/").rpartition("/")[2].removesuffix(".xml")
        way = _TEMPLATES.get(template)
        if way is None:
            raise _unknown(f"template {template}" if template else "responseProcessing")
        return _written_out(way)

    def default(self, outcome: str) -> Value:
        """Return the value that an outcome begins with."""
        return self._defaults.get(outcome)

    def run(self, given: Mapping[str, Value]) -> Ran:
        """Return what becomes of these answers; what is not among them was left open. Raises: LeftOut."""
        run = _Run(self, dict(given), dict(self._defaults))
        run.rules(self.processing)
        score = run.outcomes.get("SCORE")
        return Ran(score=score[0] if score and isinstance(score[0], Fraction) else Fraction(0), outcomes=run.outcomes)

    def step(self) -> None:
        """Count a step. Raises: LeftOut when there were too many."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise LeftOut(Text(en="its rules take too many steps", zh="评分规则步骤过多"))


class _Exit(Exception):
    """Response processing ends here."""


@dataclass(slots=True)
class _Run:
    """One answer on its way through the rules."""

    interpreter: Interpreter
    given: dict[str, Value]
    outcomes: dict[str, Value]

    def rules(self, parent: Element) -> None:
        try:
            for rule in parent:
                self._rule(rule)
        except _Exit:
            return

    def _rule(self, rule: Element) -> None:
        self.interpreter.step()
        if rule.tag == "setOutcomeValue":
            self.outcomes[rule.get("identifier", "")] = self.value(_only(rule))
        elif rule.tag == "responseCondition":
            for branch in rule:
                is_else = branch.tag == "responseElse"
                if is_else or self.value(branch[0] if len(branch) else rule) == (True,):
                    for inner in list(branch)[0 if is_else else 1 :]:
                        self._rule(inner)
                    return
        elif rule.tag == "responseProcessingFragment":
            for inner in rule:
                self._rule(inner)
        elif rule.tag == "exitResponse":
            raise _Exit
        else:
            raise _unknown(rule.tag)

    def value(self, node: Element) -> Value:
        """Return the value of an expression."""
        self.interpreter.step()
        special = _SPECIAL.get(node.tag)
        if special is not None:
            return special(self, node)
        operator = _OPERATORS.get(node.tag)
        if operator is None:
            raise _unknown(node.tag)
        if len(node) != _OPERANDS.get(node.tag, len(node)):
            raise _unknown(node.tag)
        return operator(node, [self.value(child) for child in node])

    def variable(self, node: Element) -> Value:
        name = node.get("identifier", "")
        return self.given.get(name) if name in self.interpreter.responses else self.outcomes.get(name)

    def correct(self, node: Element) -> Value:
        return self._declared(node).correct

    def mapped(self, node: Element) -> Value:
        declared = self._declared(node)
        given = self.given.get(declared.name)
        if declared.mapping is None:
            raise _unknown("mapResponse")
        rest = _number(declared.mapping.get("defaultValue", "0"))
        total = sum((self._mapped(declared, one, rest) for one in dict.fromkeys(given or ())), Fraction(0))
        low, high = declared.mapping.get("lowerBound"), declared.mapping.get("upperBound")
        total = total if low is None else max(total, _number(low))
        return (total if high is None else min(total, _number(high)),)

    def _mapped(self, declared: Declared, given: Atom, rest: Fraction) -> Fraction:
        for entry in declared.mapping if declared.mapping is not None else ():
            self.interpreter.step()
            key = _atom(entry.get("mapKey", ""), declared.kind)
            is_same = key == given
            if declared.kind == "string" and entry.get("caseSensitive", "false") != "true":
                is_same = str(key).lower() == str(given).lower()
            if is_same:
                return _number(entry.get("mappedValue", "0"))
        return rest

    def same(self, node: Element) -> Value:
        """Return whether both sides are alike; where neither is an order, in any order."""
        if len(node) != 2:
            raise _unknown(node.tag)
        left, right = (self.value(child) for child in node)
        if left is None or right is None:
            return None
        declared = [self.interpreter.responses.get(child.get("identifier", "")) for child in node]
        if any(child.tag == "ordered" for child in node) or any(
            one and one.cardinality == "ordered" for one in declared
        ):
            return (left == right,)
        return (sorted(map(str, left)) == sorted(map(str, right)),)

    def conjunction(self, node: Element) -> Value:
        return (all(self.value(child) == (True,) for child in node),)

    def disjunction(self, node: Element) -> Value:
        return (any(self.value(child) == (True,) for child in node),)

    def _declared(self, node: Element) -> Declared:
        found = self.interpreter.responses.get(node.get("identifier", ""))
        if found is None:
            raise _unknown(node.tag)
        return found


def _base(run: _Run, node: Element) -> Value:
    del run
    return (_atom((node.text or "").strip(), node.get("baseType", "string")),)


_SPECIAL: Mapping[str, Callable[[_Run, Element], Value]] = {
    "variable": _Run.variable,
    "correct": _Run.correct,
    "mapResponse": _Run.mapped,
    "baseValue": _base,
    "match": _Run.same,
    "and": _Run.conjunction,
    "or": _Run.disjunction,
}


def _equal(node: Element, values: list[Value]) -> Value:
    given, wanted = _two_numbers(values)
    if given is None or wanted is None:
        return None
    mode, allowed = node.get("toleranceMode", "exact"), [_number(one) for one in node.get("tolerance", "").split()]
    if mode == "exact" or not allowed:
        return (given == wanted,)
    below, above = allowed[0], allowed[-1]
    if mode == "relative":
        below, above = abs(given) * below / 100, abs(given) * above / 100
    return (given - below <= wanted <= given + above,)


def _equal_rounded(node: Element, values: list[Value]) -> Value:
    given, wanted = _two_numbers(values)
    figures = node.get("figures", "")
    if given is None or wanted is None:
        return None
    if not figures.isdecimal() or len(figures) > 2 or int(figures) > _MAX_FIGURES:
        raise _unknown("equalRounded")
    if node.get("roundingMode", "significantFigures") == "significantFigures":
        if not int(figures):
            raise _unknown("equalRounded")
        return (rounded(given, int(figures)) == rounded(wanted, int(figures)),)
    scale, half = 10 ** int(figures), Fraction(1, 2)
    return ((given * scale + half).__floor__() == (wanted * scale + half).__floor__(),)


def _string_match(node: Element, values: list[Value]) -> Value:
    left, right = values
    if left is None or right is None:
        return None
    one, other = str(left[0]), str(right[0])
    if node.get("caseSensitive", "true") == "false":
        one, other = one.lower(), other.lower()
    return (other in one if node.get("substring") == "true" else one == other,)


def _compare(holds: Callable[[Fraction, Fraction], bool]) -> Callable[[Element, list[Value]], Value]:
    def compare(_: Element, values: list[Value]) -> Value:
        left, right = _two_numbers(values)
        return None if left is None or right is None else (holds(left, right),)

    return compare


def _index(node: Element, values: list[Value]) -> Value:
    place = node.get("n", "")
    if not place.isdecimal() or len(place) > 4 or not int(place):
        raise _unknown("index")
    inside = values[0]
    return None if inside is None or int(place) > len(inside) else (inside[int(place) - 1],)


def _gathered(node: Element, values: list[Value]) -> Value:
    del node
    return tuple(one for value in values if value is not None for one in value) or None


def _sum(node: Element, values: list[Value]) -> Value:
    del node
    numbers = [one for value in values for one in (value or ()) if isinstance(one, Fraction)]
    return None if any(value is None for value in values) else (sum(numbers, Fraction(0)),)


_OPERATORS: Mapping[str, Callable[[Element, list[Value]], Value]] = {
    "equal": _equal,
    "equalRounded": _equal_rounded,
    "stringMatch": _string_match,
    "gt": _compare(lambda left, right: left > right),
    "gte": _compare(lambda left, right: left >= right),
    "lt": _compare(lambda left, right: left < right),
    "lte": _compare(lambda left, right: left <= right),
    "not": lambda _, values: None if values[0] is None else (values[0] != (True,),),
    "isNull": lambda _, values: (values[0] is None or values[0] == ("",),),
    "member": lambda _, values: None if not values[0] or values[1] is None else (values[0][0] in values[1],),
    "contains": lambda _, values: (
        None if values[0] is None or values[1] is None else (set(values[1]) <= set(values[0]),)
    ),
    "index": _index,
    "multiple": _gathered,
    "ordered": _gathered,
    "sum": _sum,
    "null": lambda _, __: None,
}


_OPERANDS = {
    "equal": 2, "equalRounded": 2, "stringMatch": 2, "gt": 2, "gte": 2, "lt": 2, "lte": 2, "not": 1, "isNull": 1,
    "member": 2, "contains": 2, "index": 1,
}  # fmt: skip


def _written_out(way: str) -> Element:
    """Return the rules of one of QTI's two standard templates."""
    from grader.quiz.exchange.qti import expressions as q
    from grader.quiz.exchange.qti.elements import el

    if way == "map":
        return el("responseProcessing", None, q.sets(q.SCORE, el("mapResponse", {"identifier": "RESPONSE"})))
    rule = q.choose([(q.is_correct("RESPONSE"), q.sets(q.SCORE, q.base("float", "1")))])
    return el("responseProcessing", None, rule)


def _values(parent: Element, kind: str) -> Value:
    return tuple(_atom((one.text or "").strip(), kind) for one in parent.findall("value")) or None


def _atom(text: str, kind: str) -> Atom:
    if kind in _NUMBERS:
        return _number(text)
    if kind == "boolean":
        return text.lower() in ("true", "1")
    if kind == "directedPair":
        return " ".join(text.split())
    return " ".join(sorted(text.split())) if kind == "pair" else text


@lru_cache(maxsize=4096)
def _number(text: str) -> Fraction:
    number = number_in(text)
    if not isinstance(number, Fraction):
        shown = " ".join(text.split())[:40]
        raise LeftOut(Text(en=f"{shown!r} stands in the place of a number", zh=f"该写数字处写着 {shown!r}"))
    return number


def _two_numbers(values: list[Value]) -> tuple[Fraction | None, Fraction | None]:
    left, right = (value[0] if value and isinstance(value[0], Fraction) else None for value in values)
    return left, right


def _only(rule: Element) -> Element:
    if len(rule) != 1:
        raise _unknown(rule.tag)
    return rule[0]


def _unknown(name: str) -> LeftOut:
    name = " ".join(name.split())[:60]
    return LeftOut(Text(en=f"its marking uses {name}, which is not known here", zh=f"评分用到了此处不支持的 {name}"))
