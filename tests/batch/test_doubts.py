"""What a student can cause costs that student's entry alone, and nobody hands in for somebody else."""

from __future__ import annotations

import errno
import os
import subprocess
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from gits import Git, new_git
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.batch.entries import EntryOptions, Handed, find_entries
from grader.batch.handed import Entry
from grader.batch.intake import take_in
from grader.errors import GraderFault, SubmissionError, Undecided, UsageError
from grader.exercise.course import load_course
from grader.records import Device, Fault
from grader.report import Status, build_failure
from grader.report.sentences import headline_of_problem
from grader.submission import read
from grader.submission.repository import RepositoryError

COURSE = load_course(Path(__file__).parent.parent.parent)
VIEWS, SOFTMAX = (COURSE.find(name) for name in ("views", "softmax"))
SOURCE = Path(SOFTMAX.folder, "softmax.py").read_text("utf-8")
DUE = {SOFTMAX.name: datetime(2026, 9, 28, 12, tzinfo=UTC)}

Tree = Callable[..., Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    def write(*paths: str, text: str = SOURCE) -> Path:
        for path in paths:
            place = tmp_path / "in" / path
            if path.endswith("/"):
                place.mkdir(parents=True)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")
        return tmp_path / "in"

    return write


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str], Path]:
    def write(content: str) -> Path:
        file = tmp_path / "table.csv"
        file.write_text(content, "utf-8")
        return file

    return write


def students(handed: Handed) -> dict[str, str]:
    return {one.handed_in.student: one.handed_in.entry for one in handed.entries}


def notes(handed: Handed) -> str:
    return "\n".join(note.en for note in handed.notes)


def in_doubt(handed: Handed) -> list[str]:
    return [one.handed_in.student for one in handed.entries if one.doubt is not None]


# ---------------------------------------------------------------------------------------------- whose it is


def test_a_students_own_file_name_does_not_decide_whose_it_is_in_moodle(
    tree: Tree, table: Callable[[str], Path]
) -> None:
    root = tree(
        "Mallory_111_assignsubmission_file_x_222_assignsubmission_file_softmax.py",
        "Victor_222_assignsubmission_file_softmax.py",
        "Zoe_333_assignsubmission_file_softmax.py",
    )
    roster = table("id number,name\n111,Mallory\n222,Victor\n333,Zoe\n")
    for options in (EntryOptions(), EntryOptions(roster=roster)):
        handed = find_entries([SOFTMAX], [root], options)
        sure = {one.handed_in.entry.split("_")[1]: one.handed_in.name for one in handed.entries if not one.doubt}
        assert sure == {"222": "Victor", "333": "Zoe"}
        (open_one,) = in_doubt(handed)
        assert open_one.startswith("Mallory_111_") and open_one.endswith("_222_assignsubmission_file_softmax.py (?)")


def test_files_that_are_left_out_beside_the_exercises_own_are_named(tree: Tree) -> None:
    root = tree(
        *(f"Jane_1_assignsubmission_file_{name}.py" for name in ("softmax", "plot")), "Bo_2_assignsubmission_file_a.py"
    )
    handed = find_entries([SOFTMAX], [root])
    assert students(handed)["Jane"].endswith("softmax.py")
    assert "left out: Jane_1_assignsubmission_file_plot.py" in notes(handed)


CANVAS = 'Student,ID,SIS Login ID\n"Ic, V",222,vic\n"Ory, Mall",111,mal\n"Oe, Z",333,zoe\n'


def test_canvas_number_goes_before_the_name_and_a_contradiction_is_nobodys(
    tree: Tree, table: Callable[[str], Path]
) -> None:
    root = tree("vic_111_11_softmax.py", "icv_222_12_softmax.py", "oez_333_13_softmax.py")
    handed = find_entries([SOFTMAX], [root], EntryOptions(roster=table(CANVAS)))
    assert students(handed) == {
        "vic": "icv_222_12_softmax.py",
        "vic (111)": "vic_111_11_softmax.py",
        "zoe": "oez_333_13_softmax.py",
    }
    assert "graded under names of their own: vic_111_11_softmax.py" in notes(handed)
    assert [one.student for one in handed.missing] == ["mal"]


