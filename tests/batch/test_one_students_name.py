"""However one student's entry is called, and whatever lies in it, the entries of all others are read as without it."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.batch.entries import EntryOptions, Handed, find_entries
from grader.errors import UsageError
from grader.exercise.course import load_course

COURSE = load_course(Path(__file__).parent.parent.parent)
SGD, VIEWS, SOFTMAX = (COURSE.find(name) for name in ("sgd", "views", "softmax"))
SOURCE = Path(SOFTMAX.folder, "softmax.py").read_text("utf-8")
OTHERS = (SGD, VIEWS, SOFTMAX)
HONEST = ("alice", "bob", "carol")

Tree = Callable[..., Path]
Roster = Callable[..., Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Return a function that writes files below a folder; a path that ends in "/" is a folder, `a -> b` a link."""

    def write(*paths: str, below: str = "subs") -> Path:
        root = tmp_path / below
        root.mkdir(exist_ok=True)
        for path in paths:
            name, _, leads_to = path.partition(" -> ")
            place = root / name
            place.parent.mkdir(parents=True, exist_ok=True)
            if leads_to:
                place.symlink_to(leads_to)
            elif name.endswith("/"):
                place.mkdir(exist_ok=True)
            elif name.endswith(".zip"):
                with zipfile.ZipFile(place, "w") as archive:
                    archive.writestr("softmax.py", SOURCE)
            else:
                place.write_text(SOURCE, "utf-8")
        return root

    return write


@pytest.fixture
def roster(tmp_path: Path) -> Roster:
    def write(*rows: str) -> Path:
        file = tmp_path / "roster.csv"
        file.write_text("\n".join(("student,entry", *(row if "," in row else f"{row}," for row in rows))), "utf-8")
        return file

    return write


def read(
    root: Path, *, exercises: tuple[str, ...] = ("softmax",), names: str = "", roster: Path | None = None
) -> Handed:
    asked = [COURSE.find(name) for name in exercises]
    return find_entries(asked, [root], EntryOptions(names=names, roster=roster, others=OTHERS))


def sure(handed: Handed, root: Path) -> dict[str, str]:
    """Return whose each entry is that nobody has to decide about."""
    return {one.path.relative_to(root).as_posix(): one.handed_in.student for one in handed.entries if one.doubt is None}


def in_doubt(handed: Handed) -> list[str]:
    return [one.handed_in.student for one in handed.entries if one.doubt is not None]


def notes(handed: Handed) -> str:
    return "\n".join(note.en for note in handed.notes)


# ---------------------------------------------------------------------------------------------- any class, any name

CLASSES = {
    "files": "{}.py",
    "archives": "{}.zip",
    "folders": "{}/softmax.py",
    "folders of folders": "{}/hw/softmax.py",
    "workspaces": "{}/exercises/exercise03_softmax/softmax.py",
    "a file of any name": "{}/mine.py",
}
CHOSEN = (
    *("submitted/bob/softmax/softmax.py", "submitted/bob/x/y submitted/carol/x/y", "submitted/softmax.py"),
    *("softmax/bob.py", "softmax/bob.py softmax/carol.py", "softmax/softmax.py", "softmax/softmax.py softmax/bob.py"),
    *("exercise03/bob/softmax.py", "exercise03/softmax/bob.py", "exercises/softmax/bob.py", "softmax/notes.txt"),
    *("softmax.py", "views.py", "exercise03.zip", "views/softmax.py", "views/bob.py", "views/views.py", "all/bob.py"),
    *("bob_1_assignsubmission_file_/softmax.py", "bob_1_assignsubmission_file_softmax.py", "bob_12_34_softmax.py"),
    *("submission_metadata.yml", "submission_metadata.yml/bob.py", "submission_1/bob.py", "submitted", "softmax"),
    *(".git/HEAD", ".git", ".dlgrade/workspace.toml", "__MACOSX/bob.py", "Thumbs.db", "HEAD/x", "source/bob/x.py"),
    *("roster.csv", "Grades.csv", "timestamp.txt", "nbgrader_config.py", "gradebook.db", "dlgrade.toml"),
    *("exercise03-bob.git/HEAD", "softmax -> alice", "submitted -> alice", "exercises -> alice", "softmax/"),
)


