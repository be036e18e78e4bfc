"""Bad input, through the real processes: each gets its outcome, is put down to the one at fault, and leaves nothing.

Submissions of the real exercise03 that are broken, endless, hostile or huge; files that are none; exercises that are
wrong; and our own processes stopped in the middle (test_faults_*.py has the rest of our own faults). What needs a child
that may fork, write and signal is tried in the degree `process`.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from desks import Order, command
from sandbox.living import (
    assert_gone,
    children,
    descendants,
    descriptors,
    leads_session,
    linux_only,
    stat_of,
    wait_for,
)

from grader.errors import AuthorError, GraderFault, SubmissionError, UsageError
from grader.exercise import load_course
from grader.pipeline import Grader
from grader.records import (
    Exercise,
    Explanation,
    Fault,
    Isolation,
    Language,
    Limits,
    Outcome,
    SourceFile,
    Submission,
    TestResult,
)
from grader.report import Report, Status
from grader.report.terminal import to_terminal
from grader.submission import collect

ROOT = Path(__file__).parent.parent
RIGHT = (ROOT / "tests" / "submissions" / "right.py").read_text(encoding="utf-8")
FIRST = "test_softmax_turns_each_row_into_shares"
EXERCISE = load_course(ROOT).find("exercise03")


def variant(number: int, *, call_s: float, exam_s: float, hidden: bool = False) -> Exercise:
    """Return exercise03 with other limits, under a name of its own, so that its examiner is kept beside the others."""
    limits = Limits(call_s=call_s, exam_s=exam_s, memory_mib=512)
    folder = EXERCISE.solution_folder if hidden else ""
    return replace(EXERCISE, id=f"exercise{number}", sha256=f"{number:064}", limits=limits, solution_folder=folder)


# Limits so short that an endless loop costs little; and three visible tests only, so that it is waited for once.
SHORT = variant(91, call_s=0.4, exam_s=10.0, hidden=True)
VISIBLE = variant(92, call_s=0.4, exam_s=10.0)
LONG = variant(93, call_s=60.0, exam_s=60.0)


@pytest.fixture(scope="session")
def grader() -> Iterator[Grader]:
    """One warm base for all: what one submission does must not reach the next."""
    with Grader() as warm:
        yield warm


@pytest.fixture(scope="session")
def open_grader() -> Iterator[Grader]:
    """One more, whose children may fork, write to files and signal: there is something to be cleared away."""
    with Grader(Isolation.PROCESS) as warm:
        yield warm


def submitted(text: str, *, untouched: bool = False) -> Submission:
    file = SourceFile(name="softmax.py", text=text)
    return Submission(files=(file,), origin="softmax.py", sha256="0" * 64, untouched=untouched)


def softmax(body: str, *, before: str = "") -> str:
    """Return a right submission whose `softmax` is this instead."""
    inside = textwrap.indent(textwrap.dedent(body), "    ")
    return f"{RIGHT}\n{textwrap.dedent(before)}\n\ndef softmax(logits, dim):\n{inside}\n"


def examine(grader: Grader, text: str, exercise: Exercise = VISIBLE) -> Report:
    return grader.examine(exercise, submitted(text), seed=1)


def first(report: Report) -> TestResult:
    """Return the one visible test that calls `softmax`."""
    return next(test for test in report.tests if test.name == FIRST)


def said(explanation: Explanation | None) -> str:
    """Return all that an explanation says in English."""
    assert explanation is not None
    parts = [getattr(explanation, name) for name in ("problem", "expected", "got", "where", "cause", "next_step")]
    return " ".join(part.en for part in parts if part is not None)


def assert_students_own(report: Report) -> None:
    """Assert that the submission is at fault, and that what it does not touch is still graded."""
    assert report.status is Status.PARTIAL
    assert report.fault is Fault.STUDENT
    assert report.score is not None
    assert report.score.earned < (report.score.possible or 0)


@dataclass(frozen=True, slots=True)
class Case:
    """A submission, and how the test that meets it must end."""

    name: str
    text: str
    outcome: Outcome
    says: str  # a pattern in what is said of it
    seconds: float = 5.0


# ---------------------------------------------------------------------------------------------- results of a call

LIAR = """
class Liar:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __bool__(self): return True
    def __array__(self, *args, **kwargs): raise SystemExit
    def __getattr__(self, name): return self
    def __call__(self, *args, **kwargs): return self
    __hash__ = None
    __class__ = property(lambda self: __import__("torch").Tensor)
