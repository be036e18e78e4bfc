"""Deadlines, deaths and output: each test gets its own outcome, and the next test a child that works."""

from __future__ import annotations

from typing import Any

import pytest
from exams import result, said

from grader.records import Outcome
from grader.report import Report, Status

STUDENT_CODE = """
import ctypes
import os
import sys
import threading

import torch

state = {"calls": 0}


def fine():
    return 1


def counted():
    state["calls"] += 1
    return state["calls"]


def loops():
    while True:
        pass


def loops_inside():
    n = 0
    while True:
        n += helper(n)


def helper(n):
    return n + 1


def sleeps():
    import time
    time.sleep(60)


def blocks_signals():
    import signal

    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        pass


def generates():
    yield 1
    while True:
        pass


def counts_for_ever():
    while True:
        yield 1.0


def exits_at_once():
    os._exit(3)


def kills_itself():
    os.abort()


def segfaults():
    ctypes.string_at(0)


def closes_everything():
    os.closerange(0, 64)
    return 1


def writes_to_every_socket():
    for number in range(3, 64):
        try:
            os.write(number, b"forged answer, longer than the head of a frame")
        except OSError:
            pass
    return 1


def eats_memory():
    hoard = []
    while True:
        hoard.append(torch.ones(1 << 22))


def allocates_once():
    return torch.ones(1 << 32).sum()


def eats_python_memory():
    hoard = []
    while True:
        hoard.append(bytearray(1 << 24))


def prints():
    print("to stdout")
    print("to stderr", file=sys.stderr)
    return 1


def prints_much():
    for number in range(100_000):
        print("line", number)
    return 1


def prints_without_newline():
    sys.stdout.write("no newline")
    return 1


def prints_through_c():
    os.system("echo from a shell")
    return 1


def prints_bytes():
    sys.stdout.flush()
    os.write(1, b"\\xff\\xfe raw")
    return 1


def prints_then_raises():
    print("so far so good")
    raise ValueError("stop")


def prints_then_loops():
    print("before the loop", flush=True)
    while True:
        pass


def prints_then_dies():
    print("last words", flush=True)
    os._exit(1)


def closes_stdout():
    sys.stdout.close()
    return 1


def replaces_stdout():
    sys.stdout = None
    return 1


def leaves_a_thread():
    thread = threading.Thread(target=loops, daemon=True)
    thread.start()
    return 1


def leaves_a_process():
    if os.fork() == 0:
        while True:
            pass
    return 1
"""
REFERENCE_CODE = "import re\n" + "\n".join(
    f"def {line.removeprefix('def ').partition('(')[0]}(*_): return 1"
    for line in STUDENT_CODE.splitlines()
    if line.startswith("def ")
).replace("def generates(*_): return 1", "def generates(*_): return iter([1, 2])").replace(
    "def counts_for_ever(*_): return 1", "def counts_for_ever(*_): return iter([1.0] * 5)"
)

TESTS = (
    "\n".join(
        f"""
def test_{name}(student):
    assert student.{name}() == 1

def test_after_{name}(student):
    assert student.fine() == 1
"""
        for name in (
            *("loops", "loops_inside", "sleeps", "blocks_signals", "exits_at_once", "kills_itself", "segfaults"),
            *("closes_everything", "writes_to_every_socket", "eats_memory", "allocates_once", "eats_python_memory"),
            *(
                "prints",
                "prints_much",
                "prints_without_newline",
                "prints_through_c",
                "prints_bytes",
                "prints_then_raises",
            ),
            *("prints_then_loops", "prints_then_dies", "closes_stdout", "replaces_stdout"),
            *("leaves_a_thread", "leaves_a_process"),
        )
    )
    + """

def test_an_endless_generator(student):
    assert list(student.generates()) == [1, 2]


def test_iterates_for_ever(student):
    assert list(student.counts_for_ever()) == [1.0] * 5


def test_takes_what_it_needs_of_an_endless_one(student):
    numbers = student.counts_for_ever()
    assert [next(numbers) for _ in range(5)] == [1.0] * 5


def test_swallows_the_deadline(student):
    try:
        student.loops()
    except BaseException:
        pass


def test_goes_on_after_the_deadline(student):
    try:
        student.loops()
    finally:
        student.fine()


@pytest.mark.timeout(0.1)
def test_a_shorter_limit(student):
    student.loops()
"""
)


@pytest.fixture(scope="module")
def report(exams: Any) -> Report:
    limits = "call_s = 0.2\nexam_s = 30.0\nmemory_mib = 256"
    return exams.run(STUDENT_CODE, TESTS, reference=REFERENCE_CODE, limits=limits)


