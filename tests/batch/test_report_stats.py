"""`dlgrade report stats` on what `grade --output` leaves and on loose reports: the same class, the same figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from class_rows import LINEAR, SOFTMAX, Person, graded, mixed_class
from cli.cli_runs import dlgrade

from grader.batch.classbook import Classbook
from grader.batch.figures_document import to_json as figures_json
from grader.batch.graded_class import read_class
from grader.batch.journal import Journal, Line
from grader.batch.pages import write_class_list, write_pages
from grader.batch.places import Places
from grader.batch.rows import Row
from grader.batch.statistics import statistics_of
from grader.errors import UsageError
from grader.records import Device, Isolation, Language
from grader.report import Counts, ExerciseSummary, Report, Score, SubmissionSummary, render

PEOPLE = [Person(id="alice", name="Alice Liddell", section="A"), Person(id="zoe", name="Zoë", section="B")]


def report_of_row(row: Row) -> Report:
    """Return a report, without tests, of which `row` could be the row."""
    exercise = SOFTMAX if row.exercise == SOFTMAX.name else LINEAR
    return Report(
        status=row.status,
        score=None if row.earned is None else Score(earned=row.earned, possible=row.possible),
        fault=row.fault,
        exercise=ExerciseSummary(
            id=exercise.id,
            slug=exercise.name.partition("_")[2],
            name=exercise.name,
            title=exercise.title,
            files=("softmax.py",),
            sha256=row.exercise_sha256,
        ),
        submission=SubmissionSummary(sha256="5b" * 32, files=("softmax.py",), untouched=False),
        device=Device.CPU,
        isolation=Isolation.LANDLOCK,
        seed=7,
        hidden_available=True,
        counts=Counts(),
        handed_in=row.handed_in,
        measured=False,
    )


def rows_of(book: Classbook) -> list[Row]:
    return [row for student in book.students for row in student.rows.values()]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """The folder that `dlgrade grade --output` leaves of the mixed class; cleo's first attempt does not count."""
    places = Places(tmp_path / "out")
    rows = rows_of(mixed_class())
    others = [graded("cleo", name="Cleo")]
    with Journal(places.journal) as journal:
        journal.append(Line(row=row, reports={}, kept=None) for row in (*rows, *others))
    write_class_list(places, PEOPLE)
    write_pages(places, rows, exercises=[SOFTMAX, LINEAR], people=PEOPLE, formats=(), language=Language.EN)
    return places.root


def loose(folder: Path, rows: list[Row]) -> Path:
    """Write a report of each row, without order, and things that are none beside them."""
    for number, row in enumerate(rows):
        file = folder / f"part{number % 2}" / f"{number}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(render(report_of_row(row), format_name="json"), encoding="utf-8")
    (folder / "ctrf.json").write_text('{"reportFormat": "CTRF"}', encoding="utf-8")
    (folder / "notes.txt").write_text("x", encoding="utf-8")
    return folder


def test_the_figures_of_a_graded_folder_are_those_that_its_pages_show(output: Path) -> None:
    done = dlgrade("report", "stats", output, "--json")
    assert (done.code, done.err) == (0, "")
    assert done.out == figures_json(statistics_of(mixed_class()))


def test_the_summary_names_the_files_to_open(output: Path) -> None:
    done = dlgrade("report", "stats", output, env={"DLGRADE_LANG": "zh"})
    assert done.code == 0
    assert "没有评分" in done.out
    assert str(Path("reports") / "cleo" / "exercise03_softmax.2.json") in done.out.replace("\n", "").replace(" ", "")


def test_loose_reports_are_read_wherever_they_lie_and_other_files_passed_over(tmp_path: Path) -> None:
    rows = [replace(row, tests=(), points=row.earned) for row in rows_of(mixed_class())]
    found = read_class(loose(tmp_path, rows))
    told = [(case.why, case.student) for case in statistics_of(found.book).cases]
    assert [student.id for student in found.book.students] == ["alice", "ben", "cleo", "dan", "eve"]
    assert ("unscored", "eve") in told
    assert not found.is_output
    assert not found.damaged


