"""Object graphs of a hostile child: what breaks a rule is a WireError at once, and the examiner's objects stay."""

from __future__ import annotations

import contextlib
import math
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from hostile_frames import decode, payload_of, sent, take

from grader.sandbox.decode import Decoder, split_payload
from grader.sandbox.graph import MAX_ELEMENTS, MAX_INT_DIGITS, MAX_NODES, MAX_SHOWN_BYTES, MAX_UNFOLDED, Table
from grader.sandbox.messages import (
    ArraySpec,
    Atom,
    BigInt,
    Blob,
    CallbackSpec,
    Changes,
    Graph,
    HandleSpec,
    Items,
    Mapping,
    Node,
    SliceSpec,
    TensorSpec,
    Token,
    Update,
)
from grader.sandbox.wire import MIB, WireError

ONE = Atom(value=1)
KINDS = pytest.mark.parametrize("kind", ["tensor", "array"])


def dense(kind: str, shape: list[int], strides: list[int], *, offset: int = 0, dtype: str = "float32") -> Node:
    """Describe a tensor or array over storage 0; strides in elements, offset in bytes."""
    if kind == "tensor":
        return TensorSpec(0, dtype, shape, strides, offset)
    size = 1 if dtype == "bool" else int(dtype.strip("abcdefghijklmnopqrstuvwxyz")) // 8
    return ArraySpec(0, dtype, shape, [step * size for step in strides], offset)


def refused(*nodes: Node, storages: tuple[int, ...] = (), payload: bytes = b"", match: str = ".") -> None:
    with pytest.raises(WireError, match=match):
        decode(nodes, storages=storages, payload=payload)


# ----------------------------------------------------------------------------------------- arrays and tensors


@KINDS
@pytest.mark.parametrize(
    ("shape", "strides", "offset"),
    [
        ([-1], [1], 0),
        ([2, -2], [1, 1], 0),
        ([5], [1], 0),
        ([4], [1], 4),
        ([4], [1], 16),
        ([4], [1], -4),
        ([1], [1], 16),
        ([1], [1], 2**62),
        ([2], [4], 0),
        ([2], [2**62], 0),
        ([2**31, 2**31], [0, 0], 0),
        ([2**32, 2**32], [0, 0], 0),
        ([2**63], [0], 0),
        ([2**62, 4], [0, 0], 0),
        ([MAX_ELEMENTS + 1], [0], 0),
        ([4], [], 0),
        ([], [1], 0),
        ([4], [1, 1], 0),
        ([1] * 33, [0] * 33, 0),
        ([0, 2**62], [1, 1], 0),
        ([2**62, 2**62, 0], [0, 0, 0], 0),
        ([0], [1], 17),
    ],
)
def test_an_array_outside_its_storage_is_refused(kind: str, shape: list[int], strides: list[int], offset: int) -> None:
    refused(dense(kind, shape, strides, offset=offset), storages=(16,), payload=bytes(16))


def test_a_tensor_with_a_negative_stride_is_refused() -> None:
    refused(TensorSpec(0, "float32", [4], [-1], 12), storages=(16,), payload=bytes(16))


def test_an_array_with_a_negative_stride_may_begin_at_its_end_only() -> None:
    made = decode([ArraySpec(0, "uint8", [16], [-1], 15)], storages=(16,), payload=bytes(range(16)))
    assert made.tolist() == list(range(15, -1, -1))
    refused(ArraySpec(0, "uint8", [16], [-1], 14), storages=(16,), payload=bytes(16))
    refused(ArraySpec(0, "uint8", [2], [-(2**63)], 15), storages=(16,), payload=bytes(16))


@pytest.mark.parametrize("offset", [1, 2, 3, 5, 7])
def test_a_misaligned_tensor_is_refused(offset: int) -> None:
    refused(TensorSpec(0, "float32", [1], [1], offset), storages=(16,), payload=bytes(16))


