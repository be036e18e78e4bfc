"""Forbidden names are found in the source, however they are reached; look-alikes are not; the rest is for a person."""

from __future__ import annotations

import ast
import gc
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.examination.rules import Rules, rule_of, told_name
from grader.exercise import load_course
from grader.records import Outcome, SourceFile
from grader.report import Status

ROOT = Path(__file__).parent.parent.parent
FORBID = ("torch.softmax", "torch.nn.functional.*softmax", "torch.nn.Softmax*", "torch.Tensor.softmax", "os.system")
ALLOW = ("torch.exp", "torch.Tensor", "torch.nn.functional.relu", "torch.linalg.*", "math.*")


def looked(*texts: str, forbid: tuple[str, ...] = FORBID, allow: tuple[str, ...] = ()) -> Any:
    """Look through files a.py, b.py, …"""
    files = [SourceFile(name=f"{name}.py", text=text) for name, text in zip("abcdefgh", texts, strict=False)]
    return Rules(forbid, allow).look(files)


def codes(*texts: str, **rules: Any) -> list[str]:
    """Return the reasons of the notes on sources that break no rule."""
    found = looked(*texts, **rules)
    assert found.forbidden is None, found.forbidden
    return [review.code for review in found.reviews]


REACHED = (
    "from torch import softmax as s",
    "import torch.nn.functional as F; g = F.softmax",
    "import torch; a, b = torch, 1; a.softmax",
    "import torch; print((t := torch).softmax)",
    "import torch\ndef f(x, t=torch): return t.softmax(x)",
    "import torch\nclass A:\n  t = torch\n  def f(self): return self.t.softmax",
    "import torch\nclass A:\n  t = torch\nA.t.softmax",
    'import torch; d={"a": torch}; d["a"].softmax',
    "import torch; d=[torch]; d[0].softmax",
    "import torch; t=torch; u=t; u.softmax",
    "from torch import *\nsoftmax(x)",
    "from torch.nn.functional import *\nlog_softmax(x)",
    'import torch; getattr(torch, "softmax")',
    'import torch; getattr(torch, "soft"+"max")',
    'import torch; n="soft"; n+="max"; getattr(torch, n)',
    'import torch; k="max"; getattr(torch, f"soft{k}")',
    'import torch; getattr(torch, "".join(["soft","max"]))',
    'import torch\na="log"; a="soft"; b="sum"; b="max"; getattr(torch, f"{a}{b}")',
    'import torch\na="x" if y else "soft"; getattr(torch, "".join((a, "m", "ax")))',
    'import torch; getattr(torch, "_".join(("log","softmax")).replace("log_",""))',
    'import torch; getattr(torch, "%smax" % "soft")',
    'import torch; getattr(torch, "{}{}".format("soft","max"))',
    'import torch; getattr(torch, "xamtfos"[::-1])',
    'import torch; g=getattr; g(torch, "softmax")',
    'import torch; torch.__dict__["softmax"]',
    'import torch; vars(torch)["softmax"]',
    'import torch; vars(torch).get("softmax")',
    'import sys; sys.modules["torch"].softmax',
    'import importlib; importlib.import_module("tor"+"ch").softmax',
    '__import__("torch").softmax',
    '__import__("torch.nn").nn.functional.softmax',
    'import operator, torch; operator.attrgetter("softmax")(torch)',
    'from operator import attrgetter as ag; import torch; ag("nn.functional.softmax")(torch)',
    "eval(\"__import__('torch').softmax\")",
    'exec("import torch\\nf = torch.softmax")',
    'import torch; eval("torch.softmax")(x)',
    'import torch; eval(compile("torch.softmax", "x", "eval"))',
    "import torch\ntry:\n  pass\nexcept Exception:\n  y = torch.softmax(x)",
    "import torch; torch._C._VariableFunctions.softmax",
    "import torch; torch._VF.softmax",
    "import torch; torch.ops.aten.softmax.int(x, -1)",
    "import torch; torch.nn.modules.activation.F.softmax",
    "import torch; torch.nn.modules.activation.Softmax()",
    "import torch; torch.special.softmax.__call__ if 0 else torch.nn.functional.torch.softmax",
    "import torch; m = lambda: torch; m().softmax",
    "import torch\ndef g(): return torch\ng().softmax",
    "import torch\ndef g(t): return t.softmax\ng(torch)",
    "import torch; (lambda t: t.softmax)(torch)",
    "import torch; list(map(lambda t: t.softmax, [torch]))",
    "import torch\nfor t in (torch,): t.softmax",
    "import torch; [t.softmax for t in [torch]]",
    "import torch; (torch if x else y).softmax",
    "import torch; (None or torch).softmax",
    "import torch\nwith a as b: pass\nclass B: pass\nB.m = torch\nB().m.softmax",
    'import torch; globals()["torch"].softmax',
    'import torch; torch.__getattribute__("softmax")',
    'import torch; object.__getattribute__(torch, "softmax")',
    "import torch; fs=[]; fs.append(torch); fs[0].softmax",
    'import torch; d=dict(t=torch); d["t"].softmax',
    'import torch\nfor k, v in {"a": torch}.items(): v.softmax',
    "import torch\nmatch torch:\n  case t: t.softmax",
    "import torch\ndef f():\n  global q\n  q = torch\ndef h(): return q.softmax",
    'import torch\nfrom functools import partial\npartial(lambda t, n: getattr(t, n), torch)("softmax")',
    'import torch; setattr(A, "t", torch); A.t.softmax',
    'import torch; getattr(torch.nn, "func" + "tional").softmax',
    'import torch; getattr(getattr(torch, "nn"), "Soft" "max")',
    "import torch; torch.Tensor.softmax(x, -1)",
    'import torch as t, numpy as np; getattr(t, b"softmax".decode())',
    "from torch.nn import Softmax as S",
    'import builtins, torch; builtins.getattr(torch, "softmax")',
    "import torch\n@property\ndef t(): return torch\nt.softmax",
    "import torch\nfrom dataclasses import dataclass\n@dataclass\nclass C:\n  t: object\nC(torch).t.softmax",
    "import torch as t\nt.softmax(x)",
    "from torch import softmax",
    "from torch import nn\nnn.functional.softmax(x)",
    "import torch.nn\ntorch.nn.functional.softmax(x)",
    "import os\nos.system(c)",
    "def f(x):\n    import torch\n    return torch.softmax(x)",
    "import torch\nclass A:\n    f = staticmethod(torch.softmax)",
    "import torch\nmap(torch.softmax, x)",
    'import torch\nfor part in ("soft",):\n    getattr(torch, part + "max")',
    'import torch\ndef f(name):\n    return getattr(torch, name)\nf("softmax")',
    'import torch\nF = {"f": {"g": torch.nn}}\nF["f"]["g"].Softmax',
    "import torch\ntorch.softmax if False else None",
    "import torch\ndef f(x, dim): return super(torch.Tensor, x).softmax(dim)",
    "from torch import Tensor as T\ns = super\ns(T, x).softmax(0)",
    "import torch\nsuper(torch._C.TensorBase, x).softmax(0)",
    "import torch\ngetattr(super(torch.Tensor, x), 'softmax')(0)",
    "import torch\nif False:\n    torch.softmax",
    "from torch import nn as layers\nclass Net(layers.Module):\n    def forward(self, x):\n"
    "        return layers.functional.softmax(x)",
    "import torch\nlist(zip([1], [torch]))[0][1].softmax",
    "import torch\nnext(iter([torch])).softmax",
    "import torch\n[torch][:1][0].softmax",
    "import torch\na = [torch]\nb = a + []\nb[0].softmax",
    "import torch\ndef gen():\n    yield torch\nfor t in gen():\n    t.softmax",
    "import torch\ndef f(*modules):\n    return modules[0].softmax\nf(torch)",
    'import torch\ndef f(**modules):\n    return modules["t"].softmax\nf(t=torch)',
    "import torch\nclass A:\n    def __init__(self, lib):\n        self.lib = lib\n"
    "    def f(self):\n        return self.lib.softmax\nA(torch)",
    "import torch\n(*rest,) = (torch,)\nrest[0].softmax",
    'import torch\nexec("t = torch")\nt.softmax',
)


