"""`dlgrade grade`: grade what a class handed in, into a folder with a gradebook, reports and pages."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from grader.cli.formats import FormatsOption
from grader.cli.language import choose_language, local, say
from grader.cli.options import (
    FailWhen,
    as_isolation,
    course_option,
    examination_options,
    fail_when_option,
    key_option,
    language_option,
)
from grader.cli.output import write_error
from grader.cli.setting import setting_of
from grader.cli.stopped import EXIT_INTERRUPTED, EXIT_TERMINATED, Terminated
from grader.records import Device, Text

if TYPE_CHECKING:
    from grader.batch.grade import ClassResult, Request
    from grader.batch.plan import Plan
    from grader.report.signing_keys import SigningKey
    from grader.runners import Runner

DEFAULT_OUTPUT = "grades"


@click.command(
    "grade",
    help=local(
        "Grade SUBMISSIONS for one EXERCISE or several (`all`): a folder with an entry a student, or one student's own "
        "file, folder, archive, notebook or repository. Writes a gradebook, a report each, and pages of the class.",
        "按一个或多个 EXERCISE（或 `all`）给 SUBMISSIONS 评分：每个学生一项的文件夹，或单个学生的文件、文件夹、"
        "压缩包、笔记本、仓库。写出成绩册、每人的报告和全班页面。",
    ),
    epilog=local(
        "Exit codes: 0 all are graded, whatever the scores; 1 some are not full, with --fail-when not-full; 2 wrong "
        "usage or a broken exercise; 3 some have no score.",
        "退出码：0 全部已评分（不论得分）；1 有未满分的（用 --fail-when not-full 时）；2 用法错误或练习本身有误；"
        "3 有提交未能评分。",
    ),
)
@click.argument("arguments", nargs=-1, metavar="[EXERCISE]… [SUBMISSIONS]…")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=DEFAULT_OUTPUT,
    show_default=True,
    metavar="DIR",
    help=local(
        "Where gradebook, reports and pages go: a new folder, or an empty one.",
        "成绩册、报告和页面写入的文件夹：应为新建的或空的。",
    ),
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help=local("Exams side by side; else one a core, and one more.", "同时进行的考试数；默认每个核一场，再加一场。"),
)
@click.option("--resume", is_flag=True, help=local("Go on where a run into DIR ended.", "从上次中断处继续写入 DIR。"))
@click.option(
    "--regrade",
    is_flag=True,
    help=local(
        "Grade all of DIR again, with the same seeds, and show what changes and why.",
        "用相同种子重新评分 DIR 中的全部提交，并显示变化及原因。",
    ),
)
@click.option(
    "--roster",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=local("A CSV with the students; who is missing is listed.", "学生名单 CSV；缺交者会列出。"),
)
@click.option(
    "--names",
    default="",
    metavar="PATTERN",
    help=local(
        "How entries are called: a pattern such as {student}/{exercise}, or a platform such as moodle.",
        "提交的命名方式：如 {student}/{exercise} 的模式，或 moodle 等平台名。",
    ),
)
@click.option(
    "--times",
    default="",
    metavar="FILE|git|mtime",
    help=local("When each was handed in: a CSV, git, or mtime.", "提交时间的来源：CSV、git 或 mtime。"),
)
@click.option(
    "--student", default="", metavar="ID", help=local("Whose the one submission is.", "这份提交属于哪个学生。")
)
@click.option(
    "--commit",
    default="",
    metavar="REF",
    help=local(
        "Of git repositories: this commit; `due`: the last one before it was due.",
        "git 仓库取该提交；`due`：截止前的最后一次提交。",
    ),
)
@click.option(
    "--format",
    "formats",
    cls=FormatsOption,
    default="",
    metavar="NAME[,NAME]",
    help=local(
        "Of reports; json is always written, and html unless others are named.",
        "报告格式；始终写出 json，未指定其他格式时也写 html。",
    ),
)
@click.option(
    "--sign",
    type=click.Path(path_type=Path),
    metavar="KEY",
    help=local("Sign reports with this private key; else DLGRADE_SIGN_KEY.", "用该私钥签名；默认取 DLGRADE_SIGN_KEY。"),
)
@click.option(
    "--no-sign",
    "unsigned",
    is_flag=True,
    help=local("Leave reports unsigned, also of a batch that was signed.", "不给报告签名，即使该批次原本有签名。"),
)
@click.option(
    "--runner",
    "runner_name",
    default="local",
    show_default=True,
    metavar="NAME",
    help=local("What holds the exams: local, or one of a plugin.", "由谁运行考试：local，或插件提供的运行器。"),
)
@fail_when_option(FailWhen.UNSCORED)
@examination_options
@key_option
@course_option
@language_option
@click.pass_context
def command(
    context: click.Context,
    arguments: tuple[str, ...],
    *,
    output: Path,
    jobs: int | None,
    resume: bool,
    regrade: bool,
    roster: Path | None,
    names: str,
    times: str,
    student: str,
    commit: str,
    formats: str,
    sign: Path | None,
    unsigned: bool,
    runner_name: str,
    fail_when: str,
    device: str,
    seed: int | None,
    isolation: str,
    key_file: Path | None,
    course: Path | None,
) -> int:
    """Grade, show, and return the exit code."""
    from grader.cli.grading import find_seal_key
    from grader.runners.find import make_runner
    from grader.runners.local import exams_at_once

    # Before anything is started, which could inherit a key: both are taken out of the environment.
    seal_key, signing_key = find_seal_key(key_file), _signing_key(sign, unsigned=unsigned)
    known, is_named = _known(output, resume=resume, regrade=regrade), _is_given(context, "isolation")
    degree = as_isolation(isolation) if is_named or known is None else known.isolation
    sys.setswitchinterval(_SWITCH_S)
    with make_runner(runner_name, workers=jobs, isolation=degree, others=True) as runner:
        runner.start()  # first of all: torch is imported in the background while all below is
        from grader.batch.binding import course_by
        from grader.batch.grade import Auto, Request, mode_of
        from grader.batch.handed import EntryOptions
        from grader.cli.grade_arguments import split
        from grader.exercise.sealed_course import open_sealed

        wanted = _checked(formats)
        found = open_sealed(course_by(course, known), seal_key)
        given = split(arguments, found)
        request = Request(
            course=found,
            output=output,
            exercises=given.exercises,
            submissions=given.submissions,
            options=EntryOptions(names=names, roster=roster, times=times, student=student, commit=commit),
            mode=mode_of(resume=resume, regrade=regrade),
            seed=seed,
            device=Device(device) if _is_given(context, "device") else None,
            isolation=(as_isolation(isolation) or Auto.STRONGEST) if is_named else None,
            formats=wanted,
            language=choose_language(None),
            setting=setting_of(),
            key=signing_key,
            unsigned=unsigned,
        )
        result = _held(request, runner, jobs or exams_at_once(degree))
    if isinstance(result, int):
        return result
    return _shown(result, wanted, FailWhen(fail_when))


_SWITCH_S = 0.0005  # between threads: a worker that has an answer waited 5 ms for a page that is being written
_MAX_NOTES = 30


def _known(output: Path, *, resume: bool, regrade: bool) -> Plan | None:
    """Return the plan of what lies there; None for a new batch, for which nothing is loaded."""
    if not (resume or regrade):
        return None
    from grader.batch.binding import known_plan
    from grader.batch.places import Places
    from grader.batch.request import mode_of

    return known_plan(Places(output.absolute()), mode_of(resume=resume, regrade=regrade))


def _checked(formats: str) -> tuple[str, ...]:
    """Return the names of formats, each of which can be written here. Raises: UsageError."""
    from grader.report import find_format

    wanted = tuple(dict.fromkeys(name.strip().lower() for name in formats.split(",") if name.strip()))
    setting = setting_of()
    for name in wanted:
        check = find_format(name).check
        if check is not None:
            check(setting)
    return wanted


def _signing_key(file: Path | None, *, unsigned: bool) -> SigningKey | None:
    """Return the key that reports are signed with; None for none. Raises: UsageError."""
    from grader.errors import UsageError
    from grader.report.signing_keys import find_signing_key

    if unsigned and file is not None:
        raise UsageError(
            Text(en="--no-sign and --sign: one of them only.", zh="--no-sign 与 --sign：只能给出其一。"),
            remedy=Text(en="Leave one of them out.", zh="请去掉其中一个。"),
        )
    found = find_signing_key(file)  # in any case: it takes the key out of the environment
    if unsigned:
        return None
    if found is not None and found.warning is not None:
        write_error(say(found.warning))
    return found


def _is_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) not in (None, ParameterSource.DEFAULT)


def _held(request: Request, runner: Runner, workers: int) -> ClassResult | int:
    """Grade the class; return the exit code where it was stopped."""
    from grader.batch.grade import grade_class
    from grader.batch.run import Progress
    from grader.cli.grade_progress import shown_progress

    reached = Progress(total=0, done=0, kept=0, unscored=0)
    notes = _Notes()
    try:
        with shown_progress() as show:

            def tell(progress: Progress) -> None:
                nonlocal reached
                reached = progress
                show(progress)

            return grade_class(request, runner, workers=workers, tell=tell, note=notes.say)
    except (KeyboardInterrupt, Terminated) as stop:
        write_error(_stopped(reached, request.output))
        return EXIT_TERMINATED if isinstance(stop, Terminated) else EXIT_INTERRUPTED


class _Notes:
    """Says what was found among the submissions, and no more of it than people read."""

    def __init__(self) -> None:
        self._said = 0

    def say(self, note: Text) -> None:
        self._said += 1
        if self._said <= _MAX_NOTES:
            write_error(say(note))
        elif self._said == _MAX_NOTES + 1:
            write_error(local("… and more of the kind.", "……其余从略。"))


def _stopped(reached: object, output: Path) -> str:
    from grader.batch.run import Progress
    from grader.exercise.paths import show_path

    assert isinstance(reached, Progress)
    folder, done, total = show_path(output), reached.done, reached.total
    if not total:
        return local("Stopped.", "已停止。")
    return local(
        f"Stopped. {done} of {total} are graded, and kept. Go on with: dlgrade grade --resume --output {folder}",
        f"已停止。{total} 份中已完成 {done} 份，结果均已保存。继续：dlgrade grade --resume --output {folder}",
    )


def _shown(result: ClassResult, formats: Sequence[str], fail_when: FailWhen) -> int:
    """Show what came of it, and return the exit code."""
    from grader.batch.classbook import Standing, standing_of
    from grader.cli.grade_result import show
    from grader.errors import EXIT_GRADER_FAULT, EXIT_NOT_FULL

    show(result, formats)
    if result.unscored:
        return fail_when.code(EXIT_GRADER_FAULT)
    is_full = all(standing_of(row) is Standing.FULL for row in result.rows)
    return 0 if is_full else fail_when.code(EXIT_NOT_FULL)