"""
RESULTS = [
    Case("none", softmax("return None"), Outcome.FAILED, "None"),
    Case("list", softmax("return logits.tolist()"), Outcome.FAILED, "list.*Tensor"),
    Case("array", softmax("return logits.numpy()"), Outcome.FAILED, "ndarray.*Tensor"),
    Case("number", softmax("return 1.0"), Outcome.FAILED, "float.*Tensor"),
    Case("dtype", softmax("return logits.softmaxx if 0 else logits.double()"), Outcome.FAILED, "float64.*float32"),
    Case("shape", softmax("return logits[:1]"), Outcome.FAILED, r"\(1, 3\).*\(\d, 3\)"),
    Case("scalar", softmax("return logits.sum()"), Outcome.FAILED, r"\(\d, 3\)"),
    Case("empty", softmax("return logits[:0]"), Outcome.FAILED, r"\(0, 3\)"),
    Case("nan", softmax("return logits * float('nan')"), Outcome.FAILED, "(?i)nan"),
    Case("infinity", softmax("return logits / 0"), Outcome.FAILED, "(?i)inf"),
    Case("liar", softmax("return Liar()", before=LIAR), Outcome.FAILED, "Liar"),
    Case("class", softmax("return Liar", before=LIAR), Outcome.FAILED, "(?i)type|class|object"),
    Case("generator", softmax("return (x for x in logits)"), Outcome.FAILED, "generator"),
    Case("sparse", softmax("return logits.to_sparse()"), Outcome.FAILED, "(?i)cannot|sparse|kind|compared"),
    Case("expanded", softmax("return logits[:1, :1].expand(10**6, 10**6)"), Outcome.FAILED, "3,814,697 MiB.*256 MiB"),
    Case("expanded-to-the-cap", softmax("return logits[:1, :1].expand(2**14, 2**14)"), Outcome.FAILED, "16384"),
    Case("300-mib", softmax("return __import__('torch').empty(75 * 2**20)"), Outcome.FAILED, "300 MiB.*256 MiB"),
    Case("1-gb", softmax("return __import__('torch').zeros(2**28)"), Outcome.MEMORY, "512 MiB"),
    Case("long-list", softmax("return [0] * 10**6"), Outcome.FAILED, "(?i)large"),
    Case("long-text", softmax("return 'x' * 10**8"), Outcome.FAILED, "(?i)large"),
    Case("huge-int", softmax("return 1 << 10**6"), Outcome.FAILED, "(?i)large"),
    Case("deep-list", softmax("x = []\nfor _ in range(5000): x = [x]\nreturn x"), Outcome.FAILED, "(?i)large"),
    Case("own-list", softmax("x = []\nx.append(x)\nreturn x"), Outcome.FAILED, "list"),
    Case("pyramid", softmax("x = 1\nfor _ in range(90): x = [x, x]\nreturn x"), Outcome.FAILED, "list"),
    Case("surrogate", softmax(r"return '\ud800'"), Outcome.FAILED, "str|text|sent|kind"),
    Case("input-changed", softmax("logits.zero_()\nreturn logits"), Outcome.FAILED, "logits.*chang|chang.*logits"),
]


@pytest.mark.parametrize("case", RESULTS, ids=lambda case: case.name)
def test_a_wrong_result_fails_its_test_and_no_other(grader: Grader, case: Case) -> None:
    began = time.monotonic()
    report = examine(grader, case.text)
    assert time.monotonic() - began < case.seconds
    assert_students_own(report)
    assert first(report).outcome is case.outcome
    assert first(report).fault is Fault.STUDENT
    assert re.search(case.says, said(first(report).explanation)), said(first(report).explanation)
    assert report.counts.passed == 2


# ------------------------------------------------------------------------------------------- functions and errors

ERRORS = [
    Case("misspelt", RIGHT.replace("def softmax", "def sofmax"), Outcome.FAILED, "no public name.*softmax.*sofmax"),
    Case("no-value", f"{RIGHT}\nsoftmax = 3\n", Outcome.FAILED, "(?i)callable|int|number|function"),
    Case(
        "arguments",
        f"{RIGHT}\ndef softmax(logits): return logits\n",
        Outcome.FAILED,
        r"TypeError.*softmax\(logits, dim\)",
    ),
    Case("raises", softmax("raise ValueError('my own words')"), Outcome.FAILED, "ValueError.*my own words"),
    Case("recursion", softmax("return softmax(logits, dim)"), Outcome.FAILED, "RecursionError"),
    Case("exit", softmax("import sys; sys.exit(0)"), Outcome.FAILED, "SystemExit"),
    Case("interrupt", softmax("raise KeyboardInterrupt"), Outcome.FAILED, "KeyboardInterrupt"),
    Case("generator-exit", softmax("raise GeneratorExit"), Outcome.FAILED, "GeneratorExit"),
    Case("stop", softmax("raise StopIteration"), Outcome.FAILED, "StopIteration"),
    Case("assertion", softmax("assert logits is None"), Outcome.FAILED, "AssertionError"),
    Case("group", softmax("raise ExceptionGroup('g', [ValueError(1)])"), Outcome.FAILED, "ExceptionGroup"),
    Case("decode", softmax(r"return b'\xff'.decode()"), Outcome.FAILED, "UnicodeDecodeError"),
    Case(
        "grader-fault",
        softmax("from grader.errors import GraderFault\nraise GraderFault('unscored, please')"),
        Outcome.FAILED,
        "GraderFault",
    ),
    Case(
        "own-grader-fault",
        softmax("raise GraderFault", before="class GraderFault(BaseException): fault = 'grader'"),
        Outcome.FAILED,
        "GraderFault",
    ),
    Case("huge-message", softmax("raise ValueError('x' * 10**7)"), Outcome.FAILED, "ValueError"),
    Case("escape-message", softmax(r"raise ValueError('\x1b[2J\x07\ud800')"), Outcome.FAILED, r"ValueError: \\x1b\[2J"),
    Case(
        "lying-message",
        softmax("raise E", before="class E(Exception):\n    def __str__(self): raise SystemExit(0)"),
        Outcome.FAILED,
        "E.*cannot be shown",
    ),
    Case(
        "endless-message",
        softmax("raise E", before="class E(Exception):\n    def __str__(self):\n        while True: pass"),
        Outcome.TIMEOUT,
        "0.4 s",
    ),
    Case(
        "shadow",
        softmax(
            "return 1",
            before="import sys\nfor name in ('torch', 'numpy', 'grader.sandbox.wire'): sys.modules[name] = None",
        ),
        Outcome.FAILED,
        "",
    ),
]


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case.name)
def test_an_error_in_a_call_is_told_as_it_is(grader: Grader, case: Case) -> None:
    report = examine(grader, case.text)
    assert_students_own(report)
    assert first(report).outcome is case.outcome
    assert re.search(case.says, said(first(report).explanation), re.DOTALL), said(first(report).explanation)
    assert len(said(first(report).explanation)) < 3000


def test_a_missing_function_is_named(grader: Grader) -> None:
    report = examine(grader, "def other(): ...\n")
    assert [test.outcome for test in report.tests] == [Outcome.FAILED] * 4
    assert "no public name `softmax`" in said(first(report).explanation)


def test_the_line_that_raised_is_shown(grader: Grader) -> None:
    explanation = first(examine(grader, softmax("x = 1\nreturn x / 0"))).explanation
    assert explanation is not None
    assert [(line.file, line.source.strip()) for line in explanation.traceback] == [("softmax.py", "return x / 0")]


# ------------------------------------------------------------------------------------------------- while importing

IMPORTS = [
    Case("syntax", "def softmax(:\n    pass\n", Outcome.FAILED, "SyntaxError"),
    Case("indentation", "def f():\nreturn 1\n", Outcome.FAILED, "IndentationError"),
    Case("missing-import", "import nosuchmodule\n", Outcome.FAILED, "ModuleNotFoundError.*nosuchmodule"),
    Case("exception", "raise ValueError('at import')\n", Outcome.FAILED, "ValueError: at import"),
    Case("exit", "import sys\nsys.exit(0)\n", Outcome.FAILED, "SystemExit"),
    Case("os-exit", "import os\nos._exit(0)\n", Outcome.CRASHED, "ended itself.*0"),
    Case("os-exit-3", "import os\nos._exit(3)\n", Outcome.CRASHED, "ended itself.*3"),
    Case("abort", "import os\nos.abort()\n", Outcome.CRASHED, "SIGABRT"),
    Case("segfault", "import ctypes\nctypes.string_at(0)\n", Outcome.CRASHED, "SIGSEGV"),
    Case("loop", "while True: pass\n", Outcome.TIMEOUT, "0.8 s"),
    Case("loop-in-c", "x = 9\nx ** (x ** x)\n", Outcome.TIMEOUT, "0.8 s"),
    Case("regular-expression", "import re\nre.match('(a+)+$', 'a' * 64 + 'b')\n", Outcome.TIMEOUT, "0.8 s"),
    Case("sleep", "import time\ntime.sleep(3600)\n", Outcome.TIMEOUT, "0.8 s"),
    Case("memory", "x = bytearray(20 * 2**30)\n", Outcome.MEMORY, "512 MiB"),
    Case("nul", "x = 1\0\n", Outcome.FAILED, "null bytes"),
    Case("nested", "(" * 5000 + ")" * 5000, Outcome.FAILED, "SyntaxError.*nested"),
    Case("deep-sum", "x = " + "1+" * 50_000 + "1\n", Outcome.FAILED, "RecursionError"),
    Case("long-chains", "import os\n" + ("os" + ".a" * 2000 + "\n") * 60, Outcome.FAILED, "AttributeError"),
    Case("no-attribute", "import torch\ntorch.nosuch\n", Outcome.FAILED, "AttributeError"),
    Case(
        "forbidden",
        "import torch\ndef softmax(x, dim): return torch.softmax(x, dim)\n",
        Outcome.FORBIDDEN,
        "torch.softmax",
    ),
]


@pytest.mark.parametrize("case", IMPORTS, ids=lambda case: case.name)
def test_a_submission_that_cannot_be_imported_is_told_once(grader: Grader, case: Case) -> None:
    began = time.monotonic()
    report = examine(grader, case.text)
    assert time.monotonic() - began < case.seconds
    assert_students_own(report)
    assert {test.outcome for test in report.tests} == {case.outcome}
    assert re.search(case.says, said(report.problem), re.DOTALL), said(report.problem)
    assert all(test.explanation is None for test in report.tests)


def test_a_syntax_error_is_shown_with_its_line_and_a_caret(grader: Grader) -> None:
    report = examine(grader, "x = 1\ny = (2,\nz = = 3\n")
    assert report.problem is not None
    line = report.problem.traceback[-1]
    assert (line.file, line.line, line.source) in {("softmax.py", 3, "z = = 3"), ("softmax.py", 2, "y = (2,")}
    assert line.column > 0
    lines = shown(report).splitlines()
    at = next(number for number, text in enumerate(lines) if line.source in text)
    assert lines[at + 1].strip(" │") == "^"
    assert lines[at + 1].index("^") == lines[at].index(line.source) + line.column - 1


def test_the_untouched_stub_is_not_started(grader: Grader) -> None:
    stub = (Path(EXERCISE.folder) / "softmax.py").read_text(encoding="utf-8")
    report = grader.examine(VISIBLE, submitted(stub, untouched=True), seed=1)
    assert report.status is Status.NOT_STARTED
    assert report.score is not None
    assert report.score.earned == 0


def shown(report: Report) -> str:
    return to_terminal(report, language=Language.EN, width=100, color=False, verbose=True, ascii_only=False)


# --------------------------------------------------------------------------------------- hanging, dying and swelling

WRITES = """
import os
def write(data):
    for descriptor in range(3, 65):
        try:
            os.write(descriptor, data)
        except OSError:
            pass
