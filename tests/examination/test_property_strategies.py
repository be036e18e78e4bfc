"""What strategies make: tensors of the asked shape, dtype and layout, simple when shrunk, and refused when absurd."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from exams import said
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from grader.examination.property import arrays, floats, integers, labels, shapes, size, tensors
from grader.examination.property.inputs import complexity, fingerprint
from grader.examination.property.numbers import Range
from grader.examination.property.search import _settings, seal_hypothesis
from grader.records import Outcome

quick = settings(max_examples=40, database=None, derandomize=True, deadline=None)


def smallest(strategy: SearchStrategy[Any], fails: Callable[[Any], bool], seed: int = 1) -> Any:
    """Return what a search ends with that is not cut short."""
    seal_hypothesis()
    return find(strategy, fails, settings=_settings(100), random=Random(seed))


ROWS, CLASSES = size(1, 4), size(2, 5)


@quick
@given(st.fixed_dictionaries({"x": tensors((ROWS, CLASSES, 2)), "y": labels(ROWS, below=CLASSES), "n": ROWS}))
def test_a_size_is_one_number_in_every_place(drawn: dict[str, Any]) -> None:
    x, y = drawn["x"], drawn["y"]
    assert 1 <= drawn["n"] == len(x) == len(y) <= 4
    assert 2 <= x.shape[1] <= 5
    assert x.shape[2] == 2
    assert y.dtype is torch.int64
    assert 0 <= int(y.min()) <= int(y.max()) < x.shape[1]


@quick
@given(tensors((3, 40), elements=floats(-2, 0.5, decimals=2)))
def test_elements_keep_to_their_range_and_decimals_in_large_tensors_too(x: torch.Tensor) -> None:
    assert x.dtype is torch.float32
    assert float(x.min()) >= -2
    assert float(x.max()) <= 0.5
    torch.testing.assert_close(x, (x.double() * 100).round().div(100).float())


@quick
@given(tensors(shapes(min_dims=0, max_dims=4, min_side=0, max_side=3), layout="any", requires_grad=True))
def test_any_shape_and_layout_is_a_leaf_that_asks_for_gradients(x: torch.Tensor) -> None:
    assert x.ndim <= 4
    assert all(side <= 3 for side in x.shape)
    assert x.is_leaf
    assert x.requires_grad


@pytest.mark.parametrize(("layout", "stride"), [("contiguous", (4, 1)), ("transposed", (1, 3)), ("strided", (8, 2))])
def test_a_layout_lies_in_memory_as_it_is_called(layout: str, stride: tuple[int, int]) -> None:
    assert smallest(tensors((3, 4), layout=layout), lambda _: True).stride() == stride
    steps = smallest(arrays((3, 4), layout=layout), lambda _: True).strides
    assert steps == tuple(8 * step for step in stride)


@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.uint8, torch.bool, torch.complex64]
)
def test_every_dtype_has_usual_elements(dtype: torch.dtype) -> None:
    assert smallest(tensors((2, 2), dtype=dtype), lambda _: True).equal(torch.zeros(2, 2, dtype=dtype))
    assert smallest(tensors(1, dtype=dtype), lambda x: bool(x[0] != 0)).equal(torch.ones(1, dtype=dtype))


def test_a_dtype_can_be_drawn() -> None:
    kinds = st.sampled_from([torch.float32, torch.int64])
    assert smallest(tensors(2, dtype=kinds), lambda x: x.dtype is torch.int64).equal(torch.zeros(2, dtype=torch.int64))


def test_arrays_have_their_dtype() -> None:
    found = smallest(arrays((2,), dtype=np.int32), lambda x: bool((x > 2).any()))
    assert found.dtype == np.int32
    assert found.tolist() == [3, 0]


@pytest.mark.parametrize("seed", range(4))
def test_shape_and_values_shrink_together(seed: int) -> None:
    one = tensors(shapes(max_side=5), elements=floats(-1000, 1000), layout="any")
    found = smallest(one, lambda x: bool((x > 88.8).any()), seed)
    assert found.shape == (1,)
    assert float(found) in range(89, 130), "a whole number: the smallest, or the smallest of its byte"
    two = st.tuples(tensors((ROWS, CLASSES)), labels(ROWS, below=CLASSES))
    x, y = smallest(two, lambda pair: bool((pair[1] > 0).any() and (pair[0] < -3).any()), seed)
    assert x.equal(torch.tensor([[-4.0, 0.0]]))
    assert y.equal(torch.tensor([1]))


def test_a_range_without_zero_shrinks_to_its_simplest_number() -> None:
    assert smallest(floats(2.5, 9), lambda _: True) in (2.5, 3.0)
    assert smallest(tensors(2, elements=integers(-9, -4), dtype=torch.int64), lambda _: True).tolist() == [-4, -4]
    assert smallest(integers(3, 9), lambda _: True) == 3


def test_special_numbers_come_up_and_do_not_stay_without_need() -> None:
    odd = floats(0, 1, special=[math.inf, math.nan])
    assert smallest(tensors(3, elements=odd), lambda x: bool(x.isnan().any())).isnan().sum() == 1
    assert smallest(tensors(3, elements=odd), lambda x: bool(x.isinf().any())).isinf().sum() == 1
    assert smallest(tensors(3, elements=odd), lambda _: True).equal(torch.zeros(3))


def test_elements_can_be_any_strategy() -> None:
    steps = st.sampled_from([0.0, 0.25, 0.5])
    found = smallest(tensors((9, 9), elements=steps), lambda x: bool((x == 0.5).any()))
    assert set(found.unique().tolist()) <= {0.0, 0.5}


@pytest.mark.parametrize("numbers", [Range(-3, 7, 0, False), Range(-7, 3, 0, False), Range(2, 9, 0, False, (0.5,))])
def test_every_number_of_a_range_has_random_bytes_that_make_it(numbers: Range) -> None:
    codes = [numbers.code_of(random) for random in range(256**numbers.width)]
    assert codes[0] == numbers.simplest
    assert set(range(numbers.low, numbers.high + 1)) <= set(codes)
    shown = {numbers.number(code) for code in codes}
    assert shown == {*range(numbers.low, numbers.high + 1), *numbers.special}


DRAWS = """
def drawn():
    from random import Random
    from hypothesis import find, strategies as st
    from hypothesis.errors import NoSuchExample
    from grader.examination.property.search import _settings, seal_hypothesis
    seal_hypothesis()
    numbers = []
    with pytest.raises(NoSuchExample):
        find(st.integers(), lambda n: numbers.append(n), settings=_settings(300), random=Random(7))
    return numbers
