"""What is drawn of a difference: plain data of a capped size, the same each time, and only where values may be seen."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, fields
from string import Formatter

import numpy as np
import pytest
import torch

from grader.diagnosis import explain
from grader.diagnosis.wording.pictures import ALTS, TITLES
from grader.examination import boundary, close, curve
from grader.examination.compare import compare
from grader.examination.evidence import Call, Compared, Mismatched
from grader.pictures import Memory, Picture, PictureKind
from grader.records import Explanation, Reveal

EDGE = {"rtol": 1e-2, "atol": 1e-2}
KINDS = [kind.name.lower() for kind in PictureKind]


def compared(actual: object, expected: object, **asked: object) -> Compared:
    with pytest.raises(Mismatched) as caught:
        close(actual, expected, **asked)  # type: ignore[arg-type]
    call = Call(function="f", args=(), kwargs={}, result=actual, text="f()", text_full="f()")
    return Compared(mismatch=caught.value.mismatch, call=call, direct=True, shown=caught.value.shown)


def explained(actual: object, expected: object, **asked: object) -> Explanation:
    return explain(compared(actual, expected, **asked), reveal=Reveal.FULL)


def drawn(actual: object, expected: object, **asked: object) -> list[Picture]:
    return list(explained(actual, expected, **asked).pictures)


def kinds(actual: object, expected: object, **asked: object) -> list[str]:
    return [picture.kind.value for picture in drawn(actual, expected, **asked)]


X = torch.sin(torch.arange(4000, dtype=torch.float64) * 12.9898).reshape(40, 100)


# ------------------------------------------------------------------------------------------------- what is drawn


def test_a_few_wrong_values_of_many_are_shown_by_their_place() -> None:
    wrong = X.clone()
    wrong[3, 5] += 1
    assert kinds(wrong, X) == ["error-map"]


def test_when_everything_is_wrong_the_spread_is_shown_and_no_place() -> None:
    assert kinds(2 * X + 1, X) == ["histogram"]


def test_when_half_is_wrong_both_are_shown_and_the_place_first() -> None:
    wrong = X.clone()
    wrong[:20] += 1
    assert kinds(wrong, X) == ["error-map", "histogram"]


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 2.0, 4.0])),
        (1.0, 2.0),
        ([1, 2, 3], [1, 2, 4]),
        ("a", "b"),
        (X, X[:3]),
        (X.float(), X),
        (None, X),
        (torch.zeros(0, 4), torch.zeros(4, 0)),
    ],
)
def test_what_is_read_faster_than_looked_at_is_not_drawn(actual: object, expected: object) -> None:
    assert drawn(actual, expected) == []


@pytest.mark.parametrize("reveal", [Reveal.NONE, Reveal.HINT, Reveal.SHAPE])
def test_below_full_nothing_is_drawn_whatever_the_test_asks_for(reveal: Reveal) -> None:
    """A student's code that has seen a hidden input could draw it with its errors."""
    base = torch.arange(24.0).reshape(6, 4)
    plane = boundary(x=(0, 1), y=(0, 1))
    asked = [
        compared(X + (X > 0), X),
        compared([1.0] * 9, [2.0] * 9, show=curve()),
        compared(plane.grid[:, 0] > 0.5, plane.grid[:, 0] > 0.2, show=plane),
        compared(base[1:].clone(), base[1:], view_of=base),
    ]
    for evidence in asked:
        assert explain(evidence, reveal=Reveal.FULL).pictures
        assert explain(evidence, reveal=reveal).pictures == ()


@pytest.mark.parametrize("huge", [(2000, 1500), (3_000_000,), (1, 1, 3_000_000), (3_000_000, 1), (7, 11, 13, 17, 5)])
def test_a_picture_of_a_huge_tensor_is_small(huge: tuple[int, ...]) -> None:
    right = torch.zeros(huge)
    wrong = right.clone()
    wrong.view(-1)[::3] = 1
    made = drawn(wrong, right)
    assert [picture.kind for picture in made] == [PictureKind.ERROR_MAP, PictureKind.HISTOGRAM]
    for picture in made:
        assert len(json.dumps(asdict(picture))) < 40_000
    cells = made[0].error_map.cells
    assert len(cells) <= 32
    assert len(cells[0]) <= 64


