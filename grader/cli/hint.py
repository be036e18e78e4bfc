"""`dlgrade hint`: one more hint of a test that the last check did not pass."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from grader.cli.grading import grade
from grader.cli.hints import Hints, hints_of, read_hints, write_hints
from grader.cli.language import local, say
from grader.cli.options import course_option, language_option
from grader.cli.output import Progress, write_error, write_plain
from grader.errors import EXIT_FULL_SCORE
from grader.exercise import Course, load_course
from grader.records import Device, Exercise, Text


@click.command(
    "hint",
    help=local(
        "Show one more hint for EXERCISE, from the tests that your last check did not pass. "
        "Without a check so far, your file is graded first.",
        "再显示一条提示，来自上次检查中未通过的测试。如果还没有检查过，会先评分。",
    ),
)
@click.argument("exercise")
@click.option("--reset", is_flag=True, help=local("Forget which hints were shown.", "忘记已显示过的提示。"))
@course_option
@language_option
def command(exercise: str, *, reset: bool, course: Path | None) -> int:
    """Show the next hint; there being none left is no failure."""
    found_course = load_course(course)
    found = found_course.find(exercise)
    own = found_course.own_files(found)  # outside any workspace this says what to do
    root = found_course.progress_root or own
    hints = read_hints(root, found.name) or Hints(available=_ask_exam(found_course, found))
    if reset:
        hints = replace(hints, shown=frozenset())
        _keep(root, found.name, hints)
        write_plain(say(Text(en="Hints start again from the first.", zh="提示将重新从第一条开始。")))
        return EXIT_FULL_SCORE
    text, after = next_hint(hints, found)
    write_plain(text)
    _keep(root, found.name, after)
    return EXIT_FULL_SCORE


def next_hint(hints: Hints, exercise: Exercise) -> tuple[str, Hints]:
    """Return the next hint as it is shown, or why there is none, and the hints as they are afterwards."""
    hint = hints.next
    if hint is not None:
        after = hints.after_showing(hint)
        number = sum(known.en in after.shown for known in after.available)
        title = Text(en=f"Hint {number} of {len(hints.available)}", zh=f"提示 {number}/{len(hints.available)}")
        return say(Text(en=f"{title.en}: {hint.en}", zh=f"{title.zh}：{hint.zh}")), after
    if not hints.available:
        return say(
            Text(
                en=f"No hints: every test that has one passes. `dlgrade check {exercise.id}` shows where you are.",
                zh=f"没有提示：带提示的测试都已通过。运行 `dlgrade check {exercise.id}` 查看进度。",
            )
        ), hints
    again = "\n".join(f"  - {say(hint)}" for hint in hints.available)
    end = Text(
        en=f"That was every hint for now. Once more:\n{again}\n"
        f"Run `dlgrade check {exercise.id}`: a test that waits for another brings its own hint.",
        zh=f"目前的提示已全部显示。再看一遍：\n{again}\n"
        f"运行 `dlgrade check {exercise.id}`：等待中的测试轮到时会带来新的提示。",
    )
    return say(end), hints


def _ask_exam(course: Course, exercise: Exercise) -> tuple[Text, ...]:
    from grader.pipeline import Grader

    with Progress() as progress, Grader(None, Device.CPU) as grader:
        progress.say(local("Grading your file first …", "先评分……"))
        grader.start()
        return hints_of(grade(grader, course, exercise, submission=None, seed=None))


def _keep(root: Path, exercise_name: str, hints: Hints) -> None:
    warning = write_hints(root, exercise_name, hints)
    if warning is not None:
        write_error(say(warning))