@pytest.mark.parametrize("text", REACHED)
def test_a_forbidden_name_is_found_however_it_is_reached(text: str) -> None:
    found = looked(text).forbidden
    assert found is not None
    assert found.outcome is Outcome.FORBIDDEN


@pytest.mark.parametrize(
    "text",
    [
        "import torch\ntorch.exp(x)",
        "softmax(x)",
        "def softmax(x): ...\nsoftmax(1)",
        "import mine\nmine.softmax(x)",
        "# torch.softmax",
        "'torch.softmax'",
        "import torch\nmine.torch.softmax(x)",
        "self.torch.softmax(x)",
        "def f(:",
        "",
        "x.softmax(-1)",
        "from torch import *\ndef softmax(x): return exp(x)\nsoftmax(x)",
        "import torch\ndef f():\n    t = torch\n    return t\ndef g(t):\n    return t.softmax(-1)",
        "import torch\ndef g():\n    class t:\n        softmax = 1\n    return t.softmax",
        "import torch\nx = torch.ones(3)\nx.softmax(-1)",
        "class torch:\n    softmax = 1\ntorch.softmax",
        "x = '\\ud800'",
        "x = 1\0",
    ],
)
def test_a_look_alike_is_not(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "class A:\n    def f(self, n):\n        return getattr(self, 'layer' + str(n))",
        "def f(model, names):\n    for n in names:\n        setattr(model, n, getattr(model, n) * 2)",
        "class A:\n    def g(self):\n        return {k: v for k, v in vars(self).items()}, self.__dict__",
        "import torch\nclass A(torch.nn.Module):\n    def f(self):\n        self.eval(); self.train()\n"
        "        return super().forward, type(self).__name__",
        "import torch\ndtype = getattr(torch, 'float' + '32')",
        "import torch\nf = getattr(torch, 'exp')",
        "import math\ndef f(name):\n    return getattr(math, name)",
        "import re, copy, functools, itertools, operator\nre.compile('x')\nsorted(y, key=operator.attrgetter('score'))",
        "import operator\ndef f(rows, key):\n    return sorted(rows, key=operator.attrgetter(key))",
        "import sys\nsys.float_info.eps\nsys.maxsize",
        "import torch\nmodel = torch.compile(model)\nmodel.modules()\nx.__class__.__name__",
        "def f():\n    return locals_ if 'x' in dir() else isinstance(x, int)",
        "from functools import partial, reduce\nreduce(lambda a, b: a + b, y)\npartial(getattr, mine)",
        "exec('y = 1')\neval('1 + 1')",
        "import importlib, torch\nnn = importlib.import_module('torch.nn')\nnn.Linear(3, 1)",
        "class B: pass\nclass A(B):\n    def __init__(self):\n        super(A, self).__init__()",
        "import torch\nprint(x.grad_fn)\nx.register_hook(print)",
        "import torch\nif 'torch' in globals():\n    globals()['x'] = 1",
    ],
)
def test_honest_code_is_neither_accused_nor_noted(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("name", "import torch\ndef f(n):\n    return getattr(torch, n)"),
        ("name", "import torch\ngetattr(torch.nn.functional, bytes([115]).decode())"),
        ("name", "import torch\nlist(map(getattr, [torch], names))"),
        ("name", "import torch, functools\nfunctools.reduce(getattr, names, torch)"),
        ("name", "import torch, functools\nfunctools.partial(getattr, torch)(n)"),
        ("name", "import torch, operator\noperator.attrgetter(n)(torch)"),
        ("name", "import torch as t\ng = getattr\ng(t, n)"),
        ("import", "__import__(n)"),
        ("import", "import importlib\nimportlib.import_module(n)"),
        ("code", "eval(n)"),
        ("code", "exec(open('x').read())"),
        ("code", "compile(n, 'x', 'exec')"),
        ("table", "import torch\ntorch.__dict__[n]"),
        ("table", "import torch\nvars(torch).values()"),
        ("table", "import sys\nsys.modules[n]"),
        ("table", "import sys\nfor m in sys.modules.values(): m.x"),
        ("table", "globals()[n]"),
        ("door", "import torch\ntorch._C._nn.gelu(x)"),
        ("door", "import torch\ntorch.ops.aten.exp(x)"),
        ("door", "import torch\ntorch.jit.script(f)"),
        ("door", "import ctypes"),
        ("door", "import inspect\ninspect.currentframe()"),
        ("door", "import pickle\npickle.loads(x)"),
        ("door", "from gc import get_objects"),
        ("door", "from grader.sandbox import tripwire"),
        ("door", "import grader\ngrader.sandbox.tripwire._trip = print"),
        ("door", "import sys\nsys.modules['grader.sandbox.callers']._named = {}"),
        ("door", "from builtins import getattr as g"),
        ("door", "import sys\nsys._getframe(0)"),
        ("inner", "f.__globals__['torch']"),
        ("inner", "().__class__.__base__.__subclasses__()"),
        ("inner", "type(x).mro()[1].softmax(x, dim)"),
        ("inner", "type(x).__mro__[1].softmax(x, dim)"),
        ("inner", "type(x).__bases__[0].softmax(x, dim)"),
        ("inner", "getattr(type(x), '__mro__')[1]"),
        ("inner", "import operator\noperator.attrgetter('__class__.__base__')(x)"),
        ("inner", "import torch\nsuper(torch.Tensor, x).exp()"),
        ("inner", "super(type(x), x).softmax(dim)"),
        ("inner", "import numpy\nsuper(numpy.ndarray, x).dot(y)"),
    ],
)
def test_what_cannot_be_followed_is_for_a_person(code: str, text: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "loss.grad_fn(one)",
        "for node, _ in f.next_functions: pass",
        "x.register_hook(seen.append)",
        "m._backward_hooks",
        "getattr(loss, 'grad_fn')(one)",
    ],
)
def test_the_recorded_graph_is_for_a_person_where_autograd_is_forbidden(text: str) -> None:
    assert codes(text, forbid=("torch.autograd.grad",)) == ["graph"]
    assert codes(text, forbid=("torch.softmax",)) == []


