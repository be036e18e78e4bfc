"""A quiz.py from a stranger, which knows how its process talks to ours: it costs its own quiz, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from quiz.quiz_folders import quiz_in, write_quiz

from grader.errors import AuthorError
from grader.quiz.generators import Call, CannotLoad, Generators
from grader.records import Isolation

ONE = "- {id: one, type: number, text: What?, answer: 1}"
CODE = """\
import json, os, stat, struct, sys, time

def pipes():
    found = []
    for number in range(3, 64):
        try:
            if stat.S_ISFIFO(os.fstat(number).st_mode):
                found.append(number)
        except OSError:
            pass
    return found

def put(content, times=1):
    frame = struct.pack(">I", len(content)) + content
    for pipe in pipes():
        try:
            for _ in range(times):
                os.write(pipe, frame)
        except OSError:
            pass

def wanted():
    # what the answer to this very call has to begin with
    frame = sys._getframe()
    while "request" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["request"]["to"]

def forge(p, rng):
    put(p["content"].replace("TO", json.dumps(wanted())).encode())
    time.sleep(p.get("then_s", 60))

def stuff(p, rng):
    put(b'{"to": "x", "results": [{"value": "forged"}]}')
    return "own"

def flood(p, rng):
    put(b'"' + b"x" * 1_000_000 + b'"', times=10**9)

def deaf(p, rng):
    sys.modules["grader.quiz.generator_child"]._receive = lambda requests: time.sleep(60)
    return "heard"

def held(p, rng):
    kinds = []
    for number in range(256):
        try:
            mode = os.fstat(number).st_mode
        except OSError:
            continue
        kinds.append([number, "pipe" if stat.S_ISFIFO(mode) else "device" if stat.S_ISCHR(mode) else "other"])
    return kinds

def echo(p, rng):
    return p

class Odd(Exception):
    lineno = object()

def odd_line(p, rng):
    raise Odd("away")
"""


def call(generators: Generators, function: str, **params: Any) -> Any:
    return generators.call(Call(function=function, params=params, seed=b"seed"))


FORGED = [
    "nonsense",
    "[]",
    "{}",
    "[" * 100_000,
    '{"results": [{"value": 1}]}',
    '{"to": TO}',
    '{"to": TO, "results": [5]}',
    '{"to": TO, "results": []}',
    '{"to": TO, "results": 7}',
    '{"to": TO, "results": [{}]}',
    '{"to": TO, "results": [{"value": 1}, {"value": 2}]}',
    '{"to": TO, "results": [{"error": {"type": "ValueError"}}]}',
    '{"to": TO, "results": [{"error": 3}]}',
    '{"to": TO, "results": [{"error": {"type": "ValueError", "message": "no", "line": "three"}}]}',
    '{"to": TO, "results": [{"error": {"type": "ValueError", "message": "no", "line": 1e999}}]}',
    '{"to": TO, "results": [{"error": {"type": 1, "message": [], "line": null}}]}',
]


@pytest.fixture(scope="module")
def generators(tmp_path_factory: pytest.TempPathFactory) -> Any:
    quiz = quiz_in(tmp_path_factory.mktemp("hostile"), ONE, CODE)
    with Generators(quiz, call_cpu_s=0.2, grace_s=30) as running:
        yield running


@pytest.mark.parametrize("content", FORGED, ids=lambda content: content[:60])
def test_an_answer_that_its_function_has_forged_is_the_authors_mistake(generators: Generators, content: str) -> None:
    with pytest.raises(AuthorError) as caught:
        call(generators, "forge", content=content)
    said = str(caught.value)
    assert "quiz.py: forge(" in said and "not what was asked for" in said
    assert len(said) < 1_000


def test_a_forged_error_says_no_more_than_one_of_pythons_could(generators: Generators) -> None:
    long = '{"to": TO, "results": [{"error": {"type": "%s", "message": "\\u001b[2J", "line": 3}}]}' % ("x" * 90_000)
    with pytest.raises(AuthorError) as caught:
        call(generators, "forge", content=long, then_s=0)
    assert len(str(caught.value)) < 2_000 and "\x1b" not in str(caught.value)


def test_an_answer_laid_in_advance_is_taken_for_no_other_call(generators: Generators) -> None:
    with pytest.raises(AuthorError):  # its own answer stands behind the forged one
        call(generators, "stuff")
    assert call(generators, "echo", n=1) == {"n": 1}


def test_an_exception_with_a_line_that_is_none_is_told_all_the_same(generators: Generators) -> None:
    with pytest.raises(AuthorError, match=r"odd_line\(\): Odd: away"):
        call(generators, "odd_line")


def test_a_flood_of_answers_stays_in_the_pipe(tmp_path: Path) -> None:
    folder = write_quiz(tmp_path, ONE, CODE)
    script = f"""
import resource, sys
from pathlib import Path
from grader.errors import AuthorError
from grader.quiz.generators import Call, Generators
from grader.quiz.reading import read_quiz
from time import sleep
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with Generators(read_quiz(Path({str(folder)!r})), call_cpu_s=0.1, grace_s=5) as running:
    running.call(Call(function="echo", params={{}}, seed=b"s"))
    before = peak()
    try:
        running.call(Call(function="flood", params={{}}, seed=b"s"))
    except AuthorError as error:
        print("refused", peak() - before, error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("refused "), done.stdout + done.stderr
    grown_kib = int(done.stdout.split()[1])
    assert sys.platform == "darwin" or grown_kib < 64 * 1024


def test_a_process_that_does_not_listen_keeps_nobody_waiting(tmp_path: Path) -> None:
    with Generators(quiz_in(tmp_path, ONE, CODE), call_cpu_s=0.1, grace_s=1) as running:
        assert call(running, "deaf") == "heard"
        with pytest.raises(AuthorError, match="does not come to an end in time"):
            call(running, "echo", text="x" * (1 << 20))
        assert call(running, "echo", n=2) == {"n": 2}


def test_how_far_it_is_confined_is_told_before_its_code_is_there(tmp_path: Path) -> None:
    at_once = CODE + '\nput(b\'{"isolation": "gvisor"}\')\n'
    with Generators(quiz_in(tmp_path, ONE, at_once)) as running:
        with pytest.raises(CannotLoad):
            call(running, "echo", n=1)
        assert running.isolation in (Isolation.LANDLOCK, Isolation.PROCESS)


@pytest.mark.parametrize(
    ("end", "message"),
    [
        ("os._exit(0)", "ended its process (status 0)"),
        ("os._exit(7)", "ended its process (status 7)"),
        ("os.kill(os.getpid(), 11)", "ended its process (status"),
        ("put(b'garbage')", "not what was asked for"),
        ('put(b\'{"to": "", "error": 3}\')', "not what was asked for"),
        ("os.write(pipes()[-1], b'\\xff' * 9)", "not what was asked for"),
    ],
)
def test_a_file_that_ends_its_process_when_it_is_loaded_is_the_authors_mistake(
    tmp_path: Path, end: str, message: str
) -> None:
    with Generators(quiz_in(tmp_path, ONE, f"{CODE}\n{end}\n")) as running, pytest.raises(CannotLoad) as caught:
        call(running, "echo", n=1)
    assert "quiz01_test/quiz.py: " in str(caught.value) and message in str(caught.value)


def test_it_holds_no_descriptor_but_what_it_needs(generators: Generators) -> None:
    kinds = call(generators, "held")
    assert [kind for _, kind in kinds] == ["device"] * 3 + ["pipe"] * 2