"""
ENDINGS = [
    Case("loop", softmax("while True: pass"), Outcome.TIMEOUT, "0.4 s"),
    Case("loop-in-c", softmax("x = 9\nreturn x ** (x ** x)"), Outcome.TIMEOUT, "0.4 s"),
    Case("regular-expression", softmax("import re\nre.match('(a+)+$', 'a' * 64 + 'b')"), Outcome.TIMEOUT, "0.4 s"),
    Case(
        "signals-ignored",
        softmax(
            "import signal\nfor number in range(1, 65):\n    try: signal.signal(number, signal.SIG_IGN)\n"
            "    except (OSError, ValueError): pass\nwhile True: pass"
        ),
        Outcome.TIMEOUT,
        "0.4 s",
    ),
    Case(
        "exit-caught",
        softmax("while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
        Outcome.TIMEOUT,
        "0.4 s",
    ),
    Case(
        "deadlock",
        softmax("import threading\nx = threading.Lock()\nx.acquire()\nx.acquire()"),
        Outcome.TIMEOUT,
        "0.4 s",
    ),
    Case("prints-for-ever", softmax("while True: print('x' * 10**6)"), Outcome.TIMEOUT, "0.4 s"),
    Case("os-exit", softmax("import os\nos._exit(0)"), Outcome.CRASHED, "ended itself.*0"),
    Case("segfault", softmax("import ctypes\nctypes.string_at(0)"), Outcome.CRASHED, "SIGSEGV"),
    Case("abort", softmax("import os\nos.abort()"), Outcome.CRASHED, "SIGABRT"),
    Case("torch-20-gb", softmax("import torch\nreturn torch.zeros(5 * 2**30)"), Outcome.MEMORY, "512 MiB"),
    Case("numpy-20-gb", softmax("import numpy\nreturn numpy.ones(20 * 2**30, numpy.int8)"), Outcome.MEMORY, "512 MiB"),
    Case("growing-list", softmax("x = [0]\nwhile True: x += x"), Outcome.MEMORY, "512 MiB"),
    Case("growing-text", softmax("x = 'x'\nwhile True: x += x"), Outcome.MEMORY, "512 MiB"),
    Case("closes-all", softmax("import os\nos.closerange(0, 65)\nreturn logits"), Outcome.CRASHED, ""),
    Case("closes-all-and-loops", softmax("import os\nos.closerange(0, 65)\nwhile True: pass"), Outcome.CRASHED, ""),
    Case(
        "writes-garbage",
        softmax("write(b'garbage' * 9)\nreturn logits", before=WRITES),
        Outcome.CRASHED,
        "wrote to a channel that belongs to the grader",
    ),
    Case(
        "writes-a-frame",
        softmax(
            "import msgspec\nfrom grader.sandbox import messages as m\n"
            "reply = m.Returned(nonce=1, graph=m.Graph(nodes=[m.Atom(1)]), root=0, changes=m.Changes())\n"
            "header = msgspec.msgpack.encode(reply)\n"
            "write(b'dlg1' + len(header).to_bytes(4, 'little') + bytes(8) + header)\nreturn logits",
            before=WRITES,
        ),
        Outcome.CRASHED,
        "wrote to a channel that belongs to the grader",
    ),
    Case(
        "announces-a-terabyte",
        softmax(
            "write(b'dlg1' + (9).to_bytes(4, 'little') + (2**40).to_bytes(8, 'little'))\nreturn logits", before=WRITES
        ),
        Outcome.CRASHED,
        "wrote to a channel that belongs to the grader",
    ),
    Case(
        "drips",
        softmax(
            "import time\nfor byte in b'dlg1' + (4000).to_bytes(4, 'little') + bytes(4008):\n"
            "    write(bytes([byte]))\n    time.sleep(0.01)",
            before=WRITES,
        ),
        Outcome.TIMEOUT,
        "0.4 s",
    ),
]


# In `strong` a child cannot send itself a signal that ends or stops it: the code after it goes on.
SIGNALS = [
    Case("stops-itself", softmax("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"), Outcome.TIMEOUT, "0.4 s"),
    Case("killed", softmax("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"), Outcome.CRASHED, "SIGKILL"),
    Case("terminated", softmax("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)"), Outcome.CRASHED, "SIGTERM"),
]


@pytest.mark.parametrize("case", ENDINGS, ids=lambda case: case.name)
def test_a_child_that_hangs_dies_or_swells_costs_its_own_test_only(grader: Grader, case: Case) -> None:
    assert_costs_its_own_test_only(grader, case)


@pytest.mark.parametrize("case", SIGNALS, ids=lambda case: case.name)
def test_a_signal_of_its_own_costs_its_own_test_only(open_grader: Grader, case: Case) -> None:
    assert_costs_its_own_test_only(open_grader, case)


def assert_costs_its_own_test_only(grader: Grader, case: Case) -> None:
    began = time.monotonic()
    report = examine(grader, case.text)
    assert time.monotonic() - began < case.seconds
    assert_students_own(report)
    assert first(report).outcome is case.outcome, said(first(report).explanation)
    assert re.search(case.says, said(first(report).explanation), re.DOTALL), said(first(report).explanation)
    assert report.counts.passed == 2
    assert report.resources.children == 3  # two of the four visible tests call softmax


@pytest.mark.parametrize("hidden", [False, True], ids=["visible-only", "with-hidden"])
def test_recursion_without_any_limit_ends_somehow(grader: Grader, hidden: bool) -> None:
    body = "import sys\nsys.setrecursionlimit(10**9)\nreturn softmax(logits, dim)"
    report = examine(grader, softmax(body), SHORT if hidden else VISIBLE)
    assert_students_own(report)
    assert first(report).outcome in (Outcome.TIMEOUT, Outcome.MEMORY, Outcome.CRASHED)


def test_a_gigabyte_of_output_is_capped(grader: Grader) -> None:
    body = "import os\nfor _ in range(1024): os.write(1, b'x' * 2**20)\nprint('the end')\nreturn logits"
    report = examine(grader, softmax(body), LONG)
    assert_students_own(report)
    assert first(report).outcome is Outcome.FAILED
    assert len(first(report).output) < 20_000
    assert re.search(r"\(\+10737\d{5} bytes\)", first(report).output)


def test_terminal_escapes_of_a_student_reach_no_terminal(grader: Grader) -> None:
    nasty = r"\x1b[2J\x1b]0;owned\x07\r100 / 100\x9b31m"
    body = f"import sys\nprint('{nasty}')\nprint('{nasty}', file=sys.stderr)\nraise ValueError('{nasty}')"
    report = examine(grader, softmax(body))
    assert_students_own(report)
    for unsafe in ("\x1b", "\x07", "\r", "\x9b"):
        assert unsafe not in shown(report)
    assert "owned" in shown(report)


@pytest.mark.parametrize("case", [RESULTS[0], ERRORS[0], ENDINGS[8]], ids=lambda case: case.name)
def test_the_hidden_tests_put_it_down_to_the_student_too(grader: Grader, case: Case) -> None:
    report = examine(grader, case.text, SHORT)
    assert_students_own(report)
    assert report.counts.hidden == 10
    hidden = [test for test in report.tests if not test.visible and test.explanation is not None]
    assert hidden
    assert all(test.fault is Fault.STUDENT for test in hidden)


def test_the_next_student_is_not_touched(grader: Grader) -> None:
    examine(grader, ENDINGS[0].text)
    assert examine(grader, RIGHT, EXERCISE).status is Status.FULL


# ----------------------------------------------------------------------------------------------- forged calls back

SPY = """
import torch
from grader.examination import Spy
class Log(Spy):
    def __init__(self):
        self.seen = []
    def note(self, value):
        self.seen.append(value)
    def _secret(self, value):
        self.note(value)
