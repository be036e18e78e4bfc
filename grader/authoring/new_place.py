"""Where a new exercise goes: the course around, or a new one in an empty folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError
from grader.exercise import Course, Origin, load_course
from grader.exercise.course_file import COURSE_FILE, EXERCISES, SOLUTIONS
from grader.exercise.defaults import STANDARD, Defaults
from grader.exercise.entries import below
from grader.exercise.manifest import MANIFEST
from grader.exercise.paths import is_file, is_folder, names_in, show_path
from grader.exercise.sealed import SEALED
from grader.exercise.workspace import MARKER
from grader.records import Text

# What a folder may hold and still count as empty: what comes with a repository before there is any work in it.
_BEGINNINGS = ("readme", "license", "licence", "copying")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A course's two folders, which may not be there yet."""

    root: Path
    exercises: Path
    solutions: Path
    is_new: bool  # the course is yet to be made
    defaults: Defaults = STANDARD  # what the exercise inherits


def find_place(course: Path | None = None, *, cwd: Path | None = None) -> Place:
    """Return where a new exercise goes: into `course`, the course around `cwd`, or a new one in `cwd` if it is empty.

    A `course` that is none yet is made one, whatever else it holds: whoever names it means it.
    Raises: UsageError in a student's workspace, where the hidden half is sealed, and in a folder of other things;
        AuthorError for a course whose file is wrong.
    """
    here = (cwd or Path.cwd()).absolute()
    if course is not None:
        root = course.absolute()
        if is_file(root / MARKER):
            raise _workspace(root, None)
        if root.exists() and not is_folder(root):
            raise UsageError(
                Text(en=f"{show_path(root)} is a file.", zh=f"{show_path(root)} 是文件。"),
                remedy=Text(en="Name a folder.", zh="请给出文件夹。"),
            )
        return _new(root) if _is_bare(root) else _of(load_course(root, cwd=here))
    is_empty = _is_empty(here)  # before the course is looked for: another run may be making one here
    found = load_course(cwd=here)
    if found.origin is Origin.WORKSPACE:
        raise _workspace(here, found)
    if found.origin is not Origin.BUILTIN:
        return _of(found)
    if not is_empty:
        raise _no_course(here)
    return _new(here)


def _of(course: Course) -> Place:
    solutions = below(course.root, course.file.solutions)
    if not is_folder(solutions) and is_file(course.root / SEALED):
        sealed = show_path(course.root / SEALED)
        raise UsageError(
            Text(
                en=f"The hidden half of this course is sealed in {sealed}.",
                zh=f"这门课程的隐藏部分封存在 {sealed} 中。",
            ),
            remedy=Text(
                en="Write new exercises where its solutions/ lies, and seal them again.",
                zh="请在存放 solutions/ 的地方编写新练习，然后重新封存。",
            ),
        )
    return Place(
        root=course.root,
        exercises=course.exercises_folder,
        solutions=solutions,
        is_new=False,
        defaults=course.file.defaults,
    )


def _new(root: Path) -> Place:
    return Place(root=root, exercises=root / EXERCISES, solutions=root / SOLUTIONS, is_new=True)


def _is_bare(root: Path) -> bool:
    """Return whether nothing of a course is here, nor one folder further down."""
    signs = [root / COURSE_FILE, root / SEALED]
    signs += [root / name / sign for name in names_in(root) for sign in (COURSE_FILE, MANIFEST)]
    within = [root / EXERCISES / name / MANIFEST for name in names_in(root / EXERCISES)]
    return not any(map(is_file, (*signs, *within)))


def _is_empty(folder: Path) -> bool:
    """Return whether nothing is here yet but what a repository begins with, or a course that is being made."""
    others = [name for name in _shown_names(folder) if not name.lower().startswith(_BEGINNINGS)]
    return all(name in (EXERCISES, SOLUTIONS) and not _shown_names(folder / name) for name in others)


def _shown_names(folder: Path) -> list[str]:
    return [name for name in names_in(folder) if not name.startswith(".")]


def _no_course(here: Path) -> UsageError:
    shown = show_path(here)
    return UsageError(
        Text(
            en=f"There is no course here: neither {EXERCISES}/ nor {COURSE_FILE} in {shown} or above it.",
            zh=f"这里没有课程：{shown} 及其上层都没有 {EXERCISES}/ 或 {COURSE_FILE}。",
        ),
        remedy=Text(
            en="Name the course with `--course DIR`. `--course .` makes one here, beside what is here already.",
            zh="请用 `--course DIR` 指明课程；`--course .` 会在此处新建课程，与现有文件放在一起。",
        ),
    )


def _workspace(folder: Path, course: Course | None) -> UsageError:
    own = course is not None and not course.is_builtin
    where = show_path(course.root) if course is not None and own else "DIR"
    return UsageError(
        Text(
            en=f"{show_path(folder)} is a student's workspace: what is written here changes no exercise.",
            zh=f"{show_path(folder)} 是学生的工作区：写在这里的内容不会改变任何练习。",
        ),
        remedy=Text(
            en=f"Name the course to write into: `--course {where}`.",
            zh=f"请指明要写入的课程：`--course {where}`。",
        ),
    )
