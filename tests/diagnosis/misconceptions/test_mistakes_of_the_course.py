"""Right code, and code that is wrong in other ways, is never taken for a mistake of the course.

That each mistake is diagnosed as itself is checked in tests/test_exercises.py.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from one_base import sharing

from grader.exercise import load_course
from grader.exercise.manifest import read_exercise
from grader.exercise.solution import solution_file
from grader.pipeline import Grader
from grader.records import Exercise, SourceFile, Submission
from grader.report import Report, Status

ROOT = Path(__file__).parents[3]
NAMES = tuple(entry.name for entry in load_course(ROOT).entries)
SEEDS = (1, 2, 3)

# Appended to the hidden tests: each of them fails for all code but the reference, whatever it computes.
FAILS_FOR_OTHERS = """

@pytest.fixture(autouse=True)
def fails_for_others(student):
    yield
    assert student.WHO == "reference"
"""

# Right, but computed in another way: other operations, other order, other precision inside, another random generator.
ALTERNATIVES = {
    "exercise01_sgd": """
import random
import torch

def minibatches(features, labels, batch_size):
    rows = list(range(len(features)))
    random.shuffle(rows)
    while rows:
        now, rows = torch.tensor(rows[:batch_size]), rows[batch_size:]
        yield features.index_select(0, now), labels.index_select(0, now)

def squared_loss(y_hat, y):
    apart = y_hat - y.contiguous().view_as(y_hat)
    return 0.5 * torch.mul(apart, apart)