def test_spy(student):
    log = Log()
    student.softmax(torch.ones(2), log)
    assert log.seen == [1]
"""


@pytest.fixture(scope="module")
def spied(tmp_path_factory: pytest.TempPathFactory) -> Exercise:
    """exercise03 with one hidden test, which passes a spy in the place of `dim`."""
    folder = tmp_path_factory.mktemp("spied")
    course = course_with(folder)
    hidden = course / "solutions" / "exercise03_softmax"
    (hidden / "test_hidden.py").write_text(SPY, encoding="utf-8")
    (hidden / "softmax.py").write_text("def softmax(logits, dim):\n    dim.note(1)\n", encoding="utf-8")
    limits = Limits(call_s=0.5, exam_s=10.0, memory_mib=512)
    return replace(load_course(course).find("exercise03"), id="exercise96", forbid=(), limits=limits)


def spying(call: str) -> str:
    """Return a submission that reaches past the spy's stand-in, to the function behind it that asks the examiner."""
    body = f"if type(dim) is int: return plain(logits, dim)\ninvoke = dim._invoke.func\n{call}"
    return softmax(body, before="plain = softmax")


def spy_test(report: Report) -> TestResult:
    return next(test for test in report.tests if test.name == "test_spy")


def test_a_spy_hears_what_it_is_told(grader: Grader, spied: Exercise) -> None:
    assert spy_test(examine(grader, spying("dim.note(1)"), spied)).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "call",
    [
        "invoke(1, 'note', 1)",
        "invoke(-1, 'note', 1)",
        "invoke(2**62, 'note', 1)",
        "invoke(0, '_secret', 1)",
        "invoke(0, '__init__', 1)",
        "invoke(0, '__class__', 1)",
        "invoke(0, 'seen', 1)",
        "invoke(0, 'nosuch', 1)",
        "invoke(0, '', 1)",
        "invoke(0, 'note.__self__', 1)",
    ],
)
def test_a_call_back_of_what_was_never_offered_is_refused(grader: Grader, spied: Exercise, call: str) -> None:
    found = spy_test(examine(grader, spying(call), spied))
    assert found.outcome is Outcome.CRASHED, said(found.explanation)
    assert found.earned == 0


