"""You expect every parameter to have a gradient. A layer that took no part in the loss has grad None: skip it, or the
whole step fails.

zh: 你默认每个参数都有梯度。没有参与损失计算的层，其 grad 是 None：要跳过它，否则整步更新都会失败。
"""

import torch


def minibatches(features, labels, batch_size):
    order = torch.randperm(len(features))
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        yield features[rows], labels[rows]


def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd_step(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad / batch_size
