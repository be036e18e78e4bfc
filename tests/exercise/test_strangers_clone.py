"""A clone of a sealed course is a stranger's: none of its files gets into the examiner but what was sealed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from one_base import sharing
from sealed_copies import SOFTMAX, Sealed, sealed_copy

from grader import check
from grader.errors import AuthorError, GraderError, UsageError
from grader.exercise import load_course
from grader.exercise.seal_key import VARIABLE
from grader.exercise.sealed_course import open_sealed
from grader.pipeline import Grader
from grader.records import Outcome, SourceFile, Submission
from grader.report import Report

ROOT = Path(__file__).parent.parent.parent
PLANTED = '"""Nothing."""\nopen({proof!r}, "w").close()\n\ndef test_nothing(student):\n    """All is well."""\n'


@pytest.fixture(scope="module")
def softmax(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    base = tmp_path_factory.mktemp("softmax")
    for part in ("exercises", "solutions"):
        shutil.copytree(ROOT / part / SOFTMAX, base / "open" / part / SOFTMAX)
    return sealed_copy(base / "open", base / "sealed", base / "key")


@pytest.fixture
def clone(softmax: Sealed, tmp_path: Path) -> Path:
    """A student's copy of the sealed course, to change."""
    shutil.copytree(softmax.root, tmp_path / "clone")
    return tmp_path / "clone"


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with sharing(Grader()) as grader:
        yield grader


def planted_tests(proof: Path) -> str:
    """Return visible tests that leave `proof` behind when they are loaded outside a jail."""
    return PLANTED.format(proof=str(proof))