@pytest.mark.parametrize(
    "call", ["dim.note()", "dim.note(1, 2)", "dim.note(object())", "dim.note(value=1, more=2)", "dim()"]
)
def test_a_call_back_with_wrong_arguments_is_the_students(grader: Grader, spied: Exercise, call: str) -> None:
    report = examine(grader, spying(call), spied)
    assert spy_test(report).outcome is Outcome.FAILED
    assert spy_test(report).fault is Fault.STUDENT
    assert report.score is not None


def test_a_call_back_without_end_within_calls_back_ends(grader: Grader, spied: Exercise) -> None:
    found = spy_test(examine(grader, spying("while True: dim.note(1)"), spied))
    assert found.outcome in (Outcome.TIMEOUT, Outcome.CRASHED)


# -------------------------------------------------------------------------------------------- what a child leaves

DAEMON = """
import os, signal, time
def daemon(marker, *, levels):
    for _ in range(levels):
        if os.fork():
            os._exit(0) if _ else os.wait()
            return
        os.setsid()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with open(marker + "-", "a") as file:
        file.write(f"{os.getpid()} ")
    os.rename(marker + "-", marker)  # there at once, and whole
    time.sleep(3600)
"""


def base_of(grader: Grader) -> int:
    """Return the process id of the warm base."""
    return grader._warm._process.pid  # type: ignore[union-attr]


def marked(marker: Path) -> set[int]:
    return {int(word) for word in marker.read_text(encoding="utf-8").split()}


