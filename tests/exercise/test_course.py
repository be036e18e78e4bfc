"""A course: where it comes from, and what its exercises may be called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import grader.exercise.course as course_module
from grader.errors import AuthorError, GraderError, GraderFault, UsageError
from grader.exercise import Origin, create_workspace, load_course
from grader.records import Language

NAMES = ("exercise01_sgd", "exercise03_softmax", "exercise10_sorting-networks", "exercise11_sgd_momentum")


@pytest.fixture
def course_root(course_files: Any) -> Path:
    for name in NAMES:
        course_files.add(name)
    return course_files.root


# -------------------------------------------------------------------------------------------------- finding by name


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("exercise03", "exercise03_softmax"),
        ("exercise03_softmax", "exercise03_softmax"),
        ("exercise03_softmax/", "exercise03_softmax"),
        ("exercises/exercise03_softmax/", "exercise03_softmax"),
        ("softmax", "exercise03_softmax"),
        ("soft", "exercise03_softmax"),
        ("SoftMax", "exercise03_softmax"),
        ("03", "exercise03_softmax"),
        ("3", "exercise03_softmax"),
        ("exercise3", "exercise03_softmax"),
        ("ex03", "exercise03_softmax"),
        ("exercise03_s", "exercise03_softmax"),
        ("1", "exercise01_sgd"),
        ("sgd", "exercise01_sgd"),
        ("sgd-m", "exercise11_sgd_momentum"),
        ("sorting_networks", "exercise10_sorting-networks"),
    ],
)
def test_exercise_is_found_by(course_root: Path, asked: str, name: str) -> None:
    assert load_course(course_root).find(asked).name == name


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("softmx", "exercise03 softmax"), ("exrcise03", "exercise03 softmax"), ("softmax.py", "exercise03 softmax")],
)
def test_near_miss_is_answered_with_what_was_meant(course_root: Path, asked: str, meant: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_course(course_root).find(asked)
    assert f"No exercise is called '{asked}'. Did you mean {meant}?" in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("asked", ["transformer", "7", "", "/", "..", "99999999999999999999"])
def test_unknown_name_is_answered_with_the_list(course_root: Path, asked: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_course(course_root).find(asked)
    assert "There are: exercise01 sgd, exercise03 softmax, exercise10 sorting-networks" in str(caught.value)
    assert isinstance(caught.value, GraderError)
    assert "现有练习" in caught.value.text.within(Language.ZH)


def test_prefix_of_several_names_the_candidates(course_root: Path) -> None:
    with pytest.raises(
        UsageError, match="'so' fits several exercises: exercise03 softmax, exercise10 sorting-networks"
    ):
        load_course(course_root).find("so")


def test_id_given_to_two_folders_is_ambiguous(course_files: Any) -> None:
    course_files.add("exercise03_softmax")
    course_files.add("exercise03_views")
    with pytest.raises(UsageError, match="exercise03 softmax, exercise03 views"):
        load_course(course_files.root).find("03")


def test_escape_sequence_in_a_name_is_not_printed(course_root: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_course(course_root).find("\x1b[2J")
    assert "\x1b" not in str(caught.value)


# ------------------------------------------------------------------------------------------------- broken exercises


def test_broken_manifest_stops_only_its_own_exercise(course_files: Any) -> None:
    course_files.add("exercise01_sgd", manifest="schema = ")
    course_files.add("exercise03_softmax")
    course = load_course(course_files.root)
    assert course.find("softmax").id == "exercise03"
    with pytest.raises(AuthorError, match=r"exercise01_sgd/exercise\.toml: line 1, column 9"):
        course.find("sgd")


def test_list_holds_the_broken_beside_the_sound(course_files: Any) -> None:
    course_files.add("exercise01_sgd", manifest="schema = ")
    course_files.add("exercise03_softmax")
    broken, sound = load_course(course_files.root).read_all()
    assert broken.exercise is None and isinstance(broken.error, AuthorError)
    assert sound.exercise is not None and sound.error is None


def test_exercise_folder_without_manifest_is_reported_when_asked_for(course_root: Path) -> None:
    (course_root / "exercises" / "exercise01_sgd" / "exercise.toml").unlink()
    with pytest.raises(AuthorError, match=r"exercise\.toml: no such file"):
        load_course(course_root).find("01")


def test_other_folders_are_no_exercises(course_root: Path) -> None:
    for name in ("__pycache__", ".ipynb_checkpoints", "data"):
        (course_root / "exercises" / name).mkdir()
    (course_root / "exercises" / "README.md").write_text("")
    assert tuple(entry.name for entry in load_course(course_root).entries) == NAMES


def test_misnamed_folder_with_a_manifest_is_kept_and_reported(course_files: Any) -> None:
    course_files.add("exercise03_softmax").rename(course_files.root / "exercises" / "softmax_new")
    with pytest.raises(AuthorError, match="Rename the folder to exercise03_softmax"):
        load_course(course_files.root).find("softmax_new")


# ------------------------------------------------------------------------------------------------------- solutions


def test_solutions_beside_exercises_are_joined(course_files: Any) -> None:
    course_files.add()
    exercise = load_course(course_files.root).find("03")
    assert exercise.solution_folder == str(course_files.hidden())


def test_course_without_solutions_has_none(course_files: Any) -> None:
    course_files.add(solution=False)
    assert load_course(course_files.root).find("03").solution_folder == ""


# ---------------------------------------------------------------------------------------------- where it comes from


def test_named_course_wins_over_the_current_directory(course_files: Any, tmp_path: Path) -> None:
    course_files.add()
    other = type(course_files)(tmp_path / "other")
    other.add("exercise05_cnn")
    course = load_course(course_files.root, cwd=other.root)
    assert course.origin is Origin.NAMED
    assert course.root == course_files.root


def test_course_is_found_from_deep_inside_it(course_root: Path) -> None:
    course = load_course(cwd=course_root / "exercises" / "exercise01_sgd")
    assert course.origin is Origin.CHECKOUT
    assert course.root == course_root


def test_workspace_leads_to_its_course(course_root: Path, tmp_path: Path) -> None:
    create_workspace(tmp_path / "mine", load_course(course_root))
    course = load_course(cwd=tmp_path / "mine" / "exercise01_sgd")
    assert course.origin is Origin.WORKSPACE
    assert course.root == course_root
    assert course.workspace is not None and course.workspace.root == tmp_path / "mine"


def test_workspace_inside_a_checkout_wins_over_the_checkout(course_root: Path) -> None:
    create_workspace(course_root / "mine", load_course(course_root))
    assert load_course(cwd=course_root / "mine").origin is Origin.WORKSPACE


def test_path_may_name_a_workspace(course_root: Path, tmp_path: Path) -> None:
    create_workspace(tmp_path / "mine", load_course(course_root))
    course = load_course(tmp_path / "mine", cwd=tmp_path)
    assert course.root == course_root
    assert course.own_files(course.find("03")) == tmp_path / "mine" / "exercise03_softmax"


def test_course_of_the_checkout_ships_with_an_editable_install(
    course_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course_module, "PACKAGE", course_root / "grader")
    course = load_course(cwd=tmp_path)
    assert course.origin is Origin.BUILTIN and course.is_builtin
    assert course.root == course_root


def test_course_in_a_wheel_comes_before_folders_beside_the_package(
    course_files: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course_files.add()
    packed = type(course_files)(course_files.root / "grader" / "_course")
    packed.add("exercise05_cnn")
    monkeypatch.setattr(course_module, "PACKAGE", course_files.root / "grader")
    assert load_course(cwd=tmp_path).root == packed.root


def test_package_without_its_course_is_the_graders_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course_module, "PACKAGE", tmp_path / "grader")
    with pytest.raises(GraderFault, match="Reinstall dlgrade"):
        load_course(cwd=tmp_path)


def test_folder_that_is_no_course_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"is no course: expected at least one .*exercises/exercise01_…/exercise\.toml"
    ):
        load_course(tmp_path)


def test_exercises_folder_itself_points_at_its_parent(course_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course_root.parent)
    with pytest.raises(UsageError, match=r"Did you mean course\?"):
        load_course(Path("course/exercises"))


def test_workspace_whose_course_is_gone_says_which_line_to_correct(course_root: Path, tmp_path: Path) -> None:
    create_workspace(tmp_path / "mine", load_course(course_root))
    course_root.rename(tmp_path / "moved")
    with pytest.raises(UsageError) as caught:
        load_course(cwd=tmp_path / "mine")
    assert f"workspace.toml: course = '{course_root}'" in str(caught.value)
    assert "--course DIR" in str(caught.value)


# -------------------------------------------------------------------------------------------------------- own files


def test_own_files_of_a_checkout_are_the_stubs_places(course_root: Path) -> None:
    course = load_course(cwd=course_root)
    assert course.own_files(course.find("03")) == course_root / "exercises" / "exercise03_softmax"
    assert course.progress_root == course_root


def test_own_files_of_the_shipped_course_need_a_workspace(
    course_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course_module, "PACKAGE", course_root / "grader")
    course = load_course(cwd=tmp_path)
    with pytest.raises(UsageError, match=r"`dlgrade start DIR`.*`--submission PATH`"):
        course.own_files(course.find("03"))
    assert course.progress_root is None


def test_named_course_takes_the_files_of_the_workspace_one_stands_in(course_root: Path, tmp_path: Path) -> None:
    create_workspace(tmp_path / "mine", load_course(course_root))
    course = load_course(course_root, cwd=tmp_path / "mine")
    assert course.own_files(course.find("03")) == tmp_path / "mine" / "exercise03_softmax"
    assert course.progress_root == tmp_path / "mine"
