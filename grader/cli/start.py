"""`dlgrade start`: a folder of one's own to work in."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.dates import moment_shown
from grader.cli.language import choose_language, local, say
from grader.cli.options import course_option, language_option
from grader.cli.output import write_error, write_plain
from grader.errors import EXIT_FULL_SCORE, EXIT_USAGE
from grader.exercise import Course, NewWorkspace, create_workspace, load_course
from grader.exercise.manifest import STATEMENT_IN
from grader.exercise.paths import show_path
from grader.records import Text


@click.command(
    "start",
    help=local(
        "Copy statements, stubs and visible tests into DIR. What is there already is kept, so it can be repeated.",
        "把题面、代码模板和可见测试复制到 DIR。已有的文件会保留，因此可以重复运行。",
    ),
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@course_option
@language_option
def command(folder: Path, *, course: Path | None) -> int:
    """Make or complete a workspace; 2 when an exercise of the course is broken and was left out."""
    found = load_course(course)
    made = create_workspace(folder, found)
    write_plain(_summary(made, found))
    for error in made.broken:
        write_error(say(error))
    return EXIT_USAGE if made.broken else EXIT_FULL_SCORE


def _summary(made: NewWorkspace, course: Course) -> str:
    place = show_path(made.root)
    there = {path.parts[0] for path in (*made.copied, *made.kept)}
    first = next((entry.id for entry in course.entries if entry.name in there), "exercise01")
    lines = [Text(en=f"{place}: {len(made.copied)} files copied.", zh=f"{place}：已复制 {len(made.copied)} 个文件。")]
    if made.kept:
        kept = ", ".join(str(path) for path in made.kept)
        lines.append(Text(en=f"Kept as they were: {kept}.", zh=f"保持原样：{kept}。"))
    for entry in made.unreleased:
        assert entry.dates.release is not None
        when = moment_shown(entry.dates.release)
        lines.append(
            Text(
                en=f"Not given out yet: {entry.label}. Run this again from {when} on.",
                zh=f"尚未发布：{entry.label}。请在 {when} 之后再次运行。",
            )
        )
    languages = course.file.defaults.languages
    spoken = choose_language(None)
    statement = STATEMENT_IN[spoken if spoken in languages else languages[0]]
    lines.append(
        Text(
            en=f"Next: `cd {place}`, read {first}'s {statement}, then `dlgrade watch {first}`.",
            zh=f"下一步：`cd {place}`，阅读 {first} 的 {statement}，然后运行 `dlgrade watch {first}`。",
        )
    )
    return "\n".join(say(line) for line in lines)