@linux_only
@pytest.mark.parametrize("levels", [1, 2, 3])
def test_a_daemon_does_not_outlive_the_exam(open_grader: Grader, tmp_path: Path, levels: int) -> None:
    marker = tmp_path / "pids"
    body = f"""
        if os.fork() == 0:
            daemon({str(marker)!r}, levels={levels})
        while not os.path.exists({str(marker)!r}): time.sleep(0.001)
        return logits
    """
    report = examine(open_grader, softmax(body, before=DAEMON), LONG)
    assert_students_own(report)
    assert marked(marker)
    assert_gone(marked(marker), within=0.5)


@linux_only
def test_processes_that_fork_while_they_are_killed_are_all_killed(open_grader: Grader, tmp_path: Path) -> None:
    """A chain: each process forks the next, and leaves, faster than anyone could list them."""
    marker = tmp_path / "pids"
    body = f"""
        if os.fork() == 0:
            os.setsid()
            for _ in range(2000):
                with open({str(marker)!r}, "a") as file:
                    file.write(f"{{os.getpid()}} ")
                if os.fork():
                    os._exit(0)
        while not os.path.exists({str(marker)!r}): pass
        return logits
    """
    examine(open_grader, softmax(body, before="import os"), LONG)
    length = marker.stat().st_size
    assert_gone(marked(marker), within=0.5)
    assert marker.stat().st_size == length, "the chain goes on"


def spares(grader: Grader) -> set[int]:
    """Return the children that zygotes keep ready: they lead their sessions and have not been asked anything."""
    return {pid for zygote in children(base_of(grader)) for pid in children(zygote) if leads_session(pid)}


def open_descriptors(grader: Grader) -> dict[int, int]:
    """Count each process's descriptors, once the last exam's fork has given back its memory and is gone."""
    base = base_of(grader)
    wait_for(lambda: all(leads_session(pid) for slot in children(base) for pid in children(slot)))
    return {pid: len(descriptors(pid)) for pid in descendants(base) - spares(grader)}


def test_a_thread_that_goes_on_does_not_hold_up_the_exam(grader: Grader) -> None:
    before = "import threading, time\nplain = softmax\ndef spin():\n    while True: time.sleep(0)\n"
    text = softmax("threading.Thread(target=spin).start()\nreturn plain(logits, dim)", before=before)
    began = time.monotonic()
    assert examine(grader, text).status is Status.FULL
    assert time.monotonic() - began < 3


def test_a_thread_that_writes_to_the_wire_gains_nothing(grader: Grader) -> None:
    spam = "def spam():\n    while True: write(b'dlg1' * 4)\n"
    before = f"import threading\n{WRITES}\n{spam}threading.Thread(target=spam, daemon=True).start()\n"
    report = examine(grader, softmax("return logits", before=before))
    assert_students_own(report)
    assert report.score is not None
    assert {test.outcome for test in report.tests} <= {Outcome.CRASHED, Outcome.FAILED, Outcome.TIMEOUT}


@linux_only
def test_exams_of_every_kind_leave_the_base_as_it_was(grader: Grader) -> None:
    examine(grader, RIGHT)
    before = open_descriptors(grader)
    for case in (RESULTS[0], ERRORS[3], IMPORTS[0], IMPORTS[5], ENDINGS[0], ENDINGS[8], ENDINGS[11]):
        examine(grader, case.text)
    assert open_descriptors(grader) == before


# ---------------------------------------------------------------------------------------------- faults of our own


# Computes until it is seen to, and then only waits: what is under test is not what it costs.
WAITS = "import time\nwhile time.process_time() < 0.1: pass\ntime.sleep(3600)"


class Underway:
    """An exam of an endless submission, in a thread of its own, once its child computes."""

    def __init__(self, grader: Grader, exercise: Exercise) -> None:
        self.report: Report | None = None
        self.error: BaseException | None = None
        self.slot: dict[str, int] = {}
        self.everyone: set[int] = set()
        self._grader, self._exercise = grader, exercise
        grader.start()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        wait_for(self._computes)

    def _computes(self) -> bool:
        """Look for the exam, a fork of the examiner that leads no session, and for a child with CPU time of its own."""
        base = base_of(self._grader)
        for zygote, examiner in itertools.permutations(children(base), 2):
            exams = {pid for pid in children(examiner) if not leads_session(pid)}
            if exams and any(cpu_ticks(pid) >= 5 for pid in children(zygote) if leads_session(pid)):
                self.slot = {"zygote": zygote, "examiner": examiner}
                self.everyone = {base, *descendants(base)}
                return True
        return False

    def _run(self) -> None:
        try:
            self.report = self._grader.examine(self._exercise, submitted(softmax(WAITS)), seed=1)
        except BaseException as error:
            self.error = error

    def wait(self, within: float) -> None:
        self._thread.join(timeout=within)
        assert not self._thread.is_alive(), "the exam hangs"


def cpu_ticks(pid: int) -> int:
    """Return the CPU time of a process in the clock's ticks, a hundredth of a second."""
    fields = stat_of(pid)
    return sum(map(int, fields[11:13]))


@linux_only
@pytest.mark.parametrize("victim", ["zygote", "examiner"])
def test_stopping_one_of_our_own_processes_is_noticed_and_the_exam_held_anew(
    monkeypatch: pytest.MonkeyPatch, victim: str
) -> None:
    brief = variant(95, call_s=0.6, exam_s=0.8)
    monkeypatch.setattr("grader.sandbox.launch._EXIT_GRACE_S", 0.5)
    with Grader() as own:
        examine(own, RIGHT, brief)
        with monkeypatch.context() as patience:
            patience.setattr("grader.pipeline._GRACE_S", 0.2)  # of the attempt that is spoilt
            exam = Underway(own, brief)
            os.kill(exam.slot[victim], signal.SIGSTOP)
        exam.wait(within=20.0)
        assert exam.error is None
        assert exam.report is not None
        assert exam.report.attempts == 2
        assert_students_own(exam.report)
        assert first(exam.report).outcome is Outcome.TIMEOUT
        exam.everyone |= descendants(base_of(own))
    assert_gone(exam.everyone)


