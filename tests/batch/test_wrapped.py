"""A workspace in folders is found alike by `check` and `grade`; what may be meant twice is taken by neither."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from grader.batch.entries import EntryOptions, find_entries
from grader.batch.finding import of_one
from grader.batch.intake import take_in
from grader.errors import SubmissionError, Undecided, UsageError
from grader.exercise.course import load_course
from grader.records import Exercise
from grader.submission import collect

COURSE = load_course(Path(__file__).parent.parent.parent)
SGD, VIEWS, SOFTMAX = (COURSE.find(name) for name in ("sgd", "views", "softmax"))
EVERY = (SGD, VIEWS, SOFTMAX)
SOURCE = Path(SOFTMAX.folder, "softmax.py").read_text("utf-8") + "\nTRIED = 1\n"


def workspace(folder: Path, *, only: str = "") -> Path:
    """Lay a workspace as `dlgrade start` does, with softmax worked on."""
    for exercise in EVERY:
        if only in ("", exercise.slug):
            shutil.copytree(exercise.folder, folder / exercise.name)
    (folder / ".dlgrade").mkdir(parents=True)
    if (folder / SOFTMAX.name).is_dir():
        (folder / SOFTMAX.name / "softmax.py").write_text(SOURCE, "utf-8")
    return folder


def pack(folder: Path, into: Path) -> Path:
    """Zip a folder with its own name around all that lies in it, as a file manager does."""
    into.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(into, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder.parent))
    return into


def graded(path: Path, *exercises: Exercise) -> dict[tuple[str, str], str]:
    """Return what `grade` takes in, by student and exercise."""
    handed = find_entries(exercises or [SOFTMAX], [path], EntryOptions(names="{student}", others=EVERY))
    return {(one.handed_in.student, one.exercise.slug): take_in(one, EVERY).files[0].text for one in handed.entries}


def checked(path: Path, exercise: Exercise = SOFTMAX) -> str:
    """Return what `check --submission` takes in."""
    return collect(exercise, of_one(path, exercise)).files[0].text


@pytest.mark.parametrize("around", ["", "my-course", "hw/my-course", "a/b/my-course"])
def test_a_workspace_in_folders_is_taken_by_both(tmp_path: Path, around: str) -> None:
    workspace(tmp_path / "in" / "alice" / around)
    assert graded(tmp_path / "in") == {("alice", "softmax"): SOURCE}
    assert checked(tmp_path / "in" / "alice") == SOURCE


@pytest.mark.parametrize("place", ["alice.zip", "alice/my-course.zip", "alice/hw/my-course.zip"])
def test_a_packed_workspace_is_taken_by_both_wherever_it_lies(tmp_path: Path, place: str) -> None:
    pack(workspace(tmp_path / "my-course"), tmp_path / "in" / place)
    assert graded(tmp_path / "in") == {("alice", "softmax"): SOURCE}
    assert checked(tmp_path / "in" / place.partition("/")[0]) == SOURCE


@pytest.mark.parametrize("is_packed", [True, False])
def test_each_of_several_exercises_is_found_in_a_wrapped_workspace(tmp_path: Path, is_packed: bool) -> None:
    made = workspace(tmp_path / ("my-course" if is_packed else "in/alice/my-course"))
    if is_packed:
        pack(made, tmp_path / "in" / "alice.zip")
    taken = graded(tmp_path / "in", *EVERY)
    assert set(taken) == {("alice", one.slug) for one in EVERY}
    assert taken["alice", "softmax"] == SOURCE


def test_a_workspace_of_one_exercise_is_nothing_for_the_others(tmp_path: Path) -> None:
    workspace(tmp_path / "in" / "alice" / "my-course", only="softmax")
    assert graded(tmp_path / "in", *EVERY) == {("alice", "softmax"): SOURCE}


def test_a_workspace_zip_named_by_itself_is_one_students_though_it_holds_all_exercises(tmp_path: Path) -> None:
    path = pack(workspace(tmp_path / "my-course"), tmp_path / "alice.zip")
    handed = find_entries(EVERY, [path])
    assert [(one.handed_in.student, one.exercise.slug) for one in handed.entries] == [
        ("alice", one.slug) for one in EVERY
    ]


def test_a_file_at_the_top_and_one_in_a_wrapped_workspace_are_a_question_to_both(tmp_path: Path) -> None:
    workspace(tmp_path / "in" / "alice" / "my-course")
    (tmp_path / "in" / "alice" / "final.py").write_text(SOURCE, "utf-8")
    asked = r"which one is it: my-course/exercise03_softmax/ or final\.py"
    with pytest.raises(Undecided, match=asked):
        graded(tmp_path / "in")
    with pytest.raises(SubmissionError, match=asked):
        checked(tmp_path / "in" / "alice")


def test_a_folder_of_too_much_to_look_through_is_read_as_ever(tmp_path: Path) -> None:
    folder = tmp_path / "in" / "alice"
    (folder / "data").mkdir(parents=True)
    (folder / "final.py").write_text(SOURCE, "utf-8")
    for number in range(10_001):
        (folder / "data" / f"{number}.csv").touch()
    assert graded(tmp_path / "in") == {("alice", "softmax"): SOURCE}
    assert checked(folder) == SOURCE


def test_two_students_in_one_entry_are_a_question_to_both(tmp_path: Path) -> None:
    for name in ("alice", "bob"):
        workspace(tmp_path / "in" / "team" / name / "my-course")
    asked = "which one is it: alice/my-course/exercise03_softmax/ or bob/my-"
    with pytest.raises(Undecided, match=asked):
        graded(tmp_path / "in")
    with pytest.raises(SubmissionError, match=asked):
        checked(tmp_path / "in" / "team")


def test_folders_of_students_read_as_students_are_refused_before_anybody_gets_a_zero(tmp_path: Path) -> None:
    for place in ("2024/a/alice", "2024/a/bob", "2025/a/carol", "2025/b/dan", "2026/a/erin", "2026/b/frank"):
        workspace(tmp_path / "in" / place, only="softmax")
    with pytest.raises(UsageError, match=r"none of 3 folders has softmax\.py"):
        find_entries([SOFTMAX], [tmp_path / "in"])
