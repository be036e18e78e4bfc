"""A small file of state under `<root>/.dlgrade`: locked while it changes, replaced whole, damaged ones set aside.

A reader sees the old file or the new one, never half of one. Writers take a lock, read, change and replace the file,
so that two commands at once lose nothing of each other's.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from grader.errors import both
from grader.exercise.locking import locked
from grader.exercise.paths import is_file, show_path
from grader.exercise.unlinked import is_link
from grader.exercise.whole_file import write_whole
from grader.records import Text

FOLDER = ".dlgrade"
MAX_BYTES = 1024 * 1024
LOCK_WAIT_S = 2.0
T = TypeVar("T")


class Unusable(Exception):
    """The file cannot be used; `keep` where it must be left alone, not moved aside."""

    def __init__(self, reason: Text, *, keep: bool = False) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.keep = keep


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Generic[T]):
    """What a change left: the exercises as they are now, and where a damaged file went, if there was one."""

    exercises: dict[str, T]
    aside: Path | None = None
    unsaved: Text | None = None  # why the file does not hold it


@dataclass(frozen=True, slots=True, kw_only=True)
class StateFile(Generic[T]):
    """One file that keeps a `T` for each exercise, by name.

    `parse` turns a JSON value into a `T`; it may raise ValueError, TypeError, KeyError or AttributeError for a damaged
    one. `to_json` is its inverse.
    """

    name: str  # "progress": of the file, and of its schema
    schema: str  # "progress/1"
    parse: Callable[[Any], T]
    to_json: Callable[[T], object]

    def file(self, root: Path) -> Path:
        """Return where the file of `root` lies."""
        return root / FOLDER / f"{self.name}.json"

    def read(self, root: Path) -> dict[str, T]:
        """Return what is kept; nothing where there is no file. Raises: Unusable."""
        file = self.file(root)
        try:
            if file.exists() and not is_file(file):  # opening a pipe would wait for ever
                raise Unusable(Text(en="it is not a file", zh="它不是文件"), keep=True)
            with file.open("rb") as stream:
                raw = stream.read(MAX_BYTES + 1)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise Unusable(both(error.strerror or str(error)), keep=True) from None
        try:
            return self._parsed(raw)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise Unusable(Text(en="it is damaged", zh="文件已损坏")) from None

    def change(self, root: Path, exercise: str, change: Callable[[T | None], T]) -> Change[T]:
        """Replace what is kept of one exercise by what `change` makes of it (None: nothing yet). Raises nothing."""
        file, kept, aside = self.file(root), dict[str, T](), None
        try:
            _refuse_links(file.parent)
            file.parent.mkdir(parents=True, exist_ok=True)
            with _locked(file.with_suffix(".lock")):
                try:
                    kept = self.read(root)
                except Unusable as error:
                    if error.keep:
                        raise
                    aside = file.with_name(f"{file.name}.damaged-{time.time_ns()}")
                    file.replace(aside)
                kept = {**kept, exercise: change(kept.get(exercise))}
                write_whole(file, self._text(kept).encode())
            return Change(exercises=kept, aside=aside)
        except Unusable as error:
            reason = error.reason
        except OSError as error:
            reason = both(error.strerror or str(error))
        return Change(exercises={**kept, exercise: change(kept.get(exercise))}, aside=aside, unsaved=reason)

    def _parsed(self, raw: bytes) -> dict[str, T]:
        if len(raw) > MAX_BYTES:
            raise ValueError("too large")
        content = json.loads(raw)
        schema = content.get("schema")
        if isinstance(schema, str) and schema.startswith(f"{self.name}/") and schema != self.schema:
            newer = Text(en=f"{schema} is of another version of dlgrade", zh=f"{schema} 属于另一个版本的 dlgrade")
            raise Unusable(newer, keep=True)
        return {str(name): self.parse(kept) for name, kept in content["exercises"].items()}

    def _text(self, kept: dict[str, T]) -> str:
        exercises = {name: self.to_json(one) for name, one in sorted(kept.items())}
        content = {"schema": self.schema, "exercises": exercises}
        return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _refuse_links(folder: Path) -> None:
    """Raise Unusable where `.dlgrade`, or a folder in it, is a link: a stranger's clone may have one to anywhere."""
    for part in (folder, *folder.parents):
        if FOLDER not in part.parts:
            return
        if is_link(part):
            shown = show_path(part)
            raise Unusable(Text(en=f"{shown} is a link", zh=f"{shown} 是链接"), keep=True)


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold the lock file; the system lets go of it when the process ends, however it ends.

    Raises: Unusable when another process holds it for LOCK_WAIT_S.
    """
    kept = Text(en="another dlgrade keeps it locked", zh="另一个 dlgrade 一直锁定着它")
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)  # a stranger's clone may have a link there
    with (
        os.fdopen(os.open(file, flags, 0o644), "r+b") as stream,
        locked(stream.fileno(), wait_s=LOCK_WAIT_S, busy=lambda: Unusable(kept, keep=True)),
    ):
        yield
