"""`dlgrade quiz new`: a small quiz that works, to edit."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from grader.cli.language import local
from grader.cli.options import course_option, language_option
from grader.cli.output import write_plain
from grader.records import Text


@click.command(
    "new",
    help=local(
        "Write a small quiz named SLUG (layer_norm) that works, for you to edit: two questions with parameters, hints "
        "and feedback in both languages, and the schema that your editor completes keys by.",
        "生成一份名为 SLUG（如 layer_norm）的可用小测验供你修改：两道带参数的题，含双语提示与反馈，"
        "以及供编辑器补全的 schema。",
    ),
)
@click.argument("slug")
@click.option("--title", metavar="TEXT", help=local("In English; else made of SLUG.", "英文标题；默认由 SLUG 生成。"))
@click.option(
    "--title-zh", metavar="TEXT", help=local("In Chinese; else the English one.", "中文标题；默认与英文相同。")
)
@click.option(
    "--number",
    type=click.IntRange(1, 9999),
    metavar="N",
    help=local("Else the next free one.", "编号；默认为下一个空闲的编号。"),
)
@course_option
@language_option
def command(slug: str, *, title: str | None, title_zh: str | None, number: int | None, course: Path | None) -> int:
    """Write the quiz, and say what to do next."""
    from grader.exercise import load_course
    from grader.exercise.paths import show_path
    from grader.quiz.new import create_quiz

    given = title or title_zh
    named = Text(en=title or given or "", zh=title_zh or given or "") if given else None
    made = create_quiz(load_course(course), slug, title=named, number=number)
    at = "" if course is None else f" --course {shlex.quote(str(course))}"
    write_plain(
        local(
            f"Written: {show_path(made.folder)}/quiz.yaml and quiz.py.\n\n"
            f"Edit them, and then:\n"
            f"  dlgrade quiz lint {made.id}{at}            what to mend\n"
            f"  dlgrade quiz preview {made.id}{at} --open  what students see, and the answers\n"
            f"  dlgrade quiz {made.id}{at}                 take it",
            f"已写入 {show_path(made.folder)}/quiz.yaml 和 quiz.py。\n\n"
            f"修改之后：\n"
            f"  dlgrade quiz lint {made.id}{at}            检查要改正的地方\n"
            f"  dlgrade quiz preview {made.id}{at} --open  查看学生看到的题面与答案\n"
            f"  dlgrade quiz {made.id}{at}                 做这份测验",
        )
    )
    return 0
