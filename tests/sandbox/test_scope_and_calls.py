"""The two ends of one call, without processes: what the child tells, and what the examiner makes of it."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from call_pair import Pair

from grader.sandbox.decode import Decoder, split_payload
from grader.sandbox.encode import Encoder
from grader.sandbox.graph import Table, Unsendable
from grader.sandbox.messages import Atom, Changes, Graph, Items, Mapping, Update
from grader.sandbox.wire import WireError


def test_an_untouched_call_tells_no_change() -> None:
    pair = Pair(torch.ones(3), [1, {"a": np.ones(2)}], "text")
    assert pair.reply(None) == [None]
    assert pair.changes() == []


def test_changed_bytes_are_told_with_before_and_after() -> None:
    pair = Pair(torch.ones(3))
    pair.inside[0][1] = 5
    pair.reply(None)
    (change,) = pair.examiner.protected_changes()
    assert change.before is not None
    assert change.after is not None
    assert change.before.tolist() == [1.0, 1.0, 1.0]
    assert change.after.tolist() == [1.0, 5.0, 1.0]


def test_a_change_is_found_in_the_view_that_shows_it_only() -> None:
    base = torch.zeros(4)
    pair = Pair(base[:2], base[2:])
    pair.inside[1][0] = 1
    pair.reply(None)
    assert pair.changes() == [("p1", "values")]


def test_a_change_put_back_between_two_frames_is_none() -> None:
    pair = Pair([1, 2], torch.zeros(2))
    pair.inside[0].append(3)
    pair.inside[1].add_(1)
    pair.reply(None, calling_back=True)
    pair.inside[0].pop()
    pair.inside[1].sub_(1)
    pair.reply(None)
    assert pair.changes() == []


def test_a_protected_change_is_shown_to_a_function_of_the_test_and_kept_from_the_caller() -> None:
    items, tensor = [1], torch.zeros(2)
    pair = Pair(items, tensor)
    pair.inside[0].append(2)
    pair.inside[1].add_(1)
    seen = pair.reply(*pair.inside, calling_back=True)
    assert seen[0] == [1, 2]
    assert seen[1].tolist() == [1.0, 1.0]
    assert items == [1]
    assert tensor.tolist() == [0.0, 0.0]


def test_what_is_not_changed_is_shown_as_the_callers_own() -> None:
    changed, same, holder = torch.zeros(1), torch.zeros(1), [torch.zeros(1)]
    pair = Pair(changed, same, holder)
    pair.inside[0].add_(1)
    seen = pair.reply(*pair.inside, calling_back=True)
    assert seen[0] is not changed
    assert seen[1] is same
    assert seen[2] is holder


def test_what_holds_something_changed_is_shown_anew() -> None:
    inner = torch.zeros(1)
    holder = {"w": [inner]}
    pair = Pair(holder)
    pair.inside[0]["w"][0].add_(1)
    (seen,) = pair.reply(pair.inside[0], calling_back=True)
    assert seen["w"][0].tolist() == [1.0]
    assert holder["w"][0] is inner
    assert inner.tolist() == [0.0]


def test_a_declared_argument_stays_the_callers_own_beside_changed_ones() -> None:
    declared, protected = [torch.zeros(1)], torch.zeros(1)
    pair = Pair(declared, protected, mutates=("p0",))
    pair.inside[0][0].add_(1)
    pair.inside[1].add_(1)
    seen = pair.reply(*pair.inside, calling_back=True)
    assert seen[0] is declared
    assert declared[0].tolist() == [1.0]
    assert pair.reply(pair.inside[0][0], calling_back=True)[0] is declared[0]
    assert pair.changes() == [("p1", "values")]


def test_a_declared_list_follows_each_frame_and_is_put_back() -> None:
    declared: list[object] = [1]
    pair = Pair(declared, mutates=("p0",))
    pair.inside[0].append([2])
    pair.reply(None, calling_back=True)
    assert declared == [1, [2]]
    pair.inside[0][1].append(3)
    pair.reply(None, calling_back=True)
    assert declared == [1, [2, 3]]
    del pair.inside[0][1]
    pair.reply(None)
    assert declared == [1]


def test_declared_data_that_moved_and_came_back_is_followed() -> None:
    declared = torch.zeros(2)
    pair = Pair(declared, mutates=("p0",))
    inside, own = pair.inside[0], pair.inside[0].data
    for value in (1.0, 2.0):
        inside.data = torch.full((2,), value)
        pair.reply(None, calling_back=True)
        assert declared.tolist() == [value, value]
    inside.data = own
    pair.reply(None)
    assert declared.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    "changes",
    [
        Changes(dirty=[5]),
        Changes(dirty=[-1]),
        Changes(dirty=[0, 0]),
        Changes(updates=[Update(index=9, node=Atom(value=1))]),
        Changes(updates=[Update(index=-1, node=Atom(value=1))]),
        Changes(updates=[Update(index=0, node=Atom(value=1)), Update(index=0, node=Atom(value=2))]),
        Changes(updates=[Update(index=1, node=Items(kind="list", items=[99]))]),
        Changes(updates=[Update(index=1, node=Items(kind="tuple", items=[]))]),
        Changes(updates=[Update(index=0, node=Items(kind="list", items=[]))]),
    ],
    ids=["unknown storage", "negative storage", "storage twice", "unknown object", "negative object", "object twice",
         "unknown item", "another kind of sequence", "a tensor becomes a list"],
)  # fmt: skip
def test_changes_that_no_local_code_could_make_are_a_breach(changes: Changes) -> None:
    pair = Pair(torch.zeros(4), [1], mutates=("p0", "p1"))
    size = 16 * len(changes.dirty)
    with pytest.raises(WireError):
        pair.examiner.receive(Graph(), changes, np.zeros(size, dtype=np.uint8), calling_back=False)


@pytest.mark.parametrize("mutates", [(), ("p0",)], ids=["protected", "declared"])
@pytest.mark.parametrize(("keys", "values"), [([1], []), ([], [1]), ([1, 2], [1])])
def test_a_dict_that_became_one_of_unequal_numbers_is_a_breach(
    mutates: tuple[str, ...], keys: list[int], values: list[int]
) -> None:
    pair = Pair({"a": 1, "b": 2}, mutates=mutates)
    changes = Changes(updates=[Update(index=0, node=Mapping(keys, values))])
    with pytest.raises(WireError, match="unequal"):
        pair.examiner.receive(Graph(), changes, np.zeros(0, dtype=np.uint8), calling_back=False)


def test_a_list_that_is_filled_with_shares_without_end_is_a_breach() -> None:
    pair = Pair([1], mutates=("p0",))
    known = len(pair.examiner.table.nodes)
    levels = [Items(kind="list", items=[known + level + 1] * 2) for level in range(21)]
    graph = Graph(nodes=[*levels, Atom(value=1)])
    changes = Changes(updates=[Update(index=0, node=Items(kind="list", items=[known] * 3))])
    with pytest.raises(WireError, match="without end"):
        pair.examiner.receive(graph, changes, np.zeros(0, dtype=np.uint8), calling_back=False)


def test_the_child_refuses_what_it_shares_without_end_before_it_is_sent() -> None:
    value: list[Any] = ["a"]
    for _ in range(40):
        value = [value, value]
    encoder = Encoder(Table(), whole=False, other=no_other)
    encoder.add(value)
    with pytest.raises(Unsendable, match="too-large"):
        encoder.finish()


@pytest.mark.parametrize(
    "value",
    [
        range(10**15),
        [range(10**6)] * 5,
        np.empty((2**45, 0), np.float32),
        torch.zeros(1).expand(30_000, 6_000),
        torch.zeros(1 << 15).as_strided((1 << 14, 1 << 14), (1, 1)),
    ],
    ids=["range", "ranges", "rows", "expanded", "overlapping"],
)
def test_the_child_refuses_what_is_large_only_when_it_is_walked(value: Any) -> None:
    encoder = Encoder(Table(), whole=False, other=no_other)
    with pytest.raises(Unsendable, match="too-large"):
        encoder.add(value)
        encoder.finish()


@pytest.mark.parametrize(
    "value",
    [
        range(10**6),
        np.empty((0, 3)),
        torch.empty(64, 0, 3),
        torch.ones(512, 512, dtype=torch.bool).expand(8, 12, 512, 512),
    ],
    ids=["range", "no-rows", "empty", "mask"],
)
def test_ordinary_ranges_and_empty_and_expanded_arrays_still_come(value: Any) -> None:
    encoder = Encoder(Table(), whole=False, other=no_other)
    encoder.add(value)
    graph, buffers = encoder.finish()
    decoder = Decoder(Table(), handle=no_other)
    decoder.read(graph, split_payload(np.frombuffer(b"".join(buffers), np.uint8), graph.storages))
    assert getattr(decoder.value(0), "shape", value) == getattr(value, "shape", value)


def test_a_table_of_a_million_shared_rows_still_comes() -> None:
    encoder = Encoder(Table(), whole=False, other=no_other)
    encoder.add([[0.0] * 1_000] * 1_000)
    graph, _ = encoder.finish()
    decoder = Decoder(Table(), handle=no_other, callback=None)
    decoder.read(graph, [])
    rows = decoder.value(0)
    assert rows[0] is rows[999]
    assert len(rows[0]) == 1_000


def no_other(value: object) -> Any:
    raise AssertionError(f"nothing but plain data: {value!r}")


def test_a_declared_tensor_cannot_change_its_dtype() -> None:
    pair = Pair(torch.zeros(4), mutates=("p0",))
    node = msgspec.structs.replace(pair.examiner.table.nodes[0], dtype="int32")
    with pytest.raises(WireError, match="dtype"):
        pair.examiner.receive(
            Graph(), Changes(updates=[Update(index=0, node=node)]), np.zeros(0, dtype=np.uint8), calling_back=False
        )


def test_an_argument_of_a_kind_that_is_not_sent_is_refused() -> None:
    with pytest.raises(Unsendable, match="unsupported"):
        Pair({1, 2})
    with pytest.raises(Unsendable, match="unsupported"):
        Pair({torch.ones(1): 1})
