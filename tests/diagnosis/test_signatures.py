"""Each familiar mistake, planted, is recognised as itself."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from grader.diagnosis import explain
from grader.diagnosis.generic import DETECTORS, find
from grader.diagnosis.wording.causes import CAUSES
from grader.diagnosis.wording.kinds import KINDS
from grader.examination.compare import compare
from grader.examination.evidence import Call, Compared
from grader.records import Reveal

Plant = Callable[..., Compared]

torch.manual_seed(20)
X = torch.randn(32, 10)
P = torch.softmax(X, 1)
SQUARE = torch.randn(5, 5)
CUBE = torch.randn(3, 4, 5)
LOSS = torch.tensor(2.3071934)
TARGET = torch.randn(6)
COLUMN = TARGET[:, None] + 0.3 * torch.randn(6, 1)
LARGE = torch.where(torch.arange(32)[:, None] == 3, 500 * X, X)
FAR = torch.where(torch.arange(32)[:, None] == 3, 50 * X, X)
ROW3 = (torch.arange(32) == 3)[:, None]
FAR_LOG = torch.log(torch.softmax(torch.where(ROW3, 300 * X, X), 1))


def rows_changed(start: int, stop: int) -> Tensor:
    wrong = X.clone()
    wrong[start:stop] = 3 * wrong[start:stop] + 1
    return wrong


def layer_norm(x: Tensor, dim: int) -> Tensor:
    return (x - x.mean(dim, keepdim=True)) / x.std(dim, keepdim=True)


PLANTED: list[tuple[str, object, object, dict[str, object]]] = [
    ("factor.sign", -X, X, {}),
    ("factor.sign", -LOSS, LOSS, {}),
    ("factor.two", 2 * P, P, {}),
    ("factor.two", np.array([2.0, 4, 6, 8, 10, 12, 14, 16]), np.arange(1.0, 9), {}),
    ("factor.half", P / 2, P, {}),
    ("factor.log10", torch.log10(P), torch.log(P), {}),
    ("factor.log10", (LOSS / math.log(10)), LOSS, {}),
    ("factor.log2", torch.log2(P), torch.log(P), {}),
    ("factor.ln", torch.log(P), torch.log2(P), {}),
    ("factor.percent", 100 * P, P, {}),
    ("factor.size", 32 * LOSS, LOSS, {"x": X}),
    ("factor.size", 32 * X, X, {"x": X}),
    ("factor.per_size", X / 32, X, {"x": X}),
    ("factor.size", 10 * LOSS.item(), LOSS.item(), {"x": X}),
    ("factor.size", 16 * LOSS, LOSS, {"batch": 16}),
    ("factor.bessel", X.var(0, correction=0), X.var(0), {"x": X}),
    ("factor.bessel", X.std(0), X.std(0, correction=0), {"x": X}),
    ("factor.root_size", X * math.sqrt(10), X, {"q": torch.randn(4, 10)}),
    ("factor.argument", X * 3, X, {"p": 0.25}),
    ("factor.argument", X * 0.7, X, {"p": 0.3}),
    ("factor.argument", X / 0.03, X, {"lr": 0.03}),
    ("factor", X * 3.1234, X, {}),
    ("factor", torch.tensor([3 + 4j, 1, 2j]) * 3.7, torch.tensor([3 + 4j, 1, 2j]), {}),
    ("offset", X + 0.7, X, {}),
    ("residual.argument", X + 0.1 * P, X, {"W": P}),
    ("transform.square", X**2, X, {}),
    ("transform.sqrt", P.sqrt(), P, {}),
    ("transform.log", P.log(), P, {}),
    ("transform.exp", X.exp(), X, {}),
    ("transform.reciprocal", 1 / X, X, {}),
    ("transform.complement", 1 - P, P, {}),
    ("transform.abs", X.abs(), X, {}),
    ("transform.clipped_zero", X.relu(), X, {}),
    ("transform.relu_missing", X, X.relu(), {}),
    ("transform.clipped", X.clamp(-1, 1), X, {}),
    ("zeros", torch.zeros(5), torch.arange(1.0, 6), {}),
    ("zeros.large", torch.zeros(32, 10), P, {"logits": LARGE + 100}),
    ("constant", torch.full((32, 10), 0.1), P, {}),
    ("order.transposed", SQUARE.T.contiguous(), SQUARE, {}),
    ("order.transposed", X.T.contiguous(), X, {}),
    ("order.permuted", CUBE.permute(1, 2, 0).contiguous(), CUBE, {}),
    ("order.view", CUBE.view(4, 3, 5), CUBE.permute(1, 0, 2).contiguous(), {}),
    ("order.view", X.view(10, 32), X.T.contiguous(), {}),
    ("order.flipped", X.flip(0), X, {}),
    ("order.late", torch.cat([torch.zeros(1, 10), X[:-1]]), X, {}),
    ("order.early", torch.cat([X[1:], torch.zeros(1, 10)]), X, {}),
    ("order.scrambled", X.ravel()[torch.randperm(320)].view(32, 10), X, {}),
    ("axis.normalised", torch.softmax(X, 0), P, {"logits": X}),
    ("axis.normalised", torch.softmax(SQUARE, 0), torch.softmax(SQUARE, 1), {}),
    ("axis.normalised", torch.softmax(CUBE, 1), torch.softmax(CUBE, 2), {}),
    ("axis.normalised_all", torch.softmax(X.ravel(), 0).view(32, 10), P, {}),
    ("axis.centred", layer_norm(X, 1), layer_norm(X, 0), {}),
    (
        "broadcast.loss",
        ((COLUMN - TARGET) ** 2).mean(),
        ((COLUMN[:, 0] - TARGET) ** 2).mean(),
        {"a": COLUMN, "b": TARGET},
    ),
    ("rows.tail", rows_changed(30, 32), X, {}),
    ("rows.tail_batch", rows_changed(30, 32), X, {"x": X, "batch": 10}),
    ("rows.first", rows_changed(0, 1), X, {}),
    ("rows.one", rows_changed(7, 8), X, {}),
    ("rows.one", rows_changed(7, 8).T.contiguous(), X.T.contiguous(), {}),
    ("overflow.exp", torch.where(ROW3, math.nan, P), P, {"logits": LARGE}),
    ("overflow.log_softmax", torch.tensor(math.inf), LOSS, {"logits": [1.0, 800.0]}),
    ("overflow.exp", torch.tensor(math.nan), LOSS, {"logits": [1.0, 800.0]}),
    ("overflow.log_zero", FAR_LOG, FAR_LOG.clamp(min=-2000), {"logits": torch.where(ROW3, 300 * X, X)}),
    ("overflow.hidden", torch.where(ROW3, 0.0, P), P, {"logits": LARGE}),
    ("zeros.some", torch.where(torch.rand(32, 10) < 0.2, 0.0, P), P, {}),
    ("nonfinite", torch.where(ROW3, math.nan, P), P, {"x": X}),
    ("infinity_expected", torch.zeros(3), torch.tensor([0.0, -math.inf, 0.0]), {}),
    ("finite_entries", torch.tensor([1.5, -math.inf, 2.5]), torch.tensor([1.0, -math.inf, 0.25]), {}),
    ("precision.near", X * (1 + 3e-5), X, {}),
    ("precision.rounded", X.half().float(), X, {}),
    ("precision.rounded", X.double().sin().float().double(), X.double().sin(), {"rtol": 1e-10}),
    ("input.returned", X, P, {"x": X}),
    ("unknown", torch.randn(4, 7), torch.randn(4, 7), {}),
    ("type.none", None, P, {}),
    ("type.none_item", [None], [P], {}),
    ("type.number", 1.5, torch.tensor(1.5), {}),
    ("type.tensor_for_number", torch.tensor(1.5), 1.5, {}),
    ("type.array", P.numpy(), P, {}),
    ("type.tensor", P, P.numpy(), {}),
    ("type.list", [1.0, 2.0], torch.ones(2), {}),
    ("type.several", (P, 1), P, {}),
    ("type.one", P, (P, 1), {}),
    ("type.int_for_float", 1, 1.0, {}),
    ("type.text", "0.5", 0.5, {}),
    ("type.object", object(), P, {}),
    ("type.other", {"a": 1}, [1], {}),
    ("dtype.float64", P.double(), P, {}),
    ("dtype.narrow", P.half(), P, {}),
    ("dtype.integer", X.long(), X, {}),
    ("dtype.float_for_integer", X, X.long(), {}),
    ("dtype.bool", X > 0, X, {}),
    ("dtype.other", X.long(), X.int(), {}),
    ("device", torch.ones(2, device="meta"), torch.ones(2), {}),
    ("length.keys", {"w": 1}, {"W": 1}, {}),
    ("length.short", [1], [1, 2], {}),
    ("length.long", [1, 2, 3], [1, 2], {}),
    ("shape.axis_kept", X.sum(1, keepdim=True), X.sum(1), {}),
    ("shape.axis_lost", X.sum(1), X.sum(1, keepdim=True), {}),
    ("shape.outer", COLUMN - TARGET, COLUMN[:, 0] - TARGET, {}),
    ("shape.other_axis", X.sum(0), X.sum(1), {"x": X}),
    ("shape.not_reduced", X, X.mean(), {}),
    ("shape.all_reduced", X.mean(), X.mean(1), {}),
    ("shape.transposed", torch.randn(10, 32), X, {}),
    ("shape.permuted", torch.randn(4, 5, 3), CUBE, {}),
    ("shape.flat", X.ravel(), X, {}),
    ("shape.regrouped", X.view(16, 20), X, {}),
    ("shape.short", X[:30], X, {}),
    ("shape.other", torch.randn(4, 3), X, {}),
]


@pytest.mark.parametrize(("cause_id", "actual", "expected", "inputs"), PLANTED, ids=[p[0] for p in PLANTED])
def test_a_planted_mistake_is_named(
    plant: Plant, cause_id: str, actual: object, expected: object, inputs: dict[str, object]
) -> None:
    assert explain(plant(actual, expected, **inputs), reveal=Reveal.FULL).cause_id == cause_id


def test_every_signature_is_planted_somewhere() -> None:
    needs_calls = {"history.first_only", "history.stale"}  # below
    in_place = {cause_id for cause_id in CAUSES if cause_id.startswith("update.")}  # in test_update.py
    needs_memory = {"memory.copy"}  # in test_pictures.py
    assert (CAUSES.keys() | KINDS.keys()) - needs_calls - in_place - needs_memory == {p[0] for p in PLANTED}


def test_a_factor_is_named_by_what_it_is_the_size_of(plant: Plant) -> None:
    found = find(plant(32 * LOSS, LOSS, logits=X))[0]
    assert found.shape is not None
    assert "32 is the number of rows of `logits`" in found.shape.en
    assert "32" not in found.hint.en and "`logits`" in found.hint.en


def test_a_factor_that_two_things_explain_is_said_to_have_both_names(plant: Plant) -> None:
    found = find(plant(3 * X, X, z=torch.rand(3), p=0.25))[0]
    assert found.shape is not None
    assert "the length of `z`" in found.shape.en and "also `(1 - p)/p`" in found.shape.en


def test_every_size_that_a_factor_may_be_is_told_and_no_size_that_it_is_the_root_of(plant: Plant) -> None:
    found = find(plant(LOSS / 3, LOSS, logits=torch.randn(3, 3), targets=torch.zeros(3)))[0]
    assert found.shape is not None
    assert "the number of rows of `logits`" in found.shape.en
    assert found.shape.en.endswith("also the length of `targets`, and the size of axis 1 of `logits`.")


def test_an_overflow_names_the_first_input_beyond_the_limit(plant: Plant) -> None:
    logits = X.clone()
    logits[3, 2], logits[9, 9] = 88.5, 89.0
    row9 = (torch.arange(32) == 9)[:, None]
    found = find(plant(torch.where(row9, math.nan, P), P, logits=logits))[0]
    assert found.full is not None
    assert found.full.en.startswith("logits[9, 9] = 89, and `exp` overflows float32 above 88.72")


def test_no_overflow_is_claimed_where_rows_of_large_inputs_are_finite(plant: Plant) -> None:
    found = find(plant(torch.where(ROW3, math.nan, P), P, logits=torch.where(ROW3, X - 1000, X + 300)))[0]
    assert found.cause_id == "nonfinite"


@pytest.mark.parametrize(("actual", "n"), [(LOSS * 1.5, 3), (LOSS * math.sqrt(2), 2), (P * 32 / 31, 32)])
def test_no_variance_is_claimed_of_a_ratio_alone(plant: Plant, actual: Tensor, n: int) -> None:
    right = P if actual.ndim else LOSS
    assert find(plant(actual, right, function="softmax", x=torch.randn(n, 10)))[0].cause_id != "factor.bessel"
    assert find(plant(actual, right, function="batch_norm", x=torch.randn(n, 10)))[0].cause_id == "factor.bessel"


def test_none_is_a_missing_return_only_where_it_is_the_result(plant: Plant) -> None:
    assert find(plant(None, P))[0].cause_id == "type.none"
    assert find(plant(None, P, direct=False))[0].cause_id == "type.none_item"


@pytest.mark.parametrize(
    ("dtype", "limit"), [(torch.float16, 11.09), (torch.float32, 88.72), (torch.float64, 709.78)], ids=str
)
def test_the_overflow_limit_is_where_exp_really_overflows(plant: Plant, dtype: torch.dtype, limit: float) -> None:
    assert torch.exp(torch.tensor(limit + 0.01, dtype=dtype)).isinf()
    assert torch.exp(torch.tensor(limit - 0.01, dtype=dtype)).isfinite()
    logits = torch.tensor([limit + 0.02, 1.0], dtype=dtype)
    naive = torch.exp(logits) / torch.exp(logits).sum()
    compared = plant(naive, torch.softmax(logits, 0), logits=logits)
    assert find(compared)[0].cause_id == "overflow.exp"


def test_a_softmax_over_columns_reads_as_a_good_assistant_would_say_it(plant: Plant) -> None:
    logits = torch.tensor([[2.0, 1, 0], [0, 1, 1]])
    explanation = explain(
        plant(torch.softmax(logits, 0), torch.softmax(logits, 1), function="softmax", logits=logits), reveal=Reveal.FULL
    )
    assert explanation.problem.en == "Row 0 sums to 1.65, expected 1 (within 4e-06)."
    assert explanation.cause is not None
    assert explanation.cause.en == "Each column sums to 1, so you seem to sum over axis 0; expected axis 1."
    assert explanation.problem.zh == "第 0 行的和是 1.65，应为 1（误差 4e-06 以内）。"


def test_the_same_call_right_before_and_wrong_now_means_kept_state(plant: Plant, a_call: Callable[..., Call]) -> None:
    compared = plant(P + 0.1, P, before=[a_call(P.clone(), x=X)], x=X.clone())
    assert find(compared)[0].cause_id == "history.first_only"


def test_the_result_of_an_earlier_call_means_a_cache(plant: Plant, a_call: Callable[..., Call]) -> None:
    compared = plant(P.clone(), torch.softmax(SQUARE.repeat(7, 2)[:32], 1), before=[a_call(P, x=X)], x=X + 1)
    assert find(compared)[0].cause_id == "history.stale"


def test_right_values_of_a_wrong_dtype_or_shape_are_said_to_be_right(plant: Plant) -> None:
    for actual in (P.double(), P[:, :, None]):
        assert "values themselves are right" in find(plant(actual, P))[0].hint.en
    assert "right" not in find(plant(X.double(), P))[0].hint.en


@pytest.mark.parametrize("n", [9, 15, 16, 42])
def test_a_regulariser_left_out_of_the_gradient_is_the_residual(plant: Plant, n: int) -> None:
    """dW = X^T delta / N + 2 reg W, of which the last term is missing."""
    x, W, delta = torch.randn(n, 5), torch.randn(5, 3), torch.randn(n, 3)
    right = x.T @ delta / n + 2 * 0.05 * W
    found = find(plant(right - 2 * 0.05 * W, right, X=x, W=W, delta=delta, reg=0.05))[0]
    assert found.cause_id == "residual.argument"
    assert found.full is not None and "-0.1 times `W`" in found.full.en


def test_no_detector_fails_on_strange_arrays(plant: Plant) -> None:
    strange = [
        torch.tensor([]), torch.zeros(0, 3), torch.tensor([1e38, -1e38]), torch.full((3, 3), 3e38), torch.tensor(0.0),
        torch.tensor([math.nan] * 4), torch.tensor([math.inf, -math.inf, 1, 2]), torch.zeros(2, 1, 3),
        torch.tensor([1e-45, 0, -1e-45]), torch.tensor([2**63 - 1, -(2**63)]), torch.tensor([True, False]),
        torch.tensor([1j, math.inf + 0j]), torch.rand(2, 2, 2, 2, 2), torch.tensor([1e300, -1e300, 1e-300]).double(),
    ]  # fmt: skip
    explained = 0
    for actual in strange:
        for expected in strange:
            same_shape = torch.zeros_like(actual) + 3
            for right in (expected, same_shape):
                if compare(actual, right) is None:
                    continue  # no difference to explain
                compared = plant(actual, right, x=actual, y=[expected, {"k": expected}], n=0, p=math.inf, z=object())
                for reveal in Reveal:
                    assert explain(compared, reveal=reveal).problem.en
                explained += 1
    assert explained > 300


def test_every_detector_is_in_the_ranking_once() -> None:
    assert len(set(DETECTORS)) == len(DETECTORS)