def test_a_note_says_where_and_why_in_both_languages() -> None:
    (review,) = looked("import torch\n\ndef f(n):\n    return getattr(torch, n)(1)\n").reviews
    assert (review.file, review.line, review.column) == ("a.py", 4, 12)
    assert "`torch`" in review.text.en
    assert "`torch`" in review.text.zh


def test_notes_are_no_flood() -> None:
    assert len(looked("import torch\n" + "getattr(torch, x)\n" * 500).reviews) == 20


def test_an_exercise_without_rules_looks_for_nothing() -> None:
    found = looked("import torch\ntorch.softmax(x)\neval(x)", forbid=())
    assert found.forbidden is None
    assert not found.reviews


def test_a_rule_that_is_not_about_torch_notes_nothing_of_torch() -> None:
    assert codes("import torch\ntorch.ops.aten.exp(x)\ngetattr(torch, n)", forbid=("os.system",)) == []


# -- other files of the submission


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("import b\nb.t.softmax", "import torch as t"),
        ("from b import t\nt.softmax", "import torch as t"),
        ("from b import *\nt.softmax", "import torch as t"),
        ("import b\nb.get().softmax", "import torch\ndef get():\n    return torch"),
        ("import b as c\nc.f('softmax')", "import torch\ndef f(n):\n    return getattr(torch, n)"),
    ],
)
def test_a_name_is_followed_through_the_submissions_files(one: str, other: str) -> None:
    assert looked(one, other).forbidden is not None


