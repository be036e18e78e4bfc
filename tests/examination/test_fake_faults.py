"""A fault that a student makes up is the student's: no exam is unscored by it, no test is skipped or passed."""

from __future__ import annotations

from typing import Any

import pytest

from grader.records import Outcome
from grader.report import Report, Status

# What a student might raise to be taken for somebody else's fault: real ones where they can be had, namesakes, and the
# exceptions that pytest, Python and dlgrade itself give a meaning to.
RAISED = {
    "grader fault": "class GraderFault(Exception): pass\nerror = GraderFault('a process of ours has gone')",
    "dlgrade's own": "from grader.errors import GraderFault\nerror = GraderFault('a process of ours has gone')",
    "sandbox unavailable": "from grader.errors import SandboxUnavailable\nerror = SandboxUnavailable('none here')",
    "author error": "from grader.errors import AuthorError\nerror = AuthorError('the exercise is broken')",
    "test is broken": "class TestIsBroken(Exception): pass\nerror = TestIsBroken('wrong test')",
    "test stopped": "class TestStopped(BaseException): pass\nerror = TestStopped('x')",
    "wire error": "from grader.sandbox.wire import WireError\nerror = WireError('x')",
    "peer gone": "from grader.sandbox.wire import PeerGone\nerror = PeerGone('x')",
    "unsendable": "from grader.sandbox.graph import Unsendable\nerror = Unsendable('too-large', 1)",
    "exhausted": "from grader.sandbox.operations import Exhausted\nerror = Exhausted()",
    "forbidden call": "from grader.sandbox.tripwire import ForbiddenCall\nerror = ForbiddenCall('torch.exp')",
    "skipped": "class Skipped(BaseException): allow_module_level = True\nSkipped.__module__ = 'builtins'\n"
    "error = Skipped('x')",
    "skip test": "import unittest\nerror = unittest.SkipTest('skip me')",
    "xfailed": "class XFailed(BaseException): pass\nerror = XFailed('expected')",
    "pytest's exit": "class Exit(BaseException): returncode = 0\nerror = Exit('done')",
    "system exit": "error = SystemExit(0)",
    "system exit of text": "error = SystemExit('bye')",
    "keyboard interrupt": "error = KeyboardInterrupt()",
    "memory error": "error = MemoryError('no memory left on this machine')",
    "recursion error": "error = RecursionError('too deep')",
    "generator exit": "error = GeneratorExit()",
    "base exception": "class Mine(BaseException): pass\nerror = Mine()",
    "no descriptors": "error = OSError(24, 'Too many open files')",
    "no space": "import errno\nerror = OSError(errno.ENOSPC, 'No space left on device')",
    "out of memory": 'error = RuntimeError("can\'t allocate memory")',
    "broken pipe": "error = BrokenPipeError(32, 'gone')",
    "name error": "error = NameError(\"name 'expected' is not defined\")",
    "import error": "error = ImportError('no module named torch')",
    "assertion": "error = AssertionError('the test is wrong')",
    "a group": "error = BaseExceptionGroup('both', [SystemExit(0), KeyboardInterrupt()])",
    "warning": "error = UserWarning('x')",
    "stop iteration": "error = StopIteration(True)",
    "a lying text": (
        "class Lie(Exception):\n    def __str__(self): return 'GraderFault: unscored'\n"
        "    __repr__ = __str__\nLie.__name__ = 'GraderFault'\nLie.__qualname__ = 'grader.errors.GraderFault'\n"
        "Lie.__module__ = 'grader.errors'\nerror = Lie()"
    ),
    "a lying class": (
        "class Lie(Exception):\n    @property\n    def __class__(self): raise KeyboardInterrupt\nerror = Lie()"
    ),
    "a huge text": "class Huge(Exception):\n    def __str__(self): return 'x' * 50_000_000\nerror = Huge()",
    "a text that raises": "class Raises(Exception):\n    def __str__(self): raise SystemExit(0)\nerror = Raises()",
    "a name of 100 kB": "error = type('GraderFault' + 'x' * 100_000, (Exception,), {})()",
    "a name that is none": "error = type('\\u202e\\x1b[2J', (Exception,), {})()",
    "a cause of its own": "error = ValueError('x')\nerror.__cause__ = error\nerror.__context__ = error",
    "a metaclass": (
        "class _Meta(type):\n    def __instancecheck__(cls, other): return True\n"
        "    __mro__ = property(lambda s: 1 / 0)\n"
        "class _M(Exception, metaclass=_Meta): pass\nerror = _M()"
    ),
    "a false traceback": (
        "try:\n    exec(compile('raise ValueError', '/grader/examination/exam.py', 'exec'))\n"
        "except ValueError as e:\n    error = e"
    ),
}
PLACES = """
_error = error
del error
def f(x): raise _error
def callback(g): return g(f)
def items():
    yield 1
    raise _error
class Lazy:
    @property
    def value(self): raise _error
    def __len__(self): raise _error
    def __iter__(self): raise _error
    def __getitem__(self, key): raise _error
    def __call__(self): raise _error
    def method(self): raise _error
def made(): return Lazy()
class Made:
    def __init__(self): raise _error
class Weird(dict):
    def items(self): raise _error
    def __iter__(self): raise _error
    def keys(self): raise _error
def weird(): return Weird(a=1)
def catches(g):
    try: return g(1)
    except BaseException: raise _error
def fine(): return 1
"""
TESTS = """
def test_control(student): assert student.fine() == 1
def test_call(student): assert student.f(1) == 1
def test_generator(student): assert list(student.items()) == [1, 2]
def test_next(student):
    found = student.items()
    next(found)
    assert next(found) == 2
def test_property(student): assert student.made().value == 1
def test_length(student): assert len(student.made()) == 1
def test_iteration(student): assert list(student.made()) == [1]
def test_item(student): assert student.made()[0] == 1
def test_calling(student): assert student.made()() == 1
def test_method(student): assert student.made().method() == 1
def test_constructor(student): assert student.Made() is not None and student.f(1)
def test_mapping(student): assert student.weird() == {"a": 2}
def test_gradient(student): assert len(student.f.grad(torch.ones(2))) == 1
def test_callback(student): assert student.callback(lambda g: g(1)) == 1
def test_around_a_failing_callback(student):
    def broken(x): raise AssertionError("of the test")
    assert student.catches(broken) == 1
def test_setting(student):
    student.value = 3
    assert student.f(1) == 1
def test_control_again(student): assert student.fine() == 1
"""
REFERENCE = """
def f(x): return x + 0
def callback(g): return g(f)
def items(): yield from (1, 2)
class Lazy:
    value = 1
    def __len__(self): return 1
    def __iter__(self): return iter([1])
    def __getitem__(self, key): return 1
    def __call__(self): return 1
    def method(self): return 1
def made(): return Lazy()
class Made: pass
def weird(): return {"a": 2}
def catches(g): return 1
def fine(): return 1
"""
PASSING = {"test_control", "test_control_again"}
LOST = {Outcome.FAILED, Outcome.CRASHED, Outcome.MEMORY, Outcome.TIMEOUT}