"""


def test_the_same_seed_draws_the_same_whatever_is_loaded(exams: Any) -> None:
    space: dict[str, Any] = {"pytest": pytest}
    exec(DRAWS, space)
    here = space["drawn"]()  # beside all that the tests have loaded
    assert len(here) == 300
    tests = f"{DRAWS}\ndef test_it(student):\n    assert hash(tuple(drawn())) == {hash(tuple(here))}\n"
    (test,) = exams.run("", tests).tests
    assert test.outcome is Outcome.PASSED, said(test.explanation)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: size(3, 2), "size: 3, 2: expected 0 <= low <= high <= 4096"),
        (lambda: size(1.5, 2), "size: 1.5, 2: expected two whole numbers"),
        (lambda: shapes(max_dims=9), "max_dims = 9: expected at most 8"),
        (lambda: floats(0.1, 0.2, decimals=0), "no number of 0 decimals lies between them"),
        (lambda: floats(0, 1, decimals=9), "decimals = 9: expected a whole number from 0 to 6"),
        (lambda: floats(0, math.inf), "expected two finite numbers"),
        (lambda: floats(True, 2), "expected two numbers"),
        (lambda: integers(0, 1.5), "expected two whole numbers. For others use floats"),
        (lambda: labels(3, below=0), "labels: below: 1, 0: expected"),
        (lambda: tensors("ab"), "shape = 'ab': expected lengths and sizes"),
        (lambda: tensors(2, dtype="float32"), "dtype = 'float32': expected a dtype of torch"),
        (lambda: tensors(2, elements=3), "elements = 3: expected a strategy"),
        (lambda: arrays(2, dtype=np.int64, elements=floats(0, 1)), "do not fit dtype = int64"),
        (lambda: arrays((2, "n")), "'n' is no length"),
    ],
)
def test_what_cannot_be_drawn_is_refused_where_it_stands(make: Callable[[], Any], told: str) -> None:
    with pytest.raises((ValueError, TypeError)) as caught:
        make()
    assert told in str(caught.value)


def test_inputs_are_told_apart_by_all_that_a_function_can_see() -> None:
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    others = [
        x.double(),
        x.T,
        x.T.contiguous(),
        x.clone().requires_grad_(),
        x.numpy(),
        x.reshape(4),
        x[:1],
        [x],
        (x, 1),
    ]
    marks = {fingerprint(other) for other in [x, *others]}
    assert len(marks) == 1 + len(others)
    assert fingerprint({"x": x.clone()}) == fingerprint({"x": x})


def test_the_simpler_input_is_the_one_with_less_to_read() -> None:
    ordered = [
        torch.zeros(1),
        torch.ones(1),
        torch.tensor([10.0]),
        torch.tensor([0.125]),
        torch.zeros(2),
        torch.zeros(2, 3).T,
    ]
    counted = [complexity({"x": x}) for x in ordered]
    assert counted == sorted(counted)
    assert len(set(counted)) == len(counted)
