"""A regrade shows what changed and why, keeps the old result, and is whole or not there."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from classes import RIGHT, SUBMISSIONS, content_of, hand_in, make_course, request, run

from grader.batch import swap as swapping
from grader.batch.binding import known_plan
from grader.batch.grade import Mode, Request
from grader.batch.places import Places
from grader.batch.plan import read_plan
from grader.errors import UsageError
from grader.exercise import load_course
from grader.records import Fault, Isolation
from grader.runners.local import LocalRunner

pytestmark = pytest.mark.usefixtures("shared_base")


@pytest.fixture(scope="module")
def runner() -> Iterator[LocalRunner]:
    """A warm worker for all that leaves it open."""
    with LocalRunner(1, others=True) as started:
        yield started


class Term:
    """A course, a class, and its graded result: a copy for each test."""

    def __init__(self, folder: Path) -> None:
        self.course, self.subs, self.places = folder / "course", folder / "subs", Places(folder / "out")

    def regrade(self, **more: object) -> Request:
        """Return the request to grade again what was kept."""
        asked = request(self.course, self.subs, self.places.root, mode=Mode.REGRADE, seed=None)
        return replace(asked, exercises=(), submissions=(), **{"course": load_course(self.course), **more})

    def changes(self) -> list[dict[str, str]]:
        text = self.places.changes.read_text(encoding="utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def first(runner: LocalRunner, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("term")
    make_course(folder / "course")
    term = Term(folder)
    run(request(term.course, hand_in(term.subs, SUBMISSIONS), term.places.root), runner)
    return folder


@pytest.fixture
def term(first: Path, tmp_path: Path) -> Term:
    shutil.copytree(first, tmp_path / "term")
    return Term(tmp_path / "term")


def easier(term: Term) -> None:
    """Let the hidden test ask for what carol's submission can do."""
    hidden = term.course / "solutions" / "exercise01_inc" / "test_hidden.py"
    hidden.write_text(hidden.read_text().replace("x = 41", "x = 4"))


def test_nothing_changed_is_said_and_leaves_the_same_files(term: Term, runner: LocalRunner) -> None:
    before = content_of(term.places.root)
    result = run(term.regrade(), runner)
    assert result.changes == ()
    assert result.graded == len(SUBMISSIONS)
    after = content_of(term.places.root)
    assert after.pop("changes.csv")
    assert after == before


def test_what_was_examined_with_another_seed_of_old_keeps_it_as_long_as_the_submission_is_the_same(
    term: Term, runner: LocalRunner
) -> None:
    """As where an earlier release drew the seeds of the batch in its own way."""
    lines = term.places.journal.read_text().splitlines(keepends=True)
    term.places.journal.write_text("".join(re.sub(r'"seed":\s*\d+', '"seed":1234', line) for line in lines))
    hand_in(term.subs, {"bob": RIGHT})
    asked = replace(term.regrade(), submissions=(term.subs,))
    seeds = {row.handed_in.student: row.seed for row in run(asked, runner).rows}
    assert (seeds["alice"], seeds["carol"]) == (1234, 1234)
    assert seeds["bob"] not in (None, 1234)
    seeds = {row.handed_in.student: row.seed for row in run(replace(asked, seed=8), runner).rows}
    assert len({seeds[student] for student in ("alice", "bob", "carol")} - {1234}) == 3


def test_what_an_exercise_s_change_moves_is_told_with_the_file_and_the_test(term: Term, runner: LocalRunner) -> None:
    before = content_of(term.places.root)
    easier(term)
    result = run(term.regrade(), runner)
    assert result.changes is not None
    (change,) = result.changes
    assert (change.key.student, change.before, change.after) == ("carol", 1.0, 3.0)
    assert [(test.name, test.before, test.after) for test in change.tests] == [
        ("test_large", "failed 0/2", "passed 2/2")
    ]
    assert change.reason.en == "The exercise changed: test_hidden.py."
    (row,) = term.changes()
    assert (row["student"], row["before"], row["after"]) == ("carol", "1", "3")
    assert result.before is not None
    assert content_of(result.before) == before
    assert not term.places.next.root.exists()