@pytest.mark.parametrize("form", CLASSES.values(), ids=CLASSES)
def test_no_entry_of_one_student_changes_whose_the_others_are(form: str, tree: Tree, roster: Roster) -> None:
    root = tree(*(form.format(student) for student in HONEST))
    honest = sure(read(root), root)
    assert tuple(sorted(honest.values())) == HONEST
    for chosen in CHOSEN:
        paths = [chosen] if "->" in chosen else chosen.split(" ")
        top = root / paths[0].split(" ")[0].split("/")[0]
        tree(*paths)
        for listed in (HONEST, (*HONEST, top.name.partition(".")[0] or top.name)):
            with_it = sure(read(root, roster=roster(*listed)), root)
            kept = {path: student for path, student in with_it.items() if student in HONEST}
            assert kept == honest, (chosen, listed)
        try:
            without_roster = sure(read(root), root)
        except UsageError as error:
            assert "--names" in str(error), chosen
        else:
            kept = {path: student for path, student in without_roster.items() if student in HONEST}
            assert kept == honest, chosen
        shutil.rmtree(top) if top.is_dir() and not top.is_symlink() else top.unlink()


# ---------------------------------------------------------------------------------------------- nbgrader's `submitted`

FORGED = ("submitted/bob/softmax/softmax.py", "submitted/carol/softmax/softmax.py")


def test_a_student_called_submitted_is_an_entry_beside_others_and_in_doubt(tree: Tree, roster: Roster) -> None:
    root = tree("alice/softmax.py", "bob/softmax.py", *FORGED)
    handed = read(root)
    assert sure(handed, root) == {"alice": "alice", "bob": "bob"}
    assert in_doubt(handed) == ["submitted (?)"]
    (doubt,) = (one.doubt for one in handed.entries if one.doubt)
    assert "--names 'nbgrader'" in doubt.remedy.en and doubt.remedy.zh != doubt.remedy.en
    for rows in (("alice", "bob", "submitted"), ("alice", "bob", "mallory,submitted")):
        decided = read(root, roster=roster(*rows))
        assert not in_doubt(decided)
        assert sure(decided, root)["submitted"] == rows[-1].partition(",")[0]


def test_a_folder_submitted_alone_is_nbgraders_unless_the_roster_knows_a_student_of_that_name(
    tree: Tree, roster: Roster
) -> None:
    root = tree(*FORGED, "README.md")
    assert list(sure(read(root), root).values()) == ["bob", "carol"]
    with pytest.raises(UsageError, match=r"is submitted of the layout nbgrader, or of the student.*--names nbgrader"):
        read(tree(*FORGED, below="alone"), roster=roster("bob", "carol", "submitted"))


@pytest.mark.parametrize("beside", [("slides/a.py",), ("slides/a.py", "source/x/a.py")])
def test_a_folder_submitted_beside_one_other_is_asked_about(tree: Tree, beside: tuple[str, ...]) -> None:
    root = tree(*FORGED, *beside)
    with pytest.raises(UsageError, match=r"--names '?nbgrader.*--names '\{student\}'"):
        read(root)
    read_as_said = read(root, names="nbgrader")
    assert list(sure(read_as_said, root).values()) == ["bob", "carol"]
    assert "beside nbgrader's folder submitted): slides" in notes(read_as_said)


def test_what_lies_in_nbgraders_folders_and_is_not_read_is_named(tree: Tree) -> None:
    root = tree(
        *FORGED, "submitted/bob/views/views.py", "submitted/bob/softmax.py", "submitted/notes.txt", "source/x/a.py"
    )
    said = notes(read(root))
    assert "beside nbgrader's folder submitted): source" in said
    assert "not named as this layout names submissions): notes.txt, bob/softmax.py" in said
    assert "of an exercise that is not asked for): bob/views" in said


def test_one_student_does_not_say_which_of_nbgraders_assignments_all_others_did(tree: Tree) -> None:
    root = tree(*(f"submitted/{student}/ps1/x.py" for student in HONEST), "submitted/mallory/softmax/softmax.py")
    with pytest.raises(UsageError, match=r"There are: ps1, softmax\..*--names 'submitted/\{student\}/ps1'"):
        read(root)
    assert list(sure(read(root, names="submitted/{student}/ps1"), root).values()) == list(HONEST)


def test_one_student_with_many_folders_does_not_hide_nbgraders_layout(tree: Tree) -> None:
    root = tree(
        *(f"submitted/{student}/softmax/softmax.py" for student in HONEST),
        *(f"submitted/mallory/{n}.py" for n in range(9)),
    )
    assert list(sure(read(root), root).values()) == list(HONEST)


# ---------------------------------------------------------------------------------------------- folders of exercises


def test_a_students_folder_called_like_the_exercise_is_no_class_of_its_own(tree: Tree, roster: Roster) -> None:
    root = tree(*(f"{student}/hw/softmax.py" for student in HONEST), "softmax/bob.py")
    handed = read(root)
    assert list(sure(handed, root).values()) == list(HONEST)
    assert in_doubt(handed) == ["softmax (?)"]
    assert "--names '{exercise}/{student}'" in next(one.doubt.remedy.en for one in handed.entries if one.doubt)
    known = read(root, roster=roster(*HONEST, "softmax"))
    assert sure(known, root)["softmax/bob.py"] == "softmax"
    assert sure(read(root, names="{exercise}/{student}"), root) == {"softmax/bob.py": "bob"}


