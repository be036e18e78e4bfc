"""One item of a package as a leaf: what it asks, and, by running its rules, what is right and what is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from xml.etree.ElementTree import Element

from grader.quiz.exchange.html_text import Prose, lost_text
from grader.quiz.exchange.leaf import Leaf, Parts
from grader.quiz.exchange.qti.answering import weights
from grader.quiz.exchange.qti.asked import Unit, asked
from grader.quiz.exchange.qti.interpreting import Interpreter, Value
from grader.quiz.exchange.qti.marked import ReadAnswer, RunnableItem
from grader.quiz.exchange.qti.parsing import LeftOut
from grader.quiz.exchange.qti.read_answers import answered
from grader.quiz.model import QuestionType
from grader.records import Text

MAX_POINTS = 10_000
_LEAST_POINTS = Fraction(1, 1000)


def read_item(tree: Element, name: str) -> tuple[Leaf, tuple[Text, ...]]:
    """Return an item as a leaf called `name`, and what of it is otherwise. Raises: LeftOut."""
    if tree.tag != "assessmentItem":
        raise LeftOut(Text(en=f"it is no item, but <{tree.tag[:40]}>", zh=f"不是题目，而是 <{tree.tag[:40]}>"))
    item = RunnableItem(tree=tree, run=Interpreter(tree))
    if tree.find("templateProcessing") is not None:
        raise LeftOut(Text(en="its numbers are drawn by a template", zh="题目中的数由模板抽取"))
    found = asked(tree)
    _note_lost(item, found.lost, tree)
    points = _points(item)
    if len(found.units) == 1 and not found.units[0].part:
        unit = found.units[0]
        own = answered(item, unit)
        leaf = _leaf(name, own, found.prose, points)
    else:
        shares = weights([full_score(item, unit) for unit in found.units])
        parts = tuple(
            _part(item, unit, number, share)
            for number, (unit, share) in enumerate(zip(found.units, shares, strict=True), start=1)
        )
        whole = ReadAnswer(type=QuestionType.MULTI_PART, content=Parts(parts=parts))
        leaf = _leaf(name, whole, found.prose, points)
    leaf = replace(leaf, explanation=_explanation(item, found.units, ""), hints=item.hints())
    return leaf, tuple(item.notes)


def _part(item: RunnableItem, unit: Unit, number: int, share: Fraction) -> Leaf:
    own = answered(item, unit)
    leaf = _leaf(unit.part or f"part{number}", own, unit.prose, share)
    return replace(leaf, explanation=_explanation(item, [unit], unit.part)) if item.is_ours else leaf


def _leaf(name: str, own: ReadAnswer, prose: Prose, points: Fraction) -> Leaf:
    return Leaf(
        id=name,
        type=own.type,
        text=prose.markdown,
        code=prose.code,
        content=own.content,
        partial=own.partial,
        points=float(points),
    )


def right_answer(item: RunnableItem, unit: Unit) -> Mapping[str, Value]:
    """Return what the declarations call correct."""
    found = {}
    for one in unit.interactions:
        declared = item.declared(one)
        if declared.correct is not None:
            found[declared.name] = declared.correct
    return found


def full_score(item: RunnableItem, unit: Unit) -> Fraction:
    """Return what the right answer of a unit earns."""
    return item.run.run(right_answer(item, unit)).score


def _explanation(item: RunnableItem, units: list[Unit], part: str) -> str:
    """Return what is said of the right answer."""
    given: dict[str, Value] = {}
    for unit in units:
        given.update(right_answer(item, unit))
    return item.explanation(item.run.run(given), part)


def _points(item: RunnableItem) -> Fraction:
    """Return what the item counts: what it says itself, else what its right answer earns. Raises: LeftOut."""
    given = {name: one.correct for name, one in item.run.responses.items() if one.correct is not None}
    declared = item.run.default("MAXSCORE")
    stated = declared[0] if declared and isinstance(declared[0], Fraction) else Fraction(0)
    points = stated if stated > 0 else item.run.run(given).score
    if points <= 0:
        return Fraction(1)
    if not _LEAST_POINTS <= points <= MAX_POINTS:
        raise LeftOut(
            Text(
                en=f"it counts more than {MAX_POINTS} points, or hardly any", zh=f"分值超过 {MAX_POINTS} 分，或几乎为零"
            )
        )
    return points


def _note_lost(item: RunnableItem, lost: list[str], tree: Element) -> None:
    maths = ["math"] if tree.find(".//itemBody//math") is not None else []
    said = lost_text(dict.fromkeys([*lost, *maths]))
    if said is not None:
        item.notes.append(said)
