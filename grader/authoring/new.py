"""Writes a new exercise: both halves at once, under a number that no other exercise has.

    lock -> leftovers -> number -> both halves, in hidden folders beside -> read back -> two renames -> unlock

The lock is that of the operating system on the folder of the exercises, so it ends with its process, however that
ends. Both halves are written whole before either is renamed, the hidden half first: a folder in exercises/ that has its
final name is complete, always. Whoever is killed before the renames leaves hidden folders, which the next run removes;
whoever is killed between them leaves a whole exercise that lacks one rename, and the next run does it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.authoring.new_files import Halves, Wish, exercise_id, new_files
from grader.authoring.new_place import Place
from grader.errors import UsageError
from grader.exercise.course_file import COURSE_FILE, course_text
from grader.exercise.entries import FOLDER_NAME
from grader.exercise.locking import locked
from grader.exercise.manifest import read_exercise
from grader.exercise.paths import is_folder, names_in, show_path
from grader.exercise.unlinked import is_link
from grader.exercise.whole_file import write_whole
from grader.records import Exercise, Text

STAGING = ".dlgrade-new"  # no exercise's name, and without a manifest of its own: no list shows it
LOCK_WAIT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExercise:
    """What was written."""

    exercise: Exercise
    place: Place
    files: tuple[Path, ...]  # as they lie now, those of students first


def create_exercise(place: Place, wish: Wish) -> NewExercise:
    """Write the exercise that `wish` asks for into `place`, and return it as it was read back.

    Raises: UsageError for a number or slug that is taken, and where nothing can be written. Then nothing is there.
    """
    _refuse_links(place)
    made = list[Path]()
    try:
        _make_folders(place, made)
        with _locked(place.exercises):
            _finish_earlier(place)
            number = free_number(place, wish.slug, wish.number)
            name, halves = f"{exercise_id(number)}_{wish.slug}", new_files(wish, number)
            _put_in_place(place, name, halves)
    except OSError as error:
        _unmake(made)
        raise _unwritable(place.root, error) from None
    except BaseException:
        _unmake(made)
        raise
    folder, solution = place.exercises / name, place.solutions / name
    files = (*(folder / file for file in halves.exercise), *(solution / file for file in halves.solution))
    exercise = read_exercise(folder, solution_folder=solution, defaults=place.defaults)
    return NewExercise(exercise=exercise, place=place, files=files)


def finish_earlier(place: Place) -> tuple[str, ...]:
    """Put in place what a run that was killed had written whole, remove what it had not; return what is there now.

    Raises: UsageError where that cannot be done.
    """
    _refuse_links(place)
    if not is_folder(place.exercises / STAGING) and not is_folder(place.solutions / STAGING):
        return ()
    try:
        with _locked(place.exercises):
            return _finish_earlier(place)
    except OSError as error:
        raise _unwritable(place.root, error) from None


def free_number(place: Place, slug: str, wanted: int | None) -> int:
    """Return the exercise's number: the one that is wanted, or the next.

    Raises: UsageError where it, or `slug`, is taken.
    """
    names = sorted({*names_in(place.exercises), *names_in(place.solutions)})
    there = [match for match in map(FOLDER_NAME.fullmatch, names) if match]
    same = next((match for match in there if _plain(match["slug"]) == _plain(slug)), None)
    if same:
        raise _slug_taken(slug, same[0])
    numbers = {int(match["number"]): match[0] for match in there}
    free = max(numbers, default=0) + 1
    number = free if wanted is None else wanted
    if number in numbers:
        raise _number_taken(number, numbers[number], free)
    return number


# ---------------------------------------------------------------------------------------------- into place


def _put_in_place(place: Place, name: str, halves: Halves) -> None:
    staged, hidden = place.exercises / STAGING / name, place.solutions / STAGING / name
    is_written = False
    try:
        _write(staged, halves.exercise)
        _write(hidden, halves.solution)
        read_exercise(staged, solution_folder=hidden, defaults=place.defaults)  # before anybody can see it
        if place.is_new:
            _write_course_file(place)
        is_written = True
        _rename(hidden, place.solutions / name)
        _rename(staged, place.exercises / name)
    except BaseException:
        if is_written and staged.exists() and not hidden.exists():  # between the two renames
            (place.solutions / name).rename(hidden)
        raise
    finally:
        for half in (place.exercises, place.solutions):
            shutil.rmtree(half / STAGING, ignore_errors=True)  # the next run removes what could not be


def _rename(source: Path, target: Path) -> None:
    if target.exists():  # Windows and POSIX differ in what a rename does to a folder that is there
        raise _taken(target)
    source.rename(target)


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as stream:  # x: not through what somebody laid there
            stream.write(text)


def _write_course_file(place: Place) -> None:
    file = place.root / COURSE_FILE
    if file.exists():  # another `new` was first
        return
    name = place.root.resolve().name or "course"
    text = course_text(Text(en=name, zh=name))
    write_whole(file, text.encode())


def _make_folders(place: Place, made: list[Path]) -> None:
    for folder in (place.exercises, place.solutions):
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir(exist_ok=True)
            made.append(path)


def _unmake(made: list[Path]) -> None:
    """Remove the folders that were made for an exercise which did not come to be, and that hold nothing."""
    for path in reversed(made):
        with contextlib.suppress(OSError):  # another run uses it by now
            path.rmdir()


# ---------------------------------------------------------------------------------------------- one at a time


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Be the only one that writes exercises into `folder`. Raises UsageError when another takes LOCK_WAIT_S."""
    if sys.platform == "win32":  # no locks on folders there; a rename onto an exercise that is there fails all the same
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with locked(descriptor, wait_s=LOCK_WAIT_S, busy=lambda: _busy(folder)):
            yield
    finally:
        os.close(descriptor)


