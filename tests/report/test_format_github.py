"""GitHub's annotations, read as the runner reads them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hostile_reports import TEXTS, hostile_report
from report_scenarios import RAISED, SCENARIOS, SHAPE, failed, graded
from workflow_log import Command, read_commands

from grader.plaintext import printable
from grader.records import Award, Language, NotebookCell, Outcome, SourceLine, Text
from grader.report import FORMATS, Report, Setting, View
from grader.report.formats.annotations import Level, annotation
from grader.report.formats.outputs import outputs, tally_of

VIEW = View(setting=Setting(places={"exercise03_softmax/softmax.py": "week 3/softmax.py"}))


def read(*reports: Report, view: View = VIEW) -> list[Command]:
    together = FORMATS["github"].together
    assert together is not None
    document = together(reports, view)
    commands = read_commands(document)
    assert len(commands) == document.count("\n")  # nothing else is in it
    return commands


def errors(commands: list[Command]) -> list[Command]:
    return [command for command in commands if command.name == "error"]


def many_failures(count: int) -> Report:
    """Return a report whose last failures are those on a line of the student's file."""
    tests = []
    for number in range(count):
        problem = Text(en=f"problem {number}", zh=f"问题 {number}")
        frames = RAISED.traceback if number >= count - 2 else ()
        why = replace(RAISED, problem=problem, traceback=frames)
        tests.append(failed(replace(SHAPE, name=f"test_{number}", visible=number % 2 == 0), why))
    return graded(*tests)


def test_a_failure_stands_on_the_students_own_line() -> None:
    (error,) = errors(read(SCENARIOS["raised"]()))
    assert error.properties == {
        "file": "week 3/softmax.py",
        "line": "9",
        "col": "16",
        "title": "exercise03: A single row of logits works too.",
    }
    assert error.message.startswith("IndexError: Dimension out of range")
    assert "next: Use the parameter `dim`." in error.message


def test_a_failure_without_a_line_stands_on_the_only_file() -> None:
    for error in errors(read(SCENARIOS["partial"]())):
        assert error.properties["file"] == "week 3/softmax.py"
        assert "line" not in error.properties


def test_a_line_of_a_cell_is_no_line_of_the_notebook() -> None:
    line = SourceLine(file="softmax.py", line=12, function="f", source="x", cell=NotebookCell(number=5, line=10))
    report = graded(failed(SHAPE, replace(RAISED, traceback=(line,))))
    places = {"exercise03_softmax/softmax.py": "work.ipynb"}
    (error,) = errors(read(report, view=View(setting=Setting(places=places))))
    assert error.properties["file"] == "work.ipynb"
    assert "line" not in error.properties
    assert "cell 5 of the notebook, line 3, in f" in error.message


def test_the_score_is_a_notice() -> None:
    notice = read(SCENARIOS["partial"]())[-1]
    assert notice.name == "notice"
    assert notice.properties == {"title": "exercise03 A softmax that does not overflow: 5 / 10 points, 50 %"}
    assert notice.message == "4 of 6 tests pass."


def test_ten_errors_are_shown_and_the_most_useful_come_first() -> None:
    commands = read(many_failures(14))
    shown = [error.message.split("\n")[0] for error in errors(commands)]
    assert shown[:2] == ["problem 12", "problem 13"]  # they have lines
    assert shown[2:8] == [f"problem {number}" for number in (0, 2, 4, 6, 8, 10)]  # visible
    assert len(shown) == 10
    assert "4 more tests did not pass" in commands[10].message


def test_what_says_the_same_of_the_same_place_is_said_once() -> None:
    assert len(errors(read(SCENARIOS["syntax_error"]()))) == 1


def test_of_several_exercises_each_has_its_first_failure_before_any_second() -> None:
    other = many_failures(9)
    other = replace(other, exercise=replace(other.exercise, id="exercise04", name="exercise04_loss"))
    titles = [error.properties["title"].split(":")[0] for error in errors(read(many_failures(9), other))]
    assert titles[:4] == ["exercise03", "exercise04", "exercise03", "exercise04"]


@pytest.mark.parametrize("scenario", ["author_fault", "grader_fault", "sandbox_unavailable", "broken_manifest"])
def test_without_a_score_one_error_says_whose_fault_it_is(scenario: str) -> None:
    (error,) = errors(read(SCENARIOS[scenario]()))
    assert "not a zero" in error.message
    (error,) = errors(read(SCENARIOS[scenario](), view=View(language=Language.ZH)))
    assert "零分" in error.message


def test_places_that_a_person_should_look_at_are_warnings() -> None:
    warnings = [command for command in read(SCENARIOS["needs_review"]()) if command.name == "warning"]
    assert warnings
    assert all(warning.properties["file"] == "week 3/softmax.py" for warning in warnings)


def test_a_message_fits_into_what_the_runner_takes() -> None:
    (command,) = read_commands(annotation(Level.ERROR, "x" * 50_000, title="t" * 5_000))
    assert len(command.message) < 4_096
    assert len(command.properties["title"]) <= 255


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_hostile_text_is_in_the_message_and_commands_nothing(text: str) -> None:
    commands = read(hostile_report(text))
    assert {command.name for command in commands} <= {"error", "notice"}
    assert all(set(command.properties) <= {"file", "line", "col", "title"} for command in commands)
    shown = printable(text, limit=4_000, newlines=True).replace("##[", r"##\x5b")
    assert all(error.message.startswith(shown) for error in errors(commands))


# ------------------------------------------------------------------------------------------------- outputs


def test_the_outputs_of_several_exercises_are_their_sum_and_the_worst_status() -> None:
    tallies = [tally_of(SCENARIOS[name]()) for name in ("full", "partial")]
    assert outputs(tallies) == {
        "score": "15",
        "max-score": "20",
        "percent": "75",
        "status": "partial",
        "exercise": "exercise03",
        "passed": "10",
        "failed": "2",
    }


def test_a_full_solution_of_which_the_rules_took_points_is_not_full() -> None:
    late = replace(SCENARIOS["full"](), award=Award(points=8.0, kept=0.8, late_days=2))
    assert outputs([tally_of(late)])["status"] == "partial"
    whole = replace(late, award=Award(points=10.0))
    assert outputs([tally_of(whole)])["status"] == "full"


def test_an_unknown_part_makes_no_sum() -> None:
    found = outputs([tally_of(SCENARIOS[name]()) for name in ("full", "grader_fault")])
    assert (found["score"], found["percent"], found["status"]) == ("", "", "unscored")
    rejected = outputs([tally_of(SCENARIOS["rejected"]())])
    assert (rejected["score"], rejected["max-score"], rejected["percent"]) == ("0", "", "")


def test_a_test_that_waits_counts_as_one_that_did_not_pass() -> None:
    report = SCENARIOS["waiting"]()
    assert any(test.outcome is Outcome.BLOCKED for test in report.tests)
    assert outputs([tally_of(report)])["failed"] == "5"
