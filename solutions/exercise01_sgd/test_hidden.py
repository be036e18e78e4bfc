"""Hidden tests of exercise01."""

import pytest
import torch

from grader.examination import close

# ------------------------------------------------------------------------------------------------ minibatches


@pytest.mark.points(1)
@pytest.mark.hint(
    "The rows that do not fill a whole batch still belong to the epoch: how many batches does 11 / 4 make?",
    zh="凑不满一批的那几行仍然属于这个 epoch：11 行、每批 4 行，应该有几批？",
)
def test_short_tail_is_kept(student):
    """When the batch size does not divide the number of rows, the last batch is shorter.

    zh: 批大小不能整除行数时，最后一批较短，但不能丢掉。
    """
    # All rows are alike, so that the answer does not depend on the order.
    batches = list(student.minibatches(torch.ones(11, 3), torch.ones(11), 4))
    close([tuple(x.shape) for x, _ in batches], [(4, 3), (4, 3), (3, 3)])
    close([tuple(y.shape) for _, y in batches], [(4,), (4,), (3,)])


@pytest.mark.points(0.5)
@pytest.mark.hint(
    "Count the batches of an epoch whose rows divide evenly. Is there one too many?",
    zh="行数恰好整除时，数一数一个 epoch 有几批：是不是多了一批？",
)
def test_no_empty_batch_when_the_size_divides(student):
    """When the batch size divides the number of rows, all batches are full and none is empty.

    zh: 批大小整除行数时，每批都是满的，也没有空批次。
    """
    batches = list(student.minibatches(torch.ones(12, 2), torch.ones(12, 1), 4))
    close([tuple(y.shape) for _, y in batches], [(4, 1), (4, 1), (4, 1)])


@pytest.mark.points(0.5)
@pytest.mark.hint(
    "With more room than rows there is one batch, with all the rows.",
    zh="批大小超过行数时，只有一批，包含全部行。",
)
def test_batch_larger_than_the_data(student):
    """A batch size above the number of rows gives one batch with every row.

    zh: 批大小超过行数时，得到一个包含全部行的批次。
    """
    batches = list(student.minibatches(torch.ones(3, 2), torch.ones(3), 8))
    close([tuple(x.shape) for x, _ in batches], [(3, 2)])


@pytest.mark.points(1)
@pytest.mark.hint(
    "Collect the labels of one epoch and sort them. Are any missing, or there twice?",
    zh="收集一个 epoch 的全部标签并排序：有没有缺失或重复？",
)
def test_every_row_exactly_once(student):
    """An epoch visits every row exactly once.

    zh: 一个 epoch 恰好访问每一行一次。
    """
    labels = torch.arange(23)
    seen = torch.cat([y for _, y in student.minibatches(torch.ones(23, 2), labels, 5)])
    close(seen.sort().values, labels)


@pytest.mark.points(1.5)
@pytest.mark.hint(
    "Features and labels must be picked by the same row numbers.",
    zh="特征和标签必须用同一组行号来取。",
)
def test_rows_keep_their_labels(student, rand):
    """Every row, an image as well, comes with its own label.

    zh: 每一行（包括图像）都与自己的标签一同出现。
    """
    images = rand.normal(17, 2, 3)
    labels = rand.permutation(17)
    image_of_label = torch.empty_like(images)
    image_of_label[labels] = images
    batches = list(student.minibatches(images, labels, 6))
    for x, y in batches:
        close(x, image_of_label[y])
    rows = sum(len(y) for _, y in batches)
    assert rows >= 12, f"Two batches of 6 rows are full, but all batches together hold {rows} rows."  # few prove little


@pytest.mark.points(1)
@pytest.mark.needs("test_every_row_exactly_once")
@pytest.mark.hint(
    "Shuffle the row numbers of the whole data set before you cut them into batches.",
    zh="先把整个数据集的行号打乱，然后再切成批次。",
)
def test_rows_are_mixed_across_the_data_set(student):
    """A batch holds rows from all over the data set, in no particular order.

    zh: 每一批的行来自整个数据集，且没有固定次序。
    """
    labels = torch.arange(60)
    batches = [y for _, y in student.minibatches(torch.ones(60, 1), labels, 10) if len(y) > 0]
    blocks = [y for y in batches if int(y.max() - y.min()) == len(y) - 1]  # a shuffle does this once in 10^8
    assert not blocks, f"{len(blocks)} of {len(batches)} batches hold only rows that lie side by side in the data set."
    order = torch.cat(batches)
    kept = int((order[1:] - order[:-1] == 1).sum())  # about 1 in a shuffle; above 15 once in 10^13
    assert kept <= 15, f"{kept} of 59 neighbours are still neighbours; a shuffle leaves about 1."


