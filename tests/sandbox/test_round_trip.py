"""Any graph of values arrives as it was sent: equal, with the same objects shared and the same memory behind them."""

from __future__ import annotations

import itertools
import math
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from hostile_frames import payload_of, refuse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.sandbox.decode import Decoder, split_payload
from grader.sandbox.encode import Encoder
from grader.sandbox.graph import MAX_DEPTH, MAX_NODES, NUMPY_DTYPES, TORCH_DTYPES, Table, Unsendable
from grader.sandbox.messages import ArraySpec, Graph
from grader.sandbox.wire import MAX_HEADER_BYTES


def there(value: object, *, whole: bool) -> Any:
    """Send a value through the bytes of a frame, and return what arrives."""
    encoder = Encoder(Table(), whole=whole, other=refuse)
    root = encoder.add(value)
    graph, buffers = encoder.finish()
    header = msgspec.msgpack.encode(graph)
    assert len(header) <= MAX_HEADER_BYTES
    read = msgspec.msgpack.decode(header, type=Graph)
    decoder = Decoder(Table(), handle=lambda spec: object())
    decoder.read(read, split_payload(payload_of(b"".join(bytes(part) for part in buffers)), read.storages))
    return decoder.value(root)


# -------------------------------------------------------------------------------------------------- what is the same


def assert_same(before: Any, after: Any) -> None:
    """Assert equality, the same identities, and the same distances in memory between all arrays that share any."""
    pairs: list[tuple[Any, Any]] = []
    _walk(before, after, {}, pairs)
    dense = [pair for pair in pairs if isinstance(pair[0], torch.Tensor | np.ndarray) and _nbytes(pair[0])]
    for (a, x), (b, y) in itertools.combinations(dense, 2):
        if _storage(a) is not None and _storage(a) == _storage(b):
            assert _address(x) - _address(y) == _address(a) - _address(b), "memory is no longer shared"
        else:
            assert not _overlap(x, y), "memory has come to be shared"


def _walk(before: Any, after: Any, seen: dict[int, Any], pairs: list[tuple[Any, Any]]) -> None:
    assert type(after) is type(before)
    if isinstance(before, list | dict | torch.Tensor | np.ndarray) or (isinstance(before, tuple) and before):
        if id(before) in seen:
            assert seen[id(before)] is after, "one object has become two"
            return
        assert all(after is not other for other in seen.values()), "two objects have become one"
        seen[id(before)] = after
        pairs.append((before, after))
    match before:
        case list() | tuple():
            assert len(after) == len(before)
            for a, b in zip(before, after, strict=True):
                _walk(a, b, seen, pairs)
        case dict():
            for (key_a, a), (key_b, b) in zip(before.items(), after.items(), strict=True):
                _walk(key_a, key_b, seen, pairs)
                _walk(a, b, seen, pairs)
        case torch.Tensor():
            _same_tensor(before, after, seen, pairs)
        case np.ndarray() | np.generic():
            assert (after.dtype, after.shape, after.tobytes()) == (before.dtype, before.shape, before.tobytes())
            assert before.size == 0 or isinstance(before, np.generic) or after.strides == before.strides
        case float() | complex():
            assert np.array([after]).tobytes() == np.array([before]).tobytes()  # NaN and -0.0 too
        case _:
            assert after == before


def _same_tensor(before: torch.Tensor, after: torch.Tensor, seen: dict[int, Any], pairs: list[tuple[Any, Any]]) -> None:
    assert (after.dtype, after.shape, after.stride()) == (before.dtype, before.shape, before.stride())
    assert after.requires_grad == before.requires_grad
    assert _bytes(after) == _bytes(before)
    assert (after.grad is None) == (before.grad is None)
    if before.grad is not None:
        _walk(before.grad, after.grad, seen, pairs)


def _bytes(tensor: torch.Tensor) -> list[int]:
    copy = torch.empty(tensor.shape, dtype=tensor.dtype).copy_(tensor.detach())
    return copy.untyped_storage().tolist()


def _nbytes(value: Any) -> int:
    return value.numel() if isinstance(value, torch.Tensor) else value.size


def _address(value: Any) -> int:
    return value.data_ptr() if isinstance(value, torch.Tensor) else value.ctypes.data


def _storage(value: Any) -> int | None:
    if isinstance(value, torch.Tensor):
        return value.untyped_storage().data_ptr()
    owner = value
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    if isinstance(owner.base, torch.Tensor):
        return owner.base.untyped_storage().data_ptr()
    return owner.ctypes.data


def _overlap(x: Any, y: Any) -> bool:
    a, b = (
        item.detach().numpy() if isinstance(item, torch.Tensor) and item.dtype is not torch.bfloat16 else item
        for item in (x, y)
    )
    if isinstance(a, torch.Tensor) or isinstance(b, torch.Tensor):
        return _storage(x) == _storage(y)
    return bool(np.may_share_memory(a, b))


