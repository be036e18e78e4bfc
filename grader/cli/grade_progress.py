"""How far a batch is, on stderr: a live line on a terminal, else a plain line every few seconds."""

from __future__ import annotations

import contextlib
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from grader.cli.language import local
from grader.cli.output import is_terminal, write_error

if TYPE_CHECKING:
    from grader.batch.run import Progress

_PLAIN_EVERY_S = 10.0
_LIVE_EVERY_S = 0.1
_RECENT_S = 60.0


class Pace:
    """How fast exams are held, and how long the rest takes: at the slower of the pace so far and the recent one.

    Counted from the first exam that is done: what comes before is torch being imported. Exams that an earlier run held
    are not counted: they are faster by far.
    """

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()  # when, and how many were held by then
        self._first: tuple[float, int] | None = None

    def add(self, now_s: float, held: int) -> None:
        """Take notice that by now so many exams have been held by this run."""
        if not held:
            return
        self._first = self._first or (now_s, held)
        if self._marks and now_s - self._marks[-1][0] < 1.0:
            return
        self._marks.append((now_s, held))
        while len(self._marks) > 2 and now_s - self._marks[1][0] > _RECENT_S:
            self._marks.popleft()

    def per_s(self, now_s: float, held: int) -> float | None:
        """Return exams a second; None before that can be said."""
        if self._first is None:
            return None
        marks = (self._first, self._marks[0])
        rates = [(held - count) / (now_s - since) for since, count in marks if now_s - since >= 1.0]
        return min(rates, default=0.0) or None


@contextlib.contextmanager
def shown_progress() -> Iterator[Callable[[Progress], None]]:
    """Show how far a batch is while the block runs."""
    if is_terminal(sys.stderr):
        with _live() as tell:
            yield tell
    else:
        yield _Plain().tell


def _line(progress: Progress, pace: Pace, now_s: float) -> str:
    """Return what is known: done of all, exams a second, time left, what has no score."""
    held = progress.done - progress.kept
    rate = pace.per_s(now_s, held)
    parts = [f"{progress.done}/{progress.total}"]
    if rate is not None:
        left = duration((progress.total - progress.done) / rate)
        parts += [local(f"{rate:.1f}/s", f"每秒 {rate:.1f} 份"), local(f"{left} left", f"剩余 {left}")]
    elif not held:
        parts.append(local("starting torch …", "正在启动 torch……"))
    if progress.kept:
        parts.append(local(f"{progress.kept} done before", f"{progress.kept} 份此前已完成"))
    if progress.unscored:
        parts.append(local(f"{progress.unscored} unscored", f"{progress.unscored} 份未评分"))
    return " · ".join(parts)


def duration(seconds: float) -> str:
    """Return a time as people read it, rounded up: "0:09", "12:30", "3:05:00"."""
    whole = int(seconds) + (seconds > int(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class _Plain:
    """Lines for a log: none of a short batch, few of a long one."""

    def __init__(self) -> None:
        self._pace = Pace()
        self._said_s = time.monotonic()

    def tell(self, progress: Progress) -> None:
        """Say how far it is, where the last line is some seconds old."""
        now_s = time.monotonic()
        self._pace.add(now_s, progress.done - progress.kept)
        if now_s - self._said_s >= _PLAIN_EVERY_S:
            self._said_s = now_s
            write_error(_line(progress, self._pace, now_s).replace(" · ", ", "))


@contextlib.contextmanager
def _live() -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    pace, shown_s, task = Pace(), 0.0, None
    columns = (BarColumn(bar_width=24), TextColumn("{task.description}", markup=False))
    # What others write meanwhile is not to be wrapped, nor its signs taken for markup.
    bar = Bar(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False)

    def tell(progress: Progress) -> None:
        nonlocal shown_s, task
        now_s = time.monotonic()
        pace.add(now_s, progress.done - progress.kept)
        if task is None:  # by now all is said that was found among the submissions
            bar.start()
            task = bar.add_task("", total=progress.total)
        elif now_s - shown_s < _LIVE_EVERY_S and progress.done < progress.total:
            return  # thousands that an earlier run held go by in a second
        shown_s = now_s
        bar.update(task, description=_line(progress, pace, now_s), completed=progress.done, total=progress.total)

    try:
        yield tell
    finally:
        bar.stop()
