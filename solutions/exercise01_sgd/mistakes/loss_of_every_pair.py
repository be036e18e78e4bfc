"""A column (n, 1) minus a row (n,) broadcasts to (n, n): you compared every prediction with every target. Give both
the same shape before you subtract.

zh: 列 (n, 1) 减去一维的 (n,) 会广播成 (n, n)：你把每个预测值与每个标签都比较了一遍。相减之前，请先让两者形状相同。
"""

import torch


def minibatches(features, labels, batch_size):
    order = torch.randperm(len(features))
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        yield features[rows], labels[rows]


def squared_loss(y_hat, y):
    return (y_hat - y) ** 2 / 2


def sgd_step(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad / batch_size
