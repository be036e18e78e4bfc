"""Who handed in what: from the names in a folder of submissions to entries; nothing is dropped, nothing guessed."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest

from grader.batch.entries import EntryOptions, Handed, find_entries
from grader.batch.intake import take_in
from grader.errors import SubmissionError, Undecided, UsageError
from grader.exercise.course import load_course
from grader.records import Exercise, Fault
from grader.submission.repository import RepositoryError

COURSE = load_course(Path(__file__).parent.parent.parent)
SGD, VIEWS, SOFTMAX = (COURSE.find(name) for name in ("sgd", "views", "softmax"))
SOURCE = Path(SOFTMAX.folder, "softmax.py").read_text("utf-8")

Tree = Callable[..., Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Return a function that writes files below submissions/: one a path; a path that ends in "/" is a folder."""

    def write(*paths: str, text: str = SOURCE) -> Path:
        root = tmp_path / "submissions"
        root.mkdir(exist_ok=True)
        for path in paths:
            place = root / path
            if path.endswith("/"):
                place.mkdir(parents=True, exist_ok=True)
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text, "utf-8")
        return root

    return write


def found(handed: Handed) -> list[tuple[str, str, int]]:
    return [(one.handed_in.student, one.exercise.slug, one.handed_in.attempt) for one in handed.entries]


def paths(handed: Handed, root: Path) -> list[str]:
    return [one.path.relative_to(root).as_posix() for one in handed.entries]


def notes(handed: Handed) -> str:
    return "\n".join(note.en for note in handed.notes)


def test_files_folders_and_archives_side_by_side_are_an_entry_a_student(tree: Tree) -> None:
    root = tree("bob.ipynb", "alice.py", "carol/softmax.py", "dan/my_work.py", "eve.tar.gz", "Frank Øst.zip")
    handed = find_entries([SOFTMAX], [root])
    assert [student for student, _, _ in found(handed)] == ["alice", "bob", "carol", "dan", "eve", "Frank Øst"]
    assert paths(handed, root) == ["alice.py", "bob.ipynb", "carol", "dan/my_work.py", "eve.tar.gz", "Frank Øst.zip"]
    assert [one.handed_in.entry for one in handed.entries][2:4] == ["carol", "dan"]


def test_what_is_no_submission_is_noted_with_the_reason(tree: Tree) -> None:
    root = tree("alice.py", ".DS_Store", "__MACOSX/._alice.py", "grades.xlsx", "bob/", "carol/.DS_Store")
    handed = find_entries([SOFTMAX], [root])
    assert [student for student, _, _ in found(handed)] == ["alice"]
    assert "empty folders): bob, carol" in notes(handed)
    assert "not a submission by its name): grades.xlsx" in notes(handed)
    assert "kept by programs): .DS_Store, __MACOSX" in notes(handed)


