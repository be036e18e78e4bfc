"""A tripwire believes neither a file's name nor a module's globals, and torch may not call what it was handed."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest

# Each is run where softmax, matmul and `backward` are closed; `soft` is softmax(x), ready to be called.
START = """
    import contextlib, functools, json, operator, os, sys, tempfile, types, warnings
    import numpy, torch
    import torch.nn.functional as F
    from grader.sandbox import child, encode, tripwire

    warnings.simplefilter("ignore")
    tripwire.set_tripwires_ahead(["torch.softmax", "torch.nn.functional.*softmax", "torch.ops.aten.*softmax*"])
    tripwire.set_tripwires(
        ["torch.softmax", "torch.nn.functional.*softmax", "torch.ops.aten.*softmax*", "torch.Tensor.softmax",
         "torch.Tensor.backward", "torch.Tensor.__matmul__", "torch.Tensor.matmul", "torch.Tensor.abs",
         "torch.Tensor.tanh", "torch.Tensor.add", "torch.Tensor.mean", "torch.nn.functional.relu"],
        lambda name: None,
    )
    x = torch.randn(3, 3)
    soft = functools.partial(x.softmax, -1)
    weight = torch.zeros(1, requires_grad=True)
    sgd = torch.optim.SGD([weight], lr=0.1)

    class Own(torch.Tensor):
        __add__ = reshape = torch.Tensor.softmax

    def compiled(text, file, **names):
        return eval(compile(text, file, "eval"), names)

    def from_default_device():
        torch.set_default_device("cpu")
        try:
            return torch.utils._device.DeviceContext("cpu").__torch_function__(torch.Tensor.softmax, (), (x, -1))
        finally:
            torch.set_default_device(None)

    def a_function_of(module):
        code = compile("def f(x): return x.softmax(-1)", module.__file__, "exec").co_consts[0]
        return types.FunctionType(code, vars(module))(x)

    def made_module():
        module = sys.modules["torch.made"] = types.ModuleType("torch.made")
        module.x = x
        return eval(compile("x.softmax(-1)", torch.__file__.replace("__init__", "made"), "eval"), vars(module))

    def out_of_torchs_folder():
        root = torch.__file__.removesuffix("__init__.py")
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(os.path.realpath(folder), "lies.py")
            with open(file, "w") as stream:
                stream.write("lambda x: x.softmax(-1)")
            named = root + os.path.relpath(file, os.path.realpath(root))
            code = compile("lambda x: x.softmax(-1)", named, "exec").co_consts[0]
            return types.FunctionType(code, vars(F))(x)

    def flushed(flush):
        with contextlib.redirect_stdout(types.SimpleNamespace(flush=flush)):
            child._flush_output()

    def encoded(call):
        class Array(numpy.ndarray):
            __class__ = property(operator.methodcaller("go"))

        array = numpy.zeros(3).view(Array)
        array.go = call
        encode.Encoder(encode.Table(), whole=True, other=lambda value: None).add(array)

    def on_a_default_device(function):
        torch.set_default_device("cpu")
        try:
            return function()
        finally:
            torch.set_default_device(None)