def test_equal_differences_give_equal_pictures() -> None:
    one, other = drawn(X * 1.5 + (X > 0), X), drawn(X.clone() * 1.5 + (X > 0), X.clone())
    assert one == other


def test_exactly_the_part_that_the_kind_names_is_there() -> None:
    base = torch.arange(24.0).reshape(6, 4)
    plane = boundary(x=(0, 1), y=(0, 1))
    pictures = [
        *drawn(X + (X > 0), X),
        *drawn([1.0] * 9, [2.0] * 9, show=curve()),
        *drawn(plane.grid[:, 0] > 0.5, plane.grid[:, 0] > 0.2, show=plane),
        *drawn(base[1:].clone(), base[1:], view_of=base),
    ]
    assert {picture.kind for picture in pictures} == set(PictureKind)
    for picture in pictures:
        assert [name for name in KINDS if getattr(picture, name) is not None] == [picture.kind.name.lower()]
    assert {field.name for field in fields(Picture)} == {"kind", "title", "alt", *KINDS}


# ------------------------------------------------------------------------------------------------- error map


def test_a_cell_holds_the_largest_error_zero_where_all_is_right_and_none_for_nan() -> None:
    right = torch.zeros(2, 8)
    wrong = right.clone()
    wrong[0, 1], wrong[0, 2], wrong[1, 7] = 0.5, math.nan, -3
    picture = drawn(wrong, right)[0]
    assert picture.error_map.cells == ((0, 0.5, None, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0, 0, 3))
    assert "2 x 8 values: 3 are outside the tolerance, in rows 0 to 1 and columns 1 to 7" in picture.alt.en
    assert "The largest error is 3." in picture.alt.en
    assert "only: 1." in picture.alt.en


def test_an_error_within_the_tolerance_is_right() -> None:
    right = torch.zeros(3, 8)
    wrong = right.clone()
    wrong[0], wrong[2, 2] = 0.05, 1
    cells = drawn(wrong, right, atol=0.1)[0].error_map.cells
    assert [sum(map(bool, row)) for row in cells] == [0, 0, 1]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64])
@pytest.mark.parametrize("seed", range(5))
def test_a_picture_counts_as_many_wrong_elements_as_the_verdict(dtype: torch.dtype, seed: int) -> None:
    draw = torch.Generator().manual_seed(seed)
    right = torch.randn(12, 20, generator=draw, dtype=torch.float64)
    edge = 1e-2 + 1e-2 * right.abs()  # about as many errors on each side of it, some of them at it to the last bit
    wrong = right + edge * torch.tensor([0.999, 1.0, 1.001, 0.0]).repeat(60).reshape(12, 20)
    wrong[3, 4], wrong[5, 6] = math.inf, math.nan
    found = compared(wrong.to(dtype), right.to(dtype), rtol=1e-2, atol=1e-2)
    (picture,) = (one for one in explain(found, reveal=Reveal.FULL).pictures if one.error_map is not None)
    shown = [cell for row in picture.error_map.cells for cell in row if cell is None or cell > 0]
    assert len(shown) == found.mismatch.differing


def test_equal_infinities_are_right_and_others_are_not() -> None:
    right = torch.full((2, 8), math.inf)
    wrong = right.clone()
    wrong[1, 3] = -math.inf
    cells = drawn(wrong, right)[0].error_map.cells
    assert [(row, column) for row in range(2) for column in range(8) if cells[row][column] is None] == [(1, 3)]


def test_an_error_beyond_the_largest_number_is_a_number() -> None:
    right = torch.full((4, 4), 1.7e308, dtype=torch.float64)
    wrong = right.clone()
    wrong[0, 0] *= -1
    cells = drawn(wrong, right)[0].error_map.cells
    assert 1e308 < cells[0][0] < math.inf
    (picture,) = drawn([1.797693e308, 0.0], [0.0, 0.0], show=curve())
    assert 1e308 < picture.curves.got[0] < math.inf


def test_a_large_table_is_reduced_by_its_largest_errors() -> None:
    right = torch.zeros(100, 100)
    wrong = right.clone()
    wrong[99, 99], wrong[0, 0] = 7, 2
    picture = drawn(wrong, right)[0].error_map
    assert (picture.rows_per_cell, picture.columns_per_cell) == (4, 2)
    assert (len(picture.cells), len(picture.cells[0])) == (25, 50)
    assert (picture.cells[0][0], picture.cells[-1][-1]) == (2, 7)
    assert sum(map(bool, sum(picture.cells, ()))) == 2