@linux_only
def test_leaving_in_the_middle_of_an_exam_leaves_no_process() -> None:
    with Grader() as own:
        exam = Underway(own, LONG)
    exam.wait(within=20.0)
    assert isinstance(exam.error, GraderFault | OSError)
    assert_gone(exam.everyone)


# ------------------------------------------------------------------------------------- what is no submission at all


def nothing(path: Path) -> Path:
    return path / "softmax.py"


def holding(data: bytes):  # type: ignore[no-untyped-def]
    def make(path: Path) -> Path:
        (path / "softmax.py").write_bytes(data)
        return path / "softmax.py"

    return make


def folder_for_file(path: Path) -> Path:
    (path / "softmax.py").mkdir()
    return path


def link(path: Path) -> Path:
    (path / "softmax.py").symlink_to(Path(EXERCISE.folder) / "softmax.py")
    return path / "softmax.py"


def pipe(path: Path) -> Path:
    os.mkfifo(path / "softmax.py")
    return path / "softmax.py"


FILES = [
    ("missing", nothing, 2, r"no\s+such\s+file"),
    ("empty", holding(b""), 1, "empty"),
    ("blank", holding(b" \n\t\n"), 1, "empty"),
    ("not-utf8", holding(b"# caf\xe9\nx = 1\n"), 1, "UTF-8"),
    ("utf16", holding("x = 1\n".encode("utf-16")), 1, "UTF-16"),
    ("nul", holding(b"x = 1\0\n"), 1, "(?i)nul|binary|text"),
    ("10-mb", holding(b"#" * 10_000_000), 1, r"10,000,000 bytes; at\s+most"),
    ("zip", holding(b"PK\x03\x04" + bytes(100)), 1, "(?i)zip|archive"),
    ("empty-folder", lambda path: path, 1, r"softmax.py\s+is\s+missing"),
    ("folder-for-file", folder_for_file, 1, r"a\s+folder"),
    ("link", link, 1, r"symbolic\s+link"),
    ("pipe", pipe, 1, r"named\s+pipe"),
]


