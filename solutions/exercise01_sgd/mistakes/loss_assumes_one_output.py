"""You turn the targets into one single column, which fits only models with one output. Ask y_hat for its shape instead
of writing (-1, 1).

zh: 你把标签一律变成了单独一列，这只适用于单输出的模型。不要写死 (-1, 1)，而要使用 y_hat 的形状。
"""

import torch


def minibatches(features, labels, batch_size):
    order = torch.randperm(len(features))
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        yield features[rows], labels[rows]


def squared_loss(y_hat, y):
    if y_hat.dim() == 1:
        return (y_hat - y.reshape(-1)) ** 2 / 2
    return (y_hat - y.reshape(-1, 1)) ** 2 / 2


def sgd_step(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad / batch_size
