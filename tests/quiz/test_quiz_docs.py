"""The page for teachers: every key, type, format and source that there is, and an example that works as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from quiz.quiz_folders import drawing

from grader.quiz import linting
from grader.quiz.drawing import draw_all
from grader.quiz.generators import Generators
from grader.quiz.linting import Settings, lint
from grader.quiz.marking import checking, precision
from grader.quiz.model import QuestionType, TypedKey
from grader.quiz.problems import read_schema
from grader.quiz.reading import read_quiz

PAGE = (Path(__file__).parents[2] / "docs" / "quizzes.md").read_text(encoding="utf-8")
SCHEMA = read_schema()
AREAS = ("file", "generator", "draw", "param", "feedback", "choice", "order", "match", "language", "misconception",
         "topic", "text", "id", "plan", "key", "lint")  # fmt: skip


def section(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def first_cells(heading: str) -> set[str]:
    """Return the names in backticks in the first column of a section's tables."""
    rows = re.findall(r"^\| (`.*?) \|", section(heading), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def example_in(folder: Path) -> Path:
    """Write the page's example quiz into a folder, and return its own."""
    place = folder / "quiz01_tensors"
    place.mkdir()
    for name in ("quiz.yaml", "quiz.py"):
        example = rf"^<!-- example: {re.escape(name)} -->\n```[a-z]+\n(.*?)^```$"
        parts = re.findall(example, PAGE, re.MULTILINE | re.DOTALL)
        assert parts
        (place / name).write_text("".join(parts), encoding="utf-8")
    return place


def test_lint_has_nothing_to_say_of_the_example(tmp_path: Path) -> None:
    (report,) = lint([example_in(tmp_path)], Settings(jobs=1))
    assert report.findings == () and report.variants == 2 * 1_000


def test_every_check_of_lint_is_on_the_page_and_no_other() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in Path(linting.__file__).parent.glob("*.py"))
    keys = "".join(Path(str(module.__file__)).read_text(encoding="utf-8") for module in (checking, precision))
    rules = re.findall(r'rule="([a-z-]+)"|_finding\("([a-z-]+)"', source + keys)
    checks = set(re.findall(rf'"((?:{"|".join(AREAS)})\.[a-z-]+)"', source))
    checks |= {f"key.{one or other}" for one, other in rules}
    assert first_cells("Lint") == checks


def test_the_example_of_the_page_is_read_and_drawn_as_it_stands(tmp_path: Path) -> None:
    folder = example_in(tmp_path)
    quiz = read_quiz(folder)
    assert quiz.gaps == ()
    with Generators(quiz) as generators:
        for student in range(20):
            for variant in draw_all(drawing(quiz, generators, student=f"s{student}")):
                assert isinstance(variant.key.answer, TypedKey)
                assert all(one.wrong.say for one in variant.key.answer.wrong), "each wrong answer has its feedback"


def test_every_key_of_the_file_is_on_the_page_and_no_other() -> None:
    assert first_cells("The file") == set(SCHEMA["properties"])


def common_keys() -> set[str]:
    types = [set(SCHEMA["$defs"][kind.value]["properties"]) for kind in QuestionType]
    return set.intersection(*types)


def test_every_key_that_all_questions_have_is_on_the_page_and_no_other() -> None:
    assert first_cells("Every question") == common_keys()


@pytest.mark.parametrize("kind", list(QuestionType), ids=lambda kind: kind.value)
def test_every_key_of_a_type_is_in_its_row(kind: QuestionType) -> None:
    (row,) = re.findall(rf"^\| `{kind.value}` \|.*\| (.*) \|$", section("Types"), re.MULTILINE)
    own = set(SCHEMA["$defs"][kind.value]["properties"]) - common_keys()
    assert set(re.findall(r"`([^`]+)`", row)) == own


def test_every_key_of_what_a_type_lists_is_told() -> None:
    text = section("Types")
    for name in ("choice-option", "item", "row", "side"):
        for key in SCHEMA["$defs"][name]["properties"]:
            assert re.search(rf"`{key}[`:]|[ {{,]{key}[,}}:]", text), f"{name}: {key}"


def test_every_source_of_parameters_and_every_precision_is_on_the_page() -> None:
    for source in SCHEMA["$defs"]["param"]["properties"]:
        assert f"{source}:" in section("Parameters"), source
    for key in SCHEMA["$defs"]["accept"]["properties"]:
        assert f"`{{{key}: " in section("Precision"), key


def test_the_defaults_that_the_page_tells_are_those_of_the_schema() -> None:
    for name in ("points", "attempts", "penalty", "feedback"):
        default = SCHEMA["$defs"][name]["default"]
        (row,) = re.findall(rf"^\| `{name}` \| (.*) \|$", section("Every question"), re.MULTILINE)
        assert str(default) in row and "default" in row, (name, default)