def test_other_rules_and_another_submission_are_reasons_of_their_own(term: Term, runner: LocalRunner) -> None:
    (term.course / "dlgrade.toml").write_text(
        (term.course / "dlgrade.toml").read_text() + "[dates]\ndue = 2026-01-01T00:00:00Z\n[late]\nper_day = 0.5\n"
    )
    hand_in(term.subs, {"bob": RIGHT})
    (term.subs.parent / "times.csv").write_text("student,time\nalice,2026-01-01T12:00:00Z\n")
    given = replace(term.regrade().options, times=str(term.subs.parent / "times.csv"))
    asked = replace(term.regrade(options=given), exercises=request(term.course, term.subs, term.places.root).exercises)
    result = run(replace(asked, submissions=(term.subs,)), runner)
    assert result.changes is not None
    told = {change.key.student: change for change in result.changes}
    assert set(told) == {"alice", "bob"}
    assert (told["alice"].before, told["alice"].after) == (3.0, 1.5)
    assert "rules for lateness" in told["alice"].reason.en
    assert "The submission changed." in told["bob"].reason.en


def test_what_had_no_score_through_a_broken_test_gets_one_and_is_told_so(term: Term, runner: LocalRunner) -> None:
    hidden = term.course / "solutions" / "exercise01_inc" / "test_hidden.py"
    sound = hidden.read_text()
    hidden.write_text(sound.replace("== x + 1", "== x + 2"))  # the reference fails it, bob's mistake passes
    broken = run(term.regrade(), runner)
    assert broken.unscored > 0
    row = {one.handed_in.student: one for one in broken.rows}["alice"]
    assert (row.points, row.fault) == (None, Fault.AUTHOR)
    page = term.places.index.read_text(encoding="utf-8")
    assert "Mend the exercise" in page
    assert "your instructor" not in page  # this page is the instructor's
    assert '"alice","","","","3","unscored"' in (term.places.gradebook).read_text(encoding="utf-8-sig")
    hidden.write_text(sound)
    mended = run(term.regrade(), runner)
    assert mended.unscored == 0
    assert mended.changes is not None
    told = {change.key.student: change for change in mended.changes}
    assert (told["alice"].before, told["alice"].after) == (None, 3.0)
    assert told["alice"].reason.en == "The exercise changed: test_hidden.py. It had no score before."
    assert sorted(path.name for path in term.places.before.iterdir()) == ["1", "2"]


def test_a_regrade_of_other_submissions_that_lack_who_was_graded_is_refused_and_changes_nothing(
    term: Term, runner: LocalRunner, tmp_path: Path
) -> None:
    before = content_of(term.places.root)
    others = hand_in(tmp_path / "others", {"zoe": RIGHT, "alice": RIGHT})
    with pytest.raises(UsageError) as caught:
        run(replace(term.regrade(), submissions=(others,)), runner)
    assert "4 that were graded are not in them: bob, carol, dave" in caught.value.text.en
    assert content_of(term.places.root) == before
    whole = hand_in(tmp_path / "whole", {**SUBMISSIONS, "zoe": RIGHT})
    result = run(replace(term.regrade(), submissions=(whole,)), runner)
    assert result.changes is not None
    assert [change.key.student for change in result.changes] == ["zoe"]


def test_who_left_the_folder_is_noted_before_a_regrade_and_among_what_it_changed(
    term: Term, runner: LocalRunner
) -> None:
    asked = replace(term.regrade(), submissions=(term.subs,))  # a copy: not where they were graded at first
    assert run(asked, runner).changes == ()
    (term.subs / "bob.py").unlink()
    result = run(asked, runner)
    assert any("1 graded before, not among the submissions any more: bob" in note.en for note in result.notes)
    assert [(row["student"], row["reason"]) for row in term.changes()] == [
        ("bob", "It is not among the submissions any more.")
    ]


def test_going_on_with_a_regrade_that_nobody_stopped_is_told_from_no_batch_at_all(
    term: Term, runner: LocalRunner, tmp_path: Path
) -> None:
    for places, says, remedy in (
        (term.places, "no regrade was stopped in", "Leave --resume out to grade all of it again"),
        (Places(tmp_path / "nothing"), "there is no batch in", "Leave --regrade out to begin one"),
    ):
        with pytest.raises(UsageError) as caught:
            run(replace(term.regrade(mode=Mode.REGRADE_ON), output=places.root), runner)
        assert caught.value.remedy is not None
        assert says in caught.value.text.en
        assert remedy in caught.value.remedy.en


