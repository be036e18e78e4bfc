"""The functions of quiz.py: run in a child that cannot do harm, and believed nothing."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from quiz.quiz_folders import drawing_of, quiz_in

from grader.errors import AuthorError
from grader.quiz.authored import Quiz
from grader.quiz.drawing import draw
from grader.quiz.generators import Call, CannotLoad, Generators
from grader.quiz.model import QuestionType
from grader.quiz.results import ResultError, checked
from grader.records import Isolation

ONE = "- {id: one, type: number, text: What?, answer: 1}"
CODE = """\
import math, os, random, sys
from fractions import Fraction

calls = 0

def draw(p, rng):
    return [p["n"], rng.randint(0, 10**9), isinstance(rng, random.Random)]

def everything(p, rng):
    print("not a frame of the protocol", flush=True)
    return {"a": (1, 2.5, "x", True, None), "b": Fraction(1, 3), "c": [float("inf"), -math.inf]}

def numpy_too(p, rng):
    import numpy
    return {"a": numpy.float32(0.5), "b": numpy.arange(3), "c": numpy.int64(7)}

def divide(p, rng):
    return helper(p["n"])

def helper(n):
    return n / 0

def hang(p, rng):
    while True:
        try:
            while True:
                pass
        except Exception:
            pass

def sleep(p, rng):
    import time
    time.sleep(60)

def leave(p, rng):
    os._exit(9)

def exit(p, rng):
    sys.exit("done")

def swallow(p, rng):
    raise KeyboardInterrupt

def much(p, rng):
    return "x" * (1 << 24)

def memory(p, rng):
    return bytearray(1 << 40)

def odd(p, rng):
    return {"a": object()}

def rude(p, rng):
    class Rude(Exception):
        def __str__(self):
            raise ValueError("no")
    raise Rude

def escape(p, rng):
    raise ValueError("\\x1b[2J\\u202e")

def connect(p, rng):
    import socket
    socket.create_connection(("127.0.0.1", p["n"]), timeout=1)

def read(p, rng):
    return open(p["path"]).read()

def write(p, rng):
    open(p["path"], "w").write("x")

def start(p, rng):
    import subprocess
    subprocess.run(["/bin/true"])

def surroundings(p, rng):
    return {"environment": dict(os.environ), "folder": os.getcwd(), "path": sys.path}

def change(p, rng):
    global calls
    p["n"] = 99
    calls += 1
    return calls

