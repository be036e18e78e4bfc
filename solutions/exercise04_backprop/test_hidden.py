"""Hidden tests of exercise04: other shapes, dead units, extreme scores, and how the numerical gradient probes."""

import numpy as np
import pytest

from grader.examination import close

# Gradients by hand are right to about 1e-15; probing the loss numerically stops near 1e-10.
EXACT = {"rtol": 1e-11, "atol": 1e-12}
# Central differences with a sensible step are right to about 1e-8; one-sided ones stop near 1e-5.
PROBED = {"rtol": 1e-6, "atol": 1e-6}


def network(rand, *, rows, inputs, units, classes):
    """Return random parameters and a batch: params, x, y."""
    params = {
        "W1": rand.array(inputs, units),
        "b1": 0.1 * rand.array(units),
        "W2": rand.array(units, classes),
        "b2": 0.1 * rand.array(classes),
    }
    return params, rand.array(rows, inputs), rand.numpy.integers(0, classes, size=rows)


@pytest.mark.points(2)
@pytest.mark.hint(
    "Which of N, D, H and C did you write as a number, or mix up? Read each from a shape.",
    zh="N、D、H、C 中有哪个被你写死或弄混了？都从形状中读取。",
)
def test_loss_for_other_sizes(student, reference, rand):
    """The loss is right for other sizes, for one row, and on a second call.
    zh: 换别的尺寸、只有一行、以及第二次调用时，损失都正确。
    """
    for rows, inputs, units, classes in ((5, 4, 6, 3), (1, 2, 3, 12)):
        params, x, y = network(rand, rows=rows, inputs=inputs, units=units, classes=classes)
        loss, _ = student.two_layer_loss(params, x, y)
        close(loss, reference.two_layer_loss(params, x, y)[0], **EXACT)


@pytest.mark.points(2)
@pytest.mark.hint(
    "W2's gradient adds up, over the rows, what each hidden value did to each score. Which axis disappears? "
    "The loss is a mean: what does that do to its gradient?",
    zh="W2 的梯度对各行累加“每个隐藏值对每个 score 的影响”。哪根轴消失了？损失是平均值，这对梯度意味着什么？",
)
def test_gradients_of_the_output_layer(student, reference, rand):
    """The gradients of W2 and b2 are right.
    zh: W2 和 b2 的梯度正确。
    """
    params, x, y = network(rand, rows=5, inputs=4, units=6, classes=3)
    _, grads = student.two_layer_loss(params, x, y)
    _, expected = reference.two_layer_loss(params, x, y)
    close(grads["W2"], expected["W2"], **EXACT)
    close(grads["b2"], expected["b2"], **EXACT)


@pytest.mark.points(2)
@pytest.mark.needs("test_gradients_of_the_output_layer")
@pytest.mark.hint(
    "Go back one step at a time: scores, hidden values, the ReLU, then W1 and b1. Did you pass through every one?",
    zh="一步一步往回走：scores、隐藏值、ReLU，然后才是 W1 和 b1。每一步都经过了吗？",
)
def test_gradients_of_the_hidden_layer(student, reference, rand):
    """The gradients of W1 and b1 are right.
    zh: W1 和 b1 的梯度正确。
    """
    params, x, y = network(rand, rows=7, inputs=3, units=5, classes=4)
    _, grads = student.two_layer_loss(params, x, y)
    _, expected = reference.two_layer_loss(params, x, y)
    close(grads["W1"], expected["W1"], **EXACT)
    close(grads["b1"], expected["b1"], **EXACT)


@pytest.mark.points(1)
@pytest.mark.needs("test_gradients_of_the_output_layer")
@pytest.mark.hint(
    "A unit whose ReLU is 0 for a row had no part in that row's loss: what gradient may it receive?",
    zh="某一行中 ReLU 为 0 的单元没有参与这一行的损失，它应得到怎样的梯度？",
)
def test_a_dead_unit_receives_no_gradient(student, rand):
    """A hidden unit that no row switches on gets gradient 0 everywhere.
    zh: 没有任何一行激活的隐藏单元，其梯度处处为 0。
    """
    params, x, y = network(rand, rows=6, inputs=3, units=4, classes=5)
    params["b1"][2] = -1000.0
    _, grads = student.two_layer_loss(params, x, y)
    close(grads["W1"][:, 2], np.zeros(3), rtol=0.0, atol=0.0)
    close(grads["b1"][2:3], np.zeros(1), rtol=0.0, atol=0.0)


@pytest.mark.points(2)
@pytest.mark.hint(
    "float64 cannot hold exp(710). Which constant can you subtract from a row of scores without changing its softmax?",
    zh="float64 放不下 exp(710)。从一行 scores 中减去哪个常数，softmax 的结果不变？",
)
def test_large_scores_change_nothing(student, reference, rand):
    """Adding 1000 to all scores changes neither loss nor gradients.
    zh: 所有 scores 同时加上 1000，损失和梯度都不变。
    """
    params, x, y = network(rand, rows=5, inputs=3, units=4, classes=6)
    loss, grads = reference.two_layer_loss(params, x, y)
    params["b2"] = params["b2"] + 1000.0
    large_loss, large_grads = student.two_layer_loss(params, x, y)
    # float64 resolves 1e-13 at 1000.
    close(large_loss, loss, rtol=0.0, atol=1e-11)
    close(large_grads["W2"], grads["W2"], rtol=0.0, atol=1e-11)


