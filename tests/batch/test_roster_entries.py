"""What the roster's column `entry` says decides: for a team, against other names, and in folders below folders."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from grader.batch.entries import EntryOptions, Handed, find_entries
from grader.exercise.course import load_course

COURSE = load_course(Path(__file__).parent.parent.parent)
VIEWS, SOFTMAX = COURSE.find("views"), COURSE.find("softmax")


def hand_in(tmp_path: Path, *names: str) -> Path:
    folder = tmp_path / "in"
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x = 1\n", "utf-8")
    return folder


def by_roster(tmp_path: Path, rows: str, folder: Path, *, names: str = "") -> Handed:
    roster = tmp_path / "roster.csv"
    roster.write_text(f"student,name,entry\n{rows}", "utf-8")
    return find_entries([SOFTMAX], [folder], EntryOptions(roster=roster, names=names))


def found(handed: Handed) -> list[tuple[str, str]]:
    return [(one.handed_in.student, one.handed_in.entry) for one in handed.entries]


def notes(handed: Handed) -> str:
    return "\n".join(note.en for note in handed.notes)


def test_what_a_team_hands_in_is_an_entry_of_each_of_its_students(tmp_path: Path) -> None:
    folder = hand_in(tmp_path, "team/softmax.py", "zed.py")
    handed = by_roster(tmp_path, "bob,B,team\nalice,A,team/\nzed,Z,\n", folder)
    assert found(handed) == [("alice", "team"), ("bob", "team"), ("zed", "zed.py")]
    assert [one.handed_in.name for one in handed.entries] == ["A", "B", "Z"]
    assert all(one.is_expected and one.doubt is None for one in handed.entries)
    assert handed.missing == ()
    assert "1 named by the roster for several students, each of whom is graded for it: team (bob, alice)" in notes(
        handed
    )


def test_a_team_shares_a_file_that_lies_deeper_too(tmp_path: Path) -> None:
    folder = hand_in(tmp_path, "week1/team/softmax.py", "zed.py")
    handed = by_roster(tmp_path, "bob,B,week1/team/softmax.py\nalice,A,./week1//team/softmax.py\nzed,Z,\n", folder)
    assert found(handed)[:2] == [("alice", "week1/team/softmax.py"), ("bob", "week1/team/softmax.py")]
    assert handed.missing == ()


def test_an_entry_further_down_is_found_in_whichever_unicode_form_it_lies_there(tmp_path: Path) -> None:
    there, written = (unicodedata.normalize(form, "late/zoë") for form in ("NFD", "NFC"))
    folder = hand_in(tmp_path, f"{there}/softmax.py", "late/yan/softmax.py", "bob.py")
    handed = by_roster(tmp_path, f"zoe,Z,{written}\nyan,Y,late/yan\nbob,B,\n", folder)
    assert found(handed) == [("bob", "bob.py"), ("yan", "late/yan"), ("zoe", written)]
    assert handed.missing == ()
    assert "skipped" not in notes(handed)


def test_one_of_a_team_named_by_the_file_itself_shares_it_all_the_same(tmp_path: Path) -> None:
    handed = by_roster(tmp_path, "alice,A,alice.py\nbob,B,alice.py\n", hand_in(tmp_path, "alice.py", "Bob.py"))
    assert found(handed) == [("alice", "alice.py"), ("bob", "alice.py")]
    assert "beside what the roster names for their student, left out: Bob.py" in notes(handed)


def test_the_roster_decides_between_two_entries_and_the_other_one_is_named(tmp_path: Path) -> None:
    handed = by_roster(tmp_path, "alice,A,\nbob,B,bob_v2.py\n", hand_in(tmp_path, "alice.py", "bob.py", "bob_v2.py"))
    assert found(handed) == [("alice", "alice.py"), ("bob", "bob_v2.py")]
    assert handed.entries[1].doubt is None
    assert "beside what the roster names for their student, left out: bob.py" in notes(handed)


def test_an_entry_of_the_rosters_in_another_ones_takes_nothing_from_it(tmp_path: Path) -> None:
    folder = hand_in(tmp_path, "team/softmax.py", "team/second/softmax.py", "zed.py")
    handed = by_roster(tmp_path, "alice,A,team\nbob,B,team/second\nzed,Z,\n", folder)
    assert found(handed) == [("alice", "team"), ("bob", "team/second"), ("zed", "zed.py")]


def test_a_pattern_that_looks_deeper_does_not_make_a_stranger_of_a_team(tmp_path: Path) -> None:
    folder = hand_in(tmp_path, "team/softmax.py", "zed/softmax.py")
    handed = by_roster(tmp_path, "alice,A,team\nbob,B,team\nzed,Z,\n", folder, names="{student}/{exercise}.py")
    assert found(handed) == [("alice", "team"), ("bob", "team"), ("zed", "zed/softmax.py")]


def test_an_entry_that_is_not_there_is_told_for_each_who_has_it(tmp_path: Path) -> None:
    handed = by_roster(tmp_path, "alice,A,gone\nbob,B,gone\nzed,Z,\n", hand_in(tmp_path, "zed.py"))
    assert "line 2: 'gone' is not in" in notes(handed)
    assert "line 3: 'gone' is not in" in notes(handed)
    assert [one.student for one in handed.missing] == ["alice", "bob"]


def test_another_file_is_not_taken_for_the_one_that_the_roster_names(tmp_path: Path) -> None:
    folder = hand_in(tmp_path, "bob.py", "bob-old.py", "zed.py")
    handed = by_roster(tmp_path, "bob,B,bob_old.py\nzed,Z,\n", folder)
    doubts = {one.handed_in.student: one.doubt for one in handed.entries}
    assert doubts["zed"] is None
    doubt = doubts["bob"]
    assert doubt is not None
    assert "line 2: 'bob_old.py', which 'bob' is to be graded for, is not in" in doubt.problem.en
    assert "There is bob.py: is it meant? Did you mean bob-old.py?" in doubt.problem.en
    assert "column entry" in doubt.remedy.en
    assert "entry" in doubt.remedy.zh
    assert [one.student for one in handed.missing] == []


def test_of_a_team_without_its_entry_nobody_is_graded_for_something_else(tmp_path: Path) -> None:
    folder = hand_in(tmp_path, "alice/softmax.py", "bob.py", "zed.py")
    handed = by_roster(tmp_path, "alice,A,team\nbob,B,team\nzed,Z,zed.py\n", folder)
    assert [one.handed_in.student for one in handed.entries if one.doubt is None] == ["zed"]
    assert [one.handed_in.student for one in handed.entries if one.doubt is not None] == ["alice", "bob"]


def test_once_the_roster_names_what_is_there_it_is_graded(tmp_path: Path) -> None:
    folder = hand_in(tmp_path, "bob.py", "bob-old.py")
    handed = by_roster(tmp_path, "bob,B,bob-old.py\n", folder)
    assert found(handed) == [("bob", "bob-old.py")]
    assert handed.entries[0].doubt is None
