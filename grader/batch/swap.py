"""Puts a finished regrade in the place of what was there, which is kept in `batch/before/N`.

Theory of operation. The regrade lies whole in `batch/next`. First a marker is written into it that lists every name to
be moved, the old ones out and the new ones in; from then on the regrade counts. Each move is one rename. A process that
is killed in between leaves the marker, and whoever opens the folder next does the rest. Without a marker the old result
is whole and in its place, whatever lies in `batch/next`.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from grader.batch.places import Places
from grader.batch.stored import from_json, to_text
from grader.exercise.whole_file import write_whole

_MOVED = re.compile(r"gradebook\.csv|changes\.csv|reports|sources|index(-[0-9]+)?\.html")
_MOVED_IN_BATCH = ("plan.json", "journal.jsonl", "timings.csv", "class.json", "counting.json")
_MARKER = "ready.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """What is moved: relative paths. `before`: the folder's name for the old ones."""

    before: str
    out: tuple[str, ...]
    into: tuple[str, ...]


def swap(places: Places) -> Path:
    """Put `batch/next` in place; return where the old result lies now. Raises: OSError; then it is finished later."""
    number = 1 + max((int(one.name) for one in _folders(places.before) if one.name.isdigit()), default=0)
    moves = Moves(before=str(number), out=_names(places), into=_names(places.next))
    write_whole(_marker(places), to_text(moves))
    finish_swap(places)
    return places.before / moves.before


def finish_swap(places: Places) -> None:
    """Do what is left of a swap that was begun; nothing where there is none. Raises: OSError."""
    marker = _marker(places)
    if not marker.is_file():
        return
    moves = from_json(marker.read_bytes(), Moves)
    before = places.before / moves.before
    for name in moves.out:
        if not (before / name).exists():
            _move(places.root / name, before / name)
    for name in moves.into:
        if (places.next.root / name).exists():
            _move(places.next.root / name, places.root / name)
    shutil.rmtree(places.next.root)


def drop_next(places: Places) -> None:
    """Forget a regrade that was not finished. Raises: OSError."""
    if places.next.root.exists():
        shutil.rmtree(places.next.root)


def _marker(places: Places) -> Path:
    return places.next.root / "batch" / _MARKER


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)


def _names(places: Places) -> tuple[str, ...]:
    own = sorted(one.name for one in places.root.iterdir() if _MOVED.fullmatch(one.name))
    inner = [f"batch/{name}" for name in _MOVED_IN_BATCH if (places.root / "batch" / name).exists()]
    return (*own, *inner)


def _folders(folder: Path) -> list[Path]:
    return [one for one in folder.iterdir() if one.is_dir()] if folder.is_dir() else []