@pytest.mark.parametrize("beside", ["alice/", "alice/essay.pdf", "alice/hw/softmax.py", "alice.py"])
def test_a_folder_an_exercise_beside_one_that_is_none_is_asked_about(tree: Tree, beside: str) -> None:
    root = tree("softmax/bob.py", "softmax/carol.py", beside)
    with pytest.raises(UsageError, match=r"--names '\{exercise\}/\{student\}'"):
        read(root)


def test_folders_an_exercise_are_refused_where_the_roster_knows_a_student_of_the_only_ones_name(
    tree: Tree, roster: Roster
) -> None:
    root = tree("softmax/bob.py", "softmax/carol.py")
    assert list(sure(read(root), root).values()) == ["bob", "carol"]
    with pytest.raises(UsageError, match=r"a student's who is called so"):
        read(root, roster=roster("bob", "softmax"))


def test_a_student_called_like_an_exercise_that_is_not_asked_for_has_handed_in(tree: Tree, roster: Roster) -> None:
    root = tree("alice/softmax.py", "bob/softmax.py", "views/softmax.py", "sgd/notes.py")
    handed = read(root)
    assert list(sure(handed, root).values()) == ["alice", "bob", "views"]
    assert "of an exercise that is not asked for): sgd" in notes(handed)
    known = read(root, roster=roster("alice", "bob", "views", "sgd"))
    assert list(sure(known, root).values()) == ["alice", "bob", "views"]
    assert in_doubt(known) == ["sgd (?)"]


@pytest.mark.parametrize("called", ["softmax/softmax.py", "exercises/softmax/softmax.py", ".git/HEAD"])
def test_a_class_is_no_one_students_submission_because_of_one_folder(tree: Tree, called: str) -> None:
    root = tree(*(f"{student}/softmax.py" for student in HONEST), called)
    assert {"alice", "bob", "carol"} <= set(sure(read(root), root).values())


@pytest.mark.parametrize(
    "copies", [("old/softmax.py",), ("old/a/softmax.py", "older/a/softmax.py"), ("a/softmax.py", "b/softmax.py")]
)
def test_one_students_folder_with_copies_is_asked_about(tree: Tree, copies: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match=r"softmax\.py would be in one student's.*--student ID"):
        read(tree("softmax.py", *copies))


def test_a_students_repository_with_one_old_copy_deep_in_it_is_one_students(tree: Tree) -> None:
    root = tree(".git/HEAD", "exercises/exercise03_softmax/softmax.py", "old/2025/softmax.py", "data/x.bin")
    assert list(sure(read(root), root).values()) == ["subs"]


# ---------------------------------------------------------------------------------------------- platforms


def test_a_name_as_moodle_writes_it_among_others_is_in_doubt_alone(tree: Tree, roster: Roster) -> None:
    root = tree("alice.py", "bob.py", "bob_1_assignsubmission_file_softmax.py")
    handed = read(root)
    assert list(sure(handed, root).values()) == ["alice", "bob"]
    assert in_doubt(handed) == ["bob_1_assignsubmission_file_softmax.py (?)"]
    said = read(root, roster=roster("alice", "bob", "mallory,bob_1_assignsubmission_file_softmax.py"))
    assert list(sure(said, root).values()) == ["alice", "bob", "mallory"]


@pytest.mark.parametrize(
    ("names", "layout"),
    [
        (("a_1_assignsubmission_file_x.py", "b_2_assignsubmission_file_x.py", "alice.py", "bob.py"), "moodle"),
        (("a_1_assignsubmission_file_x.py", "b_2_assignsubmission_file_x.py", "alice.py"), "moodle"),
        (("a_1_2_x.py", "b_3_4_x.py", "alice.py", "bob.py"), "canvas"),
        (("submission_metadata.yml", "submission_1/softmax.py", "alice.py"), "gradescope"),
    ],
)
def test_a_folder_in_a_layout_in_part_is_asked_about(tree: Tree, names: tuple[str, ...], layout: str) -> None:
    with pytest.raises(UsageError, match=rf"as {layout.capitalize()} writes them.*--names {layout}") as error:
        read(tree(*names))
    assert error.value.text.zh != error.value.text.en


def test_gradescopes_table_without_its_folders_is_a_file_that_is_skipped(tree: Tree) -> None:
    handed = read(tree("alice.py", "bob.py", "submission_metadata.yml"))
    assert [one.handed_in.student for one in handed.entries] == ["alice", "bob"]
    assert "not a submission by its name): submission_metadata.yml" in notes(handed)


# ---------------------------------------------------------------------------------------------- several paths


