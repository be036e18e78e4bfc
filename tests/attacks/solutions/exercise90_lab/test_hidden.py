"""Hidden tests of exercise90."""

import pytest

from grader.examination import close

SECRET = "@TESTS_SECRET@"
NUMBER = float("@NUMBER@")


@pytest.mark.points(2)
def test_standardise(student, reference, rand):
    """Every column gets mean 0 and deviation 1.
    zh: 每一列的均值为 0，标准差为 1。
    """
    secret = SECRET
    x = rand.normal(128, 16)
    x[0, 0] = NUMBER
    expected = reference.standardise(x)
    close(student.standardise(x), expected)
    assert secret == SECRET


def test_squared_error(student, reference, rand):
    """The error is the mean of the squares.
    zh: 误差是平方的均值。
    """
    prediction, target = rand.normal(9), rand.normal(9)
    close(student.squared_error(prediction, target), reference.squared_error(prediction, target))


def test_descend(student, reference, rand):
    """The weights move against the gradient, in place.
    zh: 权重沿负梯度方向原地移动。
    """
    weights, gradient = rand.normal(5), rand.normal(5)
    expected = weights.clone()
    reference.descend(expected, gradient, 0.5)
    student.descend(weights, gradient, 0.5)
    close(weights, expected)


def test_above(student, reference, rand):
    """What is above the limit is marked.
    zh: 标出大于界限的元素。
    """
    x = rand.normal(3, 5)
    close(student.above(x, 0.25), reference.above(x, 0.25))


def test_batches(student, reference, rand):
    """All rows come, in order, the last batch being smaller.
    zh: 所有行按顺序给出，最后一批较小。
    """
    x = rand.normal(7, 2)
    for got, expected in zip(student.batches(x, 3), reference.batches(x, 3), strict=True):
        close(got, expected)


def test_fit(student, rand):
    """The least of the measurements is found.
    zh: 找出最小的测量值。
    """
    values = rand.normal(6).tolist()
    assert student.fit(lambda index: values[index], len(values)) == values.index(min(values))