# -- a list of allowed names


@pytest.mark.parametrize(
    "text",
    [
        "import torch\ntorch.exp(x)",
        "import torch.nn.functional as F\nF.relu(x)",
        "from torch import Tensor, exp\ndef f(x: Tensor): return exp(x).sum()",
        "import torch\ntorch.linalg.norm(x)",
        "import torch\ntorch.Tensor.sum(x)",
        "import math\nmath.sqrt(2)",
        "from __future__ import annotations\nfrom collections.abc import Iterator\nimport dataclasses, typing",
        "print(len(sorted(x)))\n'a'.join(y)",
        "import b\nb.anything()",
        "from torch import *\nexp(x)",
    ],
)
def test_an_allowed_name_may_be_used(text: str) -> None:
    assert looked(text, "def anything(): ...", forbid=(), allow=ALLOW).forbidden is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("import torch\ntorch.log(x)", "torch.log"),
        ("import torch\nf = torch.nn.functional.gelu", "torch.nn.functional.gelu"),
        ("import numpy", "numpy"),
        ("import torch, os", "os"),
        ("from scipy import special", "scipy"),
        ("import torch.optim", "torch.optim"),
        ("import torch\ngetattr(torch, 'lo' + 'g')", "torch.log"),
        ("from torch import *\nlog(x)", "torch.log"),
        ("import torch\ntorch.linalg", None),
    ],
)
def test_a_name_that_is_not_on_the_list_is_found(text: str, name: str | None) -> None:
    found = looked(text, forbid=(), allow=ALLOW).forbidden
    assert (found and found.detail) == name


