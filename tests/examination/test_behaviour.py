"""What counts as the same behaviour: rounding does, anything else does not; and frames that nobody has checked."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from grader.examination.behaviour import CLEAR, SAME, Base, Reading, Unreadable, distance, numbers_apart, structure
from grader.sandbox.encode import Encoder
from grader.sandbox.graph import Table, Unsendable
from grader.sandbox.messages import Changes, Graph, Items, Node, Raised, Returned, TensorSpec, Update

NOTHING = Base(Graph(), ())


def returned(value: object) -> Reading:
    """Return the reading of a result that shares nothing with any argument."""

    def refuse(found: object) -> Node:
        raise Unsendable("unsupported", found)

    encoder = Encoder(Table(), whole=False, other=refuse)
    root = encoder.add(value)
    graph, buffers = encoder.finish()
    return Reading(NOTHING, Returned(nonce=0, graph=graph, root=root, changes=Changes()), b"".join(buffers), {})


def apart(one: object, other: object) -> float:
    return distance(returned(one), returned(other))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_another_order_of_the_same_sums_is_rounding(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    x = torch.randn(40, 30, dtype=torch.float64).to(dtype)
    one, other = x.sum(dim=0), x.flip(0).cumsum(dim=0)[-1]
    assert apart(one, other) <= SAME
    assert apart((x * 0.1).exp(), (x * 0.1).to(torch.float64).exp().to(dtype)) <= SAME


@pytest.mark.parametrize(("dtype", "error"), [(torch.float32, 1e-3), (torch.float64, 1e-7), (torch.float16, 0.1)])
def test_a_wrong_factor_is_clear(dtype: torch.dtype, error: float) -> None:
    x = torch.linspace(1, 2, 12, dtype=dtype).reshape(3, 4)
    assert apart(x, x * (1 + error)) >= CLEAR


def test_a_row_of_small_numbers_is_not_lost_beside_large_ones() -> None:
    x = torch.tensor([[1e6, 2e6], [1e-3, 2e-3]])
    wrong = x.clone()
    wrong[1] *= 1.01
    assert apart(x, wrong) >= CLEAR


def test_infinities_and_nan_must_stand_at_the_same_places() -> None:
    x = torch.tensor([1.0, math.inf, math.nan])
    assert apart(x, x.clone()) == 0.0
    for other in ([1.0, -math.inf, math.nan], [1.0, math.nan, math.inf], [1.0, 3e38, math.nan]):
        assert apart(x, torch.tensor(other)) == math.inf


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        ([1], (1,)),
        ([1, 2], [1]),
        ({"a": 1}, {"b": 1}),
        (torch.ones(2), np.ones(2, dtype=np.float32)),
        (torch.ones(2), torch.ones(2, dtype=torch.float64)),
        (torch.ones(1, 2), torch.ones(2, 1)),
        (torch.tensor([1, 2]), torch.tensor([1, 3])),
        (None, torch.tensor(0.0)),
        ("a", "b"),
        (slice(1, 2), slice(1, 3)),
    ],
)
def test_what_differs_in_kind_is_infinitely_far(one: object, other: object) -> None:
    assert apart(one, other) == math.inf


def test_plain_floats_are_compared_as_what_they_come_from() -> None:
    third = float(torch.tensor(1 / 3))
    near = float(torch.nextafter(torch.tensor(1 / 3), torch.tensor(1.0)))
    assert apart(third, near) <= SAME, "both are float32"
    assert apart(0.1, 0.1 + 1e-8) >= CLEAR
    assert apart(0.1 + 0.2, 0.3) <= SAME
    assert apart(complex(1, 2), complex(1, 2.1)) >= CLEAR


def test_empty_and_scalar_arrays_have_a_distance() -> None:
    assert numbers_apart(np.empty((0, 3)), np.empty((0, 3)), "float64") == 0.0
    assert apart(torch.tensor(2.0), torch.tensor(2.5)) >= CLEAR
    assert apart(np.float32(2.0), np.float32(2.0)) == 0.0


def raised(message: str, kind: str = "ValueError") -> Reading:
    return Reading(NOTHING, Raised(nonce=0, type_name=kind, bases=[kind], message=message, frames=[]), b"", {})


def test_exceptions_are_alike_but_for_addresses_and_folders() -> None:
    assert distance(raised("at 0x7f12, in /a/b/c.py"), raised("at 0x99, in /x/c.py")) == 0.0
    assert distance(raised("size 3"), raised("size 4")) == math.inf
    assert distance(raised("x"), raised("x", "TypeError")) == math.inf
    assert distance(raised("x"), returned(1)) == math.inf


def test_a_copy_and_a_view_of_an_argument_differ_in_structure_only() -> None:
    part = np.arange(6, dtype=np.float32).tobytes()
    argument = TensorSpec(storage=0, dtype="float32", shape=[6], stride=[1], offset=0)
    base = Base.of(Graph(storages=[24], nodes=[argument]), part + bytes(8))
    view = Graph(nodes=[TensorSpec(storage=0, dtype="float32", shape=[2, 3], stride=[3, 1], offset=0)])
    copy = Graph(storages=[24], nodes=[TensorSpec(storage=1, dtype="float32", shape=[2, 3], stride=[3, 1], offset=0)])
    one = Reading(base, Returned(nonce=0, graph=view, root=1, changes=Changes()), b"", {})
    other = Reading(base, Returned(nonce=0, graph=copy, root=1, changes=Changes()), part + bytes(8), {})
    assert distance(one, other) == 0.0
    assert structure(one) != structure(other)


@pytest.mark.parametrize(
    "node",
    [
        TensorSpec(storage=9, dtype="float32", shape=[2], stride=[1], offset=0),
        TensorSpec(storage=0, dtype="float32", shape=[1 << 40], stride=[0], offset=0),
        TensorSpec(storage=0, dtype="float32", shape=[99], stride=[1], offset=0),
        TensorSpec(storage=0, dtype="float32", shape=[2], stride=[1], offset=-8),
        TensorSpec(storage=0, dtype="nothing", shape=[2], stride=[1], offset=0),
        TensorSpec(storage=0, dtype="float32", shape=[2, 2], stride=[1], offset=0),
        Items(kind="list", items=[77]),
    ],
)
def test_an_update_that_no_decoder_has_checked_is_unreadable(node: Node) -> None:
    base = Base.of(Graph(storages=[16], nodes=[TensorSpec(0, "float32", [2], [1], 0)]), bytes(16))
    changes = Changes(updates=[Update(index=0, node=node)])
    bad = Reading(base, Returned(nonce=0, graph=Graph(), root=-1, changes=changes), b"", {})
    with pytest.raises(Unreadable):
        distance(bad, bad)


def test_storages_and_updates_of_no_argument_are_unreadable() -> None:
    for changes in (Changes(dirty=[5]), Changes(updates=[Update(index=3, node=Items(kind="list", items=[]))])):
        with pytest.raises(Unreadable):
            Reading(NOTHING, Returned(nonce=0, graph=Graph(), root=-1, changes=changes), b"", {})


def test_a_list_that_holds_itself_comes_to_an_end() -> None:
    found: list[object] = [1]
    found.append(found)
    assert apart(found, found) == 0.0
    assert structure(returned(found)) == ()
