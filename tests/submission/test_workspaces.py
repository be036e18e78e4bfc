"""A whole workspace, or a clone of one, is a submission however it is packed; what may be meant twice is a question."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from gits import new_git

from grader.errors import SubmissionError
from grader.exercise import read_exercise
from grader.records import Exercise, Fault, Language
from grader.submission import collect
from grader.submission.limits import MAX_FILE_BYTES, MIB

CODE = "def softmax(logits, dim=-1):\n    return logits.softmax(dim)\n"
OTHER = "def softmax(logits, dim=-1):\n    return logits\n"
WORKSPACE = {
    ".dlgrade/workspace.toml": "x = 1\n",
    "exercise01_sgd/sgd.py": "lr = 1\n",
    "exercise03_softmax/README.md": "# softmax\n",
    "exercise03_softmax/softmax.py": CODE,
    "exercise03_softmax/test_visible.py": "def test_it(student): ...\n",
}
Files = Mapping[str, str]
Lay = Callable[[Path, Files], Path]


def as_folder(root: Path, files: Files) -> Path:
    for name, text in files.items():
        (root / "alice" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "alice" / name).write_text(text, encoding="utf-8")
    return root / "alice"


def as_zip(root: Path, files: Files) -> Path:
    with zipfile.ZipFile(root / "alice.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return root / "alice.zip"


def as_tar_gz(root: Path, files: Files) -> Path:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    (root / "alice.tar.gz").write_bytes(gzip.compress(file.getvalue()))
    return root / "alice.tar.gz"


WAYS: dict[str, Lay] = {"folder": as_folder, "zip": as_zip, "tar.gz": as_tar_gz}
EVERY_WAY = pytest.mark.parametrize("lay", WAYS.values(), ids=WAYS)
PACKED = pytest.mark.parametrize("lay", [as_zip, as_tar_gz], ids=["zip", "tar.gz"])


@pytest.fixture
def exercise(course_files: Any) -> Exercise:
    return read_exercise(course_files.add(), solution_folder=None)


@pytest.fixture
def pair(course_files: Any) -> Exercise:
    return read_exercise(course_files.add("exercise05_cnn", files=("layers.py", "train.py")), solution_folder=None)


def within(folder: str, files: Files) -> dict[str, str]:
    return {f"{folder}/{name}": text for name, text in files.items()}


def code_at(exercise: Exercise, path: Path, commit: str = "") -> str:
    return collect(exercise, path, commit=commit).files[0].text


def refused(exercise: Exercise, path: Path, commit: str = "") -> str:
    with pytest.raises(SubmissionError) as caught:
        collect(exercise, path, commit=commit)
    assert caught.value.fault is Fault.STUDENT
    assert caught.value.remedy
    assert any("\u4e00" <= letter <= "\u9fff" for letter in caught.value.text.within(Language.ZH))
    return str(caught.value)


@EVERY_WAY
@pytest.mark.parametrize("around", ["my-course", "hw3/my-course", "course-main/exercises", "a/course-main/exercises"])
def test_a_workspace_in_folders_is_the_same_submission_as_its_one_file(
    exercise: Exercise, tmp_path: Path, lay: Lay, around: str
) -> None:
    (tmp_path / "softmax.py").write_text(CODE, encoding="utf-8")
    plain = collect(exercise, tmp_path / "softmax.py")
    whole = collect(exercise, lay(tmp_path, within(around, WORKSPACE)))
    assert (whole.files, whole.sha256, whole.untouched) == (plain.files, plain.sha256, plain.untouched)


@EVERY_WAY
def test_a_notebook_and_two_files_are_found_there_too(
    exercise: Exercise, pair: Exercise, tmp_path: Path, lay: Lay
) -> None:
    cell = '{"cell_type": "code", "id": "a", "metadata": {}, "source": "def softmax(x):\\n    return x", '
    notebook = f'{{"cells": [{cell}"outputs": [], "execution_count": null}}], "metadata": {{}}, '
    files = {
        "a/b/softmax.ipynb": notebook + '"nbformat": 4, "nbformat_minor": 5}',
        "a/c/layers.py": "a = 1\n",
        "a/c/train.py": "b = 2\n",
    }
    path = lay(tmp_path, files)
    assert "def softmax(x)" in code_at(exercise, path)
    assert [file.text for file in collect(pair, path).files] == ["a = 1\n", "b = 2\n"]


@EVERY_WAY
@pytest.mark.parametrize(
    ("first", "second"),
    [("my-course/mine", "my-course/backup"), ("alice/exercise03_softmax", "bob/exercise03_softmax"), ("a/b", "a/c/d")],
)
def test_two_files_further_down_are_a_question(
    exercise: Exercise, tmp_path: Path, lay: Lay, first: str, second: str
) -> None:
    said = refused(exercise, lay(tmp_path, {f"{first}/softmax.py": CODE, f"{second}/softmax.py": OTHER}))
    assert "which one is it: " in said
    assert f"{first}/" in said
    assert f"{second}/" in said


@PACKED
@pytest.mark.parametrize(
    "second", ["my-course/backup/softmax.py", "my-course/exercise03_softmax/old/softmax.py", "a/b/Softmax.py"]
)
def test_a_copy_in_an_archive_is_a_question_wherever_it_lies(
    exercise: Exercise, tmp_path: Path, lay: Lay, second: str
) -> None:
    mine = within("my-course", WORKSPACE)
    for files in ({**mine, second: OTHER}, {second: OTHER, **mine}):
        said = refused(exercise, lay(tmp_path, files))
        assert "which one is it: " in said
        assert second in said


@pytest.mark.parametrize("copy", ["my-course/backup/softmax.py", "my-course/exercise03_softmax/old/softmax.py"])
def test_of_a_folder_where_one_works_the_exercises_own_is_meant_as_at_its_top(
    exercise: Exercise, tmp_path: Path, copy: str
) -> None:
    folder = as_folder(tmp_path, {**within("my-course", WORKSPACE), copy: OTHER})
    assert code_at(exercise, folder) == CODE


@pytest.mark.parametrize("other", ["mine/final/softmax.py", "alice/course/exercises/src/softmax.py"])
def test_a_folder_called_like_the_exercise_in_another_workspace_is_a_question(
    exercise: Exercise, tmp_path: Path, other: str
) -> None:
    files = {other: CODE, "bob/course/exercises/exercise03_softmax/softmax.py": OTHER}
    said = refused(exercise, as_folder(tmp_path, files))
    assert "which one is it: " in said
    assert str(Path(other).parent) in said


@pytest.mark.parametrize("beside", ["final.py", "final.ipynb", "old.zip"])
def test_what_may_be_meant_at_the_top_of_a_folder_makes_it_a_question(
    exercise: Exercise, tmp_path: Path, beside: str
) -> None:
    folder = as_folder(tmp_path, {**within("my-course", WORKSPACE), beside: OTHER})
    if beside.endswith(".zip"):
        (tmp_path / "x").mkdir()
        (folder / beside).write_bytes(as_zip(tmp_path / "x", {"softmax.py": OTHER}).read_bytes())
    assert f"which one is it: my-course/exercise03_softmax/ or {beside}?" in refused(exercise, folder)


@pytest.mark.parametrize("beside", ["conftest.py", "notes.txt", "data.zip", ".final.py"])
def test_what_cannot_be_meant_asks_nothing(exercise: Exercise, tmp_path: Path, beside: str) -> None:
    folder = as_folder(tmp_path, {**within("my-course", WORKSPACE), beside: OTHER})
    if beside.endswith(".zip"):
        (tmp_path / "x").mkdir()
        (folder / beside).write_bytes(as_zip(tmp_path / "x", {"data.csv": "1"}).read_bytes())
    assert code_at(exercise, folder) == CODE


@EVERY_WAY
def test_exercises_with_files_of_one_name_are_told_apart_by_their_folders(
    exercise: Exercise, tmp_path: Path, lay: Lay
) -> None:
    files = {f"my-course/{name}/softmax.py": OTHER for name in ("exercise07_other", "Exercise08-more")}
    files["my-course/exercise03_softmax/softmax.py"] = CODE
    assert code_at(exercise, lay(tmp_path, files)) == CODE


@EVERY_WAY
def test_a_clone_called_by_the_exercise_and_its_student_is_this_exercises(
    exercise: Exercise, tmp_path: Path, lay: Lay
) -> None:
    assert code_at(exercise, lay(tmp_path, {"exercise03-alice-main/src/softmax.py": CODE})) == CODE


@EVERY_WAY
def test_a_workspace_of_somebody_else_in_it_is_a_question(exercise: Exercise, tmp_path: Path, lay: Lay) -> None:
    files = {"bob/exercise03_softmax/softmax.py": OTHER, "alice/exercise07_other/softmax.py": CODE}
    assert "which one is it: " in refused(exercise, lay(tmp_path, files))


@EVERY_WAY
@pytest.mark.parametrize("folders", ["my-course/exercise07_other", "my-course/exercise07_other/src"])
def test_work_for_another_exercise_is_not_taken_for_this_one(
    exercise: Exercise, tmp_path: Path, lay: Lay, folders: str
) -> None:
    assert "softmax.py is missing" in refused(exercise, lay(tmp_path, {f"{folders}/softmax.py": OTHER}))


@EVERY_WAY
@pytest.mark.parametrize("folder", [".venv/lib", "my-course/__pycache__", "my-course/.ipynb_checkpoints", "a/.git"])
def test_folders_of_programs_are_looked_into_nowhere(exercise: Exercise, tmp_path: Path, lay: Lay, folder: str) -> None:
    assert "softmax.py is missing" in refused(exercise, lay(tmp_path, {f"{folder}/softmax.py": OTHER}))
    files = {**within("my-course", WORKSPACE), f"{folder}/softmax.py": OTHER}
    assert code_at(exercise, lay(tmp_path, files)) == CODE


@EVERY_WAY
def test_what_lies_higher_is_meant_as_ever(exercise: Exercise, tmp_path: Path, lay: Lay) -> None:
    for top in ("softmax.py", "hw/softmax.py"):
        assert code_at(exercise, lay(tmp_path / lay_in(tmp_path), {top: CODE, "a/b/softmax.py": OTHER})) == CODE


def lay_in(root: Path) -> str:
    name = str(len(list(root.iterdir())))
    (root / name).mkdir()
    return name


@PACKED
def test_a_name_that_only_folds_to_it_higher_up_is_a_question(exercise: Exercise, tmp_path: Path, lay: Lay) -> None:
    said = refused(exercise, lay(tmp_path, {"SOFTMAX.py": OTHER, **within("my-course", WORKSPACE)}))
    assert "which one is it: SOFTMAX.py or my-course/exercise03_softmax/softmax.py?" in said


@PACKED
def test_what_lies_too_deep_is_named_with_what_to_do(exercise: Exercise, tmp_path: Path, lay: Lay) -> None:
    said = refused(exercise, lay(tmp_path, {"a/b/c/d/e/softmax.py": CODE}))
    assert "Did you mean a/b/c/d/e/softmax.py? It is not looked for there: put softmax.py at the top." in said


@PACKED
def test_files_of_one_exercise_in_two_folders_further_down_are_both_named(
    pair: Exercise, tmp_path: Path, lay: Lay
) -> None:
    said = refused(pair, lay(tmp_path, {"w/a/layers.py": "a = 1\n", "w/b/train.py": "b = 2\n"}))
    assert "w/a/layers.py and w/b/train.py lie in different folders." in said


@PACKED
@pytest.mark.parametrize("folder", ["a\\b", "a/CON", "a/b\u202e"])
def test_a_path_that_deceives_is_refused_further_down_too(
    exercise: Exercise, tmp_path: Path, lay: Lay, folder: str
) -> None:
    said = refused(exercise, lay(tmp_path, {f"{folder}/softmax.py": CODE}))
    assert "Pack the exercise's files again" in said


@PACKED
def test_no_limit_is_wider_further_down(exercise: Exercise, tmp_path: Path, lay: Lay) -> None:
    large = "#" * (MAX_FILE_BYTES + 1)
    assert "at most 1,048,576 are taken" in refused(exercise, lay(tmp_path, {"a/b/softmax.py": large}))
    bomb = {"a/b/softmax.py": CODE, "a/zeros": "\0" * (20 * MIB)}
    if lay is as_tar_gz:
        assert "unpack" in refused(exercise, lay(tmp_path, bomb))
    else:  # a member that is not asked for is not unpacked
        assert code_at(exercise, lay(tmp_path, bomb)) == CODE


def test_links_further_down_are_not_followed(exercise: Exercise, tmp_path: Path) -> None:
    others = as_folder(tmp_path, {"softmax.py": OTHER})
    folder = tmp_path / "in"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "link").symlink_to(others)
    assert "softmax.py is missing" in refused(exercise, folder)
    (folder / "a" / "b" / "softmax.py").symlink_to(others / "softmax.py")
    assert "a/b/softmax.py: expected a regular file, got a symbolic link" in refused(exercise, folder)


def test_a_folder_of_too_much_is_refused_and_said(exercise: Exercise, tmp_path: Path) -> None:
    folder = as_folder(tmp_path, {"a/b/softmax.py": CODE})
    for number in range(10_001):
        (folder / f"{number}.csv").touch()
    assert "softmax.py is not at the top, and more than 10,000 entries lie below." in refused(exercise, folder)
    (folder / "softmax.py").write_text(CODE, encoding="utf-8")
    assert code_at(exercise, folder) == CODE


def test_a_folder_that_is_not_among_the_first_that_are_listed_comes_before_what_is_deeper(
    exercise: Exercise, tmp_path: Path
) -> None:
    folder = as_folder(tmp_path, {"zz/softmax.py": CODE, "zz/old/softmax.py": OTHER})
    for number in range(1_500):
        (folder / f"{number}.csv").touch()
    assert code_at(exercise, folder) == CODE
    (folder / "yy").mkdir()
    (folder / "yy" / "softmax.py").write_text(OTHER, encoding="utf-8")
    assert "which one is it: yy/ or zz/?" in refused(exercise, folder)


def test_a_commit_of_a_workspace_in_folders_is_read(exercise: Exercise, tmp_path: Path) -> None:
    git = new_git(tmp_path / "alice")
    git.commit(within("hw3/my-course", WORKSPACE))
    submission = collect(exercise, git.path, commit="HEAD")
    assert (submission.files[0].text, submission.ignored) == (CODE, len(WORKSPACE) - 2), "one is in .dlgrade"
    git.commit({"hw3/old/deeper/softmax.py": OTHER})
    assert "which one is it" in refused(exercise, git.path, "HEAD")
