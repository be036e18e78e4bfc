"""What lies in the memory of an argument and is none stays with the test: neither read, nor named, nor changed."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from call_pair import HOOKS, Pair
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_round_trip import graphs

from grader.sandbox import decode
from grader.sandbox.calls import CallScope
from grader.sandbox.decode import Decoder, split_payload
from grader.sandbox.encode import Encoder
from grader.sandbox.graph import Table
from grader.sandbox.memory import bytes_array
from grader.sandbox.messages import ArraySpec, Changes, Graph, Node, TensorSpec
from grader.sandbox.reach import Layout, Reach, runs_of
from grader.sandbox.wire import WireError

THOROUGH = settings(
    max_examples=300, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def behind(part: torch.Tensor) -> torch.Tensor:
    """Return all of the memory that a tensor lies in."""
    return torch.empty(0, dtype=part.dtype).set_(part.untyped_storage())


# ----------------------------------------------------------------------------------------------- which bytes they are

SIZE = 60


def bytes_of(layout: Layout) -> set[int]:
    """List an array's bytes one element at a time."""
    places = itertools.product(*map(range, layout.shape))
    firsts = (layout.offset + sum(map(int.__mul__, place, layout.strides)) for place in places)
    return {first + byte for first in firsts for byte in range(layout.itemsize)}


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """Make a layout inside of SIZE bytes: overlapping, expanded, backwards, empty, as it comes."""
    itemsize = draw(st.sampled_from([1, 2, 4]))
    shape = draw(st.lists(st.integers(0, 4), max_size=3))
    strides = [draw(st.integers(-6, 6)) for _ in shape]
    found = Layout(shape, strides, 0, itemsize)
    reached = bytes_of(found) or {0}
    low, high = min(reached), max(reached)
    if high - low >= SIZE:
        return Layout([0], [1], 0, itemsize)
    return found._replace(offset=draw(st.integers(-low, SIZE - 1 - high)))


@THOROUGH
@given(st.lists(layouts(), max_size=4), layouts())
def test_a_reach_is_every_byte_of_its_arrays_and_no_other(sent: list[Layout], asked: Layout) -> None:
    expected = set().union(*map(bytes_of, sent))
    reach = Reach.of(sent)
    ones = np.ones(SIZE, dtype=np.uint8)
    shown = np.frombuffer(b"".join(reach.parts(ones)), dtype=np.uint8)
    assert set(np.flatnonzero(shown).tolist()) == expected
    assert len(shown) == SIZE
    copied = np.zeros(SIZE, dtype=np.uint8)
    reach.copy(ones, copied)
    assert copied.tolist() == shown.tolist()
    assert reach.is_all(SIZE) is (len(expected) == SIZE)
    assert not reach.differs(ones, shown)
    assert reach.differs(ones, ones * 0) is bool(expected)
    runs = runs_of(asked)
    assert (runs is None or reach.covers(runs)) is (bytes_of(asked) <= expected)


@pytest.mark.parametrize(
    "view",
    [
        lambda x: x,
        lambda x: x.T,
        lambda x: x[:, :, None].expand(-1, -1, 1_000_000),
        lambda x: x.view(-1).unfold(0, 500, 1),
        lambda x: x.view(-1).unfold(0, 10, 5),
        lambda x: x[None, :, :10].expand(1000, 100, 10).transpose(0, 2),
    ],
    ids=["plain", "transposed", "expanded", "unfolded", "unfolded in steps", "many ways"],
)
def test_however_often_an_array_shows_its_memory_it_is_one_run(view: Any) -> None:
    tensor = view(torch.zeros(100, 10))
    runs = runs_of(Layout(tensor.shape, [step * 4 for step in tensor.stride()], 0, 4))
    assert runs is not None
    assert (runs.start, runs.end, runs.counts) == (0, 4000, ())


# ------------------------------------------------------------------------------------------------------- what is sent


@THOROUGH
@given(graphs())
def test_of_any_graph_nothing_is_sent_but_its_elements(value: Any) -> None:
    encoder = Encoder(Table(), whole=True, other=HOOKS.other)
    encoder.add(value)
    graph, buffers = encoder.finish()
    parts = split_payload(np.frombuffer(b"".join(buffers), dtype=np.uint8).copy(), graph.storages)
    for index, (memory, part) in enumerate(zip(encoder.table.memories, parts, strict=True)):
        nodes = [node for node in graph.nodes if isinstance(node, TensorSpec | ArraySpec) and node.storage == index]
        reached = set().union(*(bytes_of(Layout.of(node)) for node in nodes))
        there = bytes_array(memory).tolist()
        assert part.tolist() == [byte if at in reached else 0 for at, byte in enumerate(there)]


