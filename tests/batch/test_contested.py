"""Two accounts of a platform that go by one student: neither is graded as somebody, and nobody is missing unasked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.batch.entries import EntryOptions, Handed, find_entries
from grader.exercise.course import load_course

SOFTMAX = load_course(Path(__file__).parent.parent.parent).find("softmax")
SOURCE = Path(SOFTMAX.folder, "softmax.py").read_text("utf-8")
PEOPLE = ("alice", "bob", "carol")
MARK = "assignsubmission_file_"

Read = Callable[..., Handed]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that reads a class: of each account its name, its number, and what was handed in."""

    def made(accounts: list[tuple[str, int]], rows: list[str], *, head: str = "student,name,entry") -> Handed:
        for name, number in accounts:
            place = tmp_path / "subs" / f"{name}_{number}_{MARK}" / "softmax.py"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(SOURCE, "utf-8")
        (tmp_path / "roster.csv").write_text("\n".join((head, *rows)), "utf-8")
        return find_entries([SOFTMAX], [tmp_path / "subs"], EntryOptions(roster=tmp_path / "roster.csv"))

    return made


HONEST = [(f"{name.title()} Doe", number) for number, name in enumerate(PEOPLE, 100)]
ROWS = [f"{name},{name.title()} Doe," for name in (*PEOPLE, "mallory")]


def sure(handed: Handed) -> list[str]:
    return [one.handed_in.student for one in handed.entries if one.doubt is None]


def in_doubt(handed: Handed) -> list[str]:
    return [one.handed_in.entry for one in handed.entries if one.doubt is not None]


@pytest.mark.parametrize("chosen", ["alice", "Alice Doe", "ALICE", "Doe Alice"])
def test_who_is_called_like_another_student_puts_both_in_doubt_and_gets_nobodys_row(read: Read, chosen: str) -> None:
    handed = read([*HONEST, (chosen, 999)], ROWS)
    assert sure(handed) == ["bob", "carol"]
    assert sorted(in_doubt(handed)) == sorted([f"Alice Doe_100_{MARK}", f"{chosen}_999_{MARK}"])
    (first, _) = (one.doubt for one in handed.entries if one.doubt)
    assert "alice" in first.problem.en and "alice" in first.problem.zh
    assert not {"alice", "mallory"} & {one.handed_in.student for one in handed.entries}


def test_the_roster_settles_whose_they_are(read: Read) -> None:
    rows = [row + f"Alice Doe_100_{MARK}" if row.startswith("alice") else row for row in ROWS]
    rows = [row + f"alice_999_{MARK}" if row.startswith("mallory") else row for row in rows]
    handed = read([*HONEST, ("alice", 999)], rows)
    assert sure(handed) == ["alice", "bob", "carol", "mallory"]
    assert not in_doubt(handed)


def test_by_the_platforms_number_the_one_whose_it_is_is_graded(read: Read) -> None:
    rows = [f"{name},{name.title()} Doe,{number}" for number, name in enumerate((*PEOPLE, "mallory"), 100)]
    handed = read([*HONEST, ("Alice Doe", 999)], rows, head="login,name,id number")
    assert sorted(sure(handed)) == ["Alice Doe (999)", "alice", "bob", "carol"]  # the number is nobody's: a stranger's
    assert not in_doubt(handed)


def test_two_who_are_called_alike_on_the_roster_are_in_doubt_until_it_says_whose_is_whose(read: Read) -> None:
    accounts = [*HONEST, ("Wei Chen", 200), ("Wei Chen", 201)]
    handed = read(accounts, [*ROWS, "w1,Wei Chen,", "w2,Wei Chen,"])
    assert sure(handed) == list(PEOPLE)
    assert in_doubt(handed) == [f"Wei Chen_200_{MARK}", f"Wei Chen_201_{MARK}"]
    entries = [f"w1,Wei Chen,Wei Chen_201_{MARK}", f"w2,Wei Chen,Wei Chen_200_{MARK}"]
    settled = read(accounts, [*ROWS, *entries])
    assert {one.handed_in.student: one.handed_in.entry[9:12] for one in settled.entries}["w1"] == "201"
    assert not in_doubt(settled)
