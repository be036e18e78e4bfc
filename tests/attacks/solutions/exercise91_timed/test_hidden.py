"""Hidden tests of exercise91."""

import pytest

FACTOR = 4.0  # times as long as the reference: a loop in Python takes several hundred times as long
SIZE = 192


@pytest.mark.points(2)
def test_product_is_fast(student, rand, bench):
    """The product takes at most four times as long as the reference's.
    zh: 所用时间不超过参考解的四倍。
    """
    ratio = bench.ratio(
        student.product, lambda: (rand.normal(SIZE, SIZE), rand.normal(SIZE, SIZE)), repeats=5, rtol=1e-4, atol=1e-4
    )
    assert ratio <= FACTOR, f"{ratio:.1f} times as long as the reference"