class Killed(BaseException):
    """The end of the process, as far as a test in it can tell."""


def killed_while_it_takes_its_place(
    asked: Request, runner: LocalRunner, monkeypatch: pytest.MonkeyPatch, *, moves: int
) -> None:
    """Grade again, up to so many of the moves that put the result in its place."""
    left, move = moves, swapping.move

    def move_or_die(source: Path, target: Path) -> None:
        nonlocal left
        if not left:
            raise Killed
        left -= 1
        move(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(swapping, "move", move_or_die)
        with pytest.raises(Killed):
            run(asked, runner)


@pytest.mark.parametrize("moves", [0, 1, 3, 5, 8])
def test_a_regrade_that_is_killed_while_it_takes_its_place_is_finished_by_the_next_run(
    moves: int, term: Term, runner: LocalRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    easier(term)
    killed_while_it_takes_its_place(term.regrade(), runner, monkeypatch, moves=moves)
    resumed = replace(term.regrade(), mode=Mode.RESUME)
    assert run(resumed, runner).kept == len(SUBMISSIONS)
    assert [row["student"] for row in term.changes()] == ["carol"]
    assert (term.places.before / "1" / "gradebook.csv").is_file()


@pytest.mark.parametrize("moves", [0, 8])
def test_what_goes_on_with_a_regrade_that_was_killed_so_goes_by_the_regrade_s_plan(
    moves: int, term: Term, runner: LocalRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = term.regrade(isolation=Isolation.LANDLOCK)
    killed_while_it_takes_its_place(asked, runner, monkeypatch, moves=moves)
    known = known_plan(term.places, Mode.RESUME)  # before the folder is opened: for the processes that are started
    assert known is not None
    assert known.isolation is Isolation.LANDLOCK
    result = run(term.regrade(mode=Mode.REGRADE_ON), runner)
    assert (result.kept, result.changes) == (len(SUBMISSIONS), None)
    assert result.plan.isolation is Isolation.LANDLOCK
    assert not term.places.next.root.exists()


def test_a_regrade_that_was_stopped_leaves_the_old_result_and_goes_on(term: Term, runner: LocalRunner) -> None:
    easier(term)
    before = content_of(term.places.root)

    class Stopped(Exception):
        pass

    def stop(progress: object) -> None:
        if getattr(progress, "done", 0) == 2:
            raise Stopped

    from grader.batch.grade import grade_class

    with pytest.raises(Stopped):
        grade_class(term.regrade(), runner, workers=1, tell=stop)
    for _ in runner.done():  # what was in work
        pass
    assert content_of(term.places.root) == before
    result = run(term.regrade(mode=Mode.REGRADE_ON), runner)
    assert result.kept >= 2
    assert result.changes is not None
    assert [change.key.student for change in result.changes] == ["carol"]
    plan = read_plan(term.places)
    assert plan is not None
    assert plan.seed == "7"


def test_a_kept_source_that_was_changed_or_lost_has_no_score_and_all_others_are_graded(
    term: Term, runner: LocalRunner
) -> None:
    (term.places.source("bob", "exercise01_inc") / "inc.py").write_text(RIGHT)
    (term.places.source("alice", "exercise01_inc") / "inc.py").unlink()
    result = run(term.regrade(), runner)
    assert {row.handed_in.student: (row.points, row.fault) for row in result.rows} == {
        "alice": (None, Fault.GRADER),
        "bob": (None, Fault.GRADER),
        "carol": (1.0, Fault.STUDENT),
        "dave": (0.0, Fault.STUDENT),
        "erin": (0.0, Fault.STUDENT),
    }
    said = {row.handed_in.student: row.problem.en for row in result.rows if row.problem is not None}
    assert said["bob"] == "sources/bob/exercise01_inc: not as it was when it was graded."
    assert said["alice"].startswith("sources/alice/exercise01_inc/inc.py: is not there any more")
    assert result.changes is not None
    assert {(one.key.student, one.after, one.reason.en) for one in result.changes} == {
        (student, None, f"It has no score now. {said[student]}") for student in ("alice", "bob")
    }
