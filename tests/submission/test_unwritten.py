"""What counts as a stub that nobody has written into, also where the stub is the student's own file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader.exercise import load_course
from grader.submission import collect
from grader.submission.unwritten import is_unwritten

ROOT = Path(__file__).parent.parent.parent
EXERCISE = ROOT / "exercises" / "exercise03_softmax"
WRONG = ROOT / "solutions" / "exercise03_softmax" / "mistakes" / "no_max_shift.py"
STUB = 'def f(x):\n    """Say."""\n    raise NotImplementedError("f is not written yet")\n'
WRITTEN = "def g(x):\n    return x\n"


@pytest.mark.parametrize(
    ("text", "all_of_it", "any_of_it"),
    [
        pytest.param(STUB, True, True, id="a stub"),
        pytest.param(STUB + WRITTEN, False, True, id="half written"),
        pytest.param(WRITTEN, False, False, id="written"),
        pytest.param("class A:\n    def g(self):\n        raise NotImplementedError\n", True, True, id="a class"),
        pytest.param("def f(x):\n    x = 1\n    raise NotImplementedError\n", False, False, id="begun"),
        pytest.param("def f(x):\n    raise ValueError\n", False, False, id="another error"),
        pytest.param("x = 1\n", False, False, id="no function"),
        pytest.param("def f(:\n", False, False, id="no Python"),
    ],
)
def test_a_function_that_only_raises_is_unwritten(text: str, all_of_it: bool, any_of_it: bool) -> None:
    assert is_unwritten(text, wholly=True, shown="f.py") is all_of_it
    assert is_unwritten(text, wholly=False, shown="f.py") is any_of_it


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    return tmp_path


def test_in_a_clone_the_stub_as_it_came_is_untouched(clone: Path) -> None:
    exercise = load_course(clone).find("exercise03")
    assert collect(exercise, Path(exercise.folder)).untouched


def test_in_a_clone_what_was_written_over_the_stub_is_a_submission(clone: Path) -> None:
    exercise = load_course(clone).find("exercise03")
    file = Path(exercise.folder) / "softmax.py"
    file.write_bytes(WRONG.read_bytes())
    assert not collect(exercise, Path(exercise.folder)).untouched
    assert not collect(exercise, file).untouched


def test_in_a_clone_one_function_of_three_is_a_submission(clone: Path) -> None:
    exercise = load_course(clone).find("exercise03")
    file = Path(exercise.folder) / "softmax.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('raise NotImplementedError("softmax is not written yet")', "return logits"))
    assert not collect(exercise, file).untouched


def test_a_copy_of_the_stub_elsewhere_is_untouched(tmp_path: Path) -> None:
    exercise = load_course(ROOT).find("exercise03")
    shutil.copy(EXERCISE / "softmax.py", tmp_path)
    assert collect(exercise, tmp_path / "softmax.py").untouched
