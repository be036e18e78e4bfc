"""`dlgrade check`: grade one submission and say why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.formats import FormatsOption, deliver, plan_delivery
from grader.cli.language import choose_language, local
from grader.cli.options import (
    FailWhen,
    as_isolation,
    course_option,
    examination_options,
    fail_when_option,
    key_option,
    language_option,
)
from grader.cli.output import Progress
from grader.cli.setting import setting_of
from grader.errors import SandboxUnavailable
from grader.records import Device, Exercise, Isolation

if TYPE_CHECKING:
    from grader.exercise import Course
    from grader.report import Report


@click.command(
    "check",
    help=local(
        "Grade EXERCISE: an id, a slug, a number, or a unique beginning of these (exercise03, softmax, 3).",
        "给 EXERCISE 评分：编号、短名、数字，或其唯一的开头（exercise03、softmax、3）。",
    ),
)
@click.argument("exercise")
@click.option(
    "--submission",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help=local(
        "A file, folder, zip, tar or notebook to grade instead of your own files.",
        "要评分的文件、文件夹、zip、tar 或笔记本；默认为你自己的文件。",
    ),
)
@click.option(
    "--format",
    "formats",
    cls=FormatsOption,
    default="text",
    show_default=True,
    metavar="NAME[,NAME]",
    help=local(
        "text, json, html, markdown, csv, junit, ctrf, github, or a platform's; several need --output.",
        "text、json、html、markdown、csv、junit、ctrf、github，或某个平台的格式；多个格式需要 --output。",
    ),
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=local("Also write report.txt, report.json, … there.", "同时把 report.txt、report.json 等写入该文件夹。"),
)
@click.option("-v", "--verbose", is_flag=True, help=local("Explain every failed test.", "解释每一项未通过的测试。"))
@fail_when_option(FailWhen.NOT_FULL)
@examination_options
@key_option
@course_option
@language_option
def command(
    exercise: str,
    *,
    submission: Path | None,
    formats: str,
    output: Path | None,
    verbose: bool,
    fail_when: str,
    device: str,
    seed: int | None,
    isolation: str,
    key_file: Path | None,
    course: Path | None,
) -> int:
    """Grade, show, and return the exit code of the report."""
    from grader.cli.grading import tell_beside
    from grader.report import exit_code

    delivery = plan_delivery(formats, output)
    graded = _grade(
        exercise,
        submission,
        course,
        device=Device(device),
        seed=seed,
        isolation=as_isolation(isolation),
        key_file=key_file,
    )
    setting = setting_of((graded.exercise, submission or graded.course.own_files(graded.exercise)))
    deliver(graded.report, delivery, language=choose_language(None), verbose=verbose, setting=setting)
    tell_beside(graded.course, graded.report)
    return FailWhen(fail_when).code(exit_code(graded.report))


@dataclass(frozen=True, slots=True)
class _Graded:
    """A report, and the course and exercise that it is of."""

    report: Report
    course: Course
    exercise: Exercise


def _grade(
    name: str,
    submission: Path | None,
    course: Path | None,
    *,
    device: Device,
    seed: int | None,
    isolation: Isolation | None,
    key_file: Path | None,
) -> _Graded:
    from grader.cli.grading import find_seal_key, gpu_is_taken
    from grader.pipeline import Grader

    try:
        key = find_seal_key(key_file)
        # With a key there is something to steal: then nothing weak is taken unless it is asked for by name.
        others = key is not None
        with Progress() as progress, Grader(isolation, device, others=others, waits=gpu_is_taken) as grader:
            # First of all: torch is imported in the background while the course is read.
            grader.start()
            progress.say(local("Starting torch …", "正在启动 torch……"))
            from grader.cli.grading import grade
            from grader.exercise import load_course
            from grader.exercise.sealed_course import open_sealed

            found_course = open_sealed(load_course(course), key)
            exercise = found_course.find(name)
            progress.say(local(f"Grading {exercise.name} …", f"正在评分 {exercise.name}……"))
            report = grade(grader, found_course, exercise, submission=submission, seed=seed)
            return _Graded(report, found_course, exercise)
    except SandboxUnavailable as error:  # of the isolation: before anything was read
        from grader.exercise import load_course
        from grader.report import build_failure

        found_course = load_course(course)
        exercise = found_course.find(name)
        report = build_failure(exercise, error, device=device, seed=seed)
        return _Graded(report, found_course, exercise)