def sgd_step(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param.sub_(param.grad.double().div(batch_size).mul(lr).to(param.dtype))
""",
    "exercise02_views": """
def flatten_batch(x):
    return x.flatten(1) if x.dim() > 1 else x[:, None]

def to_channels_last(x):
    return x.movedim(1, -1)

def merge_heads(x):
    return x.permute(0, 2, 1, 3).flatten(2)

def as_column(y):
    return y[:, None]
""",
    "exercise03_softmax": """
import torch

def softmax(logits, dim):
    return log_softmax(logits, dim).exp()

def log_softmax(logits, dim):
    wide = logits.double()
    largest, _ = wide.max(dim=dim, keepdim=True)
    moved = wide - largest
    return (moved - torch.log(torch.exp(moved).sum(dim=dim, keepdim=True))).to(logits.dtype)

def cross_entropy(logits, targets):
    rows = log_softmax(logits, 1)
    return -torch.stack([row[target] for row, target in zip(rows, targets)]).sum() / len(targets)
""",
    "exercise04_backprop": """
import numpy as np

def two_layer_loss(params, x, y):
    n = len(y)
    a = np.dot(x, params["W1"]) + params["b1"]
    h = a * (a > 0)
    z = np.dot(h, params["W2"]) + params["b2"]
    z = z - z.max(axis=1)[:, None]
    e = np.exp(z)
    total = e.sum(axis=1)[:, None]
    log_p = z - np.log(total)
    loss = -sum(log_p[i, y[i]] for i in range(n)) / n
    d = e / total
    for i in range(n):
        d[i, y[i]] -= 1
    back = np.einsum("nc,hc->nh", d, params["W2"])
    back[a <= 0] = 0
    return float(loss), {
        "W1": np.einsum("nd,nh->dh", x, back) / n,
        "b1": back.T.sum(axis=1) / n,
        "W2": np.einsum("nh,nc->hc", h, d) / n,
        "b2": d.T.sum(axis=1) / n,
    }

def numerical_gradient(f, x):
    found = np.empty(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += 3e-6
        down[place] -= 3e-6
        found[place] = (f(up) - f(down)) / 6e-6
    return found
""",
}

# Wrong in ways that no file of `mistakes/` describes.
OTHERWISE_WRONG = {
    "exercise01_sgd": (("/ batch_size", "/ (batch_size + 1)"), ("** 2 / 2", "** 2 / 3")),
    "exercise02_views": (("x.permute(0, 2, 3, 1)", "x.permute(0, 2, 3, 1).flip(1)"), ("H * D)", "H * D).flip(-1)")),
    "exercise03_softmax": ((".exp()\n", ".exp() ** 2\n"), (".mean()", ".median()")),
    "exercise04_backprop": (("d_scores /= len(y)", "d_scores /= len(y) + 1"), ("(2 * STEP)", "(3 * STEP)")),
}


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with sharing(Grader()) as warm:
        yield warm


@pytest.fixture(scope="module")
def unfair(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Exercise]:
    """The course, but its hidden tests fail for all but the reference, which says who it is."""
    root = tmp_path_factory.mktemp("unfair")
    found: dict[str, Exercise] = {}
    for name in NAMES:
        folder, solution = root / "exercises" / name, root / "solutions" / name
        shutil.copytree(ROOT / "exercises" / name, folder)
        shutil.copytree(ROOT / "solutions" / name, solution)
        reference = solution / read_exercise(folder, solution_folder=solution).files[0]
        for file, more in ((solution / "test_hidden.py", FAILS_FOR_OTHERS), (reference, '\nWHO = "reference"\n')):
            file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
        found[name] = read_exercise(folder, solution_folder=solution)
    return found


def grade(grader: Grader, exercise: Exercise, text: str, *, seed: int) -> Report:
    file = SourceFile(name=exercise.files[0], text=text)
    return grader.examine(exercise, Submission(files=(file,), origin="x", sha256="0" * 64, untouched=False), seed=seed)


def named(report: Report) -> list[str]:
    assert report.problem is None, report.problem
    assert report.notes == ()
    causes = [test.explanation.cause_id for test in report.tests if test.explanation is not None]
    assert causes, "nothing failed"
    return [cause for cause in causes if cause.startswith("misconception.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_is_never_named_even_where_it_fails(
    grader: Grader, unfair: dict[str, Exercise], name: str
) -> None:
    reference = solution_file(unfair[name], unfair[name].files[0]).text
    for seed in SEEDS:
        assert named(grade(grader, unfair[name], reference + '\nWHO = "another"\n', seed=seed)) == []


@pytest.mark.parametrize("name", ALTERNATIVES)
def test_right_code_that_computes_otherwise_is_never_named(
    grader: Grader, unfair: dict[str, Exercise], name: str
) -> None:
    alternative = ALTERNATIVES[name]
    fair = read_exercise(ROOT / "exercises" / name, solution_folder=ROOT / "solutions" / name)
    report = grade(grader, fair, alternative, seed=1)
    assert report.status is Status.FULL, [test for test in report.tests if test.explanation]
    for seed in SEEDS:
        assert named(grade(grader, unfair[name], alternative + '\nWHO = "another"\n', seed=seed)) == []


@pytest.mark.parametrize("name", OTHERWISE_WRONG)
def test_code_that_is_wrong_otherwise_is_not_named(grader: Grader, name: str) -> None:
    exercise = read_exercise(ROOT / "exercises" / name, solution_folder=ROOT / "solutions" / name)
    text = solution_file(exercise, exercise.files[0]).text
    for old, new in OTHERWISE_WRONG[name]:
        assert old in text, old
        text = text.replace(old, new)
    assert named(grade(grader, exercise, text, seed=1)) == []


def test_two_mistakes_in_one_function_of_the_course_are_named_together(grader: Grader) -> None:
    name = "exercise04_backprop"
    exercise = read_exercise(ROOT / "exercises" / name, solution_folder=ROOT / "solutions" / name)
    text = solution_file(exercise, exercise.files[0]).text
    for old, new in ((" * (hidden > 0.0)", ""), ("    d_scores /= len(y)\n", "")):
        assert old in text, old
        text = text.replace(old, new)
    assert set(named(grade(grader, exercise, text, seed=1))) == {"misconception.no_relu_mask+not_averaged"}