def test_more_axes_are_rows() -> None:
    wrong = torch.zeros(2, 3, 4)
    wrong[1, 0, 2] = 1
    picture = drawn(wrong, torch.zeros(2, 3, 4))[0].error_map
    assert (picture.shape, picture.rows, picture.columns) == ((2, 3, 4), 6, 4)
    assert picture.cells[3] == (0, 0, 1, 0)


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.complex64, torch.float16, torch.bfloat16])
def test_other_dtypes_are_drawn_too(dtype: torch.dtype) -> None:
    right = torch.zeros(4, 5, dtype=dtype)
    wrong = right.clone()
    wrong[2, 2] = 1
    assert drawn(wrong, right)[0].error_map.cells[2] == (0, 0, 1, 0, 0)


# ------------------------------------------------------------------------------------------------- histogram


def test_every_finite_value_is_counted_once_on_each_side() -> None:
    wrong = X * 3
    wrong[0, 0], wrong[0, 1] = math.nan, math.inf
    picture = drawn(wrong, X)[-1].histogram
    assert (sum(picture.got), sum(picture.expected)) == (3998, 4000)
    assert (picture.got_nonfinite, picture.expected_nonfinite) == (2, 0)
    assert len(picture.edges) == len(picture.got) + 1 == len(picture.expected) + 1


def test_one_far_value_does_not_press_the_rest_into_one_bar() -> None:
    wrong = X * 1.2
    wrong[0, 0] = 1e30
    picture = drawn(wrong, X)[-1].histogram
    assert picture.is_clipped
    assert picture.edges[-1] < 10
    assert picture.got[-1] == 1
    assert sum(count > 0 for count in picture.expected) > 5


@pytest.mark.parametrize("value", [0.0, 1e-300, 5.0, 1e300, -3e38])
def test_constants_have_an_axis(value: float) -> None:
    right = torch.full((8, 8), value, dtype=torch.float64)
    picture = drawn(right * 0.5 + 1e-3, right)[-1].histogram
    assert picture is not None
    assert all(low < high for low, high in zip(picture.edges, picture.edges[1:], strict=False))


def test_values_too_far_apart_for_one_axis_are_not_drawn() -> None:
    right = torch.tensor([-1.7e308, 1.7e308], dtype=torch.float64).repeat(40)
    assert "histogram" not in kinds(right * 0.5, right)


# ------------------------------------------------------------------------------------------------- curves


def test_two_losses_are_curves_that_part_where_the_tolerance_ends() -> None:
    right = [1 / (step + 1) for step in range(20)]
    wrong = [*right[:7], *(loss + 0.5 for loss in right[7:])]
    (picture,) = drawn(wrong, right, show=curve(start=1))
    assert picture.curves.x == tuple(map(float, range(1, 21)))
    assert picture.curves.got[:7] == picture.curves.expected[:7]
    assert "They part at step 8." in picture.alt.en
    assert "两者从步数 8 开始分开。" in picture.alt.zh
    assert picture.title.zh == "损失随步数的变化"


@pytest.mark.parametrize("seed", range(5))
def test_two_curves_part_where_the_verdict_finds_the_first_wrong_number(seed: int) -> None:
    draw = np.random.default_rng(seed)
    right = draw.normal(size=30)
    wrong = right + (1e-2 + 1e-2 * np.abs(right)) * draw.choice([0.0, 0.999, 1.0, 1.001], size=30)
    wrong[29] = math.nan
    alone = [place for place in range(30) if compare(wrong[place : place + 1], right[place : place + 1], **EDGE)]
    (picture,) = drawn(wrong.tolist(), right.tolist(), show=curve(start=0), **EDGE)
    assert f"They part at step {alone[0]}." in picture.alt.en


@pytest.mark.parametrize("make", [list, tuple, torch.tensor, np.array], ids=["list", "tuple", "tensor", "array"])
def test_any_sequence_of_numbers_is_a_curve(make) -> None:
    assert kinds(make([3.0, 2.0, 1.0]), make([3.0, 2.0, 0.5]), show=curve()) == ["curves"]


