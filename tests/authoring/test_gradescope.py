"""`dlgrade pack --gradescope`: what is in the zip, and the zip run as the platform runs it."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from gradescope_container import WITHOUT_LANDLOCK, Container, why_not

from grader.authoring.gradescope import make_autograder, read_settings
from grader.authoring.gradescope_metadata import read_metadata
from grader.authoring.pack_write import zipped
from grader.authoring.seal import seal
from grader.cli.app import run
from grader.cli.gradescope import main
from grader.errors import AuthorError, UsageError
from grader.exercise import load_course
from grader.exercise.seal_key import VARIABLE, SealKey
from grader.records import Isolation, Language

pytestmark = pytest.mark.usefixtures("shared_base")

ROOT = Path(__file__).parent.parent.parent
NAME = "exercise03_softmax"
FILE = "softmax.py"
SCRIPTS = ROOT / "grader" / "authoring" / "gradescope_zip"
KEY = SealKey(secret=bytes(range(32)), origin="key")
RULES = """schema = "course/1"
name = { en = "A course", zh = "课程" }
[late]
per_day = 0.1
[attempts]
max = 3
"""
METADATA: dict[str, Any] = {
    "id": 77,
    "created_at": "2026-08-02T14:22:32.365935-07:00",
    "assignment": {"due_date": "2026-07-31T23:00:00.000000-07:00", "late_due_date": None, "total_points": "20.0"},
    "users": [{"email": "ada@school.example", "id": 1234, "name": "Ada"}],
    "previous_submissions": [],
}


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLGRADE_LANG", "en")
    monkeypatch.delenv(VARIABLE, raising=False)


def make_course(folder: Path) -> Path:
    for part in ("exercises", "solutions"):
        shutil.copytree(ROOT / part / NAME, folder / part / NAME, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "dlgrade.toml").write_text(RULES, encoding="utf-8")
    return folder


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return make_course(tmp_path / "course")


def error_of(code: int, capsys: pytest.CaptureFixture[str]) -> str:
    assert code == 2
    return capsys.readouterr().err


# ------------------------------------------------------------------------------------------------- what is in it


def test_the_zip_holds_both_scripts_at_its_top_the_whole_exercise_and_what_pip_installs(course: Path) -> None:
    target = course.parent / "autograder.zip"
    options = ["--course", str(course), "--index", "https://wheels.example/cpu", "--install", "dlgrade==9.9"]
    assert run(["pack", "03", "--gradescope", "--output", str(target), *options]) == 0
    with zipfile.ZipFile(target) as archive:
        names = set(archive.namelist())
        modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
        requirements = archive.read("requirements.txt").decode()
    assert all(modes[name] == stat.S_IFREG | 0o755 for name in ("setup.sh", "run_autograder"))
    assert {
        f"course/exercises/{NAME}/{FILE}",
        f"course/solutions/{NAME}/test_hidden.py",
        "course/dlgrade.toml",
    } <= names
    assert requirements == "--extra-index-url https://wheels.example/cpu\ndlgrade==9.9\n"


def test_the_packed_course_grades_as_the_instructors_does(course: Path, tmp_path: Path) -> None:
    packed = make_autograder(load_course(course), (), install="dlgrade")
    with zipfile.ZipFile(_file(tmp_path, zipped(packed.files))) as archive:
        archive.extractall(tmp_path / "source")
    there = load_course(tmp_path / "source" / "course").find(NAME)
    assert there.sha256 == load_course(course).find(NAME).sha256


def test_the_same_course_gives_the_same_bytes_and_sealed_solutions_the_same_zip(course: Path) -> None:
    first = make_autograder(load_course(course), (), install="dlgrade")
    assert zipped(first.files) == zipped(make_autograder(load_course(course), [NAME], install="dlgrade").files)
    seal(load_course(course), KEY)
    shutil.rmtree(course / "solutions")
    assert dict(make_autograder(load_course(course), (), install="dlgrade", key=KEY).files) == dict(first.files)


def test_without_solutions_there_is_nothing_to_grade_with(course: Path) -> None:
    shutil.rmtree(course / "solutions")
    with pytest.raises(UsageError, match="hidden tests"):
        make_autograder(load_course(course), (), install="dlgrade")


def test_options_that_mean_nothing_are_refused_both_ways(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    common = ["pack", "--course", str(course), "--output", str(course.parent / "out")]
    assert "--sealed" in error_of(run([*common, "--gradescope", "--sealed"]), capsys)
    assert "--format" in error_of(run([*common, "--gradescope", "--format", "git"]), capsys)
    assert "--index" in error_of(run([*common, "--index", "https://wheels.example"]), capsys)
    assert "--index" in error_of(run([*common, "--gradescope", "--index", "-r /etc/passwd"]), capsys)
    assert not (course.parent / "out").exists()


def test_nothing_is_overwritten(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = course.parent / "autograder.zip"
    target.write_bytes(b"mine")
    command = ["pack", "--gradescope", "--course", str(course), "--output", str(target)]
    assert "something is there already" in error_of(run(command), capsys)
    assert target.read_bytes() == b"mine"


def test_weak_isolation_is_packed_on_purpose_only_and_said(course: Path) -> None:
    packed = make_autograder(load_course(course), (), install="dlgrade", isolation=Isolation.PROCESS)
    assert read_settings(packed.files["dlgrade.json"].decode()).isolation is Isolation.PROCESS
    assert any("rewrite files" in note.en for note in packed.notes)
    usual = make_autograder(load_course(course), (), install="dlgrade", language=Language.ZH)
    settings = read_settings(usual.files["dlgrade.json"].decode())
    assert (settings.isolation, settings.language, settings.exercises) == (None, Language.ZH, (NAME,))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"exercises": [], "language": "en", "isolation": null}'])
def test_settings_that_somebody_has_changed_are_the_authors_fault(text: str) -> None:
    with pytest.raises(AuthorError, match="Pack the autograder again"):
        read_settings(text)


def test_the_scripts_pass_shellcheck() -> None:
    checker = shutil.which("shellcheck")
    if checker is None:
        pytest.skip("shellcheck is not installed")
    scripts = [str(SCRIPTS / name) for name in ("setup.sh", "run_autograder")]
    checked = subprocess.run([checker, *scripts], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "autograder.zip"
    path.write_bytes(content)
    return path


# ------------------------------------------------------------------------------------------------- the metadata


def test_metadata_say_who_when_and_until_when() -> None:
    extended = {"email": "bob@school.example", "name": "Bob", "assignment": {"due_date": "2026-08-05T23:00:00-07:00"}}
    found = read_metadata(json.dumps({**METADATA, "users": [*METADATA["users"], extended]}))
    assert found.handed_in.student == "ada@school.example, bob@school.example"
    assert found.handed_in.at == "2026-08-02T14:22:32.365935-07:00"
    assert found.due is not None and found.due.isoformat() == "2026-07-31T23:00:00-07:00"
    assert found.extended is not None and found.extended.isoformat() == "2026-08-05T23:00:00-07:00"


def test_an_earlier_result_says_itself_whether_it_used_up_an_attempt() -> None:
    before = [
        {"results": {"extra_data": {"dlgrade": [{"exercise": NAME, "status": status}]}}}
        for status in ("partial", "not-started", "unscored", "rejected")
    ]
    found = read_metadata(json.dumps({**METADATA, "previous_submissions": [*before, {"results": None}, {}]}))
    assert found.attempts == {NAME: 2}
    assert found.handed_in.attempt == 7


@pytest.mark.parametrize(
    "text", ["", "[]", "7", '{"users": 1}', '{"created_at": "tomorrow"}', '{"created_at": "2026-01-01"}']
)
def test_metadata_that_cannot_be_read_are_told_as_such(text: str) -> None:
    with pytest.raises(ValueError):
        read_metadata(text)


# ------------------------------------------------------------------------------------------------- as the platform


@dataclass(frozen=True)
class Platform:
    """An image with the zip in it, set up once."""

    folder: Path
    container: Container

    def grade(self, source: bytes | None, *, landlock: bool = True, **metadata: Any) -> tuple[int, dict[str, Any]]:
        """Hand in a file, and return the exit code of run_autograder and its results.json."""
        submission, results = self.folder / "submission", self.folder / "results"
        shutil.rmtree(submission, ignore_errors=True)
        submission.mkdir()
        if source is not None:
            (submission / FILE).write_bytes(source)
        text = json.dumps({**METADATA, **metadata})
        (self.folder / "submission_metadata.json").write_text(text, encoding="utf-8")
        lacks = {} if landlock else {WITHOUT_LANDLOCK: "1"}
        ended = self.container.run("/autograder/run_autograder", **lacks)
        document: dict[str, Any] = json.loads((results / "results.json").read_text(encoding="utf-8"))
        return ended.returncode, document


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    reason = why_not()
    if reason is not None:
        pytest.skip(f"no container like Gradescope's here: {reason}")
    folder = tmp_path_factory.mktemp("gradescope")
    packed = make_autograder(load_course(make_course(folder / "course")), (), install="dlgrade")
    root = folder / "autograder"
    with zipfile.ZipFile(_file(folder, zipped(packed.files, executable=("setup.sh", "run_autograder")))) as archive:
        archive.extractall(root / "source")
    for name in ("setup.sh", "run_autograder"):
        shutil.copy(root / "source" / name, root / name)
        (root / name).chmod(0o755)
    container = Container(root)
    ended = container.run("bash", "/autograder/source/setup.sh", DLGRADE_PYTHON=sys.executable)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"Ready to grade {NAME}." in ended.stdout
    assert (root / "source").stat().st_mode & 0o077 == 0  # the solutions are root's alone
    return Platform(root, container)


def test_the_reference_gets_the_points_that_the_rules_leave_of_a_full_score(platform: Platform) -> None:
    code, document = platform.grade((ROOT / "solutions" / NAME / FILE).read_bytes())
    possible = sum(test["max_score"] for test in document["tests"])
    assert code == 0
    assert {test["status"] for test in document["tests"]} == {"passed"}
    assert document["score"] == pytest.approx(0.8 * possible)
    assert "2 days late: 20 % off." in document["output"]
    assert document["extra_data"]["dlgrade"][0]["isolation"] == "landlock"  # Docker leaves that much, and no less


HOSTILE = """
import json, os, pathlib

