"""A course whose solutions came sealed grades as the open one does, from memory, and lets no key and no test out."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from one_base import sharing
from sealed_copies import SOFTMAX as NAME
from sealed_copies import Sealed, sealed_copy

from grader import check
from grader.errors import AuthorError, GraderError, UsageError
from grader.exercise import load_course
from grader.exercise.seal_key import PREFIX, VARIABLE, find_key, read_key_file, write_new_key
from grader.exercise.sealed_course import open_sealed
from grader.exercise.solution import solution_data, solution_names
from grader.pipeline import Grader, choose_degrees
from grader.records import Exercise, Isolation, Outcome, SourceFile, Submission
from grader.report import Report, Status
from grader.report.document import as_document, without_timings
from grader.submission import collect

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def softmax(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    base = tmp_path_factory.mktemp("softmax")
    for part in ("exercises", "solutions"):
        shutil.copytree(ROOT / part / NAME, base / "open" / part / NAME)
    return sealed_copy(base / "open", base / "sealed", base / "key")


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with sharing(Grader()) as grader:
        yield grader


def exam(grader: Grader, exercise: Exercise, submission: Path) -> Report:
    return grader.examine(exercise, collect(exercise, submission), seed=7)


# ------------------------------------------------------------------------------------------------------- the verdicts


@pytest.mark.parametrize("name", ["softmax.py", "mistakes/no_max_shift.py", "cheats/visible_answers.py"])
def test_a_sealed_course_gives_the_open_ones_report(softmax: Sealed, grader: Grader, name: str) -> None:
    opened = exam(grader, load_course(softmax.open_root).find(NAME), softmax.solution / name)
    sealed = exam(grader, softmax.course().find(NAME), softmax.solution / name)
    documents = [without_timings(as_document(report)) for report in (opened, sealed)]
    assert documents[0] == documents[1]
    assert sealed.hidden_available
    assert (sealed.status is Status.FULL) is (name == "softmax.py")


def test_the_hidden_half_is_in_memory_only(softmax: Sealed) -> None:
    exercise = softmax.course().find(NAME)
    assert not Path(exercise.solution_folder).exists()
    assert "mistakes/no_max_shift.py" in solution_names(exercise, "mistakes")
    assert exercise.sha256 == load_course(softmax.open_root).find(NAME).sha256


def test_without_a_key_only_visible_tests_run(softmax: Sealed, grader: Grader) -> None:
    course = load_course(softmax.root)
    assert open_sealed(course, None) == course
    report = exam(grader, course.find(NAME), softmax.solution / "softmax.py")
    assert not report.hidden_available
    assert {test.visible for test in report.tests} == {True}


HELPED = """
import pkgutil
import helper
from work import double as twice

TABLE = [float(number) for number in pkgutil.get_data(__name__, "data/table.csv").split()]

def test_helper(student):
    import later
    assert student.double(later.THREE) == helper.SIX == twice(3)

def test_table(student):
    assert [student.double(one) for one in TABLE] == [2.5, -4.0]

def test_wrong(student):
    assert student.double(1) == helper.SIX
