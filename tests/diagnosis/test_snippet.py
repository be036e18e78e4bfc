"""Code that a student can paste: it makes the very values again, in lines that a narrow window holds."""

from __future__ import annotations

import ast
import time
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.diagnosis import explain
from grader.diagnosis.folding import folded
from grader.diagnosis.literals import Unwritable, Writer
from grader.diagnosis.snippet import snippet
from grader.examination.compare import compare
from grader.examination.evidence import Asserted, Call, Compared, InputChanged, Named, Raised, Target
from grader.examination.property import arrays, floats, shapes, tensors
from grader.examination.watch import ending_at, interrupted_at
from grader.records import Explanation, Reveal, Text
from grader.sandbox.messages import REMOTE_ROOT, STUDENT_ROOT

quick = settings(
    max_examples=120, database=None, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)
FLOATS = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.complex64]
DTYPES = st.sampled_from([*FLOATS, torch.int64, torch.int32, torch.uint8, torch.bool])
ODD = floats(-10, 10, decimals=6, special=[float("inf"), float("-inf"), float("nan"), -0.0, 1e-30])
SIDES = shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
SHOWN = Explanation(problem=Text(en="p", zh="p"))


def run(source: str) -> Any:
    return eval(source, {"torch": torch, "np": np, "float": float})


@quick
@given(DTYPES.flatmap(lambda dtype: tensors(SIDES, dtype=dtype, layout="any")), st.booleans())
def test_a_tensor_is_made_again_with_dtype_and_layout(value: torch.Tensor, needs_grad: bool) -> None:
    if needs_grad and value.dtype in FLOATS:
        value.requires_grad_()
    again = run(Writer({}).write(value))
    assert again.dtype is value.dtype
    assert again.requires_grad == value.requires_grad
    assert torch.equal(again.detach(), value.detach())
    if not value.is_contiguous():
        assert again.stride() == value.stride()


@quick
@given(tensors(SIDES, elements=ODD), tensors(SIDES, dtype=torch.float64, elements=ODD))
def test_odd_numbers_are_written_to_the_last_bit(single: torch.Tensor, double: torch.Tensor) -> None:
    for value in (single, double):
        again = run(Writer({}).write(value))
        bits = torch.int32 if value.dtype is torch.float32 else torch.int64
        same = again.isnan() & value.isnan() | (again.view(bits) == value.view(bits))
        assert same.all()


@quick
@given(
    st.sampled_from([np.float64, np.float32, np.float16, np.int64, np.int8, np.uint16, np.bool_]).flatmap(
        lambda dtype: arrays(SIDES, dtype=dtype, layout="any")
    )
)
def test_an_array_is_made_again_with_dtype_and_layout(value: Any) -> None:
    again = run(Writer({}).write(value))
    assert again.dtype == value.dtype
    assert np.array_equal(again, value)
    assert again.flags.c_contiguous == value.flags.c_contiguous


PLAIN = [
    None,
    ...,
    True,
    -3,
    2.5,
    float("inf"),
    1 + 2j,
    "it's",
    b"\x00",
    [1, (2,), ()],
    {"a": [torch.float32], 3: None},
]
OF_LIBRARIES = [slice(1, None, 2), torch.Size([1]), torch.device("cpu"), range(3)]


@pytest.mark.parametrize("value", [*PLAIN, *OF_LIBRARIES], ids=repr)
def test_a_plain_value_is_made_again(value: object) -> None:
    again = run(Writer({}).write(value))
    assert type(again) is type(value)
    assert again == value


SHARED = torch.arange(6.0)


LONG: list[object] = [torch.zeros(65), list(range(40)), "x" * 300, [[[[[1]]]]]]
NO_COPY: list[object] = [[SHARED[:2], SHARED[2:]], [SHARED, SHARED], torch.ones(2, requires_grad=True) * 2]
NO_DATA: list[object] = [object(), Named("callback"), np.array(["a"])]


@pytest.mark.parametrize("value", [*LONG, *NO_COPY, *NO_DATA], ids=lambda value: type(value).__name__)
def test_what_would_be_long_or_another_thing_is_not_written(value: object) -> None:
    with pytest.raises(Unwritable):
        Writer({}).write(value)


def call(*args: object, path: str = "f", op: str = "call", result: object = 1.0, **more: Any) -> Call:
    handle, made, kwargs = more.get("handle", STUDENT_ROOT), more.get("made"), more.get("kwargs", {})
    target = Target(op=op, module="work", handle=handle, path=tuple(path.split(".")) if path else (), made=made)
    names = more.get("names", ("x", "y", "z"))
    return Call(
        function=path, args=args, kwargs=kwargs, result=result, text="", text_full="", names=names, target=target
    )


def code(evidence: Any, made: Explanation = SHOWN) -> str:
    found = snippet(evidence, made)
    assert found is not None
    compile(found.en, "snippet", "exec")
    return found.en


def test_a_comparison_says_what_should_come_and_what_comes() -> None:
    result = torch.tensor([1.0])
    mismatch = compare(result, torch.tensor([2.0]))
    assert mismatch is not None
    compared = Compared(mismatch=mismatch, call=call(torch.tensor([3.0]), result=result), direct=True)
    full = explain(compared, reveal=Reveal.FULL).example
    assert full is not None
    body = "import torch\nfrom work import f\n\nprint(f(torch.tensor([3.0])))\n"
    assert full.en == body + "# expected: [2.]\n# got: [1.]"
    assert full.zh == body + "# 期望：[2.]\n# 得到：[1.]"
    for reveal in (Reveal.NONE, Reveal.HINT, Reveal.SHAPE):
        assert explain(compared, reveal=reveal).example is None


