"""Lateness and attempts: what the rules take, and that they never take more than they say, nor give any."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.batch.policy import award, counted, late_days, moment_of
from grader.batch.rows import Row
from grader.exercise.policy import NO_POLICY, AttemptRules, Counting, LateRules, Policy
from grader.records import Award, Fault, HandedIn
from grader.report.model import Status

DUE = datetime(2026, 9, 28, 23, 59, tzinfo=ZoneInfo("Europe/Zurich"))
TENTH = Policy(late=LateRules(per_day=0.1, max_days=7))
DAY = timedelta(days=1)

SHARES = st.floats(0, 1).map(lambda share: round(share, 3))
LATE = st.builds(
    LateRules,
    grace_min=st.floats(0, 1440),
    per_day=SHARES,
    floor=SHARES,
    max_days=st.none() | st.integers(0, 30),
)
ATTEMPTS = st.builds(
    AttemptRules, max=st.none() | st.integers(1, 5), counts=st.sampled_from(Counting), per_attempt=SHARES
)
POLICIES = st.builds(Policy, late=LATE, attempts=ATTEMPTS)
EARNED = st.floats(0, 1000).map(lambda points: round(points, 4))
DELAYS = st.floats(-10, 60).map(lambda days: timedelta(days=days))
ZONES = st.sampled_from([ZoneInfo("Europe/Zurich"), ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York"), UTC])
QUICK = settings(max_examples=150, deadline=None, derandomize=True)


def said(given_award: Award) -> str:
    assert given_award.reason is not None and re.search("[一-鿿]", given_award.reason.zh)
    return given_award.reason.en


# ---------------------------------------------------------------------------------------------------------- lateness


@pytest.mark.parametrize(
    ("late", "points", "days", "reason"),
    [
        (-DAY, 10.0, 0, None),
        (timedelta(), 10.0, 0, None),
        (timedelta(seconds=1), 9.0, 1, "1 day late: 10 % off."),
        (DAY, 9.0, 1, "1 day late: 10 % off."),
        (DAY + timedelta(seconds=1), 8.0, 2, "2 days late: 20 % off."),
        (7 * DAY, 3.0, 7, "7 days late: 70 % off."),
        (8 * DAY, 0.0, 8, "8 days late: after 7 days nothing counts."),
    ],
)
def test_each_begun_day_costs_its_share(late: timedelta, points: float, days: int, reason: str | None) -> None:
    given_award = award(10.0, at=DUE + late, due=DUE, rules=TENTH)
    assert (given_award.points, given_award.late_days) == (points, days)
    assert (given_award.reason.en if given_award.reason else None) == reason


def test_grace_is_not_late_and_days_begin_after_it() -> None:
    rules = Policy(late=LateRules(grace_min=15, per_day=0.5))
    assert award(10, at=DUE + timedelta(minutes=15), due=DUE, rules=rules).points == 10
    assert award(10, at=DUE + timedelta(minutes=15, seconds=1), due=DUE, rules=rules).late_days == 1
    assert award(10, at=DUE + DAY + timedelta(minutes=15), due=DUE, rules=rules).late_days == 1


def test_floor_is_left_until_nothing_counts() -> None:
    rules = Policy(late=LateRules(per_day=0.3, floor=0.5, max_days=4))
    points = [award(10, at=DUE + number * DAY, due=DUE, rules=rules).points for number in range(6)]
    assert points == [10, 7, 5, 5, 5, 0]


def test_without_rules_lateness_is_told_and_costs_nothing() -> None:
    given_award = award(7.25, at=DUE + 2 * DAY, due=DUE, rules=NO_POLICY)
    assert (given_award.points, given_award.kept, given_award.late_days) == (7.25, 1.0, 2)
    assert said(given_award) == "2 days late: no points are taken."


def test_unknown_time_is_never_late_and_that_is_said() -> None:
    given_award = award(10, at=None, due=DUE, rules=TENTH)
    assert given_award.points == 10 and "not known" in said(given_award)
    assert award(10, at=None, due=None, rules=TENTH).reason is None
    assert award(0, at=None, due=DUE, rules=TENTH).reason is None
    assert award(10, at=None, due=DUE, rules=NO_POLICY).reason is None
    assert award(10, at=None, due=DUE, rules=Policy(late=LateRules(per_day=0.1, floor=1))).reason is None


def test_a_students_own_extension_wins_also_where_it_is_earlier() -> None:
    at = DUE + 2 * DAY
    assert award(10, at=at, due=DUE, extended=DUE + 3 * DAY, rules=TENTH).points == 10
    assert award(10, at=DUE, due=DUE, extended=DUE - DAY, rules=TENTH).points == 9
    assert award(10, at=at, due=None, extended=DUE, rules=TENTH).points == 8


def test_a_day_is_24_hours_also_when_clocks_change() -> None:
    zone = ZoneInfo("Europe/Zurich")
    due = datetime(2026, 10, 24, 12, 0, tzinfo=zone)  # the night after has an hour more
    same_wall_clock = datetime(2026, 10, 25, 12, 0, tzinfo=zone)
    assert late_days(at=same_wall_clock, due=due, rules=LateRules()) == 2
    assert late_days(at=same_wall_clock - timedelta(hours=1), due=due, rules=LateRules()) == 1


def test_points_are_rounded_to_hundredths_and_whole_ones_left_alone() -> None:
    rules = Policy(late=LateRules(per_day=1 / 3))
    assert award(10, at=DUE + DAY, due=DUE, rules=rules).points == 6.67
    assert award(1 / 3, at=DUE, due=DUE, rules=rules).points == 1 / 3
    assert award(0.005, at=DUE + DAY, due=DUE, rules=Policy(late=LateRules(per_day=0.001))).points <= 0.005
    third = award(10, at=DUE + 3 * DAY, due=DUE, rules=TENTH)
    assert (third.points, third.kept) == (7.0, 0.7)  # not 0.7000000000000001


def test_a_moment_without_zone_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        award(10, at=datetime(2026, 1, 1), due=DUE, rules=TENTH)
    with pytest.raises(ValueError, match="no time zone"):
        moment_of("2026-09-28T23:59:00")
    assert moment_of("") is None


@given(EARNED, DELAYS, POLICIES, st.integers(1, 9))
@QUICK
def test_award_is_never_negative_never_above_what_was_earned_and_gives_its_reason(
    earned: float, delay: timedelta, rules: Policy, nth: int
) -> None:
    given_award = award(earned, at=DUE + delay, due=DUE, rules=rules, nth=nth)
    assert 0 <= given_award.points <= earned and 0 <= given_award.kept <= 1
    assert given_award.reason is not None or (given_award.kept == 1 and given_award.points == earned)


@given(EARNED, DELAYS, DELAYS, POLICIES, st.integers(1, 9))
@QUICK
def test_who_is_later_never_has_more(earned: float, one: timedelta, two: timedelta, rules: Policy, nth: int) -> None:
    sooner, later = (award(earned, at=DUE + delay, due=DUE, rules=rules, nth=nth) for delay in sorted((one, two)))
    assert later.points <= sooner.points and later.late_days >= sooner.late_days


@given(EARNED, DELAYS, POLICIES, ZONES, ZONES)
@QUICK
def test_no_zone_changes_an_award(earned: float, delay: timedelta, rules: Policy, one: ZoneInfo, two: ZoneInfo) -> None:
    at = DUE.astimezone(UTC) + delay
    plain = award(earned, at=at, due=DUE.astimezone(UTC), rules=rules)
    assert award(earned, at=at.astimezone(one), due=DUE.astimezone(two), rules=rules) == plain


@given(EARNED, POLICIES, st.integers(1, 8))
@QUICK
def test_no_later_attempt_of_the_same_worth_has_more(earned: float, rules: Policy, nth: int) -> None:
    first, second = (award(earned, at=DUE, due=DUE, rules=rules, nth=number) for number in (nth, nth + 1))
    assert second.points <= first.points


# ---------------------------------------------------------------------------------------------------------- attempts


def attempt(number: int, earned: float | None, status: Status | None = None, *, hours: float | None = 0) -> Row:
    """Return one attempt, handed in `hours` before it was due; None: nobody knows when."""
    if status is None:
        status = Status.UNSCORED if earned is None else Status.PARTIAL
    at = "" if hours is None else (DUE - timedelta(hours=hours)).isoformat()
    return Row(
        handed_in=HandedIn(student="alice", at=at, attempt=number),
        exercise="exercise03_softmax",
        status=status,
        fault=Fault.GRADER if earned is None else None,
        earned=earned,
        possible=10.0,
        points=earned,
        late_days=0,
        seed=1,
        exercise_sha256="",
        submission_sha256="",
        tests=(),
        reviews=0,
        problem=None,
    )


def points_of(rows: list[Row], **rules: object) -> tuple[float | None, int]:
    """Return the points that count, and the attempt that they are of."""
    result = counted(rows, due=DUE, rules=Policy(attempts=AttemptRules(**rules)))  # type: ignore[arg-type]
    return result.points, result.row.handed_in.attempt


@pytest.mark.parametrize(
    ("counts", "expected"),
    [(Counting.BEST, (9.0, 2)), (Counting.LAST, (5.0, 3)), (Counting.FIRST, (4.0, 1)), (Counting.MEAN, (6.0, 3))],
)
def test_best_last_first_and_mean(counts: Counting, expected: tuple[float, int]) -> None:
    rows = [attempt(1, 4.0, hours=9), attempt(2, 9.0, hours=6), attempt(3, 5.0, hours=3)]
    assert points_of(rows, counts=counts) == expected


def test_last_is_by_time_and_by_number_where_a_time_is_not_known() -> None:
    rows = [attempt(1, 4.0, hours=1), attempt(2, 9.0, hours=6)]
    assert points_of(rows, counts=Counting.LAST) == (4.0, 1)
    assert points_of([*rows, attempt(3, 2.0, hours=None)], counts=Counting.LAST) == (2.0, 3)


def test_an_untouched_stub_uses_up_no_attempt_and_replaces_none() -> None:
    rows = [
        attempt(1, 0.0, Status.NOT_STARTED, hours=9),
        attempt(2, 6.0, hours=6),
        attempt(3, 0.0, Status.NOT_STARTED, hours=1),
    ]
    for counts in Counting:
        assert points_of(rows, counts=counts, max=1, per_attempt=0.5) == (6.0, 2)
    assert points_of(rows[:1]) == (0.0, 1)


def test_an_unscored_attempt_uses_up_none_and_is_no_zero() -> None:
    rows = [attempt(1, None, hours=9), attempt(2, 6.0, hours=6), attempt(3, None, hours=1)]
    assert points_of(rows, counts=Counting.BEST, max=1, per_attempt=0.5) == (6.0, 2)
    for counts in (Counting.LAST, Counting.FIRST, Counting.MEAN):
        assert points_of(rows, counts=counts)[0] is None
    assert points_of([attempt(1, None)]) == (None, 1)
    result = counted(rows, due=DUE, rules=Policy(attempts=AttemptRules(counts=Counting.LAST)))
    assert result.unscored == (1, 3) and result.reason is not None and "no score yet" in result.reason.en


def test_an_unreadable_attempt_is_an_attempt() -> None:
    rows = [attempt(1, 0.0, Status.REJECTED, hours=9), attempt(2, 6.0, hours=1)]
    assert points_of(rows, per_attempt=0.5) == (3.0, 2)
    assert points_of(rows, max=1) == (0.0, 1)


def test_attempts_after_the_last_that_counts_are_told_and_count_nothing() -> None:
    rows = [attempt(number, float(number), hours=10 - number) for number in (1, 2, 3)]
    for counts, points in ((Counting.BEST, 2.0), (Counting.LAST, 2.0), (Counting.FIRST, 1.0), (Counting.MEAN, 1.5)):
        assert points_of(rows, counts=counts, max=2)[0] == points
    result = counted(rows, due=DUE, rules=Policy(attempts=AttemptRules(max=2)))
    assert result.awards[3].points == 0 and said(result.awards[3]) == "Attempt 3: only the first 2 count."


def test_each_attempt_costs_its_share_beside_lateness() -> None:
    rules = Policy(late=LateRules(per_day=0.1), attempts=AttemptRules(per_attempt=0.2))
    result = counted([attempt(1, 2.0, hours=9), attempt(2, 10.0, hours=-1)], due=DUE, rules=rules)
    assert result.points == 7.2
    assert said(result.awards[2]) == "1 day late: 10 % off. Attempt 2: 20 % off."
    assert result.reason is not None and result.reason.en == "Attempt 2 of 2 counts: the best."


def test_no_attempt_at_all_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="no attempt"):
        counted([], due=DUE, rules=NO_POLICY)


ROWS = st.lists(
    st.tuples(
        st.none() | EARNED,
        st.sampled_from([None, Status.NOT_STARTED, Status.REJECTED]),
        st.none() | st.floats(-100, 100),
    ),
    min_size=1,
    max_size=5,
).map(
    lambda drawn: [
        attempt(number, earned, status if earned is not None else None, hours=hours)
        for number, (earned, status, hours) in enumerate(drawn, 1)
    ]
)


@given(ROWS, POLICIES, st.randoms(use_true_random=False))
@QUICK
def test_what_counts_is_an_attempts_share_and_the_order_of_rows_does_not_matter(
    rows: list[Row], rules: Policy, draw: object
) -> None:
    result = counted(rows, due=DUE, rules=rules)
    most = max((row.earned for row in rows if row.earned is not None), default=None)
    assert result.points is None or (most is not None and 0 <= result.points <= most + 0.005)
    shuffled = list(rows)
    draw.shuffle(shuffled)  # type: ignore[attr-defined]
    assert counted(shuffled, due=DUE, rules=rules) == result


def test_zones_of_fixed_offset_are_taken_too() -> None:
    at = DUE.astimezone(timezone(timedelta(hours=-3, minutes=-30)))
    assert late_days(at=at, due=DUE, rules=LateRules()) == 0
