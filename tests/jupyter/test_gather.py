"""What is gathered from a kernel does the same in a module of its own; what cannot be is refused by name."""

from __future__ import annotations

import pytest
from kernels import Kernel

PRELUDE = """
from grader.jupyter.gather import gather
from grader.jupyter.kernel import Cells
def module_of(**given):
    return gather(given, Cells(get_ipython()))
def carried(**given):
    space = {"__name__": "answer"}
    exec(compile(module_of(**given).text, "answer.py", "exec", dont_inherit=True), space)
    return space
"""


@pytest.fixture(scope="module", autouse=True)
def prelude(kernel: Kernel) -> None:
    kernel.clean(PRELUDE)


def test_a_function_brings_all_that_it_needs_and_nothing_else(kernel: Kernel) -> None:
    first = kernel.clean("import math, os\nEPS = 0.5\nsecret = open(os.devnull)").number
    second = kernel.clean("\n\ndef base(x):\n    return x + EPS\n\nprint('a side effect')").number
    third = kernel.clean("# an answer\ndef area(x):\n    base_ = 2\n    return math.pi * base(x)").number
    shown = kernel.clean("found = module_of(area=area); print(found.text); print(found.cells)").out
    assert shown == (
        "EPS = 0.5\n"
        "import math, os\n"
        "\n\ndef base(x):\n    return x + EPS\n"
        "\ndef area(x):\n    base_ = 2\n    return math.pi * base(x)\n\n"
        f"(NotebookCell(number={first}, line=2, executed=True), NotebookCell(number={second}, line=3, executed=True), "
        f"NotebookCell(number={third}, line=7, executed=True))\n"
    )


