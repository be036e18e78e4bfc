"""Hidden tests of exercise00: any shape, tiny and huge numbers, precision and gradients."""

# CHANGE THIS: ordinary pytest. `student` is the submission, in a process of its own; `reference` is your solution;
# `rand` draws values from a secret seed, another one in each exam. Draw shapes that are not square, and values that
# a wrong solution trips over: `dlgrade verify` tells you which wrong solutions no test notices.

import pytest
import torch

from grader.examination import close


def inputs(rand, *shape, **kind):
    """Return x of this shape, and a gain and a bias for each of its features."""
    features = shape[-1]
    return rand.normal(*shape, **kind), rand.normal(features, **kind), rand.normal(features, **kind)


@pytest.mark.points(2)
@pytest.mark.hint(
    "Which axes did you count on? Mean and variance belong to the last one, and must still fit x when you use them.",
    zh="你假设了有哪几根轴？平均值和方差都沿最后一根轴求，而且用到时形状要能与 x 对上。",
)
def test_any_number_of_axes_may_come_before_the_last(student, reference, rand):
    """One example alone, a batch of them, and a batch of sequences are all right.

    zh: 单个样本、一批样本、一批序列都要正确。
    """
    for shape in ((9,), (6, 4), (2, 5, 3)):
        x, gain, bias = inputs(rand, *shape)
        close(student.sample_function(3 * x + 2, gain, bias), reference.sample_function(3 * x + 2, gain, bias))


@pytest.mark.points(1)
@pytest.mark.hint(
    "Normalise one example, then the same example within a batch: may the answers differ?",
    zh="单独归一化一个样本，再把它放进一批里归一化：两次的结果可以不同吗？",
)
def test_an_example_does_not_depend_on_its_batch(student, reference, rand):
    """An example has the same answer alone and within a batch.

    zh: 同一个样本，单独计算与放在一批里计算，结果相同。
    """
    x, gain, bias = inputs(rand, 6, 5)
    close(student.sample_function(x[2:3], gain, bias), reference.sample_function(x, gain, bias)[2:3])


@pytest.mark.points(1)
@pytest.mark.hint(
    "The variance of equal numbers is 0. What do you divide by then?",
    zh="相等的数方差为 0，这时你除以的是什么？",
)
def test_equal_numbers_give_the_bias(student, rand):
    """An example whose numbers are all equal becomes the bias, and nothing is NaN.

    zh: 样本中的数全部相等时，结果就是 bias，不会出现 NaN。
    """
    _, gain, bias = inputs(rand, 3, 8)
    x = rand.integers(-9, 10, 3, 1).float().expand(3, 8)  # whole numbers: their mean is exact
    close(student.sample_function(x, gain, bias), bias.repeat(3, 1))


@pytest.mark.points(1)
@pytest.mark.hint(
    "Where does eps stand: under the root, with the variance, or beside the standard deviation?",
    zh="eps 应加在哪里：根号里的方差上，还是标准差上？",
)
def test_eps_is_added_to_the_variance(student, reference, rand):
    """Numbers so close together that eps matters are right, with the usual eps and with another.

    zh: 各数相差极小、eps 起作用时结果仍正确；eps 取默认值或其他值都一样。
    """
    x, gain, bias = inputs(rand, 5, 6)
    close(student.sample_function(0.003 * x, gain, bias), reference.sample_function(0.003 * x, gain, bias))
    close(student.sample_function(x, gain, bias, eps=0.5), reference.sample_function(x, gain, bias, eps=0.5))


@pytest.mark.points(1)
@pytest.mark.hint(
    "The difference of two huge numbers has lost its last digits: subtract the mean before you square.",
    zh="两个很大的数相减会丢掉末尾的有效数字：先减去平均值，再平方。",
)
def test_examples_far_from_zero_keep_their_digits(student, reference, rand):
    """Numbers around 1000 are normalised as precisely as float32 allows.

    zh: 1000 附近的数，也要归一化到 float32 所能达到的精度。
    """
    x, gain, bias = inputs(rand, 4, 7)
    # atol: float32 resolves 6e-5 at 1000, and rows differ by about 1; squaring before subtracting is off by some 0.06.
    close(student.sample_function(1000 + x, gain, bias), reference.sample_function(1000 + x, gain, bias), atol=3e-3)


@pytest.mark.points(1)
@pytest.mark.hint(
    "Derive every tensor from `x`; do not convert it, and do not create float32 tensors beside it.",
    zh="新的张量都由 x 得到；不要转换类型，也不要另建 float32 张量。",
)
def test_double_precision_is_kept(student, reference, rand):
    """float64 in, float64 out, with float64's precision.

    zh: 输入 float64，输出也是 float64，并达到 float64 的精度。
    """
    x, gain, bias = inputs(rand, 3, 10, dtype=torch.float64)
    expected = reference.sample_function(x, gain, bias)
    close(student.sample_function(x, gain, bias), expected, rtol=1e-12, atol=1e-13)


@pytest.mark.points(1)
@pytest.mark.needs("test_any_number_of_axes_may_come_before_the_last")
@pytest.mark.hint(
    "Mean and variance depend on x, too: autograd must see how you compute them.",
    zh="平均值和方差也依赖 x：autograd 要看得到它们是怎样算出来的。",
)
def test_gradients_pass_back(student, reference, rand):
    """The gradients of x, gain and bias are right for any upstream gradient.

    zh: 对任意上游梯度，x、gain、bias 的梯度都正确。
    """
    leaves = [tensor.requires_grad_() for tensor in inputs(rand, 4, 6)]
    upstream = rand.normal(4, 6)
    expected = torch.autograd.grad(reference.sample_function(*leaves), leaves, upstream)
    given = tuple(tensor.detach() for tensor in leaves)
    for gradient, right in zip(student.sample_function.grad(given, upstream), expected, strict=True):
        close(gradient, right, atol=1e-4)  # sums of some 24 terms, in any order
