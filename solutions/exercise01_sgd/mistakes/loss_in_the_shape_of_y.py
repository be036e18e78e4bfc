"""You bend the predictions into the shape of the targets, so the result has the shape of y. It is y that should follow
y_hat.

zh: 你把预测值变成了标签的形状，结果也就成了 y 的形状。应当是 y 向 y_hat 看齐。
"""

import torch


def minibatches(features, labels, batch_size):
    order = torch.randperm(len(features))
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        yield features[rows], labels[rows]


def squared_loss(y_hat, y):
    return (y_hat.reshape(y.shape) - y) ** 2 / 2


def sgd_step(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad / batch_size