rebound = draw
def rebound(p, rng): return 1
rebound = 5
"""


@pytest.fixture(scope="module")
def quiz(tmp_path_factory: pytest.TempPathFactory) -> Quiz:
    return quiz_in(tmp_path_factory.mktemp("generators"), ONE, CODE)


@pytest.fixture(scope="module")
def generators(quiz: Quiz) -> Iterator[Generators]:
    with Generators(quiz, call_cpu_s=0.2, grace_s=60) as running:
        yield running


def call(generators: Generators, function: str, *, seed: bytes = b"seed", **params: Any) -> Any:
    return generators.call(Call(function=function, params=params, seed=seed))


def refused(generators: Generators, function: str, **params: Any) -> str:
    with pytest.raises(AuthorError) as caught:
        call(generators, function, **params)
    return str(caught.value)


def line_of(text: str) -> int:
    return CODE.splitlines().index(text) + 1


# ------------------------------------------------------------------------------------------------------- what works


def test_a_function_gets_its_parameters_and_a_generator_of_the_seed(generators: Generators) -> None:
    first, again = call(generators, "draw", n=3), call(generators, "draw", n=3)
    other = call(generators, "draw", n=3, seed=b"another")
    assert first == again and first[0] == 3 and first[2] is True and other[1] != first[1]


def test_results_come_as_plain_values_whatever_is_printed(generators: Generators) -> None:
    inf = float("inf")
    assert call(generators, "everything") == {"a": [1, 2.5, "x", True, None], "b": "1/3", "c": [inf, -inf]}
    assert call(generators, "numpy_too") == {"a": 0.5, "b": [0, 1, 2], "c": 7}


def test_a_function_cannot_change_the_parameters_of_others(generators: Generators) -> None:
    params = {"n": 1}
    generators.call(Call(function="change", params=params, seed=b"s"))
    assert params == {"n": 1}


def test_threads_take_turns_and_get_answers_of_their_own(generators: Generators) -> None:
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda n: call(generators, "draw", n=n)[0], range(60)))
    assert found == list(range(60))


def test_getting_ready_beforehand_changes_no_result(quiz: Quiz, generators: Generators) -> None:
    with Generators(quiz) as prepared:
        prepared.prepare()
        assert call(prepared, "draw", n=3) == call(generators, "draw", n=3)


# ------------------------------------------------------------------------------------------------------ what fails


@pytest.mark.parametrize(
    ("function", "message", "line"),
    [
        ("divide", "divide(n=3): ZeroDivisionError: division by zero.", "    return n / 0"),
        ("exit", "exit(n=3): SystemExit: done.", '    sys.exit("done")'),
        ("swallow", "swallow(n=3): KeyboardInterrupt: .", "    raise KeyboardInterrupt"),
        ("memory", "memory(n=3): MemoryError", "    return bytearray(1 << 40)"),
        ("rude", "rude(n=3): Rude: .", "    raise Rude"),
        ("escape", r"escape(n=3): ValueError: \x1b[2J\u202e.", '    raise ValueError("\\x1b[2J\\u202e")'),
    ],
)
def test_a_failure_is_told_with_the_authors_line(
    generators: Generators, function: str, message: str, line: str
) -> None:
    assert f"quiz.py:{line_of(line)}: {message}" in refused(generators, function, n=3)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("odd", "a result may hold numbers, text, True, False, lists and dicts, not object"),
        ("much", "returned too much"),
        ("rebound", "rebound is not defined"),
        ("missing", "missing is not defined"),
    ],
)
def test_a_result_that_cannot_be_taken_is_told(generators: Generators, function: str, message: str) -> None:
    assert message in refused(generators, function)


def test_a_function_that_swallows_its_own_interruption_is_killed(quiz: Quiz) -> None:
    with Generators(quiz, call_cpu_s=0.1, grace_s=1) as running:
        assert "hang(): does not come to an end in time" in refused(running, "hang")
        assert call(running, "draw", n=1)[0] == 1, "a new child takes its place"


def test_a_function_that_waits_is_killed_too(quiz: Quiz) -> None:
    with Generators(quiz, call_cpu_s=0.1, grace_s=1) as running:
        assert "sleep(): does not come to an end in time" in refused(running, "sleep")


def test_a_function_that_leaves_ends_no_other_call(generators: Generators) -> None:
    assert "leave(): ended its process (status 9)" in refused(generators, "leave")
    assert call(generators, "draw", n=2)[0] == 2


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import math\nx = 1 / 0\n", "quiz.py:2: ZeroDivisionError"),
        ("import no_such_module\n", "quiz.py:1: ModuleNotFoundError"),
        ("import sys\nsys.exit(3)\n", "quiz.py:2: SystemExit"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_told_with_its_line(tmp_path: Path, code: str, message: str) -> None:
    with Generators(quiz_in(tmp_path, ONE, code)) as running, pytest.raises(CannotLoad) as caught:
        call(running, "f")
    assert message in str(caught.value)


def test_no_process_is_left_when_it_ends(quiz: Quiz) -> None:
    with Generators(quiz) as running:
        call(running, "draw", n=1)
        assert running._child is not None
        process = running._child._process
        below = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        children = [int(pid) for pid in below.read_text().split()] if below.is_file() else []
    assert process.poll() is not None
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)


# -------------------------------------------------------------------------------------------- what it cannot reach

confined = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux's")


@pytest.fixture
def boxed(generators: Generators) -> Generators:
    call(generators, "draw", n=1)
    if generators.isolation is Isolation.PROCESS:
        pytest.skip("this machine has no Landlock or no libseccomp: limits are all there is")
    return generators


@confined
def test_it_has_no_network(boxed: Generators) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert "PermissionError" in refused(boxed, "connect", n=server.getsockname()[1])


@confined
def test_it_reads_and_writes_no_file_of_ours(boxed: Generators, quiz: Quiz, tmp_path: Path) -> None:
    for path in (Path(quiz.folder) / "quiz.yaml", Path("/etc/passwd")):
        assert path.is_file() and "PermissionError" in refused(boxed, "read", path=str(path))
    target = tmp_path / "written"
    assert "Error" in refused(boxed, "write", path=str(target)) and not target.exists()


@confined
def test_it_starts_no_process(boxed: Generators) -> None:
    assert "Error" in refused(boxed, "start")


def test_a_students_file_takes_no_modules_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the current directory nor PYTHONPATH leads anywhere."""
    trap = tmp_path / "checkout"
    trap.mkdir()
    for name in ("helper", "fractions", "sitecustomize", "usercustomize"):
        (trap / f"{name}.py").write_text("raise SystemExit('the student was here')\n")
    monkeypatch.chdir(trap)
    monkeypatch.setenv("PYTHONPATH", str(trap))
    monkeypatch.setenv("SECRET_OF_THE_STORE", "key")
    code = CODE + "\ntry:\n    import helper\nexcept ModuleNotFoundError:\n    helper_is = 'nowhere'\n"
    with Generators(quiz_in(tmp_path, ONE, code)) as running:
        found = call(running, "surroundings")
    assert str(trap) not in found["path"] and "" not in found["path"] and found["folder"] != str(trap)
    assert not any("SECRET" in name or "PYTHONPATH" in name for name in found["environment"])


