"""What a test asks to be shown, and `view_of`: a wrong wish is the author's; through real exams, pictures arrive."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from grader.examination import boundary, close, curve
from grader.examination.evidence import Mismatched, MismatchKind
from grader.examination.places import cells_of, is_view_of
from grader.pictures import Picture, PictureKind
from grader.records import Fault, Outcome

TRAINS = '''
import torch

def train(x, y, steps, rate):
    """Return the loss before each step."""
    weight = torch.zeros(2)
    losses = []
    for step in range(steps):
        error = torch.sigmoid(x @ weight) - y
        losses.append(float((error**2).mean()))
        weight = weight - RATE * (x.T @ error) / len(x)
    return losses

def predict(x):
    return (x[:, 0] + OTHER * x[:, 1] > 0).long()

def every_second(x):
    return x[::2]COPY
'''
RIGHT = TRAINS.replace("RATE", "rate").replace("OTHER", "1").replace("COPY", "")
WRONG = TRAINS.replace("RATE", "rate / (1 + step)").replace("OTHER", "0").replace("COPY", ".clone()")
TESTS = """
def data(rand):
    x = rand.normal(60, 2)
    return x, (x.sum(dim=1) > 0).float()

def test_loss(student, reference, rand):
    x, y = data(rand)
    close(student.train(x, y, 50, 2.0), reference.train(x, y, 50, 2.0), show=curve(start=1))

def test_boundary(student, reference, rand):
    x, y = data(rand)
    plane = boundary(x=(-3, 3), y=(-2, 2), points=x, labels=y, x_label="height", y_label=("width", "宽度"))
    close(student.predict(plane.grid), reference.predict(plane.grid), show=plane)

def test_view(student, rand):
    x = rand.normal(6, 2)
    close(student.every_second(x), x[::2], view_of=x)
