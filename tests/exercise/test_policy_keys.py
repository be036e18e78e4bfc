"""`[late]` and `[attempts]` of dlgrade.toml: what they say, of which exercise, and what authors are told of a slip."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from grader.errors import AuthorError
from grader.exercise import Course, load_course
from grader.exercise.policy import NO_POLICY, AttemptRules, Counting, LateRules

BASE = 'schema = "course/1"\nname = { en = "Tensors", zh = "张量" }\n'


@pytest.fixture
def root(course_files: Any) -> Path:
    for name in ("exercise01_sgd", "exercise03_softmax"):
        course_files.add(name)
    folder: Path = course_files.root
    return folder


def course_of(root: Path, text: str) -> Course:
    (root / "dlgrade.toml").write_text(BASE + text, encoding="utf-8")
    return load_course(root)


def test_a_silent_course_takes_nothing_and_counts_the_best(root: Path) -> None:
    for course in (load_course(root), course_of(root, "")):
        assert course.find_entry("softmax").policy == NO_POLICY
    assert NO_POLICY.attempts.counts is Counting.BEST and not NO_POLICY.late.per_day


def test_rules_of_all_are_those_of_each_but_where_it_has_its_own(root: Path) -> None:
    course = course_of(
        root,
        "[late]\ngrace_min = 15\nper_day = 0.1\nmax_days = 7\n[late.softmax]\nper_day = 0\nfloor = 0.5\n"
        '[attempts]\nmax = 3\n[attempts.exercise01]\ncounts = "last"\nper_attempt = 0.05\n',
    )
    sgd, softmax = course.find_entry("sgd").policy, course.find_entry("softmax").policy
    assert sgd.late == LateRules(grace_min=15, per_day=0.1, max_days=7)
    assert softmax.late == LateRules(grace_min=15, per_day=0, floor=0.5, max_days=7)
    assert sgd.attempts == AttemptRules(max=3, counts=Counting.LAST, per_attempt=0.05)
    assert softmax.attempts == AttemptRules(max=3)


def test_rules_change_no_fingerprint(root: Path) -> None:
    plain = load_course(root).find("softmax").sha256
    assert course_of(root, "[late]\nper_day = 0.1\n[attempts]\nmax = 1\n").find("softmax").sha256 == plain


def test_rules_of_an_exercise_that_is_not_here_are_told(root: Path) -> None:
    course = course_of(root, "[late.softmx]\nper_day = 0.1\n[attempts.exercise09]\nmax = 1\n")
    first, second = course.unknown
    assert first.en.startswith("dlgrade.toml: late.softmx: no exercise here is called so. Did you mean exercise03")
    assert second.en.startswith("dlgrade.toml: attempts.exercise09: no exercise")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[late]\nper_dya = 0.1", "late.per_dya: unknown key. Allowed there: grace_min, per_day"),
        ("[late]\nper_dya = 0.1", "Did you mean per_day?"),
        ("[late]\nzzz = 1", "Rules of one exercise go under [late.exercise03]."),
        ("[late.exercise03]\nper_dya = 0.1", "late.exercise03.per_dya: unknown key."),
        ("[late]\nper_day = 10", "late.per_day = 10: expected a number in [0, 1], got 10. For example: per_day = 0.1"),
        ('[late]\nper_day = "0.1"', "got text. Remove the quotes."),
        ("[late]\nper_day = -0.1", "expected a number in [0, 1]"),
        ("[late]\nper_day = nan", "late.per_day = nan: expected a number, got nan"),
        ("[late.exercise03]\nfloor = nan", "late.exercise03.floor = nan: expected a number, got nan"),
        ("[late]\nmax_days = 1.5", "expected a whole number in [0, 366], got a number"),
        ("[late]\nmax_days = 400", "expected a whole number in [0, 366], got 400"),
        ("[late]\nper_day = true", "late.per_day = true: expected a number in [0, 1]"),
        ("[attempts]\nmax = 0", "attempts.max = 0: expected a whole number in [1, 1000]"),
        (
            '[attempts]\ncounts = "lst"',
            'expected "best" or "last" or "first" or "mean", got "lst". Did you mean "last"?',
        ),
        ("[attempts]\ncounts = 1", "attempts.counts = 1: expected"),
        ("late = 0.1", "late = 0.1: expected a table"),
    ],
)
def test_slip_is_answered_with_file_key_value_what_is_allowed_and_the_fix(root: Path, text: str, told: str) -> None:
    with pytest.raises(AuthorError) as caught:
        course_of(root, text + "\n")
    assert told in caught.value.text.en and "dlgrade.toml" in caught.value.text.zh
    assert re.search("[一-鿿]", caught.value.text.zh)
