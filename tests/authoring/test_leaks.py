"""Whatever of the hidden half stands in what students get is found, however it is laid out; and nothing else is."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from grader.authoring.bundle import bundle_files
from grader.authoring.leaks import Secret, find_leaks, leaks, secrets_of
from grader.authoring.tokens import text_tokens
from grader.exercise import load_course
from grader.exercise.entries import Entry
from grader.records import Exercise

ROOT = Path(__file__).parent.parent.parent
ENTRIES = load_course(ROOT).entries
PREFIX = "exercises/exercise03_softmax/"
REFERENCE = ROOT / "solutions" / "exercise03_softmax"


@pytest.fixture(scope="module")
def softmax() -> Exercise:
    return load_course(ROOT).find("exercise03")


def planted(exercise: Exercise, name: str, text: str) -> dict[str, bytes]:
    """Return what students get, with this text at the end of one file, new or not."""
    files = dict(bundle_files(exercise))
    files[name] = files.get(name, b"") + f"\n{text}\n".encode()
    return {PREFIX + file: content for file, content in files.items()}


def found_in(exercise: Exercise, public: dict[str, bytes]) -> list[tuple[str, int, str]]:
    found = find_leaks(public, secrets_of(exercise, bundle_files(exercise)), exercise=exercise.name)
    return [(leak.file.removeprefix(PREFIX), leak.line, leak.problem.en) for leak in found]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_courses_exercises_leak_nothing(entry: Entry) -> None:
    assert leaks(entry.read()) == []


def first_long_line(name: str) -> tuple[int, str]:
    """Return the first line of code in a file of the hidden half that says enough to be told from others."""
    text = (REFERENCE / name).read_text(encoding="utf-8")
    lines = text.split("\n")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assign | ast.Return | ast.Expr) and node.lineno == node.end_lineno:
            line = lines[node.lineno - 1]
            if '"""' not in line and len({token.text for token in text_tokens(line)}) >= 9:
                return node.lineno, line.strip()
    raise AssertionError(f"{name} has no such line")


@pytest.mark.parametrize(
    "name", ["softmax.py", "test_hidden.py", "mistakes/log_of_softmax.py", "cheats/visible_answers.py"]
)
@pytest.mark.parametrize(
    "place", ["README.md", "README.zh.md", "exercise.toml", "test_visible.py", "softmax.py", "notes.txt"]
)
def test_a_planted_line_is_found_wherever_it_stands(softmax: Exercise, name: str, place: str) -> None:
    number, line = first_long_line(name)
    public = planted(softmax, place, f"# {line}")
    at = public[PREFIX + place].decode().rstrip("\n").count("\n") + 1
    found = found_in(softmax, public)
    assert [leak[:2] for leak in found] == [(place, at)]
    if "/" not in name:  # a mistake repeats its reference, which is then the one that is named
        assert f"line {number} of solutions/exercise03_softmax/{name}" in found[0][2]


SECRET = """\
    shifted = logits - logits.max(dim=dim, keepdim=True).values
    return shifted.exp() / shifted.exp().sum(dim)
"""


@pytest.mark.parametrize(
    "written",
    [
        "shifted = logits - logits.max(dim=dim, keepdim=True).values",
        "shifted=logits-logits.max( dim = dim,keepdim = True ).values",
        "shifted = (\n    logits\n    - logits.max(\n        dim=dim,\n        keepdim=True,\n    ).values\n)",
        "shifted = logits - \\\n   logits.max(dim=dim, keepdim=True).values",
        "return shifted.exp() / shifted.exp().sum(dim)",
    ],
    ids=["as it is", "spaces", "lines", "continued", "the other line"],
)
def test_another_layout_hides_nothing(written: str) -> None:
    secret = Secret(name="solutions/exercise01_a/a.py", text=f"def f(logits, dim):\n{SECRET}")
    found = find_leaks({"exercises/exercise01_a/README.md": f"Do this:\n\n{written}\n".encode()}, [secret])
    assert [leak.line for leak in found] == [3]
    assert "of solutions/exercise01_a/a.py" in found[0].problem.en


def test_a_notebooks_cells_and_outputs_are_looked_into() -> None:
    secret = Secret(name="solutions/exercise01_a/a.py", text=f"def f(logits, dim):\n{SECRET}")
    output = {"output_type": "stream", "name": "stdout", "text": SECRET.splitlines(keepends=True)}
    notebook = {
        "cells": [{"cell_type": "markdown", "source": "# A"}, {"cell_type": "code", "source": "", "outputs": [output]}]
    }
    found = find_leaks({"exercises/exercise01_a/a.ipynb": json.dumps(notebook).encode()}, [secret])
    assert [leak.file for leak in found] == ["exercises/exercise01_a/a.ipynb#2"]


