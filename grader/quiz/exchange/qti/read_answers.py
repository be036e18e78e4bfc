"""What a unit of an item asks for, as one of our types, found by running its rules on the answers that matter."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from xml.etree.ElementTree import Element

from grader.quiz.exchange.leaf import (
    NOTHING,
    Choice,
    Choices,
    KnownOption,
    KnownOrder,
    Label,
    Match,
    Order,
    OrderItem,
    Row,
)
from grader.quiz.exchange.qti import rules
from grader.quiz.exchange.qti.asked import Unit, prose_in
from grader.quiz.exchange.qti.choosing import few_orders
from grader.quiz.exchange.qti.interpreting import Declared, Ran
from grader.quiz.exchange.qti.marked import ReadAnswer, RunnableItem
from grader.quiz.exchange.qti.parsing import LeftOut
from grader.quiz.exchange.qti.read_typed import read_table, read_typed
from grader.quiz.model import Partial, QuestionType
from grader.records import Text

MAX_OPTIONS = 60
_NEAR = Fraction(1, 10**6)


def answered(item: RunnableItem, unit: Unit) -> ReadAnswer:
    """Return what a unit asks for. Raises: LeftOut."""
    if unit.is_table:
        return read_table(item, unit)
    if len(unit.interactions) != 1:
        raise LeftOut(Text(en="a part with no field, or several", zh="有的小题没有输入框，或有多个"))
    interaction = unit.interactions[0]
    declared = item.declared(interaction)
    if interaction.tag in ("textEntryInteraction", "extendedTextInteraction"):
        return read_typed(item, unit, interaction, declared)
    if interaction.tag == "orderInteraction":
        return _order(item, interaction, declared)
    if interaction.tag == "matchInteraction":
        return _match(item, interaction, declared)
    return _choice(item, interaction, declared)


# ------------------------------------------------------------------------------------------------------ options


def _choice(item: RunnableItem, interaction: Element, declared: Declared) -> ReadAnswer:
    tag = "inlineChoice" if interaction.tag == "inlineChoiceInteraction" else "simpleChoice"
    options = list(interaction.iter(tag))
    names = [one.get("identifier", "") for one in options]
    _few(names)
    ran = {name: item.run.run({declared.name: (name,)}) for name in names}
    several = declared.cardinality == "multiple"
    if several:
        right, partial = _ticks(item, declared, names, ran)
    else:
        right, partial = _the_one(item, names, ran), Partial.NONE
    best = item.run.run({declared.name: tuple(right)})
    content = Choices(
        options=tuple(
            Choice(
                text=(prose := prose_in(_without_feedback(one))).markdown,
                code=prose.code,
                right=name in right,
                last=one.get("fixed") == "true",
                remark=item.told(ran[name], but=best),
            )
            for name, one in zip(names, options, strict=True)
        ),
        shuffle=interaction.get("shuffle") == "true",
    )
    kind = QuestionType.MULTI if several else QuestionType.CHOICE
    return ReadAnswer(type=kind, content=content, partial=partial)


def _the_one(item: RunnableItem, names: list[str], ran: dict[str, Ran]) -> list[str]:
    most = max(one.score for one in ran.values())
    right = [name for name in names if ran[name].score == most]
    if most <= 0 or len(right) != 1:
        raise LeftOut(Text(en="not exactly one option earns the points", zh="得满分的选项不是恰好一个"))
    if any(0 < one.score < most for one in ran.values()):
        item.notes.append(_SOME_SHARES)
    return right


def _ticks(item: RunnableItem, declared: Declared, names: list[str], ran: dict[str, Ran]) -> tuple[list[str], Partial]:
    """Return which options are right, and how ticks count."""
    correct = [one for one in declared.correct or () if one in names]
    right = [name for name in names if name in correct] or [name for name in names if ran[name].score > 0]
    most = item.run.run({declared.name: tuple(right)}).score if right else Fraction(0)
    if most <= 0:
        raise LeftOut(Text(en="no option earns points", zh="没有能得分的选项"))
    wrong = [name for name in names if name not in right]
    if len(right) > 1:
        each = any(ran[name].score > 0 for name in right)
    else:
        each = bool(declared.mapping is not None and item.is_ours)
    if not each:
        spoiled = [item.run.run({declared.name: (*right, one)}).score for one in wrong]
        if any(score > 0 for score in spoiled):
            item.notes.append(_OWN_TICKS)
        return right, Partial.NONE
    cost = most / min(len(right), max(len(wrong), 1))
    kept = [ran[name].score - most / len(right) for name in right]
    spoiled = [item.run.run({declared.name: (*right, one)}).score - max(most - cost, Fraction(0)) for one in wrong]
    if any(abs(one) > _NEAR * most for one in (*kept, *spoiled)):
        item.notes.append(_OWN_TICKS)
    return right, Partial.EACH


def _without_feedback(one: Element) -> Element:
    for parent in one.iter():
        for child in list(parent):
            if child.tag in ("feedbackInline", "feedbackBlock"):
                parent.remove(child)
    return one


def _few(names: list[str]) -> None:
    if not 2 <= len(names) <= MAX_OPTIONS or len(set(names)) != len(names):
        raise LeftOut(
            Text(en=f"not 2 to {MAX_OPTIONS} different options", zh=f"选项不是 2 到 {MAX_OPTIONS} 个且互不相同")
        )


# -------------------------------------------------------------------------------------------------------- match


def _match(item: RunnableItem, interaction: Element, declared: Declared) -> ReadAnswer:
    sides = interaction.findall("simpleMatchSet")
    if len(sides) != 2:
        raise LeftOut(Text(en="not two sides to match", zh="配对题不是两列"))
    rows, options = (list(side.iter("simpleAssociableChoice")) for side in sides)
    row_names, option_names = ([one.get("identifier", "") for one in side] for side in (rows, options))
    _few(option_names)
    pairs = [str(one).split(" ") for one in declared.correct or ()]
    right = {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
    if len(pairs) != len(rows) or set(right) != set(row_names) or not set(right.values()) <= set(option_names):
        raise LeftOut(Text(en="a row has no option, or several", zh="有的行没有选项，或有多个"))
    full = tuple(f"{row} {right[row]}" for row in row_names)
    best = item.run.run({declared.name: full})
    if best.score <= 0:
        raise LeftOut(Text(en="the right pairs earn nothing", zh="正确的配对不得分"))
    singles = [item.run.run({declared.name: (pair,)}).score for pair in full]
    each = any(score > 0 for score in singles) and len(full) > 1
    if each and any(abs(score - best.score / len(full)) > _NEAR * best.score for score in singles):
        item.notes.append(_OWN_ROWS)

    def known(row: str) -> tuple[KnownOption, ...]:
        told = [
            (place, item.told(item.run.run({declared.name: (f"{row} {option}",)}), but=best))
            for place, option in enumerate(option_names)
            if option != right[row]
        ]
        return tuple(KnownOption(option=place, remark=remark) for place, remark in told if remark != NOTHING)

    content = Match(
        rows=tuple(
            Row(
                text=(prose := prose_in(one)).markdown,
                code=prose.code,
                option=option_names.index(right[name]),
                wrong=known(name),
            )
            for name, one in zip(row_names, rows, strict=True)
        ),
        options=tuple(Label(text=(prose := prose_in(one)).markdown, code=prose.code) for one in options),
        shuffle=interaction.get("shuffle") == "true",
    )
    return ReadAnswer(type=QuestionType.MATCH, content=content, partial=Partial.EACH if each else Partial.NONE)


# -------------------------------------------------------------------------------------------------------- order


def _order(item: RunnableItem, interaction: Element, declared: Declared) -> ReadAnswer:
    options = {one.get("identifier", ""): one for one in interaction.iter("simpleChoice")}
    names = [str(one) for one in declared.correct or ()]
    if set(names) != set(options) or len(names) != len(options):
        raise LeftOut(Text(en="no order of all the items is called right", zh="没有给出全部条目的正确顺序"))
    _few(names)
    best = item.run.run({declared.name: tuple(names)})
    if best.score <= 0:
        raise LeftOut(Text(en="the right order earns nothing", zh="正确的顺序不得分"))
    before = _before(item, declared, names, best)
    wrong = []
    for condition, told in rules.tells(item.run.processing):
        pairs = rules.pairs_before(condition) if declared.name in rules.names_in(condition) else None
        sequence = _chain(pairs or [])
        if sequence and set(sequence) <= set(names):
            remark = item.remark(told)
            if remark != NOTHING:
                wrong.append(KnownOrder(sequence=tuple(names.index(one) for one in sequence), remark=remark))
    items = tuple(
        OrderItem(text=(prose := prose_in(options[name])).markdown, code=prose.code, after=before[place])
        for place, name in enumerate(names)
    )
    return ReadAnswer(type=QuestionType.ORDER, content=Order(items=items, wrong=tuple(wrong)))


def _before(item: RunnableItem, declared: Declared, names: list[str], best: Ran) -> list[tuple[int, ...]]:
    """Return for each item the places of those that must come before it."""
    for condition in rules.conditions(item.run.processing):
        if declared.name not in rules.names_in(condition):
            continue
        if condition.tag == "not":  # whatever is answered
            return [() for _ in names]
        pairs = rules.pairs_before(condition)
        if pairs is not None:  # the first condition is that of the right answer
            return [
                tuple(sorted(names.index(one) for one, other in pairs if other == name and one in names))
                for name in names
            ]
        listed = [order for order in rules.listed_orders(condition) if sorted(order) == sorted(names)]
        right = [one for one in listed if item.run.run({declared.name: one}).score == best.score]
        if right:
            return _graph({tuple(names), *right}, names)
        break
    return [tuple([place - 1] if place else ()) for place in range(len(names))]


def _graph(orders: set[tuple[str, ...]], names: list[str]) -> list[tuple[int, ...]]:
    """Return the graph whose orders these are. Raises: LeftOut where there is none."""
    always = [
        [names.index(one) for one in names if one != name and all(o.index(one) < o.index(name) for o in orders)]
        for name in names
    ]
    direct = [tuple(one for one in needs if not any(one in always[other] for other in needs)) for needs in always]
    found = few_orders([OrderItem(after=after) for after in direct])
    if found is None or len(found) != len(orders):
        raise LeftOut(Text(en="its right orders are not those of any graph", zh="它的正确顺序不能用先后关系表示"))
    return direct


def _chain(pairs: list[tuple[str, str]]) -> list[str]:
    """Return the items of pairs that follow each other: a before b, b before c."""
    if not pairs or any(one[1] != other[0] for one, other in pairwise(pairs)):
        return []
    return [pairs[0][0], *(other for _, other in pairs)]


_SOME_SHARES = Text(en="options that were worth a part of the points are wrong now", zh="原先可得部分分的选项现在算错")
_OWN_TICKS = Text(
    en="shares of its own: each right tick counts alike now, and each wrong one takes back as much",
    zh="原有的自定比例未保留：每个正确勾选得分相同，误选扣去同样的分",
)
_OWN_ROWS = Text(en="shares of its own: each row counts alike now", zh="原有的自定比例未保留：每行得分相同")
