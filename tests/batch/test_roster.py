"""The roster and the times: whatever a spreadsheet or a registrar makes of a CSV is read, or refused with its line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.batch.entries import EntryOptions, Handed, find_entries
from grader.batch.roster import read_roster
from grader.batch.table import MAX_BYTES
from grader.errors import UsageError
from grader.exercise.course import load_course

COURSE = load_course(Path(__file__).parent.parent.parent)
VIEWS, SOFTMAX = COURSE.find("views"), COURSE.find("softmax")


def write(tmp_path: Path, content: str | bytes, name: str = "roster.csv") -> Path:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return file


def entries(tmp_path: Path, *names: str) -> Path:
    folder = tmp_path / "in"
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x = 1\n", "utf-8")
    return folder


def notes(handed: Handed) -> str:
    return "\n".join(note.en for note in handed.notes)


ROWS = "学号,姓名\r\n001,李雷\r\n002,韩梅梅\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        ROWS.encode("utf-8"),
        ROWS.encode("utf-8-sig"),
        ROWS.encode("gbk"),
        ROWS.encode("utf-16"),
        ROWS.replace(",", "\t").encode("utf-16"),
        ROWS.replace(",", "\t").encode("utf-16-le"),
        ROWS.replace(",", ";").encode("utf-8"),
        ("sep=;\r\n" + ROWS.replace(",", ";")).encode("utf-8"),
        ROWS.replace("\r\n", "\r").encode("utf-8"),
        ROWS.replace("\r\n", "\n\n,\n").encode("utf-8"),
        '"学号","姓名"\n"001","李雷"\n" 002 ","韩梅梅"\n'.encode(),
    ],
    ids=["utf8", "bom", "gbk", "utf16", "tabs", "no-mark", "semicolons", "sep", "cr", "blank-lines", "quotes"],
)
def test_a_roster_is_read_whatever_a_spreadsheet_made_of_it(tmp_path: Path, raw: bytes) -> None:
    people = read_roster(write(tmp_path, raw)).people
    assert [(person.id, person.name) for person in people] == [("001", "李雷"), ("002", "韩梅梅")]


@pytest.mark.parametrize(
    ("header", "row", "person"),
    [
        ("student", "s1", ("s1", "")),
        ("Username,Full name", "s1,Jane Doe", ("s1", "Jane Doe")),
        ("Last Name,First Name,E-Mail", "Doe,Jane,jd@x.org", ("jd@x.org", "Jane Doe")),
        ("姓,名,学号", "李,雷,7", ("7", "李雷")),
        ("Student,ID,SIS Login ID", '"Doe, Jane",9,jd', ("jd", "Doe, Jane")),
        ("student_id,name", "s1,J", ("s1", "J")),
        ("Name,GitHub Username", "J,jd", ("jd", "J")),
        ("student,name,email", "s1,J,j@x.org", ("s1", "J")),
    ],
)
def test_columns_are_known_by_their_common_spellings(
    tmp_path: Path, header: str, row: str, person: tuple[str, str]
) -> None:
    (found,) = read_roster(write(tmp_path, f"{header}\n{row}\n")).people
    assert (found.id, found.name) == person


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("name,points\nJane,3\n", r"line 1: no column says who the student is\. The header has: 'name', 'points'"),
        ("studnet,name\ns1,J\n", "Did you mean 'student'"),
        ("student,name\n\ns1,J\nS1,K\n", r"line 4: the id 'S1' stands in line 3 already, as 's1'"),
        ("student,name\n,Jane\n", r"line 2: the cell 'student' is empty, beside 'Jane'"),
        ('student,name\ns1,J\ns2,"K\ns3,L\n', "line 3: not CSV"),
        ("student,name\ns1,J,extra\n", "line 2: 3 cells where the header has 2"),
        ("student\n" + "x" * 300 + "\n", "line 2: an id of 300 characters"),
        ("student\n" + "x" * 140_000 + "\n", "line 2: not CSV"),
        ("student\n", "no student stands in it"),
        ("student,due\ns1,soon\n", "line 2: 'soon' is not a time"),
        ("student,due\ns1,2026-09-28 10:00\n", "local time, and the course names no time zone"),
        (b"student,name\ns1,M\xfcller\n", r"line 2: byte 17 \(0xfc\) is neither UTF-8 nor GBK"),
        (b"student\ns1\nl\0\n", "line 3: a NUL character"),
        (b"PK\x03\x04rest", "this is a workbook, not a CSV"),
        (b"student\n" + b"s1\n" * (MAX_BYTES // 3), "larger than 16,777,216 bytes.*reached in line"),
    ],
)
def test_a_roster_that_cannot_be_read_is_refused_with_file_and_line(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    with pytest.raises(UsageError, match=rf"(?s)roster\.csv: .*{message}") as error:
        read_roster(write(tmp_path, content))
    assert error.value.text.zh != error.value.text.en


def test_ids_that_begin_like_formulas_are_kept_and_told(tmp_path: Path) -> None:
    roster = read_roster(write(tmp_path, 'student,name\n"=1+1",J\ns2,"=HYPERLINK(1)"\n'))
    assert [person.id for person in roster.people] == ["=1+1", "s2"]
    assert [note.en.partition(": ")[2] for note in roster.notes] == [
        "line 2: the id '=1+1' begins like a formula: it is taken as it stands."
    ]


def test_an_extension_is_a_moment_in_the_courses_zone(tmp_path: Path) -> None:
    file = write(tmp_path, "student,extension\ns1,2026/9/28 23:59\ns2,2026-09-28T23:59:30Z\ns3,\n")
    dues = [person.due for person in read_roster(file, zone=ZoneInfo("Asia/Shanghai")).people]
    assert dues == [
        datetime(2026, 9, 28, 15, 59, tzinfo=UTC),
        datetime(2026, 9, 28, 23, 59, 30, tzinfo=UTC),
        None,
    ]


def test_entries_are_matched_by_id_then_spelling_then_other_ids_and_the_rest_is_flagged(tmp_path: Path) -> None:
    folder = entries(tmp_path, "s1.py", "S2.py", "carl.py", "s4x.py", "alone.py")
    roster = write(tmp_path, "student,name,email\ns1,A,\ns2,B,\ns3,C,carl@x.org\ns4x1,D,\ns5,E,\n")
    handed = find_entries([SOFTMAX], [folder], EntryOptions(roster=roster))
    assert [(one.handed_in.student, one.handed_in.name, one.is_expected) for one in handed.entries] == [
        ("alone", "", False),
        ("s1", "A", True),
        ("s2", "B", True),
        ("s3", "C", True),
        ("s4x", "", False),
    ]
    assert [one.student for one in handed.missing] == ["s4x1", "s5"]
    assert "'s4x' is not on the roster; graded under that name. Did you mean s4x1?" in notes(handed)
    assert "'alone' is not on the roster; graded under that name." in notes(handed)


def test_a_roster_of_almost_another_class_floods_nobody(tmp_path: Path) -> None:
    folder = entries(tmp_path, *(f"s{number:03}.py" for number in range(200)))
    handed = find_entries([SOFTMAX], [folder], EntryOptions(roster=write(tmp_path, "student\nalice\ns199\n")))
    assert len(handed.entries) == 200
    assert len(handed.notes) == 21
    assert "179 more are not on the roster: s020, s021" in handed.notes[-1].en


def test_moodles_names_match_the_roster_and_a_name_of_two_matches_neither(tmp_path: Path) -> None:
    folder = entries(
        tmp_path,
        "Jane Doe_11_assignsubmission_file_/a.py",
        "Doe John_12_assignsubmission_file_/a.py",
        "Kim Lee_13_assignsubmission_file_/a.py",
    )
    roster = write(tmp_path, "student,name\nj1,JANE DOE\nj2,John Doe\nk1,Kim Lee\nk2,Kim Lee\n")
    handed = find_entries([SOFTMAX], [folder], EntryOptions(roster=roster))
    assert [one.handed_in.student for one in handed.entries] == ["j1", "j2", "Kim Lee (13) (?)"]
    (doubt,) = [one.doubt for one in handed.entries if one.doubt]  # it is of one of them, who is not missing
    assert "of k1, k2" in doubt.problem.en and "k1, k2" in doubt.problem.zh
    assert [one.student for one in handed.missing] == ["k1", "k2"]


def test_two_entries_that_the_roster_makes_one_students_are_refused(tmp_path: Path) -> None:
    roster = write(tmp_path, "student\nalice\n")
    with pytest.raises(UsageError, match=r"'alice' has two entries .*Alice\.py and alice\.py"):
        find_entries([SOFTMAX], [entries(tmp_path, "Alice.py", "alice.py")], EntryOptions(roster=roster))


def test_the_rosters_own_entries_lie_anywhere_below_and_nowhere_else(tmp_path: Path) -> None:
    folder = entries(tmp_path, "week1/anna/w.py", "bob.py")
    roster = write(tmp_path, "student,entry\ns1,week1/anna\ns2,bob.py\ns3,gone.zip\n")
    handed = find_entries([SOFTMAX], [folder], EntryOptions(roster=roster))
    assert [(one.handed_in.student, one.handed_in.entry) for one in handed.entries] == [
        ("s1", "week1/anna"),
        ("s2", "bob.py"),
    ]
    assert "line 4: 'gone.zip' is not in the folder of submissions" in notes(handed)
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "x.py").write_text("x = 1\n", "utf-8")
    (folder / "linked").symlink_to(tmp_path / "away")
    linked = write(tmp_path, "student,entry\nbob,\ns1,linked/x.py\n")
    assert "'linked/x.py' is not in" in notes(find_entries([SOFTMAX], [folder], EntryOptions(roster=linked)))
    with pytest.raises(UsageError, match="leads out of the folder"):
        find_entries([SOFTMAX], [folder], EntryOptions(roster=write(tmp_path, "student,entry\ns1,../x\n")))


def test_times_are_taken_from_a_table_by_student_exercise_and_attempt(tmp_path: Path) -> None:
    folder = entries(tmp_path, "alice/softmax.py", "alice/views.py", "bob/softmax.py")
    table = write(
        tmp_path,
        "student,exercise,time\n"
        "ALICE,softmax,2026-09-28T10:00:00+02:00\nalice,,2026-09-20 08:00\nzoe,,2026-09-20 08:00\n",
        "times.csv",
    )
    handed = find_entries([SOFTMAX, VIEWS], [folder], EntryOptions(times=str(table), zone=ZoneInfo("Europe/Zurich")))
    assert [(one.handed_in.student, one.exercise.slug, one.handed_in.at) for one in handed.entries] == [
        ("alice", "views", "2026-09-20T08:00:00+02:00"),
        ("alice", "softmax", "2026-09-28T10:00:00+02:00"),
        ("bob", "softmax", ""),
    ]
    assert "times of 1 who handed in nothing: zoe" in notes(handed)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("student,time\nalice,2026-09-28 10:00\n", "line 2: .*local time, and the course names no time zone"),
        ("student,time\nalice,28.9.2026\n", "line 2: '28.9.2026' is not a time"),
        ("student,time\nalice,2026-13-28 10:00Z\n", "line 2: '2026-13-28 10:00Z' is not a time"),
        ("student,time,exercise\nalice,2026-09-28 10:00Z,sofmax\n", "line 2: no exercise is called 'sofmax'"),
        ("student,time,attempt\nalice,2026-09-28 10:00Z,0\n", "line 2: attempt '0' is no number from 1"),
        ("student\nalice\n", "line 1: no column 'time'"),
        ("student,time\nalice,2026-09-28 10:00Z\nAlice,2026-09-28 10:00Z\n", "line 3: 'Alice' has a time in line 2"),
    ],
)
def test_a_table_of_times_with_a_mistake_is_refused_with_its_line(tmp_path: Path, content: str, message: str) -> None:
    table = write(tmp_path, content, "times.csv")
    with pytest.raises(UsageError, match=rf"times\.csv: {message}"):
        find_entries([SOFTMAX], [entries(tmp_path, "alice.py")], EntryOptions(times=str(table)))


def test_a_mistyped_source_of_times_is_told_from_a_missing_file(tmp_path: Path) -> None:
    folder = entries(tmp_path, "alice.py")
    with pytest.raises(UsageError, match="Did you mean --times mtime"):
        find_entries([SOFTMAX], [folder], EntryOptions(times="mtimes"))
    with pytest.raises(UsageError, match=r"times\.csv: no such file"):
        find_entries([SOFTMAX], [folder], EntryOptions(times=str(tmp_path / "times.csv")))


def test_a_time_for_one_of_several_attempts_must_say_which(tmp_path: Path) -> None:
    folder = entries(tmp_path, "alice_1.py", "alice_2.py")
    options = EntryOptions(
        names="{student}_{attempt}", times=str(write(tmp_path, "student,time\nalice,2026-09-28 10:00Z\n"))
    )
    with pytest.raises(UsageError, match="several attempts; which one is this the time of"):
        find_entries([SOFTMAX], [folder], options)
    numbered = write(tmp_path, "student,attempt,time\nalice,2,2026-09-28 10:00Z\n")
    handed = find_entries([SOFTMAX], [folder], EntryOptions(names="{student}_{attempt}", times=str(numbered)))
    assert [one.handed_in.at for one in handed.entries] == ["", "2026-09-28T10:00:00+00:00"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300) | st.text(alphabet='student,id;\t\r\n"=\ufeff学号\0 ', max_size=80))
def test_no_file_makes_the_roster_fail_in_another_way(tmp_path: Path, content: str | bytes) -> None:
    try:
        roster = read_roster(write(tmp_path, content))
    except UsageError as error:
        assert "roster.csv" in error.text.zh
    else:
        assert all(person.id.strip() for person in roster.people)
