"""Forbidden names are found in the syntax tree, however they are imported; look-alikes are not."""

from __future__ import annotations

from typing import Any

import pytest

from grader.examination.rules import Rules
from grader.records import Outcome, SourceFile
from grader.report import Status

FORBID = ("torch.softmax", "torch.nn.functional.*softmax", "torch.Tensor.softmax", "numpy.linalg.*", "os.system")


def first(text: str, *patterns: str) -> Any:
    return Rules(patterns or FORBID).first_forbidden([SourceFile(name="work.py", text=text)])


@pytest.mark.parametrize(
    "text",
    [
        "import torch\ntorch.softmax(x)",
        "import torch as t\nt.softmax(x)",
        "from torch import softmax",
        "from torch import softmax as s\ns(x)",
        "import torch.nn.functional as F\nF.log_softmax(x)",
        "from torch.nn import functional as F\nF.softmax(x)",
        "from torch import nn\nnn.functional.softmax(x)",
        "import torch.nn\ntorch.nn.functional.softmax(x)",
        "import torch\nf = torch.softmax\nf(x)",
        "import torch\nnn = torch.nn\nnn.functional.softmax(x)",
        "import torch\ntorch.Tensor.softmax(x, -1)",
        "import numpy as np\nnp.linalg.inv(x)",
        "from numpy import linalg\nlinalg.solve(x)",
        "def f(x):\n    import torch\n    return torch.softmax(x)",
        "import torch\nclass A:\n    f = staticmethod(torch.softmax)",
        "import torch\nmap(torch.softmax, x)",
    ],
)
def test_a_forbidden_name_is_found(text: str) -> None:
    found = first(text)
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
    ],
)
def test_a_look_alike_is_not(text: str) -> None:
    assert first(text) is None


def test_the_line_and_the_full_name_are_told() -> None:
    found = first("import torch as t\n\ndef f(x):\n    return t.softmax(x)\n")
    assert found.detail == "torch.softmax"
    (line,) = found.traceback
    assert (line.file, line.line, line.source) == ("work.py", 4, "    return t.softmax(x)")
    assert line.column == 12


def test_without_patterns_nothing_is_forbidden() -> None:
    assert Rules(()).first_forbidden([SourceFile(name="work.py", text="import torch\ntorch.softmax(x)")]) is None


def test_every_file_is_searched() -> None:
    files = [SourceFile(name="a.py", text="x = 1"), SourceFile(name="b.py", text="from os import system")]
    found = Rules(FORBID).first_forbidden(files)
    assert found is not None
    assert found.traceback[0].file == "b.py"


# -- in an exam

MANIFEST = '[rules]\nforbid = ["torch.softmax", "torch.Tensor.softmax", "torch.nn.functional.*softmax"]'
REFERENCE = "import torch\ndef f(x):\n    e = torch.exp(x - x.max())\n    return e / e.sum()\n"
TESTS = (
    "def test_it(student): close(student.f(torch.zeros(2)), torch.full((2,), 0.5))\ndef test_more(student): assert True"
)


@pytest.mark.parametrize(
    "code",
    [
        "import torch\ndef f(x): return x.softmax(-1)",
        "import torch\ndef f(x): return getattr(torch, 'soft' + 'max')(x, -1)",
        "import torch\ndef f(x): return torch.nn.Softmax(-1)(x)",
        "import torch\ndef f(x):\n    try: return x.softmax(-1)\n    except BaseException: return x + 0.5",
    ],
    ids=["method", "getattr", "module", "swallowed"],
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


def test_the_examiners_own_functions_are_not_forbidden(exams: Any) -> None:
    tests = "def test_it(student): close(student.f(torch.zeros(2)), torch.softmax(torch.zeros(2), -1))"
    assert exams.run(REFERENCE, tests, manifest=MANIFEST).status is Status.FULL