"""
HELPED_FILES = {
    "work.py": "import other\n\ndef double(x):\n    return other.TWO * x\n",
    "other.py": "TWO = 2\n",
    "helper.py": "SIX = 6\n",
    "later.py": "THREE = 3\n",
    "data/table.csv": "1.25\r\n-2\r\n",
    "test_hidden.py": HELPED,
}


def made(root: Path, hidden: dict[str, str], *, files: tuple[str, ...] = ("work.py", "other.py")) -> Path:
    """Write a course of one exercise with this hidden half."""
    name = "exercise51_helped"
    folder = root / "exercises" / name
    listed = ", ".join(f'"{file}"' for file in files)
    public = {
        "exercise.toml": f'schema = "exercise/1"\nid = "exercise51"\nslug = "helped"\n'
        f'title = {{ en = "Helped", zh = "相助" }}\nfiles = [{listed}]\n[reveal]\nhidden = "full"\n',
        "README.md": "# Helped\n",
        "README.zh.md": "# 相助\n",
        "test_visible.py": '"""None."""\n',
        **dict.fromkeys(files, "def double(x):\n    raise NotImplementedError\n"),
    }
    parts = ((folder, public), (root / "solutions" / name, hidden))
    for place, texts in parts:
        for file, text in texts.items():
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            (place / file).write_bytes(text.encode())
    return root


@pytest.mark.parametrize("is_sealed", [False, True], ids=["open", "sealed"])
def test_hidden_tests_import_helpers_and_read_data_beside_them(tmp_path: Path, grader: Grader, is_sealed: bool) -> None:
    copies = sealed_copy(made(tmp_path / "open", HELPED_FILES), tmp_path / "sealed", tmp_path / "key")
    course = copies.course() if is_sealed else load_course(copies.open_root)
    exercise = course.find("51")
    files = tuple(SourceFile(name=name, text=HELPED_FILES[name]) for name in exercise.files)
    report = grader.examine(exercise, Submission(files=files, origin="here", sha256="0" * 64, untouched=False), seed=1)
    outcomes = {test.name: test.outcome for test in report.tests}
    # The last test fails on the reference too, so it is a broken test, which shows that its line is known.
    assert report.status is Status.UNSCORED, report.problem
    assert outcomes["test_helper"] is outcomes["test_table"] is Outcome.PASSED
    assert report.problem is not None
    assert "test_wrong" in report.problem.problem.en
    assert solution_data(exercise, "data/table.csv") == b"1.25\r\n-2\r\n"


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("test_hidden.py", "def test_it(student):\n    pass\n\nx = 1 / 0\n", "test_hidden.py:4: ZeroDivisionError"),
        ("test_hidden.py", "def test_it(student:\n", "test_hidden.py:1: SyntaxError"),
        ("test_hidden.py", "def test_it(nothing): pass\n", "test_hidden.py:1: test_it: there is no fixture `nothing`"),
        ("work.py", "import other\nother.NINE\n", "work.py:2: the reference cannot be imported: AttributeError"),
    ],
)
def test_an_authors_error_in_a_sealed_file_is_told_with_its_line(
    tmp_path: Path, grader: Grader, file: str, text: str, says: str
) -> None:
    hidden = {**HELPED_FILES, "test_hidden.py": "def test_it(student): pass\n", file: text}
    exercise = sealed_copy(made(tmp_path / "a", hidden), tmp_path / "b", tmp_path / "key").course().find("51")
    with pytest.raises(AuthorError) as caught:
        exam(grader, exercise, tmp_path / "b" / "exercises" / "exercise51_helped")
    assert f"solutions/exercise51_helped/{says}" in str(caught.value)


# -------------------------------------------------------------------------------------- what a clone may have changed


@pytest.fixture
def clone(softmax: Sealed, tmp_path: Path) -> Path:
    """A student's copy of the sealed course, to change."""
    shutil.copytree(softmax.root, tmp_path / "clone")
    return tmp_path / "clone"


@pytest.mark.parametrize("name", ["test_visible.py", "exercise.toml"])
def test_tests_and_manifest_that_a_student_changed_are_refused(softmax: Sealed, clone: Path, name: str) -> None:
    file = clone / "exercises" / NAME / name
    file.write_text(file.read_text(encoding="utf-8") + "\n# mine\n", encoding="utf-8")
    course = open_sealed(load_course(clone), softmax.key)
    with pytest.raises(AuthorError, match=f"{name}: not as it was when the solutions were sealed"):
        course.find(NAME)