def test_a_misaligned_array_is_an_ordinary_array_of_numpy() -> None:
    made = decode([ArraySpec(0, "uint32", [1], [4], 1)], storages=(16,), payload=bytes(range(16)))
    assert made.tolist() == [0x04030201]


@pytest.mark.parametrize("index", [-1, 1, 2, 2**62, -(2**63)])
@KINDS
def test_a_storage_that_is_not_there_is_refused(kind: str, index: int) -> None:
    node = msgspec.structs.replace(dense(kind, [1], [1]), storage=index)  # type: ignore[type-var]
    refused(node, storages=(16,), payload=bytes(16))


@pytest.mark.parametrize(
    ("storages", "length"),
    [((16,), 0), ((16,), 15), ((16,), 17), ((16,), 32), ((8,), 8), ((), 1), ((-1,), 0), ((2**62,), 16), ((16, -16), 0)],
)
def test_a_payload_of_another_length_is_refused(storages: tuple[int, ...], length: int) -> None:
    refused(ONE, storages=storages, payload=bytes(length))


@pytest.mark.parametrize("dtype", ["object", "O", "float8_e5m2", "quint8", "U8", "", "torch.float32", "float32\0", "V"])
@pytest.mark.parametrize("spec", [TensorSpec, ArraySpec])
def test_a_dtype_that_is_not_on_the_list_is_refused(spec: type, dtype: str) -> None:
    refused(spec(0, dtype, [1], [1], 0), storages=(16,), payload=bytes(16))


@KINDS
@pytest.mark.parametrize("byte", [2, 128, 255])
def test_a_bool_byte_other_than_0_and_1_is_refused(kind: str, byte: int) -> None:
    assert (
        decode([dense(kind, [2], [1], dtype="bool")], storages=(2,), payload=bytes([1, *[0] * 15])).tolist()[0] is True
    )
    refused(dense(kind, [2], [1], dtype="bool"), storages=(2,), payload=bytes([1, byte, *[0] * 14]))


def test_many_bool_tensors_over_one_large_storage_cost_one_pass() -> None:
    began = time.monotonic()
    nodes = [TensorSpec(0, "bool", [1], [1], 0)] * 2000
    decode(nodes, storages=(32 * MIB,), payload=bytes(32 * MIB))
    assert time.monotonic() - began < 1.0  # 2,000 passes take ten seconds


@KINDS
def test_nan_and_infinity_are_ordinary_numbers(kind: str) -> None:
    values = np.array([math.nan, math.inf, -math.inf, -0.0], np.float32)
    made = decode([dense(kind, [4], [1])], storages=(16,), payload=values.tobytes())
    assert np.asarray(made).tobytes() == values.tobytes()


def test_expanding_makes_many_elements_from_no_memory() -> None:
    tracemalloc.start()
    elements = MAX_SHOWN_BYTES // 4
    made = decode([TensorSpec(0, "float32", [elements], [0], 0)], storages=(4,), payload=bytes(16))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert made.numel() == elements
    assert peak < MIB