@pytest.mark.points(1)
@pytest.mark.needs("test_every_row_exactly_once")
@pytest.mark.hint(
    "Draw the order anew in each call, and leave the random seed to the caller.",
    zh="每次调用都要重新抽取顺序，随机种子则交给调用者去设。",
)
def test_second_epoch_has_another_order(student):
    """A second call visits the rows in another order.

    zh: 第二次调用时，各行的次序与第一次不同。
    """
    features, labels = torch.ones(64, 1), torch.arange(64)
    first, second = (torch.cat([y for _, y in student.minibatches(features, labels, 8)]) for _ in range(2))
    assert not torch.equal(first, second), "Both epochs visit the 64 rows in the very same order."


@pytest.mark.points(0.5)
@pytest.mark.hint(
    "Hand over a batch with `yield` instead of collecting all of them in a list.",
    zh="用 `yield` 逐个交出批次，而不是把它们全部收集到列表里。",
)
def test_batches_come_one_at_a_time(student, rand):
    """The result is a generator: the next batch is there when you ask for it.

    zh: 返回的是生成器：需要时才给出下一批。
    """
    batches = student.minibatches(rand.normal(9, 2), rand.normal(9), 4)
    assert iter(batches) is batches, "minibatches returned a finished collection of batches, not a generator."
    x, y = next(batches)
    close((tuple(x.shape), tuple(y.shape)), ((4, 2), (4,)))


@pytest.mark.points(0.5)
@pytest.mark.needs("test_batches_come_one_at_a_time")
@pytest.mark.hint(
    "Shuffle row numbers, not data: read a batch from `features` only when it is its turn.",
    zh="要打乱的是行号而不是数据：轮到某一批时，才从 `features` 里读取。",
)
def test_batch_is_read_only_when_it_is_its_turn(student, remote):
    """A batch is read from the data set when it is asked for, not before.

    zh: 只有轮到某一批时，才从数据集中读取它。
    """
    features = remote.torch.zeros(12, 2)
    batches = student.minibatches(features, remote.torch.zeros(12), 4)
    close(next(batches)[0], torch.zeros(4, 2))
    features.fill_(7.0)  # what was copied in advance does not see this
    close(next(batches)[0], torch.full((4, 2), 7.0))


@pytest.mark.points(0.5)
@pytest.mark.needs("test_rows_keep_their_labels")
@pytest.mark.hint(
    "Index the tensors as they are: no new tensor from lists, no view of their memory, no squeeze.",
    zh="直接对原张量做索引：不要经由列表新建张量，不要对其内存做 view，也不要 squeeze。",
)
def test_layout_and_dtype_do_not_matter(student, rand):
    """Transposed float64 features and two-column targets are cut into batches just as well.

    zh: 转置得到的 float64 特征和两列的标签，同样能正确分批。
    """
    features = rand.normal(3, 9, dtype=torch.float64).T
    targets = torch.stack([torch.arange(9.0), -torch.arange(9.0)], dim=1)
    batches = list(student.minibatches(features, targets, 4))
    for x, y in batches:
        numbers = y[:, 0].long()
        close(y, targets[numbers])
        close(x, features[numbers])
    rows = sum(len(y) for _, y in batches)
    assert rows >= 8, f"Two batches of 4 rows are full, but all batches together hold {rows} rows."


# ----------------------------------------------------------------------------------------------- squared_loss


@pytest.mark.points(0.5)
@pytest.mark.hint(
    "y_hat decides the shape of the result; y has to follow.",
    zh="结果的形状由 y_hat 决定，y 要向它看齐。",
)
def test_flat_predictions_against_a_column_of_targets(student, reference, rand):
    """Predictions (7,) against targets (7, 1) give losses of shape (7,).

    zh: 预测值 (7,) 与标签 (7, 1) 应得到形状为 (7,) 的损失。
    """
    y_hat, y = rand.normal(7), rand.normal(7, 1)
    close(student.squared_loss(y_hat, y), reference.squared_loss(y_hat, y))


@pytest.mark.points(0.5)
@pytest.mark.hint(
    "A table that lies transposed in memory has no flat view. Which operation copies where it must?",
    zh="在内存中转置存放的表没有一维视图。哪个操作会在必要时拷贝？",
)
def test_targets_that_have_no_flat_view(student, reference, rand):
    """Predictions (6,) against a transposed float64 table of targets (3, 2) give float64 losses of shape (6,).

    zh: 预测值 (6,) 与转置得到的 float64 标签表 (3, 2) 应得到形状为 (6,) 的 float64 损失。
    """
    y_hat, y = rand.normal(6, dtype=torch.float64), rand.normal(2, 3, dtype=torch.float64).T
    close(student.squared_loss(y_hat, y), reference.squared_loss(y_hat, y))