# ------------------------------------------------------------------------------------------------ any graph of values

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**4000), 2**4000)
    | st.floats()
    | st.complex_numbers()
    | st.text(max_size=20)
    | st.binary(max_size=20)
    | st.sampled_from([..., torch.Size([]), torch.Size([2, 3]), range(0), range(9, 1, -2), torch.device("cpu")])
    | st.sampled_from(list(TORCH_DTYPES.values()))
    | st.builds(slice, st.none() | st.integers(-3, 3), st.none() | st.integers(-3, 3), st.none() | st.integers(1, 3))
)
KEYS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.text(max_size=3)
    | st.tuples(st.integers(0, 2), st.text(max_size=1))
)
SCALARS = st.sampled_from(list(NUMPY_DTYPES.values())).map(lambda dtype: dtype.type(1))


@st.composite
def tensors(draw: st.DrawFn, bases: list[torch.Tensor]) -> torch.Tensor:
    """Make a tensor: a new storage, or a view of one that is already there."""
    if not bases or draw(st.booleans()):
        dtype = draw(st.sampled_from(list(TORCH_DTYPES.values())))
        length = draw(st.integers(0, 24))
        bases.append((torch.arange(length) % 2).to(dtype))
        if dtype.is_floating_point and length:
            bases[-1][0] = draw(st.sampled_from([math.nan, math.inf, -0.0, 0.1]))
    base = draw(st.sampled_from(bases))
    shape = draw(st.lists(st.integers(0, 3), max_size=3))
    strides = [draw(st.integers(0, 3)) for _ in shape]
    offset = draw(st.integers(0, 4))
    reach = offset + 1 + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
    view = base
    if 0 not in shape and reach <= len(base):
        view = base.as_strided(shape, strides, offset)
    if view.dtype.is_floating_point and draw(st.booleans()):
        view = view.detach().requires_grad_()
        if draw(st.booleans()):
            view.grad = torch.ones_like(view)
    return view


@st.composite
def arrays(draw: st.DrawFn, bases: list[Any]) -> Any:
    """Make an array: new, or a slice of one that is already there, backwards too."""
    if not bases or draw(st.booleans()):
        dtype = draw(st.sampled_from(list(NUMPY_DTYPES.values())))
        rows, columns = draw(st.integers(0, 4)), draw(st.integers(0, 4))
        order = draw(st.sampled_from("CF"))
        bases.append(np.asarray(np.arange(rows * columns).reshape(rows, columns) % 2, dtype=dtype, order=order))
    base = draw(st.sampled_from(bases))
    step = draw(st.sampled_from([1, 2, -1, -2]))
    return draw(st.sampled_from([base, base[::step], base[:, ::step], base.T, base[1:, :2], base[:1].reshape(-1)]))


@st.composite
def graphs(draw: st.DrawFn) -> Any:
    """Make values bottom up; each may be used again in any later one."""
    torch_bases: list[torch.Tensor] = []
    numpy_bases: list[Any] = []
    pool: list[Any] = []
    for _ in range(draw(st.integers(1, 12))):
        part = st.sampled_from(pool) if pool else LEAVES
        match draw(st.sampled_from(["leaf", "scalar", "tensor", "tensor", "array", "list", "tuple", "dict"])):
            case "tensor":
                pool.append(draw(tensors(torch_bases)))
            case "array":
                pool.append(draw(arrays(numpy_bases)))
            case "list":
                pool.append(draw(st.lists(part | LEAVES, max_size=4)))
            case "tuple":
                pool.append(tuple(draw(st.lists(part | LEAVES, max_size=4))))
            case "dict":
                pool.append(draw(st.dictionaries(KEYS, part | LEAVES, max_size=4)))
            case "scalar":
                pool.append(draw(SCALARS))
            case _:
                pool.append(draw(LEAVES))
    lists = [value for value in pool if type(value) is list]
    if lists and draw(st.booleans()):
        lists[0].append(draw(st.sampled_from(lists)))  # may hold itself
    return pool


