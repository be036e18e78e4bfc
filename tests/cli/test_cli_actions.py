"""What `check --format github` gives to GitHub's Actions, in real processes and in files of a runner's kind."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cli_runs import ROOT, SOLUTION, Done, dlgrade

from grader.cli.actions import append_outputs, append_summary, assignment, tell_actions
from grader.cli.setting import find_places
from grader.errors import AuthorError
from grader.exercise import load_course
from grader.records import Device, Exercise
from grader.report import Status, View, build_failure
from grader.report.formats.outputs import Tally

TALLY = Tally(exercise="exercise03", status=Status.PARTIAL, points=5, possible=10, passed=4, missed=2)


@dataclass(frozen=True)
class Step:
    """A step of a workflow that has run."""

    done: Done
    workspace: Path

    def text(self, name: str) -> str:
        return (self.workspace / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> Step:
    """A step that grades a mistake in a checked-out repository, text first and GitHub's annotations beside it."""
    workspace = tmp_path_factory.mktemp("workspace")
    work = workspace / "week 3"
    work.mkdir()
    shutil.copy(SOLUTION / "mistakes" / "no_max_shift.py", work / "softmax.py")
    (workspace / "summary.md").write_text("# Before", encoding="utf-8")  # without a newline, as careless steps leave it
    (workspace / "output.txt").write_text("before=1\n", encoding="utf-8")
    runner = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(workspace),
        "GITHUB_STEP_SUMMARY": str(workspace / "summary.md"),
        "GITHUB_OUTPUT": str(workspace / "output.txt"),
    }
    options = ("--format", "text,github,junit,ctrf,markdown,csv,json", "--output", "reports", "--seed", "7")
    done = dlgrade("check", "softmax", "--course", ROOT, "--submission", "week 3", *options, cwd=workspace, env=runner)
    return Step(done, workspace)


def test_the_log_has_the_first_format_and_the_annotations_beside_it(step: Step) -> None:
    assert step.done.code == 1, step.done.err
    assert step.done.out.startswith("exercise03  A softmax that does not overflow\n")
    assert "::" not in step.done.out.replace("(::", "")
    assert step.done.err == step.text("reports/annotations.txt")
    assert step.done.err.startswith("::error file=week 3/softmax.py,title=exercise03%3A ")


def test_the_outputs_are_those_of_the_report(step: Step) -> None:
    report = json.loads(step.text("reports/report.json"))
    first, *lines = step.text("output.txt").splitlines()
    assert first == "before=1"
    found = dict(line.split("=", 1) for line in lines)
    assert float(found["score"]) == report["score"]["earned"]
    assert float(found["max-score"]) == report["score"]["possible"]
    assert found["status"] == report["status"] == "partial"
    assert found["exercise"] == "exercise03"
    assert int(found["passed"]) == report["counts"]["passed"]


def test_the_summary_is_the_page_and_begins_on_a_line_of_its_own(step: Step) -> None:
    assert step.text("summary.md") == "# Before\n" + step.text("reports/report.md")


def test_every_format_is_written(step: Step) -> None:
    names = {"report.txt", "annotations.txt", "junit.xml", "ctrf.json", "report.md", "tests.csv", "report.json"}
    assert {file.name for file in (step.workspace / "reports").iterdir()} == names


# ------------------------------------------------------------------------------------------------- the runner's files


def test_without_a_runner_nothing_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    append_outputs([TALLY])
    append_summary(lambda room: "x" * room)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_to_is_told_and_nothing_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path))
    append_outputs([TALLY])
    said = capsys.readouterr().err
    assert said.startswith(f"GITHUB_OUTPUT: {tmp_path} cannot be written to: Is a directory.")


def test_the_summary_is_told_how_much_room_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_bytes(b"x" * 1_000_000)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    append_summary(lambda room: "y" * room)
    assert file.stat().st_size == 1024 * 1024


def test_an_output_of_several_lines_ends_where_nobody_can_guess() -> None:
    first, second = (assignment("result", "a\nb=c\nend-0") for _ in range(2))
    assert first != second
    head, *lines, end = first.splitlines()
    assert head == f"result<<{end}"
    assert lines == ["a", "b=c", "end-0"]


# ------------------------------------------------------------------------------------------------- where files lie


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return load_course(ROOT).find("exercise03")


def test_a_place_is_seen_from_the_workspace(
    exercise: Exercise, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "week3").mkdir()
    file = tmp_path / "week3" / "softmax.py"
    file.write_text("", encoding="utf-8")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    places = {"exercise03_softmax/softmax.py": "week3/softmax.py"}
    assert find_places(exercise, file) == find_places(exercise, file.parent) == places
    course = tmp_path / "exercises" / exercise.name
    course.mkdir(parents=True)
    shutil.copy(file, course)
    inner = {"exercise03_softmax/softmax.py": "exercises/exercise03_softmax/softmax.py"}
    assert find_places(exercise, tmp_path) == inner


def test_what_lies_elsewhere_or_in_an_archive_has_no_place(
    exercise: Exercise, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    monkeypatch.setenv("GITHUB_WORKSPACE", str(workspace))
    (tmp_path / "softmax.py").write_text("", encoding="utf-8")
    (workspace / "softmax.zip").write_bytes(b"PK")
    assert find_places(exercise, tmp_path / "softmax.py") == {}
    assert find_places(exercise, workspace / "softmax.zip") == {}
    assert find_places(exercise, workspace / "nothing") == {}


def test_one_students_exercises_are_one_page_and_one_sum(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], exercise: Exercise
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output.txt"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    exercises = [exercise, replace(exercise, id="exercise04", slug="loss")]
    broken = [build_failure(one, AuthorError("It is broken."), device=Device.CPU) for one in exercises]
    tell_actions(broken, View(), formats=("junit", "github"))
    assert capsys.readouterr().err.count("::error ") == 2
    assert "status=unscored\n" in (tmp_path / "output.txt").read_text(encoding="utf-8")
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").count("## exercise0") == 2


def test_what_is_not_asked_for_is_not_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, exercise: Exercise) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output.txt"))
    broken = build_failure(exercise, AuthorError("It is broken."), device=Device.CPU)
    tell_actions([broken], View(), formats=("text", "junit"))
    assert list(tmp_path.iterdir()) == []