def test_what_is_both_allowed_and_forbidden_is_forbidden() -> None:
    assert looked("import torch\ntorch.exp(x)", forbid=("torch.exp",), allow=("torch.*",)).forbidden is not None


# -- bounds

LETTERS = "".join(f"x = '{letter}'\n" for letter in "abcdefghijklmnopqrstuvwxyz")


@pytest.mark.parametrize(
    "text",
    [
        "import torch\nx0 = torch\n" + "".join(f"x{n + 1} = x{n}\n" for n in range(5000)) + "x5000.softmax",
        "import torch\n" + "".join(f"x{n} = x{n - 1}\n" for n in range(5000, 0, -1)) + "x0 = torch\nx5000.softmax",
    ],
    ids=["forward", "backward"],
)
def test_a_chain_of_five_thousand_names_is_followed_in_a_tenth_of_a_second(text: str) -> None:
    gc.freeze()  # as in an examiner: a collection that walks all of torch is no part of this
    try:
        took_s = []
        for _ in range(3):
            began = time.process_time()
            assert looked(text).forbidden is not None
            took_s.append(time.process_time() - began)
    finally:
        gc.unfreeze()
    assert min(took_s) < 0.1


@pytest.mark.parametrize(
    "text",
    [
        "import torch\nx = torch" + ".a" * 2900,
        "x = " + "-" * 2500 + "1",
        "import torch\na = torch\n" + "a = a.a\n" * 3000,
        "s = 'a'\n" + "s = s + 'b' + s\n" * 500,
        "import torch\nf = torch\n" + "f = f(f, f)\n" * 500,
        "import torch\n" + "getattr(torch, x)\n" * 15_000,
        LETTERS + "y = f'" + "{x}" * 10_000 + "'",
        LETTERS + "y = ''.join([" + "x," * 15_000 + "])",
        LETTERS + "y = ('{}' * 9).format(" + "x," * 15_000 + ")",
        f"x = '{'a' * 10_000}'\ny = f'" + "{x}" * 7_000 + "'",
        f"x = '{'a' * 10_000}'\n" + "x = x[1:]\n" * 2_000,
        LETTERS + "x = x.join([x, x, x])\n" * 1_300,
        "def f0(a): ...\n" + "".join(f"def f{n}(a, b): return f{n - 1}(a, f{n // 2})\n" for n in range(1, 400)),
    ],
    ids=(
        *("attributes", "signs", "loop", "doubling", "own", "long"),
        *("f-string", "join", "format", "texts", "slices", "joins", "calls"),
    ),
)
def test_an_entangled_source_ends_soon(text: str) -> None:
    began = time.process_time()
    looked(text)
    assert time.process_time() - began < 5.0