for path in ("/autograder/results/results.json", "results.json", "/autograder/submission_metadata.json"):
    try:
        pathlib.Path(path).write_text(json.dumps({"score": 20.0}))
    except OSError as error:
        print(type(error).__name__)
for root in ("/autograder/source", "/autograder/source/course/solutions", "/autograder"):
    try:
        print("read", os.listdir(root))
    except OSError as error:
        print(type(error).__name__)
print("<script>alert(1)</script>")


def __getattr__(name):
    os._exit(0)
"""


def test_a_submission_can_neither_write_its_result_nor_read_the_solutions(platform: Platform) -> None:
    code, document = platform.grade(HOSTILE.encode(), created_at="2026-07-01T00:00:00Z")
    assert code == 0
    assert document["score"] == 0
    assert {test["status"] for test in document["tests"]} == {"failed"}
    assert "read" not in document["output"].split()
    assert "PermissionError" in document["output"]
    assert document["output_format"] == "text"


def test_a_container_that_can_confine_nobody_grades_nobody(platform: Platform) -> None:
    code, document = platform.grade((ROOT / "solutions" / NAME / FILE).read_bytes(), landlock=False)
    assert code == 3
    assert "score" not in document and "tests" not in document
    assert "landlock" in document["output"]


def test_a_course_that_broke_gives_no_score_and_says_whose_fault_it_is(platform: Platform) -> None:
    manifest = platform.folder / "source" / "course" / "exercises" / NAME / "exercise.toml"
    sound = manifest.read_bytes()
    try:
        manifest.write_bytes(b"id =")
        code, document = platform.grade(b"")
    finally:
        manifest.write_bytes(sound)
    assert code == 2
    assert "score" not in document and "tests" not in document
    assert "The exercise is broken. It is not your fault" in document["output"]
    assert document["stdout_visibility"] == "hidden"


def test_an_image_whose_setup_failed_still_writes_a_result_without_a_score(platform: Platform) -> None:
    python = platform.folder / "dlgrade-python"
    sound = python.read_bytes()
    try:
        python.unlink()
        code, document = platform.grade(b"")
    finally:
        python.write_bytes(sound)
    assert code == 3
    assert set(document) == {"output", "output_format", "visibility", "stdout_visibility"}
    assert "it is not a zero" in document["output"]


def test_a_setup_without_the_course_fails_when_the_image_is_built(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check", str(tmp_path)]) == 3
    assert "dlgrade.json" in capfd.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_log_that_takes_nothing_costs_no_result(tmp_path: Path, course: Path) -> None:
    packed = make_autograder(load_course(course), (), install="dlgrade", isolation=Isolation.PROCESS)
    with zipfile.ZipFile(_file(tmp_path, zipped(packed.files))) as archive:
        archive.extractall(tmp_path / "source")
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / FILE).write_bytes(b"def softmax(: pass\n")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        command = [sys.executable, "-I", "-m", "grader.cli.gradescope", str(tmp_path)]
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    document = json.loads((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    assert (ended.returncode, document["score"]) == (0, 0)
    assert "SyntaxError" in document["output"]
    assert "submission_metadata.json" in ended.stderr  # nor is there any: who handed in is not known, and that is said


@pytest.mark.parametrize("names", [["ada.zip"], ["notes.md", "views.md"]])
def test_no_student_is_shown_where_things_lie_in_the_container(tmp_path: Path, course: Path, names: list[str]) -> None:
    packed = make_autograder(load_course(course), (), install="dlgrade", isolation=Isolation.PROCESS)
    with zipfile.ZipFile(_file(tmp_path, zipped(packed.files))) as archive:
        archive.extractall(tmp_path / "source")
    (tmp_path / "submission").mkdir()
    for name in names:
        (tmp_path / "submission" / name).write_bytes(b"no archive")
    assert main([str(tmp_path)]) == 0
    text = (tmp_path / "results" / "results.json").read_text(encoding="utf-8")
    assert json.loads(text)["score"] == 0
    assert str(tmp_path) not in text
    assert ("ada.zip: this is no zip" if len(names) == 1 else "submission: ") in text


def test_where_nothing_was_handed_in_there_is_no_score(tmp_path: Path, course: Path) -> None:
    packed = make_autograder(load_course(course), (), install="dlgrade", isolation=Isolation.PROCESS)
    with zipfile.ZipFile(_file(tmp_path, zipped(packed.files))) as archive:
        archive.extractall(tmp_path / "source")
    assert main([str(tmp_path)]) == 2
    document = json.loads((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    assert "score" not in document


def _notebook(source: str) -> bytes:
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [cell]}).encode()


@pytest.mark.parametrize(
    "name", ["hw.ipynb", "ada.zip", "my_softmax.py", f"my-course/{NAME}/{FILE}", f"hw/my-course/{NAME}/{FILE}"]
)
def test_one_file_of_any_name_and_a_workspace_in_folders_are_taken(tmp_path: Path, course: Path, name: str) -> None:
    source = (course / "solutions" / NAME / FILE).read_text(encoding="utf-8")
    packed = make_autograder(load_course(course), (), install="dlgrade", isolation=Isolation.PROCESS)
    with zipfile.ZipFile(_file(tmp_path, zipped(packed.files))) as archive:
        archive.extractall(tmp_path / "source")
    handed_in = tmp_path / "submission" / name
    handed_in.parent.mkdir(parents=True)
    if name.endswith(".zip"):
        with zipfile.ZipFile(handed_in, "w") as archive:
            archive.writestr(FILE, source)
    else:
        handed_in.write_bytes(_notebook(source) if name.endswith(".ipynb") else source.encode())
    assert main([str(tmp_path)]) == 0
    document = json.loads((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    assert document["score"] == 20