@settings(max_examples=300, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(graphs(), st.booleans())
def test_any_graph_arrives_as_it_was_sent(value: Any, whole: bool) -> None:
    assert_same(value, there(value, whole=whole))


WHOLE = pytest.mark.parametrize("whole", [True, False])


@WHOLE
def test_the_same_tensor_twice_is_one_tensor(whole: bool) -> None:
    tensor = torch.ones(3)
    first, second = there([tensor, tensor], whole=whole)
    assert first is second


@WHOLE
def test_views_of_one_memory_stay_views_of_one_memory(whole: bool) -> None:
    base = torch.arange(12.0).reshape(3, 4)
    rows, column, turned = there([base[1:], base[:, 2], base.t()], whole=whole)
    turned.zero_()
    assert rows.sum() == 0
    assert column.sum() == 0


@WHOLE
def test_a_numpy_array_over_a_tensors_memory_still_is_one(whole: bool) -> None:
    tensor = torch.arange(6.0)
    sent_tensor, sent_array = there([tensor, tensor.numpy()[2:]], whole=whole)
    sent_tensor.zero_()
    assert sent_array.tolist() == [0] * 4


@WHOLE
def test_part_of_a_memory_may_come_before_all_of_it(whole: bool) -> None:
    array = np.arange(6.0)
    tensor = torch.from_numpy(array[2:])
    sent_tensor, sent_array = there([tensor, array], whole=whole)
    sent_array[:] = 0
    assert sent_tensor.tolist() == [0] * 4


def test_only_the_bytes_in_use_come_back() -> None:
    encoder = Encoder(Table(), whole=False, other=refuse)
    encoder.add(torch.zeros(1_000_000)[500_000:500_004])
    graph, buffers = encoder.finish()
    assert sum(map(len, buffers)) <= 32
    assert graph.storages[0] <= 32


@WHOLE
def test_a_negated_or_conjugated_tensor_arrives_with_its_values(whole: bool) -> None:
    tensor = torch.tensor([1 + 2j, 3 - 4j])
    assert torch.equal(there(tensor.conj(), whole=whole), torch.tensor([1 - 2j, 3 + 4j]))
    assert torch.equal(there(tensor.conj().imag, whole=whole), torch.tensor([-2.0, 4.0]))


@WHOLE
def test_a_parameter_or_subclass_arrives_as_a_plain_tensor(whole: bool) -> None:
    class Lying(torch.Tensor):
        def __eq__(self, other: object) -> Any:
            return True

        __hash__ = torch.Tensor.__hash__

    for tensor in (torch.nn.Parameter(torch.ones(2)), torch.ones(2).as_subclass(Lying)):
        assert type(there(tensor, whole=whole)) is torch.Tensor


@pytest.mark.parametrize("kind", [list, tuple, dict])
def test_what_is_nested_too_deep_is_not_sent(kind: type) -> None:
    value: Any = 1
    for _ in range(MAX_DEPTH + 1):
        value = {"a": value} if kind is dict else kind([value])
    with pytest.raises(Unsendable):
        there(value, whole=True)


@pytest.mark.parametrize("levels", [1, MAX_DEPTH - 2])
def test_what_is_nested_as_deep_as_allowed_arrives(levels: int) -> None:
    value: Any = torch.ones(1)
    for _ in range(levels):
        value = [value]
    assert_same(value, there(value, whole=True))


@pytest.mark.parametrize(
    "value",
    [
        list(range(MAX_NODES)),
        "x" * MAX_HEADER_BYTES,
        b"x" * MAX_HEADER_BYTES,
        2**5000,
        "\ud800",
        torch.zeros(1).expand(2**40),
        np.broadcast_to(np.float32(1), (2**20, 2**20)),
        torch.zeros(70 * 2**20),
        torch.zeros(2).to_sparse(),
        np.array(["text"]),
        np.array([object()], dtype=object),
        np.zeros(2, dtype=[("a", "f4")]),
        np.datetime64("2020-01-01"),
        np.float128(1) if hasattr(np, "float128") else object(),
        {1, 2},
        object(),
        iter([]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_sent_is_refused_by_the_sender(value: Any) -> None:
    with pytest.raises(Unsendable):
        there(value, whole=False)


def test_what_a_sender_lets_pass_the_receiver_takes() -> None:
    """Empty arrays with large dimensions, the rank's cap, and numbers at the edges."""
    edge = [torch.empty(0, 10**4, 10**3), np.empty((0, 10**7)), torch.zeros([1] * 32), 2**63, -(2**63), 2**64 - 1]
    assert_same(edge, there(edge, whole=True))
    assert_same(edge, there(edge, whole=False))


def test_an_array_that_arrived_beside_another_is_known_again() -> None:
    first, second = np.arange(4.0), np.arange(6.0)
    encoder = Encoder(Table(), whole=True, other=refuse)
    encoder.add([first, second])
    graph, buffers = encoder.finish()
    table = Table()
    decoder = Decoder(table, handle=lambda spec: object())
    decoder.read(graph, split_payload(payload_of(b"".join(bytes(part) for part in buffers)), graph.storages))
    arrived = next(value for value in table.objects if isinstance(value, np.ndarray) and value.size == 6)
    again = Encoder(table, whole=False, other=refuse)
    node = table.nodes[again.add(arrived[2:])]
    assert isinstance(node, ArraySpec)
    assert (node.storage, node.offset) == (1, 16)