def test_a_source_too_deep_to_be_looked_through_is_for_a_person() -> None:
    assert codes("x = " + "-" * 100_000 + "1") == ["depth"]
    assert codes("import torch\nx = torch" + ".a" * 100_000) == ["depth"]


def test_a_source_too_long_to_be_looked_through_is_for_a_person() -> None:
    assert codes("import torch\n" + "x = torch.exp(x) + y[0]\n" * 10_000) == ["size"]


def test_what_the_students_process_can_compile_can_be_looked_through() -> None:
    depth = 100
    while depth < 100_000:
        text = "import torch\nx = torch" + ".a" * depth
        try:
            compile(text, "x", "exec")
        except (RecursionError, MemoryError):
            break
        assert "depth" not in codes(text)
        depth = depth * 3 // 2
    assert depth < 100_000, "Python's own limit was never met"


WORDS = (
    "torch t x softmax = . ( ) [ ] { } , : \n \n\n import from as getattr eval '{}' 'softmax' 'join' format + % * ** "
    "def class lambda yield return for in if else match case _ global f f'' vars sys modules __dict__ :="
)
PIECES = st.sampled_from(WORDS.split(" "))


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30))
def test_no_source_breaks_the_reader(pieces: list[str]) -> None:
    looked(" ".join(pieces).replace(" . ", "."))


def test_the_standard_library_can_be_read() -> None:
    for name in ("ast", "argparse", "tarfile", "dataclasses", "typing", "enum", "functools", "contextlib", "inspect"):
        file = Path(ast.__file__).parent / f"{name}.py"
        assert looked(file.read_text(encoding="utf-8")).forbidden is None


# -- the course


def course_files(*, kind: str) -> list[Any]:
    found = []
    for entry in load_course(ROOT).entries:
        exercise = entry.read()
        assert entry.solution_folder is not None
        folders = {"stub": entry.folder, "reference": entry.solution_folder}
        files = [folders[kind] / exercise.files[0]] if kind in folders else (entry.solution_folder / kind).glob("*.py")
        found += [pytest.param(exercise, file, id=f"{entry.name}-{kind}-{file.stem}") for file in sorted(files)]
    return found


@pytest.mark.parametrize(
    ("exercise", "file"),
    [*course_files(kind="stub"), *course_files(kind="reference"), *course_files(kind="mistakes")],
)
def test_the_courses_own_files_break_no_rule_and_need_no_look(exercise: Any, file: Path) -> None:
    source = SourceFile(name=exercise.files[0], text=file.read_text(encoding="utf-8"))
    found = Rules(exercise.forbid, exercise.allow).look([source])
    assert found.forbidden is None
    assert not found.reviews


def test_the_line_and_the_full_name_are_told() -> None:
    found = looked("import torch as t\n\ndef f(x):\n    return t.softmax(x)\n").forbidden
    assert found.detail == "torch.softmax"
    (line,) = found.traceback
    assert (line.file, line.line, line.source) == ("a.py", 4, "    return t.softmax(x)")
    assert line.column == 12