def test_a_students_own_course_file_is_refused(softmax: Sealed, clone: Path) -> None:
    (clone / "dlgrade.toml").write_text('schema = "course/1"\nname = { en = "Mine", zh = "我的" }\n', encoding="utf-8")
    with pytest.raises(AuthorError, match=r"dlgrade.toml: not as it was when the solutions were sealed"):
        open_sealed(load_course(clone), softmax.key)


def test_an_exercise_that_was_not_sealed_is_not_graded_by_its_visible_tests_alone(softmax: Sealed, clone: Path) -> None:
    shutil.copytree(clone / "exercises" / NAME, clone / "exercises" / "exercise09_softmax")
    listed = {one.entry.name: one for one in open_sealed(load_course(clone), softmax.key).read_all()}
    assert listed[NAME].error is None
    assert "no solutions of it" in str(listed["exercise09_softmax"].error)


def test_other_solutions_beside_the_sealed_ones_are_refused(softmax: Sealed, clone: Path) -> None:
    planted = clone / "solutions" / NAME
    shutil.copytree(softmax.solution, planted)
    assert open_sealed(load_course(clone), softmax.key).find(NAME).sealed
    (planted / "test_hidden.py").write_text("def test_it(student): pass\n", encoding="utf-8")
    with pytest.raises(AuthorError, match="are both there, and differ"):
        open_sealed(load_course(clone), softmax.key).find(NAME)


# --------------------------------------------------------------------------------------------------------- the keys


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    write_new_key(tmp_path / "key")
    return tmp_path / "key"


def test_a_new_key_is_its_owners_alone_and_is_read_back(key_file: Path) -> None:
    assert key_file.stat().st_mode & 0o777 == 0o600
    key = read_key_file(key_file)
    assert len(key.secret) == 32
    assert key.warning is None
    assert repr(key.secret)[2:-1] not in repr(key)


def test_a_key_that_others_may_read_is_warned_of(key_file: Path) -> None:
    key_file.chmod(0o640)
    warning = read_key_file(key_file).warning
    assert warning is not None
    assert "chmod 600" in warning.en


def written_key(file: Path) -> str:
    return file.read_text(encoding="utf-8").splitlines()[-1]


@pytest.mark.parametrize("at", range(len(PREFIX), len(PREFIX) + 48, 5))
def test_a_mistyped_key_is_told_from_a_wrong_one(key_file: Path, at: int) -> None:
    text = written_key(key_file)
    key_file.write_text(text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :], encoding="utf-8")
    with pytest.raises(UsageError, match="mistyped") as caught:
        read_key_file(key_file)
    assert text[len(PREFIX) : len(PREFIX) + 12] not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "no key"),
        ("correct horse battery staple\n", "A passphrase cannot be used"),
        (f"{PREFIX}abc\n", "mistyped or cut short"),
        ("a\nb\n", "expected one line"),
        ("\0" * 5000, "expected one line"),
    ],
)
def test_what_is_no_key_is_refused(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "key").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=says):
        read_key_file(tmp_path / "key")


def test_a_new_key_overwrites_nothing(key_file: Path) -> None:
    before = key_file.read_bytes()
    with pytest.raises(UsageError, match="there already"):
        write_new_key(key_file)
    assert key_file.read_bytes() == before


def test_the_variable_may_hold_the_whole_of_a_key_file(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, key_file.read_text(encoding="utf-8"))
    key = find_key(None)
    assert key is not None and key.secret == read_key_file(key_file).secret
    monkeypatch.setenv(VARIABLE, 2 * key_file.read_text(encoding="utf-8"))
    with pytest.raises(UsageError, match=f"{VARIABLE}: expected one line"):
        find_key(None)


def test_the_variables_key_is_taken_out_of_the_environment(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, f" {written_key(key_file)}\n")
    key = find_key(None)
    assert key is not None
    assert key.secret == read_key_file(key_file).secret
    assert VARIABLE not in os.environ
    assert find_key(None) is None


# ---------------------------------------------------------------------------------------------- what must not get out

