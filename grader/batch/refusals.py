"""What `dlgrade grade` says when it cannot do as asked, or should not without a word."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.batch.handed import Entry
from grader.errors import GraderFault, UsageError
from grader.exercise.course import Course, Origin
from grader.exercise.paths import show_path
from grader.records import Exercise, Text


class Interrupted(GraderFault):
    """A batch that could not go on: what was done is kept, and it can go on later."""


def cut_short(error: OSError, *, done: int, total: int) -> Interrupted:
    """Return what to say when a file cannot be written in the middle of a batch."""
    reason = error.strerror or str(error)
    place = f"{show_path(Path(error.filename))}: " if isinstance(error.filename, str) else ""
    return Interrupted(
        Text(
            en=f"{place}{reason}. The batch stopped; {done} of {total} are graded, and kept.",
            zh=f"{place}{reason}。评分已停止；{total} 份中已完成 {done} 份，结果均已保存。",
        ),
        remedy=Text(
            en="Make room, or give the right to write, then go on with --resume.",
            zh="请腾出空间或给予写权限，然后用 --resume 继续。",
        ),
    )


def is_there(root: Path) -> UsageError:
    """Return the refusal of a folder that holds a batch, with the three ways out."""
    shown = show_path(root)
    return UsageError(
        Text(en=f"--output: {shown} holds a graded batch already.", zh=f"--output：{shown} 中已有一批评分结果。"),
        remedy=Text(
            en="--resume goes on with it; --regrade grades all again and shows what changes; "
            "or name another folder with --output.",
            zh="--resume 继续该批次；--regrade 全部重新评分并显示变化；或用 --output 指定另一个文件夹。",
        ),
    )


def nothing_there(root: Path, *, regrade: bool) -> UsageError:
    """Return the refusal to go on with what is not there."""
    shown, option = show_path(root), "--regrade" if regrade else "--resume"
    return UsageError(
        Text(en=f"{option}: there is no batch in {shown} to go on with.", zh=f"{option}：{shown} 中没有可继续的批次。"),
        remedy=Text(
            en=f"Leave {option} out to begin one, or name its folder with --output.",
            zh=f"去掉 {option} 以开始新批次，或用 --output 指定其文件夹。",
        ),
    )


def no_regrade_there(root: Path) -> UsageError:
    """Return the refusal to go on with a regrade where there is a batch, and none of its regrades was stopped."""
    shown = show_path(root)
    return UsageError(
        Text(
            en=f"--regrade --resume: no regrade was stopped in {shown}, so there is none to go on with.",
            zh=f"--regrade --resume：{shown} 中没有中断的重新评分可以继续。",
        ),
        remedy=Text(
            en="Leave --resume out to grade all of it again, or --regrade to go on with the batch itself.",
            zh="去掉 --resume 可全部重新评分；去掉 --regrade 则继续该批次本身。",
        ),
    )


def not_empty(root: Path) -> UsageError:
    """Return the refusal of a folder with something in it, which nobody here can vouch for."""
    shown = show_path(root)
    return UsageError(
        Text(
            en=f"--output: {shown} is not empty, and there is no batch in it.",
            zh=f"--output：{shown} 不是空文件夹，其中也没有批次。",
        ),
        remedy=Text(
            en="Results go into a new folder or an empty one: name another with --output, or empty this one.",
            zh="结果只写入新建的或空的文件夹：请用 --output 指定另一个，或清空该文件夹。",
        ),
    )


def is_linked(path: Path) -> UsageError:
    """Return the refusal of a link, or of anything else that is neither a folder nor a file."""
    shown = show_path(path)
    return UsageError(
        Text(
            en=f"--output: {shown} is a link, or no regular file: it may lead to files of others.",
            zh=f"--output：{shown} 是链接或非普通文件：它可能指向他人的文件。",
        ),
        remedy=Text(
            en="Links are not followed. Name the folder itself, or another --output DIR.",
            zh="不会跟随链接。请直接给出文件夹本身，或用 --output 指定另一个文件夹。",
        ),
    )


def in_a_submission(root: Path, submission: Path) -> UsageError:
    """Return the refusal to go on with a batch that may have been handed in."""
    shown, within = show_path(root), show_path(submission)
    return UsageError(
        Text(
            en=f"--output: {shown} lies in the submission {within}: whoever handed that in may have made this batch.",
            zh=f"--output：{shown} 位于提交 {within} 之中：这批结果可能出自提交者之手。",
        ),
        remedy=Text(
            en="Begin a new batch, without --resume and --regrade, in a folder outside of it: --output DIR.",
            zh="请去掉 --resume 与 --regrade，并用 --output 在其外的文件夹中开始新批次。",
        ),
    )


def in_use(root: Path) -> UsageError:
    """Return the refusal of a folder that another run works in."""
    shown = show_path(root)
    return UsageError(
        Text(en=f"--output: another run is at work in {shown}.", zh=f"--output：另一个运行正在使用 {shown}。"),
        remedy=Text(en="Wait until it ends, or name another folder.", zh="请等它结束，或指定另一个文件夹。"),
    )


def unwritable(error: OSError, root: Path) -> UsageError:
    """Return the refusal of a folder that takes nothing."""
    shown, reason = show_path(root), error.strerror or str(error)
    return UsageError(
        Text(en=f"--output: {shown} cannot be written to: {reason}.", zh=f"--output：无法写入 {shown}：{reason}。"),
        remedy=Text(en="Name a folder that you may write to.", zh="请给出一个你有写权限的文件夹。"),
    )


def nothing_to_grade(*, exercises: bool) -> UsageError:
    """Return what to say where no submission was named; or, unless there are `exercises`, no exercise."""
    usage = "dlgrade grade EXERCISE… SUBMISSIONS…"
    if exercises:
        return UsageError(
            Text(en=f"{usage}: no SUBMISSIONS are given.", zh=f"{usage}：没有给出 SUBMISSIONS。"),
            remedy=Text(
                en="Name the folder with the submissions, or one submission, behind the exercises.",
                zh="请在练习之后给出提交所在的文件夹，或单个提交。",
            ),
        )
    return UsageError(
        Text(en=f"{usage}: no EXERCISE is given.", zh=f"{usage}：没有给出 EXERCISE。"),
        remedy=Text(
            en="Name one exercise or several first, or `all`; `dlgrade list` shows them.",
            zh="请先给出一个或多个练习，或用 `all`；`dlgrade list` 可列出练习。",
        ),
    )


def beside_submissions(root: Path, entries: Sequence[Entry], paths: Sequence[Path]) -> None:
    """Refuse an output folder among a class's submissions: the next run would take it for one. Raises: UsageError.

    Inside of one submission only the exercise's own files are looked at, so there it may be: new or empty
    (`grader.batch.opening`), for whatever lies there already is its author's.
    """
    own, whole = root.resolve(), {entry.path.resolve() for entry in entries}
    of_one = len({entry.handed_in.student for entry in entries}) == 1 or any(own.is_relative_to(one) for one in whole)
    for path in paths:
        top = path.resolve()
        if own == top or own in whole or (own.is_relative_to(top) and not of_one):
            raise _among(root, path)


def refuse_a_part(chosen: Sequence[str], before: Sequence[str]) -> None:
    """Refuse to regrade a part of a batch: the rest would go with the old result. Raises: UsageError."""
    missing = ", ".join(name for name in before if name not in chosen)
    if missing:
        raise UsageError(
            Text(
                en=f"--regrade takes the place of the whole batch, which also has {missing}.",
                zh=f"--regrade 会替换整批结果，其中还有 {missing}。",
            ),
            remedy=Text(
                en="Name those exercises too, or none: then all are graded again.",
                zh="请同时写出这些练习；或都不写，即全部重新评分。",
            ),
        )


def warn_of_own_tests(course: Course, exercises: Sequence[Exercise], paths: Sequence[Path]) -> tuple[Text, ...]:
    """Return the warning that the course was found in what was handed in: its author wrote the tests, too."""
    if course.is_builtin or course.origin is Origin.NAMED or all(exercise.sealed for exercise in exercises):
        return ()
    top = course.root.resolve()
    if not any(top.is_relative_to(path.resolve()) for path in paths):
        return ()
    shown = show_path(course.root)
    return (
        Text(
            en=f"The tests are those in {shown}, part of the submission: whoever handed it in may have changed them. "
            "Name a course that you trust with --course.",
            zh=f"测试取自提交本身所含的 {shown}：提交者可能已改动它们。请用 --course 指明你信任的课程。",
        ),
    )


def _among(root: Path, path: Path) -> UsageError:
    shown = show_path(root)
    return UsageError(
        Text(
            en=f"--output: {shown} lies among the submissions in {show_path(path)}.",
            zh=f"--output：{shown} 位于提交文件夹 {show_path(path)} 之中。",
        ),
        remedy=Text(
            en="Name a folder beside them, or it would be taken for a submission.",
            zh="请指定其外的文件夹，否则它会被当作一份提交。",
        ),
    )
