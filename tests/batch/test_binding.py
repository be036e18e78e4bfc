"""A batch that goes on, or is graded again, goes by its plan: nothing that binds it is forgotten or mixed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from classes import ONLY_SMALL, RIGHT, WRONG, content_of, hand_in, make_course, request, run

import grader
from grader.batch.binding import BONDS
from grader.batch.grade import ClassResult, Mode, Request
from grader.batch.graded_class import read_class
from grader.batch.journal import Key, read_journal
from grader.batch.places import Places
from grader.batch.plan import Plan, read_plan
from grader.batch.stored import to_line, to_text
from grader.errors import AuthorError, UsageError
from grader.exercise import load_course
from grader.records import Device, Fault, Isolation
from grader.report.signing import verify
from grader.report.signing_keys import SigningKey, VerifyingKey, find_signing_key, read_verifying_key, write_new_keys
from grader.runners.local import LocalRunner

pytestmark = pytest.mark.usefixtures("shared_base")

NAME = "exercise01_inc"


@pytest.fixture(scope="module")
def runner() -> Iterator[LocalRunner]:
    """A warm worker for all that leaves it open."""
    with LocalRunner(1, others=True) as started:
        yield started


@pytest.fixture(scope="module")
def first(runner: LocalRunner, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class with a roster and a pattern of names, graded."""
    folder = tmp_path_factory.mktemp("first")
    make_course(folder / "course")
    hand_in(folder / "subs", {"alice-x": RIGHT, "bob-x": WRONG})
    (folder / "roster.csv").write_text("student,name\nalice,Alice\nbob,Bob\nzoe,Zoe\n")
    run(asked(folder, mode=Mode.NEW), runner)
    return folder


@pytest.fixture
def folder(first: Path, tmp_path: Path) -> Path:
    """A copy of it, at another place."""
    shutil.copytree(first, tmp_path / "copy")
    places = Places(tmp_path / "copy" / "out")
    plan = places.plan.read_text()
    places.plan.write_text(plan.replace(str(first), str(tmp_path / "copy")))
    return tmp_path / "copy"


def asked(folder: Path, *, mode: Mode = Mode.RESUME, **more: object) -> Request:
    """Return the whole request of the first run, in another mode."""
    found = request(folder / "course", folder / "subs", folder / "out", mode=mode)
    options = replace(found.options, names="{student}-x.py", roster=folder / "roster.csv")
    return replace(found, options=options, **more)  # type: ignore[arg-type]


def bare(folder: Path, **more: object) -> Request:
    """Return a request that says nothing but the course and the folder."""
    return Request(course=load_course(folder / "course"), output=folder / "out", **more)  # type: ignore[arg-type]


def output(folder: Path) -> Places:
    return Places(folder / "out")


def students(result: ClassResult) -> list[str]:
    return [student.id for student in result.page.book.students]


def never() -> LocalRunner:
    class _Never(LocalRunner):
        def add(self, jobs: object) -> None:
            raise AssertionError(f"an exam is held: {jobs}")

    return _Never(1, others=True)


# ------------------------------------------------------------------------------------------ what is not given


def test_every_field_of_a_plan_is_bound_one_way_or_another() -> None:
    assert set(BONDS) == {field.name for field in fields(Plan)}


def test_a_resume_with_submissions_takes_names_and_roster_from_the_plan(folder: Path) -> None:
    before = content_of(folder / "out")
    result = run(bare(folder, mode=Mode.RESUME, submissions=(folder / "subs",)), never())
    assert students(result) == ["alice", "bob", "zoe"]
    assert result.kept == 2
    assert content_of(folder / "out") == before


def test_a_regrade_of_submissions_takes_names_and_roster_from_the_plan(folder: Path, runner: LocalRunner) -> None:
    result = run(bare(folder, mode=Mode.REGRADE, submissions=(folder / "subs",)), runner)
    assert students(result) == ["alice", "bob", "zoe"]
    assert result.changes == ()


def test_another_pattern_of_names_is_refused_by_a_resume(folder: Path) -> None:
    found = asked(folder)
    other = replace(found, options=replace(found.options, names="{student}-*.py"))
    with pytest.raises(UsageError, match=r"--names: it was \{student\}-x\.py, it is \{student\}-\*\.py") as caught:
        run(other, never())
    assert "--names：原为" in caught.value.text.zh


