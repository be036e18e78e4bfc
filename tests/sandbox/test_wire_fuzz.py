"""Fuzzing what a child may send: whatever arrives, only a value or one of the wire's own failures comes out."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import pytest
from hostile_frames import HEAD, NONCE, channel, frame, receive, sent, take
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from small_examiner import arguments, honest_frames, look_at, same

from grader.sandbox import wire
from grader.sandbox.graph import NUMPY_DTYPES, TORCH_DTYPES
from grader.sandbox.messages import (
    ArraySpec,
    Atom,
    BigInt,
    Blob,
    Changes,
    Complex,
    Graph,
    HandleSpec,
    Invoke,
    Items,
    Mapping,
    Node,
    Reply,
    Returned,
    SliceSpec,
    TensorSpec,
    Token,
    Update,
)
from grader.sandbox.wire import PeerGone, WireError


def fuzz(examples: int) -> settings:
    return settings(
        max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )


# ------------------------------------------------------------------------------------------------ random bytes


@fuzz(300)
@given(st.binary(max_size=200))
@example(b"dlg1")
@example(HEAD.pack(b"dlg1", 0, 0))
@example(HEAD.pack(b"dlg1", 1, 2**40) + b"\xc0")
def test_random_bytes_are_no_frame(data: bytes) -> None:
    with pytest.raises((WireError, PeerGone)):
        receive(data)


@fuzz(300)
@given(st.binary(max_size=200))
def test_a_random_header_is_no_reply(header: bytes) -> None:
    with pytest.raises(WireError):
        wire.decode_reply(header)


ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=20,
)
TAGS = st.sampled_from(["loaded", "returned", "raised", "refused", "invoke", "load", "do", "answer"])


@fuzz(300)
@given(
    TAGS,
    st.dictionaries(
        st.sampled_from(["nonce", "graph", "root", "changes", "names", "bases", "message", "frames", "shape", "args"]),
        ANY_JSON,
    ),
)
def test_a_message_of_anything_is_decoded_or_refused(tag: str, fields: dict[str, Any]) -> None:
    header = msgspec.msgpack.encode({"type": tag, **fields})
    try:
        reply = wire.decode_reply(header)
    except WireError:
        return
    look_at(reply, b"")


# ------------------------------------------------------------------------------------------------ mutated frames


HONEST = honest_frames()


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Take an honest frame, and change, insert, repeat or drop some of its bytes."""
    data = bytearray(draw(st.sampled_from(HONEST)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data) - 1)) if data else 0
        match draw(st.sampled_from(["change", "insert", "drop", "repeat", "cut"])):
            case "change" if data:
                data[at] = draw(st.integers(0, 255))
            case "insert":
                data[at:at] = draw(st.binary(min_size=1, max_size=8))
            case "drop":
                del data[at : at + draw(st.integers(1, 8))]
            case "repeat":
                data[at:at] = data[at : at + 16]
            case "cut":
                del data[at:]
    return bytes(data)


@fuzz(400)
@given(mutated())
def test_a_mutated_frame_is_a_reply_or_refused(data: bytes) -> None:
    try:
        reply, payload = receive(data)
    except (WireError, PeerGone):
        return
    look_at(reply, bytes(payload))


@fuzz(400)
@given(st.sampled_from(HONEST), st.data())
def test_a_mutated_header_in_a_frame_of_the_right_length_is_a_reply_or_refused(
    whole: bytes, data: st.DataObject
) -> None:
    """The lengths are mended after the mutation, so that what is behind them is reached."""
    _, header_bytes, _ = HEAD.unpack_from(whole)
    header = bytearray(whole[HEAD.size : HEAD.size + header_bytes])
    for at in data.draw(st.lists(st.integers(0, header_bytes - 1), min_size=1, max_size=3)):
        header[at] = data.draw(st.integers(0, 255))
    reply_payload = whole[HEAD.size + header_bytes :]
    try:
        reply, payload = receive(frame(bytes(header), reply_payload))
    except WireError:
        return
    look_at(reply, bytes(payload))


@fuzz(60)
@given(st.lists(st.integers(1, 200), max_size=8), st.sampled_from(HONEST))
def test_however_a_frame_is_cut_up_it_arrives_the_same(cuts: list[int], whole: bytes) -> None:
    expected = receive(whole)
    with channel() as (examiner, child):
        at = 0
        for cut in cuts:
            child.sendall(whole[at : at + cut])
            at += cut
        child.sendall(whole[at:])
        reply, payload = examiner.receive(wire.decode_reply, deadline=time.monotonic() + 5)
    assert reply == expected[0]
    assert bytes(payload) == bytes(expected[1])


# --------------------------------------------------------------------------------------------- nearly right graphs

REF = st.integers(0, 16) | st.sampled_from([-1, 24, 2**31, 2**62, 2**63 - 1, -(2**63)])
WILD = st.sampled_from([-1, -8, 7, 2**28, 2**31, 2**61, 2**62, 2**63 - 1, -(2**62), -(2**63)])
SIZE = st.integers(0, 3)
STORAGE = st.integers(0, 9) | st.just(-1)


