"""A class is graded once, whatever happens in between: the same seeds give the same files, and nothing is lost."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from classes import (
    NOT_READABLE,
    ONLY_SMALL,
    RIGHT,
    SLOW,
    SUBMISSIONS,
    WRONG,
    content_of,
    hand_in,
    make_course,
    request,
    run,
)
from cli.cli_runs import dlgrade

from grader.batch.grade import ClassResult, Mode, Request
from grader.batch.journal import Key, read_journal
from grader.batch.places import Places
from grader.batch.refusals import warn_of_own_tests
from grader.batch.run import Progress
from grader.batch.seeds import seed_of
from grader.errors import AuthorError, GraderFault, UsageError
from grader.exercise import load_course
from grader.records import HandedIn, Outcome
from grader.report import Status, unmeasured
from grader.report.reading import read_report
from grader.runners.local import LocalRunner

pytestmark = pytest.mark.usefixtures("shared_base")

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def runner() -> Iterator[LocalRunner]:
    """Two warm workers for all that leaves them open."""
    with LocalRunner(2, others=True) as started:
        yield started


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def graded(course: Path, runner: LocalRunner, tmp_path_factory: pytest.TempPathFactory) -> ClassResult:
    """A class that was graded in one go; no test changes it."""
    folder = tmp_path_factory.mktemp("class")
    return run(request(course, hand_in(folder / "subs", SUBMISSIONS), folder / "out"), runner)


def gradebook(output: Path) -> dict[str, dict[str, str]]:
    text = (output / "gradebook.csv").read_text(encoding="utf-8-sig")
    return {row["student"]: row for row in csv.DictReader(io.StringIO(text))}


def test_a_class_becomes_a_gradebook_a_report_each_and_a_page(graded: ClassResult) -> None:
    root = graded.places.root
    found = gradebook(root)
    points = {student: row["exercise01_inc.points"] for student, row in found.items()}
    assert points == {"alice": "3", "bob": "0", "carol": "1", "dave": "0", "erin": "0"}
    assert found["erin"]["exercise01_inc.status"] == Status.REJECTED.value
    assert graded.unscored == 0
    for student in SUBMISSIONS:
        report = read_report(graded.places.report(student, "exercise01_inc"))
        assert report.handed_in is not None
        assert report.handed_in.student == student
        assert not report.measured
        assert graded.places.report(student, "exercise01_inc", suffix=".html").is_file()
    assert (root / "index.html").is_file()
    assert (graded.places.source("bob", "exercise01_inc") / "inc.py").read_text() == SUBMISSIONS["bob"]


@pytest.mark.parametrize("formats", [("json",), ("text", "junit"), ("html",)])
def test_the_page_links_to_reports_that_were_written(
    formats: tuple[str, ...], course: Path, runner: LocalRunner, tmp_path: Path
) -> None:
    subs = hand_in(tmp_path / "subs", {"alice": RIGHT, "erin": NOT_READABLE})
    root = run(request(course, subs, tmp_path / "out", formats=formats), runner).places.root
    links = re.findall(r'href="([^"#]+)"', (root / "index.html").read_text(encoding="utf-8"))
    assert {link.split("/")[1] for link in links} == {"alice", "erin"}
    assert all((root / link).is_file() for link in links)
    page = root / "again.html"
    assert dlgrade("report", "stats", str(root), "--html", str(page)).code == 0
    again = re.findall(r'href="([^"#]+)"', page.read_text(encoding="utf-8"))
    assert sorted(again) == sorted(links)


def test_the_same_seed_gives_the_same_files_whatever_the_number_of_workers(
    graded: ClassResult, course: Path, tmp_path: Path
) -> None:
    with LocalRunner(1, others=True) as alone:
        run(request(course, graded.places.root.parent / "subs", tmp_path / "out"), alone)
    assert content_of(tmp_path / "out") == content_of(graded.places.root)


def test_where_a_call_was_when_its_time_was_up_is_in_no_report_that_is_to_be_the_same(graded: ClassResult) -> None:
    raised = read_report(graded.places.report("dave", "exercise01_inc"))
    assert raised.problem is not None
    assert raised.problem.traceback
    assert unmeasured(raised).problem == raised.problem
    timed_out = replace(raised, tests=tuple(replace(test, outcome=Outcome.TIMEOUT) for test in raised.tests))
    problem = unmeasured(timed_out).problem
    assert problem is not None
    assert problem.traceback == ()


def test_seeds_differ_by_student_exercise_attempt_and_submission_and_are_the_same_each_time() -> None:
    keys = [("e1", "a", 1), ("e1", "a", 2), ("e1", "b", 1), ("e2", "a", 1), ("e1a", "", 1), ("e1", "\udc80", 1)]
    seeds = [seed_of(5, exercise, HandedIn(student=who, attempt=nth), "ab") for exercise, who, nth in keys]
    seeds.append(seed_of(5, "e1", HandedIn(student="a"), "ac"))
    assert len(set(seeds)) == len(keys) + 1
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert seeds[0] == 8635038361129183694  # a later release must repeat the exams of an earlier one


def test_another_submission_is_examined_with_another_seed_and_the_same_one_with_the_same(
    course: Path, runner: LocalRunner, tmp_path: Path
) -> None:
    handed, output = tmp_path / "subs", tmp_path / "out"
    sources = (WRONG, RIGHT, ONLY_SMALL, WRONG)
    seeds = []
    for number, source in enumerate(sources):
        mode = Mode.RESUME if number else Mode.NEW
        result = run(request(course, hand_in(handed, {"alice": source}), output, mode=mode), runner)
        seeds.append(read_report(result.places.report("alice", "exercise01_inc")).seed)
    assert len(set(seeds)) == 3
    assert seeds[0] == seeds[3]


def test_a_folder_with_a_batch_is_refused_with_the_three_ways_out(graded: ClassResult, course: Path) -> None:
    root = graded.places.root
    before = content_of(root)
    with pytest.raises(UsageError, match="--resume") as caught:
        run(request(course, root.parent / "subs", root), _never())
    assert "--regrade" in caught.value.text.zh
    assert "--output" in caught.value.text.zh
    assert content_of(root) == before


def test_a_second_run_in_the_same_folder_is_refused(course: Path, runner: LocalRunner, tmp_path: Path) -> None:
    from grader.batch.grade import grade_class

    asked = request(course, hand_in(tmp_path / "subs", {"alice": RIGHT}), tmp_path / "out")
    refused: list[UsageError] = []

    def meanwhile(_: Progress) -> None:
        if not refused:
            with pytest.raises(UsageError, match="another run") as caught:
                run(replace(asked, mode=Mode.RESUME), runner)
            refused.append(caught.value)

    grade_class(asked, runner, workers=1, tell=meanwhile)
    assert refused


# ------------------------------------------------------------------------------------------ going on


@pytest.mark.parametrize("cut", [0, 1, 40, 1_000, 3_000])
def test_a_journal_that_was_cut_anywhere_goes_on_to_the_same_result(
    cut: int, graded: ClassResult, course: Path, runner: LocalRunner, tmp_path: Path
) -> None:
    done = copy_of(graded, tmp_path)
    content = done.journal.read_bytes()
    assert len(content) > 3_000
    done.journal.write_bytes(content[: len(content) - cut])
    result = run(again(graded, course, done), runner)
    assert content_of(done.root) == content_of(graded.places.root)
    whole = content[: len(content) - cut].count(b"\n")
    assert result.kept == whole
    assert len(read_journal(done.journal)) == len(SUBMISSIONS)


def test_nothing_is_held_again_that_is_done(graded: ClassResult, course: Path, tmp_path: Path) -> None:
    done = copy_of(graded, tmp_path)
    result = run(again(graded, course, done), _never())
    assert result.kept == len(SUBMISSIONS)


def test_a_lost_or_changed_report_and_a_changed_submission_are_graded_again(
    graded: ClassResult, course: Path, runner: LocalRunner, tmp_path: Path
) -> None:
    done = copy_of(graded, tmp_path)
    done.report("alice", "exercise01_inc").unlink()
    forged = done.report("bob", "exercise01_inc")
    forged.write_text(forged.read_text().replace('"earned": 0.0', '"earned": 3.0'))
    subs = hand_in(tmp_path / "subs", {**SUBMISSIONS, "carol": RIGHT})
    result = run(replace(again(graded, course, done), submissions=(subs,)), runner)
    assert result.kept == len(SUBMISSIONS) - 3
    points = {student: row["exercise01_inc.points"] for student, row in gradebook(done.root).items()}
    assert points == {"alice": "3", "bob": "0", "carol": "3", "dave": "0", "erin": "0"}


def test_another_exercise_than_the_plan_has_stops_a_resume_and_says_which_file(
    graded: ClassResult, tmp_path: Path, course: Path
) -> None:
    done = copy_of(graded, tmp_path)
    other = make_course(tmp_path / "course")
    hidden = other / "solutions" / "exercise01_inc" / "test_hidden.py"
    hidden.write_text(hidden.read_text().replace("41", "43"))
    with pytest.raises(UsageError, match=r"exercise01_inc: changed: test_hidden\.py") as caught:
        run(again(graded, other, done), _never())
    assert "--regrade" in str(caught.value)
    with pytest.raises(UsageError, match="--seed: it was 7, it is 8"):
        run(replace(again(graded, course, done), seed=8), _never())
    with pytest.raises(UsageError, match="--format: it was json,html, it is json,junit"):
        run(replace(again(graded, course, done), formats=("json", "junit")), _never())


def test_a_run_killed_at_any_moment_loses_and_doubles_nothing(
    course: Path, runner: LocalRunner, tmp_path: Path
) -> None:
    subs = hand_in(tmp_path / "subs", {**SUBMISSIONS, **{f"s{number}": SLOW for number in range(6)}})
    whole, done = tmp_path / "whole", Places(tmp_path / "out")
    run(request(course, subs, whole), runner)
    command = [sys.executable, "-m", "grader", "grade", "--course", course, "--output", done.root, "--jobs", "1"]
    killed_at = []
    for more in (["exercise01", subs, "--seed", "7"], ["--resume"]):
        start = lines_in(done)
        process = subprocess.Popen([*map(str, command), *map(str, more)], cwd=ROOT, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while lines_in(done) < start + 3 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it ended before it could be killed"
        killed_at.append(lines_in(done))
    assert 3 <= killed_at[0] < killed_at[1] < 11
    result = run(request(course, subs, done.root, mode=Mode.RESUME), runner)
    assert result.kept == killed_at[1]
    assert content_of(done.root) == content_of(whole)
    keys = [line.key for line in read_journal(done.journal).values()]
    assert sorted(keys) == sorted(Key("exercise01_inc", path.stem, 1) for path in subs.iterdir())
    assert done.journal.read_bytes().count(b"\n") == len(keys)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting a small disk takes root")
def test_a_full_disk_keeps_what_was_done_and_the_batch_goes_on_later(
    course: Path, runner: LocalRunner, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", disk], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"no small disk can be mounted here: {made.stderr.decode().strip()}")
    try:
        subs = hand_in(tmp_path / "subs", {f"s{number:02}": RIGHT for number in range(30)})
        asked = request(course, subs, disk / "out")
        told = pytest.raises(GraderFault, match=r"No space left on device.* are graded, and kept")
        with told as caught:
            run(asked, runner)
        drain(runner)
        assert "--resume" in str(caught.value)
        done = Places(disk / "out")
        kept = lines_in(done)
        assert 0 < kept < 30
        subprocess.run(["mount", "-o", "remount,size=20m", disk], check=True)
        assert run(replace(asked, mode=Mode.RESUME), runner).kept == kept
        assert len(gradebook(done.root)) == 30
    finally:
        subprocess.run(["umount", disk], check=True)


# ------------------------------------------------------------------------------------------ several, and broken ones


def test_attempts_of_several_exercises_count_by_the_course_s_rules(runner: LocalRunner, tmp_path: Path) -> None:
    course = make_course(tmp_path / "course", rules='[attempts]\ncounts = "best"\nper_attempt = 0.5\n')
    for student, exercise, attempt, text in (
        ("ann", "inc", 1, WRONG),
        ("ann", "inc", 2, RIGHT),
        ("ann", "dec", 1, RIGHT.replace("inc", "dec")),
        ("ben", "inc", 1, ONLY_SMALL),
    ):
        hand_in(tmp_path / "subs" / student / exercise, {str(attempt): text})
    found = request(course, tmp_path / "subs", tmp_path / "out")
    options = replace(found.options, names="{student}/{exercise}/{attempt}.py")
    asked = replace(found, options=options, exercises=found.course.entries, formats=("json", "junit"))
    run(asked, runner)
    rows = gradebook(tmp_path / "out")
    assert [rows["ann"][f"exercise01_inc.{column}"] for column in ("points", "earned", "attempt")] == ["1.5", "3", "2"]
    assert rows["ann"]["exercise02_dec.points"] == "0"
    assert rows["ben"]["exercise02_dec.status"] == "missing"
    places = Places(tmp_path / "out")
    award = read_report(places.report("ann", "exercise01_inc", 2)).award
    assert award is not None
    assert award.kept == 0.5
    suites = (places.reports / "ann" / "junit.xml").read_text()
    assert suites.count("<testsuite ") == 2
    with pytest.raises(UsageError, match="which also has exercise02_dec"):
        run(replace(asked, mode=Mode.REGRADE, exercises=found.exercises), runner)


def test_a_broken_exercise_ends_the_run_before_anybody_gets_a_zero(runner: LocalRunner, tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    hidden = course / "solutions" / "exercise01_inc" / "test_hidden.py"
    hidden.write_text("def broken(:\n")
    subs = hand_in(tmp_path / "subs", {"alice": RIGHT, "bob": RIGHT})
    with pytest.raises(AuthorError, match=r"test_hidden\.py"):
        run(request(course, subs, tmp_path / "out"), runner)
    drain(runner)
    assert not read_journal(Places(tmp_path / "out").journal)


def test_an_output_folder_among_the_submissions_is_refused(course: Path, tmp_path: Path) -> None:
    subs = hand_in(tmp_path / "subs", {"alice": RIGHT, "bob": WRONG})
    with pytest.raises(UsageError, match="lies among the submissions"):
        run(request(course, subs, subs / "out"), _never())


def test_tests_from_the_same_place_as_the_submission_are_warned_of(course: Path, tmp_path: Path) -> None:
    clone = shutil.copytree(course, tmp_path / "clone")
    found = load_course(cwd=clone)
    assert "may have changed them" in warn_of_own_tests(found, [found.find("inc")], [clone])[0].en
    assert not warn_of_own_tests(found, [found.find("inc")], [clone / "submissions"])
    named = load_course(clone)
    assert not warn_of_own_tests(named, [named.find("inc")], [clone])


# ------------------------------------------------------------------------------------------ helpers


class _NoRunner(LocalRunner):
    """A runner that must not be asked for anything."""

    def add(self, jobs: object) -> None:
        raise AssertionError(f"an exam is held: {jobs}")


def _never() -> LocalRunner:
    return _NoRunner(1, others=True)


def drain(runner: LocalRunner) -> None:
    """Take what a run that ended early left in work, so that the next one gets its own exams only."""
    for _ in runner.done():
        pass


def copy_of(graded: ClassResult, folder: Path) -> Places:
    """Return a copy of an output folder."""
    shutil.copytree(graded.places.root, folder / "out")
    return Places(folder / "out")


def again(graded: ClassResult, course: Path, done: Places) -> Request:
    return request(course, graded.places.root.parent / "subs", done.root, mode=Mode.RESUME)


def lines_in(places: Places) -> int:
    return places.journal.read_bytes().count(b"\n") if places.journal.is_file() else 0


def test_what_waits_for_a_decision_has_no_score_and_a_resume_grades_it_once_it_is_decided(
    course: Path, runner: LocalRunner, tmp_path: Path
) -> None:
    subs = hand_in(tmp_path / "subs", {"alice": RIGHT, "bob": WRONG})
    (subs / "alice.ipynb").write_text("{}")
    asked = request(course, subs, tmp_path / "out")
    result = run(asked, runner)
    assert (result.graded, result.unscored) == (2, 1)
    assert gradebook(tmp_path / "out")["alice"]["exercise01_inc.status"] == "unscored"
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "needs your decision" in page
    assert "remove the others" in page  # the way out
    again = run(replace(asked, mode=Mode.REGRADE, exercises=(), submissions=(), seed=None), runner)
    assert again.unscored == 1  # kept as it was: still a decision, and nothing that failed
    row = read_journal(again.places.journal)[Key("exercise01_inc", "alice", 1)].row
    assert row.undecided
    (subs / "alice.ipynb").unlink()
    done = run(replace(asked, mode=Mode.RESUME), runner)
    assert (done.unscored, done.kept) == (0, 1)
    assert gradebook(tmp_path / "out")["alice"]["exercise01_inc.points"] == "3"
