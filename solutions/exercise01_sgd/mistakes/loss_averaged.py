"""You already average the loss over the batch, but one loss per element was asked. The step divides by the batch size,
so averaging here would do it twice.

zh: 你已经对整个批次取了平均，而题目要的是每个元素一个损失。更新参数时还会除以批大小，在这里取平均就等于除了两次。
"""

import torch


def minibatches(features, labels, batch_size):
    order = torch.randperm(len(features))
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        yield features[rows], labels[rows]


def squared_loss(y_hat, y):
    return ((y_hat - y.reshape(y_hat.shape)) ** 2 / 2).mean()


def sgd_step(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad / batch_size
