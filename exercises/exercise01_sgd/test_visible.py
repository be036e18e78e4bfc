"""Visible tests of exercise01: what you see here is a part of what is graded."""

import pytest
import torch

from grader.examination import close


@pytest.mark.points(1)
@pytest.mark.hint(
    "Draw one random order of the row numbers, then walk through it in strides of batch_size.",
    zh="先为行号抽一个随机顺序，再以 batch_size 为步长依次切取。",
)
def test_five_rows_in_batches_of_two(student):
    """Five rows in batches of 2 come as 2, 2 and 1 rows, and each row comes once, beside its label.

    zh: 五行数据按每批 2 行取出，应得到 2、2、1 行；每行恰好一次，并且与自己的标签在一起。
    """
    features = torch.tensor([[0.0, 0.5], [1.0, 1.5], [2.0, 2.5], [3.0, 3.5], [4.0, 4.5]])
    labels = torch.tensor([0, 10, 20, 30, 40])
    batches = list(student.minibatches(features, labels, 2))
    close([len(batch_labels) for _, batch_labels in batches], [2, 2, 1])
    rows = [(label, *row) for x, y in batches for label, row in zip(y.tolist(), x.tolist(), strict=True)]
    close(sorted(rows), [(0, 0.0, 0.5), (10, 1.0, 1.5), (20, 2.0, 2.5), (30, 3.0, 3.5), (40, 4.0, 4.5)])


@pytest.mark.points(1)
@pytest.mark.hint(
    "Three predictions and three targets make three losses, not nine: bring y into the shape of y_hat first.",
    zh="三个预测值和三个标签只有三个损失，而不是九个：先把 y 变成 y_hat 的形状。",
)
def test_loss_of_a_column_of_predictions(student):
    """Predictions (3, 1) against targets (3,) give three losses, of shape (3, 1).

    zh: 预测值 (3, 1) 与标签 (3,) 应得到三个损失，形状为 (3, 1)。
    """
    y_hat = torch.tensor([[3.1], [4.6], [2.0]])
    y = torch.tensor([1.0, 5.0, 5.0])
    close(student.squared_loss(y_hat, y), torch.tensor([[2.205], [0.08], [4.5]]))


@pytest.mark.points(1)
@pytest.mark.hint(
    "param.grad is a sum over the batch: divide it by batch_size, scale it by lr, subtract it in place.",
    zh="param.grad 是整个批次的总和：除以 batch_size，乘以 lr，再原地减去。",
)
def test_step_of_one_weight(student):
    """A weight that requires grad moves by lr times its average gradient, downhill.

    zh: 一个 requires_grad 的权重沿下降方向移动“学习率乘以平均梯度”。
    """
    weight = torch.tensor([1.0, -2.0, 0.25, 5.0, 3.0], requires_grad=True)
    weight.grad = torch.tensor([4.0, 8.0, -1.2, 2.6, 0.4])
    student.sgd_step([weight], 0.5, 4)
    close(weight.detach(), torch.tensor([0.5, -3.0, 0.4, 4.675, 2.95]))