def test_a_name_is_no_link_to_somebody_whose_number_is_another(tree: Tree, table: Callable[[str], Path]) -> None:
    root = tree("vic_999_11_softmax.py", "oez_333_13_softmax.py")
    handed = find_entries([SOFTMAX], [root], EntryOptions(names="canvas", roster=table(CANVAS)))
    assert students(handed) == {"vic (999)": "vic_999_11_softmax.py", "zoe": "oez_333_13_softmax.py"}


def test_the_display_name_of_another_student_costs_nobody_else_points(tree: Tree, table: Callable[[str], Path]) -> None:
    root = tree(
        "Vic Tor_222_assignsubmission_file_/softmax.py",
        "vic_111_assignsubmission_file_/softmax.py",
        "Zoe_3_assignsubmission_file_/softmax.py",
    )
    handed = find_entries([SOFTMAX], [root], EntryOptions(roster=table("student,name\nvic,Vic Tor\nz,Zoe\n")))
    assert sorted(students(handed)) == ["Vic Tor (222) (?)", "vic (111) (?)", "z"]
    assert sorted(in_doubt(handed)) == ["Vic Tor (222) (?)", "vic (111) (?)"]  # vic handed in one of them
    assert [one.student for one in handed.missing] == ["vic"]


def test_names_that_are_made_to_look_like_told_apart_ones_are_told_apart(tree: Tree) -> None:
    names = ("Jo_1", "Jo_2", "Jo (2)_5", "jo_7")
    handed = find_entries([SOFTMAX], [tree(*(f"{name}_assignsubmission_file_softmax.py" for name in names))])
    assert len(students(handed)) == 4
    assert not in_doubt(handed)


@pytest.mark.parametrize(
    "row", ["学号,姓,名\n7,陈,伟\n8,李,雷\n", "学号,姓名\n7,陈伟\n8,李雷\n", "学号,姓,名\n7,欧阳,伟\n8,李,雷\n"]
)
def test_a_chinese_name_matches_in_both_orders(tree: Tree, table: Callable[[str], Path], row: str) -> None:
    name = "伟 欧阳" if "欧阳" in row else "伟 陈"
    root = tree(f"{name}_11_assignsubmission_file_softmax.py", "李雷_12_assignsubmission_file_softmax.py")
    assert sorted(students(find_entries([SOFTMAX], [root], EntryOptions(roster=table(row))))) == ["7", "8"]


def test_who_was_probably_meant_is_no_guess_for_a_chinese_name(tree: Tree, table: Callable[[str], Path]) -> None:
    names = ("陈 小伟_1", "王伟_2", "李小雷_3")
    root = tree(*(f"{name}_assignsubmission_file_softmax.py" for name in names))
    handed = find_entries([SOFTMAX], [root], EntryOptions(roster=table("学号,姓名\n7,陈伟\n8,李小雷\n9,伟小陈\n")))
    said = {note.en.partition("_")[0]: note.en for note in handed.notes if "not on the roster" in note.en}
    assert "Did you mean 9?" in said["陈 小伟"]
    assert "Did you mean" not in said["王伟"]


def test_the_work_beside_what_the_roster_names_is_noted(tree: Tree, table: Callable[[str], Path]) -> None:
    root = tree("g1/alice.py", "g1/bob.py", "g1/notes.txt", "zoe.py")
    roster = table("student,entry\na,g1/alice.py\nz,zoe.py\n")
    handed = find_entries([SOFTMAX], [root], EntryOptions(roster=roster))
    assert students(handed) == {"a": "g1/alice.py", "z": "zoe.py"}
    assert "the roster names others in this folder): bob.py, notes.txt" in notes(handed)


def test_whose_folder_is_empty_is_missing_without_a_roster_too(tree: Tree) -> None:
    handed = find_entries([SOFTMAX], [tree("alice.py", "bob/")])
    assert [one.student for one in handed.missing] == ["bob"]