def test_what_the_stub_gives_is_no_leak_but_what_it_forgot_is() -> None:
    given = "def helper(logits, dim):\n    return logits.flatten().sort(dim=dim, descending=True).values\n"
    forgotten = f"def f(logits, dim):\n    raise NotImplementedError\n{SECRET}"
    secret = Secret(
        name="solutions/exercise01_a/a.py", text=f"{given}\ndef f(logits, dim):\n{SECRET}", may_say=(given + forgotten,)
    )
    stub = "exercises/exercise01_a/a.py"
    assert find_leaks({stub: given.encode()}, [secret]) == []
    assert [leak.line for leak in find_leaks({stub: (given + forgotten).encode()}, [secret])] == [5]


@pytest.mark.parametrize(
    "common",
    [
        "import torch\nimport torch.nn.functional as F",
        "return x",
        "def f(logits, dim):",
        "loss.backward()",
        "for x, y in batches:",
    ],
)
def test_what_everybody_writes_is_no_leak(common: str) -> None:
    source = (
        "import torch\nimport torch.nn.functional as F\n\ndef f(logits, dim):\n    for x, y in batches:\n"
        "        loss.backward()\n    return x\n"
    )
    assert find_leaks({"README.md": common.encode()}, [Secret(name="solutions/a/a.py", text=source)]) == []


def test_answers_of_a_quiz_are_looked_for_as_text() -> None:
    quiz = "- question: What is it?\n  answer: the outer product of the input and the upstream gradient of loss\n"
    secret = Secret(name="solutions/quiz01_tensors/quiz.yaml", text=quiz)
    public = {"README.md": b"Hint: the outer product of the input and the upstream gradient of loss.\n"}
    assert [leak.line for leak in find_leaks(public, [secret])] == [1]


def test_solution_markers_are_a_leak_of_their_own() -> None:
    stub = b"def f(x):\n    # BEGIN SOLUTION\n    return x\n    # END SOLUTION\n"
    assert [leak.check for leak in find_leaks({"exercises/exercise01_a/a.py": stub}, [])] == ["leak.markers"]


LEAKED = "shifted = logits - logits.amax(dim=dim, keepdim=True); return shifted.exp() / shifted.exp().sum(dim=dim)"
DISGUISED = {
    "zero-width spaces": ("README.md", "\u200b".join(LEAKED)),
    "soft hyphens": ("a.csv", "\u00ad".join(LEAKED)),
    "entities": ("a.svg", "<svg><text>" + "".join(f"&#{ord(one)};" for one in LEAKED) + "</text></svg>"),
    "a notebook's output": (
        "a.ipynb",
        json.dumps({"cells": [{"data": {"text/html": [LEAKED.replace("s", "&#115;")]}}]}),
    ),
    "a notebook's escapes": ("a.ipynb", json.dumps({"cells": [{"source": ["\u200b".join(LEAKED)]}]})),
    "named entities": ("README.md", LEAKED.replace("(", "&lpar;").replace("=", "&equals;")),
    "a tag a letter": ("a.svg", "<svg>\n" + "".join(f'<tspan x="{at}">{one}</tspan>' for at, one in enumerate(LEAKED))),
}


@pytest.mark.parametrize("way", DISGUISED)
def test_what_a_reader_sees_is_compared_not_how_it_is_written(way: str) -> None:
    name, text = DISGUISED[way]
    secret = Secret(name="solutions/a/a.py", text=f"def f(logits, dim):\n    {LEAKED}\n")
    assert find_leaks({name: text.encode()}, [secret])
    assert find_leaks({name: b"<svg><text>a &lt; b</text></svg> a\xe2\x80\x8bb"}, [secret]) == []


def test_a_declared_survivor_quotes_code_that_may_stand_in_the_stub() -> None:
    guard = 'raise ValueError(f"betas must lie in [0, 1), got beta1={beta1} and beta2={beta2}")'
    expected = (
        'schema = "expected/1"\n[mutants.survive]\n'
        f"'pass instead of {guard}' = \"no test gives a beta outside of its range, on purpose, as said there\"\n"
    )
    secret = Secret(name="solutions/exercise01_adam/expected.toml", text=expected)
    public = {"exercises/exercise01_adam/adam.py": f"def adam(beta1, beta2):\n    {guard}\n".encode()}
    assert find_leaks(public, [secret]) == []
    reason = {"exercises/exercise01_adam/README.md": b"No test gives a beta outside of its range, on purpose, as said."}
    assert [leak.line for leak in find_leaks(reason, [secret])] == [1]