def test_what_is_run_is_what_was_read_with_the_quiz(tmp_path: Path) -> None:
    quiz = quiz_in(tmp_path, ONE, "def f(p, rng):\n    return 'as read'\n")
    (Path(quiz.folder) / "quiz.py").write_text("def f(p, rng):\n    return 'changed since'\n")
    with Generators(quiz) as running:
        assert call(running, "f") == "as read"
    with Generators(replace(quiz, source="")) as running:
        assert "f is not defined" in refused(running, "f")


def test_a_quiz_without_computed_answers_starts_no_child(quiz: Quiz) -> None:
    with Generators(quiz) as running:
        assert running.call_all([]) == [] and running._child is None


# -------------------------------------------------------------------------------------------------------- results

GOOD: list[tuple[QuestionType, Any, str]] = [
    (QuestionType.NUMBER, 3, "3"),
    (QuestionType.NUMBER, 0.1, "0.1"),
    (QuestionType.NUMBER, -0.0, "0.0"),
    (QuestionType.NUMBER, float("-inf"), "-inf"),
    (QuestionType.NUMBER, "1/3", "1/3"),
    (QuestionType.SHAPE, [1, 24], "[1, 24]"),
    (QuestionType.SHAPE, [], "[]"),
    (QuestionType.SHAPE, "error", "error"),
    (QuestionType.MATRIX, [[1, 0.5], ["1/3", 2]], "[[1, 0.5], [1/3, 2]]"),
    (QuestionType.MATRIX, [1, 2], "[[1, 2]]"),
    (QuestionType.CODE_OUTPUT, "[1, 2]", "[1, 2]"),
    (QuestionType.CODE_OUTPUT, 7, "7"),
    (QuestionType.CODE_OUTPUT, [1, True], "[1, True]"),
    (QuestionType.EXPRESSION, "w*2", "w*2"),
    (QuestionType.CHOICE, {"en": "yes", "zh": "是"}, "yes"),
]


@pytest.mark.parametrize(("kind", "answer", "text"), GOOD)
def test_an_answer_becomes_what_a_student_would_type(kind: QuestionType, answer: object, text: str) -> None:
    drawn = checked({"answer": answer, "wrong": [[answer, "a-tag"]], "params": {"n": [1, "x"]}}, kind)
    assert (drawn.answer, drawn.params) == (text, {"n": [1, "x"]})
    assert (drawn.wrong[0].value, drawn.wrong[0].because) == (text, "a-tag")


