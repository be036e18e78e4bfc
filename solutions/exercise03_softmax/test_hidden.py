"""Hidden tests of exercise03: any axis, extreme logits, masks, precision and gradients."""

import pytest
import torch

from grader.examination import close
from grader.examination.property import floats, for_all, sampled_from, shapes, tensors


def whole_logits(rand, *shape):
    """Return float32 logits that are whole numbers, so that adding a large whole number is exact."""
    return rand.integers(-5, 6, *shape).float()


@pytest.mark.points(2)
@pytest.mark.hint(
    "Which axes did you name by a number of your own? `dim` may be any axis, the first and a middle one too.",
    zh="你在代码里写死了哪一根轴？dim 可以是任意一根轴，包括第一根和中间的轴。",
)
@for_all(
    logits=tensors(shapes(min_dims=2, max_dims=3, max_side=4), elements=floats(-5, 5)),
    dim=sampled_from([0, 1, -1, -2]),
    max_examples=16,
)
def test_any_axis_can_be_normalised(student, reference, logits, dim):
    """Softmax and log-softmax work along any axis of tensors of any shape.
    zh: 无论张量是什么形状，softmax 与 log_softmax 沿任意一根轴都正确。
    """
    close(student.softmax(logits, dim=dim), reference.softmax(logits, dim=dim))
    close(student.log_softmax(logits, dim=dim), reference.log_softmax(logits, dim=dim))


@pytest.mark.points(3)
@pytest.mark.hint(
    "float32 cannot hold exp(89). Which constant can you subtract from a row without changing its softmax?",
    zh="float32 放不下 exp(89)。从一行中减去哪个常数，softmax 的结果不变？",
)
def test_a_common_shift_changes_nothing(student, reference, rand):
    """Adding 1000 to every logit, or subtracting it, changes no result.
    zh: 所有 logit 同时加上或减去 1000，结果不变。
    """
    logits = whole_logits(rand, 4, 7)
    targets = rand.integers(0, 7, 4)
    # atol: also right is logits - (maximum + log of the sum), which rounds to 6e-5 at 1000 in float32.
    close(student.softmax(logits + 1000, dim=-1), reference.softmax(logits, dim=-1), atol=3e-4)
    close(student.log_softmax(logits - 1000, dim=-1), reference.log_softmax(logits, dim=-1), atol=5e-4)
    close(student.cross_entropy(logits + 1000, targets), reference.cross_entropy(logits, targets), atol=5e-4)


@pytest.mark.points(2)
@pytest.mark.needs("test_a_common_shift_changes_nothing")
@pytest.mark.hint(
    "A constant that saves one row can ruin another row: whose constant is it?",
    zh="对一行合适的常数可能毁掉另一行：这个常数应该属于谁？",
)
def test_rows_far_apart_do_not_disturb_each_other(student, reference, rand):
    """Rows around +300, 0 and -300 are each right in one batch.
    zh: 同一批中分别在 +300、0、-300 附近的各行都正确。
    """
    near = whole_logits(rand, 3, 6)
    logits = near + torch.tensor([[300.0], [0.0], [-300.0]])
    close(student.softmax(logits, dim=-1), reference.softmax(near, dim=-1), atol=3e-4)
    close(student.log_softmax(logits, dim=-1), reference.log_softmax(near, dim=-1), atol=3e-4)


@pytest.mark.points(2)
@pytest.mark.hint(
    "A probability can round to 0 while its logarithm is an ordinary number: which of the two do you compute first?",
    zh="概率可能舍入为 0，而它的对数仍是普通的数：你先算的是哪一个？",
)
def test_hopeless_classes_keep_a_finite_logarithm(student, reference, rand):
    """With logits between -1e4 and 1e4, log-probabilities and loss are finite and right.
    zh: logits 在 -1e4 到 1e4 之间时，对数概率和损失都有限且正确。
    """
    logits = torch.stack([torch.linspace(-10000, 10000, 5)[rand.permutation(5)] for _ in range(3)])
    close(student.log_softmax(logits, dim=-1), reference.log_softmax(logits, dim=-1))
    targets = logits.argmin(dim=1)
    close(student.cross_entropy(logits, targets), reference.cross_entropy(logits, targets))


@pytest.mark.points(1)
@pytest.mark.hint(
    "Follow one -inf through your lines by hand: after the shift, after exp, after the logarithm.",
    zh="手工跟踪一个 -inf：减去常数之后、取 exp 之后、取对数之后分别是什么？",
)
def test_masked_classes_get_probability_zero(student, reference, rand):
    """A logit of -inf gets probability exactly 0 and log-probability -inf.
    zh: 为 -inf 的 logit，概率恰为 0，对数概率为 -inf。
    """
    logits = rand.normal(3, 6)
    masked = torch.zeros(3, 6, dtype=torch.bool)
    masked[0, rand.integers(0, 6)] = True
    masked[2, 1:5] = True
    logits[masked] = -torch.inf
    probabilities = student.softmax(logits, dim=-1)
    close(probabilities, reference.softmax(logits, dim=-1))
    close(probabilities[masked], torch.zeros(5), rtol=0.0, atol=0.0)
    close(student.log_softmax(logits, dim=-1), reference.log_softmax(logits, dim=-1))


