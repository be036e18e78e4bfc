"""What `run_autograder` of a Gradescope zip runs: grades what was handed in, and writes results.json whatever happens.

Theory of operation. Gradescope starts `run_autograder` as root in a container of its own, once a submission. The zip
lies unpacked in `/autograder/source`, readable by root alone; what was handed in lies in `/autograder/submission`. This
process reads both, holds the exams as `dlgrade grade` does (a submission's code runs confined, never below `landlock`
unless that was packed on purpose), and writes `/autograder/results/results.json`. A result without a score is written
without `score` and `tests`, so that Gradescope says that the autograder failed and records no zero.

stdout is the instructor's: every result has `stdout_visibility` hidden.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.language import choose_language, say
from grader.cli.output import OutputLost, occupy_standard_descriptors, write_error, write_plain
from grader.errors import EXIT_FULL_SCORE, EXIT_GRADER_FAULT, GraderError, GraderFault, joined
from grader.records import Fault, HandedIn, Text

if TYPE_CHECKING:
    from grader.authoring.gradescope import Settings
    from grader.authoring.gradescope_metadata import Metadata
    from grader.exercise import Course, Entry
    from grader.report import Report

_METADATA = "submission_metadata.json"


def main(arguments: Sequence[str]) -> int:
    """Grade what lies below the folder that is named, or only `--check` its zip; return the exit code."""
    occupy_standard_descriptors()
    root = Path(arguments[-1])
    if "--check" in arguments:
        return _check(root)
    reports: Sequence[Report] = ()
    try:
        reports = _grade(root)
        text, code = _rendered(reports), _exit_code(reports)
    except GraderError as error:
        text, code = _failed(error), error.exit_code
    except Exception as error:  # noqa: BLE001 - the last stop: there is to be a result, and no zero
        fault = _own_fault(error)
        text, code = _failed(fault), fault.exit_code
    if not _written(root, text):
        return EXIT_GRADER_FAULT
    _tell(reports)  # when the result is safe
    return code


def _check(root: Path) -> int:
    """Say what is packed, when the image is built: a broken course is to be told then, not at the first submission."""
    try:
        settings = _settings(root)
        course = _course(root)
        for name in settings.exercises:
            course.find(name)
    except GraderError as error:
        write_error(say(error))
        return error.exit_code
    listed = ", ".join(settings.exercises)
    write_plain(say(Text(en=f"Ready to grade {listed}.", zh=f"可以评分：{listed}。")))
    return EXIT_FULL_SCORE


def _settings(root: Path) -> Settings:
    from grader.authoring.gradescope import SETTINGS, read_settings

    try:
        text = (root / "source" / SETTINGS).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise _unreadable(SETTINGS, error) from None
    settings = read_settings(text)
    os.environ["DLGRADE_LANG"] = settings.language.value
    return settings


def _course(root: Path) -> Course:
    from grader.authoring.gradescope import COURSE
    from grader.exercise import load_course

    return load_course(root / "source" / COURSE)


def _grade(root: Path) -> list[Report]:
    """Return a report of each exercise of the zip. Raises: GraderError where nothing can be graded."""
    from grader.pipeline import Grader

    settings = _settings(root)
    with closing(Grader(settings.isolation, others=True)) as grader:
        grader.start()  # torch is imported in the background while the course is read
        from grader.cli.grading import grade

        course = _course(root)
        metadata = _read_metadata(root / _METADATA)
        reports, alone = [], len(settings.exercises) == 1
        for name in settings.exercises:
            entry = course.find_entry(name)
            exercise = entry.read()
            report = grade(grader, course, exercise, submission=root / "submission", seed=None, alone=alone)
            grader.forget(exercise)  # the next exercise's examiner gets its memory
            reports.append(_with_rules(_without_places(report, root, course), entry, metadata))
        return reports


def _without_places(report: Report, root: Path, course: Course) -> Report:
    """Return the report without the container's folders: a student knows what was handed in, and the course's files."""
    from grader.batch.course_paths import seen_from

    for folder in (course.root, root / "submission", root):
        report = seen_from(folder, report)
    return report


def _with_rules(report: Report, entry: Entry, metadata: Metadata | None) -> Report:
    """Return the report with who handed in, and with what the course's rules leave of the points."""
    from grader.batch.policy import award, moment_of

    handed_in = HandedIn(student="") if metadata is None else metadata.handed_in
    if report.score is not None:
        given = award(
            report.score.earned,
            at=moment_of(handed_in.at),
            due=entry.dates.due if metadata is None or metadata.due is None else metadata.due,
            extended=None if metadata is None else metadata.extended,
            rules=entry.policy,
            nth=1 if metadata is None else metadata.attempts.get(entry.name, 0) + 1,
        )
        report = replace(report, award=given)
    return replace(report, handed_in=handed_in)


def _read_metadata(file: Path) -> Metadata | None:
    """Return what Gradescope says of the submission; None, said aloud, where it says nothing that can be read."""
    from grader.authoring.gradescope_metadata import read_metadata

    try:
        return read_metadata(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        write_error(
            say(
                Text(
                    en=f"{file.name}: {error}: who handed in and when is not known, and nothing counts as late.",
                    zh=f"{file.name}：{error}：提交者和提交时间未知，一律不算迟交。",
                )
            )
        )
        return None


# ------------------------------------------------------------------------------------------------- the result


def _rendered(reports: Sequence[Report]) -> str:
    from grader.report import View
    from grader.report.formats.gradescope import render

    return render(reports, View(language=choose_language(None)))


def _tell(reports: Sequence[Report]) -> None:
    """Show the instructor each report; a stdout that takes nothing changes no result."""
    from grader.report import View, render

    view = View(language=choose_language(None), verbose=True)
    for report in reports:
        try:
            write_plain(render(report, view=view))
        except OutputLost as error:
            write_error(say(error))
        for note in report.notes:
            write_error(say(note))


def _exit_code(reports: Sequence[Report]) -> int:
    from grader.report import Status, exit_code

    unscored = [exit_code(report) for report in reports if report.status is Status.UNSCORED]
    return max(unscored, default=EXIT_FULL_SCORE)


def _failed(error: GraderError) -> str:
    """Return the result of a run in which nothing was graded: whose fault it is, and no score."""
    from grader.report.formats.gradescope import without_score
    from grader.report.wording import UNSCORED

    write_error(say(error))
    whose = UNSCORED.get(error.fault, UNSCORED[Fault.GRADER])
    return without_score(say(joined((whose, error.text), separator="\n")))


def _written(root: Path, text: str) -> bool:
    from grader.exercise.whole_file import write_whole

    folder = root / "results"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / "results.json", text.encode())
    except OSError as error:
        write_error(say(_unreadable("results.json", error)))
        return False
    return True


def _unreadable(name: str, error: Exception) -> GraderFault:
    return GraderFault(Text(en=f"{name}: {error}", zh=f"{name}：{error}"))


def _own_fault(error: Exception) -> GraderFault:
    import traceback

    write_error("".join(traceback.format_exception(error)))
    return GraderFault(Text(en=f"{type(error).__name__} in dlgrade.", zh=f"dlgrade 出现 {type(error).__name__}。"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
