"""Orders: every order that keeps to the graph is right, and the edits to the nearest one are counted exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import AuthorError
from grader.quiz.marking.mark import BLANK, Mark, Unreadable, Verdict
from grader.quiz.marking.orders import MAX_ITEMS, closed, edits_needed, mark_order

STEP = {"fwd": [], "loss": ["fwd"], "zero": [], "back": ["loss", "zero"], "step": ["back"]}
KNOWN = [("step", "back"), ("back", "zero", "step"), ("back", "loss")]


def mark(given_order: str, *, partial: bool = True) -> Mark:
    found = mark_order(closed(STEP), given_order.split(), KNOWN, partial=partial)
    assert isinstance(found, Mark)
    return found


def test_exactly_the_three_orders_of_a_training_step_are_right() -> None:
    before = closed(STEP)
    right = [order for order in permutations(STEP) if not edits_needed(before, order)]
    assert {" ".join(order) for order in right} == {
        "fwd loss zero back step",
        "fwd zero loss back step",
        "zero fwd loss back step",
    }
    assert all(mark(" ".join(order)).verdict is Verdict.RIGHT for order in right)


@pytest.mark.parametrize(
    ("given_order", "share", "known"),
    [
        ("fwd loss zero step back", Fraction(3, 5), (0,)),
        ("fwd loss back zero step", Fraction(3, 5), (1,)),
        ("fwd back loss zero step", Fraction(3, 5), (1, 2)),
        ("step back zero loss fwd", Fraction(0), (0, 2)),
        ("fwd loss zero back", Fraction(4, 5), ()),
    ],
)
def test_partial_credit_falls_with_each_edit_and_known_orders_are_recognised(
    given_order: str, share: Fraction, known: tuple[int, ...]
) -> None:
    found = mark(given_order)
    assert (found.share, found.known) == (share, known)
    assert mark(given_order, partial=False).share == 0


def test_what_is_no_order_of_the_items_is_asked_back() -> None:
    before = closed(STEP)
    assert isinstance(mark_order(before, ["fwd", "fwd"], partial=True), Unreadable)
    assert isinstance(mark_order(before, ["fwd", "other"], partial=True), Unreadable)
    assert mark_order(before, [], partial=True) == BLANK


def test_a_circle_and_too_many_items_are_the_authors_fault() -> None:
    with pytest.raises(AuthorError, match="a, b wait"):
        closed({"a": ["b"], "b": ["a"], "c": []})
    with pytest.raises(AuthorError, match=str(MAX_ITEMS)):
        closed({str(i): [] for i in range(MAX_ITEMS + 1)})


def longest_common(one: Sequence[str], other: Sequence[str]) -> int:
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, left in enumerate(one):
        for j, right in enumerate(other):
            table[i + 1][j + 1] = table[i][j] + 1 if left == right else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, list[str]]:
    names = draw(st.permutations("abcdef"[: draw(st.integers(1, 6))]))
    return {
        name: draw(st.lists(st.sampled_from(names[:i]), unique=True, max_size=3)) if i else []
        for i, name in enumerate(names)
    }


@settings(max_examples=60, deadline=None, derandomize=True)
@given(graphs(), st.data())
def test_edits_are_those_to_the_nearest_of_all_right_orders(graph: dict[str, list[str]], data: st.DataObject) -> None:
    given_order = data.draw(st.permutations(list(graph)))[: data.draw(st.integers(0, len(graph)))]
    before = closed(graph)
    right = [o for o in permutations(graph) if all(o.index(n) < o.index(item) for item in graph for n in graph[item])]
    nearest = max(longest_common(given_order, order) for order in right)
    assert edits_needed(before, given_order) == len(given_order) + len(graph) - 2 * nearest


def test_the_fewest_items_are_moved_also_where_the_first_that_fits_is_not_the_best() -> None:
    before = closed({"a": [], "b": ["a"], "c": ["a"], "d": ["c"]})
    # d stands before a and c, b before a: whoever pairs d with a leaves b alone, and counts one item too few.
    assert edits_needed(before, list("dbac")) == 4


def test_a_chain_of_the_most_items_the_wrong_way_round_is_counted() -> None:
    names = [str(i) for i in range(MAX_ITEMS)]
    before = closed({name: names[:i] for i, name in enumerate(names)})
    assert edits_needed(before, names[::-1]) == 2 * (MAX_ITEMS - 1)
