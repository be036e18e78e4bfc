"""A name that a student may choose is never read as another student's: it is read one way, or waits for a decision."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.batch.entries import EntryOptions, Handed, find_entries
from grader.batch.name_ways import MAX_WAYS, ways_of
from grader.batch.names import read_pattern
from grader.errors import UsageError
from grader.exercise.course import load_course

COURSE = load_course(Path(__file__).parent.parent.parent)
VIEWS, SOFTMAX = (COURSE.find(name) for name in ("views", "softmax"))
SOURCE = Path(SOFTMAX.folder, "softmax.py").read_text("utf-8")
CLONES = ("github-classroom", "classroom50")

Tree = Callable[..., Path]
Table = Callable[[str], Path]


@pytest.fixture
def clones(tree: Tree) -> Tree:
    """Return a function that writes what was cloned: folders of these names."""
    return lambda *names: tree(*(f"{name}/softmax.py" for name in names))


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """Return a function that writes a roster."""

    def write(text: str) -> Path:
        (tmp_path / "roster.csv").write_text(text, "utf-8")
        return tmp_path / "roster.csv"

    return write


def students(handed: Handed) -> dict[str, str]:
    return {one.handed_in.entry: one.handed_in.student for one in handed.entries}


def in_doubt(handed: Handed) -> list[str]:
    return [one.handed_in.entry for one in handed.entries if one.doubt is not None]


def notes(handed: Handed) -> str:
    return "\n".join(note.en for note in handed.notes)


# ---------------------------------------------------------------------------------------------- clones


@pytest.mark.parametrize("layout", CLONES)
@pytest.mark.parametrize("roster", ["", "student\nalice\nbob\nsoftmax-bob\n", "student\nalice\nbob\n"])
@pytest.mark.parametrize("others", [(), ("bob",)])
def test_a_login_that_goes_on_like_the_exercise_is_nobody_elses(
    clones: Tree, table: Table, layout: str, roster: str, others: tuple[str, ...]
) -> None:
    names = [f"exercise03-{login}" for login in ("alice", "softmax-bob", *others)]
    options = EntryOptions(names=layout, roster=table(roster) if roster else None)
    handed = find_entries([SOFTMAX], [clones(*names)], options)
    assert students(handed) == {name: name.removeprefix("exercise03-") for name in names}
    assert not in_doubt(handed)
    assert "exercise03-softmax-bob" in notes(handed)


def test_a_login_that_goes_on_like_another_exercise_is_nobody_elses(clones: Tree) -> None:
    root = clones("spring-softmax-alice", "spring-softmax-exercise02-bob", "spring-views-bob")
    handed = find_entries([SOFTMAX, VIEWS], [root], EntryOptions(names="classroom50"))
    assert [(one.exercise.slug, one.handed_in.student) for one in handed.entries if not one.doubt] == [
        ("softmax", "alice"),
        ("views", "bob"),
        ("softmax", "exercise02-bob"),
    ]


@pytest.mark.parametrize("roster", ["", "student\nalice\nbob\ncarol\n", "student\nalice\nbob\ncarol\nsoftmax-bob\n"])
def test_an_assignment_called_like_the_whole_exercise_is_read_so(clones: Tree, table: Table, roster: str) -> None:
    names = [f"exercise03-softmax-{login}" for login in ("alice", "bob", "carol")]
    options = EntryOptions(names="github-classroom", roster=table(roster) if roster else None)
    handed = find_entries([SOFTMAX], [clones(*names)], options)
    assert sorted(students(handed).values()) == ["alice", "bob", "carol"]
    assert not in_doubt(handed)


def test_a_classroom_called_like_an_exercise_is_read_so(clones: Tree) -> None:
    root = clones("softmax-club-softmax-alice", "softmax-club-views-alice", "softmax-club-softmax-bob")
    handed = find_entries([SOFTMAX, VIEWS], [root], EntryOptions(names="classroom50"))
    assert sorted((one.exercise.slug, one.handed_in.student) for one in handed.entries) == [
        ("softmax", "alice"),
        ("softmax", "bob"),
        ("views", "alice"),
    ]


@pytest.mark.parametrize(("known", "student"), [("bob", "bob"), ("softmax-bob", "softmax-bob")])
def test_where_a_folder_says_too_little_the_roster_decides(
    clones: Tree, table: Table, known: str, student: str
) -> None:
    options = EntryOptions(names="github-classroom", roster=table(f"student\nalice\n{known}\n"))
    handed = find_entries([SOFTMAX], [clones("exercise03-softmax-bob")], options)
    assert list(students(handed).values()) == [student]


@pytest.mark.parametrize("roster", ["", "student\nalice\nbob\nsoftmax-bob\n"])
def test_what_stays_open_waits_and_both_readings_and_the_way_out_are_told(
    clones: Tree, table: Table, roster: str
) -> None:
    options = EntryOptions(names="github-classroom", roster=table(roster) if roster else None)
    root = clones("exercise03-softmax-bob", "exercise02-alice")
    handed = find_entries([SOFTMAX, VIEWS], [root], options)
    (open_one,) = [one for one in handed.entries if one.doubt]
    assert open_one.handed_in.student not in ("bob", "softmax-bob")
    assert open_one.doubt is not None
    for told in (open_one.doubt.problem.en, open_one.doubt.problem.zh):
        assert "'softmax-bob'" in told and "'bob'" in told
    assert "--names 'exercise03-softmax-{student}'" in open_one.doubt.remedy.en
    assert "entry" in open_one.doubt.remedy.en
    assert students(handed)["exercise02-alice"] == "alice"


def test_the_roster_may_say_whose_clone_it_is(clones: Tree, table: Table) -> None:
    roster = table("student,entry\nbob,\nsoftmax-bob,exercise03-softmax-bob\n")
    options = EntryOptions(names="github-classroom", roster=roster)
    handed = find_entries([SOFTMAX], [clones("exercise03-softmax-bob")], options)
    assert list(students(handed).values()) == ["softmax-bob"]
    assert not in_doubt(handed)


def test_the_only_clone_is_refused_by_both_its_readings(clones: Tree) -> None:
    with pytest.raises(UsageError, match=r"'softmax-bob'.*'bob'"):
        find_entries([SOFTMAX], [clones("exercise03-softmax-bob")], EntryOptions(names="github-classroom"))


@pytest.mark.parametrize("login", ["janedoe", "Jane-Doe", "jane"])
def test_a_login_is_no_link_to_whoever_is_called_so_where_logins_are_known(
    clones: Tree, table: Table, login: str
) -> None:
    roster = table("github username,name,email\njd99,Jane Doe,jane@x.org\nal,Al Ice,al@x.org\n")
    root = clones("exercise03-al", f"exercise03-{login}")
    handed = find_entries([SOFTMAX], [root], EntryOptions(names="github-classroom", roster=roster))
    assert sorted(students(handed).values()) == sorted(["al", login])
    assert [one.student for one in handed.missing] == ["jd99"]


@pytest.mark.parametrize(
    ("head", "rows", "own"),
    [
        ("student id,name,email", ("s1,Al,alice@x.org", "s2,Bo,bob@x.org", "carol,Carol,c@x.org"), {"carol": "carol"}),
        ("email,name", ("alice@x.org,Alice", "bob@x.org,Bob", "carol,Carol"), {"carol": "carol"}),
        ("student id,username,name", ("s1,carol,Carol", "s2,bob,Alice", "s3,,alice"), {"carol": "s1", "bob": "s2"}),
        ("student id,github username", ("s1,carol", "alice,al1ce", "bob,"), {"carol": "s1"}),
    ],
    ids=["address", "address-is-the-id", "name", "githubs-own-goes-before-the-id"],
)
def test_a_login_is_nobodys_by_an_address_a_name_or_the_id_of_whom_github_calls_otherwise(
    clones: Tree, table: Table, head: str, rows: tuple[str, ...], own: dict[str, str]
) -> None:
    logins = ("alice", "bob", "carol")
    roster = table("\n".join((head, *rows)))
    root = clones(*(f"exercise03-{login}" for login in logins))
    handed = find_entries([SOFTMAX], [root], EntryOptions(names="github-classroom", roster=roster))
    graded = {one.handed_in.entry.rpartition("-")[2]: one for one in handed.entries}
    known = {login: one.handed_in.student for login, one in graded.items() if one.is_expected}
    assert known == own
    assert len(graded) == 3


WORDS = st.sampled_from(("softmax", "exercise03", "views", "exercise02", "spring", "club", "alice", "bob", "x"))
HONEST = ("alice", "dave", "erin")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lead=st.sampled_from(("exercise03", "exercise03-softmax", "spring-softmax", "softmax-club-exercise03")),
    logins=st.lists(st.lists(WORDS, min_size=1, max_size=4).map("-".join), max_size=3, unique=True),
    with_roster=st.booleans(),
)
def test_whatever_login_somebody_chooses_nobody_is_read_as_somebody_else(
    tmp_path_factory: pytest.TempPathFactory, lead: str, logins: list[str], with_roster: bool
) -> None:
    folder = tmp_path_factory.mktemp("clones")
    meant = {f"{lead}-{login}": login for login in (*HONEST, *logins)}
    for name in meant:
        (folder / name).mkdir()
        (folder / name / "softmax.py").write_text(SOURCE, "utf-8")
    roster = folder.parent / f"{folder.name}.csv"
    roster.write_text("student\n" + "".join(f"{one}\n" for one in sorted({*meant.values(), "bob", "x"})), "utf-8")
    options = EntryOptions(names="classroom50", roster=roster if with_roster else None, others=(VIEWS,))
    handed = find_entries([SOFTMAX], [folder], options)
    sure = {one.handed_in.entry: one.handed_in.student for one in handed.entries if one.doubt is None}
    assert sure.items() <= meant.items()
    assert set(HONEST) <= set(sure.values())


# ---------------------------------------------------------------------------------------------- patterns


@pytest.mark.parametrize(
    ("pattern", "own", "borrowed", "student"),
    [
        ("{exercise}-{student}", "exercise03-bob", "exercise03-softmax-bob", "softmax-bob"),
        ("{student}_{exercise}", "bob_softmax", "bob_exercise03_softmax", "bob_exercise03"),
        ("{student}_*", "bob_work", "bob_x_work", "bob_x"),
        ("{time}-{student}", "2026-09-28T1200-bob", "2026-09-28T1200-30-bob", "30-bob"),
    ],
)
def test_a_name_that_a_pattern_reads_in_two_ways_waits_and_the_other_one_is_graded(
    tree: Tree, table: Table, pattern: str, own: str, borrowed: str, student: str
) -> None:
    root = tree(f"{own}.py", f"{borrowed}.py")
    for roster in (None, table(f"student\nbob\n{student}\n")):
        handed = find_entries([SOFTMAX], [root], EntryOptions(names=pattern, roster=roster, zone=UTC))
        assert students(handed) == {f"{own}.py": "bob", f"{borrowed}.py": f"{borrowed}.py (?)"}
        assert in_doubt(handed) == [f"{borrowed}.py"]
        doubt = next(one.doubt for one in handed.entries if one.doubt is not None)
        for told in (doubt.problem.en, doubt.problem.zh):
            assert "'bob'" in told and f"'{student}'" in told
        assert "--roster" in doubt.remedy.en


@pytest.mark.parametrize("known", ["bob", "x_bob"])
@pytest.mark.parametrize("pattern", ["*_{student}", "{student}_*"])
def test_the_roster_decides_what_a_pattern_does_not(tree: Tree, table: Table, pattern: str, known: str) -> None:
    name = f"hw_{known}" if pattern.startswith("*") else f"{known}_hw"
    root = tree(f"{name}.py", "hw_zoe_hw.py")
    handed = find_entries([SOFTMAX], [root], EntryOptions(names=pattern, roster=table(f"student\n{known}\nzoe\n")))
    assert students(handed)[f"{name}.py"] == known
    assert not in_doubt(handed)


def test_the_roster_may_say_whose_a_path_is_that_a_pattern_reads_in_two_ways(tree: Tree, table: Table) -> None:
    roster = table("student,entry\nbob,\nbob_x,bob_x_work.py\n")
    options = EntryOptions(names="{student}_*", roster=roster)
    handed = find_entries([SOFTMAX], [tree("bob_work.py", "bob_x_work.py")], options)
    assert students(handed) == {"bob_work.py": "bob", "bob_x_work.py": "bob_x"}
    assert not in_doubt(handed)


def test_files_of_one_student_that_no_roster_knows_and_that_could_be_two_students_are_not_joined(tree: Tree) -> None:
    root = tree("bob_x_work.py", "bob_y_work.py", "alice_work.py")
    handed = find_entries([SOFTMAX], [root], EntryOptions(names="{student}_*", times="mtime"))
    assert in_doubt(handed) == ["bob_x_work.py", "bob_y_work.py"]


def test_who_alone_is_called_so_is_read_as_the_pattern_says(tree: Tree) -> None:
    root = tree("alice_final_v2.py", "bob_exercise03_softmax.py")
    for pattern, read in (("{student}_*", ["alice", "bob"]), ("{student}_{exercise}", ["bob"])):
        handed = find_entries([SOFTMAX], [root], EntryOptions(names=pattern))
        assert sorted(students(handed).values()) == read
        assert not in_doubt(handed)


@settings(max_examples=30, deadline=None)
@given(
    pattern=st.sampled_from(("{student}_*", "*_{student}_*", "{student}_{exercise}", "{student}*")),
    front=st.text("ab_-", max_size=5),
    back=st.sampled_from(("exercise03_softmax", "softmax", "b_a")),
)
def test_the_ways_to_read_a_name_are_those_that_the_pattern_has(pattern: str, front: str, back: str) -> None:
    read, name = read_pattern(pattern, [SOFTMAX]), f"{front}_{back}"
    first = read.fits(0, name, folder=False)
    if first is None:
        return
    found = {(way.student, way.exercise) for way in ways_of(read, [(name, False)], first)}
    wanted = set()
    for student in {name[start:end] for start in range(len(name)) for end in range(start + 1, len(name) + 1)}:
        fixed = read.parts[0].pattern.replace("(?P<student>.+?)", f"(?P<student>{re.escape(student)})")
        match = re.compile(fixed).fullmatch(name)
        wanted |= {(student, match.groupdict().get("exercise") or "")} if match else set()
    assert found == wanted or len(found) > MAX_WAYS


def test_a_name_made_to_be_read_in_very_many_ways_is_as_open_as_any(tree: Tree) -> None:
    name = "_".join("a" * 120) + ".py"
    root = tree(name, "bob_1_2_3.py")
    handed = find_entries([SOFTMAX], [root], EntryOptions(names="{name}_*_{student}_*"))
    assert len(handed.entries) == 2
    assert in_doubt(handed) == [name]


# ---------------------------------------------------------------------------------------------- platforms

MARK = "assignsubmission_file"


@pytest.mark.parametrize("file", ["softmax.py", f"x_222_{MARK}_softmax.py"])
def test_a_display_name_that_looks_like_moodles_for_another_student_is_nobodys(
    tree: Tree, table: Table, file: str
) -> None:
    forged = f"Victor_222_{MARK}_x_111_{MARK}_{file}"
    root = tree(forged, f"Zoe_333_{MARK}_softmax.py")
    for roster in ("", "id number,name\n111,Mallory\n222,Victor\n333,Zoe\n"):
        options = EntryOptions(roster=table(roster) if roster else None)
        handed = find_entries([SOFTMAX], [root], options)
        assert in_doubt(handed) == [forged]
        assert not {"Victor", "222"} & {one.handed_in.student for one in handed.entries}
        (doubt,) = [one.doubt for one in handed.entries if one.doubt]
        assert "222" in doubt.problem.en and "111" in doubt.problem.zh
    said = table(f"id number,name,entry\n111,Mallory,{forged}\n222,Victor,\n333,Zoe,\n")
    handed = find_entries([SOFTMAX], [root], EntryOptions(roster=said))
    assert students(handed)[forged] == "111"
    assert not in_doubt(handed)


def test_a_file_that_was_downloaded_from_moodle_and_handed_in_again_is_the_same_students(tree: Tree) -> None:
    root = tree(f"Zoe_333_{MARK}_Zoe_333_{MARK}_softmax.py", f"Bo_2_{MARK}_softmax.py")
    handed = find_entries([SOFTMAX], [root])
    assert sorted(students(handed).values()) == ["Bo", "Zoe"]
    assert not in_doubt(handed)


def test_a_student_id_that_is_made_like_somebodys_address_is_told_apart(tree: Tree) -> None:
    root = tree("submission_1/softmax.py", "submission_2/softmax.py")
    (root / "submission_metadata.yml").write_text(
        "submission_1:\n  :submitters:\n  - :name: V\n    :email: v@x.org\n"
        "submission_2:\n  :submitters:\n  - :name: M\n    :sid: v@x.org\n    :email: v@x.org\n",
        "utf-8",
    )
    handed = find_entries([SOFTMAX], [root])
    assert len(set(students(handed).values())) == 2


@pytest.mark.parametrize("roster", ["", "student id,name\n17,Victor\n18,Zoe\n"])
def test_a_student_id_that_another_account_of_gradescopes_has_too_is_not_one_student(
    tree: Tree, table: Table, roster: str
) -> None:
    people = {"1": ("Victor", "17", "v@x.org"), "2": ("Mallory", "17", "m@x.org"), "3": ("Zoe", "18", "z@x.org")}
    root = tree(*(f"submission_{number}/softmax.py" for number in people))
    (root / "submission_metadata.yml").write_text(
        "".join(
            f"submission_{number}:\n  :submitters:\n  - :name: {name}\n    :sid: '{sid}'\n    :email: {email}\n"
            f"  :created_at: 2026-09-28 0{number}:15:30 Z\n"
            for number, (name, sid, email) in people.items()
        ),
        "utf-8",
    )
    handed = find_entries([SOFTMAX], [root], EntryOptions(roster=table(roster) if roster else None))
    found = students(handed)
    assert found["submission_3"] == "18"
    assert "17" not in found.values()
    assert in_doubt(handed) == (["submission_2", "submission_1"] if roster else [])  # one is of 17, who is not missing
    assert len(set(found.values())) == 3
    assert all(one.handed_in.attempt == 1 for one in handed.entries)