def test_another_roster_is_taken_by_a_resume_and_said(folder: Path) -> None:
    (folder / "late.csv").write_text("student,name\nalice,Alice\nbob,Bob\nyan,Yan\nzoe,Zoe\n")
    found = asked(folder)
    result = run(replace(found, options=replace(found.options, roster=folder / "late.csv")), never())
    assert students(result) == ["alice", "bob", "yan", "zoe"]
    assert any("--roster: it was" in note.en and "late.csv" in note.en for note in result.notes)
    plan = read_plan(output(folder))
    assert plan is not None
    assert plan.roster == str(folder / "late.csv")


def test_another_roster_for_a_regrade_means_the_submissions_not_what_was_kept(
    folder: Path, runner: LocalRunner
) -> None:
    (folder / "late.csv").write_text("student,name\nalice,Alice\nyan,Yan\n")
    options = replace(request(folder / "course", folder / "subs", folder / "out").options, roster=folder / "late.csv")
    result = run(bare(folder, mode=Mode.REGRADE, options=options), runner)
    assert students(result) == ["alice", "bob", "yan"]


def test_grade_from_python_goes_on_as_the_plan_says(folder: Path) -> None:
    places = output(folder)
    plan = read_plan(places)
    assert plan is not None
    places.plan.write_bytes(to_text(replace(plan, isolation=Isolation.LANDLOCK)))
    before = content_of(places.root)
    result = grader.grade((), (), output=places.root, course=folder / "course", jobs=1, resume=True)
    assert result.kept == 2
    assert (result.plan.isolation, result.plan.device) == (Isolation.LANDLOCK, Device.CPU)
    assert content_of(places.root) == before
    with pytest.raises(UsageError, match="--isolation: it was landlock, it is auto"):
        grader.grade((), (), output=places.root, course=folder / "course", jobs=1, resume=True, isolation="auto")


