"""`dlgrade pack`: what students get, as a folder, a zip or a git repository."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader import __version__
from grader.cli.language import choose_language, local, say
from grader.cli.options import AUTO, as_isolation, course_option, key_option, language_option
from grader.cli.output import write_error, write_plain
from grader.errors import EXIT_FULL_SCORE, UsageError
from grader.exercise.paths import show_path
from grader.records import Isolation, Text

if TYPE_CHECKING:
    from grader.exercise import Course

_FORMATS = ("folder", "zip", "git")
_NO_ZIP = ("folder", "git")
_INDEX = re.compile(r"https?://[!-~]{1,500}", re.ASCII)
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
    help=local(
        "folder, if nothing is said; git: a repository with one commit.", "默认为 folder；git 为含一次提交的仓库。"
    ),
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
    "--gradescope",
    is_flag=True,
    help=local(
        "Instead: the zip of an autograder for Gradescope, with the solutions in it, for you alone.",
        "改为生成 Gradescope 自动评分器的 zip：其中含有参考解，只供教师使用。",
    ),
)
@click.option(
    "--isolation",
    type=click.Choice([AUTO, *(degree.value for degree in Isolation)]),
    default=AUTO,
    show_default=True,
    help=local("On Gradescope; auto: landlock at least.", "在 Gradescope 上的隔离程度；auto 至少为 landlock。"),
)
@click.option(
    "--index",
    metavar="URL",
    default="",
    help=local(
        "On Gradescope, beside pip's own index: that of torch for the CPU.",
        "在 Gradescope 上，除 pip 默认索引外另用的索引：CPU 版 torch 的索引。",
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
    kind: str | None,
    with_workflow: bool,
    sealed: bool,
    gradescope: bool,
    isolation: str,
    index: str,
    install: str,
    key_file: Path | None,
    course: Path | None,
) -> int:
    """Pack, and say what there is."""
    from grader.exercise import load_course

    if not _REQUIREMENT.fullmatch(install):
        raise _no_requirement(install)
    if gradescope:
        _refuse_beside_gradescope({"--with-workflow": with_workflow, "--sealed": sealed, "--format": kind in _NO_ZIP})
        return _autograder(
            exercises,
            output,
            load_course(course),
            install=install,
            index=index,
            isolation=as_isolation(isolation),
            key_file=key_file,
        )
    _refuse_without_gradescope({"--isolation": isolation != AUTO, "--index": bool(index)})
    from grader.authoring.pack import Wish, make_bundle
    from grader.authoring.pack_write import Kind, write_bundle
    from grader.cli.grading import find_seal_key

    key = find_seal_key(key_file)
    wish = Wish(install=install, workflow=with_workflow, sealed=sealed)
    bundle = make_bundle(load_course(course), exercises, wish, key)
    write_bundle(bundle.files, output, Kind(kind or Kind.FOLDER))
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


def _autograder(
    exercises: tuple[str, ...],
    output: Path,
    course: Course,
    *,
    install: str,
    index: str,
    isolation: Isolation | None,
    key_file: Path | None,
) -> int:
    """Pack the zip for Gradescope, and say what there is."""
    from grader.authoring.gradescope import SCRIPTS, make_autograder
    from grader.authoring.pack_write import Kind, write_bundle
    from grader.cli.grading import find_seal_key

    if index and not _INDEX.fullmatch(index):
        raise _no_index(index)
    packed = make_autograder(
        course,
        exercises,
        install=install,
        index=index,
        isolation=isolation,
        language=choose_language(None),
        key=find_seal_key(key_file),
    )
    write_bundle(packed.files, output, Kind.ZIP, executable=SCRIPTS)
    place, count, names = show_path(output), len(packed.files), ", ".join(packed.exercises)
    write_plain(
        say(
            Text(
                en=f"{place}: {count} files that grade {names}. The solutions are in it: no student may get it.",
                zh=f"{place}：共 {count} 个文件，{names} 的自动评分器。其中含有参考解：请勿发给学生。",
            )
        )
    )
    for note in packed.notes:
        write_error(say(note))
    return EXIT_FULL_SCORE


def _refuse_beside_gradescope(given: dict[str, bool]) -> None:
    if found := [name for name, is_given in given.items() if is_given]:
        listed = ", ".join(found)
        raise UsageError(
            Text(
                en=f"--gradescope: {listed} has no meaning beside it: it is a zip for the instructor.",
                zh=f"--gradescope：不能与 {listed} 同用：它是给教师用的 zip。",
            ),
            remedy=Text(en=f"Leave out {listed}.", zh=f"请去掉 {listed}。"),
        )


def _refuse_without_gradescope(given: dict[str, bool]) -> None:
    if found := [name for name, is_given in given.items() if is_given]:
        listed = ", ".join(found)
        raise UsageError(
            Text(
                en=f"{listed}: has a meaning with --gradescope only.",
                zh=f"{listed}：只有与 --gradescope 同用才有意义。",
            ),
            remedy=Text(en=f"Add --gradescope, or leave out {listed}.", zh=f"请加上 --gradescope，或去掉 {listed}。"),
        )


def _no_index(index: str) -> UsageError:
    return UsageError(
        Text(
            en=f"--index {index!r}: expected the address of a package index.",
            zh=f"--index {index!r}：应为软件包索引的地址。",
        ),
        remedy=Text(en="It begins with https:// and has no spaces.", zh="它以 https:// 开头，且不含空格。"),
    )


def _no_requirement(install: str) -> UsageError:
    return UsageError(
        Text(
            en=f"--install {install!r}: expected what `pip install` takes, on one line.",
            zh=f"--install {install!r}：应为 `pip install` 可接受的单行内容。",
        ),
        remedy=Text(en=f"For example: dlgrade=={__version__}", zh=f"例如：dlgrade=={__version__}"),
    )
