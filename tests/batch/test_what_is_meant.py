"""What an entry is taken for depends neither on what else is asked for nor on how it is packed; two things are a
question, and what cannot be the work is none."""

from __future__ import annotations

import bz2
import io
import json
import shutil
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from classes import make_course

from grader.batch.entries import EntryOptions, Handed, find_entries
from grader.batch.finding import of_one
from grader.batch.intake import take_in
from grader.errors import SubmissionError, Undecided
from grader.exercise.course import load_course
from grader.records import Exercise
from grader.submission import apart, collect
from grader.submission.limits import MIB
from grader.submission.seen import MAX_BYTES, MAX_LONG, Holds, one_listing, seen_of

INC, OLD_INC = "def inc(x):\n    return x + 1\n", "def inc(x):\n    return x\n"
DEC, HELPER = "def dec(x):\n    return x - 1\n", "def helper(x):\n    return x\n"
DOUBT, REJECTED = "in doubt", "rejected"
Content = str | bytes | Mapping[str, str]


def packed(files: Mapping[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return file.getvalue()


def notebook(source: str, *tags: str) -> str:
    cell = {"cell_type": "code", "metadata": {"tags": tags}, "outputs": [], "execution_count": None, "source": source}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


@pytest.fixture(scope="module")
def exercises(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Exercise]:
    course = load_course(make_course(tmp_path_factory.mktemp("course")))
    return {slug: course.find(slug) for slug in ("inc", "dec")}


def lay(root: Path, files: Mapping[str, Content]) -> Path:
    """Write a class: the files, and two whose entries nothing can be said against."""
    for name, content in {**files, "yan/inc.py": INC, "zoe/inc.py": INC}.items():
        place = root / "in" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        raw = packed(content) if isinstance(content, Mapping) else content
        place.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return root / "in"


def read(folder: Path, exercises: Mapping[str, Exercise], *asked: str) -> Handed:
    every = tuple(exercises.values())
    return find_entries([exercises[slug] for slug in asked], [folder], EntryOptions(others=every))


def taken(folder: Path, exercises: Mapping[str, Exercise], *asked: str, student: str = "alice") -> dict[str, str]:
    """Return what one student's entry is taken for: the code, or why there is none, by exercise."""
    every = tuple(exercises.values())
    result: dict[str, str] = {}
    for entry in read(folder, exercises, *asked).entries:
        if entry.handed_in.student == student:
            try:
                result[entry.exercise.slug] = take_in(entry, every).files[0].text
            except (Undecided, SubmissionError) as error:
                result[entry.exercise.slug] = DOUBT if isinstance(error, Undecided) else REJECTED
    return result


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("report.zip", {"report.pdf": "x"}),
        ("dec.zip", {"dec.py": DEC}),
        ("data.tar.gz", b"\x1f\x8b"),
        ("report.zip", b"%PDF-1.7"),
        ("report.pdf", b"%PDF-1.7"),
    ],
)
@pytest.mark.parametrize("asked", [["inc"], ["inc", "dec"]])
def test_an_archive_that_cannot_be_the_work_is_nothing_beside_code_that_is(
    tmp_path: Path, exercises: dict[str, Exercise], name: str, beside: Content, asked: list[str]
) -> None:
    folder = lay(tmp_path, {f"alice/{name}": beside, "alice/my_inc.py": INC})
    assert taken(folder, exercises, *asked)["inc"] == INC


@pytest.mark.parametrize("old", [{"inc.py": OLD_INC}, {"hw/course/exercise01_inc/inc.py": OLD_INC}, b"Rar!\x1a\x07 x"])
@pytest.mark.parametrize("asked", [["inc"], ["inc", "dec"]])
def test_an_archive_that_holds_it_beside_code_that_could_be_it_is_a_question(
    tmp_path: Path, exercises: dict[str, Exercise], old: Content, asked: list[str]
) -> None:
    folder = lay(tmp_path, {"alice/old.zip": old, "alice/my_inc.py": INC})
    assert taken(folder, exercises, *asked)["inc"] == DOUBT
    doubt = read(folder, exercises, *asked).entries[0].doubt
    assert doubt is not None
    assert "alice: which one is it: old.zip or my_inc.py?" in doubt.problem.en
    assert doubt.problem.en != doubt.problem.zh
    with pytest.raises(SubmissionError, match=r"which one is it: old\.zip or my_inc\.py"):
        of_one(folder / "alice", exercises["inc"])


