"""Real exceptions of Python, torch and NumPy get their likely cause."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from grader.diagnosis import explain
from grader.diagnosis.wording.errors import ERRORS
from grader.examination.evidence import Call, Raised
from grader.records import Explanation, Reveal

W = torch.randn(3, 4, requires_grad=True)
X = torch.randn(5, 4)


def raise_(error: BaseException) -> None:
    raise error


def leaf_in_place() -> None:
    w = torch.ones(3, requires_grad=True)
    w -= 1


def needed_in_place() -> None:
    y = W.exp()
    y += 1
    y.sum().backward()


def backward_twice() -> None:
    loss = (W**2).sum()
    loss.backward()
    loss.backward()


def unbound() -> int:
    if X.numel() == 0:
        total = 1
    return total


def endless() -> None:
    endless()


def failed_assert() -> None:
    assert X.numel() == 0


def unpack() -> None:
    _a, _b = (1, 2, 3)


REAL: list[tuple[str, Callable[[], object]]] = [
    ("raised.not_written", lambda: raise_(NotImplementedError())),
    ("raised.not_written", lambda: raise_(NotImplementedError("TODO: softmax"))),
    ("torch.view", lambda: X.t().view(20)),
    ("torch.size", lambda: X.view(-1, 3)),
    ("torch.size", lambda: np.ones(4).reshape(3)),
    ("torch.matmul", lambda: X @ X),
    ("torch.matmul", lambda: F.linear(X, torch.ones(3, 3))),
    ("torch.matmul", lambda: torch.bmm(torch.ones(2, 3, 4), torch.ones(3, 4, 5))),
    ("torch.matmul", lambda: np.ones((2, 3)) @ np.ones((2, 3))),
    ("torch.matmul", lambda: np.ones(3).dot(np.ones(4))),
    ("torch.broadcast", lambda: X + torch.ones(3)),
    ("torch.broadcast", lambda: torch.ones(3).add_(torch.ones(4))),
    ("torch.broadcast", lambda: np.ones((2, 3)) + np.ones(4)),
    ("torch.join", lambda: torch.stack([X, W])),
    ("torch.join", lambda: torch.cat([X, torch.ones(3, 3)])),
    ("torch.join", lambda: np.concatenate([np.ones((2, 3)), np.ones((2, 4))])),
    ("torch.rank", lambda: X.mm(torch.ones(3))),
    ("torch.rank", lambda: X[1, 2, 3]),
    ("torch.numpy_grad", lambda: W.numpy()),
    ("torch.numpy_grad", lambda: np.asarray(W)),
    ("torch.leaf_inplace", leaf_in_place),
    ("torch.leaf_inplace", lambda: W.unbind()[0].add_(1)),
    ("torch.inplace_needed", needed_in_place),
    ("torch.no_grad", lambda: X.sum().backward()),
    ("torch.no_grad", lambda: torch.autograd.grad(W.sum(), X)),
    ("torch.scalar_backward", lambda: (2 * W).backward()),
    ("torch.backward_twice", backward_twice),
    ("torch.long", lambda: F.cross_entropy(X, torch.zeros(5, dtype=torch.int32))),
    ("torch.long", lambda: X[torch.tensor([0.5])]),
    ("torch.long", lambda: np.ones(3)[np.array([0.5])]),
    ("torch.dtype", lambda: X.double() @ W.T),
    ("torch.dtype", lambda: torch.tensor([1, 2]).add_(0.5)),
    ("torch.float_needed", lambda: torch.arange(3).mean()),
    ("torch.float_needed", lambda: torch.tensor([1], requires_grad=True)),
    ("torch.scalar_needed", lambda: X.item()),
    ("torch.scalar_needed", lambda: float(X)),
    (
        "torch.device",
        lambda: raise_(RuntimeError("Expected all tensors to be on the same device, but found cuda:0 and cpu")),
    ),
    ("raised.truth", lambda: bool(X)),
    ("raised.truth", lambda: bool(np.ones(3))),
    ("raised.axis", lambda: X.sum(3)),
    ("raised.axis", lambda: np.ones(3).sum(2)),
    ("raised.index", lambda: X[7]),
    ("raised.index", lambda: [1].pop(3)),
    ("raised.index", lambda: F.cross_entropy(X, torch.full((5,), 9))),
    ("raised.key", lambda: {}["a"]),
    ("raised.zero_division", lambda: 1 / 0),
    ("raised.name", lambda: no_such_name),  # type: ignore[name-defined]  # noqa: F821
    ("raised.unbound", unbound),
    ("raised.attribute", lambda: X.foo),
    ("torch.values_and_indices", lambda: X - X.max(dim=0)),  # type: ignore[operator]
    ("torch.values_and_indices", lambda: torch.exp(X.max(dim=0))),  # type: ignore[arg-type]
    ("torch.values_and_indices", lambda: X.max(dim=0).exp()),  # type: ignore[attr-defined]
    ("raised.none_used", lambda: None + 1),  # type: ignore[operator]
    ("raised.none_used", lambda: None.shape),  # type: ignore[attr-defined]
    ("raised.none_used", lambda: F.relu(None)),
    ("raised.not_callable", lambda: X(3)),
    ("raised.arguments", lambda: F.relu()),
    ("raised.type", lambda: F.relu(1)),
    ("raised.type", lambda: "a" + 1),  # type: ignore[operator]
    ("raised.import", lambda: __import__("no_such_module")),
    ("raised.syntax", lambda: compile("x=(", "softmax.py", "exec")),
    ("raised.indentation", lambda: compile("if 1:\nx", "softmax.py", "exec")),
    ("raised.recursion", endless),
    ("raised.memory", lambda: np.zeros(10**14)),
    ("raised.memory", lambda: torch.zeros(10**13)),
    ("raised.exit", lambda: raise_(SystemExit(0))),
    ("raised.exit", lambda: raise_(KeyboardInterrupt())),
    ("raised.unpack", unpack),
    ("raised.value", lambda: int("a")),
    ("raised.assertion", failed_assert),
    ("raised.refused", lambda: raise_(PermissionError(1, "Operation not permitted"))),
    ("raised.refused", lambda: raise_(FileNotFoundError(2, "No such file or directory"))),
    ("raised.refused", lambda: raise_(PermissionError(13, "Permission denied"))),
    ("raised.refused", lambda: raise_(URLError(OSError(-3, "Temporary failure in name resolution")))),
    ("raised.path", lambda: Path("no such folder", "data.csv").read_text(encoding="utf-8")),
    ("raised.path", lambda: np.load("no such file.npy")),
    ("raised.path", lambda: torch.load("no such file.pt")),
    ("raised.path", lambda: torch.save(X, "no such folder/x.pt")),
    ("raised.path", lambda: raise_(PermissionError(13, "Permission denied", "out.txt"))),
    ("raised.path", lambda: raise_(PermissionError(1, "Operation not permitted", "out"))),
    ("raised.path", lambda: raise_(OSError(30, "Read-only file system", "/out.txt"))),
    ("raised", lambda: raise_(OSError("gone"))),
    ("raised", lambda: raise_(PermissionError("my own words"))),
    ("raised", lambda: raise_(FileNotFoundError("my own words: 'x'"))),
    ("raised", lambda: raise_(OSError(28, "No space left on device", "out.txt"))),
]


def left_behind(action: Callable[[], object], **known: object) -> Raised:
    try:
        action()
    except BaseException as error:
        return Raised(type_name=type(error).__name__, message=str(error), traceback=(), call=None, **known)  # type: ignore[arg-type]
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize(("cause_id", "action"), REAL, ids=[f"{i}-{r[0]}" for i, r in enumerate(REAL)])
def test_a_real_exception_gets_its_cause(cause_id: str, action: Callable[[], object]) -> None:
    explanation = explain(left_behind(action), reveal=Reveal.FULL)
    assert explanation.cause_id == cause_id
    assert "{" not in f"{explanation.cause} {explanation.next_step}"


def test_every_worded_exception_is_raised_somewhere() -> None:
    assert {r[0] for r in REAL} | {"raised.signature"} == ERRORS.keys()


def test_a_kernel_that_a_dtype_lacks_is_not_an_unwritten_function() -> None:
    raised = left_behind(lambda: raise_(NotImplementedError("\"mse_cpu\" not implemented for 'Long'")))
    assert explain(raised, reveal=Reveal.FULL).cause_id == "torch.float_needed"


def call_of(function: Callable[..., object], *args: object, wanted: str, own: str) -> Explanation:
    call = Call(function="softmax", args=args, kwargs={}, result=None, text="softmax(…)", text_full="softmax(…)")
    raised = left_behind(lambda: function(*args), signature=own, expected_signature=wanted)
    evidence = Raised(
        type_name=raised.type_name,
        message=raised.message,
        traceback=(),
        call=call,
        signature=own,
        expected_signature=wanted,
    )
    return explain(evidence, reveal=Reveal.FULL)


def test_a_wrong_signature_names_the_required_one_and_the_students() -> None:
    def softmax(logits: Tensor) -> Tensor:
        return logits

    explanation = call_of(softmax, X, 1, wanted="softmax(logits, dim)", own="softmax(logits)")
    assert explanation.cause_id == "raised.signature"
    assert explanation.cause is not None
    assert explanation.cause.en == "Required is `softmax(logits, dim)`, yours is `softmax(logits)`."


def test_the_right_signature_is_not_blamed_for_a_type_error_inside() -> None:
    def softmax(logits: Tensor) -> Tensor:
        return F.relu()  # type: ignore[call-arg]

    explanation = call_of(softmax, X, wanted="softmax(logits)", own="softmax( logits )")
    assert explanation.cause_id == "raised.arguments"


def test_the_sizes_of_a_matrix_product_are_shown() -> None:
    explanation = explain(left_behind(lambda: X @ X), reveal=Reveal.FULL)
    assert explanation.cause is not None
    assert explanation.cause.en.endswith("5x4 and 5x4.")


def test_an_exception_while_importing_names_the_module() -> None:
    raised = left_behind(lambda: 1 / 0, module="softmax.py")
    assert (
        explain(raised, reveal=Reveal.FULL).problem.en
        == "Importing softmax.py raised ZeroDivisionError: division by zero"
    )


def test_in_chinese_a_space_stands_beside_latin_words_alone() -> None:
    importing = Raised(type_name="ValueError", message="no", traceback=(), call=None, module="softmax.py")
    assert explain(importing, reveal=Reveal.FULL).problem.zh == "导入 softmax.py 时引发了 ValueError：no"
    assert explain(importing, reveal=Reveal.HINT).problem.zh == "导入 softmax.py 时引发了 ValueError。"
    own = Raised(type_name="Mine", message="", traceback=(), call=None)
    assert explain(own, reveal=Reveal.HINT).problem.zh == "你的代码引发了自定义异常。"
    assert explain(own, reveal=Reveal.FULL).problem.zh == "你的代码引发了 Mine。"


def test_a_hostile_message_is_escaped_and_cut() -> None:
    raised = left_behind(lambda: raise_(ValueError("\x1b[2J\u202e{0}{name}" + "x" * 10**6)))
    text = explain(raised, reveal=Reveal.FULL).problem.en
    assert "\x1b" not in text and "\u202e" not in text and "{0}{name}" in text
    assert len(text) < 600
