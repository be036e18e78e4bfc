"""A class's folder in which some names say the exercise: read as what they say, where nothing else can be meant."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.batch.entries import EntryOptions, Handed, find_entries
from grader.batch.intake import take_in
from grader.exercise.course import load_course
from grader.records import Exercise

COURSE = load_course(Path(__file__).parent.parent.parent)
SGD, VIEWS, SOFTMAX = (COURSE.find(name) for name in ("sgd", "views", "softmax"))
SOURCE = Path(SOFTMAX.folder, "softmax.py").read_text("utf-8")
BOTH = "{student}_{exercise}"

Tree = Callable[..., Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    def write(*names: str) -> Path:
        for name in names:
            place = tmp_path / "in" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            if name.endswith(".zip"):
                with zipfile.ZipFile(place, "w") as archive:
                    archive.writestr("softmax.py", SOURCE)
                    archive.writestr("views.py", SOURCE)
            else:
                place.write_text(SOURCE, "utf-8")
        return tmp_path / "in"

    return write


def options(root: Path, *rows: str, names: str = "") -> EntryOptions:
    roster = root.parent / "roster.csv"
    roster.write_text("\n".join(("student,name,entry", *(row if "," in row else f"{row},," for row in rows))), "utf-8")
    return EntryOptions(roster=roster, names=names, others=(SGD, VIEWS, SOFTMAX))


def found(handed: Handed) -> list[tuple[str, str, str]]:
    return [(one.handed_in.student, one.exercise.slug, one.handed_in.entry) for one in handed.entries]


def missing(handed: Handed) -> list[tuple[str, str]]:
    return [(one.student, one.exercise.slug) for one in handed.missing]


def notes(handed: Handed) -> str:
    return "\n".join(note.en for note in handed.notes)


MIXED = (
    "alice_softmax.py",
    "Exercise02-alice.py",
    "bob/softmax.py",
    "bob/views.py",
    "carol.zip",
    "dan_exercise03_softmax.zip",
)
READ = [
    ("alice", "views", "Exercise02-alice.py"),
    ("alice", "softmax", "alice_softmax.py"),
    ("bob", "views", "bob"),
    ("bob", "softmax", "bob"),
    ("carol", "views", "carol.zip"),
    ("carol", "softmax", "carol.zip"),
    ("dan", "softmax", "dan_exercise03_softmax.zip"),
]


def test_files_that_say_the_exercise_are_read_beside_folders_and_archives_of_students(tree: Tree) -> None:
    root = tree(*MIXED)
    handed = find_entries([VIEWS, SOFTMAX], [root], options(root, "alice", "bob", "carol", "dan"))
    assert found(handed) == READ
    assert missing(handed) == [("dan", "views")]
    assert "not on the roster" not in notes(handed)
    assert "Exercise02-alice.py (alice), alice_softmax.py (alice), dan_exercise03_softmax.zip (dan)" in notes(handed)


def test_a_pattern_for_files_leaves_folders_and_archives_of_students_in(tree: Tree) -> None:
    root = tree("alice_softmax.py", "bob/softmax.py", "bob/views.py", "carol.zip", "notes.txt", "sketch.py")
    handed = find_entries([VIEWS, SOFTMAX], [root], options(root, "alice", "bob", "carol", names=BOTH))
    assert found(handed) == [READ[1], *READ[2:6]]
    assert "not as --names {student}_{exercise}): notes.txt, sketch.py" in notes(handed)


def test_the_roster_goes_before_what_a_name_says(tree: Tree) -> None:
    root = tree("alice_softmax.py", "zz9_softmax.py", "alice_views.py", "bob_softmax.py")
    for names in ("", BOTH):
        asked = options(root, "alice,Alice,zz9_softmax.py", "bob", names=names)
        handed = find_entries([VIEWS, SOFTMAX], [root], asked)
        assert found(handed) == [
            ("alice", "views", "alice_views.py"),
            ("alice", "softmax", "zz9_softmax.py"),
            ("bob", "softmax", "bob_softmax.py"),
        ]
        assert "left out: alice_softmax.py" in notes(handed)


def test_with_one_exercise_asked_for_a_name_that_says_it_is_no_students(tree: Tree) -> None:
    root = tree("alice_softmax.py", "bob_views.py", "carol/softmax.py", "softmax-dan.zip")
    handed = find_entries([SOFTMAX], [root], options(root, "alice", "bob", "carol", "dan"))
    assert [one[0] for one in found(handed)] == ["alice", "carol", "dan"]
    assert missing(handed) == [("bob", "softmax")]
    assert "of an exercise that is not asked for): bob_views.py" in notes(handed)


def test_a_student_who_is_called_like_an_exercise_and_another_one_gets_nobodys_points(tree: Tree) -> None:
    root = tree("alice.py", "bob.py", "softmax-bob.py")
    handed = find_entries([SOFTMAX], [root], options(root, "alice", "bob", "softmax-bob"))
    assert [one[0] for one in found(handed)] == ["alice", "bob", "softmax-bob"]
    assert all(one.doubt is None for one in handed.entries)


def test_whose_name_has_two_readings_is_asked_about_and_costs_nobody_else_a_grade(tree: Tree) -> None:
    root = tree("softmax-alice.py", "bob/softmax.py", "softmax-bob.py", "carol/softmax.py")
    asked = options(root, "alice", "bob", "softmax-bob", "carol")
    handed = find_entries([SOFTMAX], [root], asked)
    (doubtful,) = (one for one in handed.entries if one.doubt is not None)
    assert doubtful.handed_in.entry == "softmax-bob.py"
    assert doubtful.handed_in.student not in ("bob", "softmax-bob")
    assert "'softmax-bob', or 'bob' for exercise03_softmax" in doubtful.doubt.problem.en
    assert "column entry of the roster" in doubtful.doubt.remedy.en
    assert doubtful.doubt.problem.zh != doubtful.doubt.problem.en
    assert ("bob", "softmax", "bob") in found(handed)
    settled = find_entries([SOFTMAX], [root], options(root, "alice", "bob", "softmax-bob,,softmax-bob.py", "carol"))
    assert ("softmax-bob", "softmax", "softmax-bob.py") in found(settled)
    assert all(one.doubt is None for one in settled.entries)


def test_all_files_of_a_class_in_which_each_says_the_exercise_decide_for_the_one_with_two_readings(tree: Tree) -> None:
    root = tree("softmax-alice.py", "softmax-bob.py", "softmax-softmax-bob.py")
    handed = find_entries([SOFTMAX], [root], options(root, "alice", "bob", "softmax-bob"))
    assert found(handed) == [
        ("alice", "softmax", "softmax-alice.py"),
        ("bob", "softmax", "softmax-bob.py"),
        ("softmax-bob", "softmax", "softmax-softmax-bob.py"),
    ]


def test_without_a_roster_a_folder_has_one_reading(tree: Tree) -> None:
    handed = find_entries([SOFTMAX], [tree("alice.py", "bob.py", "softmax-bob.py")])
    assert [one[0] for one in found(handed)] == ["alice", "bob", "softmax-bob"]
    (note,) = handed.notes
    assert note.en.startswith("1 taken whole as the student's name, though it says an exercise: softmax-bob.py.")
    assert "--names '{exercise}-{student}'" in note.en
    assert "--names '{exercise}-{student}'" in note.zh


@pytest.mark.parametrize(
    "name", ["{}_softmax.py", "{}-Exercise03.ipynb", "softmax_{}.py", "exercise03-softmax-{}.zip", "{}_softmax.tar.gz"]
)
def test_without_a_roster_a_class_whose_names_all_say_the_exercise_is_read_so(tree: Tree, name: str) -> None:
    handed = find_entries([SOFTMAX], [tree(*(name.format(one) for one in ("ann", "ben", "cem")))])
    assert [one[0] for one in found(handed)] == ["ann", "ben", "cem"]


def test_without_a_roster_files_that_are_for_no_other_exercise_by_another_reading_are_read(tree: Tree) -> None:
    handed = find_entries([VIEWS, SOFTMAX], [tree("alice_softmax.py", "alice_views.py", "bob/softmax.py", "carol.zip")])
    assert [one[:2] for one in found(handed)] == [
        ("alice", "views"),
        ("alice", "softmax"),
        ("bob", "softmax"),
        ("carol", "views"),
        ("carol", "softmax"),
    ]
    assert missing(handed) == [("bob", "views")]


def test_a_name_that_ends_with_two_names_of_an_exercise_is_asked_about_where_nothing_decides(tree: Tree) -> None:
    handed = find_entries([VIEWS, SOFTMAX], [tree("bob_exercise03_softmax.py", "alice_softmax.py", "carol/views.py")])
    (doubtful,) = (one for one in handed.entries if one.doubt is not None)
    assert doubtful.handed_in.entry == "bob_exercise03_softmax.py"
    assert "'bob'" in doubtful.doubt.problem.en
    assert "'bob_exercise03'" in doubtful.doubt.problem.en


def test_a_file_of_a_stranger_that_is_for_nothing_by_another_reading_is_graded_and_told(tree: Tree) -> None:
    root = tree("bob/softmax.py", "zed_softmax.py", "ann/views.py")
    handed = find_entries([VIEWS, SOFTMAX], [root], options(root, "ann", "bob"))
    assert ("zed", "softmax", "zed_softmax.py") in found(handed)
    assert "zed_softmax.py: 'zed' is not on the roster" in notes(handed)


def test_two_readings_that_mean_one_student_are_one(tree: Tree) -> None:
    root = tree("sgd-li.py", "softmax_softmax.py", "ann/softmax.py")
    asked = options(root, "li,Sgd Li,", "ann", "softmax")
    handed = find_entries([SGD], [root / "sgd-li.py"], asked)
    assert [(one.handed_in.student, one.doubt) for one in handed.entries] == [("li", None)]
    both = find_entries([SGD, SOFTMAX], [root], asked)
    assert found(both) == [
        ("ann", "softmax", "ann"),
        ("li", "sgd", "sgd-li.py"),
        ("softmax", "softmax", "softmax_softmax.py"),
    ]
    assert all(one.doubt is None for one in both.entries)


def test_one_students_clone_is_for_all_exercises_that_it_holds_whatever_it_is_called(tree: Tree) -> None:
    root = tree("exercise03-ann/softmax.py", "exercise03-ann/exercise02_views/views.py")
    handed = find_entries([VIEWS, SOFTMAX], [root / "exercise03-ann"], options(root, "ann"))
    assert [one[1] for one in found(handed)] == ["views", "softmax"]
    assert "Did you mean ann?" in notes(handed)


def test_an_archive_says_by_what_it_holds_what_a_file_of_its_name_says_in_two_ways(tree: Tree) -> None:
    root = tree("ann_softmax.py", "bob_exercise03_softmax.py", "bob_exercise03_softmax.zip", "zed/softmax.py")
    handed = find_entries([VIEWS, SOFTMAX], [root])
    assert [(*one[:2], entry.doubt is not None) for one, entry in zip(found(handed), handed.entries, strict=True)] == [
        ("ann", "softmax", False),
        ("bob_exercise03_softmax", "views", False),
        ("bob_exercise03_softmax", "softmax", False),
        ("bob_exercise03_softmax.py (?)", "softmax", True),
        ("zed", "softmax", False),
    ]


def test_a_class_of_one_scheme_leaves_open_what_another_one_reads_as_somebody_elses(tree: Tree) -> None:
    handed = find_entries([SOFTMAX], [tree("ann_softmax.py", "cem_softmax.py", "bob_exercise03_softmax.py")])
    assert [(one.handed_in.student, one.doubt is None) for one in handed.entries] == [
        ("ann", True),
        ("bob_exercise03_softmax.py (?)", False),
        ("cem", True),
    ]


def test_who_was_probably_meant_is_told_where_the_name_was_to_be_taken_whole(tree: Tree) -> None:
    root = tree("alice_softmax.py", "bob.py")
    handed = find_entries([SOFTMAX], [root], options(root, "alice", "bob", names="{student}"))
    assert "'alice_softmax' is not on the roster; graded under that name. Did you mean alice?" in notes(handed)


def test_a_stranger_in_a_class_whose_names_say_the_exercise_is_told_with_the_near_id(tree: Tree) -> None:
    root = tree("alice_softmax.py", "bobb_softmax.py")
    handed = find_entries([SOFTMAX], [root], options(root, "alice", "bob12"))
    assert "bobb_softmax.py: 'bobb' is not on the roster; graded under that name." in notes(handed)


def notebook(*cells: tuple[str, str]) -> str:
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 4,
            "metadata": {},
            "cells": [
                {
                    "cell_type": "code",
                    "source": text,
                    "metadata": {"tags": [tag]} if tag else {},
                    "outputs": [],
                    "execution_count": None,
                }
                for tag, text in cells
            ],
        }
    )


def test_a_notebook_whose_cells_say_their_exercises_is_taken_for_each(tree: Tree) -> None:
    root = tree("zed/softmax.py")
    views = Path(VIEWS.folder, "views.py").read_text("utf-8")
    (root / "ann.ipynb").write_text(notebook(("exercise03", SOURCE), ("exercise02", views)), "utf-8")
    (root / "ben").mkdir()
    (root / "ben" / "hw.ipynb").write_text(notebook(("", "#| dlgrade: softmax\n" + SOURCE)), "utf-8")
    (root / "cem.ipynb").write_text(notebook(("", SOURCE)), "utf-8")
    handed = find_entries([VIEWS, SOFTMAX], [root])
    assert [one[:2] for one in found(handed)] == [
        ("ann", "views"),
        ("ann", "softmax"),
        ("ben", "softmax"),
        ("cem", "softmax"),
        ("zed", "softmax"),
    ]
    first, second = (take_in(one).files[0].text for one in handed.entries[:2])
    assert "softmax" not in first
    assert "softmax" in second
    assert "taken for what they define: cem.ipynb (exercise03_softmax)" in notes(handed)


# ---------------------------------------------------------------------------------------------- one odd name

FORMS = ("exercise03_softmax-{}.py", "{}_softmax.py", "softmax-{}.py", "exercise03-{}.py")
HONEST = ("ann", "ben", "cem", "dan")


@pytest.mark.parametrize("exercises", [(SOFTMAX,), (VIEWS, SOFTMAX)], ids=["one", "several"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "odd",
    ["ann.py", "mal.py", "ann_softmax.py", "softmax_ann.py", "exercise03_mal.py", "mal-exercise03_softmax.py"],
)
def test_without_a_roster_one_name_outside_the_scheme_moves_nobody_and_takes_nobodys_place(
    tree: Tree, exercises: tuple[Exercise, ...], form: str, odd: str
) -> None:
    names = {form.format(student): student for student in HONEST}
    if odd in names:
        return
    handed = find_entries(list(exercises), [tree(*names, odd)], EntryOptions(others=(SGD, VIEWS, SOFTMAX)))
    read = {one.handed_in.entry: one.handed_in.student for one in handed.entries if one.doubt is None}
    assert {entry: student for entry, student in read.items() if entry != odd} == names
    assert read.get(odd) not in HONEST
    assert {one.handed_in.entry for one in handed.entries} == {*names, odd}
    if odd.startswith("ann") or odd.endswith("_ann.py"):
        assert odd not in read
    assert odd != "mal.py" or read[odd] == "mal"


@pytest.mark.parametrize("many", [2, 3])
def test_without_a_roster_the_scheme_of_most_stays_whoever_else_agrees_on_another(tree: Tree, many: int) -> None:
    odd = [f"mal{number}_softmax.py" for number in range(many)]
    handed = find_entries([SOFTMAX], [tree(*(f"exercise03_softmax-{one}.py" for one in HONEST), *odd)])
    assert {one[0] for one in found(handed)} >= set(HONEST)


@pytest.mark.parametrize("late", ["", "alice_views.py"])
def test_without_a_roster_each_exercise_may_have_a_scheme_of_its_own(tree: Tree, late: str) -> None:
    second = [f"exercise02-{student}.py" for student in HONEST[:3]]
    root = tree(*(f"{student}_softmax.py" for student in HONEST), *second, *([late] if late else []))
    handed = find_entries([VIEWS, SOFTMAX], [root], EntryOptions(others=(SGD, VIEWS, SOFTMAX)))
    read = {one.handed_in.entry: one.handed_in.student for one in handed.entries if one.doubt is None}
    assert [read[f"{student}_softmax.py"] for student in HONEST] == list(HONEST)
    assert [read[name] for name in second] == list(HONEST[:3])
    assert not [one for one in handed.entries if one.doubt]