def outcome(report: Report, name: str) -> Outcome:
    return result(report, f"test_{name}").outcome


@pytest.mark.parametrize("name", ["loops", "loops_inside", "sleeps", "blocks_signals", "prints_then_loops"])
def test_a_call_that_never_ends_is_a_timeout(report: Report, name: str) -> None:
    assert outcome(report, name) is Outcome.TIMEOUT
    assert "0.2 s" in said(result(report, f"test_{name}").explanation)


def test_a_timeout_tells_the_line_that_it_was_at(report: Report) -> None:
    explanation = result(report, "test_loops_inside").explanation
    assert explanation is not None
    functions = [line.function for line in explanation.traceback]
    assert functions[0] == "loops_inside"
    assert {"while True:", "n += helper(n)"} & {line.source.strip() for line in explanation.traceback}


def test_an_endless_generator_is_a_timeout(report: Report) -> None:
    assert result(report, "test_an_endless_generator").outcome is Outcome.TIMEOUT


def test_items_without_end_have_the_limit_of_one_call_together(report: Report) -> None:
    test = result(report, "test_iterates_for_ever")
    assert test.outcome is Outcome.TIMEOUT
    assert "all its items together have 0.2 s" in said(test.explanation)
    assert result(report, "test_takes_what_it_needs_of_an_endless_one").outcome is Outcome.PASSED


def test_a_deadline_cannot_be_swallowed(report: Report) -> None:
    assert result(report, "test_swallows_the_deadline").outcome is Outcome.TIMEOUT
    assert result(report, "test_goes_on_after_the_deadline").outcome is Outcome.TIMEOUT


def test_a_test_can_have_a_limit_of_its_own(report: Report) -> None:
    test = result(report, "test_a_shorter_limit")
    assert test.outcome is Outcome.TIMEOUT
    assert "0.1 s" in said(test.explanation)


@pytest.mark.parametrize("name", ["exits_at_once", "kills_itself", "segfaults", "prints_then_dies"])
def test_a_death_is_a_crash(report: Report, name: str) -> None:
    assert outcome(report, name) is Outcome.CRASHED


def test_an_exit_has_its_status(report: Report) -> None:
    assert "3" in said(result(report, "test_exits_at_once").explanation)


@pytest.mark.parametrize(("name", "signal"), [("kills_itself", "SIGABRT"), ("segfaults", "SIGSEGV")])
def test_a_signal_has_its_name(report: Report, name: str, signal: str) -> None:
    assert signal in said(result(report, f"test_{name}").explanation)


def test_a_crash_tells_the_line_that_it_was_at(report: Report) -> None:
    assert "ctypes.string_at(0)" in said(result(report, "test_segfaults").explanation)


@pytest.mark.parametrize("name", ["closes_everything", "writes_to_every_socket"])
def test_meddling_with_the_wire_is_a_crash(report: Report, name: str) -> None:
    assert outcome(report, name) is Outcome.CRASHED


@pytest.mark.parametrize("name", ["eats_memory", "allocates_once", "eats_python_memory"])
def test_too_much_memory_is_no_wrong_answer(report: Report, name: str) -> None:
    assert outcome(report, name) is Outcome.MEMORY
    assert "256 MiB" in said(result(report, f"test_{name}").explanation)


@pytest.mark.parametrize(
    "name",
    [line.removeprefix("def test_after_").partition("(")[0] for line in TESTS.splitlines() if "test_after_" in line],
)
def test_the_next_test_works(report: Report, name: str) -> None:
    assert result(report, f"test_after_{name}").outcome is Outcome.PASSED


def test_all_of_it_is_the_students_fault(report: Report) -> None:
    assert report.fault == "student", said(report.problem)
    assert report.status is Status.PARTIAL


# -- output


def test_stdout_and_stderr_are_shown_with_their_test(report: Report) -> None:
    assert result(report, "test_prints").output.splitlines() == ["to stdout", "to stderr"]


def test_one_tests_output_is_not_the_nexts(report: Report) -> None:
    assert result(report, "test_after_prints").output == ""


def test_output_is_capped_and_says_so(report: Report) -> None:
    output = result(report, "test_prints_much").output
    assert outcome(report, "prints_much") is Outcome.PASSED
    assert output.startswith("line 0\nline 1\n")
    assert len(output) < 20_000
    assert "bytes" in output.splitlines()[-1]