"""


@pytest.fixture(scope="module")
def wrong(exams: Any) -> Any:
    return exams.run(WRONG, TESTS, reference=RIGHT)


def picture_of(report: Any, name: str) -> Picture:
    (test,) = [test for test in report.tests if test.name == name]
    assert test.outcome is Outcome.FAILED
    assert test.explanation is not None
    return test.explanation.pictures[0]


def test_an_exam_draws_the_loss_beside_the_references(wrong: Any) -> None:
    picture = picture_of(wrong, "test_loss")
    assert picture.kind is PictureKind.CURVES
    assert len(picture.curves.got) == 50
    assert picture.curves.got[:2] == picture.curves.expected[:2]
    assert picture.curves.got[-1] > 1.2 * picture.curves.expected[-1]
    assert "They part at step 3." in picture.alt.en


def test_an_exam_draws_the_decision_boundary_with_the_tests_points(wrong: Any) -> None:
    picture = picture_of(wrong, "test_boundary")
    assert picture.kind is PictureKind.BOUNDARY
    assert picture.boundary.got[0][0] == 0
    assert {label for row in picture.boundary.expected for label in row} == {0, 1}
    assert picture.boundary.got[0] == picture.boundary.got[-1]  # upright: the second feature is not looked at
    assert picture.boundary.expected[0] != picture.boundary.expected[-1]
    assert {point.label for point in picture.boundary.points} == {0, 1}
    assert (picture.boundary.x_label.zh, picture.boundary.y_label.zh) == ("height", "宽度")


def test_an_exam_tells_a_copy_from_a_view(wrong: Any) -> None:
    picture = picture_of(wrong, "test_view")
    assert picture.kind is PictureKind.MEMORY
    assert not picture.memory.shares
    assert picture.memory.expected == (0, 1, 4, 5, 8, 9)


def test_right_code_passes_whatever_is_to_be_shown(exams: Any) -> None:
    report = exams.run(RIGHT, TESTS)
    assert [test.outcome for test in report.tests] == [Outcome.PASSED] * 3


@pytest.mark.parametrize("reveal", ["none", "hint", "shape"])
def test_a_hidden_test_that_reveals_less_draws_nothing(exams: Any, reveal: str) -> None:
    report = exams.run(WRONG, TESTS, reference=RIGHT, reveal=reveal)
    assert [test.explanation.pictures for test in report.tests] == [(), (), ()]
    assert report.tests[2].explanation.cause_id == ("hidden" if reveal == "none" else "memory.copy")


def test_a_wish_that_cannot_be_granted_is_the_authors_fault(exams: Any) -> None:
    report = exams.run(RIGHT, "def test_it(student):\n    close(student.predict(torch.ones(1, 2)), 1, show='curve')\n")
    assert report.fault is Fault.AUTHOR
    assert report.score is None


# ------------------------------------------------------------------------------------------------- wishes


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: curve(3), TypeError, "curve: x = 3"),
        (lambda: curve(y=("a", "b", "c")), TypeError, "curve: y ="),
        (lambda: curve(""), ValueError, "1 to 40 characters"),
        (lambda: curve("x" * 41), ValueError, "1 to 40 characters"),
        (lambda: boundary(x=(1, 1), y=(0, 1)), ValueError, "boundary: x = (1, 1)"),
        (lambda: boundary(x=(0, 1), y=(0, float("inf"))), ValueError, "boundary: y = (0, inf)"),
        (lambda: boundary(x=(0, 1), y=(0, 1), rows=1), ValueError, "at least 2 x 2"),
        (lambda: boundary(x=(0, 1), y=(0, 1), rows=1000, columns=1000), ValueError, "at most 10000"),
        (lambda: boundary(x=(0, 1), y=(0, 1), points=torch.zeros(3, 2)), ValueError, "come together"),
        (
            lambda: boundary(x=(0, 1), y=(0, 1), points=torch.zeros(3, 2), labels=torch.zeros(2)),
            ValueError,
            "expected (m, 2) and (m,)",
        ),
        (lambda: close(1, 1, show=curve), TypeError, "show is a function: expected curve(...) or boundary(...)"),
        (lambda: close(1, 1, view_of=[1]), TypeError, "view_of is a list: expected a tensor or an array"),
        (lambda: close(1, 1, view_of=torch.ones(1)), TypeError, "view_of is a Tensor, but expected is a int"),
    ],
)
def test_a_wrong_wish_says_what_is_allowed(make: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error) as caught:
        make()
    assert says in str(caught.value)


def test_the_grid_covers_the_plane_row_by_row_from_the_top_left() -> None:
    plane = boundary(x=(-1, 1), y=(0, 3), rows=4, columns=3)
    assert plane.grid.shape == (12, 2)
    assert plane.grid[:4].tolist() == [[-1, 3], [0, 3], [1, 3], [-1, 2]]
    assert plane.grid[-1].tolist() == [1, 0]


# ------------------------------------------------------------------------------------------------- views


@pytest.mark.parametrize("make", [torch.arange, np.arange], ids=["tensor", "array"])
def test_a_view_passes_and_a_copy_does_not(make: Any) -> None:
    base = make(12).reshape(3, 4)
    close(base.T, base.T, view_of=base)
    close(base[1:, ::2], base[1:, ::2], view_of=base)
    with pytest.raises(Mismatched) as caught:
        close(base.T + 0, base.T, view_of=base)
    assert caught.value.mismatch.kind is MismatchKind.MEMORY


def test_wrong_values_are_told_before_the_memory() -> None:
    base = torch.arange(12.0)
    with pytest.raises(Mismatched) as caught:
        close(base + 1, base, view_of=base)
    assert caught.value.mismatch.kind is MismatchKind.VALUE


def test_of_no_elements_a_view_cannot_be_told() -> None:
    close(torch.empty(0, 3), torch.empty(0, 3), view_of=torch.empty(3, 0))


def test_a_view_lies_in_the_memory_of_another_view_of_it() -> None:
    base = torch.arange(12.0)
    assert is_view_of(base[6:], base[:3])
    assert not is_view_of(base.clone(), base)
    assert not is_view_of(base, base.numpy())


def test_cells_are_counted_in_the_order_of_the_axes() -> None:
    base = torch.arange(12.0).reshape(3, 4)
    assert cells_of(base.T, 5).tolist() == [0, 4, 8, 1, 5]
    assert cells_of(base[1:, 1:], 99).tolist() == [5, 6, 7, 9, 10, 11]
    assert cells_of(torch.tensor(1.0), 9).tolist() == [0]
    assert cells_of(torch.empty(0, 2), 9).tolist() == []