def dlgrade_check(course: Path | None, *options: str, cwd: Path, key: Sealed) -> subprocess.CompletedProcess[str]:
    """Run `dlgrade check` as a CI does: with the key in its variable, in the clone."""
    written = key.key_file.read_text(encoding="utf-8").splitlines()[-1]
    named = [] if course is None else ["--course", str(course)]
    return subprocess.run(
        [sys.executable, "-m", "grader", "check", SOFTMAX, *named, *options],
        cwd=cwd,
        env={**os.environ, VARIABLE: written, "DLGRADE_LANG": "en", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


# ------------------------------------------------------------------------------------------------------------- links


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("at", [f"{SOFTMAX}/test_visible.py", f"{SOFTMAX}/exercise.toml", SOFTMAX, "."])
def test_a_link_whose_target_depends_on_the_process_is_refused(
    softmax: Sealed, clone: Path, tmp_path: Path, at: str
) -> None:
    """/proc/self/cwd is the clone for the command, and the root for the examiner: two files under one name."""
    kept, place = clone / "apart" / "kept", clone / "exercises" / at
    kept.parent.mkdir()
    place.rename(kept)
    place.symlink_to(f"/proc/self/cwd/{kept.relative_to(clone)}")
    done = dlgrade_check(clone, cwd=clone, key=softmax)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "a link" in done.stdout + done.stderr


def test_a_linked_course_file_is_refused(softmax: Sealed, clone: Path) -> None:
    (clone / "mine.toml").write_text("", encoding="utf-8")
    (clone / "dlgrade.toml").symlink_to("mine.toml")
    with pytest.raises(AuthorError):
        open_sealed(load_course(clone), softmax.key)


def test_a_linked_stub_is_refused(softmax: Sealed, clone: Path, tmp_path: Path) -> None:
    stub = clone / "exercises" / SOFTMAX / "softmax.py"
    stub.unlink()
    stub.symlink_to(softmax.key_file)
    with pytest.raises(AuthorError, match="a link"):
        open_sealed(load_course(clone), softmax.key).find(SOFTMAX)


def test_the_examiner_runs_the_tests_whose_digest_was_checked(
    softmax: Sealed, clone: Path, tmp_path: Path, grader: Grader
) -> None:
    exercise = open_sealed(load_course(clone), softmax.key).find(SOFTMAX)
    tests, proof = clone / "exercises" / SOFTMAX / "test_visible.py", tmp_path / "ran"
    tests.write_text(planted_tests(proof), encoding="utf-8")  # after the check, before the examiner
    source = (softmax.solution / "softmax.py").read_text(encoding="utf-8")
    files = (SourceFile(name="softmax.py", text=source),)
    submission = Submission(files=files, origin="here", sha256="0" * 64, untouched=False)
    report = grader.examine(exercise, submission, seed=1)
    assert not proof.exists()
    assert {test.outcome for test in report.tests} == {Outcome.PASSED}
    assert len(report.tests) > 5


def test_an_open_courses_own_links_stay(tmp_path: Path, softmax: Sealed) -> None:
    shutil.copytree(softmax.open_root, tmp_path / "open")
    tests = tmp_path / "open" / "exercises" / SOFTMAX / "test_visible.py"
    tests.rename(tmp_path / "shared.py")
    tests.symlink_to(tmp_path / "shared.py")
    assert load_course(tmp_path / "open").find(SOFTMAX).public["test_visible.py"]


# --------------------------------------------------------------------------------------- a key and nothing to open


def test_with_a_key_a_course_without_its_sealed_file_is_refused(softmax: Sealed, clone: Path, tmp_path: Path) -> None:
    (clone / "solutions.sealed").unlink()
    proof = tmp_path / "ran"
    (clone / "exercises" / SOFTMAX / "test_visible.py").write_text(planted_tests(proof), encoding="utf-8")
    done = dlgrade_check(None, cwd=clone, key=softmax)
    assert done.returncode == 2
    assert "solutions.sealed" in done.stderr
    assert VARIABLE in done.stderr
    assert not proof.exists()
    with pytest.raises(UsageError, match=r"solutions\.sealed"):
        check(SOFTMAX, course=clone, key_file=softmax.key_file)


def test_with_a_key_planted_open_solutions_are_refused(softmax: Sealed, clone: Path) -> None:
    (clone / "solutions.sealed").unlink()
    shutil.copytree(softmax.solution, clone / "solutions" / SOFTMAX)
    with pytest.raises(UsageError, match=r"solutions\.sealed"):
        open_sealed(load_course(clone), softmax.key)


def test_with_a_key_a_workspaces_marker_in_the_clone_names_no_course(
    softmax: Sealed, clone: Path, tmp_path: Path
) -> None:
    evil, proof = clone / "evil", tmp_path / "ran"
    shutil.copytree(clone / "exercises", evil / "exercises")
    (evil / "exercises" / SOFTMAX / "test_visible.py").write_text(planted_tests(proof), encoding="utf-8")
    (clone / ".dlgrade").mkdir()
    marker = f'schema = "workspace/1"\ncourse = "{evil}"\n'
    (clone / ".dlgrade" / "workspace.toml").write_text(marker, encoding="utf-8")
    shutil.copytree(clone / "exercises" / SOFTMAX, clone / SOFTMAX)
    done = dlgrade_check(None, cwd=clone, key=softmax)
    assert done.returncode == 2
    assert "workspace.toml" in done.stderr
    assert "--course" in done.stderr
    assert not proof.exists()


def test_without_a_key_a_course_with_nothing_sealed_is_as_it_was(softmax: Sealed) -> None:
    course = load_course(softmax.open_root)
    assert open_sealed(course, None) == course


def test_solutions_beside_the_sealed_ones_are_not_read_through_a_link(
    softmax: Sealed, clone: Path, tmp_path: Path
) -> None:
    shutil.copytree(softmax.solution, tmp_path / "elsewhere")
    (clone / "solutions" / SOFTMAX).mkdir(parents=True)
    for file in (tmp_path / "elsewhere").iterdir():
        (clone / "solutions" / SOFTMAX / file.name).symlink_to(file)
    with pytest.raises(AuthorError, match="both there"):
        open_sealed(load_course(clone), softmax.key).find(SOFTMAX)


# ------------------------------------------------------------------------------------------------ data beside the tests

READS_A_TABLE = '''"""Visible tests."""
import pkgutil

def test_double(student):
    """A number is doubled."""
    for number in pkgutil.get_data(__name__, "data/table.csv").split():
        assert student.double(float(number)) == 2 * float(number)
'''
TABLED = "exercise52_tabled"


@pytest.fixture
def tabled(tmp_path: Path) -> Sealed:
    public = {
        "exercise.toml": 'schema = "exercise/1"\nid = "exercise52"\nslug = "tabled"\n'
        'title = { en = "Tabled", zh = "表" }\nfiles = ["double.py"]\n',
        "README.md": "# Tabled\n",
        "README.zh.md": "# 表\n",
        "test_visible.py": READS_A_TABLE,
        "double.py": "def double(x):\n    raise NotImplementedError\n",
        "data/table.csv": "1 2 3\n",
        "double.ipynb": "{}",
    }
    hidden = {"double.py": "def double(x):\n    return 2 * x\n", "test_hidden.py": '"""None."""\n'}
    for part, texts in (("exercises", public), ("solutions", hidden)):
        for name, text in texts.items():
            file = tmp_path / "open" / part / TABLED / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    return sealed_copy(tmp_path / "open", tmp_path / "sealed", tmp_path / "key")


def examined(grader: Grader, sealed: Sealed) -> Report:
    files = (SourceFile(name="double.py", text="def double(x):\n    return 2 * x\n"),)
    submission = Submission(files=files, origin="here", sha256="0" * 64, untouched=False)
    exercise = sealed.course().find(TABLED)
    grader.forget(exercise)  # which has loaded the files of another test
    return grader.examine(exercise, submission, seed=1)


def test_data_beside_visible_tests_is_as_it_was_sealed(tabled: Sealed, grader: Grader) -> None:
    assert {test.outcome for test in examined(grader, tabled).tests} == {Outcome.PASSED}
    (tabled.root / "exercises" / TABLED / "data" / "table.csv").write_text("", encoding="utf-8")
    with pytest.raises(AuthorError, match=r"table\.csv: not as it was when the solutions were sealed"):
        tabled.course().find(TABLED)


def test_data_that_was_not_sealed_does_not_reach_the_tests(tabled: Sealed, grader: Grader) -> None:
    folder = tabled.root / "exercises" / TABLED / "data"
    (folder / "table.csv").rename(folder / "Table.csv")
    report = examined(grader, tabled)
    assert report.problem is not None or {test.outcome for test in report.tests} != {Outcome.PASSED}


@pytest.mark.parametrize("name", ["double.py", "double.ipynb", "README.md", "notes.txt", "data/mine.txt"])
def test_what_students_write_beside_the_tests_is_their_own(tabled: Sealed, name: str) -> None:
    (tabled.root / "exercises" / TABLED / name).write_text("mine\n", encoding="utf-8")
    assert tabled.course().find(TABLED).sealed


def test_a_link_beside_the_tests_cannot_be_sealed(tabled: Sealed, tmp_path: Path) -> None:
    (tabled.open_root / "exercises" / TABLED / "more.csv").symlink_to(tmp_path / "key")
    with pytest.raises(GraderError, match=r"more\.csv: a link"):
        sealed_copy(tabled.open_root, tmp_path / "again", tmp_path / "key2")