def test_output_without_newline_is_not_lost(report: Report) -> None:
    assert result(report, "test_prints_without_newline").output == "no newline"


def test_output_of_a_started_program_is_captured(report: Report) -> None:
    assert outcome(report, "prints_through_c") in (Outcome.PASSED, Outcome.FAILED)
    if outcome(report, "prints_through_c") is Outcome.PASSED:
        assert result(report, "test_prints_through_c").output in ("from a shell\n", "")


def test_output_that_is_no_text_is_escaped(report: Report) -> None:
    assert "\\xff" in result(report, "test_prints_bytes").output


@pytest.mark.parametrize(
    ("name", "words"),
    [("then_raises", "so far so good"), ("then_loops", "before the loop"), ("then_dies", "last words")],
)
def test_what_was_printed_before_the_end_is_shown(report: Report, name: str, words: str) -> None:
    assert words in result(report, f"test_prints_{name}").output


def test_a_timeouts_output_shows_nothing_of_the_grader(report: Report) -> None:
    for name in ("test_prints_then_loops", "test_loops", "test_segfaults"):
        output = result(report, name).output
        assert "most recent call first" not in output
        assert "grader" not in output


@pytest.mark.parametrize("name", ["closes_stdout", "replaces_stdout"])
def test_a_test_passes_although_its_stdout_is_gone(report: Report, name: str) -> None:
    assert outcome(report, name) is Outcome.PASSED


@pytest.mark.parametrize("name", ["leaves_a_thread", "leaves_a_process"])
def test_what_is_left_behind_does_not_disturb(report: Report, name: str) -> None:
    assert outcome(report, name) in (Outcome.PASSED, Outcome.FAILED)


# -- the exam as a whole


def test_the_whole_exam_has_a_deadline_of_its_own(exams: Any) -> None:
    tests = "\n".join(f"def test_{number}(student): student.loops()" for number in range(6))
    report = exams.run(STUDENT_CODE, tests, reference=REFERENCE_CODE, limits="call_s = 0.3\nexam_s = 0.7")
    assert [test.outcome for test in report.tests] == [Outcome.TIMEOUT] * 6
    assert "0.3 s" in said(report.tests[0].explanation)
    assert "0.7 s" in said(report.tests[-1].explanation)
    assert report.timings.exam_s < 3.0


def test_output_at_import_stands_apart(exams: Any) -> None:
    report = exams.run("print('hello')\ndef fine(): return 1", "def test_it(student): assert student.fine() == 1")
    assert report.output == "hello\n"
    assert report.tests[0].output == ""


def test_a_hidden_tests_output_is_held_back_unless_everything_is_shown(exams: Any) -> None:
    code, tests = "def f(x):\n    print(x)\n    return x", "def test_it(student): student.f(12345)"
    assert "12345" in exams.run(code, tests, reveal="full").tests[0].output
    assert exams.run(code, tests, reveal="shape").tests[0].output == ""


def test_an_import_that_never_ends_is_a_timeout_of_every_test(exams: Any) -> None:
    report = exams.run(
        "while True: pass",
        "def test_one(student): pass\ndef test_two(student): pass",
        reference=REFERENCE_CODE,
        limits="call_s = 0.1\nexam_s = 5",
    )
    assert [test.outcome for test in report.tests] == [Outcome.TIMEOUT] * 2
    assert report.score is not None
    assert report.score.earned == 0
    assert "while True" in said(report.problem)


def test_an_import_that_raises_is_told_once(exams: Any) -> None:
    report = exams.run(
        "import math\n\nvalue = math.volume", "def test_one(student): pass\ndef test_two(student): pass",
        reference=REFERENCE_CODE,
    )  # fmt: skip
    assert "AttributeError" in said(report.problem)
    assert "value = math.volume" in said(report.problem)
    assert [test.explanation for test in report.tests] == [None, None]
    assert report.score is not None
    assert report.score.earned == 0


def test_a_syntax_error_has_its_line(exams: Any) -> None:
    report = exams.run("def f(:\n    pass", "def test_one(student): pass", reference=REFERENCE_CODE)
    assert "SyntaxError" in said(report.problem)
    assert "def f(:" in said(report.problem)


def test_resources_count_every_child_and_call(exams: Any) -> None:
    report = exams.run(
        STUDENT_CODE,
        """
        def test_one(student): student.fine(); student.fine()
        @pytest.mark.fresh
        def test_two(student): student.fine()
        """,
    )
    assert report.resources.children == 2
    assert report.resources.calls == 5  # two of them load the module