@pytest.mark.parametrize("asked", [["inc"], ["dec"], ["inc", "dec"]])
@pytest.mark.parametrize(
    "files",
    [
        {"hw1.zip": {"inc.py": INC}, "hw2.zip": {"dec.py": DEC}},
        {"hw1.zip": {"inc.py": INC}, "hw2.zip": {"dec.py": DEC}, "report.zip": {"x.txt": "x"}, "plot.py": HELPER},
        {"hw1.ipynb": notebook(INC, "inc"), "hw2.ipynb": notebook(DEC, "dec")},
    ],
    ids=["two archives", "things beside", "notebooks"],
)
def test_of_several_archives_the_one_that_holds_it_is_meant_whatever_is_asked(
    tmp_path: Path, exercises: dict[str, Exercise], files: dict[str, Content], asked: list[str]
) -> None:
    folder = lay(tmp_path, {f"alice/{name}": content for name, content in files.items()})
    assert taken(folder, exercises, *asked) == {slug: {"inc": INC, "dec": DEC}[slug] for slug in asked}


@pytest.mark.parametrize("asked", [["inc"], ["inc", "dec"]])
def test_an_archive_that_only_its_name_makes_the_work_is_taken_where_nothing_else_is(
    tmp_path: Path, exercises: dict[str, Exercise], asked: list[str]
) -> None:
    called = {"exercise01_inc.zip": {"x.txt": "x"}}
    lone = lay(tmp_path / "lone", {f"alice/{name}": content for name, content in called.items()})
    assert taken(lone, exercises, *asked) == {"inc": REJECTED}
    for name, content in {"hw/c/inc.py": INC, "hw1.zip": {"inc.py": INC}, "hw/inc.py": INC, "my_inc.py": INC}.items():
        folder = lay(
            tmp_path / name.replace("/", "-"), {"alice/exercise01_inc.zip": {"x.txt": "x"}, f"alice/{name}": content}
        )
        assert taken(folder, exercises, *asked) == {"inc": INC}


@pytest.mark.parametrize("asked", [["inc"], ["inc", "dec"]])
def test_two_archives_that_hold_it_are_a_question_whatever_is_asked(
    tmp_path: Path, exercises: dict[str, Exercise], asked: list[str]
) -> None:
    folder = lay(tmp_path, {"alice/a.zip": {"inc.py": INC}, "alice/b.zip": {"inc.py": OLD_INC}})
    assert taken(folder, exercises, *asked) == {"inc": DOUBT}


def test_what_is_wrong_with_the_only_archive_is_said_as_ever(tmp_path: Path, exercises: dict[str, Exercise]) -> None:
    folder = lay(tmp_path, {"alice/hw.zip": b"no archive", "bob/hw.zip": {"x.txt": "x"}})
    for student, said in (("alice", "hw.zip: this is no zip archive"), ("bob", "hw.zip: inc.py is missing")):
        with pytest.raises(SubmissionError, match=said):
            collect(exercises["inc"], of_one(folder / student, exercises["inc"]))
        assert taken(folder, exercises, "inc", student=student) == {"inc": REJECTED}


# --------------------------------------------------------------------------- files of one name, and how it is packed


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Exercise]:
    """Return two exercises whose only file is called the same."""
    root = make_course(tmp_path_factory.mktemp("twins"))
    for slug, name in (("inc", "exercise01_inc"), ("dec", "exercise02_dec")):
        for folder in (root / "exercises" / name, root / "solutions" / name):
            (folder / f"{slug}.py").rename(folder / "model.py")
        manifest = root / "exercises" / name / "exercise.toml"
        manifest.write_text(manifest.read_text().replace(f"{slug}.py", "model.py"))
    course = load_course(root)
    return {slug: course.find(slug) for slug in ("inc", "dec")}


FORMS = ["folder", "zip"]


def hand_in(root: Path, form: str, files: Mapping[str, str]) -> Path:
    """Write a class of which alice and bob hand in the same, as a folder or a zip each."""
    if form == "zip":
        return lay(root, {f"{student}.zip": files for student in ("alice", "bob")})
    return lay(root, {f"{student}/{name}": text for student in ("alice", "bob") for name, text in files.items()})


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("around", ["", "my-course/", "my-course/exercises/"])
def test_files_of_one_name_are_told_apart_by_the_folders_of_their_exercises(
    tmp_path: Path, twins: dict[str, Exercise], form: str, around: str
) -> None:
    both = {f"{around}exercise01_inc/model.py": INC, f"{around}exercise02_dec/model.py": DEC}
    folder = hand_in(tmp_path, form, both)
    for asked in (["inc"], ["dec"], ["inc", "dec"]):
        assert taken(folder, twins, *asked) == {slug: {"inc": INC, "dec": DEC}[slug] for slug in asked}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("around", ["", "my-course/"])
