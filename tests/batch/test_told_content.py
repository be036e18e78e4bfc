"""Of several exercises that one is meant whose functions a file defines; else it is undecided, and none is missing."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from classes import RIGHT, hand_in, make_course, request, run

from grader.batch.entries import EntryOptions, Handed, find_entries
from grader.batch.intake import take_in
from grader.batch.told_content import told_for
from grader.errors import SubmissionError, Undecided, UsageError
from grader.exercise.course import load_course
from grader.runners.local import LocalRunner

COURSE = load_course(Path(__file__).parent.parent.parent)
SGD, VIEWS, SOFTMAX = (COURSE.find(name) for name in ("sgd", "views", "softmax"))
OF = {one.slug: Path(one.folder, one.files[0]).read_text("utf-8") for one in (SGD, VIEWS, SOFTMAX)}
NONE = "def helper(x):\n    return x\n"

Lay = Callable[..., Path]


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Return a function that writes files below in/, by their names, and beside them carol's softmax."""

    def write(files: dict[str, str | bytes]) -> Path:
        for name, text in {**files, "carol/softmax.py": OF["softmax"]}.items():
            place = tmp_path / "in" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text.encode() if isinstance(text, str) else text)
        return tmp_path / "in"

    return write


def handed_in(folder: Path) -> Handed:
    return find_entries([VIEWS, SOFTMAX], [folder], EntryOptions(others=(SGD, VIEWS, SOFTMAX)))


def sure(handed: Handed) -> list[tuple[str, str]]:
    own = [(one.handed_in.student, one.exercise.slug) for one in handed.entries if one.doubt is None]
    return [one for one in own if one[0] != "carol"]


def doubtful(handed: Handed) -> list[tuple[str, str]]:
    return [(one.handed_in.student, one.exercise.slug) for one in handed.entries if one.doubt is not None]


def missing(handed: Handed) -> list[tuple[str, str]]:
    return [(one.student, one.exercise.slug) for one in handed.missing if one.student != "carol"]


def notes(handed: Handed) -> str:
    return "\n".join(note.en for note in handed.notes)


def notebook(*sources: str) -> str:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**cell, "source": source} for source in sources]
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("alice.py", OF["softmax"]),
        ("alice.py", "def log_softmax(x):\n    return x\n"),
        ("alice.py", "from somewhere import view_shape\n" + OF["softmax"]),
        ("alice.py", OF["softmax"] + "def broken(:\n"),
        ("alice/my_solution.py", OF["softmax"]),
        ("alice.ipynb", notebook("import torch", OF["softmax"])),
    ],
    ids=["whole", "in part", "with an import", "no Python", "in a folder", "notebook"],
)
def test_a_file_that_defines_what_one_exercise_asks_for_is_that_ones(lay: Lay, name: str, text: str) -> None:
    handed = handed_in(lay({name: text}))
    assert sure(handed) == [("alice", "softmax")]
    assert doubtful(handed) == []
    assert missing(handed) == [("alice", "views")]
    assert f"taken for what they define: {name.partition('/')[0]} (exercise03_softmax)" in notes(handed)


@pytest.mark.parametrize(
    ("name", "text", "exercises", "why"),
    [
        ("alice.py", NONE, ["views", "softmax"], "defines nothing that one of exercise02_views, exercise03_softmax"),
        ("alice.py", OF["views"] + OF["softmax"], ["views", "softmax"], "defines what each of exercise02_views, exer"),
        ("alice.py", OF["sgd"] + OF["softmax"], ["softmax"], "defines what exercise03_softmax and another exercise"),
        ("alice/a.py", NONE, ["views", "softmax"], "defines nothing"),
        ("alice/hw/a.py", NONE, ["views", "softmax"], "no file in it is called as one of"),
        ("alice.ipynb", notebook("x = 1"), ["views", "softmax"], "defines nothing"),
    ],
)
def test_a_file_that_may_be_for_any_needs_a_decision_and_is_not_missing(
    lay: Lay, name: str, text: str, exercises: list[str], why: str
) -> None:
    handed = handed_in(lay({name: text}))
    assert doubtful(handed) == [("alice", exercise) for exercise in exercises]
    assert sure(handed) == []
    assert missing(handed) == [("alice", slug) for slug in ("views", "softmax") if slug not in exercises]
    with pytest.raises(Undecided) as caught:
        take_in(handed.entries[0])
    assert f"{name.partition('/')[0]}: which exercise is it for?" in str(caught.value)
    assert why in str(caught.value)
    assert caught.value.text.zh != caught.value.text.en


