"""A failed test shows its calls as they were made, as a person would write them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from grader.examination.recording import RecordedCall
from grader.sandbox.calls import CallScope, Hooks
from grader.sandbox.messages import CallbackSpec


def record(*args: object, **kwargs: object) -> RecordedCall:
    hooks = Hooks(
        other=lambda value: CallbackSpec(id=0, name=getattr(value, "__name__", "?"), callable=True, methods=[]),
        handle=lambda spec, scope: spec,
    )
    names = tuple(f"a{number}" for number in range(len(args)))
    graph, refs, named, buffers = CallScope(hooks).encode(args, kwargs, places=names, mutates=frozenset())
    payload = b"".join(buffers)
    return RecordedCall(
        function="f", args=args, kwargs=kwargs, names=names, graph=graph, refs=refs, named=named, payload=payload
    )


def loss() -> None: ...


@pytest.mark.parametrize(
    ("args", "kwargs", "text", "full"),
    [
        ((torch.ones(2, 3),), {}, "f(Tensor(2, 3))", "f(tensor([[1., 1., 1.], [1., 1., 1.]]))"),
        ((np.zeros(2),), {}, "f(ndarray(2))", "f(array([0., 0.]))"),
        ((torch.ones(100),), {}, "f(Tensor(100))", "f(Tensor(100))"),
        ((1, 2.5, "a", None, True), {}, "f(1, 2.5, 'a', None, True)", None),
        ((), {"dim": -1, "keepdim": True}, "f(dim=-1, keepdim=True)", None),
        (([torch.ones(2), 1], (1,)), {}, "f([Tensor(2), 1], (1,))", None),
        (({"w": torch.ones(2)},), {}, "f({'w': Tensor(2)})", None),
        ((list(range(20)),), {}, "f(<list of 20>)", None),
        (("x" * 200,), {}, None, None),
        ((loss,), {}, "f(loss)", "f(loss)"),
        ((torch.float64, slice(1, 2)), {}, "f(torch.float64, slice(1, 2, None))", None),
    ],
    ids=["tensor", "array", "large", "plain", "keywords", "containers", "dict", "long list", "long text", "function",
         "tokens"],
)  # fmt: skip
def test_a_call_is_written_as_a_person_would(args: Any, kwargs: Any, text: str | None, full: str | None) -> None:
    call = record(*args, **kwargs).evidence()
    if text is not None:
        assert call.text == text
    if full is not None:
        assert call.text_full == full
    assert len(call.text) < 120


def test_arguments_are_shown_as_they_were_when_the_call_was_made() -> None:
    x, items = torch.zeros(2), [1]
    recorded = record(x, items)
    x.add_(5)
    items.append(2)
    call = recorded.evidence()
    assert call.args[0].tolist() == [0.0, 0.0]  # type: ignore[attr-defined]
    assert call.args[1] == [1]


def test_the_recorded_arguments_share_memory_as_the_real_ones_did() -> None:
    base = torch.zeros(4)
    one, other = record(base[:2], base).evidence().args
    assert one.untyped_storage().data_ptr() == other.untyped_storage().data_ptr()  # type: ignore[attr-defined]


def test_the_same_evidence_is_made_once() -> None:
    recorded = record(torch.ones(1))
    assert recorded.evidence() is recorded.evidence()