@pytest.mark.points(2)
@pytest.mark.needs("test_large_scores_change_nothing")
@pytest.mark.hint(
    "Look at one row at a time: the constant that you subtract, and the class whose probability rounds to 0. Is its "
    "logarithm lost, too?",
    zh="逐行检查：你减去的常数是哪一行的？概率舍入为 0 的那个类别，它的对数也丢了吗？",
)
def test_rows_far_apart_keep_a_finite_loss(student, reference, rand):
    """Rows whose scores lie thousands apart, and a hopeless target, keep loss and gradients finite and right.
    zh: 各行 scores 相差数千、目标类别几乎不可能时，损失和梯度仍有限且正确。
    """
    params, x, y = network(rand, rows=3, inputs=2, units=4, classes=5)
    # Unit 0 hands x[:, 0] on, and adds 3000 times that to all scores of a row.
    x[:, 0] = [0.0, 1.0, 2.0]
    params["W1"][:, 0] = [1.0, 0.0]
    params["b1"][0] = 0.0
    params["W2"][0] += 3000.0
    _, grads = student.two_layer_loss(params, x, y)
    close(grads["b2"], reference.two_layer_loss(params, x, y)[1]["b2"], rtol=0.0, atol=1e-10)
    params["b2"][3] = -2000.0
    y[:] = 3
    loss, _ = student.two_layer_loss(params, x, y)
    close(loss, reference.two_layer_loss(params, x, y)[0], rtol=1e-9)


@pytest.mark.points(2)
@pytest.mark.hint(
    "Plot the error against the step from 1e-1 down to 1e-13: it falls, then rises. Why does it rise?",
    zh="画出步长从 1e-1 到 1e-13 时误差的变化：先降后升。为什么会升？",
)
def test_numerical_gradient_is_accurate(student, rand):
    """The numerical gradient of a curved function is right to 1e-6.
    zh: 对弯曲的函数，数值梯度精确到 1e-6。
    """
    x = rand.array(3, 4)
    weights = 1.0 + rand.numpy.random((3, 4))

    def f(point):
        return float((weights * (point**3 + 4.0 * point**2)).sum() + point.sum() ** 2)

    expected = weights * (3.0 * x**2 + 8.0 * x) + 2.0 * x.sum()
    close(student.numerical_gradient(f, x), expected, **PROBED)


@pytest.mark.points(2)
@pytest.mark.hint(
    "Move one element up, ask f; move the same element down, ask f; all other elements stay where they were.",
    zh="把一个元素上移，求 f；把同一元素下移，求 f；其他元素都留在原处。",
)
def test_numerical_gradient_probes_both_sides_of_each_element(student, rand):
    """Each element is probed once above and once below, all others at rest.
    zh: 每个元素上下各探测一次，其余元素不动。
    """
    x = rand.array(2, 3)
    centre = x.copy()
    slopes = rand.array(2, 3)
    moves = []

    def f(point):
        moves.append(point - centre)
        # A plane with a kink at x: the kink's two sides cancel, one side alone adds 1 to the slope.
        return float((slopes * point + np.abs(point - centre)).sum())

    close(student.numerical_gradient(f, x), slopes, **PROBED)
    assert len(moves) <= 2 * x.size + 2, f"f was called {len(moves)} times for {x.size} elements, expected {2 * x.size}"
    moved = [np.flatnonzero(move) for move in moves]
    most = max((len(places) for places in moved), default=0)
    assert most <= 1, f"f was asked with {most} elements of x moved at once, expected one at a time"
    for index in range(x.size):
        sides = sorted(float(np.sign(move.flat[index])) for move in moves if move.flat[index] != 0.0)
        assert sides == [-1.0, 1.0], (
            f"element {index} was probed {sides.count(1.0)} times above and {sides.count(-1.0)} times below, "
            "expected once each"
        )


@pytest.mark.points(2)
@pytest.mark.hint(
    "Does writing to your flattened x always reach x? Index x itself, with as many indices as it has axes.",
    zh="写入展平后的 x 一定会改到 x 吗？按 x 的维数直接给 x 取下标。",
)
def test_numerical_gradient_for_any_shape(student, rand):
    """A transposed matrix, a block and a single number each get a gradient of their own shape.
    zh: 转置的矩阵、三维数组和单个数，都得到与自身形状相同的梯度。
    """

    def f(point):
        return float((np.sin(point) * np.arange(1.0, point.size + 1.0).reshape(point.shape)).sum())

    for x in (rand.array(4, 2).T, rand.array(2, 1, 3), np.array(0.5)):
        expected = np.cos(x) * np.arange(1.0, x.size + 1.0).reshape(x.shape)
        close(student.numerical_gradient(f, x), np.asarray(expected), **PROBED)