def test_the_course_of_the_plan_is_found_from_any_folder(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert grader.grade((), (), output=folder / "out", jobs=1, resume=True).kept == 2


# ------------------------------------------------------------------------------------------ signatures


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[SigningKey, VerifyingKey]:
    file = tmp_path_factory.mktemp("keys") / "sign.pem"
    write_new_keys(file)
    key = find_signing_key(file)
    assert key is not None
    return key, read_verifying_key(file.with_name("sign.pem.pub"))


def test_a_signed_batch_is_not_left_unsigned_without_a_word(
    keys: tuple[SigningKey, VerifyingKey], runner: LocalRunner, tmp_path: Path
) -> None:
    key, public = keys
    course, subs = make_course(tmp_path / "course"), hand_in(tmp_path / "subs", {"alice": RIGHT})
    run(request(course, subs, tmp_path / "out", key=key), runner)
    before = content_of(tmp_path / "out")
    for mode in (Mode.RESUME, Mode.REGRADE):
        with pytest.raises(UsageError, match="are signed with the key") as caught:
            run(bare(tmp_path, mode=mode), never())
        assert "--no-sign" in caught.value.text.zh
    assert content_of(tmp_path / "out") == before
    run(bare(tmp_path, mode=Mode.REGRADE, key=key), runner)
    report = output(tmp_path).report("alice", NAME)
    assert verify(report, [public]).key == public
    result = run(bare(tmp_path, mode=Mode.REGRADE, unsigned=True), runner)
    assert any(note.en.startswith("--sign: it was ") for note in result.notes)
    assert '"signature": null' in report.read_text()


# ------------------------------------------------------------------------------------------ what it runs on


def test_a_resume_on_another_torch_or_isolation_is_refused(folder: Path, runner: LocalRunner) -> None:
    places = output(folder)
    (places.report("bob", NAME)).unlink()  # one exam is to be held again
    lines = list(read_journal(places.journal).values())
    other = [
        replace(line, isolation="process", versions={**line.versions, "torch": "2.0.0", "platform": "Linux 1 m68k"})
        for line in lines
    ]
    places.journal.write_bytes(b"".join(map(to_line, other)))
    with pytest.raises(UsageError, match=r"torch: it was 2\.0\.0, it is ") as caught:
        run(asked(folder), runner)
    assert "--isolation: it was process, it is" in str(caught.value)
    assert "platform: it was m68k" in str(caught.value)
    assert "torch：原为" in caught.value.text.zh
    newer = [replace(line, versions={**line.versions, "platform": "Linux 99 x86_64"}) for line in lines]
    kernel = lines[0].versions["platform"].rpartition(" ")[2]
    newer = [replace(one, versions={**one.versions, "platform": f"Linux 99 {kernel}"}) for one in newer]
    places.journal.write_bytes(b"".join(map(to_line, newer)))
    assert run(asked(folder), runner).kept == 1


# ------------------------------------------------------------------------------------------ what is gone


def test_what_is_not_handed_in_any_more_is_put_aside_and_stays_so(folder: Path, runner: LocalRunner) -> None:
    (folder / "subs" / "bob-x.py").unlink()
    result = run(asked(folder), never())
    assert any("not among the submissions any more: bob" in note.en for note in result.notes)
    places = output(folder)
    assert [key.student for key in read_journal(places.journal)] == ["alice"]
    assert not (places.reports / "bob").exists()
    assert not (places.sources / "bob").exists()
    assert (places.before / "1" / "reports" / "bob" / f"{NAME}.json").is_file()
    assert (places.before / "1" / "sources" / "bob" / NAME / "inc.py").read_text() == WRONG
    assert '"bob"' in places.gradebook.read_text()  # of the roster: missing
    again = run(bare(folder, mode=Mode.REGRADE), runner)
    assert [row.handed_in.student for row in again.rows] == ["alice"]
    assert again.changes == ()


def test_files_that_are_put_aside_half_way_are_put_aside_by_the_next_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.batch import gone

    (folder / "subs" / "bob-x.py").unlink()

    class Killed(BaseException):
        pass

    move = gone.move

    def die_at_a_folder(source: Path, target: Path) -> None:
        if source.is_dir():
            raise Killed
        move(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(gone, "move", die_at_a_folder)
        with pytest.raises(Killed):
            run(asked(folder), never())
    run(asked(folder), never())
    places = output(folder)
    assert [key.student for key in read_journal(places.journal)] == ["alice"]
    assert not (places.sources / "bob").exists()
    assert sum(path.name == f"{NAME}.json" for path in places.before.rglob("*")) == 1


def test_a_part_of_the_submissions_does_not_push_the_rest_of_the_class_out(folder: Path, runner: LocalRunner) -> None:
    before = content_of(folder / "out")
    more = hand_in(folder / "more", {"carl-x": RIGHT})
    with pytest.raises(UsageError, match="2 that were graded are not in them: alice, bob") as caught:
        run(bare(folder, mode=Mode.RESUME, submissions=(more,)), never())
    assert "全部提交" in caught.value.text.zh
    assert content_of(folder / "out") == before
    both = run(bare(folder, mode=Mode.RESUME, submissions=(folder / "subs", more)), runner)
    assert (both.kept, students(both)) == (2, ["alice", "bob", "carl", "zoe"])
    assert any(note.en.startswith("SUBMISSIONS: it was ") for note in both.notes)


def test_an_empty_folder_is_a_student_who_is_missing_without_a_roster_too(runner: LocalRunner, tmp_path: Path) -> None:
    course, subs = make_course(tmp_path / "course"), hand_in(tmp_path / "subs", {"alice": RIGHT})
    (subs / "bob").mkdir()
    result = run(request(course, subs, tmp_path / "out"), runner)
    assert students(result) == ["alice", "bob"]
    assert '"bob","","","","3","missing"' in output(tmp_path).gradebook.read_text(encoding="utf-8-sig")
    assert students(run(bare(tmp_path, mode=Mode.REGRADE), runner)) == ["alice", "bob"]


# ------------------------------------------------------------------------------------------ mended exercises


def test_an_exercise_that_nobody_has_a_score_of_may_be_mended_and_gone_on_with(
    runner: LocalRunner, tmp_path: Path
) -> None:
    course = make_course(tmp_path / "course")
    hidden = course / "solutions" / NAME / "test_hidden.py"
    sound = hidden.read_text()
    subs = hand_in(tmp_path / "subs", {"alice": RIGHT, "bob": b"\xff\xfe\x00"})
    hidden.write_text("def broken(:\n")
    with pytest.raises(AuthorError):
        run(request(course, subs, tmp_path / "out"), runner)
    for _ in runner.done():
        pass
    hidden.write_text(sound.replace("== x + 1", "== x + 3"))  # the reference fails it
    broken = run(request(course, subs, tmp_path / "out", mode=Mode.RESUME), runner)
    rows = {row.handed_in.student: row for row in broken.rows}
    assert (rows["alice"].points, rows["alice"].fault) == (None, Fault.AUTHOR)
    hidden.write_text(sound)
    mended = run(bare(tmp_path, mode=Mode.RESUME), runner)
    assert {row.handed_in.student: row.points for row in mended.rows} == {"alice": 3.0, "bob": 0.0}
    hidden.write_text(sound.replace("41", "43"))
    with pytest.raises(UsageError, match=r"changed: test_hidden\.py"):
        run(bare(tmp_path, mode=Mode.RESUME), never())


def test_other_files_of_an_exercise_are_told_as_such_and_not_as_tampering(folder: Path, runner: LocalRunner) -> None:
    manifest = folder / "course" / "exercises" / NAME / "exercise.toml"
    text = manifest.read_text()
    manifest.write_text(text.replace('["inc.py"]', '["inc.py", "more.py"]'))
    for top in ("exercises", "solutions"):
        (folder / "course" / top / NAME / "more.py").write_text("ONE = 1\n")
    with pytest.raises(UsageError, match=r"asks for more\.py now.*was not kept") as caught:
        run(bare(folder, mode=Mode.REGRADE), never())
    assert "SUBMISSIONS" in caught.value.text.zh
    manifest.write_text(text)
    done = output(folder)
    (line, *others) = read_journal(done.journal).values()
    assert line.kept is not None
    assert line.kept.files == ("inc.py",)
    assert others


# ------------------------------------------------------------------------------------------ files that were lost


def test_lost_or_forged_pages_and_lost_sources_are_made_again(folder: Path, runner: LocalRunner) -> None:
    places, before = output(folder), content_of(folder / "out")
    places.report("alice", NAME, suffix=".html").write_text("full score")
    (places.source("bob", NAME) / "inc.py").unlink()
    assert run(asked(folder), runner).kept == 0
    assert content_of(folder / "out") == before


def test_what_counts_is_not_known_while_a_batch_is_not_done(folder: Path, runner: LocalRunner) -> None:
    places = output(folder)
    assert not read_class(places.root).notes
    hand_in(folder / "subs", {"alice-x": ONLY_SMALL})

    class Stopped(Exception):
        pass

    def stop(progress: object) -> None:
        raise Stopped

    from grader.batch.grade import grade_class

    with pytest.raises(Stopped):
        grade_class(asked(folder), runner, workers=1, tell=stop)
    for _ in runner.done():
        pass
    assert "not done" in read_class(places.root).notes[0].en
    assert Key(NAME, "alice", 1) in read_journal(places.journal)


def test_files_of_one_student_hold_no_clock(runner: LocalRunner, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from grader.report import Setting

    course, subs = make_course(tmp_path / "course"), hand_in(tmp_path / "subs", {"alice": RIGHT})
    variables = {"CLASSROOM": "c", "ASSIGNMENT": "a", "USERNAME": "alice", "SUBMISSION_TAG": "submit/t"}
    variables |= dict.fromkeys(("COMMIT_URL", "RELEASE_URL", "REVIEW_URL"), "https://example.org/x")
    outputs = []
    for day in (1, 2):
        setting = Setting(variables=variables, now=datetime(2026, 1, day, tzinfo=UTC))
        out = tmp_path / f"out{day}"
        run(request(course, subs, out, formats=("json", "classroom50"), setting=setting), runner)
        outputs.append(content_of(out))
    assert outputs[0] == outputs[1]


def test_what_a_student_reads_names_files_as_seen_from_the_course(runner: LocalRunner, tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    hidden = course / "solutions" / NAME / "test_hidden.py"
    hidden.write_text(hidden.read_text().replace("== x + 1", "== x + 3"))
    run(request(course, hand_in(tmp_path / "subs", {"alice": RIGHT}), tmp_path / "out"), runner)
    for suffix in (".json", ".html"):
        text = output(tmp_path).report("alice", NAME, suffix=suffix).read_text()
        assert str(tmp_path) not in text
        assert "test_hidden.py" in text
