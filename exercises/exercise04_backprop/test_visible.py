"""Visible tests of exercise04: one small network and one small function, with answers worked out by hand."""

import math

import numpy as np
import pytest

from grader.examination import close

# The scores of a row come out equal, so each class has probability 1/2 and the loss is ln 2.
X = np.array([[1.0, 2.0], [3.0, -1.0]])
Y = np.array([0, 0], dtype=np.int64)


def small_params():
    """Return the parameters of a network with D = 2, H = 3 and C = 2; row 1 switches two hidden units off."""
    return {
        "W1": np.array([[1.0, 0.0, -1.0], [0.0, 1.0, 1.0]]),
        "b1": np.array([0.0, 0.0, 1.0]),
        "W2": np.array([[1.0, 0.0], [0.0, -2.0], [-1.0, 0.0]]),
        "b2": np.array([0.0, 3.0]),
    }


@pytest.mark.visible
@pytest.mark.points(1)
@pytest.mark.hint(
    "Print the scores of this batch: both rows should hold two equal numbers.",
    zh="打印这一批的 scores：每一行应是两个相等的数。",
)
def test_loss_of_two_undecided_rows_is_ln_2(student):
    """Two rows with equal scores have a loss of ln 2.
    zh: 两行的 scores 都相等时，损失为 ln 2。
    """
    loss, _ = student.two_layer_loss(small_params(), X, Y)
    close(loss, math.log(2))


@pytest.mark.visible
@pytest.mark.points(1)
@pytest.mark.hint(
    "Begin at the loss: the gradient at the scores is (softmax - one-hot) / N. Each step back must have the shape of "
    "what it belongs to.",
    zh="从损失开始：scores 处的梯度是 (softmax - one-hot) / N。往回每一步，梯度的形状都与它所属的量相同。",
)
def test_gradients_of_a_small_network(student):
    """All four gradients of a small network are right.
    zh: 一个小网络的四个梯度都正确。
    """
    _, grads = student.two_layer_loss(small_params(), X, Y)
    expected = {
        "W1": np.array([[-1.0, -0.5, 0.25], [-0.25, -1.0, 0.5]]),
        "b1": np.array([-0.5, -0.5, 0.25]),
        "W2": np.array([[-1.0, 1.0], [-0.5, 0.5], [-0.5, 0.5]]),
        "b2": np.array([-0.5, 0.5]),
    }
    close(grads, expected)


@pytest.mark.visible
@pytest.mark.points(1)
@pytest.mark.hint(
    "How far apart are the two points at which you ask f? Divide by that distance.",
    zh="你在哪两点上求 f 的值？它们相距多远，就除以多远。",
)
def test_numerical_gradient_of_a_small_function(student):
    """The slope of a^2 b + 3 b at (2, -1) is (-4, 7).
    zh: a^2 b + 3 b 在 (2, -1) 处的梯度是 (-4, 7)。
    """

    def f(x):
        return float(x[0] ** 2 * x[1] + 3 * x[1])

    close(student.numerical_gradient(f, np.array([2.0, -1.0])), np.array([-4.0, 7.0]), rtol=0.0, atol=1e-6)
