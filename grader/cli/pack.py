"""`dlgrade pack`: what students get, as a folder, a zip or a git repository."""

from __future__ import annotations

import re
from pathlib import Path

import click

from grader import __version__
from grader.cli.language import local, say
from grader.cli.options import course_option, key_option, language_option
from grader.cli.output import write_error, write_plain
from grader.errors import EXIT_FULL_SCORE, UsageError
from grader.exercise.paths import show_path
from grader.records import Text

_FORMATS = ("folder", "zip", "git")
_REQUIREMENT = re.compile(r"[A-Za-z0-9][\w.,;:+/@=<>!~ \[\]'-]*", re.ASCII)


@click.command(
    "pack",
    help=local(
        "Write what students get of each EXERCISE (of all, if none is named) to a new place, and refuse if any of it "
        "repeats a solution, a hidden test, a mistake or an answer.",
        "把各 EXERCISE（默认全部）中给学生的内容写到新位置；若其中含有参考解、隐藏测试、典型错误或答案，则拒绝打包。",
    ),
)
@click.argument("exercises", metavar="[EXERCISE]...", nargs=-1)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    required=True,
    help=local("Where to; nothing there is overwritten.", "写到哪里；不会覆盖已有内容。"),
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(_FORMATS),
    default="folder",
    show_default=True,
    help=local("git: a repository with one commit.", "git 为含一次提交的仓库。"),
)
@click.option(
    "--with-workflow",
    is_flag=True,
    help=local("Add a GitHub workflow that checks on every push.", "加入在每次推送时检查的 GitHub 工作流。"),
)
@click.option(
    "--sealed",
    is_flag=True,
    help=local(
        "Add solutions.sealed; the workflow takes its key from a secret.",
        "加入 solutions.sealed；工作流从 secret 中取密钥。",
    ),
)
@click.option(
    "--install",
    metavar="REQUIREMENT",
    default=f"dlgrade=={__version__}",
    show_default=True,
    help=local("What students and the workflow install.", "学生和工作流所安装的软件包。"),
)
@key_option
@course_option
@language_option
def command(
    exercises: tuple[str, ...],
    *,
    output: Path,
    kind: str,
    with_workflow: bool,
    sealed: bool,
    install: str,
    key_file: Path | None,
    course: Path | None,
) -> int:
    """Pack, and say what there is."""
    from grader.authoring.pack import Wish, make_bundle
    from grader.authoring.pack_write import Kind, write_bundle
    from grader.cli.grading import find_seal_key
    from grader.exercise import load_course

    if not _REQUIREMENT.fullmatch(install):
        raise _no_requirement(install)
    key = find_seal_key(key_file)
    wish = Wish(install=install, workflow=with_workflow, sealed=sealed)
    bundle = make_bundle(load_course(course), exercises, wish, key)
    write_bundle(bundle.files, output, Kind(kind))
    place, count, names = show_path(output), len(bundle.files), ", ".join(bundle.exercises)
    write_plain(
        say(
            Text(
                en=f"{place}: {count} files of {names}. Nothing of the hidden half was found in them.",
                zh=f"{place}：{names}，共 {count} 个文件。其中未发现隐藏部分的内容。",
            )
        )
    )
    for note in bundle.notes:
        write_error(say(note))
    return EXIT_FULL_SCORE


def _no_requirement(install: str) -> UsageError:
    return UsageError(
        Text(
            en=f"--install {install!r}: expected what `pip install` takes, on one line.",
            zh=f"--install {install!r}：应为 `pip install` 可接受的单行内容。",
        ),
        remedy=Text(en=f"For example: dlgrade=={__version__}", zh=f"例如：dlgrade=={__version__}"),
    )