@pytest.mark.parametrize(("make", "code", "says"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
def test_what_is_no_submission_is_refused_with_the_way_out(tmp_path: Path, make, code: int, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError if code == 2 else SubmissionError) as caught:
        collect(EXERCISE, make(tmp_path))
    assert caught.value.exit_code == code
    assert caught.value.fault is Fault.STUDENT
    assert re.search(says, str(caught.value))


# ----------------------------------------------------------------------------------------------- the command line


def environment(**extra: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DLGRADE_", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT), **extra}


def dlgrade(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return command(Order(arguments=[*map(str, arguments)], cwd=ROOT, environment=environment()))


@pytest.mark.parametrize("name", ["missing", "not-utf8", "folder-for-file", "10-mb"])
def test_the_command_line_says_what_is_no_submission(tmp_path: Path, name: str) -> None:
    make, code, says = next(case[1:] for case in FILES if case[0] == name)
    done = dlgrade("check", "exercise03", "--submission", make(tmp_path))
    assert done.returncode == code
    assert re.search(says, " ".join((done.stdout + done.stderr).split()))  # wherever a line was broken
    assert "Traceback" not in done.stdout + done.stderr


def test_the_command_line_shows_a_syntax_error(tmp_path: Path) -> None:
    file = tmp_path / "softmax.py"
    file.write_text("x = 1\nz = = 3\n", encoding="utf-8")
    done = dlgrade("check", "exercise03", "--submission", file)
    assert done.returncode == 1
    for words in ("SyntaxError", "softmax.py:2", "z = = 3", "^"):
        assert words in done.stdout, done.stdout
    assert done.stderr == ""


def test_a_reader_that_leaves_early_hears_no_complaint() -> None:
    command = f"{sys.executable} -m grader check exercise03 --submission tests/submissions/wrong.py | head -c 10"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert len(done.stdout) == 10
    assert done.stderr == ""
    assert done.returncode == 1


def test_an_output_folder_that_cannot_be_is_wrong_usage() -> None:
    done = dlgrade("check", "exercise03", "--output", "/proc/nothing/here")
    assert done.returncode == 2
    assert "/proc/nothing/here" in done.stderr
    assert "Traceback" not in done.stderr


def course_with(tmp_path: Path, *, limits: str = "") -> Path:
    """Copy exercise03, with other limits if given, into a course of its own."""
    for part in ("exercises", "solutions"):
        shutil.copytree(ROOT / part / "exercise03_softmax", tmp_path / "course" / part / "exercise03_softmax")
    if limits:
        edit(tmp_path, r"\[limits\][^\[]*", f"[limits]\n{limits}\n\n")
    return tmp_path / "course"


def edit(tmp_path: Path, pattern: str, text: str) -> None:
    file = tmp_path / "course" / "exercises" / "exercise03_softmax" / "exercise.toml"
    changed, count = re.subn(pattern, text, file.read_text(encoding="utf-8"), count=1)
    assert count == 1
    file.write_text(changed, encoding="utf-8")


@linux_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_stopping_the_command_leaves_no_process(tmp_path: Path, number: signal.Signals) -> None:
    """In the middle of a call that would take a minute, with a daemon beside it."""
    course, marker = course_with(tmp_path, limits="call_s = 60.0\nexam_s = 60.0\nmemory_mib = 512"), tmp_path / "pids"
    file = tmp_path / "softmax.py"
    body = f"if os.fork() == 0: daemon({str(marker)!r}, levels=2)\nwhile True: pass"
    file.write_text(softmax(body, before=DAEMON), encoding="utf-8")
    command = [sys.executable, "-m", "grader", "check", "exercise03"]
    process = subprocess.Popen(
        [*command, "--isolation", "process", "--course", course, "--submission", file],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: marker.exists() and marked(marker))
    family = descendants(process.pid) | marked(marker)
    assert len(family) >= 5
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    assert_gone(family)
    assert process.returncode == (-number if number is signal.SIGKILL else 128 + number)
    assert "Traceback" not in err
    assert out == ""


# --------------------------------------------------------------------------------------------------- broken exercises

MANIFESTS = [
    ("unknown-key", r"slug =", "sluggish = 1\nslug =", "sluggish"),
    ("wrong-type", r"call_s = [\d.]+", 'call_s = "2"', "limits.call_s"),
    ("out-of-range", r"memory_mib = \d+", "memory_mib = -1", "limits.memory_mib"),
    ("missing-key", r"slug = .*\n", "", "slug"),
    ("no-toml", r"slug = ", "slug = = ", "exercise.toml"),
    ("missing-file", r'files = \["softmax.py"\]', 'files = ["nothing.py"]', "nothing.py"),
]


@pytest.mark.parametrize(
    ("pattern", "text", "says"), [case[1:] for case in MANIFESTS], ids=[case[0] for case in MANIFESTS]
)
def test_a_broken_manifest_is_the_authors(tmp_path: Path, pattern: str, text: str, says: str) -> None:
    course = course_with(tmp_path)
    edit(tmp_path, pattern, text)
    with pytest.raises(AuthorError) as caught:
        load_course(course).find("exercise03")
    assert says in str(caught.value)
    assert caught.value.exit_code == 2


def test_the_command_line_puts_a_broken_manifest_down_to_the_author(tmp_path: Path) -> None:
    course = course_with(tmp_path)
    edit(tmp_path, r"slug =", "sluggish = 1\nslug =")
    done = dlgrade("check", "exercise03", "--course", course, "--submission", ROOT / "tests/submissions/right.py")
    assert done.returncode == 2
    assert "sluggish" in done.stderr + done.stdout
    assert "Exercise error" in done.stderr


HIDDEN = [
    ("syntax", "def test_x(student:\n", "SyntaxError"),
    ("import", "import nosuchmodule\ndef test_x(student): ...\n", "nosuchmodule"),
    ("name", "def test_x(student):\n    nosuch(student)\n", "test_x.*nosuch"),
    (
        "after-a-call",
        "import torch\ndef test_x(student):\n    student.softmax(torch.ones(2), 0)\n    nosuch\n",
        "test_x.*nosuch",
    ),
    ("fixture", "def test_x(student, nosuch): ...\n", "test_x.*nosuch"),
    (
        "wrong-value",
        "import torch\ndef test_x(student):\n    assert student.softmax(torch.ones(2), 0)[0] == 7\n",
        "test_x.*reference",
    ),
    ("unsendable", "def test_x(student):\n    student.softmax(object(), 0)\n", "test_x.*object"),
    ("endless", "import torch\ndef test_x(student):\n    student.softmax(torch.ones(2), 0).nosuch\n", "test_x.*nosuch"),
    ("no-tests", "x = 1\n", ""),
]


@pytest.mark.parametrize("right", [True, False], ids=["right-submission", "wrong-submission"])
@pytest.mark.parametrize(("text", "says"), [case[1:] for case in HIDDEN[:-1]], ids=[case[0] for case in HIDDEN[:-1]])
def test_a_hidden_test_with_a_bug_is_the_authors_whatever_is_submitted(
    grader: Grader, tmp_path: Path, text: str, says: str, right: bool
) -> None:
    course = course_with(tmp_path)
    (course / "solutions" / "exercise03_softmax" / "test_hidden.py").write_text(text, encoding="utf-8")
    try:
        report = examine(grader, RIGHT if right else softmax("return logits"), load_course(course).find("exercise03"))
    except AuthorError as error:
        assert re.search(says, str(error), re.DOTALL), error
        return
    assert report.status is Status.UNSCORED
    assert report.fault is Fault.AUTHOR
    assert report.score is None
    assert re.search(says, said(report.problem), re.DOTALL), said(report.problem)


def test_a_reference_that_cannot_be_imported_is_the_authors(grader: Grader, tmp_path: Path) -> None:
    course = course_with(tmp_path)
    (course / "solutions" / "exercise03_softmax" / "softmax.py").write_text("import nosuchmodule\n", encoding="utf-8")
    with pytest.raises(AuthorError, match="nosuchmodule"):
        examine(grader, RIGHT, load_course(course).find("exercise03"))


def test_the_command_line_gives_no_score_for_a_broken_test(tmp_path: Path) -> None:
    course = course_with(tmp_path)
    (course / "solutions" / "exercise03_softmax" / "test_hidden.py").write_text(HIDDEN[2][1], encoding="utf-8")
    done = dlgrade("check", "exercise03", "--course", course, "--submission", ROOT / "tests/submissions/wrong.py")
    assert done.returncode == 2
    assert "nosuch" in done.stdout
    assert not re.search(r"\d+ (of|/) \d+ points", done.stdout)