@pytest.mark.points(1)
@pytest.mark.hint(
    "One loss per element: neither sum nor mean, and no assumption that there is one output only.",
    zh="每个元素一个损失：既不求和也不取平均，也不要假定只有一个输出。",
)
def test_several_outputs_stay_apart(student, reference, rand):
    """Predictions of shape (5, 3) give (5, 3) losses, one per output.

    zh: 形状为 (5, 3) 的预测值给出 (5, 3) 个损失，每个输出一个。
    """
    y_hat, y = rand.normal(5, 3), rand.normal(3, 5).T
    close(student.squared_loss(y_hat, y), reference.squared_loss(y_hat, y))


@pytest.mark.points(0.5)
@pytest.mark.hint(
    "A batch of one is still a batch: does your shape survive n = 1?",
    zh="只有一个样本的批次也是批次：n = 1 时你的形状还对吗？",
)
def test_single_prediction_keeps_its_axes(student):
    """A single prediction of shape (1, 1) keeps both axes.

    zh: 形状为 (1, 1) 的单个预测值应保留两个轴。
    """
    close(student.squared_loss(torch.tensor([[2.0]]), torch.tensor([-1.0])), torch.tensor([[4.5]]))


@pytest.mark.points(0.5)
@pytest.mark.hint(
    "Let torch promote: a float prediction minus a whole-number target is a float, and half of it is too.",
    zh="交给 torch 做类型提升：浮点预测值减去整数标签是浮点数，它的一半也是。",
)
def test_whole_number_targets(student):
    """Integer targets against float32 predictions give float32 losses.

    zh: 整数标签与 float32 预测值应得到 float32 的损失。
    """
    y_hat, y = torch.tensor([[0.5], [2.0], [1.0], [-1.0]]), torch.tensor([1, 5, 1, 2])
    close(student.squared_loss(y_hat, y), torch.tensor([[0.125], [4.5], [0.0], [4.5]]))


@pytest.mark.points(1)
@pytest.mark.hint(
    "The derivative of half a square is the difference itself. Do not leave the graph (.data, .detach, NumPy).",
    zh="半个平方的导数就是差本身。不要离开计算图（.data、.detach、NumPy）。",
)
def test_gradient_is_the_difference(student, rand):
    """The gradient with respect to the predictions is y_hat - y, times the upstream gradient.

    zh: 对预测值的梯度是 y_hat - y，再乘以上游梯度。
    """
    y_hat, y, upstream = rand.normal(6, 1), rand.normal(6), rand.normal(6, 1)
    gradient = student.squared_loss.grad((y_hat, y), upstream)[0]
    close(gradient, upstream * (y_hat - y.unsqueeze(1)))


# --------------------------------------------------------------------------------------------------- sgd_step


@pytest.mark.points(1.5)
@pytest.mark.hint(
    "Subtract lr * grad / batch_size from the tensor itself, without autograd watching.",
    zh="在不被自动求导记录的前提下，从张量本身减去 lr * grad / batch_size。",
)
def test_every_parameter_moves_by_its_average_gradient(student, rand):
    """Parameters of different shapes, a scalar too, all move by lr times their average gradient.

    zh: 不同形状的参数（包括标量）都移动“学习率乘以平均梯度”。
    """
    params = (rand.normal(3, 4), rand.normal(4), torch.tensor(0.5))
    for param in params:
        param.requires_grad_()
        param.grad = 10 * rand.normal(param.numel()).reshape(param.shape)
    expected = [param.detach() - 0.3 * param.grad / 7 for param in params]
    student.sgd_step(list(params), 0.3, 7)  # a list of its own: putting new tensors into it does not count
    close([param.detach() for param in params], expected)


@pytest.mark.points(0.5)
@pytest.mark.needs("test_every_parameter_moves_by_its_average_gradient")
@pytest.mark.hint(
    "A step depends on its own arguments only: nothing is remembered from the step before.",
    zh="每一步只取决于本次的参数：不要记住上一步的任何东西。",
)
def test_second_step_with_a_shorter_batch(student, rand):
    """A second step, with a batch of another size, goes on from where the first ended.

    zh: 第二步的批大小不同，它从第一步的结果继续。
    """
    weight = rand.normal(2, 3, dtype=torch.float64).requires_grad_()
    first, second = rand.normal(2, 3, dtype=torch.float64), rand.normal(2, 3, dtype=torch.float64)
    expected = weight.detach() - 0.25 * first / 7 - 0.5 * second / 3
    weight.grad = first
    student.sgd_step([weight], 0.25, 7)
    weight.grad = second
    student.sgd_step([weight], 0.5, 3)
    close(weight.detach(), expected)