@pytest.mark.parametrize("name", ["alice.py", "alice/my_solution.py"])
@pytest.mark.parametrize("text", [OF["softmax"], OF["views"], NONE, OF["views"] + OF["softmax"]])
def test_gradescope_takes_for_each_exercise_what_grade_takes(lay: Lay, name: str, text: str) -> None:
    folder = lay({name: text})
    taken = sure(handed_in(folder))
    place = folder / name.partition("/")[0]
    for exercise in (VIEWS, SOFTMAX):
        found = told_for(place, exercise, [VIEWS, SOFTMAX])
        assert found == (folder / name if ("alice", exercise.slug) in taken else None)


def test_files_and_archives_that_hold_nothing_of_any_need_a_decision_too(lay: Lay, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("final.py", OF["softmax"])
    handed = handed_in(lay({"alice.zip": (tmp_path / "x.zip").read_bytes(), "bob/a.py": NONE, "bob/b.py": NONE}))
    assert doubtful(handed) == [(who, slug) for who in ("alice", "bob") for slug in ("views", "softmax")]


def test_who_handed_in_no_code_or_work_for_another_exercise_is_missing_as_ever(lay: Lay) -> None:
    files = {"alice/notes.txt": "x", "bob/sgd.py": OF["sgd"], "dan.py": OF["sgd"], "eve/exercise01_sgd/sgd.py": "x"}
    handed = handed_in(lay(files))
    assert doubtful(handed) == sure(handed) == []
    assert missing(handed) == [(who, slug) for who in ("alice", "bob", "dan", "eve") for slug in ("views", "softmax")]
    assert "4 without a file for any of" in notes(handed)


def test_what_cannot_be_read_is_refused_as_any_other(lay: Lay, tmp_path: Path) -> None:
    folder = lay({"alice.py": b"\xff\xfe\x00 no text"})
    (tmp_path / "elsewhere.py").write_text(OF["softmax"], "utf-8")
    (folder / "bob.py").symlink_to(tmp_path / "elsewhere.py")
    handed = handed_in(folder)
    assert sure(handed) == [(who, slug) for who in ("alice", "bob") for slug in ("views", "softmax")]
    for entry in handed.entries[:4]:
        if entry.handed_in.student != "carol":
            with pytest.raises(SubmissionError):
                take_in(entry)


def test_what_defines_nothing_asks_only_for_what_its_student_has_not_handed_in(lay: Lay) -> None:
    handed = find_entries(
        [VIEWS, SOFTMAX], [lay({"carol.py": NONE, "dan/views.py": OF["views"]})], EntryOptions(others=(SGD,))
    )
    assert doubtful(handed) == [("carol", "views")]


def test_two_files_for_one_exercise_by_what_they_define_are_a_question_as_any_two(lay: Lay) -> None:
    handed = handed_in(lay({"carol.py": OF["softmax"], "dan/views.py": OF["views"]}))
    ((student, slug),) = doubtful(handed)
    assert (student, slug) == ("carol", "softmax")
    assert "two entries" in handed.entries[0].doubt.problem.en  # type: ignore[union-attr]


def test_a_class_in_which_every_file_is_in_doubt_is_refused(tmp_path: Path) -> None:
    for name in ("alice", "bob"):
        (tmp_path / f"{name}.py").write_text(NONE, "utf-8")
    with pytest.raises(UsageError, match="which exercise is it for"):
        find_entries([VIEWS, SOFTMAX], [tmp_path])


@pytest.mark.usefixtures("shared_base")
def test_the_class_has_the_points_of_what_was_told_and_waits_for_what_was_not(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    folder = hand_in(tmp_path / "in", {"alice": RIGHT, "bob": NONE})
    found = load_course(course)
    asked = request(course, folder, tmp_path / "out", exercises=tuple(found.find_entry(name) for name in ("1", "2")))
    with LocalRunner(1, others=True) as runner:
        rows = run(asked, runner).rows
    told = {(row.handed_in.student, row.exercise): (row.points, row.undecided) for row in rows}
    assert told == {
        ("alice", "exercise01_inc"): (3.0, False),
        ("bob", "exercise01_inc"): (None, True),
        ("bob", "exercise02_dec"): (None, True),
    }