@pytest.mark.parametrize(
    "of",
    [
        lambda table: table[2:5],
        lambda table: table[:, :2],
        lambda table: table[1:4, 1],
        lambda table: table[3, 1],
        lambda table: table[3:3],
        lambda table: [table[0], table[2:5, 1:]],
        lambda table: {"a": (table[::2], table[1])},
        lambda table: table.numpy()[::-2, ::-1],
        lambda table: table.numpy().T[1],
        lambda table: table[:4].requires_grad_(),
        lambda table: table.view(torch.bfloat16)[:, 3],
        lambda table: torch.view_as_complex(table[:, :2].contiguous()).imag,
        lambda table: table[:2].expand(3, 2, 3),
    ],
    ids=["rows", "columns", "part of a column", "a number", "empty", "several", "nested", "backwards", "array", "grad",
         "bfloat16", "imaginary", "expanded"],
)  # fmt: skip
def test_a_child_sees_its_arguments_and_nothing_around_them(of: Any) -> None:
    passed = of(torch.arange(100.0, 118.0).reshape(6, 3))
    pair = Pair(passed)
    shown = sum(int(np.count_nonzero(bytes_array(memory))) for memory in pair.child.table.memories)
    own = sum(int(np.count_nonzero(part)) for part in _elements(passed))
    assert shown == own


def _elements(value: Any) -> list[Any]:
    """List the bytes of each array in a value, each element once."""
    if isinstance(value, torch.Tensor):
        value = value.detach()
        value = value[0] if 0 in value.stride() else value
        return [value.contiguous().view(-1).view(torch.uint8).numpy()]
    if isinstance(value, np.ndarray):
        return [np.ascontiguousarray(value).view(np.uint8)]
    return [part for item in (value.values() if isinstance(value, dict) else value) for part in _elements(item)]


def test_a_gradient_is_sent_with_its_tensor_and_what_surrounds_it_is_not() -> None:
    weights = torch.ones(2, requires_grad=True)
    gradients = torch.arange(1.0, 7.0)
    weights.grad = gradients[2:4]
    pair = Pair(weights)
    assert behind(pair.inside[0].grad).tolist() == [0, 0, 3, 4, 0, 0]


def test_views_of_one_memory_lie_in_the_child_as_they_lie_here() -> None:
    table = torch.arange(1.0, 13.0).reshape(3, 4)
    pair = Pair(table[0, 1:3], table[:, 2])
    row, column = pair.inside
    assert (row.storage_offset(), column.storage_offset(), column.stride()) == (1, 2, (4,))
    column[0] = 50
    assert row.tolist() == [2, 50]
    assert behind(row).tolist() == [0, 2, 50, 0, 0, 0, 7, 0, 0, 0, 11, 0]


def test_a_part_that_was_met_before_the_whole_brings_nothing_with_it() -> None:
    data = np.arange(1.0, 9.0)
    pair = Pair(torch.from_numpy(data[2:4]), data[4:6])
    assert behind(pair.inside[0]).tolist() == [0, 0, 3, 4, 5, 6, 0, 0]


def test_an_answer_carries_what_was_answered_and_no_more() -> None:
    secret = torch.arange(1.0, 6.0)
    pair = Pair(1)
    answer = pair.ask(lambda place: secret[place], 3)
    assert answer.item() == 4
    assert behind(answer).tolist() == [0, 0, 0, 4, 0]


def test_an_answer_from_beside_an_argument_arrives_as_it_is() -> None:
    data = torch.arange(1.0, 9.0)
    pair = Pair(data[:4], 6)
    further, inner = pair.ask(lambda place: [data[2:place], data[1:3]], 6)
    assert further.tolist() == [3, 4, 5, 6]
    assert behind(further).tolist() == [0, 0, 3, 4, 5, 6, 0, 0]
    inner[0] = 0  # what the child has of the argument is the argument's
    assert pair.inside[0].tolist() == [1, 0, 3, 4]


def test_a_storage_that_is_used_entirely_is_sent_without_a_copy() -> None:
    whole = torch.ones(1000)
    scope = CallScope(HOOKS)
    _, _, _, buffers = scope.encode(
        [whole[500:], whole[:500], whole.view(10, 100).t()], {}, places=["a", "b", "c"], mutates=frozenset()
    )
    (part,) = (part for part in buffers if len(part))
    assert np.shares_memory(np.frombuffer(part, dtype=np.uint8), whole.numpy())