def test_who_handed_in_nothing_but_an_empty_folder_is_missing_with_what_lies_there(tree: Tree, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("student\nalice\nbob\ncarol\n", "utf-8")
    for options in (EntryOptions(), EntryOptions(roster=roster)):
        handed = find_entries([SOFTMAX], [tree("alice.py", "bob/")], options)
        told = {one.student: one.nothing_in for one in handed.missing}
        assert told == {"bob": "bob"} | ({"carol": ""} if options.roster else {})


@pytest.mark.parametrize(
    "place", ["", "exercise03_softmax/", "exercises/exercise03_softmax/", "exercise03/", "softmax/"]
)
def test_a_folder_with_the_exercises_own_file_is_one_students(tree: Tree, place: str) -> None:
    root = tree(f"{place}softmax.py", f"{place}test_visible.py", "README.md")
    handed = find_entries([SOFTMAX], [root])
    assert found(handed) == [("submissions", "softmax", 1)]
    assert handed.entries[0].path == (root / place if place else root)
    assert found(find_entries([SOFTMAX], [root], EntryOptions(student="s17"))) == [("s17", "softmax", 1)]


def test_a_folder_that_could_be_one_students_or_a_classs_is_refused_with_both_ways_out(tree: Tree) -> None:
    root = tree("softmax.py", "alice.py")
    with pytest.raises(UsageError) as error:
        find_entries([SOFTMAX], [root])
    assert "--student ID" in str(error.value)
    assert "--names '{student}'" in str(error.value)
    assert found(find_entries([SOFTMAX], [root], EntryOptions(student="s17"))) == [("s17", "softmax", 1)]
    many = find_entries([SOFTMAX], [root], EntryOptions(names="{student}"))
    assert [student for student, _, _ in found(many)] == ["alice", "softmax"]


def test_a_workspace_is_one_students_also_where_one_of_its_exercises_is_asked_for(tree: Tree) -> None:
    root = tree("alice/exercise01_sgd/sgd.py", "alice/exercise03_softmax/softmax.py", "alice/.dlgrade/workspace.toml")
    handed = find_entries([SOFTMAX], [root / "alice"], EntryOptions(others=(SGD, VIEWS, SOFTMAX)))
    assert found(handed) == [("alice", "softmax", 1)]
    assert handed.entries[0].path == root / "alice" / "exercise03_softmax"


def test_a_folder_of_another_exercise_is_nobodys_entry(tree: Tree) -> None:
    root = tree("exercise02/alice.py", "bob.py")
    handed = find_entries([SOFTMAX], [root], EntryOptions(others=(SGD, VIEWS)))
    assert found(handed) == [("bob", "softmax", 1)]
    assert "of an exercise that is not asked for): exercise02" in notes(handed)


def test_a_students_folder_with_another_exercises_file_is_an_entry_that_is_told_as_such(tree: Tree) -> None:
    root = tree("alice/views.py")
    handed = find_entries([SOFTMAX], [root / "alice"], EntryOptions(others=(SGD, VIEWS)))
    assert found(handed) == [("alice", "softmax", 1)]
    tree("alice/views.py", text=Path(VIEWS.folder, "views.py").read_text("utf-8"))
    with pytest.raises(SubmissionError, match="seems to be for exercise02_views"):
        take_in(handed.entries[0], (SGD, VIEWS))


def test_files_named_by_a_shells_pattern_are_of_the_student_whose_folder_they_lie_in(tree: Tree) -> None:
    root = tree("alice/softmax.py", "bob/exercise03_softmax/softmax.py")
    handed = find_entries([SOFTMAX], [root / "alice" / "softmax.py", root / "bob" / "exercise03_softmax"])
    assert found(handed) == [("alice", "softmax", 1), ("bob", "softmax", 1)]


def test_each_of_several_exercises_is_found_in_a_students_entry_and_the_others_are_missing(tree: Tree) -> None:
    root = tree(
        "alice/exercise03_softmax/softmax.py",
        "alice/exercise02_views/views.py",
        "bob/softmax.py",
        "carol/exercises/exercise02_views/views.py",
    )
    with zipfile.ZipFile(root / "dan.zip", "w") as archive:
        archive.writestr("exercise02/views.py", "x = 1\n")
    handed = find_entries([SOFTMAX, VIEWS], [root])
    both = [("alice", "views", 1), ("alice", "softmax", 1), ("bob", "softmax", 1)]
    assert found(handed) == [*both, ("carol", "views", 1), ("dan", "views", 1)]
    assert [(one.student, one.exercise.slug) for one in handed.missing] == [
        ("bob", "views"),
        ("carol", "softmax"),
        ("dan", "softmax"),
    ]


def test_a_folder_an_exercise_holds_an_entry_a_student(tree: Tree) -> None:
    root = tree("exercise03/alice.py", "exercise03/bob/softmax.py", "views/alice.py", "notes.txt")
    handed = find_entries([SOFTMAX, VIEWS], [root])
    assert found(handed) == [("alice", "views", 1), ("alice", "softmax", 1), ("bob", "softmax", 1)]
    assert "notes.txt" in notes(handed)


TWO = r"'alice' has two entries for exercise03_softmax: alice\.py and alice\.zip"


def test_two_entries_of_one_student_cost_nobody_else_a_grade(tree: Tree) -> None:
    alice, bob = find_entries([SOFTMAX], [tree("alice.py", "alice.zip", "bob.py")]).entries
    assert take_in(bob).files
    with pytest.raises(Undecided, match=TWO) as error:
        take_in(alice)
    assert error.value.fault is Fault.GRADER
    assert error.value.text.zh != error.value.text.en


def test_two_entries_of_the_only_student_are_refused_by_both_their_names(tree: Tree) -> None:
    with pytest.raises(UsageError, match=TWO):
        find_entries([SOFTMAX], [tree("alice.py", "alice.zip")])


def test_two_entries_are_attempts_where_the_names_number_them_or_tell_the_time(tree: Tree) -> None:
    root = tree("alice_2.py", "alice_10.py", "bob_1.py")
    handed = find_entries([SOFTMAX], [root], EntryOptions(names="{student}_{attempt}.py"))
    assert found(handed) == [("alice", "softmax", 2), ("alice", "softmax", 10), ("bob", "softmax", 1)]
    timed = tree("x/carol@2026-09-28T0900.py", "x/carol@2026-09-27T2359.py") / "x"
    handed = find_entries([SOFTMAX], [timed], EntryOptions(names="{student}@{time}.py", zone=UTC))
    assert [(one.handed_in.attempt, one.handed_in.at) for one in handed.entries] == [
        (1, "2026-09-27T23:59:00+00:00"),
        (2, "2026-09-28T09:00:00+00:00"),
    ]


def test_two_of_the_same_attempt_are_refused(tree: Tree) -> None:
    root = tree("alice_1.py", "alice_01.py")
    with pytest.raises(UsageError, match=r"two entries .*attempt 1"):
        find_entries([SOFTMAX], [root], EntryOptions(names="{student}_{attempt}"))


def test_a_files_own_time_counts_only_where_it_is_asked_for(tree: Tree) -> None:
    root = tree("alice.py", "bob/softmax.py")
    os.utime(root / "bob" / "softmax.py", (1_790_000_000, 1_790_000_000))
    assert [one.handed_in.at for one in find_entries([SOFTMAX], [root]).entries] == ["", ""]
    timed = find_entries([SOFTMAX], [root], EntryOptions(times="mtime"))
    assert timed.entries[1].handed_in.at == "2026-09-21T14:13:20+00:00"


def test_hostile_names_stay_different_students_and_become_text(tree: Tree) -> None:
    root = tree("a\nb.py", "\u202eevil.py", "x" * 252 + ".py", "e\u0301.py")
    for raw in (b"\xff.py", b"\xfe.py"):
        Path(os.fsdecode(os.fsencode(root) + b"/" + raw)).write_text("x = 1\n", "utf-8")
    students = [student for student, _, _ in found(find_entries([SOFTMAX], [root]))]
    assert sorted(students) == sorted(["a\nb", "\u202eevil", "x" * 252, "\u00e9", "\\xff", "\\xfe"])
    assert all(student.encode("utf-8") for student in students)


def test_names_that_differ_in_case_only_are_different_students_and_noted(tree: Tree) -> None:
    handed = find_entries([SOFTMAX], [tree("Alice.py", "alice.py")])
    assert [student for student, _, _ in found(handed)] == ["Alice", "alice"]
    assert "differ in case or writing only" in notes(handed)


def test_the_order_does_not_depend_on_the_order_of_creation(tmp_path: Path) -> None:
    names = [f"s{number}.py" for number in (3, 1, 2, 10)]
    handed = []
    for place, order in (("one", names), ("two", names[::-1])):
        folder = tmp_path / place
        folder.mkdir()
        for name in order:
            (folder / name).write_text("x = 1\n", "utf-8")
        handed.append(found(find_entries([SOFTMAX], [folder])))
    assert handed[0] == handed[1]


@pytest.mark.parametrize(
    ("paths_there", "asked", "message"),
    [
        ((), "submissions", "the folder is empty"),
        ((".DS_Store",), "submissions", "the folder is empty"),
        (("a/",), "submissoins", "Did you mean"),
        (("a/", "b/"), "submissions", "no submission for exercise03_softmax"),
        (("notes.txt",), "submissions", "nothing in it is a submission by its name"),
    ],
)
def test_a_path_without_any_submission_is_refused(
    tree: Tree, paths_there: tuple[str, ...], asked: str, message: str
) -> None:
    root = tree(*paths_there)
    with pytest.raises(UsageError, match=message):
        find_entries([SOFTMAX], [root.parent / asked])


def test_a_broken_link_as_path_is_told_apart_from_a_missing_one(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(UsageError, match="a link that leads nowhere"):
        find_entries([SOFTMAX], [tmp_path / "link"])


def test_links_in_the_folder_are_entries_that_are_refused_when_they_are_taken_in(tree: Tree, tmp_path: Path) -> None:
    secret = tmp_path / "reference"
    secret.mkdir()
    (secret / "softmax.py").write_text(SOURCE, "utf-8")
    root = tree("alice.py", "dan/exercise03/")
    (root / "bob.py").symlink_to(secret / "softmax.py")
    (root / "carol").symlink_to(secret)
    (root / "dan" / "exercise03" / "softmax.py").symlink_to(secret / "softmax.py")
    handed = find_entries([SOFTMAX], [root])
    assert [student for student, _, _ in found(handed)] == ["alice", "bob", "carol", "dan"]
    take_in(handed.entries[0])
    for entry in handed.entries[1:]:
        with pytest.raises(SubmissionError, match="symbolic link"):
            take_in(entry)


def test_a_folder_that_may_not_be_listed_is_an_entry_and_spoils_no_other(powerless: Path) -> None:
    for name in ("alice", "bob"):
        (powerless / "in" / name).mkdir(parents=True)
        (powerless / "in" / name / "softmax.py").write_text(SOURCE, "utf-8")
    (powerless / "in" / "bob").chmod(0o000)
    handed = find_entries([SOFTMAX], [powerless / "in"])
    (powerless / "in" / "bob").chmod(0o700)
    assert [student for student, _, _ in found(handed)] == ["alice", "bob"]


def test_ten_thousand_entries_are_listed_without_opening_any(tmp_path: Path) -> None:
    for number in range(10_000):
        (tmp_path / f"s{number:05}.py").touch()
    opened: list[str] = []
    watching = [True]

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open" and str(tmp_path) in str(arguments[0]):
            opened.append(str(arguments[0]))

    sys.addaudithook(watch)  # which stays until the process ends: `watching` switches it off
    try:
        handed = find_entries([SOFTMAX], [tmp_path])
    finally:
        watching.clear()
    assert len(handed.entries) == 10_000
    assert handed.entries[-1].handed_in.student == "s09999"
    assert opened == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("views.py", Path(VIEWS.folder, "views.py").read_text("utf-8")),
        ("alice.py", Path(VIEWS.folder, "views.py").read_text("utf-8")),
    ],
)
def test_work_for_another_exercise_is_told_as_such(tree: Tree, name: str, code: str) -> None:
    handed = find_entries([SOFTMAX], [tree(f"x/{name}", text=code) / "x" / name])
    with pytest.raises(
        SubmissionError, match=r"this seems to be for exercise02_views; asked for is exercise03_softmax"
    ):
        take_in(handed.entries[0], (SGD, VIEWS, SOFTMAX))