def test_a_shorter_sequence_ends_earlier() -> None:
    (picture,) = drawn([3.0, 2.0], [3.0, 2.0, 1.0], show=curve())
    assert picture.curves.got == (3, 2, None)
    assert "They part at step 2." in picture.alt.en


def test_what_is_not_finite_and_what_has_no_logarithm_is_a_gap() -> None:
    (picture,) = drawn([1.0, math.nan, math.inf, 2.0], [1.0, 2.0, 3.0, 4.0], show=curve())
    assert picture.curves.got == (1, None, None, 2)
    (picture,) = drawn([1.0, 0.0, -1.0, 2.0], [1.0, 2.0, 3.0, 4.0], show=curve(logarithmic=True))
    assert picture.curves.got == (1, None, None, 2)


def test_a_long_curve_is_thinned_out_and_keeps_its_ends() -> None:
    right = [float(step) for step in range(100_000)]
    (picture,) = drawn([-1.0, *right[1:]], right, show=curve())
    assert len(picture.curves.x) == 240
    assert (picture.curves.x[0], picture.curves.x[-1]) == (0, 99_999)


@pytest.mark.parametrize("actual", [["a", "b"], [[1.0], [2.0]], [None, None], torch.zeros(2, 2), 3.0, [1.0, object()]])
def test_what_is_no_curve_is_explained_without_one(actual: object) -> None:
    made = explained(actual, [1.0, 2.0], show=curve())
    assert made.pictures == ()
    assert made.problem.en


def test_a_list_with_an_astronomic_number_is_drawn() -> None:
    (picture,) = drawn([1, 1 << 2000, 3], [1, 2, 3], show=curve())
    assert picture.curves.got == (1, None, 3)


# ------------------------------------------------------------------------------------------------- boundary


PLANE = boundary(x=(-2, 2), y=(-1, 1), rows=4, columns=6)


def test_the_plane_has_the_largest_y_in_its_first_row() -> None:
    up = PLANE.grid[:, 1] > 0
    (picture,) = drawn((~up).long(), up.long(), show=PLANE)
    assert picture.boundary.expected == ((1,) * 6, (1,) * 6, (0,) * 6, (0,) * 6)
    assert picture.boundary.got == ((0,) * 6, (0,) * 6, (1,) * 6, (1,) * 6)
    assert "24 of 24 places" in picture.alt.en


@pytest.mark.parametrize(
    ("name", "predict"),
    [
        ("classes", lambda right: right.long()),
        ("bools", lambda right: right),
        ("scores", lambda right: right.double() * 0.8 + 0.1),
        ("a column of scores", lambda right: (right.double() * 0.8 + 0.1)[:, None]),
        ("scores of each class", lambda right: torch.stack([~right, right], dim=1).double()),
        ("array", lambda right: right.long().numpy()),
    ],
)
def test_predictions_of_any_usual_kind_are_classes(name: str, predict) -> None:
    right, wrong = PLANE.grid[:, 0] > 0, PLANE.grid[:, 0] > 1
    (picture,) = drawn(predict(wrong), predict(right), show=PLANE)
    assert picture.boundary.expected[0] == (0, 0, 0, 1, 1, 1)
    assert picture.boundary.got[0] == (0, 0, 0, 0, 1, 1)


def test_the_threshold_is_the_tests_own() -> None:
    plane = boundary(x=(-2, 2), y=(-1, 1), rows=2, columns=4, threshold=0.0)
    logits = plane.grid[:, 0]
    (picture,) = drawn(logits - 1, logits, show=plane)
    assert picture.boundary.expected[0] == (0, 0, 1, 1)
    assert picture.boundary.got[0] == (0, 0, 0, 1)


def test_scores_that_are_not_finite_and_classes_beyond_nine_are_none() -> None:
    right = torch.zeros(24)
    wrong = right.clone()
    wrong[0] = math.nan
    (picture,) = drawn(wrong, right, show=PLANE)
    assert picture.boundary.got[0][:2] == (-1, 0)
    assert "1 get none" in picture.alt.en
    (picture,) = drawn(torch.full((24,), 1 << 40), torch.zeros(24, dtype=torch.int64), show=PLANE)
    assert {label for row in picture.boundary.got for label in row} == {-1}