# --------------------------------------------------------------------------------------------- what it names in return


def test_a_result_that_lies_within_an_argument_is_a_view_of_it() -> None:
    table = torch.zeros(4, 3)
    array = np.zeros((4, 3))
    pair = Pair(table[:, :2], array[::2])
    inside, rows = pair.inside
    turned, column, lower = pair.reply(inside.t(), inside[1:, 1], rows[::-1, 1:])
    table[1, 1] = array[2, 2] = 7
    assert turned[1, 1].item() == column[0].item() == lower[0, 1] == 7


def test_a_result_that_reaches_around_an_argument_shows_what_the_child_sees_there() -> None:
    table = torch.arange(1.0, 7.0)
    array = np.arange(1.0, 7.0)
    pair = Pair(table[:2], array[:2])
    whole = np.frombuffer(pair.inside[1].base, np.float64)
    tensor_there, array_there = pair.reply(behind(pair.inside[0]), whole)
    assert tensor_there.tolist() == array_there.tolist() == [1, 2, 0, 0, 0, 0]
    tensor_there.zero_()
    assert table.tolist() == [1, 2, 3, 4, 5, 6]
    assert pair.changes() == []


def test_what_the_child_makes_of_the_memory_around_is_shown_and_touches_nothing() -> None:
    table = torch.arange(1.0, 7.0)
    pair = Pair(table[:2])
    behind(pair.inside[0])[2:4] = 9
    first, second = pair.reply(behind(pair.inside[0])[1:4], behind(pair.inside[0])[3:])
    assert first.tolist() == [2, 9, 9]
    assert second.tolist() == [9, 0, 0]
    assert second.untyped_storage().data_ptr() == first.untyped_storage().data_ptr()
    assert table.tolist() == [1, 2, 3, 4, 5, 6]
    assert pair.changes() == []


def test_a_function_of_the_test_is_not_shown_its_own_memory_either() -> None:
    table = torch.arange(1.0, 7.0)
    pair = Pair(table[:2], torch.zeros(1))
    seen: list[list[float]] = []
    pair.ask(lambda x: seen.append(x.tolist()), behind(pair.inside[0]))
    pair.inside[1].add_(1)  # from here on arguments are shown as replicas
    pair.ask(lambda x: seen.append(x.tolist()), behind(pair.inside[0]))
    assert seen == [[1, 2, 0, 0, 0, 0]] * 2


NODES = st.builds(
    TensorSpec,
    storage=st.integers(0, 1),
    dtype=st.sampled_from(["uint8", "int16", "int64", "bool"]),
    shape=st.lists(st.integers(0, 8), max_size=3),
    stride=st.lists(st.integers(0, 12), max_size=3),
    offset=st.integers(0, 64),
) | st.builds(
    ArraySpec,
    storage=st.integers(0, 1),
    dtype=st.sampled_from(["uint8", "int16", "int64"]),
    shape=st.lists(st.integers(0, 8), max_size=3),
    strides=st.lists(st.integers(-12, 12), max_size=3),
    offset=st.integers(0, 64),
)


@THOROUGH
@given(st.lists(NODES, min_size=1, max_size=4), st.booleans())
def test_no_frame_names_a_byte_that_was_not_sent(nodes: list[Node], calling_back: bool) -> None:
    """Every byte that is sent is 1 here, and every other one 99."""
    memory = torch.full((8, 8), 99, dtype=torch.uint8)
    array = np.full(64, 99, dtype=np.uint8)
    memory[2:7, 1:4] = 1
    array[40:8:-3] = 1
    scope = CallScope(HOOKS)
    scope.encode([memory[2:7, 1:4], array[40:8:-3]], {}, places=["a", "b"], mutates=frozenset({"a"}))
    try:
        scope.receive(Graph(nodes=nodes), Changes(), np.zeros(0, np.uint8), calling_back=calling_back)
    except WireError:
        return
    for made in scope.table.objects[2:]:
        assert 99 not in np.ascontiguousarray(np.asarray(made)).reshape(-1).view(np.uint8)