def test_of_several_loose_attempts_the_best_counts_and_that_is_said(tmp_path: Path) -> None:
    rows = [graded("a", [], attempt=1), graded("a", ["test_shape"], attempt=2), graded("a", [], attempt=3)]
    found = read_class(loose(tmp_path, rows))
    assert [row.handed_in.attempt for row in found.book.rows_of(SOFTMAX.name)] == [2]
    assert "most points counts" in found.notes[0].en


def test_two_reports_of_one_attempt_are_named_and_refused(tmp_path: Path) -> None:
    loose(tmp_path, [graded("a"), graded("a", [])])
    done = dlgrade("report", "stats", tmp_path)
    assert done.code == 2
    assert "0.json" in done.err
    assert "1.json" in done.err


def test_a_damaged_report_is_told_and_the_others_are_counted(tmp_path: Path) -> None:
    loose(tmp_path, [graded("a"), graded("b")])
    (tmp_path / "part0" / "torn.json").write_text('{"schema": "report/1", "sta', encoding="utf-8")
    done = dlgrade("report", "stats", tmp_path)
    assert done.code == 2
    assert "2 graded" in done.out
    assert "torn.json" in done.err


def test_a_report_that_says_nobody_goes_by_its_place(tmp_path: Path) -> None:
    (tmp_path / "anna").mkdir()
    report = replace(report_of_row(graded("x")), handed_in=None)
    (tmp_path / "anna" / "report.json").write_text(render(report, format_name="json"), encoding="utf-8")
    assert [student.id for student in read_class(tmp_path).book.students] == ["anna/report"]


@pytest.mark.parametrize(("name", "said"), [("nowhere", "no such folder"), (".", "no reports in JSON")])
def test_a_folder_without_reports_is_an_error_that_says_what_to_name(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as error:
        read_class(tmp_path / name)
    assert error.value.remedy is not None


def test_a_batch_that_is_not_done_counts_the_best_attempt_and_says_so(tmp_path: Path) -> None:
    places = Places(tmp_path)
    rows = [graded("a", ["test_shape"]), graded("a", attempt=2), graded("b", [])]
    for row in rows:
        file = places.report(row.handed_in.student, row.exercise, row.handed_in.attempt)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(render(report_of_row(row), format_name="json"), encoding="utf-8")
    with Journal(places.journal) as journal:
        journal.append(Line(row=row, reports={}, kept=None) for row in rows)
    found = read_class(tmp_path)
    assert [(row.handed_in.student, row.points) for row in found.book.rows_of(SOFTMAX.name)] == [("a", 3.0), ("b", 0.0)]
    assert "--resume" in found.notes[0].en


def test_results_that_the_journal_does_not_have_are_refused(output: Path) -> None:
    Places(output).journal.write_bytes(b"")
    with pytest.raises(UsageError, match=r"counting\.json"):
        read_class(output)


def test_the_page_links_to_reports_only_where_they_lie_beside_it_and_says_so(output: Path, tmp_path: Path) -> None:
    beside, elsewhere = output / "class.html", tmp_path / "class.html"
    for file in (beside, elsewhere):
        done = dlgrade("report", "stats", output, "--html", file)
        assert done.code == 0
        assert (f"class.html lies outside of {output}, so its students have no links" in done.err) is (
            file is elsewhere
        )
    assert 'href="reports/cleo/exercise03_softmax.2.json"' in beside.read_text(encoding="utf-8")
    assert 'href="reports' not in elsewhere.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["class.txt", "gone/class.html"])
def test_a_page_that_cannot_be_written_is_a_clear_error(output: Path, tmp_path: Path, name: str) -> None:
    done = dlgrade("report", "stats", output, "--html", tmp_path / name)
    assert done.code == 2
    assert name.rpartition("/")[2] in done.err