def test_a_file_in_another_exercises_folder_is_not_taken_for_this_one(
    tmp_path: Path, twins: dict[str, Exercise], form: str, around: str
) -> None:
    folder = hand_in(tmp_path, form, {f"{around}exercise02_dec/model.py": DEC})
    assert taken(folder, twins, "inc", "dec") == {"dec": DEC}
    missing = [(one.student, one.exercise.slug) for one in read(folder, twins, "inc", "dec").missing]
    assert ("alice", "inc") in missing
    with pytest.raises(SubmissionError, match=r"model\.py is missing"):
        collect(twins["inc"], folder / ("alice.zip" if form == "zip" else "alice"))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("around", ["", "hw/"])
def test_one_file_is_for_the_exercises_of_which_it_defines_something(
    tmp_path: Path, twins: dict[str, Exercise], form: str, around: str
) -> None:
    only = hand_in(tmp_path / "one", form, {f"{around}model.py": DEC})
    assert taken(only, twins, "inc", "dec") == taken(only, twins, "dec") == {"dec": DEC}
    both = hand_in(tmp_path / "two", form, {f"{around}model.py": INC + DEC})
    assert taken(both, twins, "inc", "dec") == {"inc": INC + DEC, "dec": INC + DEC}


@pytest.mark.parametrize("form", FORMS)
def test_one_file_for_exercises_that_ask_for_the_same_names_is_a_question(
    tmp_path: Path, twins: dict[str, Exercise], form: str
) -> None:
    alike = {}
    for slug, exercise in twins.items():
        shutil.copytree(exercise.folder, tmp_path / exercise.name)
        (tmp_path / exercise.name / "model.py").write_text("def solve(x):\n    raise NotImplementedError\n")
        alike[slug] = replace(exercise, folder=str(tmp_path / exercise.name))
    solve = "def solve(x):\n    return x + 1\n"
    folder = hand_in(tmp_path, form, {"model.py": solve})
    assert taken(folder, alike, "inc", "dec") == {"inc": DOUBT, "dec": DOUBT}


@pytest.mark.parametrize("form", FORMS)
def test_a_file_at_the_top_and_another_one_in_the_exercises_folder_are_a_question(
    tmp_path: Path, twins: dict[str, Exercise], form: str
) -> None:
    folder = hand_in(tmp_path / "two", form, {"model.py": INC, "exercise02_dec/model.py": DEC})
    for asked in (["inc"], ["dec"], ["inc", "dec"]):
        assert taken(folder, twins, *asked) == {slug: {"inc": INC, "dec": DOUBT}[slug] for slug in asked}


def test_a_copy_in_the_exercises_folder_is_no_question(tmp_path: Path, exercises: dict[str, Exercise]) -> None:
    folder = lay(tmp_path, {"alice/inc.py": INC, "alice/exercise01_inc/inc.py": INC, "alice/backup/inc.py": OLD_INC})
    assert taken(folder, exercises, "inc") == {"inc": INC}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["exercise01_inc.py", "exercise01.py", "exercise01_inc.ipynb"])
@pytest.mark.parametrize("beside", [{}, {"exercise02_dec/inc.py": OLD_INC}, {"plot.py": HELPER}])
def test_a_file_called_like_the_exercise_is_it_however_it_is_packed(
    tmp_path: Path, exercises: dict[str, Exercise], form: str, name: str, beside: dict[str, str]
) -> None:
    text = notebook(INC) if name.endswith(".ipynb") else INC
    folder = hand_in(tmp_path, form, {name: text, **beside})
    for asked in (["inc"], ["inc", "dec"]):
        assert taken(folder, exercises, *asked)["inc"] == INC


@pytest.mark.parametrize("name", ["exercise01_inc.ipynb", "inc.ipynb", "exercise01.py", "inc.py"])
@pytest.mark.parametrize("below", ["starter", "hw/starter"])
def test_an_archive_never_prefers_a_file_below_to_one_above(
    tmp_path: Path, exercises: dict[str, Exercise], name: str, below: str
) -> None:
    text = notebook(INC) if name.endswith(".ipynb") else INC
    files = {name: text, f"{below}/inc.py": OLD_INC}
    exact = name.startswith("inc.") and below == "hw/starter"  # what is deeper than one folder is not looked for then
    assert taken(hand_in(tmp_path / "zip", "zip", files), exercises, "inc") == {"inc": INC if exact else DOUBT}
    assert taken(hand_in(tmp_path / "folder", "folder", files), exercises, "inc") == {"inc": INC}