def test_layouts_that_take_long_to_look_through_are_taken_for_ones_that_reach_further(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = torch.arange(12.0).reshape(4, 3)
    pair = Pair(table[:, :2])
    monkeypatch.setattr(decode, "MAX_LOOKED_THROUGH", 16)
    near, far = pair.reply(pair.inside[0][:2], pair.inside[0][2:])
    table[:] = 0
    assert near.tolist() == [[0, 0], [0, 0]]
    assert far.tolist() == [[6, 7], [9, 10]]


def test_a_decoder_that_has_nothing_beyond_refuses_what_reaches_there() -> None:
    scope = CallScope(HOOKS)
    scope.encode([torch.zeros(4)[:2]], {}, places=["a"], mutates=frozenset())
    decoder = Decoder(scope.table, handle=HOOKS.other)
    with pytest.raises(WireError, match="not sent"):
        decoder.read(Graph(nodes=[TensorSpec(0, "float32", [3], [1], 0)]), [])


# ---------------------------------------------------------------------------------------------------- what it changes


def test_a_protected_row_beside_a_declared_one_stays_protected() -> None:
    weights, gradient = table = torch.ones(2, 3)
    pair = Pair(weights, gradient, mutates=("p0",))
    pair.inside[0].mul_(5)
    pair.inside[1].zero_()
    pair.reply(None)
    assert pair.changes() == [("p1", "values")]
    assert table.tolist() == [[5, 5, 5], [1, 1, 1]]


def test_a_protected_column_between_declared_ones_stays_protected() -> None:
    table = np.ones((2, 3))
    pair = Pair(table[:, ::2], table[:, 1], mutates=("p0",))
    pair.inside[0][:] = 5
    pair.reply(None, calling_back=True)
    assert pair.changes() == []
    pair.inside[1][1] = 7
    pair.reply(None, calling_back=True)
    assert pair.changes() == [("p1", "values")]
    pair.inside[1][1] = 1
    pair.reply(None)
    assert pair.changes() == []
    assert table.tolist() == [[5, 1, 5], [5, 1, 5]]


def test_what_a_declared_and_a_protected_argument_both_show_may_change() -> None:
    data = torch.zeros(6)
    pair = Pair(data[:4], data[2:], mutates=("p0",))
    pair.inside[0].fill_(1)
    pair.reply(None)
    assert pair.changes() == []
    assert data.tolist() == [1, 1, 1, 1, 0, 0]
    pair.inside[1].fill_(2)
    pair.reply(None)
    assert pair.changes() == [("p1", "values")]
    assert data.tolist() == [1, 1, 2, 2, 0, 0]


@pytest.mark.parametrize("mutates", [(), ("p0",)], ids=["protected", "declared"])
def test_what_the_child_writes_around_its_arguments_reaches_nobody(mutates: tuple[str, ...]) -> None:
    start, _ = table = torch.ones(2, 3)
    pair = Pair(start, mutates=mutates)
    behind(pair.inside[0])[3:] = 8
    pair.reply(None, calling_back=True)
    behind(pair.inside[0]).mul_(2)
    pair.reply(None)
    assert pair.changes() == ([] if mutates else [("p0", "values")])
    assert table.tolist() == [[2, 2, 2] if mutates else [1, 1, 1], [1, 1, 1]]


def test_a_declared_tensor_that_is_moved_to_the_memory_around_it_shows_what_the_child_sees_there() -> None:
    start, goal = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    pair = Pair(start, mutates=("p0",))
    inside, own = pair.inside[0], pair.inside[0].data
    inside.set_(inside.untyped_storage(), 2, (2,), (1,))
    pair.reply(None, calling_back=True)
    assert start.tolist() == [0, 0]
    inside.fill_(6)
    pair.reply(None, calling_back=True)
    assert start.tolist() == [6, 6]
    inside.data = own
    pair.reply(None)
    assert start.tolist() == [1, 2]
    assert goal.tolist() == [3, 4]


def test_a_declared_tensor_grows_into_the_memory_around_it_without_changing_that() -> None:
    table = torch.arange(1.0, 7.0)
    part = table[:2]
    pair = Pair(part, mutates=("p0",))
    pair.inside[0].resize_(4)[2:] = 9
    pair.reply(None)
    assert part.tolist() == [1, 2, 9, 9]
    assert table.tolist() == [1, 2, 3, 4, 5, 6]


def test_a_function_of_the_test_sees_a_declared_row_itself_and_a_protected_one_as_it_is_in_the_child() -> None:
    weights, gradient = torch.ones(2, 3)
    pair = Pair(weights, gradient, mutates=("p0",))
    pair.inside[0].mul_(5)
    pair.inside[1].zero_()
    own, replica = pair.reply(*pair.inside, calling_back=True)
    assert own is weights
    assert weights.tolist() == [5, 5, 5]
    assert replica.tolist() == [0, 0, 0]
    assert gradient.tolist() == [1, 1, 1]
