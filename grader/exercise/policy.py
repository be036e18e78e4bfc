"""What a course's rules take for lateness, and which of several attempts they count: `[late]` and `[attempts]`.

Here they are read and checked; `batch/policy.py` applies them. They say nothing where a course is silent: no point is
lost, and the best attempt counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from grader.errors import both
from grader.exercise.problems import closest, key_path, problem
from grader.records import Text

TABLES = ("late", "attempts")


class Counting(StrEnum):
    """Which of several attempts make the result."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"
    MEAN = "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRules:
    """What lateness costs. Days are of 24 hours, begun ones count whole, and they begin after the grace."""

    grace_min: float = 0.0
    per_day: float = 0.0  # share of the earned points that each day costs
    floor: float = 0.0  # share that is left at least, as long as anything counts
    max_days: int | None = None  # after more of them nothing counts; None: something always does

    @property
    def takes(self) -> bool:
        """Whether lateness can cost anything."""
        return (self.per_day > 0 and self.floor < 1) or self.max_days is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRules:
    """How many attempts count, which of them, and what each after the first costs."""

    max: int | None = None  # None: any number
    counts: Counting = Counting.BEST
    per_attempt: float = 0.0  # share of the earned points


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules that one exercise's points are counted by."""

    late: LateRules = field(default_factory=LateRules)
    attempts: AttemptRules = field(default_factory=AttemptRules)


NO_POLICY = Policy()


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursePolicy:
    """The rules of every exercise, and of those that have their own, by the name that the course's file uses."""

    common: Policy = NO_POLICY
    own: tuple[tuple[str, Policy], ...] = ()
    written: tuple[tuple[str, str], ...] = ()  # the tables of single exercises, each by its two names


def without_slips(table: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return a course's table with only those keys of `[late]` and `[attempts]` that its schema can judge.

    Any other key may name an exercise, and then has a table; one without is a slip, which `policy_problems` explains.
    """
    kept = dict(table)
    for name in TABLES:
        given = table.get(name)
        if isinstance(given, dict):
            keys = known[name]["properties"]
            kept[name] = {key: value for key, value in given.items() if key in keys or isinstance(value, dict)}
    return kept


def policy_problems(table: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[Text]:
    """Return what is wrong with the rules of a course's table that its schema accepts, or cannot see."""
    for name in TABLES:
        given: Mapping[str, Any] = table.get(name, {})
        keys = known[name]["properties"]
        for key, value in given.items():
            if isinstance(value, dict):
                yield from _not_numbers((name, key), value)
            elif key not in keys:
                yield _unknown(name, key, tuple(keys))
        yield from _not_numbers((name,), given)


def read_policy(table: Mapping[str, Any]) -> CoursePolicy:
    """Return the rules of a course's table that has no problem."""
    late, attempts = table.get("late", {}), table.get("attempts", {})
    common = Policy(late=_late(late, LateRules()), attempts=_attempts(attempts, AttemptRules()))
    written = tuple(
        (name, key) for name in TABLES for key, value in table.get(name, {}).items() if isinstance(value, dict)
    )
    own = tuple(
        (
            name,
            Policy(
                late=_late(late.get(name, {}), common.late),
                attempts=_attempts(attempts.get(name, {}), common.attempts),
            ),
        )
        for name in dict.fromkeys(name for _, name in written)
    )
    return CoursePolicy(common=common, own=own, written=written)


def _late(given: Mapping[str, Any], inherited: LateRules) -> LateRules:
    kinds = {"grace_min": float, "per_day": float, "floor": float, "max_days": int}
    return replace(inherited, **{key: kind(given[key]) for key, kind in kinds.items() if key in given})


def _attempts(given: Mapping[str, Any], inherited: AttemptRules) -> AttemptRules:
    kinds = {"max": int, "counts": Counting, "per_attempt": float}
    return replace(inherited, **{key: kind(given[key]) for key, kind in kinds.items() if key in given})


def _not_numbers(path: tuple[str, ...], given: Mapping[str, Any]) -> Iterator[Text]:
    for key, value in given.items():
        if isinstance(value, float) and math.isnan(value):  # no comparison of the schema's is true of nan
            expected = Text(en="a number", zh="数")
            fix = Text(en=f"For example: {key} = 0.1", zh=f"例如：{key} = 0.1")
            yield problem((*path, key), value, expected=expected, got=both("nan"), fix=fix)


def _unknown(table: str, key: str, keys: tuple[str, ...]) -> Text:
    match = closest(key, keys)
    shown, allowed = key_path((table, key)), ", ".join(keys)
    fix = Text(
        en=f"Did you mean {match}?" if match else f"Rules of one exercise go under [{table}.exercise03].",
        zh=f"是不是想写 {match}？" if match else f"单个练习的规则写在 [{table}.exercise03] 下。",
    )
    return Text(
        en=f"{shown}: unknown key. Allowed there: {allowed}. {fix.en}",
        zh=f"{shown}：未知的键。可用：{allowed}。{fix.zh}",
    )
