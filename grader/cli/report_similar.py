"""`dlgrade report similar`: submissions of a class that are suspiciously alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from grader.cli.language import choose_language, local
from grader.cli.options import course_option, language_option
from grader.cli.output import Progress, dress, write_out, write_plain
from grader.errors import UsageError
from grader.exercise.paths import show_path
from grader.records import Text


@click.command(
    "similar",
    help=local(
        "Find submissions that are suspiciously alike, in the output folder of `grade` or in a folder of submissions. "
        "Renamed variables, other comments and another order of functions hide nothing; what the stub and the "
        "reference have is left out. A pair is held against all pairs of the class.",
        "在 `grade` 的输出文件夹或提交文件夹中找出可疑的雷同提交。改变量名、改注释、调换函数顺序都瞒不过；"
        "模板与参考解答已有的代码不计入。每一对都与全班所有组合比较。",
    ),
)
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--exercise",
    "exercises",
    multiple=True,
    metavar="EXERCISE",
    help=local("Only this one; needed for a folder of submissions.", "只比较该练习；提交文件夹必须给出。"),
)
@click.option(
    "--ignore",
    "ignored",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help=local("Code that all were given, such as a lecture's.", "发给所有人的代码，例如课堂示例。"),
)
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=local("Also write the pairs side by side into this file.", "同时把雷同的组合并排写入该 HTML 文件。"),
)
@click.option("--json", "as_json", is_flag=True, help=local("For programs, on stdout.", "以 JSON 输出，供程序使用。"))
@course_option
@language_option
def command(
    *,
    folder: Path,
    exercises: Sequence[str],
    ignored: Sequence[Path],
    page: Path | None,
    as_json: bool,
    course: Path | None,
) -> int:
    """Compare, and show what stands out."""
    from grader.batch.similar import find_alike
    from grader.batch.similar_page import to_page
    from grader.batch.similar_sources import classes_in
    from grader.batch.similar_text import Compared, to_json, to_terminal
    from grader.exercise import load_course
    from grader.report.escape import without_commands

    language, compared = choose_language(None), []
    with Progress() as progress:
        for one in classes_in(folder, load_course(course), exercises=exercises, ignored=ignored):
            progress.say(local(f"Comparing {one.exercise.name} …", f"正在比较 {one.exercise.name} ……"))
            compared.append(Compared(of=one, alike=find_alike(one.works, stub=one.stub, common=one.common)))
    if page is not None:
        _write_page(page, to_page(compared, language=language))
    if as_json:
        write_out(to_json(compared))
        return 0
    look = dress()
    shown = to_terminal(compared, language=language, width=look.width, color=look.color, ascii_only=look.ascii_only)
    write_out(without_commands(shown))
    if page is not None:
        where = show_path(page)
        write_plain(local(f"Side by side: {where}", f"并排对照：{where}"))
    return 0


def _write_page(file: Path, text: str) -> None:
    from grader.exercise.whole_file import write_whole

    try:
        write_whole(file, text.encode())
    except OSError as error:
        reason, shown = error.strerror or str(error), show_path(file)
        raise UsageError(
            Text(en=f"--html {shown}: cannot be written: {reason}.", zh=f"--html {shown}：无法写入：{reason}。"),
            remedy=Text(en="Name a file in a folder that you may write to.", zh="请给出可写文件夹中的文件名。"),
        ) from None