WORDS = st.sampled_from(
    (
        "Vic Tor",
        "vic",
        "Zoe",
        "z",
        "222",
        "_222_",
        "_222_assignsubmission_file_",
        " (222)",
        "LATE",
        "-1",
        "e\u0301",
        "张",
    )
)
CHOSEN = st.lists(WORDS | st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=CHOSEN.map("".join).filter(lambda text: not text.startswith(".")),
    files=st.lists(CHOSEN.map("".join), min_size=1, max_size=3, unique=True),
    layout=st.sampled_from(("moodle", "canvas")),
    with_roster=st.booleans(),
)
def test_whatever_one_student_is_called_and_hands_in_the_others_are_graded(
    tmp_path_factory: pytest.TempPathFactory, name: str, files: list[str], layout: str, with_roster: bool
) -> None:
    folder = tmp_path_factory.mktemp("class")
    others = {"222": "Vic Tor", "333": "Zoe", "444": "Bo"}
    if layout == "moodle":
        own = [f"{who}_{number}_assignsubmission_file_softmax.py" for number, who in others.items()]
        hostile = [f"{name}_111_assignsubmission_file_{file}.py" for file in files]
    else:
        own = [f"{who}_{number}_1{number}_softmax.py" for number, who in others.items()]
        hostile = [f"{name.replace('_', '')}_111_{900 + place}_{file}.py" for place, file in enumerate(files)]
    for file in (*own, *(one for one in hostile if len(os.fsencode(one)) < 256)):
        (folder / file).write_text(SOURCE, "utf-8")
    roster = folder.parent / f"{folder.name}.csv"
    roster.write_text("id number,name\n" + "".join(f"{number},{who}\n" for number, who in others.items()), "utf-8")
    options = EntryOptions(names=layout, roster=roster if with_roster else None, dues=DUE)
    handed = find_entries([SOFTMAX], [folder], options)
    of_others = [one for one in handed.entries if one.handed_in.entry in own]
    assert sorted(one.handed_in.entry for one in of_others) == sorted(own)
    assert all(one.doubt is None for one in of_others)
    assert not {one.handed_in.student for one in handed.entries if one not in of_others} & {
        one.handed_in.student for one in of_others
    }
    if with_roster:
        assert sorted(one.handed_in.student for one in of_others) == sorted(others)


# ---------------------------------------------------------------------------------------------- what is in doubt


def test_two_files_in_canvas_and_two_names_of_one_form_wait_for_a_decision(tree: Tree) -> None:
    root = tree("mal_1_11_a.py", "mal_1_12_b.py", "vic_2_13_softmax.py")
    handed = find_entries([SOFTMAX], [root])
    assert in_doubt(handed) == ["mal"] and sorted(students(handed)) == ["mal", "vic"]
    folder = root.parent / "nfc"
    folder.mkdir()
    for name in ("\u00e9.py", "e\u0301.py", "zoe.py"):
        (folder / name).write_text(SOURCE, "utf-8")
    assert in_doubt(find_entries([SOFTMAX], [folder])) == ["\u00e9"]


def doubtful(tree: Tree) -> Entry:
    (entry,) = [one for one in find_entries([SOFTMAX], [tree("al.py", "al.ipynb", "bob.py")]).entries if one.doubt]
    return entry


def doubt_of(handed: Handed, student: str = "alice") -> tuple[str, str]:
    """Return what is asked about a student, and the way out, as English says it; Chinese says both otherwise."""
    (doubt,) = (one.doubt for one in handed.entries if one.handed_in.student == student)
    assert doubt is not None
    assert doubt.problem.zh != doubt.problem.en
    assert doubt.remedy.zh != doubt.remedy.en
    return doubt.problem.en, doubt.remedy.en


def test_the_way_out_of_two_files_names_the_roster_whose_entry_column_settles_it(
    tree: Tree, table: Callable[[str], Path]
) -> None:
    folder = tree("alice.py", "alice.ipynb", "bob.py")
    _, remedy = doubt_of(find_entries([SOFTMAX], [folder]))
    assert "column entry (--roster), or say which came first with --times git or mtime" in remedy
    settled = find_entries([SOFTMAX], [folder], EntryOptions(roster=table("student,entry\nalice,alice.py\nbob,\n")))
    assert in_doubt(settled) == []
    assert students(settled) == {"alice": "alice.py", "bob": "bob.py"}


