"""What is handed in by nobody of the roster: told before those who are on it count as missing for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from classes import RIGHT, hand_in, make_course, request, run

from grader.batch.entries import EntryOptions, Handed, find_entries
from grader.batch.grade import Mode
from grader.errors import UsageError
from grader.exercise.course import load_course
from grader.runners.local import LocalRunner

COURSE = load_course(Path(__file__).parent.parent.parent)
VIEWS, SOFTMAX = (COURSE.find(name) for name in ("views", "softmax"))
SOURCE = Path(SOFTMAX.folder, "softmax.py").read_text("utf-8")
CLASS = ("alice", "bob", "carol", "dan")

Tree = Callable[..., Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    def write(*names: str, below: str = "subs") -> Path:
        for name in names:
            place = tmp_path / below / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(SOURCE, "utf-8")
        return tmp_path / below

    return write


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    (tmp_path / "roster.csv").write_text("student,entry\n" + "".join(f"{one},\n" for one in (*CLASS, "zoe")), "utf-8")
    return tmp_path / "roster.csv"


def read(root: Path, roster: Path, names: str = "") -> Handed:
    return find_entries([SOFTMAX], [root], EntryOptions(roster=roster, names=names, others=(VIEWS, SOFTMAX)))


def whose(handed: Handed) -> list[str]:
    return [one.handed_in.student for one in handed.entries]


# ---------------------------------------------------------------------------------------------- nobody is known


@pytest.mark.parametrize(
    ("names", "form"), [("", "hw1-{}x.py"), ("{student}", "{}_softmax.py"), ("{student}/*", "hw-{}/softmax.py")]
)
def test_a_class_of_nothing_but_strangers_is_refused(tree: Tree, roster: Path, names: str, form: str) -> None:
    with pytest.raises(UsageError, match=r"nobody who handed in is on the.*On the roster: alice.*--names") as error:
        read(tree(*map(form.format, CLASS)), roster, names)
    assert form.format("alice").partition("/")[0] in error.value.text.en
    assert "roster" in error.value.remedy.en and error.value.text.zh != error.value.text.en


@pytest.mark.parametrize("others", [("alice.py",), ("bob/notes.txt",)])
def test_a_class_in_which_one_is_known_is_graded_and_strangers_are_told(
    tree: Tree, roster: Path, others: tuple[str, ...]
) -> None:
    handed = read(tree("eve.py", "fay.py", *others), roster)
    assert {"eve", "fay"} < set(whose(handed))


def test_one_stranger_alone_is_graded(tree: Tree, roster: Path) -> None:
    assert whose(read(tree("eve.py") / "eve.py", roster)) == ["eve"]


@pytest.mark.parametrize("stray", ["softmax.py", "softmax/softmax.py", "exercise03_softmax/softmax.py"])
def test_one_who_forgot_the_name_does_not_hide_how_all_others_are_called(tree: Tree, roster: Path, stray: str) -> None:
    handed = read(tree(*(f"{student}_softmax.py" for student in CLASS), stray), roster)
    assert set(whose(handed)) == {*CLASS, stray.partition("/")[0].removesuffix(".py")}
    assert [one.student for one in handed.missing] == ["zoe"]


# ---------------------------------------------------------------------------------------------- folders of nobody


@pytest.mark.parametrize("late", ["late/zoe.py", "late/zoe/softmax.py", "2026/late/zoe.py"])
@pytest.mark.parametrize("form", ["{}.py", "{}/softmax.py"])
def test_a_folder_of_nobody_with_a_students_entry_in_it_is_in_doubt_and_nobodys_points(
    tree: Tree, roster: Path, late: str, form: str
) -> None:
    root = tree(*map(form.format, CLASS), late)
    handed = read(root, roster)
    folder = late.partition("/")[0]
    assert whose(handed) == sorted([*CLASS, f"{folder} (?)"], key=str.lower)
    (doubt,) = [one.doubt for one in handed.entries if one.doubt]
    assert "zoe" in doubt.problem.en and "zoe" in doubt.problem.zh
    roster.write_text(roster.read_text("utf-8").replace("zoe,", f"zoe,{late}"), "utf-8")
    said = read(root, roster)
    assert whose(said) == [*CLASS, "zoe"]
    assert not [one for one in said.entries if one.doubt]


@pytest.mark.parametrize("form", ["submissions/{}/softmax.py", "submissions/{}.py"])
def test_one_folder_around_a_class_is_asked_about(tree: Tree, roster: Path, form: str) -> None:
    root = tree(*map(form.format, CLASS))
    with pytest.raises(UsageError, match=r"submissions: whose is it.*submissions/alice.*with these as SUBMISSIONS"):
        read(root, roster)
    assert whose(read(root / "submissions", roster)) == list(CLASS)


@pytest.mark.parametrize("form", ["all/{}_softmax.py", "all/{}_1_assignsubmission_file_/softmax.py", "all/x{}.py"])
def test_one_folder_around_names_that_say_more_is_asked_about(tree: Tree, roster: Path, form: str) -> None:
    with pytest.raises(UsageError, match=r"all: whose is it\? Nobody on the roster is called so"):
        read(tree(*map(form.format, CLASS)), roster)


def test_sections_are_asked_about(tree: Tree, roster: Path) -> None:
    root = tree("sec0/alice/softmax.py", "sec0/bob/softmax.py", "sec1/carol/softmax.py", "sec1/dan/softmax.py")
    with pytest.raises(UsageError, match=r"sec0: whose is it\? Nobody on the roster is called so"):
        read(root, roster)
    options = EntryOptions(roster=roster)
    assert whose(find_entries([SOFTMAX], [root / "sec0", root / "sec1"], options)) == list(CLASS)


def test_a_strangers_folder_is_graded_where_it_surely_holds_one_students_work(tree: Tree, roster: Path) -> None:
    root = tree("alice.py", "eve/softmax.py", "fay/hw/softmax.py", "gus/a/softmax.py", "gus/b/softmax.py", "hal/x.txt")
    handed = read(root, roster)
    assert {one.handed_in.student: one.doubt is None for one in handed.entries} == {
        "alice": True,
        "eve": True,
        "fay": True,
        "gus (?)": False,
        "hal (?)": False,
    }


# ---------------------------------------------------------------------------------------------- nobody is left


@pytest.fixture(scope="module")
def runner(shared_base: None) -> Iterator[LocalRunner]:
    with LocalRunner(1, others=True) as started:
        yield started


@pytest.mark.parametrize("mode", [Mode.RESUME, Mode.REGRADE])
def test_a_batch_of_which_nobody_is_handed_in_any_more_is_refused_and_stays(
    tmp_path: Path, runner: LocalRunner, mode: Mode
) -> None:
    course = make_course(tmp_path / "course")
    subs = hand_in(tmp_path / "subs", {"alice": RIGHT, "bob": RIGHT})
    asked = request(course, subs, tmp_path / "out")
    run(asked, runner)
    before = (tmp_path / "out" / "gradebook.csv").read_bytes()
    for student in ("alice", "bob"):
        (subs / f"{student}.py").rename(subs / f"x{student}.py")
    with pytest.raises(UsageError, match=r"nobody hands in any more: alice, bob\. Read now: xalice, xbob") as error:
        run(replace(asked, mode=mode, seed=None), runner)
    assert "--output" in error.value.remedy.en and error.value.text.zh != error.value.text.en
    assert (tmp_path / "out" / "gradebook.csv").read_bytes() == before
    (subs / "xalice.py").rename(subs / "alice.py")
    result = run(replace(asked, mode=mode, seed=None), runner)
    assert [row.handed_in.student for row in result.rows] == ["alice", "xbob"]


def test_what_was_in_doubt_alone_keeps_no_other_submissions_from_being_taken(
    tmp_path: Path, runner: LocalRunner
) -> None:
    (tmp_path / "roster.csv").write_text("student\nalice\nbob\n", "utf-8")
    subs = hand_in(tmp_path / "subs", {"alice": RIGHT})
    hand_in(subs / "late", {"bob": RIGHT})
    options = EntryOptions(roster=tmp_path / "roster.csv")
    asked = request(make_course(tmp_path / "course"), subs, tmp_path / "out", options=options)
    assert run(asked, runner).unscored == 1
    sorted_out = hand_in(tmp_path / "sorted", {"alice": RIGHT, "bob": RIGHT})
    result = run(replace(asked, submissions=(sorted_out,), mode=Mode.RESUME, seed=None), runner)
    assert (result.unscored, result.kept, len(result.rows)) == (0, 1, 2)
