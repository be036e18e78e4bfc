"""`dlgrade start`: a folder of one's own to work in."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.language import local, say
from grader.cli.options import course_option, language_option
from grader.cli.output import write_error, write_plain
from grader.errors import EXIT_FULL_SCORE, EXIT_USAGE
from grader.exercise import NewWorkspace, create_workspace, load_course
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
    made = create_workspace(folder, load_course(course))
    write_plain(_summary(made))
    for error in made.broken:
        write_error(say(error))
    return EXIT_USAGE if made.broken else EXIT_FULL_SCORE


def _summary(made: NewWorkspace) -> str:
    place = show_path(made.root)
    first = min((path.parts[0] for path in (*made.copied, *made.kept)), default="exercise01").split("_")[0]
    lines = [Text(en=f"{place}: {len(made.copied)} files copied.", zh=f"{place}：已复制 {len(made.copied)} 个文件。")]
    if made.kept:
        kept = ", ".join(str(path) for path in made.kept)
        lines.append(Text(en=f"Kept as they were: {kept}.", zh=f"保持原样：{kept}。"))
    lines.append(
        Text(
            en=f"Next: `cd {place}`, read {first}'s README.md, then `dlgrade watch {first}`.",
            zh=f"下一步：`cd {place}`，阅读 {first} 的 README.zh.md，然后运行 `dlgrade watch {first}`。",
        )
    )
    return "\n".join(say(line) for line in lines)