BAD: list[tuple[QuestionType, Any, str]] = [
    (QuestionType.NUMBER, 3, "expected a dict"),
    (QuestionType.NUMBER, {}, 'returned no "answer"'),
    (QuestionType.NUMBER, {"answer": 1, "wrongs": []}, "unknown key wrongs"),
    (QuestionType.NUMBER, {"answer": True}, "answer is True: expected a number"),
    (QuestionType.NUMBER, {"answer": None}, "expected a number"),
    (QuestionType.NUMBER, {"answer": ""}, "expected a number"),
    (QuestionType.NUMBER, {"answer": 10**301}, "answer is too large"),
    (QuestionType.NUMBER, {"answer": 1, "wrong": [1]}, "pairs of a value and a misconception"),
    (QuestionType.NUMBER, {"answer": 1, "wrong": [[2, "No Tag"]]}, "'No Tag' is no id of a misconception"),
    (QuestionType.NUMBER, {"answer": 1, "wrong": [[None, "tag"]]}, "wrong[0] is None: expected a number"),
    (QuestionType.NUMBER, {"answer": 1, "wrong": [[1, "tag"]] * 99}, "at most 60 pairs"),
    (QuestionType.NUMBER, {"answer": 1, "params": {"2n": 1}}, "'2n' is no name"),
    (QuestionType.NUMBER, {"answer": 1, "params": {"n": None}}, "n must be a number, text"),
    (QuestionType.NUMBER, {"answer": 1, "params": {"n": float("nan")}}, 'n is nan: return it as text, "nan"'),
    (QuestionType.NUMBER, {"answer": 1, "params": {"n": "x" * 99_999}}, "n is too large"),
    (QuestionType.SHAPE, {"answer": 24}, 'expected a list of whole numbers, or "error"'),
    (QuestionType.SHAPE, {"answer": [1.0]}, "expected a list of whole numbers"),
    (QuestionType.SHAPE, {"answer": [True]}, "expected a list of whole numbers"),
    (QuestionType.SHAPE, {"answer": [-1]}, "expected a list of whole numbers"),
    (QuestionType.MATRIX, {"answer": [[1], [1, 2]]}, "rows of numbers, all of one length"),
    (QuestionType.MATRIX, {"answer": []}, "rows of numbers"),
    (QuestionType.MATRIX, {"answer": [[None]]}, "answer[0][0] is None: expected a number"),
    (QuestionType.EXPRESSION, {"answer": 2}, "a formula as text"),
    (QuestionType.CODE_OUTPUT, {"answer": "  "}, "expected some text"),
    (QuestionType.CHOICE, {"answer": "x"}, "0 items, but 2 options are shown"),
    (QuestionType.CHOICE, {"answer": {"en": "x"}, "wrong": [["y", "tag"]]}, '{"en": …, "zh": …}'),
]


@pytest.mark.parametrize(("kind", "result", "message"), BAD)
def test_a_result_of_another_kind_is_the_authors_mistake(kind: QuestionType, result: object, message: str) -> None:
    with pytest.raises(ResultError) as caught:
        checked(result, kind)
    assert message in caught.value.text.en and caught.value.text.zh != caught.value.text.en


def test_a_choice_cannot_pick_three_of_two() -> None:
    result = {"answer": "a", "wrong": [["b", "tag"]]}
    assert checked(result, QuestionType.CHOICE, pick=2).answer == "a"
    with pytest.raises(ResultError, match="1 items, but 3 options are shown"):
        checked(result, QuestionType.CHOICE, pick=3)


def test_a_bad_result_is_told_with_the_function_and_its_line(tmp_path: Path) -> None:
    code = "\n\ndef f(p, rng):\n    return {'answer': 3}\n"
    quiz = quiz_in(tmp_path, "- {id: one, type: shape, text: What?, answer: {code: f}}", code)
    with (
        drawing_of(quiz) as drawing,
        pytest.raises(AuthorError, match=r"quiz\.py:3: f\(\): answer is 3: expected a list"),
    ):
        draw(drawing, quiz.questions[0])


def test_drawing_and_marking_load_nothing_heavy() -> None:
    """What a student waits for before the first question; sympy is for the child that compares formulas."""
    names = ["drawing", "finding", "generators", "marking", "reading", "stored"]
    imports = ", ".join(f"grader.quiz.{name}" for name in names)
    heavy = {"torch", "numpy", "sympy", "rich", "jsonschema", "ruamel"}
    script = f"import sys, {imports}\nprint(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
