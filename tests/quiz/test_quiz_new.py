"""A new quiz: what is written works as it stands, and takes nothing that is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.exercise import Course, load_course
from grader.quiz.drawing import Drawing, draw_all
from grader.quiz.generators import Generators
from grader.quiz.model import TypedKey
from grader.quiz.new import create_quiz
from grader.quiz.problems import read_schema
from grader.quiz.reading import read_quiz
from grader.quiz.seeds import numbered_seeds
from grader.records import Text


@pytest.fixture
def course(tmp_path: Path) -> Course:
    course_file = 'schema = "course/1"\nname = { en = "A course", zh = "课程" }\n'
    (tmp_path / "dlgrade.toml").write_text(course_file, encoding="utf-8")
    (tmp_path / "exercises").mkdir()
    return load_course(tmp_path)


def test_the_quiz_works_as_it_stands_and_lacks_nothing(course: Course) -> None:
    made = create_quiz(course, "layer_norm", title=Text(en='Layer "norm": 1', zh="层归一化"))
    quiz = read_quiz(made.folder)
    assert (quiz.id, quiz.slug, quiz.title) == ("quiz01", "layer_norm", Text(en='Layer "norm": 1', zh="层归一化"))
    assert quiz.gaps == ()
    with Generators(quiz) as generators:
        for seed in range(30):
            for variant in draw_all(Drawing(quiz=quiz, seeds=numbered_seeds(seed), generators=generators)):
                assert isinstance(variant.key.answer, TypedKey)
                assert variant.key.answer.wrong and all(one.wrong.say for one in variant.key.answer.wrong)


def test_lint_has_nothing_to_say_of_it(course: Course) -> None:
    create_quiz(course, "layer_norm")
    line = [sys.executable, "-m", "grader", "quiz", "lint", "quiz01", "--seeds", "200", "--strict"]
    done = subprocess.run(
        line, capture_output=True, text=True, cwd=course.root, env={**os.environ, "DLGRADE_LANG": "en"}, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 errors, 0 warnings, 0 notes" in done.stdout


def test_its_first_line_names_the_schema_that_stands_beside_it(course: Course) -> None:
    import json

    made = create_quiz(course, "one")
    first = (made.folder / "quiz.yaml").read_text(encoding="utf-8").splitlines()[0]
    match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert match is not None
    assert json.loads((made.folder / match[1]).read_text(encoding="utf-8")) == read_schema()


def test_the_next_number_is_taken_and_none_twice(course: Course) -> None:
    assert [create_quiz(course, slug).id for slug in ("one", "two")] == ["quiz01", "quiz02"]
    assert create_quiz(course, "far", number=12).folder.name == "quiz12_far"
    assert create_quiz(course, "next").id == "quiz13"
    with pytest.raises(UsageError, match="quiz02 already"):
        create_quiz(course, "other", number=2)


def test_nothing_is_written_into_the_course_that_ships_with_dlgrade(tmp_path: Path) -> None:
    """Outside of any course that one is found: for students to learn with, for no teacher to write into."""
    found = load_course(cwd=tmp_path)
    before = sorted((found.root / "solutions").iterdir())
    with pytest.raises(UsageError, match="no course of yours"):
        create_quiz(found, "stray")
    assert sorted((found.root / "solutions").iterdir()) == before


@pytest.mark.parametrize("slug", ["", "Layer Norm", "../x", "a/b", "-a", "层", "a" * 41, "a\n"])
def test_a_name_that_makes_no_folder_is_refused_before_anything_is_written(course: Course, slug: str) -> None:
    with pytest.raises(UsageError, match="lower-case words"):
        create_quiz(course, slug)
    assert not (course.root / "solutions").exists()


def test_the_command_says_what_to_do_next(course: Course) -> None:
    line = [sys.executable, "-m", "grader", "quiz", "new", "layer_norm", "--title-zh", "层归一化"]
    done = subprocess.run(
        line, capture_output=True, text=True, cwd=course.root, env={**os.environ, "DLGRADE_LANG": "zh"}, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "dlgrade quiz preview quiz01 --open" in done.stdout
    assert 'title: {en: "层归一化"' in (course.root / "solutions/quiz01_layer_norm/quiz.yaml").read_text("utf-8")
