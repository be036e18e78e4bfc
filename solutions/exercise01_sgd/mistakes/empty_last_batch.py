"""N // batch_size + 1 batches are one too many when the size divides N: the last one is empty, and its mean loss
would be NaN. Round up, or step through the row numbers.

zh: 当批大小恰好整除 N 时，N // batch_size + 1 会多出一批：最后一批是空的，它的平均损失会是 NaN。应当向上取整，或者按步长遍历行号。
"""

import torch


def minibatches(features, labels, batch_size):
    order = torch.randperm(len(features))
    for i in range(len(features) // batch_size + 1):
        rows = order[i * batch_size : (i + 1) * batch_size]
        yield features[rows], labels[rows]


def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd_step(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad / batch_size