SNOOP = """
import os
import time

def softmax(logits, dim=-1):
    time.sleep(0.3)  # so that the test beside has time to look
    found = []
    for process in os.listdir("/proc"):
        for name in ("environ", "cmdline"):
            try:
                with open(f"/proc/{process}/{name}", "rb") as stream:
                    content = stream.read()
            except OSError:
                continue
            if b"dlgseal1_" in content or b"PLANTED_KEY_FILE" in content and name == "environ":
                found.append((process, name))
    raise RuntimeError(f"found {found}")
"""


def secrets_in_our_processes(root: int, wanted: tuple[bytes, ...]) -> tuple[int, list[str]]:
    """Return how many processes descend from `root`, and which of them show one of these."""
    parents: dict[int, int] = {}
    for path in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
    ours = {root}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    found = []
    for pid in ours:
        for name in ("environ", "cmdline"):
            with contextlib.suppress(OSError):
                content = Path(f"/proc/{pid}/{name}").read_bytes()
                found += [f"{pid} {name}"] if any(one in content for one in wanted) else []
    return len(ours) - 1, found


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_neither_key_nor_hidden_test_reaches_a_disk_a_child_or_an_environment(softmax: Sealed, tmp_path: Path) -> None:
    written, marker = written_key(softmax.key_file), b"Adding 1000 to every logit"
    (tmp_path / "tmp").mkdir()
    (tmp_path / "snoop.py").write_text(SNOOP, encoding="utf-8")
    before = sorted(softmax.root.rglob("*"))
    environment = {**os.environ, VARIABLE: written, "TMPDIR": str(tmp_path / "tmp"), "DLGRADE_LANG": "en"}
    options = ["--isolation", "process", "--course", str(softmax.root), "--submission", str(tmp_path / "snoop.py")]
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", "check", NAME, "--verbose", *options],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    most, shown, files = 0, [], []
    while process.poll() is None:
        count, found = secrets_in_our_processes(process.pid, (written.encode(), marker))
        if count:  # it has started its own processes, so it has read the key
            shown += found
        most = max(most, count)
        files += [path for path in (tmp_path / "tmp").rglob("*") if path.is_file() and marker in path.read_bytes()]
        time.sleep(0.05)
    output = process.communicate()[0]
    assert "found []" in output, output
    assert most >= 3  # base, zygote, examiner; a child beside them
    assert not shown
    assert not files
    assert not list((tmp_path / "tmp").rglob("*"))
    assert sorted(softmax.root.rglob("*")) == before


@pytest.mark.usefixtures("shared_base")
def test_the_library_opens_a_sealed_course_with_its_key_file(softmax: Sealed) -> None:
    report = check(NAME, softmax.solution / "softmax.py", course=softmax.root, key_file=softmax.key_file)
    assert report.status is Status.FULL
    assert report.hidden_available


@pytest.mark.parametrize("is_given", [True, False])
def test_with_a_key_nothing_below_landlock_is_taken_by_itself(
    softmax: Sealed, monkeypatch: pytest.MonkeyPatch, is_given: bool
) -> None:
    asked: list[bool] = []

    class Asked(Exception):
        pass

    def choose(wanted: Isolation | None, *, others: bool = False) -> tuple[Isolation, ...]:
        asked.append("process" not in choose_degrees(wanted, others=others))
        raise Asked

    monkeypatch.setattr("grader.pipeline.choose_degrees", choose)
    with pytest.raises(Asked):
        check(NAME, course=softmax.root, key_file=softmax.key_file if is_given else None)
    assert asked == [is_given]


def test_a_wrong_key_is_no_zero(softmax: Sealed, tmp_path: Path) -> None:
    write_new_key(tmp_path / "other")
    with pytest.raises(GraderError, match="sealed with another key") as caught:
        open_sealed(load_course(softmax.root), read_key_file(tmp_path / "other"))
    assert caught.value.exit_code == 2