def several(root: Path, *names: str, roster: Path | None = None) -> Handed:
    return find_entries([SOFTMAX], [root / name for name in names], EntryOptions(roster=roster, others=OTHERS))


@pytest.fixture
def archive(tree: Tree) -> Callable[..., None]:
    def write(name: str, *members: str) -> None:
        with zipfile.ZipFile(tree() / name, "w") as made:
            for member in members:
                made.writestr(member, SOURCE)

    return write


@pytest.mark.parametrize(
    "members",
    [
        ("a.py", "b.py", "c.py"),
        ("bob/softmax.py", "carol/softmax.py", "dave/softmax.py"),
        ("bob_1_assignsubmission_file_/softmax.py", "eve_2_assignsubmission_file_/softmax.py"),
        ("submitted/bob/softmax/softmax.py",),
    ],
)
def test_one_students_archive_that_looks_like_a_classs_is_in_doubt_among_others(
    tree: Tree, roster: Roster, archive: Callable[..., None], members: tuple[str, ...]
) -> None:
    root = tree("alice.zip", "bob.zip")
    archive("mallory.zip", *members)
    handed = several(root, "alice.zip", "bob.zip", "mallory.zip")
    assert list(sure(handed, root).values()) == ["alice", "bob"]
    assert in_doubt(handed) == ["mallory.zip (?)"]
    for rows in (("alice", "bob", "mallory"), ("alice", "bob", "mal,mallory.zip")):
        decided = several(root, "alice.zip", "bob.zip", "mallory.zip", roster=roster(*rows))
        assert [one.handed_in.student for one in decided.entries if not one.doubt] == sorted(
            row.partition(",")[0] for row in rows
        )
        assert "mallory.zip: looks like a class's" in notes(decided)
    with pytest.raises(UsageError, match="a whole class's archive"):
        several(root, "mallory.zip")


@pytest.mark.parametrize(
    "inside", ["mallory/{}/softmax.py", "mallory/softmax/{}.py", "mallory/submitted/{}/softmax/softmax.py"]
)
def test_a_class_in_one_students_folder_is_in_doubt_among_others(tree: Tree, roster: Roster, inside: str) -> None:
    root = tree("alice/softmax.py", "dan/softmax.py", *(inside.format(student) for student in ("bob", "carol")))
    paths = ("alice", "dan", "mallory")
    handed = several(root, *paths)
    assert list(sure(handed, root).values()) == ["alice", "dan"]
    assert in_doubt(handed) == ["mallory (?)"]
    known = several(root, *paths, roster=roster("alice", "bob", "carol", "dan", "mallory"))
    assert [one.handed_in.student for one in known.entries] == list(paths)
    assert [one.student for one in known.missing] == ["bob", "carol"]


@pytest.mark.parametrize(
    "inside", ["mallory/{}.py", "mallory/softmax/{}.py", "mallory/submitted/{}/softmax/softmax.py"]
)
def test_a_class_in_the_one_folder_of_a_student_of_the_roster_is_asked_about(
    tree: Tree, roster: Roster, inside: str
) -> None:
    root = tree(*(inside.format(student) for student in ("bob", "carol")))
    assert [one.handed_in.student for one in several(root, "mallory").entries] == ["bob", "carol"]
    with pytest.raises(UsageError, match=r"of the student who is called so on the roster.*--student ID"):
        several(root, "mallory", roster=roster("bob", "carol", "mallory"))


def test_as_many_paths_of_a_class_as_of_one_student_are_asked_about(tree: Tree) -> None:
    root = tree("alice/softmax.py", "mallory/bob.py", "mallory/carol.py")
    with pytest.raises(UsageError, match=r"a class's, or one student's each.*Put them into one folder") as error:
        several(root, "alice", "mallory")
    assert error.value.text.zh != error.value.text.en


def test_classes_beside_one_students_file_and_paths_of_other_depths_are_read_each_by_itself(tree: Tree) -> None:
    root = tree("one/alice.py", "one/bob.py", "two/carol.py", "two/dan.py", "eve.zip", "late/fay.zip")
    everybody = several(root, "one", "two", "eve.zip", "late/fay.zip")
    assert [one.handed_in.student for one in everybody.entries] == ["alice", "bob", "carol", "dan", "eve", "fay"]
    assert [one.handed_in.student for one in several(root, "one", "late/fay.zip").entries] == ["alice", "bob", "fay"]


def test_an_empty_folder_and_one_without_a_submission_cost_nobody_else_a_grade(tree: Tree) -> None:
    root = tree("alice/softmax.py", "bob/softmax.py", "dan/", "eve/notes.txt")
    handed = several(root, "alice", "bob", "dan", "eve")
    assert [one.handed_in.student for one in handed.entries] == ["alice", "bob", "eve"]
    assert [one.student for one in handed.missing] == ["dan"]
    assert "empty folders): dan" in notes(handed)
