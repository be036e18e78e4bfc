"""How numbers become labels, levels and places of a picture."""

from __future__ import annotations

import math

import pytest

from grader.pictures import Curves, ErrorMap
from grader.report.scales import (
    LEVELS,
    NOT_FINITE,
    chosen,
    curve_range,
    error_bounds,
    level_of,
    number,
    pooled,
    share_of,
)
from grader.texts import Text

NAME = Text(en="x", zh="x")


def errors(*cells: float | None) -> ErrorMap:
    return ErrorMap(
        shape=(len(cells),), rows=1, columns=len(cells), rows_per_cell=1, columns_per_cell=1, cells=(cells,)
    )


def curves(got: tuple[float | None, ...], *, logarithmic: bool = False) -> Curves:
    x = tuple(float(place) for place in range(len(got)))
    return Curves(x=x, got=got, expected=got, x_label=NAME, y_label=NAME, logarithmic=logarithmic)


LABELS = {
    0.0: "0",
    0.142: "0.142",
    0.000322: "3.2e-4",
    -0.000322: "-3.2e-4",
    123456.0: "1.2e5",
    1.7e308: "1.7e308",
    -1.7e-308: "-2e-308",
    2.30258: "2.3",
}


@pytest.mark.parametrize("value", LABELS)
def test_a_number_at_an_axis_is_short(value: float) -> None:
    assert number(value) == LABELS[value]


def test_no_number_is_longer_than_the_room_at_an_axis() -> None:
    assert max(len(number(-1.2345 * 10.0**exponent)) for exponent in range(-320, 309)) == 7


def test_the_largest_error_is_of_the_highest_level_and_right_of_none() -> None:
    for cells in [(0.0, 1.0), (0.0, 1.0, 2.0, 3.0), (0.0, 1e-9, 1e9), (0.0, 1.0, 1.0), (0.0, 1e308, 1.79e308)]:
        bounds = error_bounds(errors(*cells))
        assert level_of(max(cells), bounds) == LEVELS
        assert level_of(0.0, bounds) == 0
        assert list(bounds) == sorted(bounds)
    assert level_of(None, ()) == NOT_FINITE
    assert error_bounds(errors(0.0, None)) == ()


def test_every_level_holds_what_its_bound_says() -> None:
    cells = tuple(1.5**step for step in range(40))
    bounds = error_bounds(errors(*cells))
    assert len(bounds) == LEVELS
    for cell in cells:
        level = level_of(cell, bounds)
        assert cell <= bounds[level - 1] * (1 + 1e-12)
        assert level == 1 or cell > bounds[level - 2]


def test_the_worst_of_a_block_counts_and_what_is_not_finite_is_worse() -> None:
    cells = ((0.0, 1.0, 0.0), (3.0, 0.0, None), (0.0, 0.0, 0.5))
    assert pooled(cells, rows=2, columns=2) == (((3.0, None), (0.0, 0.5)), 2, 2)
    assert pooled(cells, rows=9, columns=9) == (cells, 1, 1)


@pytest.mark.parametrize(("count", "most"), [(1, 1), (5, 9), (100, 8), (48, 1), (1000, 999)])
def test_places_are_chosen_from_end_to_end(count: int, most: int) -> None:
    places = chosen(count, most)
    assert len(places) == min(count, most)
    assert places == sorted(set(places))
    assert places[0] == 0
    assert most == 1 or places[-1] == count - 1


def test_an_axis_has_two_ends() -> None:
    assert curve_range(curves((None, None))) is None
    for logarithmic in (False, True):
        low, high = curve_range(curves((2.0, 2.0), logarithmic=logarithmic)) or (0, 0)
        assert low < 2 < high
    assert curve_range(curves((0.0, 0.0))) == (-0.5, 0.5)


def test_a_share_lies_between_the_ends_even_of_the_widest_axis() -> None:
    assert share_of(0.0, -1.7e308, 1.7e308) == pytest.approx(0.5)
    assert share_of(10.0, 1.0, 100.0, logarithmic=True) == pytest.approx(0.5)
    assert share_of(5.0, 0.0, 1.0) == 1.0
    assert share_of(1.0, 1.0, 1.0) == 0.0
    assert math.isfinite(share_of(1e308, -1e308, 1e308))