def _finish_earlier(place: Place) -> tuple[str, ...]:
    """Do the last rename of a run that was killed before it, and remove what others left; return what was finished."""
    finished = []
    for name in names_in(place.exercises / STAGING):
        whole = is_folder(place.solutions / name)  # it is renamed when everything is written
        if whole and not (place.exercises / name).exists():
            (place.exercises / STAGING / name).rename(place.exercises / name)
            finished.append(name)
    for half in (place.exercises, place.solutions):
        if (half / STAGING).exists():
            shutil.rmtree(half / STAGING)
    return tuple(finished)


def _plain(slug: str) -> str:
    return slug.casefold().replace("-", "_")


# ---------------------------------------------------------------------------------------------- what went wrong


def _refuse_links(place: Place) -> None:
    """Raise UsageError where a folder of the course is a link: whoever made it would choose where files are written."""
    for key, half in (("exercises", place.exercises), ("solutions", place.solutions)):
        for folder in (half, half / STAGING):
            if is_link(folder):
                raise UsageError(
                    Text(
                        en=f"{show_path(folder)}: a link; nothing is written through it.",
                        zh=f"{show_path(folder)}：是链接；不会通过它写入。",
                    ),
                    remedy=Text(
                        en=f'Put the folder itself there, or name where it is in {COURSE_FILE}: {key} = "../{key}".',
                        zh=f'请放入文件夹本身，或在 {COURSE_FILE} 中写明其位置，例如 {key} = "../{key}"。',
                    ),
                )


def _slug_taken(slug: str, name: str) -> UsageError:
    return UsageError(
        Text(en=f"SLUG {slug}: {name} is called so already.", zh=f"SLUG {slug}：{name} 已使用这个短名。"),
        remedy=Text(en=f"For example: {slug}_2.", zh=f"例如：{slug}_2。"),
    )


def _number_taken(number: int, name: str, free: int) -> UsageError:
    return UsageError(
        Text(en=f"--number {number}: {name} has it.", zh=f"--number {number}：已被 {name} 使用。"),
        remedy=Text(en=f"The next free one is {free}.", zh=f"下一个空闲的编号是 {free}。"),
    )


def _taken(folder: Path) -> UsageError:
    return UsageError(
        Text(en=f"{show_path(folder)} is there already.", zh=f"{show_path(folder)} 已经存在。"),
        remedy=Text(en="Run it again.", zh="请重新运行。"),
    )


def _busy(folder: Path) -> UsageError:
    return UsageError(
        Text(
            en=f"Another `dlgrade new` has been writing into {show_path(folder)} for {LOCK_WAIT_S:g} s.",
            zh=f"另一个 `dlgrade new` 已占用 {show_path(folder)} 达 {LOCK_WAIT_S:g} 秒。",
        ),
        remedy=Text(en="Wait for it, or end it.", zh="请等它完成，或结束它。"),
    )


def _unwritable(root: Path, error: OSError) -> UsageError:
    at = show_path(Path(error.filename)) if isinstance(error.filename, str) else show_path(root)
    return UsageError(
        Text(
            en=f"The exercise cannot be written: {at}: {error.strerror}.",
            zh=f"无法写入练习：{at}：{error.strerror}。",
        ),
        remedy=Text(
            en="Choose a course that you may write to. Nothing was left behind.",
            zh="请选择你有写权限的课程。没有留下任何文件。",
        ),
    )