"""

CAUGHT = {
    "an optimizer": "sgd.step(soft)",
    "an optimizer, for gradients": "sgd.step(weight.sum().backward)",
    "another optimizer": "torch.optim.Adam([weight]).step(soft)",
    "an optimizer with a search": "torch.optim.LBFGS([weight]).step(soft)",
    "an operator handed to an optimizer": "sgd.step(functools.partial(x.__matmul__, x))",
    "a schedule": "torch.optim.lr_scheduler.LambdaLR(sgd, x.softmax)",
    "a message": "torch.testing.assert_close(1, 2, msg=x.softmax)",
    "a tracker": "torch.lobpcg(torch.eye(9), k=1, tracker=lambda _: soft())",
    "a tree": "torch.utils._pytree.tree_map(functools.partial(torch.Tensor.softmax, dim=-1), [x])",
    "a checkpoint": "torch.utils.checkpoint.checkpoint(soft, use_reentrant=False)",
    "vmap": "torch.vmap(functools.partial(torch.Tensor.softmax, dim=-1))(x)",
    "a decorator": "torch.no_grad()(soft)()",
    "a hook": "torch.nn.Identity().apply(lambda _: soft())",
    "a layer": "torch.nn.Softmax(-1)(x)",
    "numpy": "numpy.vectorize(lambda _: soft().sum().item())(1)",
    "torch's name of a file": "compiled('x.softmax(-1)', torch.__file__, x=x)",
    "torch's name and globals": "eval(compile('x.softmax(-1)', F.__file__, 'eval'), vars(F), {'x': x})",
    "a function in torch's globals": "a_function_of(F)",
    "a made module of torch's": "made_module()",
    "dlgrade's name of a file": "compiled('x.softmax(-1)', child.__file__, x=x)",
    "dlgrade's name and globals": "eval(compile('x.softmax(-1)', child.__file__, 'eval'), vars(child), {'x': x})",
    "an operator of torch's": "compiled('torch.ops.aten.softmax(x, -1)', F.__file__, torch=torch, x=x)",
    "a file that is elsewhere": "compiled('x.softmax(-1)', torch.__file__ + '/../../x.py', x=x)",
    "what handles subclasses": "torch.Tensor.__torch_function__(torch.Tensor.softmax, (), (x, -1))",
    "what hands on to subclasses": "torch.overrides.handle_torch_function(torch.softmax, (x.as_subclass(Own),), x, -1)",
    "what handles a default device": "from_default_device()",
    "a default device": "on_a_default_device(soft)",
    "what handles subclasses, when another call is over": """[
        torch.distributions.Categorical(logits=x).probs,
        torch.Tensor.__torch_function__(torch.Tensor.softmax, (), (x, -1)),
    ]""",
    "a function of torch's with globals of no module": (
        "types.FunctionType(F.tanhshrink.__code__, {**vars(F), '__name__': 'x'})(x)"
    ),
    "a function of torch's with a copy of its globals": "types.FunctionType(F.tanhshrink.__code__, {**vars(F)})(x)",
    "a file that torch's folder leads out to": "out_of_torchs_folder()",
    "what a function was given, that names the same": (
        "F.triplet_margin_with_distance_loss(x, x, x, distance_function=x.mean)"
    ),
    "dlgrade, when it flushes what was printed": "flushed(soft)",
    "dlgrade, when it encodes a result": "encoded(weight.sum().backward)",
    "another method's name": "F.linear(x, x) + torch.flatten(x.as_subclass(Own)).reshape(-1)",
}
PASSES = {
    "printing": "str(x)",
    "printing a parameter": "str(torch.nn.Parameter(x))",
    "a library's own use": "F.tanhshrink(x)",
    "an allowed function that uses a closed one": "torch.distributions.Categorical(logits=x).probs",
    "an allowed function of a subclass": "F.tanhshrink(x.as_subclass(type('Sub', (torch.Tensor,), {})))",
    "attention": "torch.nn.MultiheadAttention(3, 1)(x, x, x)",
    "a linear layer": "torch.nn.Linear(3, 3)(x)",
    "an optimizer's own arithmetic": "sgd.step()",
    "an optimizer with an honest closure": "sgd.step(lambda: weight.sum())",
    "differentiation": "torch.autograd.grad(weight.sum(), weight)",
    "printing on a default device": "on_a_default_device(lambda: str(x))",
    "a closed function's use on a default device": "on_a_default_device(lambda: F.tanhshrink(x))",
    "an operator of a closed method on a default device": "on_a_default_device(lambda: x + x)",
}


@pytest.fixture(scope="module")
def outcomes() -> dict[str, str]:
    """Say of every expression above whether it was called, caught, or failed."""
    asked = json.dumps({**CAUGHT, **PASSES})
    rest = f"""
    found = {{}}
    for name, expression in json.loads({asked!r}).items():
        try:
            eval(expression)
            found[name] = "called"
        except tripwire.ForbiddenCall:
            found[name] = "caught"
        except BaseException as error:
            found[name] = f"{{type(error).__name__}}: {{error}}"
    print(json.dumps(found))
    """
    text = textwrap.dedent(START) + textwrap.dedent(rest)
    told = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout
    answer: dict[str, str] = json.loads(told)
    return answer


@pytest.mark.parametrize("way", CAUGHT)
def test_a_closed_function_is_caught_though_a_librarys_file_seems_to_call_it(
    way: str, outcomes: dict[str, str]
) -> None:
    assert outcomes[way] == "caught"


@pytest.mark.parametrize("use", PASSES)
def test_what_a_library_does_for_itself_trips_nothing(use: str, outcomes: dict[str, str]) -> None:
    assert outcomes[use] == "called"
