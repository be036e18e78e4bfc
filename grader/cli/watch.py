"""`dlgrade watch`: grade again on every save, with torch kept warm.

The files are polled, five times a second: that needs nothing installed, and works on every file system, network
shares included. A change counts when it has held still for one poll, so a half-written file is not graded.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.formats import deliver, plan_delivery
from grader.cli.keyboard import END, Keyboard
from grader.cli.language import choose_language, local, say
from grader.cli.options import as_isolation, course_option, examination_options, language_option
from grader.cli.output import CLEAR_SCREEN, Progress, is_terminal, write_error, write_out, write_plain
from grader.errors import EXIT_FULL_SCORE, GraderError
from grader.records import Device, Exercise, Text

if TYPE_CHECKING:
    from grader.exercise import Course
    from grader.pipeline import Grader

POLL_S = 0.2


class Event(StrEnum):
    """What ends the waiting."""

    CHANGED = "changed"
    HINT = "h"
    NEXT = "n"
    QUIT = "q"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """How one file looked at one moment; zeros: it was not there."""

    modified_ns: int
    size_bytes: int
    inode: int


@click.command(
    "watch",
    help=local(
        "Grade EXERCISE, and again each time you save. Keys: h hint, n next exercise, q quit.",
        "给 EXERCISE 评分，并在每次保存后重新评分。按键：h 提示，n 下一题，q 退出。",
    ),
)
@click.argument("exercise")
@click.option("-v", "--verbose", is_flag=True, help=local("Explain every failed test.", "解释每一项未通过的测试。"))
@examination_options
@course_option
@language_option
def command(exercise: str, *, verbose: bool, device: str, seed: int | None, isolation: str, course: Path | None) -> int:
    """Watch until the student quits, which is no failure, whatever the score."""
    from grader.cli.grading import gpu_is_taken, own_folder
    from grader.pipeline import Grader

    with Grader(as_isolation(isolation), Device(device), waits=gpu_is_taken) as grader:
        grader.start()
        from grader.exercise import load_course

        found_course = load_course(course)
        found = found_course.find(exercise)
        own_folder(found_course, found)  # where it is not there, no save will mend it
        watch = Watch(grader, found_course, found, seed=seed, verbose=verbose)
        with Keyboard() as keyboard:
            watch.run(keyboard)
    return EXIT_FULL_SCORE


class Watch:
    """One sitting: the exercise that is being worked on, and how to go on from it."""

    def __init__(self, grader: Grader, course: Course, exercise: Exercise, *, seed: int | None, verbose: bool) -> None:
        self._grader = grader
        self._course = course
        self._exercise = exercise
        self._seed = seed
        self._verbose = verbose

    def run(self, keyboard: Keyboard) -> None:
        """Grade, wait, and do what was asked for, until the student quits or stdin ends."""
        event = Event.CHANGED
        while event is not Event.QUIT:
            seen = self._stamps()  # before grading: what is saved meanwhile is graded next
            if event is Event.NEXT and not self._go_on():
                event = self._wait(keyboard, seen)
                continue
            if event is Event.HINT:
                self._hint()
            else:
                seen = self._stamps()
                self._grade()
            event = self._wait(keyboard, seen)

    def _grade(self) -> None:
        from grader.cli.grading import grade, tell_beside

        if is_terminal(sys.stdout):
            write_out(f"{CLEAR_SCREEN}")
        try:
            with Progress() as progress:
                progress.say(local(f"Grading {self._exercise.name} …", f"正在评分 {self._exercise.name}……"))
                # Read anew: its author may be at work on it too.
                self._exercise = self._course.find(self._exercise.name)
                report = grade(
                    self._grader,
                    self._course,
                    self._exercise,
                    submission=None,
                    seed=self._seed,
                )
        except GraderError as error:  # the next save may cure it
            write_error(say(error))
        else:
            deliver(report, plan_delivery("text", None), language=choose_language(None), verbose=self._verbose)
            tell_beside(self._course, report)
        self._footer()

    def _hint(self) -> None:
        from grader.cli.hint import next_hint
        from grader.cli.hints import Hints, read_hints, write_hints

        root = self._course.progress_root
        if root is None:
            return
        text, after = next_hint(read_hints(root, self._exercise.name) or Hints(), self._exercise)
        write_plain(f"\n{text}")
        warning = write_hints(root, self._exercise.name, after)
        if warning is not None:
            write_error(say(warning))

    def _go_on(self) -> bool:
        """Turn to the next exercise; say so and stay where there is none, or a broken one."""
        following = self._course.after(self._exercise)
        if following is None:
            write_out(say(Text(en="This is the last exercise.", zh="这是最后一个练习。")))
            return False
        try:
            self._exercise = following.read()
        except GraderError as error:
            write_error(say(error))
            return False
        return True

    def _footer(self) -> None:
        if is_terminal(sys.stdout):
            files = ", ".join(self._exercise.files)
            write_out(
                say(
                    Text(
                        en=f"Waiting for {files} to be saved.  h hint · n next exercise · q quit",
                        zh=f"等待保存 {files}。  h 提示 · n 下一题 · q 退出",
                    )
                )
            )

    def _wait(self, keyboard: Keyboard, seen: tuple[Stamp, ...]) -> Event:
        held = seen
        while True:
            key = keyboard.wait(POLL_S)
            if key == END:
                return Event.QUIT
            if key in (Event.HINT, Event.NEXT, Event.QUIT):
                return Event(key)
            now = self._stamps()
            if now != seen and now == held:
                return Event.CHANGED
            held = now

    def _stamps(self) -> tuple[Stamp, ...]:
        folder = self._course.own_files(self._exercise)
        return tuple(_stamp(folder / name) for name in self._exercise.files)


def _stamp(file: Path) -> Stamp:
    try:
        status = file.stat()
    except OSError:
        return Stamp(modified_ns=0, size_bytes=0, inode=0)
    return Stamp(modified_ns=status.st_mtime_ns, size_bytes=status.st_size, inode=status.st_ino)
