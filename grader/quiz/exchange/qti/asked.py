"""What an item asks for: its text without the fields, and its interactions, each with what stands around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from grader.quiz.exchange.html_text import Prose, prose_of
from grader.quiz.exchange.qti.content import CODE_CLASS, html_of
from grader.quiz.exchange.qti.elements import el
from grader.quiz.exchange.qti.item import PART_CLASS
from grader.quiz.exchange.qti.parsing import LeftOut
from grader.quiz.exchange.qti.typing_in import NOTE_CLASS, UNIT_CLASS
from grader.records import Text

KNOWN = frozenset({"choiceInteraction", "orderInteraction", "matchInteraction", "textEntryInteraction",
                   "extendedTextInteraction", "inlineChoiceInteraction"})  # fmt: skip
_OURS = "dlgrade-"
_MATRIX_CLASS = "dlgrade-matrix"
_BLANK = "____"


@dataclass(slots=True)
class Unit:
    """One question, or one part of one: its text, and what is to be answered in it."""

    prose: Prose
    interactions: list[Element]
    part: str = ""
    unit: str = ""  # that a number is asked in
    is_table: bool = False  # of numbers, one interaction a cell
    shape: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class ItemBody:
    """An item as it is asked: a text for the whole, and its units."""

    prose: Prose
    units: list[Unit]
    lost: list[str] = field(default_factory=list)


def asked(item: Element) -> ItemBody:
    """Return what an item asks for. Raises: LeftOut for an interaction that is not known, or none at all."""
    body = item.find("itemBody")
    if body is None:
        raise LeftOut(Text(en="it has no body", zh="没有题目正文"))
    for one in body.iter():
        if one.tag.endswith("Interaction") and one.tag not in KNOWN:
            raise LeftOut(Text(en=f"{one.tag} is not known here", zh=f"此处不支持 {one.tag}"))
    marked = [one for one in body if PART_CLASS in one.get("class", "").split()]
    if marked:
        units = [_unit(one, _part_name(one)) for one in marked]
        for one in marked:
            body.remove(one)
        return _told(ItemBody(prose=_prose(body), units=units))
    whole = _unit(body, "")
    if not whole.interactions:
        raise LeftOut(Text(en="it asks for no answer", zh="没有要作答的内容"))
    if len(whole.interactions) == 1 or whole.is_table:
        return _told(ItemBody(prose=whole.prose, units=[whole]))
    empty = Prose(markdown="")
    units = [
        Unit(prose=_numbered(empty, number), interactions=[one], part=f"part{number}")
        for number, one in enumerate(whole.interactions, start=1)
    ]
    return _told(ItemBody(prose=whole.prose, units=units))


def _numbered(empty: Prose, number: int) -> Prose:
    del empty
    return Prose(markdown=f"({number})")


def _told(found: ItemBody) -> ItemBody:
    found.lost = [tag for prose in (found.prose, *(unit.prose for unit in found.units)) for tag in prose.lost]
    return found


def _part_name(one: Element) -> str:
    names = [name.removeprefix(f"{PART_CLASS}-") for name in one.get("class", "").split()]
    return next((name for name in names if name != PART_CLASS), "")


def _unit(holder: Element, part: str) -> Unit:
    """Take the interactions out of a holder; what stays is its text."""
    table = next((one for one in holder.iter("table") if _MATRIX_CLASS in one.get("class", "").split()), None)
    interactions = [one for one in holder.iter() if one.tag in KNOWN]
    unit = next((_text(one) for one in holder.iter("span") if UNIT_CLASS in one.get("class", "").split()), "")
    shape = (0, 0)
    if table is not None:
        rows = [len(list(row.iter("textEntryInteraction"))) for row in table.iter("tr")]
        if not rows or len(set(rows)) != 1 or sum(rows) != len(interactions):
            raise LeftOut(Text(en="its table has rows of several lengths", zh="表格各行长度不一"))
        shape = (len(rows), rows[0])
    several = len(interactions) > 1 and table is None
    _take_out(holder, table, several=several)
    prompts = [prompt for one in interactions for prompt in one.iter("prompt")]
    for prompt in prompts:
        holder.append(el("p", None, prompt.text or "", *prompt))
    return Unit(
        prose=_prose(holder),
        interactions=interactions,
        part=part,
        unit=unit,
        is_table=table is not None,
        shape=shape,
    )


def _take_out(holder: Element, table: Element | None, *, several: bool) -> None:
    """Take fields out of the text; in one of another system, a blank stays where each was."""
    number = iter(range(1, 10_000))
    for parent in list(holder.iter()):
        for child in list(parent):
            if child.tag in KNOWN:
                mark = f" {_BLANK} ({next(number)}) " if several else _BLANK if _is_inline(child) else ""
                _replaced(parent, child, mark)
            elif child is table or _is_ours(child) or child.tag in ("rubricBlock", "stylesheet"):
                _replaced(parent, child, "")


def _is_inline(one: Element) -> bool:
    return one.tag in ("textEntryInteraction", "inlineChoiceInteraction")


def _is_ours(one: Element) -> bool:
    """Return whether a paragraph holds nothing but a field of ours, or what is said of how exactly it is wanted."""
    if one.tag == "p" and NOTE_CLASS in one.get("class", "").split():
        return True
    return one.tag == "p" and any(
        child.tag in KNOWN and any(name.startswith(_OURS) for name in child.get("class", "").split()) for child in one
    )


def _replaced(parent: Element, child: Element, text: str) -> None:
    place = list(parent).index(child)
    tail = text + (child.tail or "")
    parent.remove(child)
    child.tail = None
    if place:
        parent[place - 1].tail = (parent[place - 1].tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail


def _prose(holder: Element) -> Prose:
    return prose_of(html_of([holder.text or "", *_pieces(holder)]))


def prose_in(element: Element) -> Prose:
    """Return what an element says, as Markdown."""
    inner = element.find("contentBody")  # of QTI 3
    element = inner if inner is not None and len(element) == 1 else element
    if len(element) == 1 and not (element.text or "").strip() and not (element[0].tail or "").strip():
        code = element[0]
        if code.tag == "code" and CODE_CLASS in code.get("class", "").split():
            return prose_of(f"<pre>{html_of([code])}</pre>")
    pieces = [element.text or "", *_pieces(element)]
    if isinstance(pieces[-1], str) and not pieces[-1].strip():  # of a file that was indented
        pieces.pop()
    return prose_of(html_of(pieces[0 if (element.text or "").strip() else 1 :]))


def _pieces(element: Element) -> Iterator[Element | str]:
    for child in element:
        yield child
        yield child.tail or ""


def _text(element: Element) -> str:
    return "".join(element.itertext()).strip()
