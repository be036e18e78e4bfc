"""A student's progress: last and best score, kept in `<root>/.dlgrade/progress.json`.

It is a convenience, never a record of grades: whatever goes wrong with it is a warning, and never stops a check.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.exercise.paths import show_path
from grader.exercise.statefile import StateFile, Unusable
from grader.records import Text


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


def read_progress(root: Path) -> Progress:
    """Return the progress kept below `root`; an empty one, with a warning, where it cannot be read."""
    try:
        return Progress(exercises=_STATE.read(root))
    except Unusable as error:
        return Progress(warning=_unreadable(_STATE.file(root), error.reason))


def record_score(
    root: Path, exercise_name: str, *, earned: float, points: float, now: datetime | None = None
) -> Progress:
    """Keep a score as the last one, and as the best if it is; return the progress after it."""
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    score = Score(earned=earned, points=points, at=moment.strftime("%Y-%m-%dT%H:%M:%SZ"))

    def change(before: ExerciseProgress | None) -> ExerciseProgress:
        before = before or ExerciseProgress()
        best = score if before.best is None or score.share > before.best.share else before.best
        return replace(before, last=score, best=best)

    changed = _STATE.change(root, exercise_name, change)
    warning = None
    if changed.unsaved is not None:
        warning = _unsaved(_STATE.file(root), changed.unsaved)
    elif changed.aside is not None:
        warning = _set_aside(_STATE.file(root), changed.aside)
    return Progress(exercises=changed.exercises, warning=warning)


def _parse(kept: dict[str, Any]) -> ExerciseProgress:
    return ExerciseProgress(last=_score(kept.get("last")), best=_score(kept.get("best")))


def _score(kept: dict[str, Any] | None) -> Score | None:
    if kept is None:
        return None
    earned, points = float(kept["earned"]), float(kept["points"])
    datetime.fromisoformat(kept["at"])
    if not (math.isfinite(earned) and math.isfinite(points)):
        raise ValueError("score")
    return Score(earned=earned, points=points, at=kept["at"])


def _to_json(kept: ExerciseProgress) -> dict[str, object]:
    return {"last": _score_json(kept.last), "best": _score_json(kept.best)}


def _score_json(score: Score | None) -> dict[str, object] | None:
    return {"earned": score.earned, "points": score.points, "at": score.at} if score else None


_STATE = StateFile(name="progress", schema="progress/1", parse=_parse, to_json=_to_json)


def _set_aside(file: Path, aside: Path) -> Text:
    return Text(
        en=f"{show_path(file)} was damaged: it is now {aside.name}, and progress starts anew. "
        "Your score is not affected.",
        zh=f"{show_path(file)} 已损坏：已改名为 {aside.name}，进度重新开始记录。成绩不受影响。",
    )


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
