"""Puts a finished regrade in the place of what was there, which is kept in `batch/before/N`.

Theory of operation. The regrade lies whole in `batch/next`. First a marker is written into it that lists every name to
be moved, the old ones out and the new ones in; from then on the regrade counts. Each move is one rename. A process that
is killed in between leaves the marker, and whoever opens the folder next does the rest. Without a marker the old result
is whole and in its place, whatever lies in `batch/next`.

A marker is a file as any, and says what is moved: one that names anything but a batch's own files is refused whole.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from grader.batch.places import Places
from grader.batch.stored import Unreadable, from_json, to_text
from grader.errors import UsageError
from grader.exercise.paths import show_path
from grader.exercise.plain_file import read_plain
from grader.exercise.whole_file import write_whole
from grader.records import Text

_MOVED = re.compile(r"gradebook\.csv|changes\.csv|reports|sources|index(-[0-9]+)?\.html")
_MOVED_IN_BATCH = ("plan.json", "journal.jsonl", "timings.csv", "class.json", "counting.json")
_MARKER = "ready.json"
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """What is moved: relative paths. `before`: the folder's name for the old ones."""

    before: str
    out: tuple[str, ...]
    into: tuple[str, ...]


def swap(places: Places) -> Path:
    """Put `batch/next` in place; return where the old result lies now. Raises: OSError; then it is finished later."""
    moves = Moves(before=next_before(places).name, out=_names(places), into=_names(places.next))
    write_whole(_marker(places), to_text(moves))
    finish_swap(places)
    return places.before / moves.before


def next_before(places: Places) -> Path:
    """Return the folder that what is put aside next goes into."""
    numbers = (int(one.name) for one in _folders(places.before) if _NUMBER.fullmatch(one.name))
    return places.before / str(1 + max(numbers, default=0))


def finish_swap(places: Places) -> bool:
    """Do what is left of a swap that was begun; return whether there was one.

    Raises: OSError; UsageError for a marker that no swap has written, and then nothing is moved.
    """
    if not is_swapping(places):
        return False
    moves = _moves_in(_marker(places))
    before = places.before / moves.before
    for name in moves.out:
        if not (before / name).exists():
            move(places.root / name, before / name)
    for name in moves.into:
        if (places.next.root / name).exists():
            move(places.next.root / name, places.root / name)
    shutil.rmtree(places.next.root)
    return True


def _moves_in(marker: Path) -> Moves:
    try:
        moves = from_json(read_plain(marker), Moves)
    except Unreadable as error:
        raise _damaged(marker, str(error)) from None
    if not _NUMBER.fullmatch(moves.before):
        raise _damaged(marker, f"before: {ascii(moves.before)[:80]}")
    for name in (*moves.out, *moves.into):
        if not _is_own(name):
            raise _damaged(marker, ascii(name)[:80])
    return moves


def _is_own(name: str) -> bool:
    """Return whether a batch has a file of this name, relative to its folder."""
    return bool(_MOVED.fullmatch(name)) or name in {f"batch/{one}" for one in _MOVED_IN_BATCH}


def _damaged(marker: Path, reason: str) -> UsageError:
    shown = show_path(marker)
    return UsageError(
        Text(
            en=f"{shown}: says to move what is no file of a batch, or is damaged: {reason}.",
            zh=f"{shown}：要移动的不是批次的文件，或该文件已损坏：{reason}。",
        ),
        remedy=Text(
            en="No dlgrade wrote this: do not trust this folder, and begin a new batch with another --output DIR.",
            zh="这不是 dlgrade 写出的：请勿信任该文件夹，并用 --output 另选文件夹开始新批次。",
        ),
    )


def is_swapping(places: Places) -> bool:
    """Return whether `batch/next` is done and counts, though not all of it is in its place yet."""
    return _marker(places).is_file()


def drop_next(places: Places) -> None:
    """Forget a regrade that was not finished. Raises: OSError."""
    if places.next.root.exists():
        shutil.rmtree(places.next.root)


def _marker(places: Places) -> Path:
    return places.next.root / "batch" / _MARKER


def move(source: Path, target: Path) -> None:
    """Move a file or folder, into a folder that may have to be made. Raises: OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)


def _names(places: Places) -> tuple[str, ...]:
    own = sorted(one.name for one in places.root.iterdir() if _MOVED.fullmatch(one.name))
    inner = [f"batch/{name}" for name in _MOVED_IN_BATCH if (places.root / "batch" / name).exists()]
    return (*own, *inner)


def _folders(folder: Path) -> list[Path]:
    return [one for one in folder.iterdir() if one.is_dir()] if folder.is_dir() else []