# ------------------------------------------------------------------------------------- beside what names explain


@pytest.mark.parametrize("other", ["dec (1).py", "hw2.py", "hw2.ipynb"])
@pytest.mark.parametrize("named", ["inc.py", "exercise01_inc/inc.py", "exercise01_inc.py"])
def test_code_beside_what_a_name_explains_is_for_what_it_defines(
    tmp_path: Path, exercises: dict[str, Exercise], named: str, other: str
) -> None:
    text = notebook(DEC) if other.endswith(".ipynb") else DEC
    folder = lay(tmp_path, {f"alice/{named}": INC, f"alice/{other}": text})
    assert taken(folder, exercises, "inc", "dec") == {"inc": INC, "dec": DEC}
    assert "taken for what they define: alice (exercise02_dec)" in notes(read(folder, exercises, "inc", "dec"))


def test_each_of_several_files_is_for_what_it_defines_whatever_is_asked(
    tmp_path: Path, exercises: dict[str, Exercise]
) -> None:
    folder = lay(tmp_path, {"alice/a.py": INC, "alice/b.py": DEC, "alice/plot.py": HELPER})
    for asked in (["inc"], ["dec"], ["inc", "dec"]):
        assert taken(folder, exercises, *asked) == {slug: {"inc": INC, "dec": DEC}[slug] for slug in asked}


def test_two_files_that_define_what_is_lacking_are_a_question(tmp_path: Path, exercises: dict[str, Exercise]) -> None:
    folder = lay(
        tmp_path, {"alice/inc.py": INC, "alice/a.py": DEC, "alice/b.py": DEC, "bob/a.py": INC, "bob/b.py": INC}
    )
    assert taken(folder, exercises, "inc", "dec") == {"inc": INC, "dec": DOUBT}
    for asked in (["inc"], ["inc", "dec"]):
        assert taken(folder, exercises, *asked, student="bob") == {"inc": DOUBT}


def test_code_that_is_for_nothing_is_named_where_its_student_lacks_something(
    tmp_path: Path, exercises: dict[str, Exercise]
) -> None:
    folder = lay(tmp_path, {"alice/inc.py": INC, "alice/d.py": HELPER, "bob/inc.py": INC, "bob/test_inc.py": HELPER})
    handed = read(folder, exercises, "inc", "dec")
    assert ("alice", "dec") in [(one.student, one.exercise.slug) for one in handed.missing]
    assert "1 beside a student's files, of which nothing says the exercise, left out: alice/d.py" in notes(handed)
    assert "left out" not in notes(read(folder, exercises, "inc"))


@pytest.mark.parametrize(
    "files",
    [{"third.py": INC, "exercise03.py": INC}, {"third.py": INC, "x.py": b"\xff\xfe = 1"}],
    ids=["two that are called like another exercise", "one that is, and one that is no text"],
)
def test_code_that_is_called_like_an_exercise_that_is_not_asked_for_stops_nobody(
    tmp_path: Path, files: dict[str, Content]
) -> None:
    root = make_course(tmp_path / "course")
    for half in ("exercises", "solutions"):
        shutil.copytree(root / half / "exercise01_inc", root / half / "exercise03_third")
        for file in (root / half / "exercise03_third").iterdir():
            text = file.read_text(encoding="utf-8").replace("exercise01", "exercise03").replace("inc", "third")
            file.unlink()
            file.with_name(file.name.replace("inc", "third")).write_text(text, encoding="utf-8")
    course = load_course(root)
    three = {slug: course.find(slug) for slug in ("inc", "dec", "third")}
    folder = lay(tmp_path, {f"alice/{name}": content for name, content in files.items()})
    assert taken(folder, three, "inc", "dec", student="zoe") == {"inc": INC}
    handed = read(folder, three, "inc", "dec")
    assert ("alice", "dec") in [(one.student, one.exercise.slug) for one in handed.missing]