def test_times_that_are_the_same_are_told_and_not_advised_again(tree: Tree) -> None:
    folder = tree("alice.py", "alice.ipynb", "bob.py")
    for name, moment in (("alice.py", 1_790_000_000.2), ("alice.ipynb", 1_790_000_000.7)):
        os.utime(folder / name, (moment, moment))
    problem, remedy = doubt_of(find_entries([SOFTMAX], [folder], EntryOptions(times="mtime")))
    assert "Two have the same time, 2026-09-21T14:13:20+00:00, which orders nothing." in problem
    assert "--times" not in remedy
    assert "column entry" in remedy


def test_a_table_of_attempts_says_why_it_does_not_order_two_files(tree: Tree, table: Callable[[str], Path]) -> None:
    rows = "student,attempt,time\nalice,1,2026-09-20T10:00:00Z\nalice,2,2026-09-20T12:00:00Z\n"
    options = EntryOptions(times=str(table(rows)), zone=UTC)
    problem, remedy = doubt_of(find_entries([SOFTMAX], [tree("alice.py", "alice.ipynb", "bob.py")], options))
    assert "table.csv has times of attempts 1, 2, but not which of these is which." in problem
    assert "{attempt}" in remedy


def test_the_time_of_a_files_last_change_is_found_in_a_workspace_in_folders(tree: Tree) -> None:
    folder = tree("alice/softmax.py", "bob/hw/softmax.py", "carol/hw/my-course/exercise03_softmax/softmax.py")
    for number, file in enumerate(sorted(folder.rglob("softmax.py"))):
        os.utime(file, (1_790_000_000 + number, 1_790_000_000 + number))
    handed = find_entries([SOFTMAX], [folder], EntryOptions(times="mtime"))
    assert [one.handed_in.at[-8:-6] for one in handed.entries] == ["20", "21", "22"]


def test_what_waits_for_a_decision_is_unscored_and_nothing_is_said_to_have_failed(tree: Tree) -> None:
    with pytest.raises(Undecided) as error:
        take_in(doubtful(tree))
    report = build_failure(SOFTMAX, error.value, device=Device.CPU)
    assert report.status is Status.UNSCORED and report.score is None
    assert "whoever grades has to settle" in headline_of_problem(report).en
    assert "老师" in headline_of_problem(report).zh


@pytest.mark.parametrize("stamp", ["tomorrow", "2026-09-28 10:00:00", "x" * 500])
def test_a_time_that_a_student_wrote_wrong_costs_only_that_student(
    tree: Tree, table: Callable[[str], Path], stamp: str
) -> None:
    root = tree("submitted/al/ps1/a.ipynb", "submitted/bob/ps1/a.ipynb")
    (root / "submitted/al/ps1/timestamp.txt").write_text(stamp)
    (root / "submitted/bob/ps1/timestamp.txt").write_text("2026-09-28 10:15:30 UTC\n")
    handed = find_entries([SOFTMAX], [root], EntryOptions(dues=DUE))
    assert in_doubt(handed) == ["al"]
    freely = find_entries([SOFTMAX], [root])
    assert in_doubt(freely) == [] and "with a time that is none" in notes(freely)
    told = table("student,time\nal,2026-09-28T10:00Z\n")
    assert in_doubt(find_entries([SOFTMAX], [root], EntryOptions(dues=DUE, times=str(told)))) == []


def test_a_time_in_a_name_that_is_none_costs_only_that_student(tree: Tree) -> None:
    root = tree("al@2026-99-28T1000Z.py", "bob@2026-09-28T1000Z.py")
    assert in_doubt(find_entries([SOFTMAX], [root], EntryOptions(names="{student}@{time}", dues=DUE))) == ["al"]


def test_more_attempts_than_the_teachers_table_has_cost_only_that_student(
    tree: Tree, table: Callable[[str], Path]
) -> None:
    root = tree("al_1_11_softmax.py", "al_1_12_softmax-1.py", "bob_2_13_softmax.py")
    times = table("student,time\nal,2026-09-28T10:00Z\nbob,2026-09-28T10:00Z\n")
    handed = find_entries([SOFTMAX], [root], EntryOptions(times=str(times)))
    assert in_doubt(handed) == ["al", "al"]