def test_a_folder_with_another_exercises_file_is_told_as_such(tree: Tree) -> None:
    tree("alice/views.py", "alice/other.py", text="def view_shape(x):\n    return x\n")
    handed = find_entries([SOFTMAX], [tree("bob/softmax.py")])
    with pytest.raises(SubmissionError, match="seems to be for exercise02_views"):
        take_in(handed.entries[0], (SGD, VIEWS, SOFTMAX))


def test_a_submission_that_defines_nothing_known_or_does_not_parse_is_left_to_the_exam(tree: Tree) -> None:
    root = tree("alice.py", text="def something(): pass\n")
    tree("bob.py", text="def softmax(:\n")
    handed = find_entries([SOFTMAX], [root])
    for entry in handed.entries:
        assert take_in(entry, (SGD, VIEWS, SOFTMAX)).files


def git(folder: Path, *arguments: str) -> str:
    identity = {
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    when = {"GIT_AUTHOR_DATE": "2026-09-28T10:00:00+0200", "GIT_COMMITTER_DATE": "2026-09-28T10:00:00+0200"}
    environment = {**os.environ, **identity, **when, "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True, env=environment)
    return done.stdout.strip()


@pytest.fixture
def clone(tree: Tree) -> Path:
    """Return a folder of submissions with one repository, whose working tree was changed after its commit."""
    folder = tree("alice/softmax.py") / "alice"
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "done")
    (folder / "softmax.py").write_text("later = 1\n", "utf-8")
    return folder


def test_a_repository_is_a_folder_until_a_commit_is_asked_for(clone: Path) -> None:
    plain = find_entries([SOFTMAX], [clone.parent]).entries[0]
    assert plain.handed_in.commit == ""
    assert "later" in take_in(plain).files[0].text
    dated = find_entries([SOFTMAX], [clone.parent], EntryOptions(times="git")).entries[0]
    assert dated.handed_in.commit == git(clone, "rev-parse", "HEAD")
    assert dated.handed_in.at == "2026-09-28T10:00:00+02:00"
    assert take_in(dated).files[0].text == SOURCE


def test_a_bare_repository_is_read_at_its_head_for_each_exercise_that_it_holds(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    git(tmp_path, "clone", "-q", "--bare", str(clone), "bare/bob.git")
    handed = find_entries([SOFTMAX, VIEWS], [tmp_path / "bare"])
    assert found(handed) == [("bob", "softmax", 1)]
    assert take_in(handed.entries[0]).files[0].text == SOURCE


def test_a_commit_of_the_roster_that_is_not_there_is_an_entry_without_a_score(clone: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("student,commit\nalice,0123456789abcdef0123456789abcdef01234567\n", "utf-8")
    entry = find_entries([SOFTMAX], [clone.parent], EntryOptions(roster=roster)).entries[0]
    with pytest.raises(RepositoryError):
        take_in(entry)


def test_a_multi_file_exercise_is_not_confused_by_its_parts(tree: Tree, tmp_path: Path) -> None:
    from dataclasses import replace

    pair: Exercise = replace(SOFTMAX, files=("softmax.py", "helpers.py"))
    handed = find_entries([pair], [tree("alice/softmax.py", "alice/helpers.py", "bob/softmax.py")])
    assert [one.path.name for one in handed.entries] == ["alice", "bob"]
