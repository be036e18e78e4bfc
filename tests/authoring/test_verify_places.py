"""`dlgrade verify` names and mends files where the course keeps them, and reads them as `check` does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from authoring.verify_courses import BARE, REFERENCE, STUB, VISIBLE, SmallCourse, changed

from grader.authoring.expected import Expected
from grader.authoring.findings import Edit
from grader.authoring.verify import Settings
from grader.authoring.verify.contents import check_leaks, check_markers
from grader.authoring.verify.context import Context
from grader.authoring.verify.exams import Exams
from grader.authoring.verify.mending import mend
from grader.cli.app import run
from grader.errors import AuthorError, UsageError
from grader.exercise import load_course
from grader.exercise.public import public_file

pytestmark = pytest.mark.usefixtures("shared_base")

NAME = "exercise01_centre"
QUICK = ("--seeds", "1", "--mutants", "0", "--jobs", "1")
MARKED = changed(
    REFERENCE,
    ("    return x", "    # BEGIN SOLUTION\n    return x"),
    ("mean(dim=0)\n", "mean(dim=0)\n    # END SOLUTION\n"),
)
FROM_MARKERS = changed(
    REFERENCE, ("    return x - x.mean(dim=0)", '    raise NotImplementedError("centre is not written yet")')
)
LAYOUTS = [
    ("tasks", "solutions"),
    (".", "solutions"),
    ("exercises", "../private"),
    ("tasks", "../private"),
    ("../given", "../private"),
]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLGRADE_LANG", "en")


def laid_out(root: Path, exercises: str, solutions: str, changes: dict[str, str | None]) -> None:
    """Write a course of one exercise whose halves lie where its file says."""
    SmallCourse(root.parent / "plain").add("it", {**BARE, **changes})
    for half, place in (("exercises", exercises), ("solutions", solutions)):
        shutil.copytree(root.parent / "plain" / half, root / place, dirs_exist_ok=True)
    text = (
        f'schema = "course/1"\nname = {{ en = "A", zh = "甲" }}\nexercises = "{exercises}"\nsolutions = "{solutions}"\n'
    )
    (root / "dlgrade.toml").write_text(text, encoding="utf-8")


def context_of(root: Path) -> Context:
    course = load_course(root)
    exercise = course.find("centre")
    exams = Exams(exercise=exercise, settings=Settings(seeds=(1,)), verdict_seed=5)
    return Context(exercise=exercise, root=course.root, expected=Expected(), exams=exams)


def named(folder: str, file: str) -> str:
    return f"{NAME}/{file}" if folder == "." else f"{folder}/{NAME}/{file}"


@pytest.mark.parametrize(("exercises", "solutions"), LAYOUTS)
def test_files_are_named_from_the_course_and_mended_where_they_lie(
    tmp_path: Path, exercises: str, solutions: str
) -> None:
    root = tmp_path / "course"
    root.mkdir()
    statement = "# Centre\n\n    return x - x.mean(dim=0)\n\nCHANGE THIS\n"
    laid_out(root, exercises, solutions, {"solutions/centre.py": MARKED, "exercises/README.md": statement})
    context = context_of(root)

    markers = {finding.check: finding for finding in check_markers(context)}
    assert markers["stub.out-of-step"].file == context.given("centre.py") == named(exercises, "centre.py")
    assert markers["sample.left"].file == named(exercises, "README.md")
    (leak,) = check_leaks(context)
    assert leak.file == named(exercises, "README.md")
    assert named(solutions, "centre.py") in leak.problem.en
    assert context.hidden("test_hidden.py") == named(solutions, "test_hidden.py")

    (written,) = mend(root, markers["stub.out-of-step"].edits)
    assert written.file == named(exercises, "centre.py")
    assert public_file(context.exercise, "centre.py").text == FROM_MARKERS
    assert "stub.out-of-step" not in {finding.check for finding in check_markers(context)}


def test_fix_writes_into_a_course_of_other_folders(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "course"
    root.mkdir()
    laid_out(root, ".", "../private", {"solutions/centre.py": MARKED})
    assert run(["verify", "--fix", "--course", str(root), *QUICK]) == 0
    assert f"Written: {NAME}/centre.py" in capfd.readouterr().err
    assert (root / NAME / "centre.py").read_text(encoding="utf-8") == FROM_MARKERS


# ------------------------------------------------------------------------------------------------ one way of reading


def findings_of(capfd: pytest.CaptureFixture[str]) -> str:
    told = capfd.readouterr()
    return told.out + told.err


def test_a_byte_order_mark_changes_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    course = SmallCourse(tmp_path)
    marked = {"exercises/test_visible.py": VISIBLE, "exercises/centre.py": STUB, "solutions/centre.py": REFERENCE}
    course.add("it", {**BARE, **{file: f"\ufeff{text}" for file, text in marked.items()}})
    assert run(["verify", "--course", str(tmp_path), *QUICK]) == 0, findings_of(capfd)


@pytest.mark.parametrize("file", ["test_visible.py", "centre.py", "README.zh.md"])
def test_a_file_that_is_no_utf_8_is_one_error_with_its_line_and_hides_no_other(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], file: str
) -> None:
    course = SmallCourse(tmp_path)
    course.add("broken", BARE)
    course.add("sound", BARE)
    broken = course.file("broken", f"exercises/{file}")
    broken.write_bytes(broken.read_bytes() + "\n# 变\n".encode("gbk"))
    line = broken.read_bytes().count(b"\n")
    assert run(["verify", "--course", str(tmp_path), *QUICK]) == 2
    told = findings_of(capfd)
    wrapped = "".join(told.split())
    assert f"{file}:{line}:cannotberead:'utf-8'" in wrapped
    assert "exercise02 centre  proven" in told
    assert "bug" not in told


def test_what_cannot_be_read_is_said_in_both_languages(tmp_path: Path) -> None:
    course = SmallCourse(tmp_path)
    course.add("it", BARE)
    course.file("it", "exercises/centre.py").write_bytes(b"x = 1\ny = '\xff'\n")
    with pytest.raises(AuthorError, match=r"centre\.py:2: cannot be read") as caught:
        public_file(load_course(tmp_path).find("centre"), "centre.py")
    assert "centre.py:2：无法读取" in caught.value.text.zh
    assert "UTF-8" in caught.value.text.zh


# --------------------------------------------------------------------------------------------------- what --fix does


def test_a_repair_keeps_who_may_read_a_file_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "stub.py").write_text("a\n", encoding="utf-8")
    (tmp_path / "stub.py").chmod(0o640)
    mend(tmp_path, [Edit(file="stub.py", text="b\n")])
    assert (tmp_path / "stub.py").stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["stub.py"]


def test_a_repair_that_fails_tells_the_systems_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(UsageError, match=r"--fix: .*stub\.py cannot be written: Not a directory\."):
        mend(tmp_path, [Edit(file="file/stub.py", text="x")])


def test_what_is_no_utf_8_is_replaced_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "stub.py").write_bytes(b"# \xff\n")
    (written,) = mend(tmp_path, [Edit(file="stub.py", text="b\n")])
    assert "-# \ufffd" in written.diff
    assert (tmp_path / "stub.py").read_bytes() == b"b\n"
