"""Choosing, matching and putting in order, as QTI asks for it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice, pairwise
from xml.etree.ElementTree import Element

from grader.quiz.exchange.leaf import NOTHING, Choices, Leaf, Match, Order, OrderItem
from grader.quiz.exchange.qti import expressions as q
from grader.quiz.exchange.qti.answering import (
    Asking,
    ResponseSlot,
    Seen,
    all_or_nothing,
    by_mapping,
    declaration,
    mapping,
    places_of,
)
from grader.quiz.exchange.qti.content import inside
from grader.quiz.exchange.qti.elements import el
from grader.quiz.model import Partial, QuestionType

MAX_ORDERS = 24  # right ones that are listed
MAX_ITEMS = 12  # of which every pair of places is looked at


def choice(leaf: Leaf, content: Choices, place: ResponseSlot) -> Asking:
    """Return a question for one option, or for every right one."""
    names = [f"choice_{number}" for number in range(1, len(content.options) + 1)]
    several = leaf.type is QuestionType.MULTI
    right = [name for name, option in zip(names, content.options, strict=True) if option.right]
    each = several and leaf.partial is Partial.EACH
    shares = _tick_shares(names, right) if each else []
    options = [
        el("simpleChoice", {"identifier": name} | ({"fixed": "true"} if option.last else {}),
           *inside(option.text, option.code))
        for name, option in zip(names, content.options, strict=True)
    ]  # fmt: skip
    attributes = {
        "class": places_of(leaf),
        "responseIdentifier": place.response,
        "shuffle": str(content.shuffle).lower(),
        "maxChoices": "0" if several else "1",
    }
    known = tuple(
        Seen(condition=_chosen(place, name, several=several), remark=option.remark)
        for name, option in zip(names, content.options, strict=True)
        if option.remark != NOTHING
    )
    made = [mapping(shares, place)] if each else []
    return Asking(
        declarations=(declaration(place.response, "multiple" if several else "single", "identifier", right, *made),),
        body=(el("choiceInteraction", attributes, *options),),
        right=q.is_correct(place.response),
        rules=by_mapping(place) if each else all_or_nothing(q.is_correct(place.response), place),
        smallest=place.points / (len(right) if each else 1),
        known=known,
        is_one=False,
    )


def _chosen(place: ResponseSlot, name: str, *, several: bool) -> Element:
    wanted = q.base("identifier", name)
    if several:
        return q.both_of("member", wanted, q.variable(place.response))
    # In this order: a player is known that fails when the variable is the second, and empty.
    return q.both_of("match", q.variable(place.response), wanted)


def _tick_shares(names: Sequence[str], right: Sequence[str]) -> list[tuple[str, Fraction]]:
    """Return what each tick earns: as the marker here has it, ticking everything earns nothing."""
    cost = Fraction(1, min(len(right), max(len(names) - len(right), 1)))
    return [(name, Fraction(1, len(right)) if name in right else -cost) for name in names]


def match(leaf: Leaf, content: Match, place: ResponseSlot) -> Asking:
    """Return a question for an option for each row."""
    rows = [f"row_{number}" for number in range(1, len(content.rows) + 1)]
    options = [f"option_{number}" for number in range(1, len(content.options) + 1)]
    pairs = [f"{name} {options[row.option]}" for name, row in zip(rows, content.rows, strict=True)]
    each = leaf.partial is Partial.EACH
    made = [mapping([(pair, Fraction(1, len(pairs))) for pair in pairs], place)] if each else []
    attributes = {
        "class": places_of(leaf),
        "responseIdentifier": place.response,
        "shuffle": str(content.shuffle).lower(),
        "maxAssociations": str(len(rows)),
    }
    sides = (
        _side([(name, inside(row.text, row.code)) for name, row in zip(rows, content.rows, strict=True)], most=1),
        _side([(name, inside(one.text, one.code)) for name, one in zip(options, content.options, strict=True)],
              most=len(rows)),
    )  # fmt: skip
    known = tuple(
        Seen(
            condition=q.both_of(
                "member", q.base("directedPair", f"{name} {options[wrong.option]}"), q.variable(place.response)
            ),
            remark=wrong.remark,
        )
        for name, row in zip(rows, content.rows, strict=True)
        for wrong in row.wrong
    )
    return Asking(
        declarations=(declaration(place.response, "multiple", "directedPair", pairs, *made),),
        body=(el("matchInteraction", attributes, *sides),),
        right=q.is_correct(place.response),
        rules=by_mapping(place) if each else all_or_nothing(q.is_correct(place.response), place),
        smallest=place.points / (len(pairs) if each else 1),
        known=known,
        is_one=False,
    )


def _side(choices: list[tuple[str, list[Element | str]]], *, most: int) -> Element:
    made = [el("simpleAssociableChoice", {"identifier": name, "matchMax": str(most)}, *text) for name, text in choices]
    return el("simpleMatchSet", None, *made)


def order(leaf: Leaf, content: Order, place: ResponseSlot) -> Asking:
    """Return a question for an order. The items are written in one that is wrong, as not every player shuffles."""
    shown = scrambled(leaf.id, content)
    names = [f"item_{shown.index(number) + 1}" for number in range(len(content.items))]
    attributes = {"class": places_of(leaf), "responseIdentifier": place.response, "shuffle": "true"}
    items = [
        el("simpleChoice", {"identifier": names[number]},
           *inside(content.items[number].text, content.items[number].code))
        for number in shown
    ]  # fmt: skip
    right = _is_right(content, names, place)
    known = tuple(
        Seen(condition=_follow(place, [names[one] for one in wrong.sequence], len(names)), remark=wrong.remark)
        for wrong in content.wrong
    )
    return Asking(
        declarations=(declaration(place.response, "ordered", "identifier", names),),
        body=(el("orderInteraction", attributes, *items),),
        right=right,
        rules=all_or_nothing(right, place),
        smallest=place.points,
        known=known,
        is_one=False,
    )


def scrambled(name: str, content: Order) -> list[int]:
    """Return the places of the items as they are first shown: the same every time, and in no right order."""

    def digest(number: int) -> bytes:
        item = content.items[number]
        return hashlib.sha256(f"{name}\0{item.text}\0{item.code}\0{number}".encode("utf-8", "replace")).digest()

    shown = sorted(range(len(content.items)), key=digest)
    for _ in shown:
        if not keeps(shown, content.items):
            break
        shown = [*shown[1:], shown[0]]
    return shown


def keeps(given: Sequence[int], items: Sequence[OrderItem]) -> bool:
    """Return whether an order keeps to what must come before what."""
    at = {number: place for place, number in enumerate(given)}
    return all(at[before] < at[number] for number, item in enumerate(items) for before in item.after)


def direct(items: Sequence[OrderItem]) -> list[tuple[int, ...]]:
    """Return for each item those that must come right before it: not what follows from the others."""
    always: list[frozenset[int]] = []
    for item in items:  # each stands behind all that it needs
        always.append(frozenset(item.after).union(*(always[before] for before in item.after)))
    return [
        tuple(sorted(one for one in item.after if not any(one in always[other] for other in item.after)))
        for item in items
    ]


def right_orders(items: Sequence[OrderItem]) -> Iterator[tuple[int, ...]]:
    """Yield every right order, the written one first."""

    def further(done: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(done) == len(items):
            yield done
        for number in range(len(items)):
            if number not in done and all(before in done for before in items[number].after):
                yield from further((*done, number))

    return further(())


def few_orders(items: Sequence[OrderItem]) -> list[tuple[int, ...]] | None:
    """Return every right order; None: there are too many to list."""
    found = list(islice(right_orders(items), MAX_ORDERS + 1))
    return found if len(found) <= MAX_ORDERS else None


def _is_right(content: Order, names: list[str], place: ResponseSlot) -> Element:
    found = few_orders(content.items)
    if found is None and len(names) <= MAX_ITEMS:
        pairs = [(names[before], names[at]) for at, item in enumerate(content.items) for before in item.after]
        if not pairs:  # every order is right
            return el("not", None, el("isNull", None, q.variable(place.response)))
        return q.all_of([q.stands_before(place.response, one, other, len(names)) for one, other in pairs])
    listed = found or list(islice(right_orders(content.items), MAX_ORDERS))
    if len(listed) == 1:
        return q.is_correct(place.response)
    orders = [el("ordered", None, *(q.base("identifier", names[number]) for number in one)) for one in listed]
    return q.any_of([q.both_of("match", q.variable(place.response), one) for one in orders])


def _follow(place: ResponseSlot, names: list[str], count: int) -> Element:
    pairs = pairwise(names)
    return q.all_of([q.stands_before(place.response, one, other, count) for one, other in pairs])
