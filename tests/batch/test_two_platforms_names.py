"""A file called so that it looks like another platform's changes nothing about how its class is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.batch.entries import EntryOptions, Handed, find_entries
from grader.batch.likeness import layout_of_names
from grader.errors import UsageError
from grader.exercise.course import load_course

COURSE = load_course(Path(__file__).parent.parent.parent)
SOFTMAX = COURSE.find("softmax")
SOURCE = Path(SOFTMAX.folder, "softmax.py").read_text("utf-8")
HONEST = ("alice", "bob", "carol", "dan")
CANVAS = {name: f"doe{name}_{number}_{number + 900}_softmax.py" for number, name in enumerate(HONEST, 100)}
MOODLE = {name: f"{name} doe_{number}_assignsubmission_file_softmax.py" for number, name in enumerate(HONEST, 100)}
IN_CANVAS = "doemallory_200_950_a_1_assignsubmission_file_softmax.py"  # of mallory, and of Moodle's participant 1?
IN_MOODLE = "mallory_1_2_x_200_assignsubmission_file_softmax.py"  # of mallory, and of Canvas's student 1?

Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Write:
    def write(*names: str) -> Path:
        root = tmp_path / "subs"
        root.mkdir(exist_ok=True)
        for name in names:
            (root / name).write_text(SOURCE, "utf-8")
        return root

    return write


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    file = tmp_path / "roster.csv"
    rows = [f"{name},{name.title()} Doe,{number}" for number, name in enumerate(HONEST, 100)]
    file.write_text("\n".join(("SIS Login ID,name,ID", *rows, "mallory,Mallory Doe,200")), "utf-8")
    return file


def read(root: Path, roster: Path, names: str = "") -> Handed:
    return find_entries([SOFTMAX], [root], EntryOptions(roster=roster, names=names))


def whose(handed: Handed) -> list[str]:
    return [one.handed_in.student for one in handed.entries if one.doubt is None]


@pytest.mark.parametrize("chosen", [(IN_CANVAS,), (IN_CANVAS, IN_CANVAS.replace("200", "201"))])
def test_names_of_canvas_that_look_like_moodles_are_read_as_their_class_is(
    folder: Write, roster: Path, chosen: tuple[str, ...]
) -> None:
    handed = read(folder(*CANVAS.values(), *chosen), roster)
    assert {*HONEST, "mallory"} <= set(whose(handed))
    assert not [one.student for one in handed.missing]


def test_a_name_of_moodles_that_looks_like_canvass_is_read_as_its_class_is(folder: Write, roster: Path) -> None:
    handed = read(folder(*MOODLE.values(), IN_MOODLE), roster)
    assert set(whose(handed)) == {*HONEST, "mallory"}


@pytest.mark.parametrize("number", [1, 2])
def test_names_all_of_which_fit_two_platforms_are_asked_about(folder: Write, roster: Path, number: int) -> None:
    root = folder(*(IN_CANVAS, IN_CANVAS.replace("200", "201"))[:number])
    with pytest.raises(UsageError, match=r"as Moodle writes them, and as Canvas does.*--names moodle, or") as error:
        read(root, roster)
    assert error.value.text.zh != error.value.text.en
    assert whose(read(root, roster, names="canvas"))[-1] == "mallory"


def test_two_platforms_downloads_in_one_folder_are_asked_about(folder: Write, roster: Path) -> None:
    with pytest.raises(UsageError, match=r"2 of 6 names as Moodle writes them"):
        read(folder(*CANVAS.values(), *list(MOODLE.values())[:2]), roster)


def test_an_archive_of_a_class_is_known_whatever_one_name_in_it_looks_like() -> None:
    assert layout_of_names([*CANVAS.values(), IN_CANVAS]) == "canvas"
    assert layout_of_names([*MOODLE.values(), IN_MOODLE]) == "moodle"
    assert layout_of_names([f"subs/{IN_CANVAS}", f"subs/{IN_CANVAS.replace('200', '201')}"]) == "moodle"