def test_without_patterns_nothing_is_forbidden() -> None:
    seen = Rules(()).look([SourceFile(name="work.py", text="import torch\ntorch.softmax(x)")])
    assert seen.forbidden is None
    assert seen.reviews == ()


def test_every_file_is_searched() -> None:
    files = [SourceFile(name="a.py", text="x = 1"), SourceFile(name="b.py", text="from os import system")]
    found = Rules(FORBID).look(files).forbidden
    assert found is not None
    assert found.traceback[0].file == "b.py"


# -- in an exam

MANIFEST = '[rules]\nforbid = ["torch.softmax", "torch.Tensor.softmax", "torch.nn.functional.*softmax"]'
N = f"N = {list(b'softmax')}\n"  # "softmax", in a way that reading the source does not follow
REFERENCE = "import torch\ndef f(x):\n    e = torch.exp(x - x.max())\n    return e / e.sum()\n"
TESTS = (
    "def test_it(student): close(student.f(torch.zeros(2)), torch.full((2,), 0.5))\ndef test_more(student): assert True"
)


@pytest.mark.parametrize(
    "code",
    [
        "import torch\ndef f(x): return x.softmax(-1)",
        "import torch\ndef f(x): return getattr(torch, ''.join(map(chr, N)))(x, -1)\n" + N,
        "import torch\ndef f(x): return torch.nn.Softmax(-1)(x)",
        "import torch\ndef f(x):\n    try: return x.softmax(-1)\n    except BaseException: return x + 0.5",
        "import torch\ndef f(x): return getattr(torch._C._VariableFunctions, ''.join(map(chr, N)))(x, -1)\n" + N,
        "import torch\ndef f(x): return getattr(torch._VF, ''.join(map(chr, N)))(x, -1)\n" + N,
        "import torch\ndef f(x): return getattr(torch.ops.aten, ''.join(map(chr, N)))(x, -1)\n" + N,
        "import torch\ndef f(x): return getattr(torch.ops.aten, ''.join(map(chr, N))).int(x, -1)\n" + N,
        "import torch\ndef f(x):\n    g = getattr(torch, ''.join(map(chr, N)))\n"
        "    return torch.vmap(g, (0, None))(x[None], -1)\n" + N,
        "import functools, torch\nweight = torch.zeros(1, requires_grad=True)\n"
        "def f(x): return torch.optim.SGD([weight], lr=0.0).step(functools.partial(x.softmax, -1))",
        "import torch\ndef f(x): return eval(compile('x.softmax(-1)', torch.__file__, 'eval'), {'x': x})",
    ],
    ids=["method", "getattr", "module", "swallowed", "table", "_VF", "operator", "overload", "vmap", "handed", "file"],
)  # fmt: skip
def test_a_forbidden_call_is_caught_when_it_is_made(exams: Any, code: str) -> None:
    report = exams.run(code, TESTS, reference=REFERENCE, manifest=MANIFEST)
    assert [test.outcome for test in report.tests] == [Outcome.FORBIDDEN, Outcome.PASSED]
    assert report.fault == "student"


def test_a_forbidden_name_in_the_text_ends_the_exam_before_it_begins(exams: Any) -> None:
    report = exams.run(
        "import torch\ndef f(x): return torch.softmax(x, -1)", TESTS, reference=REFERENCE, manifest=MANIFEST
    )
    assert {test.outcome for test in report.tests} == {Outcome.FORBIDDEN}
    assert report.problem is not None
    assert "torch.softmax" in report.problem.problem.en


def test_a_reference_that_obeys_the_rules_passes(exams: Any) -> None:
    assert exams.run(REFERENCE, TESTS, manifest=MANIFEST).status is Status.FULL


def test_what_a_person_should_look_at_is_in_the_report_and_costs_nothing(exams: Any) -> None:
    code = REFERENCE + "def g(name): return getattr(torch, name)\n"
    report = exams.run(code, TESTS, reference=REFERENCE, manifest=MANIFEST)
    assert report.status is Status.FULL
    assert [(review.file, review.line, review.code) for review in report.reviews] == [("work.py", 5, "name")]


