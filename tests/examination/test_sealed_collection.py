"""Hidden tests are sealed off from their surroundings: no file and no variable around them has a say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from exams import submission_of

from grader.pipeline import Grader
from grader.records import Outcome
from grader.report import Report, Status
from grader.submission import collect

STUDENT_CODE = "def f():\n    return 1\n"
TESTS = "def test_it(student): assert student.f() == 1\ndef test_other(student): assert student.f() == 1\n"
FORGERY = """
import pathlib
pathlib.Path({witness!r}).write_text("was here")

def pytest_collection_modifyitems(items):
    del items[1:]

def pytest_runtest_makereport(item, call):
    raise RuntimeError("forged")
"""
MODULES = ("conftest.py", "sitecustomize.py", "usercustomize.py", "pytest_forged.py", "torch.py", "random.py")
INI = "[pytest]\naddopts = --collect-only -k nothing\npython_functions = forged_*\n"
INI_FILES = {
    "pytest.ini": INI,
    "tox.ini": INI,
    "setup.cfg": INI.replace("[pytest]", "[tool:pytest]"),
    "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "--collect-only"\npython_functions = "forged_*"\n',
}


def passed_both(report: Report) -> bool:
    return [test.outcome for test in report.tests] == [Outcome.PASSED] * 2 and report.status is Status.FULL


@pytest.mark.parametrize("part", ["exercises", "solutions"])
def test_modules_beside_the_tests_have_no_effect(exams: Any, tmp_path: Path, part: str) -> None:
    witness = tmp_path / "witness"
    forged = {f"{part}/{file}": FORGERY.format(witness=str(witness)) for file in MODULES}
    assert passed_both(exams.run(STUDENT_CODE, TESTS, more_files=forged))
    assert not witness.exists()


@pytest.mark.parametrize("file", INI_FILES.keys())
def test_an_ini_file_beside_the_tests_has_no_effect(exams: Any, file: str) -> None:
    forged = {f"{part}/{file}": INI_FILES[file] for part in ("exercises", "solutions")}
    assert passed_both(exams.run(STUDENT_CODE, TESTS, more_files=forged))


def test_a_submission_folder_brings_only_its_allowed_files(exams: Any, tmp_path: Path) -> None:
    witness, folder = tmp_path / "witness", tmp_path / "submission"
    folder.mkdir()
    (folder / "work.py").write_text(STUDENT_CODE)
    for name in ("conftest.py", "test_hidden.py", "test_visible.py", "sitecustomize.py", "torch.py", "numpy.py"):
        (folder / name).write_text(FORGERY.format(witness=str(witness)))
    (folder / "pytest.ini").write_text(INI)
    exercise = exams.exercise(TESTS, reference=STUDENT_CODE)
    assert passed_both(exams.grader.examine(exercise, collect(exercise, folder), seed=1))
    assert not witness.exists()


def test_nothing_is_written_beside_the_tests(exams: Any) -> None:
    exercise = exams.exercise(TESTS, reference=STUDENT_CODE)
    before = {path for part in (exercise.folder, exercise.solution_folder) for path in Path(part).rglob("*")}
    exams.examine(exercise, STUDENT_CODE)
    after = {path for part in (exercise.folder, exercise.solution_folder) for path in Path(part).rglob("*")}
    assert before == after


def test_environment_and_working_directory_have_no_effect(
    exams: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness = tmp_path / "witness"
    for name in ("conftest.py", "sitecustomize.py", "usercustomize.py", "forged_plugin.py", "torch.py", "numpy.py"):
        (tmp_path / name).write_text(FORGERY.format(witness=str(witness)))
    (tmp_path / "pytest.ini").write_text(INI)
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "PYTEST_ADDOPTS": "--collect-only -p forged_plugin",
        "PYTEST_PLUGINS": "forged_plugin",
        "PYTHONPATH": str(tmp_path),
        "PYTHONSTARTUP": str(tmp_path / "sitecustomize.py"),
        "PYTHONHASHSEED": "7",
        "PYTHONWARNINGS": "error",
    }.items():
        monkeypatch.setenv(name, value)
    exercise = exams.exercise(TESTS, reference=STUDENT_CODE)
    with Grader() as grader:  # another base, started in these surroundings
        report = grader.examine(exercise, submission_of(STUDENT_CODE), seed=1)
    assert passed_both(report)
    assert not witness.exists()


def test_the_students_code_sees_no_environment(exams: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import os, sys\ndef f():\n    return dict(os.environ), sys.argv\n"
    test = """
        def test_it(student):
            environment, arguments = student.f()
            assert set(environment) <= {"HOME", "TMPDIR", "USER"}  # with `strong`, of the box itself
            assert arguments == ["-c"]
    """
    report = exams.run(code, test)
    assert report.status is Status.FULL, report.problem


def test_the_students_code_cannot_import_the_tests(exams: Any) -> None:
    code = """
def f():
    import importlib
    found = []
    for name in ("test_hidden", "test_visible", "conftest", "reference_of_exercise001"):
        try:
            importlib.import_module(name)
            found.append(name)
        except ImportError:
            pass
    return found
"""
    assert exams.run(code, "def test_it(student): assert student.f() == []").status is Status.FULL


def test_the_students_memory_holds_no_test(exams: Any) -> None:
    code = """
import gc
import sys

FORBIDDEN = ("test_hidden", "pytest", "_pytest", "reference_of_exercise001")

def f():
    names = [name for name in sys.modules if name.partition(".")[0] in FORBIDDEN]
    holders = [o for o in gc.get_objects() if type(o) is dict and "SECRET_OF_THE_TEST" in o]
    return names, len(holders)
"""
    tests = "SECRET_OF_THE_TEST = 1\ndef test_it(student): assert student.f() == ([], 0)"
    report = exams.run(code, tests)
    assert report.status is Status.FULL, report.problem


def test_what_one_exam_does_to_the_test_module_is_gone_in_the_next(exams: Any) -> None:
    tests = "seen = []\ndef test_it(student):\n    seen.append(1)\n    assert len(seen) == student.f()"
    exercise = exams.exercise(tests, reference=STUDENT_CODE)
    for _ in range(3):
        assert exams.examine(exercise, STUDENT_CODE).status is Status.FULL