@pytest.mark.points(0.5)
@pytest.mark.needs("test_every_parameter_moves_by_its_average_gradient")
@pytest.mark.hint(
    "In place means in the same memory: `param.data = ...` gives the tensor new memory instead.",
    zh="“原地”指的是同一块内存：`param.data = ...` 却让张量换了一块新内存。",
)
def test_step_writes_into_the_parameters_own_memory(student, rand):
    """A parameter that is a view of a larger table changes the table, and only its own part of it.

    zh: 参数若是一张大表的视图，更新应写进这张表，而且只改动属于它的部分。
    """
    table, gradient = rand.normal(4, 6), rand.normal(4, 3)
    expected = table.clone()
    expected[:, 1::2] -= 0.2 * gradient / 5
    weight = table[:, 1::2]
    weight.grad = gradient
    student.sgd_step([weight], 0.2, 5)
    close(table, expected)


@pytest.mark.points(0.5)
@pytest.mark.needs("test_every_parameter_moves_by_its_average_gradient")
@pytest.mark.hint(
    "Read the gradients, do not write them: the training loop decides when they are cleared.",
    zh="对梯度只读不写：何时清零由训练循环决定。",
)
def test_gradients_are_left_alone(student, rand):
    """The gradients are the same after the step as before.

    zh: 更新之后，梯度与更新之前完全一样。
    """
    weight, gradient = rand.normal(5, 2).requires_grad_(), rand.normal(5, 2)
    weight.grad = gradient.clone()
    student.sgd_step([weight], 0.1, 3)
    close(weight.grad, gradient)


@pytest.mark.points(0.5)
@pytest.mark.needs("test_every_parameter_moves_by_its_average_gradient")
@pytest.mark.hint(
    "Silence autograd for the update, not the parameter for good.",
    zh="应让自动求导在更新期间暂停记录，而不是让参数从此不再求导。",
)
def test_parameters_still_require_grad(student, rand):
    """After the step, the parameters are as trainable as before.

    zh: 更新之后，参数仍与之前一样可以训练。
    """
    weight, fixed = rand.normal(2, 3).requires_grad_(), rand.normal(3)
    weight.grad, fixed.grad = rand.normal(2, 3), rand.normal(3)
    student.sgd_step([weight, fixed], 0.1, 4)
    close((weight.requires_grad, fixed.requires_grad), (True, False))


@pytest.mark.points(0.5)
@pytest.mark.needs("test_every_parameter_moves_by_its_average_gradient")
@pytest.mark.hint(
    "No gradient means no step for this parameter, and the others still move.",
    zh="没有梯度的参数不更新，但其余参数照常更新。",
)
def test_parameter_without_a_gradient_is_skipped(student, rand):
    """A parameter whose grad is None stays, and those after it still move.

    zh: grad 为 None 的参数保持不变，它后面的参数照常更新。
    """
    frozen, weight = rand.normal(3).requires_grad_(), rand.normal(2).requires_grad_()
    weight.grad = rand.normal(2)
    expected = (frozen.detach().clone(), weight.detach() - 0.4 * weight.grad / 6)
    student.sgd_step((frozen, weight), 0.4, 6)
    close((frozen.detach(), weight.detach()), expected)


# --------------------------------------------------------------------------------------------- all together


@pytest.mark.points(1)
@pytest.mark.needs(
    "test_rows_keep_their_labels",
    "test_gradient_is_the_difference",
    "test_every_parameter_moves_by_its_average_gradient",
)
@pytest.mark.hint(
    "Run one epoch by hand with 11 rows in batches of 4, and print the weight after every step.",
    zh="用 11 行数据、每批 4 行手动跑一个 epoch，并在每一步之后打印权重。",
)
def test_one_epoch_of_all_three(student, rand):
    """An epoch made of your three functions takes the steps of minibatch SGD, the short tail included.

    zh: 用你的三个函数跑一个 epoch，每一步都与小批量 SGD 一致，包括较短的最后一批。
    """
    features, targets = rand.normal(11, 3), rand.normal(11)
    weight, expected, rows = torch.zeros(3, 1), torch.zeros(3, 1), 0
    for x, y in student.minibatches(features, targets, 4):
        slope = student.squared_loss.grad((x @ weight, y), torch.ones(len(y), 1))[0]
        weight.grad = x.T @ slope
        student.sgd_step([weight], 0.1, len(y))
        expected = expected - 0.1 * x.T @ (x @ expected - y.unsqueeze(1)) / len(y)
        rows += len(y)
        close(weight, expected)
    close(rows, 11)