SAME = {
    "closure": (["def make(k):\n    def inner(x):\n        return x * k\n    return inner", "f = make(3)"], "f(4)"),
    "partial": (["import functools\ndef g(x, y=1): return x - y", "f = functools.partial(g, y=5)"], "f(4)"),
    "lambda": (["two = 2\nf = lambda x: x ** two"], "f(4)"),
    "wrapping decorator": (
        ["import functools\ndef twice(f):\n    @functools.wraps(f)\n    def w(x): return 2 * f(x)\n    return w",
         "@twice\ndef f(x): return x + 1"],
        "f(4)",
    ),
    "plain decorator": (
        ["def thrice(f):\n    def w(x): return 3 * f(x)\n    return w", "@thrice\ndef f(x): return x + 1"],
        "f(4)",
    ),
    "default of a default": (["K1 = [1, 2]", "def f(x, k=len(K1)): return x * k"], "f(4)"),
    "class and its base": (
        ["class A1:\n    k = 3", "class B1(A1):\n    def m(self, x): return self.k * x", "def f(x): return B1().m(x)"],
        "f(4)",
    ),
    "dataclass": (
        ["from dataclasses import dataclass\n@dataclass\nclass P1:\n    x: int = 1", "def f(x): return P1(x).x"],
        "f(4)",
    ),
    "global that it changes": (["count = 7\ndef f(x):\n    global count\n    count += x\n    return count"], "f(0)"),
    "star import": (["from fractions import *", "def f(x): return Fraction(x, 3)"], "f(4)"),
    "renamed import": (["from os.path import join as j1", "def f(x): return j1('a', str(x))"], "f(4)"),
    "submodule": (["import xml", "import xml.dom.minidom", "def f(x): return xml.dom.minidom.Node.TEXT_NODE"], "f(4)"),
    "helper that was run again later": (
        ["def h1(x): return x", "def outer(g):\n    return lambda x: g(x)", "f = outer(h1)", "def h1(x): return x"],
        "f(4)",
    ),
    "attribute set later": (["def f(x): return f.k * x", "f.k = 5"], "f(4)"),
    "mutual recursion": (
        ["def even(n): return True if n == 0 else odd(n - 1)", "def odd(n): return False if n == 0 else even(n - 1)",
         "f = even"],
        "f(4)",
    ),
    "the newest of several": (["def f(x): return 1", "def f(x): return 2"], "f(4)"),
    "a constant as it is now": (["k2 = 1\ndef f(x): return k2", "k2 = 9"], "f(4)"),
    "a table of functions": (["def a1(x): return x", "table = {'a': a1}", "def f(x): return table['a'](x)"], "f(4)"),
    "a timed cell": (["%%time\ndef f(x): return x + 1\n"], "f(4)"),
    "a cell with commands": (["%time 1\n!true\ndef f(x): return x + 1\n"], "f(4)"),
    "a definition under a condition": (["if True:\n    def f(x): return x + 1"], "f(4)"),
    "infinite and missing numbers": (["odd1 = [float('inf'), -0.0, 1j]\ndef f(x): return odd1"], "repr(f(4))"),
    "sets, bytes, slices": (["many = ({1, 2}, b'a', slice(1), (1,), range(3))\ndef f(x): return many"], "f(4)"),
    "small tensors": (
        ["import torch\nW1 = torch.tensor([[0.1, float('nan')]], dtype=torch.float64)\ndef f(x): return W1"],
        "(f(4).dtype, f(4).shape, f(4).tolist().__repr__())",
    ),
    "small arrays": (
        ["import numpy as np\nA2 = np.arange(6, dtype='int16').reshape(2, 3)\ndef f(x): return A2 * np.float32(2)"],
        "(f(4).dtype, f(4).tolist())",
    ),
    "Python's open, of which IPython has its own": (
        ["def f(x):\n    with open('/dev/null') as nothing:\n        return nothing.read() + str(x)"], "f(4)"
    ),
    "a name of Python's own that a cell has decorated": (
        ["import functools\n@functools.wraps(oct)\ndef oct(x): return 'mine'", "def f(x): return oct(x)"], "f(4)"
    ),
    "dtypes and devices": (
        ["import torch\nd1 = (torch.float16, torch.device('cpu'), torch.Size([2]))\ndef f(x): return d1"],
        "f(4)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", SAME)
def test_what_is_carried_does_the_same_elsewhere(kernel: Kernel, kind: str) -> None:
    cells, expression = SAME[kind]
    for cell in cells:
        assert not kernel.run(cell).error
    here = kernel.clean(f"print({expression})").out.splitlines()[-1]
    assert kernel.clean(f"print(eval({expression!r}, carried(f=f)))").out.splitlines() == [here]


def test_a_lambda_in_the_call_is_carried_on_its_own_line(kernel: Kernel) -> None:
    number = kernel.clean("three = 3\n\nfound = module_of(\n    g=lambda x: x * three, h=lambda x: x)").number
    shown = kernel.clean("print(found.text); print([(c.number, c.line) for c in found.cells])").out
    assert (
        shown
        == f"three = 3\n\n\n\ng = (lambda x: x * three)\n\n\n\nh = (lambda x: x)\n\n[({number}, 2), ({number}, 6)]\n"
    )


def test_an_earlier_version_that_was_kept_is_the_one_that_is_carried(kernel: Kernel) -> None:
    kernel.clean("def v(x): return 'old'")
    kernel.clean("kept = v")
    kernel.clean("def v(x): return 'new'")
    assert kernel.clean("print(carried(v=v)['v'](1), carried(w=kept)['w'](1))").out == "new old\n"


def test_annotations_that_are_only_text_stay_so(kernel: Kernel) -> None:
    kernel.clean("from __future__ import annotations\ndef f(x: Nothing) -> Neither: return x")
    assert kernel.clean("print(carried(f=f)['f'](1))").out == "1\n"


REFUSED = {
    "an open file": ("import os\nlog = open(os.devnull)\ndef f(x): return log", "log (needed by f): _io.TextIOWrapper"),
    "a generator": ("steps = (i for i in [1])\ndef f(x): return steps", "steps (needed by f): generator is open"),
    "a large tensor": ("import torch\nW = torch.zeros(50, 50)\ndef f(x): return W", "torch.Tensor of shape (50, 50)"),
    "a trained network": (
        "import torch\nnet = torch.nn.Linear(2, 2)\ndef f(x): return net(x)",
        "net (needed by f): torch.nn.modules.linear.Linear holds parameters that live in the kernel",
    ),
    "what only IPython knows": ("def f(x): return display(x)", "display (needed by f): only IPython knows it"),
    "a file beside the notebook": ("import beside\ndef f(x): return beside.k", "it comes from beside.py beside"),
    "a function of such a file": ("from beside import own\ndef f(x): return own(x)", "own (needed by f): it comes"),
    "a number": ("f = 3", "f: expected a function or a class, got int. Give the function itself"),
    "a value of unknown origin": (
        "globals()['ghost'] = object()\ndef f(x): return ghost",
        "ghost (needed by f): no cell that was run gives a name to this object",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_carried_is_refused_by_name(kernel: Kernel, kind: str) -> None:
    (kernel.folder / "beside.py").write_text("k = 1\ndef own(x): return x\n", encoding="utf-8")
    cell, told = REFUSED[kind]
    kernel.clean(cell)
    error = kernel.run("module_of(f=f)").error
    assert error.startswith("UsageError: ")
    assert told in error


def test_a_refusal_is_complete_in_chinese(kernel: Kernel) -> None:
    kernel.clean("import os\nos.environ['DLGRADE_LANG'] = 'zh'\nlog = open(os.devnull)\ndef f(x): return log")
    error = kernel.run("module_of(f=f)").error
    kernel.clean("os.environ['DLGRADE_LANG'] = 'en'")
    assert "log（f 需要它）：_io.TextIOWrapper 处于打开或运行状态，无法离开内核。请在使用它的函数内部创建" in error


def test_a_function_that_no_name_stands_for_is_to_get_one(kernel: Kernel) -> None:
    kernel.clean("def mk(k):\n    return lambda x: k")
    assert "Name it in a cell first, `f = ...`" in kernel.run("module_of(f=mk(1))").error


def test_two_versions_at_once_are_refused(kernel: Kernel) -> None:
    kernel.clean("def step(x): return 1")
    kernel.clean("first = step")
    kernel.clean("def step(x): return 2\ndef f(x): return step(x)")
    for given in ("f=f, step=first", "step=first, f=f"):
        assert "step: two versions of it would be needed at once" in kernel.run(f"module_of({given})").error


@pytest.mark.parametrize("holder", ["functools.partial(old1, 1)", "(lambda g: lambda: g(1))(old1)", "old1"])
def test_a_held_function_that_was_defined_anew_is_not_silently_the_new_one(kernel: Kernel, holder: str) -> None:
    kernel.clean(f"import functools\ndef old1(x): return 1\nheld = {holder}")
    kernel.clean("def old1(x): return 2\ndef f(x): return held()")
    assert "old1: two versions of it would be needed at once" in kernel.run("module_of(f=f)").error


def test_a_value_with_a_state_is_made_anew_and_that_is_said(kernel: Kernel) -> None:
    number = kernel.clean("class Counter1:\n    n = 0\nobject1 = Counter1()").number
    kernel.clean("object1.n = 5\ndef f(x): return object1.n")
    assert kernel.clean("print(module_of(f=f).notes[0].en)").out == (
        f"object1 was made anew as In [{number}] makes it; changes since then were not carried along.\n"
    )
