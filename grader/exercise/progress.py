"""A student's progress: last and best score, kept in `<root>/.dlgrade/progress.json`.

It is a convenience, never a record of grades: whatever goes wrong with it is a warning, and never stops a check.
Writers take a lock, read, change and replace the file, so that two checks at once lose neither's score.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.exercise.paths import is_file, show_path
from grader.records import Text

SCHEMA = "progress/1"
FOLDER = ".dlgrade"
FILE = "progress.json"
MAX_BYTES = 1024 * 1024
LOCK_WAIT_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One graded attempt."""

    earned: float
    points: float
    at: str  # ISO 8601, UTC, whole seconds: 2025-01-31T12:00:00Z

    @property
    def share(self) -> float:
        """Earned over possible points, 0 where there are none."""
        return self.earned / self.points if self.points else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseProgress:
    """What is kept of one exercise."""

    last: Score | None = None
    best: Score | None = None  # the first of equals


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """All that is kept, by exercise name; `warning` says what could not be read or written."""

    exercises: dict[str, ExerciseProgress] = field(default_factory=dict)
    warning: Text | None = None

    def of(self, exercise_name: str) -> ExerciseProgress:
        """Return the progress of one exercise; an empty one where there is none yet."""
        return self.exercises.get(exercise_name, ExerciseProgress())


class _Unusable(Exception):
    """The file holds no progress; `keep` where it must be left alone, not moved aside."""

    def __init__(self, reason: Text, *, keep: bool = False) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.keep = keep


def read_progress(root: Path) -> Progress:
    """Return the progress kept below `root`; an empty one, with a warning, where it cannot be read."""
    file = root / FOLDER / FILE
    try:
        return _load(file)
    except _Unusable as error:
        return Progress(warning=_unreadable(file, error.reason))


def record_score(
    root: Path, exercise_name: str, *, earned: float, points: float, now: datetime | None = None
) -> Progress:
    """Keep a score as the last one, and as the best if it is; return the progress after it."""
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    score = Score(earned=earned, points=points, at=moment.strftime("%Y-%m-%dT%H:%M:%SZ"))

    def change(before: ExerciseProgress) -> ExerciseProgress:
        best = score if before.best is None or score.share > before.best.share else before.best
        return replace(before, last=score, best=best)

    return _update(root, exercise_name, change)


def _update(root: Path, exercise_name: str, change: Callable[[ExerciseProgress], ExerciseProgress]) -> Progress:
    file = root / FOLDER / FILE
    progress = Progress()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _locked(file.with_suffix(".lock")):
            progress = _load_or_set_aside(file)
            changed = {**progress.exercises, exercise_name: change(progress.of(exercise_name))}
            progress = replace(progress, exercises=changed)
            _replace(file, _to_json(progress))
        return progress
    except _Unusable as error:
        reason = error.reason
    except OSError as error:
        reason = Text(en=error.strerror or str(error), zh=error.strerror or str(error))
    changed = {**progress.exercises, exercise_name: change(progress.of(exercise_name))}
    return Progress(exercises=changed, warning=_unsaved(file, reason))


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold the lock file; the system lets go of it when the process ends, however it ends.

    Raises: _Unusable when another process holds it for LOCK_WAIT_S.
    """
    if sys.platform == "win32":  # no flock there: replacing the file is atomic all the same
        yield
        return
    import fcntl

    deadline = time.monotonic() + LOCK_WAIT_S
    with file.open("ab") as stream:
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise _Unusable(
                        Text(en="another dlgrade keeps it locked", zh="另一个 dlgrade 一直锁定着它"), keep=True
                    ) from None
                time.sleep(0.01)
        yield


def _load(file: Path) -> Progress:
    try:
        if file.exists() and not is_file(file):  # opening a pipe would wait for ever
            raise _Unusable(Text(en="it is not a file", zh="它不是文件"), keep=True)
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return Progress()
    except OSError as error:
        reason = error.strerror or str(error)
        raise _Unusable(Text(en=reason, zh=reason), keep=True) from None
    try:
        if len(raw) > MAX_BYTES:
            raise ValueError("too large")
        content = json.loads(raw)
        if not isinstance(content, dict):
            raise TypeError("no object")
        schema = content.get("schema")
        if isinstance(schema, str) and schema.startswith("progress/") and schema != SCHEMA:
            newer = Text(en=f"{schema} is of another version of dlgrade", zh=f"{schema} 属于另一个版本的 dlgrade")
            raise _Unusable(newer, keep=True)
        return Progress(exercises={str(name): _exercise(kept) for name, kept in content["exercises"].items()})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _Unusable(Text(en="it is damaged", zh="文件已损坏")) from None


def _load_or_set_aside(file: Path) -> Progress:
    """Return what is kept; move a damaged file aside, so that nothing of it is lost, and start anew."""
    try:
        return _load(file)
    except _Unusable as error:
        if error.keep:
            raise
        aside = file.with_name(f"{FILE}.damaged-{time.time_ns()}")
        file.replace(aside)
        return Progress(
            warning=Text(
                en=f"{show_path(file)} was damaged: it is now {aside.name}, and progress starts anew. "
                "Your score is not affected.",
                zh=f"{show_path(file)} 已损坏：已改名为 {aside.name}，进度重新开始记录。成绩不受影响。",
            )
        )


def _exercise(kept: dict[str, Any]) -> ExerciseProgress:
    return ExerciseProgress(last=_score(kept.get("last")), best=_score(kept.get("best")))


def _score(kept: dict[str, Any] | None) -> Score | None:
    if kept is None:
        return None
    earned, points = float(kept["earned"]), float(kept["points"])
    datetime.fromisoformat(kept["at"])
    if not (math.isfinite(earned) and math.isfinite(points)):
        raise ValueError("score")
    return Score(earned=earned, points=points, at=kept["at"])


def _to_json(progress: Progress) -> str:
    exercises = {name: _exercise_json(kept) for name, kept in sorted(progress.exercises.items())}
    return json.dumps({"schema": SCHEMA, "exercises": exercises}, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _exercise_json(kept: ExerciseProgress) -> dict[str, object]:
    return {"last": _score_json(kept.last), "best": _score_json(kept.best)}


def _score_json(score: Score | None) -> dict[str, object] | None:
    return {"earned": score.earned, "points": score.points, "at": score.at} if score else None


def _replace(file: Path, text: str) -> None:
    """Write a file whole or not at all: a reader sees the old one or the new one."""
    temporary = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(file)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _unreadable(file: Path, reason: Text) -> Text:
    return Text(
        en=f"Your progress cannot be read from {show_path(file)}: {reason.en}. Checks work without it.",
        zh=f"无法从 {show_path(file)} 读取进度：{reason.zh}。检查不受影响。",
    )


def _unsaved(file: Path, reason: Text) -> Text:
    return Text(
        en=f"Your progress was not saved in {show_path(file)}: {reason.en}. Your score is not affected.",
        zh=f"进度未能保存到 {show_path(file)}：{reason.zh}。成绩不受影响。",
    )