def test_gradients_of_arguments_are_set_before_the_call() -> None:
    weight = torch.tensor([1.0], requires_grad=True)
    weight.grad = torch.tensor([0.5])
    changed = call([weight], 0.1, path="step", result=None, names=("params", "lr"))
    assert code(Asserted(message="", call=changed, calls=(changed,))) == (
        "import torch\nfrom work import step\n\nparams = [torch.tensor([1.0], requires_grad=True)]\n"
        "params[0].grad = torch.tensor([0.5])\nstep(params, 0.1)\nprint(params)"
    )


def test_a_changed_input_is_printed_after_the_call() -> None:
    evidence = InputChanged(parameter="x", change="values", before=None, after=None, call=call(np.array([1.5])))
    assert code(evidence).endswith("x = np.array([1.5])\nf(x)\nprint(x)")


def test_a_gradient_is_asked_for_as_one_would_by_hand() -> None:
    asked = call(torch.tensor([1.0]), torch.tensor([0, 1]), torch.tensor([2.0]), op="grad")
    evidence = Raised(type_name="E", message="", traceback=(), call=asked)
    assert code(evidence).endswith(
        "x = torch.tensor([1.0]).requires_grad_()\ny = torch.tensor([0, 1])\n"
        "f(x, y).backward(torch.tensor([2.0]))\nprint(x.grad)"
    )


def test_objects_and_generators_are_shown_with_the_calls_that_made_them() -> None:
    made = call(3, path="Net", made=7, result=object())
    other = call(4, path="f")
    used = call(Named("Net", 7), path="train")
    assert code(Asserted(message="", call=used, calls=(made, *[other] * 4, used))) == (
        "from work import Net, train\n\nnet = Net(3)\nprint(train(net))"
    )
    begun = call(path="batches", made=8)
    steps = [call(path="", op="next", handle=8) for _ in range(5)]
    assert code(Asserted(message="", call=steps[-1], calls=(begun, *steps))) == (
        "from work import batches\n\nresult = batches()\nfor _ in range(5):\n    print(next(result))"
    )


OUTSIDE = call(path="torch.zeros", handle=REMOTE_ROOT)


@pytest.mark.parametrize("unwritable", [call(Named("loss")), call(Named("Net", 9)), OUTSIDE, call("x" * 300)])
def test_what_cannot_be_pasted_is_not_shown(unwritable: Call) -> None:
    assert snippet(Raised(type_name="E", message="", traceback=(), call=unwritable), SHOWN) is None


def test_text_that_would_steer_a_terminal_stays_escaped() -> None:
    shown = code(Raised(type_name="E", message="", traceback=(), call=call("\u202e\x1b[31m")))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert r"f('\u202e\x1b[31m')" in shown


def test_a_long_call_names_its_tensors_and_breaks_between_rows() -> None:
    wide = torch.arange(24.0).reshape(3, 8)
    shown = code(Raised(type_name="E", message="", traceback=(), call=call(wide, kwargs={"dim": 1})))
    assert shown.endswith("\nprint(f(x, dim=1))")
    assert "x = torch.tensor([[0.0, 1.0, 2.0, 3.0, 4.0, 5.0," in shown
    assert all(len(line) <= 56 for line in shown.splitlines())


@quick
@given(st.lists(st.lists(st.integers(-999, 999), max_size=6), max_size=6), st.text("a, ]['", max_size=20))
def test_a_folded_line_means_the_same(rows: list[list[int]], text: str) -> None:
    line = f"x = f(torch.tensor({rows!r}), {text!r}, y=({rows!r},))"
    lines = folded(line, 56)
    assert ast.dump(ast.parse("\n".join(lines))) == ast.dump(ast.parse(line))
    if len(line) > 100 and len(text) < 5:
        assert max(map(len, lines)) < len(line)


def shared(levels: int) -> list[Any]:
    """Return a list that is small in memory and 2**levels long when it is written out."""
    value: list[Any] = [torch.ones(1)]
    for _ in range(levels):
        value = [value, value]
    return value


def itself() -> list[Any]:
    value: list[Any] = ["a"]
    value += [value, value]
    return value


@pytest.mark.parametrize("made", [lambda: shared(60), itself], ids=["shared", "holds itself"])
def test_a_value_without_end_is_not_written_and_looking_at_it_ends(made: Any) -> None:
    target = Target(op="call", module="work", handle=STUDENT_ROOT, path=("f",))
    call = Call(function="f", args=(made(),), kwargs={}, result=1, text="", text_full="", names=("x",), target=target)
    with interrupted_at(ending_at(time.monotonic() + 4.0), AssertionError):
        assert snippet(Asserted(message="", call=call, calls=(call,)), SHOWN) is None


def test_more_values_than_a_snippet_has_room_for_are_not_written() -> None:
    thirty = list(range(30))
    with pytest.raises(Unwritable):
        Writer({}).write([[thirty] * 30] * 30)