@pytest.mark.parametrize("actual", [torch.zeros(23), torch.zeros(24, 0), torch.zeros(4, 6, 1), [0.0] * 24, None])
def test_what_classifies_no_plane_is_explained_without_one(actual: object) -> None:
    assert drawn(actual, torch.ones(24), show=PLANE) == []


def test_a_fine_plane_is_thinned_out() -> None:
    plane = boundary(x=(0, 1), y=(0, 1), rows=100, columns=100, points=torch.rand(500, 2), labels=torch.zeros(500))
    (picture,) = drawn(plane.grid[:, 0] > 0.5, plane.grid[:, 0] > 0.6, show=plane)
    assert (len(picture.boundary.got), len(picture.boundary.got[0])) == (24, 48)
    assert 0 < len(picture.boundary.points) <= 100


# ------------------------------------------------------------------------------------------------- memory


BASE = torch.arange(24.0).reshape(6, 4)


def memory_of(actual: object, expected: object, base: torch.Tensor = BASE) -> Memory:
    found = [picture.memory for picture in drawn(actual, expected, view_of=base) if picture.memory is not None]
    assert len(found) == 1
    return found[0]


def test_a_copy_has_cells_of_its_own() -> None:
    made = explained(BASE[1::2].clone(), BASE[1::2], view_of=BASE)
    assert made.cause_id == "memory.copy"
    assert made.problem.en == "The result is a copy where a view is expected."
    memory = made.pictures[0].memory
    assert not memory.shares
    assert memory.got == tuple(range(12))
    assert memory.expected == (4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23)


def test_a_view_with_other_strides_shows_the_cells_of_both() -> None:
    memory = memory_of(torch.as_strided(BASE, (3, 4), (1, 4)), BASE[1::2])
    assert memory.shares
    assert memory.got_stride == (1, 4)
    assert memory.got[:5] == (0, 4, 8, 12, 1)
    assert memory.expected[:5] == (4, 5, 6, 7, 12)


def test_an_expected_value_that_is_no_view_is_found_by_its_number() -> None:
    assert memory_of(BASE.t().clone(), BASE.t().clone()).expected[:4] == (0, 4, 8, 12)


def test_a_number_that_is_stored_twice_leaves_the_expected_cells_unknown() -> None:
    base = torch.zeros(6, 4)
    assert memory_of(base.clone(), torch.zeros(6, 4), base).expected == ()


def test_an_offset_and_gaps_are_kept() -> None:
    base = torch.arange(40.0).reshape(8, 5)[2:, 1:]
    memory = memory_of(base[:2], base[2:4], base)
    assert memory.first_cell == 11
    assert memory.got == (11, 12, 13, 14, 16, 17, 18, 19)


def test_an_expanded_view_has_several_elements_in_a_cell() -> None:
    base = torch.arange(3.0)
    assert memory_of(base[:1].expand(3), base, base).got == (0, 0, 0)


def test_large_memory_is_cut() -> None:
    base = torch.arange(10_000.0).reshape(100, 100)
    memory = memory_of(base.clone(), base, base)
    assert (memory.cells, len(memory.got), memory.is_cut) == (64, 64, True)


def test_wrong_values_in_the_right_memory_are_a_matter_of_strides_first() -> None:
    base = X[:8].clone()
    assert kinds(torch.as_strided(base, (8, 100), (1, 8)), base, view_of=base)[0] == "memory"
    assert kinds(torch.as_strided(base, (8, 100), (1, 8)).clone(), base, view_of=base)[-1] == "memory"


def test_an_array_is_a_view_or_a_copy_too() -> None:
    base = np.arange(6.0)
    close(base[::2], np.array([0.0, 2.0, 4.0]), view_of=base)
    assert explained(base[::2].copy(), base[::2], view_of=base).cause_id == "memory.copy"


# ------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize("text", [*TITLES.values(), *ALTS.values()], ids=[*TITLES, *ALTS])
def test_titles_and_descriptions_take_the_same_facts_in_both_languages(text) -> None:
    def names(template: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(template) if name}

    assert names(text.en) == names(text.zh)
    assert any("\u4e00" <= character <= "\u9fff" for character in text.zh)
