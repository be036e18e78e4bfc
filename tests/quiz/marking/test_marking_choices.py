"""Choosing, ticking and matching: exact shares, and nothing to gain by ticking everything."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.quiz.marking.choices import Choosable, Pair, mark_choice, mark_match, mark_multi
from grader.quiz.marking.mark import BLANK, RIGHT, UNDECIDED, Mark, Unreadable, Verdict, mark_of, mark_parts


def options(right: str, wrong: str) -> list[Choosable]:
    return [Choosable(id=name, right=True) for name in right] + [Choosable(id=name, right=False) for name in wrong]


def marked(result: Mark | Unreadable) -> Mark:
    assert isinstance(result, Mark)
    return result


def test_one_option_is_right_and_a_wrong_one_is_known_by_its_position() -> None:
    three = options("a", "bc")
    assert mark_choice(three, "a") == RIGHT
    assert mark_choice(three, "c") == Mark(verdict=Verdict.WRONG, share=Fraction(0), known=(2,))
    assert mark_choice(three, "") == BLANK
    assert isinstance(mark_choice(three, "z"), Unreadable)


@pytest.mark.parametrize(
    ("ticked", "share", "known"),
    [
        ("ab", 1, ()),
        ("a", Fraction(1, 2), ()),
        ("abc", Fraction(1, 2), (2,)),
        ("ac", 0, (2,)),
        ("cd", 0, (2, 3)),
        ("abcde", 0, (2, 3, 4)),
    ],
)
def test_a_wrong_tick_takes_back_a_right_one(ticked: str, share: Fraction | int, known: tuple[int, ...]) -> None:
    mark = marked(mark_multi(options("ab", "cde"), list(ticked), partial=True))
    assert (mark.share, mark.known) == (share, known)


def test_without_partial_credit_every_tick_must_be_right() -> None:
    five = options("ab", "cde")
    assert mark_multi(five, ["b", "a"], partial=False) == RIGHT
    assert marked(mark_multi(five, ["a"], partial=False)).verdict is Verdict.WRONG
    assert mark_multi(five, [], partial=False) == BLANK
    assert mark_multi(options("", "ab"), [], partial=False) == RIGHT  # where nothing is to be ticked
    assert isinstance(mark_multi(five, ["a", "z"], partial=True), Unreadable)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(1, 6), st.integers(1, 6), st.data())
def test_ticking_gains_nothing_without_knowing(right: int, wrong: int, data: st.DataObject) -> None:
    all_options = options("abcdef"[:right], "uvwxyz"[:wrong])
    names = [option.id for option in all_options]
    ticked = data.draw(st.sets(st.sampled_from(names)))
    share = marked(mark_multi(all_options, ticked, partial=True)).share
    assert share is not None and 0 <= share <= 1
    assert marked(mark_multi(all_options, names, partial=True)).share == 0
    for option in all_options:
        if option.id not in ticked:
            more = marked(mark_multi(all_options, {*ticked, option.id}, partial=True)).share
            assert more is not None and (more >= share if option.right else more <= share)


RIGHT_PAIRS = [Pair("relu", "max"), Pair("sigmoid", "unit"), Pair("tanh", "odd")]
RANGES = ["max", "unit", "odd", "none"]


def test_each_matched_row_earns_its_share_and_known_wrong_pairs_are_named() -> None:
    known = [Pair("relu", "unit"), Pair("tanh", "none")]
    full = {pair.row: pair.option for pair in RIGHT_PAIRS}
    assert mark_match(RIGHT_PAIRS, RANGES, full, known, partial=True) == RIGHT
    mixed = {"relu": "unit", "sigmoid": "unit", "tanh": ""}
    mark = marked(mark_match(RIGHT_PAIRS, RANGES, mixed, known, partial=True))
    assert (mark.verdict, mark.share, mark.known) == (Verdict.PARTLY, Fraction(1, 3), (0,))
    assert marked(mark_match(RIGHT_PAIRS, RANGES, mixed, known, partial=False)).share == 0
    assert mark_match(RIGHT_PAIRS, RANGES, {"relu": ""}, known, partial=True) == BLANK
    assert isinstance(mark_match(RIGHT_PAIRS, RANGES, {"relu": "z"}, known, partial=True), Unreadable)
    assert isinstance(mark_match(RIGHT_PAIRS, RANGES, {"z": "max"}, known, partial=True), Unreadable)


def test_parts_are_weighed_and_one_that_is_undecided_leaves_the_whole_open() -> None:
    half, weights = mark_of(Fraction(1, 2)), [Fraction(1), Fraction(3)]
    whole = mark_parts([RIGHT, half], weights)
    assert (whole.verdict, whole.share, whole.parts) == (Verdict.PARTLY, Fraction(5, 8), (RIGHT, half))
    assert mark_parts([RIGHT, RIGHT], weights).verdict is Verdict.RIGHT
    assert mark_parts([BLANK, BLANK], weights).verdict is Verdict.BLANK
    undecided = mark_parts([RIGHT, UNDECIDED], weights)
    assert (undecided.verdict, undecided.share) == (Verdict.UNDECIDED, None)