@pytest.mark.parametrize(
    ("number", "is_ours"), [(errno.EACCES, True), (errno.EIO, True), (errno.ESTALE, True), (errno.ELOOP, False)]
)
def test_what_this_machine_cannot_read_is_nobodys_zero(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, number: int, is_ours: bool
) -> None:
    (entry,) = find_entries([SOFTMAX], [tree("al.py")]).entries

    def refuse(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(read.os, "open", refuse)  # a disk that fails cannot be had in a test
    with pytest.raises(GraderFault if is_ours else SubmissionError, match=r"al\.py: cannot be read"):
        take_in(entry)


def test_a_file_that_may_not_be_read_has_no_score_and_the_teacher_is_told_what_to_do(powerless: Path) -> None:
    (powerless / "in").mkdir()
    for name in ("al.py", "bob.py"):
        (powerless / "in" / name).write_text(SOURCE, "utf-8")
    (powerless / "in" / "al.py").chmod(0)
    al, _ = find_entries([SOFTMAX], [powerless / "in"]).entries
    with pytest.raises(GraderFault, match=r"Whoever grades: make al\.py readable"):
        take_in(al)


def test_what_is_gone_since_it_was_listed_stops_nobody(tree: Tree) -> None:
    al, _ = find_entries([SOFTMAX], [tree("al.py", "bob.py")]).entries
    al.path.unlink()
    with pytest.raises(GraderFault, match=r"al\.py: it is gone since"):
        take_in(al)


def test_messages_name_what_was_handed_in_from_wherever_they_are_asked(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = tree("al/exercise03_softmax/softmax.py", "bob/x.py", "bob/y.py", text="\0")
    said = []
    for place in (tmp_path, root, Path("/")):
        monkeypatch.chdir(place)
        for entry in find_entries([SOFTMAX], [root]).entries:
            with pytest.raises(SubmissionError) as error:
                take_in(entry)
            said.append(error.value.text.en)
    assert said[:2] == said[2:4] == said[4:]
    assert said[0].startswith("al/exercise03_softmax/softmax.py: line 1")
    assert said[1].startswith("bob: softmax.py is missing")


# ---------------------------------------------------------------------------------------------- repositories


@pytest.fixture
def git(tmp_path: Path) -> Git:
    (tmp_path / "in").mkdir()
    git = new_git(tmp_path / "in" / "alice")
    git.commit({"softmax.py": SOURCE}, at="2026-09-28T10:00:00+0000")
    git.commit({"softmax.py": "late = 1\n"}, at="2026-09-28T13:00:00+0000")
    return git


def test_the_last_commit_before_it_was_due_counts_and_an_extension_wins(git: Git, table: Callable[[str], Path]) -> None:
    options = EntryOptions(commit="due", dues=DUE)
    (entry,) = find_entries([SOFTMAX], [git.path.parent], options).entries
    assert take_in(entry).files[0].text == SOURCE
    assert entry.handed_in.at == "2026-09-28T10:00:00+00:00"
    roster = table("student,due\nalice,2026-09-28T14:00Z\n")
    (entry,) = find_entries([SOFTMAX], [git.path.parent], EntryOptions(commit="due", dues=DUE, roster=roster)).entries
    assert take_in(entry).files[0].text == "late = 1\n"
    with pytest.raises(UsageError, match="exercise03_softmax has no due date"):
        find_entries([SOFTMAX], [git.path.parent], EntryOptions(commit="due"))


def test_no_commit_before_it_was_due_is_for_the_teacher_to_decide(git: Git, tree: Tree) -> None:
    early = {SOFTMAX.name: datetime(2026, 9, 1, tzinfo=UTC)}
    handed = find_entries([SOFTMAX], [tree("bob.py")], EntryOptions(commit="due", dues=early))
    assert in_doubt(handed) == ["alice"]
    assert "alice: no commit says to be from" in next(one.doubt.problem.en for one in handed.entries if one.doubt)


def test_a_commit_that_the_teacher_named_is_nobodys_zero_and_says_so_to_the_teacher(git: Git) -> None:
    (entry,) = find_entries([SOFTMAX], [git.path.parent], EntryOptions(commit="nowhere")).entries
    with pytest.raises(RepositoryError, match="alice: no commit, tag or branch is called nowhere") as error:
        take_in(entry)
    report = build_failure(SOFTMAX, error.value, device=Device.CPU)
    assert report.fault is Fault.GRADER and "settle" in headline_of_problem(report).en


def test_three_names_make_no_repository_and_a_repository_of_nothing_is_the_students(tree: Tree, tmp_path: Path) -> None:
    root = tree("al/HEAD", "al/objects/x", "al/refs/x", "zoe.py")
    bare = root / "bob.git"
    subprocess.run(["git", "init", "-q", "--bare", str(bare)], check=True)
    al, bob, _ = find_entries([SOFTMAX], [root]).entries
    with pytest.raises(SubmissionError, match=r"al: softmax\.py is missing"):
        take_in(al)
    with pytest.raises(SubmissionError, match=r"bob\.git: no commit"):
        take_in(bob)


def test_a_time_outside_the_calendar_is_told(git: Git, tree: Tree) -> None:
    tree("bob.py")
    git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", "x")
    raw = git("cat-file", "commit", "HEAD").replace(git("log", "-1", "--format=%ct"), "99999999999999")
    new = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--literally", "--stdin"],
        cwd=git.path, input=raw + "\n", text=True, capture_output=True, check=True,
    ).stdout.strip()  # fmt: skip
    git("update-ref", "refs/heads/main", new)
    assert "with a time that is none, taken as without one: alice" in notes(
        find_entries([SOFTMAX], [git.path.parent], EntryOptions(times="git"))
    )
    assert in_doubt(find_entries([SOFTMAX], [git.path.parent], EntryOptions(times="git", dues=DUE))) == ["alice"]


# ---------------------------------------------------------------------------------------------- layouts


def test_strays_do_not_hide_a_platforms_layout(tree: Tree) -> None:
    moodle = tree(
        *(f"S{n}_{n}_assignsubmission_file_/softmax.py" for n in range(5)), "notes.py", "Grades.csv", "_feedback/x.txt"
    )
    handed = find_entries([SOFTMAX], [moodle])
    assert sorted(students(handed)) == ["S0", "S1", "S2", "S3", "S4"]
    assert "Grades.csv, _feedback, notes.py" in notes(handed)
    canvas = tree(*(f"c/s{n}_{n}_1{n}_softmax.py" for n in range(5)), "c/notes.py", "c/late_LATE_9_19_softmax.py") / "c"
    handed = find_entries([SOFTMAX], [canvas])
    assert sorted(students(handed)) == ["late", "s0", "s1", "s2", "s3", "s4"]
    assert "1 marked LATE, but not by how much" in notes(handed)
    assert "LATE" not in notes(find_entries([SOFTMAX], [canvas], EntryOptions(times="mtime")))


def test_a_folder_that_is_moodles_in_part_is_asked_about(tree: Tree) -> None:
    root = tree("S_1_assignsubmission_file_a.py", "T_2_assignsubmission_file_a.py", "alice.py", "bob.py")
    with pytest.raises(UsageError, match=r"2 of 4 names as Moodle writes them.*--names moodle"):
        find_entries([SOFTMAX], [root])


def test_a_class_whose_files_lie_elsewhere_is_no_class_of_zeros(tree: Tree) -> None:
    root = tree(*(f"s00{n}/ps1/x.ipynb" for n in range(3)))
    with pytest.raises(
        UsageError, match=r"none of 3 folders has softmax\.py\. In s000 there is: ps1/\..*--names nbgrader"
    ):
        find_entries([SOFTMAX], [root])
    assert len(find_entries([SOFTMAX], [root], EntryOptions(names="nbgrader")).entries) == 3


@pytest.mark.parametrize(
    ("names", "layout"),
    [
        ([f"S{n}_{n}_assignsubmission_file_/softmax.py" for n in range(3)], "moodle"),
        ([f"download/s{n}_{n}_1{n}_softmax.py" for n in range(3)], "canvas"),
        (["export/submission_metadata.yml", "export/submission_1/softmax.py"], "gradescope"),
        (["submitted/al/ps1/x.ipynb"], "nbgrader"),
        (["class/al/softmax.py", "class/bo/softmax.py", "class/zoe/softmax.py"], ""),
        (["al.py", "bo.ipynb", "zoe.zip"], ""),
    ],
)
def test_an_archive_of_a_class_is_no_students(tmp_path: Path, names: list[str], layout: str) -> None:
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for name in names:
            archive.writestr(name, SOURCE)
    with pytest.raises(UsageError, match=rf"a whole class's archive{layout and ', in the layout '}{layout},.*Unzip"):
        find_entries([SOFTMAX], [tmp_path / "class.zip"])
    assert find_entries([SOFTMAX], [tmp_path / "class.zip"], EntryOptions(student="al")).entries


@pytest.mark.parametrize(
    "names", [["softmax.py", "a.py", "b.py", "c.py"], ["al/softmax.py"], ["a.py"], ["x/a.py", "x/b.py"]]
)
def test_an_archive_of_one_student_is_one(tmp_path: Path, names: list[str]) -> None:
    with zipfile.ZipFile(tmp_path / "al.zip", "w") as archive:
        for name in names:
            archive.writestr(name, SOURCE)
    assert students(find_entries([SOFTMAX], [tmp_path / "al.zip"])) == {"al": "al.zip"}


def test_moodles_grading_worksheet_says_when(tree: Tree, table: Callable[[str], Path]) -> None:
    root = tree(
        *(f"{name}_{n}_assignsubmission_file_/softmax.py" for n, name in ((1, "Jane Doe"), (2, "陈 伟"), (3, "Jo")))
    )
    worksheet = table(
        "Identifier,Full name,Email address,Status,Grade,Last modified (submission)\n"
        'Participant 1,Jane Doe,j@x,Submitted,-,"Wednesday, 12 March 2025, 10:15 PM"\n'
        "Participant 2,陈 伟,c@x,Submitted,-,2025年03月12日 星期三 10:15\n"
        'Participant 3,Jo,jo@x,Submitted,-,"Wednesday, 12 March 2025, 9:05"\n'
        "Participant 4,Zoe,z@x,No submission,-,-\n"
    )
    options = EntryOptions(times=str(worksheet), zone=ZoneInfo("Asia/Shanghai"))
    handed = find_entries([SOFTMAX], [root], options)
    assert {one.handed_in.student: one.handed_in.at[:16] for one in handed.entries} == {
        "Jane Doe": "2025-03-12T22:15",
        "陈 伟": "2025-03-12T10:15",
        "Jo": "2025-03-12T09:05",
    }
    assert "who handed in nothing" not in notes(handed)


# ---------------------------------------------------------------------------------------------- what students hand in


@pytest.mark.parametrize(
    ("name", "head", "said"),
    [
        ("softmax.docx", b"PK", "It is a document, no code. Copy the code out of it"),
        ("homework.pdf", b"%PDF-1.7", "It is a document, no code. Copy the code out of it"),
        ("softmax.py", b"%PDF-1.7", "a PDF; expected the source code of a Python module. Copy the code"),
        ("softmax.rar", b"Rar!\x1a\x07\x00", "a RAR or 7z archive; .* as a zip or a tar"),
    ],
)
def test_a_document_is_not_to_be_renamed(tree: Tree, name: str, head: bytes, said: str) -> None:
    folder = tree("in/al/notes.txt") / "in" / "al"
    (folder / name).write_bytes(head)
    (entry,) = find_entries([SOFTMAX], [folder], EntryOptions(student="al")).entries
    with pytest.raises(SubmissionError, match=said) as error:
        take_in(entry)
    assert "Rename" not in error.value.text.en


def test_a_word_processors_document_by_itself_is_told_as_one(tree: Tree) -> None:
    file = tree("x/") / "x" / "al.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "x")
        archive.writestr("word/document.xml", "x")
    (entry,) = find_entries([SOFTMAX], [file]).entries
    with pytest.raises(SubmissionError, match=r"al\.zip: this is a document of a word processor"):
        take_in(entry)
