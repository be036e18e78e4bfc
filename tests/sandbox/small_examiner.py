"""An examiner in small: takes a reply in as a session does, and checks that nothing of the test's own was touched."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import torch
from hostile_frames import NONCE, frame, sent, take

from grader.sandbox.encode import Encoder
from grader.sandbox.graph import Table
from grader.sandbox.messages import (
    Changes,
    Frame,
    Graph,
    HandleSpec,
    Invoke,
    Items,
    Loaded,
    Name,
    Raised,
    Refused,
    Reply,
    Returned,
    Update,
)
from grader.sandbox.wire import WireError

HELD_BACK = 0.7109375  # a number that no fuzzer comes upon


def arguments() -> tuple[list[object], list[object]]:
    """Return arguments of every kind, and copies to compare with: the first four are declared, the rest protected.

    One of each kind lies in the memory that ends with what is no argument.
    """

    def make() -> list[object]:
        table = torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [7.0, 7.0, 7.0], [HELD_BACK] * 3])
        tensor, array = table[:2], np.arange(4)
        mask = torch.tensor([True, False])
        return [
            tensor,
            [torch.ones(2), 1],
            {"a": torch.zeros(2)},
            array,
            table[2],
            [mask, "x"],
            np.ones(2),
        ]

    return make(), make()


def look_at(reply: Reply, payload: bytes) -> bool:
    """Take a reply in as a session does, with declared and protected arguments, and check what it has touched.

    False: the session would end the child for it.
    """
    if not isinstance(reply, Returned | Invoke):
        return True
    taken = True
    given_, copies = arguments()
    base = given_[4]
    assert isinstance(base, torch.Tensor)
    beside = torch.empty(0).set_(base.untyped_storage())[9:]
    scope = sent(*given_, mutates=["a0", "a1", "a2", "a3"])
    try:
        decoder = take(scope, reply.graph, reply.changes, payload, back=isinstance(reply, Invoke))
        if isinstance(reply, Returned):
            is_plain(decoder.value(reply.root))
        for value in scope.table.objects:
            if isinstance(value, torch.Tensor) and value.dtype is beside.dtype and value.numel() <= 10_000:
                assert HELD_BACK not in value, "what was not passed is shown"
    except WireError:
        taken = False
    assert beside.tolist() == [HELD_BACK] * 3, "what was not passed has changed"
    for now, copy in zip(given_[4:], copies[4:], strict=True):
        assert same(now, copy), "a protected argument has changed"
    for now, copy in zip(given_[:4], copies[:4], strict=True):
        assert type(now) is type(copy)
        is_plain(now)
    return taken


def same(now: Any, copy: Any) -> bool:
    if isinstance(now, list):
        return len(now) == len(copy) and all(map(same, now, copy))
    if isinstance(now, torch.Tensor):
        return bool(torch.equal(now, copy)) and now.requires_grad == copy.requires_grad
    return bool(np.array_equal(now, copy))


PLAIN = (type(None), bool, int, float, complex, str, bytes, torch.dtype, torch.device, torch.Size, slice, range, object)


def is_plain(value: object) -> None:
    """Assert that all of a value is of exactly the types that an examiner may hold, and can be read to its end."""
    waiting, seen = [value], set()
    while waiting:
        item = waiting.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if type(item) in (list, tuple):
            waiting.extend(item)  # type: ignore[call-overload]
        elif type(item) is dict:
            waiting.extend((*item, *item.values()))
        elif type(item) is torch.Tensor:
            assert item.numel() == 0 or item.numel() > 10_000 or item.sum() is not None
        elif type(item) is np.ndarray or isinstance(item, np.generic):
            assert item.size > 10_000 or item.sum() is not None
        else:
            assert type(item) in PLAIN or item is ..., type(item)


def honest_frames() -> list[bytes]:
    """Return replies as an honest child sends them."""
    table = Table()
    base = torch.arange(12.0, requires_grad=True)
    base.grad = torch.ones(12)
    value = [
        base.detach()[2:8].reshape(2, 3).t(),
        {"W1": base, ("a", 1): None},
        np.arange(5)[::-1],
        (1, 2.5, 1j, "x", b"y"),
    ]
    encoder = Encoder(table, whole=False, other=lambda other: HandleSpec(id=1, kind="object", type_name="Net"))
    root = encoder.add([*value, slice(1, None), torch.float32, torch.Size([2]), object(), 2**70, torch.tensor([True])])
    graph, buffers = encoder.finish()
    payload = b"".join(bytes(part) for part in buffers)
    # References of an honest reply count on from the arguments; these begin at 0, which is nearly right.
    messages: list[tuple[Reply, bytes]] = [
        (Returned(nonce=NONCE, graph=graph, root=root, changes=Changes()), payload),
        (
            Returned(nonce=NONCE, graph=Graph(), root=0, changes=Changes([0], [Update(1, Items("list", [2]))])),
            bytes(48),
        ),
        (
            Invoke(
                nonce=NONCE, callback=0, method="step", graph=graph, args=[root], kwargs=[("lr", 0)], changes=Changes()
            ),
            payload,
        ),
        (
            Raised(
                nonce=NONCE, type_name="E", bases=["ValueError"], message="m", frames=[Frame("a.py", 1, "f", "x", 0)]
            ),
            b"",
        ),
        (Refused(nonce=NONCE, reason="too-large", type_name="Tensor", shape=[1, 2], nbytes=8), b""),
        (Loaded(nonce=NONCE, names=[Name("softmax", "function", "(logits, dim)")]), b""),
    ]
    return [frame(msgspec.msgpack.encode(message), data) for message, data in messages]