def test_a_list_of_allowed_names_holds_in_an_exam(exams: Any) -> None:
    manifest = '[rules]\nallow = ["torch.exp"]'
    assert exams.run(REFERENCE, TESTS, manifest=manifest).status is Status.FULL
    report = exams.run(REFERENCE + "y = torch.log\n", TESTS, reference=REFERENCE, manifest=manifest)
    assert {test.outcome for test in report.tests} == {Outcome.FORBIDDEN}


@pytest.mark.parametrize(
    "code",
    [
        "import torch\ndef f(x):\n    print(x)\n    return torch.vmap(torch.exp)(x * 0) / 2",
        "import torch\ndef f(x): return torch.func.grad(lambda v: (v / 2).sum())(x)",
        "import torch\ndef f(x): return torch.distributions.Normal(0.0, 1.0).cdf(x)",
        "import torch\ndef f(x): return torch.distributions.Categorical(logits=x).probs",
    ],
    ids=["vmap", "grad", "distributions", "probabilities"],
)
def test_what_torch_does_for_itself_trips_nothing(exams: Any, code: str) -> None:
    manifest = """[rules]
forbid = ["torch.Tensor.abs", "torch.isfinite", "torch.Tensor.erf", "torch.autograd.grad", "torch.*softmax*",
          "torch.ops.aten.*nll_loss*", "torch.Tensor.detach", "torch.Tensor.contiguous", "torch._C.TensorBase.exp"]"""
    report = exams.run(code, TESTS, reference=REFERENCE, manifest=manifest)
    assert report.status is Status.FULL, report.tests


def test_a_test_may_differentiate_what_its_students_may_not(exams: Any) -> None:
    tests = "def test_it(student): close(student.f.grad(torch.ones(2))[0], torch.zeros(2), atol=1e-6)"
    assert exams.run(REFERENCE, tests, manifest='[rules]\nforbid = ["torch.autograd.grad"]').status is Status.FULL


def test_a_child_cannot_tell_anything_by_the_name_of_what_it_called() -> None:
    assert told_name("torch.softmax", FORBID) == "torch.softmax"
    assert told_name("torch.nn.functional.log_softmax", FORBID) == "torch.nn.functional.log_softmax"
    for made_up in ("torch.nn.functional.the_secret_is_7_softmax", "torch.exp", "", "os.popen", "x" * 500):
        assert told_name(made_up, FORBID) == ""


def test_the_rule_of_a_name_is_the_first_pattern_that_means_it() -> None:
    assert rule_of("torch.nn.functional.log_softmax", FORBID) == "torch.nn.functional.*softmax"
    assert rule_of("torch.softmax", FORBID) == "torch.softmax"
    assert (rule_of("torch.exp", FORBID), rule_of("", FORBID)) == ("", "")


@pytest.mark.parametrize(
    "expression",
    [
        "torch.distributions.utils.logits_to_probs(x)",
        "torch.distributions.transforms.SoftmaxTransform()(x)",
        "torch.distributions.Multinomial(logits=x).probs",
        "torch.distributions.RelaxedOneHotCategorical(1.0, logits=x).probs",
        "super(torch.Tensor, x).softmax(dim)",
    ],
)
def test_softmax_is_not_to_be_had_from_the_distributions_in_exercise03(expression: str) -> None:
    exercise = load_course(ROOT).find("exercise03")
    assert looked(f"import torch\ndef softmax(x, dim): return {expression}", forbid=exercise.forbid).forbidden


def test_the_examiners_own_functions_are_not_forbidden(exams: Any) -> None:
    tests = "def test_it(student): close(student.f(torch.zeros(2)), torch.softmax(torch.zeros(2), -1))"
    assert exams.run(REFERENCE, tests, manifest=MANIFEST).status is Status.FULL
