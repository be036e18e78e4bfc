"""Hidden tests of exercise93: what is not passed lies in the same memory as what is."""

import torch

from grader.examination import close


def test_predict(student, rand):
    """Labels that were held out are predicted.
    zh: 预测留出的标签。
    """
    x = rand.normal(40, 2)
    y = x @ torch.tensor([2.0, -1.0])
    close(student.predict(x[:30], y[:30], x[30:]), y[30:], atol=1e-3)


def test_double(student, rand):
    """A column is doubled; its double is the next one.
    zh: 将一列加倍；下一列即为结果。
    """
    table = rand.normal(9, 3)
    table[:, 2] = 2 * table[:, 1]
    close(student.double(table[:, 1]), table[:, 2])


def test_double_array(student, rand):
    """A row of an array is doubled; its double is the next one.
    zh: 将数组的一行加倍；下一行即为结果。
    """
    table = rand.array(3, 9)
    table[2] = 2 * table[1]
    close(student.double(table[1]), table[2])


def test_least(student, rand):
    """The least is found by asking for each value, once.
    zh: 逐个询问每个值（各一次），找出最小者。
    """
    values, asked = rand.normal(16), []
    values[:4] += 9  # so that it is none of the first: zeros behind them must earn nothing by luck

    def measure(index):
        asked.append(index)
        return values[index]

    found = student.least(measure, 16)
    assert sorted(asked) == list(range(16))
    assert found == int(values.argmin())


def test_descend(student, rand):
    """The weights move against the gradient, in place.
    zh: 权重沿负梯度方向原地移动。
    """
    weights, gradient = rand.normal(2, 5)
    before = weights.clone()
    student.descend(weights, gradient)
    close(weights, before - gradient)


def test_descend_to_the_goal(student, rand):
    """A step by the whole difference leads to the goal.
    zh: 走完全部差距就到达目标。
    """
    start, goal = rand.normal(2, 5)
    student.descend(start, start - goal)
    close(start, goal)
