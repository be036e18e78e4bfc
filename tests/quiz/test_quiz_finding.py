"""Which quizzes a course has, and what each may be called."""

from __future__ import annotations

from pathlib import Path

import pytest
from quiz.quiz_folders import HEAD

from grader.errors import AuthorError, UsageError
from grader.exercise import Course, load_course
from grader.quiz.finding import find_quiz, quizzes_of

QUIZ = "questions:\n  - {id: one, type: number, text: What?, answer: 1}\n"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    root = tmp_path / "course"
    (root / "exercises" / "quiz09_planted").mkdir(parents=True)
    (root / "exercises" / "quiz09_planted" / "quiz.yaml").write_text(HEAD + QUIZ)
    (root / "dlgrade.toml").write_text('schema = "course/1"\nname = { en = "A course", zh = "课程" }\n')
    for name in ("quiz02_descent", "quiz10_depth", "quiz01_tensors"):
        folder = root / "solutions" / name
        folder.mkdir(parents=True)
        (folder / "quiz.yaml").write_text(HEAD.replace("quiz01", name[:6]) + QUIZ)
    (root / "solutions" / "exercise01_sgd").mkdir()
    (root / "solutions" / "quiz03_empty").mkdir()
    return load_course(root)


def test_quizzes_are_those_of_the_solutions_by_their_numbers(course: Course) -> None:
    """A quiz among the exercises would be a student's: it is not seen."""
    assert [entry.label for entry in quizzes_of(course)] == [
        *("quiz01 tensors", "quiz02 descent", "quiz03 empty", "quiz10 depth"),
    ]


@pytest.mark.parametrize(
    "name", ["quiz01", "tensors", "quiz01_tensors", "1", "01", "q1", "QUIZ-01", "tens", "solutions/quiz01_tensors/"]
)
def test_a_quiz_is_found_by_any_name_that_means_it_alone(course: Course, name: str) -> None:
    assert find_quiz(course, name).id == "quiz01"


@pytest.mark.parametrize(
    ("name", "english", "chinese"),
    [
        ("quiz", "'quiz' fits several quizzes: quiz01 tensors, quiz02 descent", "对应多份测验"),
        ("de", "'de' fits several quizzes: quiz02 descent, quiz10 depth.", "对应多份测验"),
        ("tensros", "No quiz is called 'tensros'. Did you mean quiz01 tensors?", "是不是 quiz01 tensors？"),
        ("77", "No quiz is called '77'.", "没有名为 '77' 的测验"),
        ("", "No quiz is called ''", "没有名为"),
        ("planted", "No quiz is called 'planted'.", "没有名为"),
    ],
)
def test_a_name_that_means_none_or_several_is_told_what_there_is(
    course: Course, name: str, english: str, chinese: str
) -> None:
    with pytest.raises(UsageError) as caught:
        find_quiz(course, name)
    assert english in caught.value.text.en and chinese in caught.value.text.zh


def test_a_broken_quiz_hides_no_other(course: Course) -> None:
    with pytest.raises(AuthorError, match=r"quiz03_empty/quiz\.yaml: no such file"):
        find_quiz(course, "empty").read()
    assert find_quiz(course, "tensors").read().slug == "tensors"


def test_without_solutions_there_are_no_quizzes_and_it_is_said_why(course: Course) -> None:
    (course.root / "solutions").rename(course.root / "away")
    assert quizzes_of(course) == ()
    with pytest.raises(UsageError, match=r"There are no quizzes in .*solutions"):
        find_quiz(course, "1")
