"""A workspace: what `dlgrade start` copies, keeps and refuses."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import grader.exercise.course as course_module
from grader.errors import GraderError, UsageError
from grader.exercise import Course, create_workspace, find_workspace, load_course
from grader.records import Language

MARKER = Path(".dlgrade/workspace.toml")


@pytest.fixture
def course(course_files: Any) -> Course:
    course_files.add("exercise01_sgd")
    course_files.add("exercise03_softmax", files=("softmax.py", "loss.py"))
    return load_course(course_files.root)


def test_workspace_holds_what_students_get_and_nothing_of_the_solutions(course: Course, tmp_path: Path) -> None:
    create_workspace(tmp_path / "mine", course)
    names = sorted(
        str(file.relative_to(tmp_path / "mine")) for file in (tmp_path / "mine").rglob("*.*") if file.is_file()
    )
    assert names == [
        ".dlgrade/workspace.toml",
        *(
            f"exercise01_sgd/{n}"
            for n in ("README.md", "README.zh.md", "exercise.toml", "softmax.py", "test_visible.py")
        ),
        *(
            f"exercise03_softmax/{n}"
            for n in ("README.md", "README.zh.md", "exercise.toml", "loss.py", "softmax.py", "test_visible.py")
        ),
    ]


def test_marker_names_the_course(course: Course, tmp_path: Path) -> None:
    workspace = create_workspace(tmp_path / "mine", course)
    marker = tomllib.loads((tmp_path / "mine" / MARKER).read_text(encoding="utf-8"))
    assert marker == {"schema": "workspace/1", "course": str(course.root)}
    assert workspace.course == str(course.root)


def test_marker_names_the_shipped_course_by_a_word(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course_module, "PACKAGE", course.root / "grader")
    create_workspace(tmp_path / "mine", load_course(cwd=tmp_path))
    assert 'course = "builtin"' in (tmp_path / "mine" / MARKER).read_text()
    again = load_course(cwd=tmp_path / "mine")
    assert again.is_builtin and again.root == course.root


def test_course_path_with_quotes_and_umlauts_survives(course_files: Any, tmp_path: Path) -> None:
    course_files.add()
    odd = tmp_path / 'a "cöurse"\\ \x7f\n课程'
    course_files.root.rename(odd)
    create_workspace(tmp_path / "mine", load_course(odd))
    assert load_course(cwd=tmp_path / "mine").root == odd


def test_changed_file_is_kept_and_reported(course: Course, tmp_path: Path) -> None:
    mine = tmp_path / "mine" / "exercise03_softmax" / "softmax.py"
    mine.parent.mkdir(parents=True)
    mine.write_text("my work")
    workspace = create_workspace(tmp_path / "mine", course)
    assert mine.read_text() == "my work"
    assert workspace.kept == (Path("exercise03_softmax/softmax.py"),)
    assert Path("exercise03_softmax/loss.py") in workspace.copied


def test_doing_it_again_changes_nothing(course: Course, tmp_path: Path) -> None:
    create_workspace(tmp_path / "mine", course)
    again = create_workspace(tmp_path / "mine", course)
    assert (again.copied, again.kept, again.broken) == ((), (), ())


def test_doing_it_again_restores_what_was_deleted(course: Course, tmp_path: Path) -> None:
    create_workspace(tmp_path / "mine", course)
    (tmp_path / "mine" / "exercise01_sgd" / "softmax.py").unlink()
    again = create_workspace(tmp_path / "mine", course)
    assert again.copied == (Path("exercise01_sgd/softmax.py"),)


def test_nothing_is_written_through_a_link(course: Course, tmp_path: Path) -> None:
    folder = tmp_path / "mine" / "exercise01_sgd"
    folder.mkdir(parents=True)
    (folder / "softmax.py").symlink_to(tmp_path / "victim")
    workspace = create_workspace(tmp_path / "mine", course)
    assert not (tmp_path / "victim").exists()
    assert workspace.kept == (Path("exercise01_sgd/softmax.py"),)


def test_broken_exercise_is_left_out_and_reported(course_files: Any, tmp_path: Path) -> None:
    course_files.add("exercise01_sgd", manifest="broken")
    course_files.add("exercise03_softmax")
    workspace = create_workspace(tmp_path / "mine", load_course(course_files.root))
    assert len(workspace.broken) == 1
    assert (tmp_path / "mine" / "exercise03_softmax" / "softmax.py").is_file()
    assert not (tmp_path / "mine" / "exercise01_sgd").exists()


def test_own_files_lie_below_the_root(course: Course, tmp_path: Path) -> None:
    workspace = create_workspace(tmp_path / "mine", course)
    assert workspace.own_files(course.find("03")) == tmp_path / "mine" / "exercise03_softmax"


@pytest.mark.parametrize("place", ["", "exercises", "exercises/mine"])
def test_course_itself_is_no_place(course: Course, place: str) -> None:
    with pytest.raises(UsageError, match=r"is the course itself\. Name another folder"):
        create_workspace(course.root / place, course)


def test_link_to_the_course_is_no_place(course: Course, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(course.root)
    with pytest.raises(UsageError, match="is the course itself"):
        create_workspace(tmp_path / "link", course)


def test_file_is_no_place(course: Course, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    with pytest.raises(UsageError, match=r"mine is a file\. Name a folder"):
        create_workspace(tmp_path / "mine", course)


def test_workspace_of_another_course_is_not_taken_over(course: Course, course_files: Any, tmp_path: Path) -> None:
    create_workspace(tmp_path / "mine", course)
    other = type(course_files)(tmp_path / "other")
    other.add("exercise05_cnn")
    with pytest.raises(UsageError, match=r"a workspace of another course: .*course; asked for .*other"):
        create_workspace(tmp_path / "mine", load_course(other.root))
    assert not (tmp_path / "mine" / "exercise05_cnn").exists()


def test_file_in_an_exercises_place_is_told(course: Course, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "exercise01_sgd").write_text("")
    with pytest.raises(UsageError, match=r"cannot be written: .*exercise01_sgd: File exists"):
        create_workspace(tmp_path / "mine", course)


def test_folder_without_write_permission_is_told(course_files: Any, powerless: Path) -> None:
    local = type(course_files)(powerless / "course")
    local.add()
    (powerless / "closed").mkdir(mode=0o500)
    with pytest.raises(UsageError, match=r"closed/exercise03_softmax: Permission denied\. Choose a folder"):
        create_workspace(powerless / "closed", load_course(local.root))


def test_no_marker_means_no_workspace(tmp_path: Path) -> None:
    assert find_workspace(tmp_path) is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"schema = ", "Invalid value"),
        (b"\xff", "codec can't decode"),
        (b"", "schema = None, expected 'workspace/1'"),
        (b'schema = "workspace/2"\ncourse = "builtin"', "schema = 'workspace/2'"),
        (b'schema = "workspace/1"', "course = None"),
        (
            b'schema = "workspace/1"\ncourse = "../relative"',
            "course = '../relative', expected 'builtin' or an absolute",
        ),
    ],
)
def test_damaged_marker_is_explained(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / MARKER).parent.mkdir()
    (tmp_path / MARKER).write_bytes(content)
    with pytest.raises(UsageError) as caught:
        find_workspace(tmp_path / "deep" / "inside")
    assert "workspace.toml: not a workspace's marker" in str(caught.value)
    assert reason in str(caught.value)
    assert "your own files there are kept" in str(caught.value)
    assert isinstance(caught.value, GraderError)
    assert "dlgrade start" in caught.value.text.within(Language.ZH)