@pytest.mark.points(1)
@pytest.mark.hint(
    "Only the target's log-probability may enter the loss: what is 0 times -inf?",
    zh="只有目标类别的对数概率能进入损失：0 乘以 -inf 等于什么？",
)
def test_loss_ignores_masked_classes(student, reference, rand):
    """Classes masked with -inf leave the loss and its gradient finite.
    zh: 用 -inf 屏蔽的类别不会使损失和梯度变成非有限值。
    """
    logits = rand.normal(4, 5)
    logits[:, 3] = -torch.inf
    targets = torch.tensor([0, 4, 2, 1])[rand.permutation(4)]
    close(student.cross_entropy(logits, targets), reference.cross_entropy(logits, targets))
    gradient, _ = student.cross_entropy.grad((logits, targets))
    close(gradient, loss_gradient(reference, logits, targets))


@pytest.mark.points(1)
@pytest.mark.hint(
    "Derive new tensors from `logits`; do not convert it, and do not create float32 tensors beside it.",
    zh="新的张量都由 logits 得到；不要转换它的类型，也不要另建 float32 张量。",
)
def test_double_precision_is_kept(student, reference, rand):
    """float64 logits give float64 results, right to float64's precision.
    zh: float64 的 logits 得到 float64 的结果，精度也是 float64 的。
    """
    logits = rand.normal(3, 8, dtype=torch.float64)
    targets = rand.integers(0, 8, 3)
    close(student.softmax(logits, dim=-1), reference.softmax(logits, dim=-1), rtol=1e-12, atol=1e-13)
    close(student.cross_entropy(logits, targets), reference.cross_entropy(logits, targets), rtol=1e-12, atol=1e-13)


@pytest.mark.points(2)
@pytest.mark.needs("test_any_axis_can_be_normalised")
@pytest.mark.hint(
    "Every step from logits to result must be a differentiable tensor operation that autograd has seen.",
    zh="从 logits 到结果的每一步都必须是 autograd 记录下来的可微张量运算。",
)
def test_softmax_passes_gradients_back(student, reference, rand):
    """The gradient of softmax is right for an arbitrary upstream gradient.
    zh: 对任意上游梯度，softmax 的梯度都正确。
    """
    logits = rand.normal(4, 6)
    upstream = rand.normal(4, 6)
    (gradient,) = student.softmax.grad((logits,), upstream, dim=-1)
    shares = reference.softmax(logits, dim=-1)
    close(gradient, shares * (upstream - (shares * upstream).sum(dim=-1, keepdim=True)))


@pytest.mark.points(1)
@pytest.mark.hint(
    "Where does your code assume a number of classes, a number of rows, or that it is called only once?",
    zh="你的代码在哪里假设了类别数、行数，或者只被调用一次？",
)
def test_loss_holds_for_any_number_of_classes(student, reference, rand):
    """The loss is right for 2 and 12 classes, for one row, and on a second call.
    zh: 类别数为 2 或 12、只有一行、以及第二次调用时，损失都正确。
    """
    for rows, classes in ((5, 2), (1, 12), (1, 12)):
        logits = 2 * rand.normal(rows, classes)
        targets = rand.integers(0, classes, rows)
        close(student.cross_entropy(logits, targets), reference.cross_entropy(logits, targets))


@pytest.mark.points(2)
@pytest.mark.needs("test_loss_holds_for_any_number_of_classes", "test_a_common_shift_changes_nothing")
@pytest.mark.hint(
    "By hand, the gradient of the loss is (softmax - one-hot) / N. Is every step of yours seen by autograd?",
    zh="手算可得损失的梯度为 (softmax - one-hot) / N。你的每一步 autograd 都记录了吗？",
)
def test_loss_passes_gradients_back(student, reference, rand):
    """The gradient of the loss is right, also for large logits.
    zh: 损失的梯度正确，logits 很大时也一样。
    """
    logits = whole_logits(rand, 5, 7) + 100  # float32 overflows in exp, and still resolves 8e-6 here
    targets = rand.integers(0, 7, 5)
    gradient, _ = student.cross_entropy.grad((logits, targets))
    close(gradient, loss_gradient(reference, logits, targets))


def loss_gradient(reference, logits, targets):
    """Return the gradient of the mean cross-entropy, worked out by hand.

    Shapes: logits (N, C), targets (N,) -> (N, C).
    """
    gradient = reference.softmax(logits, dim=1)
    gradient[torch.arange(len(targets)), targets] -= 1
    return gradient / len(targets)
