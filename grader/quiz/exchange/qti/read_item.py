"""One item of a package as a sheet: what it asks, and, by running its rules, what is right and what is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from xml.etree.ElementTree import Element

from grader.quiz.exchange.html_text import Prose, lost_text
from grader.quiz.exchange.qti.answering import weights
from grader.quiz.exchange.qti.asked import Unit, asked
from grader.quiz.exchange.qti.interpreting import Interpreter, Value
from grader.quiz.exchange.qti.marked import Answered, Item
from grader.quiz.exchange.qti.parsing import NotRead
from grader.quiz.exchange.qti.read_answers import answered
from grader.quiz.exchange.sheet import Parts, Sheet
from grader.quiz.model import QuestionType
from grader.records import Text

MAX_POINTS = 10_000
_LEAST_POINTS = Fraction(1, 1000)


def read_item(tree: Element, name: str) -> tuple[Sheet, tuple[Text, ...]]:
    """Return an item as a sheet called `name`, and what of it is otherwise. Raises: NotRead."""
    if tree.tag != "assessmentItem":
        raise NotRead(Text(en=f"it is no item, but <{tree.tag[:40]}>", zh=f"不是题目，而是 <{tree.tag[:40]}>"))
    item = Item(tree=tree, run=Interpreter(tree))
    if tree.find("templateProcessing") is not None:
        raise NotRead(Text(en="its numbers are drawn by a template", zh="题目中的数由模板抽取"))
    found = asked(tree)
    _note_lost(item, found.lost, tree)
    points = _points(item)
    if len(found.units) == 1 and not found.units[0].part:
        unit = found.units[0]
        own = answered(item, unit)
        sheet = _sheet(name, own, found.prose, points)
    else:
        shares = weights([full_score(item, unit) for unit in found.units])
        parts = tuple(
            _part(item, unit, number, share)
            for number, (unit, share) in enumerate(zip(found.units, shares, strict=True), start=1)
        )
        whole = Answered(type=QuestionType.MULTI_PART, content=Parts(parts=parts))
        sheet = _sheet(name, whole, found.prose, points)
    sheet = replace(sheet, explanation=_explanation(item, found.units, ""), hints=item.hints())
    return sheet, tuple(item.notes)


def _part(item: Item, unit: Unit, number: int, share: Fraction) -> Sheet:
    own = answered(item, unit)
    sheet = _sheet(unit.part or f"part{number}", own, unit.prose, share)
    return replace(sheet, explanation=_explanation(item, [unit], unit.part)) if item.is_ours else sheet


def _sheet(name: str, own: Answered, prose: Prose, points: Fraction) -> Sheet:
    return Sheet(
        id=name,
        type=own.type,
        text=prose.markdown,
        code=prose.code,
        content=own.content,
        partial=own.partial,
        points=float(points),
    )


def right_answer(item: Item, unit: Unit) -> Mapping[str, Value]:
    """Return what the declarations call correct."""
    found = {}
    for one in unit.interactions:
        declared = item.declared(one)
        if declared.correct is not None:
            found[declared.name] = declared.correct
    return found


def full_score(item: Item, unit: Unit) -> Fraction:
    """Return what the right answer of a unit earns."""
    return item.run.run(right_answer(item, unit)).score


def _explanation(item: Item, units: list[Unit], part: str) -> str:
    """Return what is said of the right answer."""
    given: dict[str, Value] = {}
    for unit in units:
        given.update(right_answer(item, unit))
    return item.explanation(item.run.run(given), part)


def _points(item: Item) -> Fraction:
    """Return what the item counts: what it says itself, else what its right answer earns. Raises: NotRead."""
    given = {name: one.correct for name, one in item.run.responses.items() if one.correct is not None}
    declared = item.run.default("MAXSCORE")
    stated = declared[0] if declared and isinstance(declared[0], Fraction) else Fraction(0)
    points = stated if stated > 0 else item.run.run(given).score
    if points <= 0:
        return Fraction(1)
    if not _LEAST_POINTS <= points <= MAX_POINTS:
        raise NotRead(
            Text(
                en=f"it counts more than {MAX_POINTS} points, or hardly any", zh=f"分值超过 {MAX_POINTS} 分，或几乎为零"
            )
        )
    return points


def _note_lost(item: Item, lost: list[str], tree: Element) -> None:
    maths = ["math"] if tree.find(".//itemBody//math") is not None else []
    said = lost_text(dict.fromkeys([*lost, *maths]))
    if said is not None:
        item.notes.append(said)