@KINDS
@pytest.mark.parametrize(
    ("shape", "strides"),
    [
        ([MAX_SHOWN_BYTES // 4 + 1], [0]),
        ([30_000, 6_000], [0, 0]),
        ([1 << 14, 1 << 14], [1, 1]),
        ([2**45, 0], [1, 1]),
        ([0, 2**45], [0, 0]),
        ([MAX_SHOWN_BYTES // 4 + 1, 0], [1, 1]),
        ([2**20, 0, 2**20], [0, 0, 0]),
    ],
)
def test_elements_and_rows_made_from_nothing_are_refused_where_real_ones_are(
    kind: str, shape: list[int], strides: list[int]
) -> None:
    refused(dense(kind, shape, strides), storages=(4 << 15,), payload=bytes(4 << 15), match="array of shape")


@KINDS
@pytest.mark.parametrize(
    ("shape", "strides"),
    [([0, 7], [7, 1]), ([5, 0, 3], [0, 3, 1]), ([1_000_000, 0], [1, 1]), ([64, 12, 256, 256], [0, 0, 256, 1])],
)
def test_empty_and_expanded_arrays_of_ordinary_shapes_come(kind: str, shape: list[int], strides: list[int]) -> None:
    made = decode([dense(kind, shape, strides, dtype="bool")], storages=(1 << 16,), payload=bytes(1 << 16))
    assert list(made.shape) == shape


def test_a_test_may_pass_what_a_child_may_not_return() -> None:
    table = Table()
    decoder = Decoder(table, handle=lambda spec: object(), callback=lambda spec: print)
    nodes: list[Node] = [
        TensorSpec(0, "float32", [MAX_ELEMENTS], [0], 0),
        Token("range", f"0,{10**15},1"),
        CallbackSpec(0, "f", True, []),
    ]
    decoder.read(Graph([4], nodes), split_payload(payload_of(bytes(16)), [4]))
    assert table.objects[0].numel() == MAX_ELEMENTS  # type: ignore[attr-defined]
    assert table.objects[1:] == [range(10**15), print]


def test_a_scalar_with_a_shape_is_refused() -> None:
    refused(ArraySpec(0, "float32", [1], [4], 0, scalar=True), storages=(4,), payload=bytes(16))


def test_an_int_tensor_that_requires_grad_is_refused() -> None:
    refused(TensorSpec(0, "int64", [1], [1], 0, requires_grad=True), storages=(8,), payload=bytes(16))


@pytest.mark.parametrize(
    "grad",
    [
        TensorSpec(0, "float32", [2], [1], 0),
        TensorSpec(0, "float64", [1], [1], 0),
        ArraySpec(0, "float32", [1], [4], 0),
        Items("list", []),
        ONE,
    ],
    ids=["shape", "dtype", "array", "list", "number"],
)
def test_a_gradient_that_does_not_fit_is_refused(grad: Node) -> None:
    refused(TensorSpec(0, "float32", [1], [1], 0, requires_grad=True, grad=1), grad, storages=(16,), payload=bytes(16))


@pytest.mark.parametrize("ref", [0, 2, -2, 2**62])
def test_a_gradient_that_is_no_reference_is_refused_or_none(ref: int) -> None:
    nodes = [TensorSpec(0, "float32", [1], [1], 0, requires_grad=True, grad=ref)]
    if ref < 0:  # any negative number stands for none
        assert decode(nodes, storages=(16,), payload=bytes(16)).grad is None
    else:
        refused(*nodes, storages=(16,), payload=bytes(16))


def test_what_is_made_is_an_exact_tensor_or_array() -> None:
    made = decode(
        [
            Items("list", [1, 2]),
            TensorSpec(0, "float32", [1], [1], 0, requires_grad=True),
            ArraySpec(0, "int8", [1], [1], 0),
        ],
        storages=(16,),
        payload=bytes(16),
    )
    assert [type(item) for item in made] == [torch.Tensor, np.ndarray]
    assert made[0].is_leaf
    assert not made[0].is_shared()


# ---------------------------------------------------------------------------------- references and containers


@pytest.mark.parametrize("ref", [-1, 1, 99, 2**62, -(2**63)])
@pytest.mark.parametrize(
    "holder",
    [
        lambda ref: Items("list", [ref]),
        lambda ref: Items("tuple", [ref]),
        lambda ref: Items("Size", [ref]),
        lambda ref: Mapping([ref], [0]),
        lambda ref: Mapping([], [ref]),
        lambda ref: SliceSpec(ref, ref, ref),
    ],
    ids=["list", "tuple", "size", "key", "value", "slice"],
)
def test_a_reference_out_of_range_is_refused(holder: Callable[[int], Node], ref: int) -> None:
    refused(holder(ref))


@pytest.mark.parametrize("root", [-1, -2, 1, 2**62])
def test_a_result_out_of_range_is_refused(root: int) -> None:
    scope = sent(torch.zeros(2))
    decoder = take(scope, Graph(nodes=[]))
    with pytest.raises(WireError):
        decoder.value(root)


def test_a_list_may_hold_itself() -> None:
    made = decode([Items("list", [0])])
    assert made[0] is made


def test_a_dict_may_hold_itself_as_a_value() -> None:
    made = decode([Mapping([1], [0]), ONE])
    assert made[1] is made


@pytest.mark.parametrize(
    "nodes",
    [
        [Items("tuple", [0])],
        [Items("tuple", [1]), Items("tuple", [0])],
        [Items("Size", [0])],
        [SliceSpec(0, 0, 0)],
        [Mapping([0], [0])],
        [Mapping([1], [1]), Items("tuple", [1])],
        [TensorSpec(0, "float32", [1], [1], 0, requires_grad=True, grad=0)],
    ],
    ids=["tuple", "two-tuples", "size", "slice", "own-key", "key", "gradient"],
)
def test_what_cannot_hold_itself_is_refused(nodes: list[Node]) -> None:
    storages = (4,) if isinstance(nodes[0], TensorSpec) else ()
    refused(*nodes, storages=storages, payload=bytes(16) if storages else b"")


@pytest.mark.parametrize("kind", ["list", "tuple"])
def test_ten_thousand_levels_are_refused(kind: str) -> None:
    refused(*[Items(kind, [index + 1]) for index in range(10_000)], ONE, match="too deep")


def test_ten_thousand_levels_of_dicts_are_refused() -> None:
    nodes = [Mapping([10_000], [index + 1]) for index in range(10_000)]
    refused(*nodes, ONE, match="too deep")


@pytest.mark.parametrize("kind", ["set", "frozenset", "deque", "", "List", "builtins.list", "namedtuple"])
def test_a_sequence_of_another_kind_is_refused(kind: str) -> None:
    refused(Items(kind, []))


@pytest.mark.parametrize("value", [-1, 2**62, 0.5, True, None, "1"])
def test_a_size_of_what_is_no_size_is_refused(value: Any) -> None:
    refused(Items("Size", [1]), Atom(value=value))


@pytest.mark.parametrize(
    "key",
    [
        [Items("list", [])],
        [Mapping([], [])],
        [TensorSpec(0, "float32", [1], [1], 0)],
        [ArraySpec(0, "float32", [1], [4], 0)],
        [HandleSpec(1, "object", "Evil")],
        [SliceSpec(2, 2, 2), ONE],
        [Token("ellipsis", "")],
        [Token("range", "0,9,1")],
        [Items("tuple", [2]), Items("list", [])],
        [Items("tuple", [2]), HandleSpec(1, "object", "Evil")],
    ],
    ids=["list", "dict", "tensor", "array", "handle", "slice", "ellipsis", "range", "in-tuple", "handle-in-tuple"],
)
def test_a_dict_key_that_builtin_code_alone_does_not_hash_is_refused(key: list[Node]) -> None:
    refused(Mapping([1], [0]), *key, storages=(16,), payload=bytes(16), match="key")


@pytest.mark.parametrize("keys", [(1, 1), (1, True), (1, 1.0), ("a", "a"), (None, None), (0.0, -0.0)])
def test_the_same_dict_key_twice_is_refused(keys: tuple[Any, Any]) -> None:
    refused(Mapping([1, 2], [0, 0]), *(Atom(value=key) for key in keys), match="twice")


@pytest.mark.parametrize(("keys", "values"), [([1], []), ([], [1]), ([1, 2], [1])])
def test_a_dict_with_unequal_numbers_of_keys_and_values_is_refused(keys: list[int], values: list[int]) -> None:
    refused(Mapping(keys, values), ONE, Atom(value=2))


@pytest.mark.parametrize("kind", ["list", "tuple"])
def test_lists_that_share_without_end_are_refused(kind: str) -> None:
    levels = [Items(kind, [level + 1] * 2) for level in range(40)]
    refused(*levels, ONE, match="without end")


@pytest.mark.parametrize("text", [f"0,{10**15},1", f"0,{-(10**15)},-1", f"0,{10**40},3", f"0,{MAX_UNFOLDED + 1},1"])
def test_a_range_that_is_longer_than_any_list_is_refused(text: str) -> None:
    refused(Token("range", text), match="without end")


def test_lists_of_long_ranges_are_refused_when_they_are_too_long_together() -> None:
    refused(Items("list", [1] * 5), Token("range", "0,1000000,1"), match="without end")
    decode([Items("list", [1] * 4), Token("range", "0,1000000,1")])


@pytest.mark.parametrize("text", ["0,1000000,1", "5,-5,-2", "0,0,1", f"0,{10**15},{10**12}", f"{10**20},{10**20},7"])
def test_a_range_of_ordinary_length_comes(text: str) -> None:
    assert decode([Token("range", text)]) == range(*map(int, text.split(",")))


def test_a_list_that_holds_itself_twice_comes() -> None:
    made = decode([Items("list", [0, 0, 1]), ONE])
    assert made[0] is made


def test_keys_made_to_collide_are_refused_before_they_cost_time() -> None:
    prime = 2**61 - 1  # hash(k * prime) is 0 for every k
    numbers = [BigInt(f"{k * prime:x}") for k in range(1, 40_000)]
    began = time.monotonic()
    refused(Mapping(list(range(1, 40_000)), [0] * 39_999), *numbers)
    assert time.monotonic() - began < 2.0  # a minute without the check


def test_a_key_that_grows_without_end_when_it_is_hashed_is_refused() -> None:
    began = time.monotonic()
    tuples = [Items("tuple", [level + 2] * 50) for level in range(7)]
    refused(Mapping([1], [0]), *tuples, ONE)
    assert time.monotonic() - began < 1.0


def test_ordinary_keys_are_taken() -> None:
    keys = [Atom(value="W1"), ONE, Items("tuple", [1, 4]), Atom(value=2.5), Token("torch.dtype", "float32"), Blob(b"x")]
    made = decode([Mapping([1, 2, 3, 5, 6], [0] * 5), *keys])
    assert list(made) == ["W1", 1, ("W1", 2.5), torch.float32, b"x"]


# ------------------------------------------------------------------------------------------------- constants


@pytest.mark.parametrize("digits", ["", "x", "0x", "1g", " ", "-", "--1", "1" * (MAX_INT_DIGITS + 2), "१२_", "1__0"])
def test_an_int_with_bad_digits_is_refused(digits: str) -> None:
    refused(BigInt(digits))


def test_a_large_int_is_the_int_that_it_was() -> None:
    assert decode([BigInt("-" + "f" * MAX_INT_DIGITS)]) == -(16**MAX_INT_DIGITS) + 1


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("torch.dtype", "load"),
        ("torch.dtype", "float8_e4m3fn"),
        ("torch.device", "cuda:99999999999"),
        ("torch.device", "meta"),
        ("torch.device", "cpu:0:0"),
        ("torch.device", "\0"),
        ("range", ""),
        ("range", "1,2"),
        ("range", "1,2,0"),
        ("range", "1,2,3,4"),
        ("range", "1,2,x"),
        ("range", "1,2,--3"),
        ("range", "1," + "9" * 100 + ",1"),
        ("numpy.dtype", "O"),
        ("builtin", "eval"),
        ("os", "system"),
    ],
)
def test_a_constant_that_is_not_on_the_list_is_refused(kind: str, text: str) -> None:
    refused(Token(kind, text))


def test_a_child_cannot_send_functions() -> None:
    refused(CallbackSpec(0, "f", True, []), match="functions")


CHANGED = Changes([], [Update(0, Items("list", [1, 1]))])  # so that a call back is read into replicas


def test_a_child_that_has_changed_an_argument_cannot_send_functions_in_a_call_back() -> None:
    scope = sent([1.5])
    with pytest.raises(WireError, match="functions"):
        take(scope, Graph([], [CallbackSpec(999, "f", True, [])]), CHANGED, back=True)


def test_a_child_that_has_changed_an_argument_cannot_send_what_has_no_end_in_a_call_back() -> None:
    levels = [Items("tuple", [level + 3] * 2) for level in range(60)]
    with pytest.raises(WireError, match="without end"):
        take(sent([1.5]), Graph([], [*levels, ONE]), CHANGED, back=True)


def test_a_changed_argument_that_has_no_end_is_refused_in_a_call_back() -> None:
    levels = [Items("tuple", [level + 3] * 2) for level in range(60)]
    changes = Changes([], [Update(0, Items("list", [2]))])
    with pytest.raises(WireError, match="without end"):
        take(sent([1.5]), Graph([], [*levels, ONE]), changes, back=True)


def test_what_a_test_shares_without_end_stays_its_own_in_a_call_back() -> None:
    tower: Any = (1.5,)
    for _ in range(40):
        tower = (tower, tower)
    scope = sent([1.5], tower)
    changes = Changes([], [Update(0, Items("list", []))])
    assert take(scope, Graph(), changes, back=True).value(2) is tower


# ---------------------------------------------------------------------------------------------------- counts


def test_two_million_items_are_refused_before_they_cost_time() -> None:
    began = time.monotonic()
    refused(Items("list", [1] * 2_000_000), ONE)
    refused(*[ONE] * (MAX_NODES + 1))
    refused(ONE, storages=(0,) * 2_000_000)
    assert time.monotonic() - began < 2.0


def test_as_many_nodes_as_allowed_take_no_long_time() -> None:
    began = time.monotonic()
    made = decode([Items("list", list(range(1, MAX_NODES)))] + [Items("list", [])] * (MAX_NODES - 1))
    assert len(made) == MAX_NODES - 1
    assert time.monotonic() - began < 2.0


def test_a_pyramid_of_shared_lists_takes_no_more_than_its_nodes() -> None:
    made = decode([Items("list", [level + 1] * 2) for level in range(20)] + [ONE])
    assert made[0] is made[1]


def test_splitting_a_payload_copies_nothing() -> None:
    payload = payload_of(bytes(48))
    parts = split_payload(payload, [16, 20])
    assert [len(part) for part in parts] == [16, 20]
    assert all(np.shares_memory(part, payload) for part in parts)


# ------------------------------------------------------------------------------------ changes of the arguments


def zeros() -> torch.Tensor:
    return torch.zeros(4)


@pytest.mark.parametrize("dirty", [[1], [-1], [2**62], [0, 0], [0, 1]])
def test_changed_storages_that_are_no_arguments_are_refused(dirty: list[int]) -> None:
    with pytest.raises(WireError):
        take(sent(zeros()), changes=Changes(dirty, []), payload=bytes(16 * len(dirty)))


@pytest.mark.parametrize("length", [0, 8, 15, 17, 32])
def test_changed_bytes_of_another_length_are_refused(length: int) -> None:
    argument = zeros()
    with pytest.raises(WireError):
        take(sent(argument, mutates=["a0"]), changes=Changes([0], []), payload=b"\1" * length)
    assert argument.tolist() == [0] * 4


def test_the_bytes_of_a_protected_argument_stay() -> None:
    argument = zeros()
    scope = sent(argument)
    take(scope, changes=Changes([0], []), payload=np.ones(4, np.float32).tobytes())
    assert argument.tolist() == [0] * 4
    assert [(change.place, change.what) for change in scope.protected_changes()] == [("a0", "values")]


def test_a_lie_about_changed_bytes_changes_nothing() -> None:
    argument = zeros()
    scope = sent(argument)
    take(scope, changes=Changes([0], []), payload=bytes(16))
    assert scope.protected_changes() == []


@pytest.mark.parametrize("declared", [False, True])
def test_changed_bool_bytes_other_than_0_and_1_are_refused(declared: bool) -> None:
    argument = torch.tensor([True, False])
    with pytest.raises(WireError):
        take(
            sent(argument, mutates=["a0"] if declared else []),
            changes=Changes([0], []),
            payload=bytes([2, 3] + [0] * 14),
        )
    assert argument.view(torch.uint8).tolist() == [1, 0]


@pytest.mark.parametrize("index", [-1, 1, 2, 2**62])
def test_an_update_of_what_is_no_argument_is_refused(index: int) -> None:
    with pytest.raises(WireError, match="no argument"):
        take(sent(zeros()), Graph(nodes=[ONE]), Changes([], [Update(index, ONE)]))


def test_two_updates_of_one_argument_are_refused() -> None:
    update = Update(0, Items("list", []))
    with pytest.raises(WireError, match="two updates"):
        take(sent([1], mutates=["a0"]), changes=Changes([], [update, update]))


OTHER_KINDS: list[Node] = [
    ONE,
    Items("list", []),
    Items("tuple", []),
    Mapping([], []),
    TensorSpec(0, "float32", [4], [1], 0),
    ArraySpec(0, "float32", [4], [4], 0),
    Token("ellipsis", ""),
    HandleSpec(1, "object", "Evil"),
    CallbackSpec(0, "f", True, []),
]


@pytest.mark.parametrize("node", OTHER_KINDS, ids=lambda node: type(node).__name__)
@pytest.mark.parametrize("argument", [[1], {"a": 1}, torch.zeros(4), np.zeros(4, np.float32), "text"], ids=repr)
def test_a_declared_argument_that_changes_its_kind_is_refused(argument: Any, node: Node) -> None:
    kept = repr(argument)
    same_kind = {list: Items, dict: Mapping, torch.Tensor: TensorSpec, np.ndarray: ArraySpec}.get(type(argument))
    if same_kind is type(node) and getattr(node, "kind", "list") == "list":
        return
    with pytest.raises(WireError):
        take(sent(argument, mutates=["a0"]), changes=Changes([], [Update(0, node)]))
    assert repr(argument) == kept


@pytest.mark.parametrize(
    "change",
    [
        {"dtype": "float64"},
        {"dtype": "int32"},
        {"shape": [5], "stride": [1]},
        {"shape": [-4]},
        {"shape": [2**62], "stride": [0]},
        {"offset": 1},
        {"offset": -4},
        {"storage": 7},
        {"storage": -1},
        {"grad": 9},
        {"grad": 1},
    ],
    ids=str,
)
def test_a_declared_tensor_that_changes_as_none_can_is_refused(change: dict[str, Any]) -> None:
    argument = zeros()
    scope = sent(argument, mutates=["a0"])
    node = msgspec.structs.replace(scope.table.nodes[0], **change)  # type: ignore[type-var]
    with pytest.raises(WireError):
        take(scope, Graph(nodes=[Items("list", [])]), Changes([], [Update(0, node)]))
    assert argument.tolist() == [0] * 4


def test_a_declared_int_tensor_cannot_come_to_require_grad() -> None:
    argument = torch.arange(3)
    scope = sent(argument, mutates=["a0"])
    node = msgspec.structs.replace(scope.table.nodes[0], requires_grad=True)  # type: ignore[type-var]
    with pytest.raises(WireError):
        take(scope, changes=Changes([], [Update(0, node)]))
    assert not argument.requires_grad


@pytest.mark.parametrize("dtype", ["float64", "int32"])
def test_a_declared_tensor_cannot_get_a_gradient_of_another_dtype(dtype: str) -> None:
    argument = zeros()
    scope = sent(argument, mutates=["a0"])
    node = msgspec.structs.replace(scope.table.nodes[0], requires_grad=True, grad=1)  # type: ignore[type-var]
    graph = Graph([32], [TensorSpec(1, dtype, [4], [1], 0)])
    with pytest.raises(WireError):
        take(scope, graph, Changes([], [Update(0, node)]), bytes(32))


def test_a_declared_empty_array_cannot_come_to_have_rows_without_end() -> None:
    argument = np.empty((3, 0))
    node = ArraySpec(0, "float64", [2**45, 0], [8, 8], 0)
    with pytest.raises(WireError):
        take(sent(argument, mutates=["a0"]), changes=Changes([], [Update(0, node)]))
    assert argument.shape == (3, 0)


@pytest.mark.parametrize("shape", [[7], [-1], [2, -1], [3, 2**62], [2**63], [0]], ids=str)
def test_a_declared_array_that_changes_as_none_can_is_refused(shape: list[int]) -> None:
    argument = np.arange(6.0)
    node = ArraySpec(0, "float64", shape, [8] * len(shape), 0)
    with pytest.raises(WireError):
        take(sent(argument, mutates=["a0"]), changes=Changes([], [Update(0, node)]))
    assert argument.shape == (6,)


def test_a_declared_argument_shows_what_the_child_made_of_it() -> None:
    argument = [zeros()]
    scope = sent(argument, mutates=["a0"])
    graph = Graph([4], [TensorSpec(1, "float32", [1], [1], 0)])
    take(scope, graph, Changes([0], [Update(0, Items("list", [1, 2]))]), np.arange(8, dtype=np.float32).tobytes())
    assert [item.tolist() for item in argument] == [[4, 5, 6, 7], [0]]


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("node", OTHER_KINDS, ids=lambda node: type(node).__name__)
def test_an_update_of_a_protected_argument_touches_nothing(node: Node, back: bool) -> None:
    argument = [zeros()]
    scope = sent(argument)
    is_shown = back and isinstance(node, CallbackSpec)  # a function of the test would be
    with pytest.raises(WireError, match="functions") if is_shown else contextlib.nullcontext():
        take(scope, changes=Changes([], [Update(0, node)]), back=back)
    assert len(argument) == 1
    assert argument[0].tolist() == [0] * 4


def test_a_rebound_item_outlives_the_call_back_that_told_of_it() -> None:
    """`params[0] = new`, a call of the test's function, `params[1].zero_()`: an ordinary step of training."""
    argument = [zeros(), torch.ones(4)]
    scope = sent(argument, mutates=["a0"])
    graph = Graph([16], [TensorSpec(2, "float32", [4], [1], 0)])
    take(scope, graph, Changes([], [Update(0, Items("list", [3, 2]))]), bytes(16), back=True)
    take(scope, changes=Changes([1], []), payload=bytes(16))
    assert argument[1].tolist() == [0] * 4


@pytest.mark.parametrize(
    "smuggle",
    [Items("list", [1, 2]), TensorSpec(1, "float32", [4], [1], 0)],
    ids=["into-a-declared-list", "under-a-declared-tensor"],
)
def test_a_protected_argument_cannot_be_smuggled_into_a_declared_one(smuggle: Node) -> None:
    declared = [zeros()] if isinstance(smuggle, Items) else zeros()
    protected = torch.ones(4)
    scope = sent(declared, protected, mutates=["a0"])
    take(scope, changes=Changes([], [Update(0, smuggle)]), back=True)
    take(scope, changes=Changes([1], []), payload=bytes(16))
    assert protected.tolist() == [1] * 4


def test_a_protected_list_that_grew_does_not_end_a_second_call_back() -> None:
    argument = [zeros()]
    scope = sent(argument)
    graph, grew = Graph([16], [TensorSpec(1, "float32", [4], [1], 0)]), Changes([], [Update(0, Items("list", [1, 2]))])
    for back in (True, True, False):  # each frame tells anew what differs from what was sent
        take(scope, graph, grew, bytes(16), back=back)
    assert [(change.place, change.what) for change in scope.protected_changes()] == [("a0", "items")]
    assert len(argument) == 1
