"""You clip the end of the last batch to N - 1, but the end of a slice is already exclusive, so the last row of the
shuffled order is lost in every epoch.

zh: 你把最后一批的终点截到了 N - 1，但切片的终点本来就不包含在内，于是每个 epoch 都会丢掉打乱后的最后一行。
"""

import torch


def minibatches(features, labels, batch_size):
    order = torch.randperm(len(features))
    for start in range(0, len(order), batch_size):
        rows = order[start : min(start + batch_size, len(order) - 1)]
        yield features[rows], labels[rows]


def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd_step(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad / batch_size
