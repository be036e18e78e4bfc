"""`--names`: patterns over the paths of submissions, and the layouts of platforms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.batch.entries import EntryOptions, Handed, find_entries
from grader.errors import UsageError
from grader.exercise.course import load_course

COURSE = load_course(Path(__file__).parent.parent.parent)
SGD, VIEWS, SOFTMAX = (COURSE.find(name) for name in ("sgd", "views", "softmax"))
SOURCE = Path(SOFTMAX.folder, "softmax.py").read_text("utf-8")

Tree = Callable[..., Path]


def found(handed: Handed) -> list[tuple[str, str, int]]:
    return [(one.handed_in.student, one.exercise.slug, one.handed_in.attempt) for one in handed.entries]


def notes(handed: Handed) -> str:
    return "\n".join(note.en for note in handed.notes)


@pytest.mark.parametrize(
    ("pattern", "paths", "students"),
    [
        ("{student}", ["alice.py", "bob.tar.gz"], ["alice", "bob"]),
        ("{student}.py", ["alice.py", "a.b.py"], ["a.b", "alice"]),
        ("{student}_*.py", ["alice_final_v2.py"], ["alice"]),
        ("{student}/softmax.py", ["alice/softmax.py", "bob/softmax.py"], ["alice", "bob"]),
        ("{student}/*", ["alice/anything.py"], ["alice"]),
        ("group */{student}", ["group 1/alice.py", "group 2/bob/softmax.py"], ["alice", "bob"]),
        ("{student}_**.py", ["alice_x.py"], ["alice"]),
        ("{name} ({student})", ["Jane Doe (jd17).zip"], ["jd17"]),
        ("{exercise}-{student}", ["softmax-al-ice.py", "exercise03-bob.py", "Exercise03_Softmax-carol.py"],
         ["al-ice", "bob", "carol"]),
        ("+.[{student}]$", ["+.[alice]$.py"], ["alice"]),
    ],
)  # fmt: skip
def test_a_pattern_takes_the_student_out_of_a_path(
    tree: Tree, pattern: str, paths: list[str], students: list[str]
) -> None:
    handed = find_entries([SOFTMAX], [tree(*paths)], EntryOptions(names=pattern))
    assert sorted(student for student, _, _ in found(handed)) == students


def test_a_pattern_says_which_exercise_and_leaves_out_those_that_are_not_asked_for(tree: Tree) -> None:
    root = tree("alice_softmax.py", "alice_views.py", "bob_exercise02.py", "carol_sgd.py")
    options = EntryOptions(names="{student}_{exercise}", others=(SGD,))
    handed = find_entries([SOFTMAX, VIEWS], [root], options)
    assert found(handed) == [("alice", "views", 1), ("alice", "softmax", 1), ("bob", "views", 1)]


def test_what_a_pattern_does_not_fit_is_noted_with_examples(tree: Tree) -> None:
    handed = find_entries([SOFTMAX], [tree("alice_softmax.py", "bob.py")], EntryOptions(names="{student}_softmax.py"))
    assert "not as --names {student}_softmax.py): bob.py" in notes(handed)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("{studnet}.py", r"Did you mean \{student\}"),
        ("{student}_{student}", r"\{student\} stands in it twice"),
        ("*.py", "does not say where the student's id stands"),
        ("{student", "'{' stands alone"),
        ("*_*_*_*_{student}", r"at most 4 can be told apart"),
        ("../{student}", "no part of a path below SUBMISSIONS"),
        ("{student}_homework.py", r"nothing in .* is named so\. There is: alice\.py"),
    ],
)
def test_a_pattern_with_a_mistake_is_refused_with_the_way_out(tree: Tree, pattern: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        find_entries([SOFTMAX], [tree("alice.py")], EntryOptions(names=pattern))
    assert error.value.text.zh != error.value.text.en


@pytest.mark.parametrize("ending", ["assignsubmission_file_", "assignsubmission_file"])
def test_moodles_folders_are_known_without_being_told(tree: Tree, ending: str) -> None:
    root = tree(
        f"Jane van Doe_12345_{ending}/my softmax.py",
        f"李 雷_222_{ending}/softmax.py",
        "李 雷_222_assignsubmission_onlinetext_/onlinetext.html",
    )
    handed = find_entries([SOFTMAX], [root])
    assert [one.handed_in.student for one in handed.entries] == ["Jane van Doe", "李 雷"]
    assert "read as the layout moodle" in notes(handed)
    assert "text typed into the platform" in notes(handed)


def test_two_students_of_moodle_with_one_name_are_told_apart_by_their_numbers(tree: Tree) -> None:
    root = tree("Jane Doe_1_assignsubmission_file_softmax.py", "Jane Doe_2_assignsubmission_file_softmax.py")
    handed = find_entries([SOFTMAX], [root], EntryOptions(names="moodle"))
    assert [one.handed_in.student for one in handed.entries] == ["Jane Doe (1)", "Jane Doe (2)"]


def test_files_that_moodle_took_apart_are_one_submission(tree: Tree) -> None:
    root = tree(*(f"Jane Doe_1_assignsubmission_file_{name}" for name in ("softmax.py", "views.py", "plot.py")))
    handed = find_entries([SOFTMAX], [root])
    assert [one.handed_in.entry for one in handed.entries] == ["Jane Doe_1_assignsubmission_file_softmax.py"]
    plot = find_entries([SGD], [tree("Jane Doe_1_assignsubmission_file_sgd.py")])
    assert [one.handed_in.entry for one in plot.entries] == ["Jane Doe_1_assignsubmission_file_sgd.py"]


def test_canvas_files_are_attempts_in_the_order_of_their_versions(tree: Tree, tmp_path: Path) -> None:
    root = tree(
        "doejane_LATE_17_901_softmax-10.py",
        "doejane_17_900_softmax-2.py",
        "doejane_17_899_softmax.py",
        "leihan_18_902_softmax-1.ipynb",
        "leihan_18_text.html",
    )
    handed = find_entries([SOFTMAX], [root], EntryOptions(names="canvas"))
    assert [(one.handed_in.student, one.handed_in.attempt, one.path.name) for one in handed.entries] == [
        ("doejane", 1, "doejane_17_899_softmax.py"),
        ("doejane", 2, "doejane_17_900_softmax-2.py"),
        ("doejane", 3, "doejane_LATE_17_901_softmax-10.py"),
        ("leihan", 1, "leihan_18_902_softmax-1.ipynb"),
    ]
    roster = tmp_path / "gradebook.csv"
    roster.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
        '"Doe, Jane",17,,jd1,A\n"Lei, Han",,,lh2,B\n',
        "utf-8",
    )
    handed = find_entries([SOFTMAX], [root], EntryOptions(names="canvas", roster=roster))
    assert {(one.handed_in.student, one.handed_in.name) for one in handed.entries} == {
        ("jd1", "Doe, Jane"),
        ("lh2", "Lei, Han"),
    }


METADATA = """\
submission_101:
  :submitters:
  - :name: Jane Doe
    :sid: '00012'
    :email: jd@example.org
  - :name: Han Lei
    :sid:
    :email: hl@example.org
  :created_at: 2026-09-28 10:15:30.123456000 +02:00
  :score: 3.0
  :results:
    tests:
    - name: "{"
      output: |
        :submitters: [ not yaml
        - *nothing
  :history: []
submission_102:
  :submitters:
  - :name: Absent
    :sid: '3'
  :created_at: 2026-09-28 08:15:30 Z
"""


def test_gradescopes_export_names_each_member_of_a_group_and_the_time(tree: Tree) -> None:
    root = tree("submission_101/softmax.py", "submission_999/softmax.py")
    (root / "submission_metadata.yml").write_text(METADATA, "utf-8")
    handed = find_entries([SOFTMAX], [root], EntryOptions(zone=UTC))
    assert [(one.handed_in.student, one.handed_in.name, one.handed_in.at) for one in handed.entries] == [
        ("00012", "Jane Doe", "2026-09-28T10:15:30.123456+02:00"),
        ("hl@example.org", "Han Lei", "2026-09-28T10:15:30.123456+02:00"),
    ]
    assert "not in submission_metadata.yml): submission_999" in notes(handed)
    assert "names 1 that are not there: submission_102" in notes(handed)


@pytest.mark.parametrize(
    "text", ["- a list", "submission_1: 5", "submission_1:\n  :submitters: [", "submission_2: {}\n", "\0"]
)
def test_a_broken_gradescope_export_is_refused(tree: Tree, text: str) -> None:
    root = tree("submission_1/softmax.py", "submission_2/softmax.py")
    (root / "submission_metadata.yml").write_text(text, "utf-8")
    with pytest.raises(UsageError, match=r"not the metadata of Gradescope's export"):
        find_entries([SOFTMAX], [root])


def test_nbgraders_folders_give_student_assignment_and_time(tree: Tree) -> None:
    root = tree("submitted/alice/ps1/problem.ipynb", "submitted/bob/ps1/problem.ipynb", "source/ps1/problem.ipynb")
    stamp = root / "submitted" / "alice" / "ps1" / "timestamp.txt"
    stamp.write_text("2026-09-28 10:15:30.123456 UTC\n", "utf-8")
    handed = find_entries([SOFTMAX], [root], EntryOptions(names="nbgrader"))
    assert [(one.handed_in.student, one.handed_in.at, one.path.name) for one in handed.entries] == [
        ("alice", "2026-09-28T10:15:30.123456+00:00", "problem.ipynb"),
        ("bob", "", "problem.ipynb"),
    ]


def test_nbgraders_assignments_are_not_guessed_and_its_time_is_no_link(tree: Tree, tmp_path: Path) -> None:
    root = tree("alice/ps1/problem.ipynb", "alice/ps2/problem.ipynb")
    with pytest.raises(UsageError, match=r"which assignment is exercise03_softmax\? There are: ps1, ps2"):
        find_entries([SOFTMAX], [root], EntryOptions(names="nbgrader"))
    linked = tree("carol/softmax/problem.ipynb")
    (tmp_path / "secret").write_text("key", "utf-8")
    (linked / "carol" / "softmax" / "timestamp.txt").symlink_to(tmp_path / "secret")
    options = EntryOptions(names="nbgrader", dues={SOFTMAX.name: datetime(2026, 9, 28, tzinfo=UTC)})
    tree("bob/softmax/problem.ipynb")
    (in_doubt,) = [one for one in find_entries([SOFTMAX], [linked], options).entries if one.doubt]
    assert in_doubt.handed_in.student == "carol"
    assert (
        "symbolic link" in in_doubt.doubt.problem.en and "secret" not in in_doubt.doubt.problem.en.partition("link")[0]
    )


@pytest.mark.parametrize("layout", ["github-classroom", "classroom50"])
def test_clones_are_named_after_exercise_and_student(tree: Tree, layout: str) -> None:
    root = tree(
        "exercise03-al-ice/softmax.py", "spring-softmax-bob/softmax.py", "exercise02-carol/views.py", "other/softmax.py"
    )
    handed = find_entries([SOFTMAX], [root], EntryOptions(names=layout, others=(VIEWS,)))
    assert [one.handed_in.student for one in handed.entries] == ["al-ice", "bob"]
    assert "not named as this layout names submissions): other" in notes(handed)


def test_a_layout_that_fits_nothing_and_a_file_for_a_layout_are_refused(tree: Tree) -> None:
    root = tree("alice.py")
    with pytest.raises(UsageError, match=r"nothing in it is named as canvas names submissions\. There is: alice\.py"):
        find_entries([SOFTMAX], [root], EntryOptions(names="canvas"))
    with pytest.raises(UsageError, match=r"Unpack the platform's archive"):
        find_entries([SOFTMAX], [root / "alice.py"], EntryOptions(names="moodle"))
