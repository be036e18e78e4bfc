"""Hidden tests of exercise92."""

import pytest

FACTOR = 1.75  # times as long as the reference: to do the work twice is too much
SIZE, ROUNDS = 20_000, 200


@pytest.mark.points(2)
def test_settle_is_frugal(student, rand, bench):
    """The work is done once: it takes hardly longer than the reference's.
    zh: 不做多余的计算：所用时间与参考解相近。
    """
    ratio = bench.ratio(student.settle, lambda: (rand.normal(SIZE), ROUNDS), repeats=7)
    assert ratio <= FACTOR, f"{ratio:.1f} times as long as the reference"