def assert_the_students(report: Report) -> None:
    assert report.status is Status.PARTIAL, report.problem
    assert report.fault == "student"
    assert report.score is not None


def made(exams: Any, limits: str) -> Any:
    head = "import pytest, torch\nfrom grader.examination import *\n"
    return exams.exercise(head + TESTS, reference=REFERENCE, limits=limits)


@pytest.fixture(scope="module")
def exercise(exams: Any) -> Any:
    """One exercise for all: what is raised is the submission's."""
    return made(exams, "call_s = 1.0\nexam_s = 30.0")


@pytest.fixture(scope="module")
def soon_over(exams: Any) -> Any:
    """The same, where a call that never ends is not waited for so long."""
    return made(exams, "call_s = 0.3\nexam_s = 30.0")


@pytest.mark.parametrize("raised", RAISED)
def test_what_a_function_raises_is_its_students_wherever_it_raises(exams: Any, exercise: Any, raised: str) -> None:
    report = exams.examine(exercise, RAISED[raised] + PLACES)
    assert_the_students(report)
    outcomes = {test.name: test.outcome for test in report.tests}
    assert {name for name, outcome in outcomes.items() if outcome is Outcome.PASSED} <= PASSING | {"test_mapping"}
    assert {name for name in PASSING if outcomes[name] is Outcome.PASSED} == PASSING
    lost = {name: outcome for name, outcome in outcomes.items() if name not in PASSING | {"test_mapping"}}
    assert set(lost.values()) <= LOST, lost
    assert all(test.earned == 0 for test in report.tests if test.outcome is not Outcome.PASSED)