@st.composite
def dense(draw: st.DrawFn) -> Node:
    """Describe a tensor or array that lies inside its storage as often as not."""
    shape = draw(st.lists(SIZE, max_size=3))
    strides = [draw(st.integers(0, 3)) for _ in shape]
    offset = draw(st.sampled_from([0, 8, 16]))
    match draw(st.integers(0, 8)):  # mostly, nothing is wild
        case 0 if shape:
            shape[0] = draw(WILD)
        case 1 if shape:
            strides[-1] = draw(WILD)
        case 2:
            offset = draw(WILD | st.integers(0, 16))
        case 3:
            strides.append(1)
    if draw(st.booleans()):
        dtype = draw(st.sampled_from([*TORCH_DTYPES, "object"]))
        flags = draw(st.tuples(st.booleans(), st.booleans()))
        return TensorSpec(draw(STORAGE), dtype, shape, strides, offset, *flags, draw(st.just(-1) | REF))
    dtype = draw(st.sampled_from([*NUMPY_DTYPES, "object"]))
    steps = [8 * step if abs(step) < 9 else step for step in strides]
    return ArraySpec(draw(STORAGE), dtype, shape, steps, offset, draw(st.booleans()))


SENT = sent(*arguments()[0]).table.nodes


@st.composite
def update(draw: st.DrawFn) -> Update:
    """Describe an argument anew: another node, or its own with one field that is not what it was."""
    if draw(st.booleans()):
        return Update(draw(REF), draw(NODE))
    index = draw(st.integers(0, len(SENT) - 1))
    node = SENT[index]
    field = draw(st.sampled_from(node.__struct_fields__))
    match field:
        case "shape" | "stride" | "strides":
            values: Any = draw(st.lists(SIZE | WILD, max_size=3))
        case "items" | "keys" | "values":
            values = draw(st.lists(REF, max_size=4))
        case "requires_grad" | "in_graph" | "scalar":
            values = draw(st.booleans())
        case "dtype":
            values = draw(st.sampled_from(list(TORCH_DTYPES)))
        case "kind" | "device" | "value":
            values = draw(st.sampled_from(["list", "tuple", "cpu", "cuda"]))
        case _:
            values = draw(REF | WILD)
    return Update(index, msgspec.structs.replace(node, **{field: values}))


NODE: st.SearchStrategy[Node] = st.one_of(
    dense(),
    st.builds(Atom, st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=4)),
    st.builds(Blob, st.binary(max_size=4)),
    st.builds(BigInt, st.text("0123456789abcdef-x_ ", max_size=20)),
    st.builds(Complex, st.floats(), st.floats()),
    st.builds(Items, st.sampled_from(["list", "tuple", "Size", "set"]), st.lists(REF, max_size=5)),
    st.builds(Mapping, st.lists(REF, max_size=3), st.lists(REF, max_size=3)),
    st.builds(
        Token,
        st.sampled_from(["torch.dtype", "torch.device", "range", "ellipsis", "os"]),
        st.sampled_from(["float32", "cpu", "cuda:0", "cuda:7", "1,2,3", "1,2,0", "9,1,-1", "", "\0", "system"]),
    ),
    st.builds(SliceSpec, REF, REF, REF),
    st.builds(HandleSpec, REF, st.sampled_from(["object", "iterator", "?"]), st.text(max_size=4)),
)


@st.composite
def nearly_right(draw: st.DrawFn) -> tuple[Reply, bytes]:
    """Make a reply whose every field has the right type, and whose numbers are often, not always, in range."""
    storages = draw(st.lists(st.sampled_from([0, 1, 16, 40, 64, 64, 64]), max_size=3))
    dirty = draw(st.lists(st.integers(0, 6), max_size=2))
    if not draw(st.integers(0, 8)):
        draw(st.sampled_from([storages, dirty])).append(draw(WILD))
    updates = draw(st.lists(update(), max_size=2))
    graph = Graph(storages, draw(st.lists(NODE, max_size=8)))
    # The bytes of arguments 0 to 6 are 24, 8, 8, 32, 12, 2 and 16: a right length is likely.
    known = [24, 8, 8, 32, 12, 2, 16]
    sizes = [*storages, *(known[index] for index in dirty if 0 <= index < len(known))]
    length = sum(size + -size % 16 for size in sizes if 0 <= size < 1000)
    byte = draw(st.sampled_from([0, 1, 1, 2, 255]))
    payload = bytes([byte]) * (length if draw(st.integers(0, 8)) else draw(st.integers(0, 100)))
    changes = Changes(dirty, updates)
    if draw(st.booleans()):
        return Returned(nonce=NONCE, graph=graph, root=draw(REF), changes=changes), payload
    return Invoke(nonce=NONCE, callback=0, method="", graph=graph, args=[], kwargs=[], changes=changes), payload


@fuzz(1500)
@given(nearly_right())
def test_a_nearly_right_reply_is_a_value_or_refused(made: tuple[Reply, bytes]) -> None:
    reply, payload = made
    assert wire.decode_reply(msgspec.msgpack.encode(reply)) == reply or "nan" in repr(reply)
    look_at(reply, payload)


@fuzz(150)
@given(st.lists(nearly_right(), min_size=2, max_size=4))
def test_several_frames_of_one_call_are_values_or_refused(made: list[tuple[Reply, bytes]]) -> None:
    """Calls back come in the middle of a call: what one frame tells of the arguments must not spoil the next."""
    given_, copies = arguments()
    scope = sent(*given_, mutates=["a0", "a1", "a2", "a3"])
    for reply, payload in made:
        assert isinstance(reply, Returned | Invoke)
        try:
            take(scope, reply.graph, reply.changes, payload, back=True)
        except WireError:
            break
    for now, copy in zip(given_[4:], copies[4:], strict=True):
        assert same(now, copy), "a protected argument has changed"