@pytest.mark.parametrize("name", ["alice.zip", "alice/exercise02_dec.py"])
def test_work_for_another_exercise_is_told_so_however_it_is_packed(
    tmp_path: Path, exercises: dict[str, Exercise], name: str
) -> None:
    folder = lay(tmp_path, {name: {"exercise02_dec.py": DEC} if name.endswith(".zip") else DEC})
    (entry,) = [one for one in read(folder, exercises, "inc").entries if one.handed_in.student == "alice"]
    with pytest.raises(SubmissionError, match="seems to be for exercise02_dec"):
        take_in(entry, tuple(exercises.values()))


@pytest.mark.parametrize("top", ["", "./"])
def test_what_an_archive_of_a_folder_calls_its_top_hides_nothing(
    tmp_path: Path, exercises: dict[str, Exercise], top: str
) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, text in {f"{top}inc.py": INC, f"{top}dec (1).py": DEC}.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    folder = lay(tmp_path, {"alice.tgz": file.getvalue()})
    said = notes(read(folder, exercises, "inc", "dec"))
    assert "1 beside a student's files, of which nothing says the exercise, left out: alice.tgz/dec (1).py" in said


def test_so_is_code_in_an_archive_beside_what_is_taken_of_it(tmp_path: Path, exercises: dict[str, Exercise]) -> None:
    inside = {"hw/inc.py": INC, "hw/dec (1).py": DEC, "hw/test_inc.py": HELPER, "__MACOSX/x.py": HELPER}
    folder = lay(tmp_path, {"alice.zip": inside})
    assert taken(folder, exercises, "inc", "dec") == {"inc": INC}
    said = notes(read(folder, exercises, "inc", "dec"))
    assert "1 beside a student's files, of which nothing says the exercise, left out: alice.zip/hw/dec (1).py" in said


def notes(handed: Handed) -> str:
    return "\n".join(note.en for note in handed.notes)


# ------------------------------------------------------------------------------------------------- what it costs


def bomb(size: int) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        info = tarfile.TarInfo("big.bin")
        info.size = size
        archive.addfile(info, io.BytesIO(bytes(size)))
    return bz2.compress(file.getvalue())


@pytest.mark.parametrize("asked", [["inc"], ["inc", "dec"]])
def test_an_entry_of_more_than_is_looked_through_is_rejected_with_the_reason_and_spoils_no_other(
    tmp_path: Path, exercises: dict[str, Exercise], asked: list[str]
) -> None:
    small = bomb(4 * MIB - 4096)
    code = f"# {'x' * apart.CHARACTERS}\n{HELPER}"
    archives = {f"alice/{number}.tar.bz2": small for number in range(MAX_BYTES // (4 * MIB) + 1)}
    folder = lay(tmp_path, {**archives, **{f"bob/{number}.py": code for number in range(MAX_LONG + 1)}})
    every = tuple(exercises.values())
    for entry in read(folder, exercises, *asked).entries:
        if entry.handed_in.student in ("alice", "bob"):
            with pytest.raises(SubmissionError, match="there is more in it than is looked through") as caught:
                take_in(entry, every)
            assert caught.value.text.zh != caught.value.text.en
    for student in ("alice", "bob"):
        assert taken(folder, exercises, *asked, student=student) == dict.fromkeys(asked, REJECTED)
    assert taken(folder, exercises, *asked, student="zoe") == {"inc": INC}


def test_what_names_explain_is_taken_however_much_lies_beside_it(
    tmp_path: Path, exercises: dict[str, Exercise]
) -> None:
    small = bomb(4 * MIB - 4096)
    archives = {f"alice/{number}.tar.bz2": small for number in range(MAX_BYTES // (4 * MIB) + 1)}
    folder = lay(tmp_path, {**archives, "alice/inc.py": INC})
    assert taken(folder, exercises, "inc", "dec") == {"inc": INC, "dec": REJECTED}


def test_an_archive_is_listed_and_code_parsed_once_in_a_listing(tmp_path: Path, exercises: dict[str, Exercise]) -> None:
    folder = lay(tmp_path, {"alice/hw.zip": {"inc.py": INC}, "alice/a.py": DEC}) / "alice"
    with one_listing():
        for seen in (seen_of(folder), seen_of(folder)):  # the second time nothing is there any more
            assert seen.archive(exercises["inc"], folder / "hw.zip") is Holds.WORK
            assert seen.archive(exercises["dec"], folder / "hw.zip") is Holds.NOTHING
            assert seen.names(folder / "a.py") == {"dec"}
            (folder / "hw.zip").unlink(missing_ok=True)
            (folder / "a.py").unlink(missing_ok=True)
    assert seen_of(folder).archive(exercises["inc"], folder / "hw.zip") is Holds.BROKEN