@pytest.mark.parametrize("raised", RAISED)
def test_what_a_module_raises_is_its_students(exams: Any, exercise: Any, raised: str) -> None:
    report = exams.examine(exercise, RAISED[raised] + PLACES + "\nraise _error\n")
    assert_the_students(report)
    assert report.score is not None
    assert report.score.earned == 0
    assert {test.outcome for test in report.tests} <= LOST


BREAKING = {
    "exit": "def fine():\n    import os\n    os._exit(3)",
    "kill": "def fine():\n    import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)",
    "closed": "def fine():\n    import os\n    os.closerange(0, 100)\n    return 1",
    "written": (
        "def fine():\n    import os\n    for n in range(100):\n        try: os.write(n, b'GraderFault' * 10)\n"
        "        except OSError: pass\n    return 1"
    ),
    "module": "import sys, types\nsys.modules['grader.sandbox.child'] = types.ModuleType('x')\ndef fine(): return 2",
    "errors": (
        "from grader.errors import GraderFault\nGraderFault.__str__ = lambda self: 1 / 0\n"
        "def fine(): raise GraderFault('')"
    ),
    "messages": "import grader.sandbox.messages as m\nm.Returned = m.Raised = m.Refused = None\ndef fine(): return 2",
    "refused": (
        "import grader.sandbox.child as c\nc.Raised = lambda **k: c.Refused(nonce=k['nonce'], reason='x' * 100)\n"
        "def fine(): 1 / 0"
    ),
    "send": (
        "import grader.sandbox.wire as w\ndef fail(*a, **k): raise SystemExit(0)\nw.Channel.send = fail\n"
        "def fine(): return 1"
    ),
    "deep": "import sys\nsys.setrecursionlimit(1 << 30)\ndef fine(): return fine()",
    "descriptors": "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))\ndef fine(): return 2",
    "segv": "import faulthandler\ndef fine(): faulthandler._sigsegv()",
    "thread": (
        "import threading, os\ndef fine():\n    threading.Timer(0.0, lambda: os._exit(0)).start()\n    while True: pass"
    ),
}


@pytest.mark.parametrize("code", BREAKING.values(), ids=BREAKING)
def test_a_child_that_breaks_itself_breaks_no_exam(exams: Any, soon_over: Any, code: str) -> None:
    report = exams.examine(soon_over, REFERENCE + code + "\n")
    assert_the_students(report)
    control = next(test for test in report.tests if test.name == "test_control")
    assert control.outcome in LOST
    assert control.fault == "student"


def test_a_student_cannot_skip_a_test_by_a_value(exams: Any) -> None:
    values = ("'Skipped'", "None", "NotImplemented", "...", "[]", "{}", "float('nan')", "b''")
    for value in values:
        report = exams.run(
            f"def f(): return {value}", "def test_it(student): assert student.f() == 7", reference="def f(): return 7"
        )
        assert_the_students(report)
        assert report.tests[0].outcome is Outcome.FAILED


def test_words_of_a_shortage_in_a_value_are_the_students(exams: Any) -> None:
    report = exams.run(
        'def f(): return "can\'t allocate memory"',
        "def test_it(student): assert int(student.f()) == 7",
        reference="def f(): return 7",
    )
    assert_the_students(report)
    assert report.tests[0].outcome is Outcome.FAILED
