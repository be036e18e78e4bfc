"""You divide by the number of rows of the parameter. That number has nothing to do with the batch; divide by
batch_size.

zh: 你除以的是参数自身的行数，它与批次毫无关系。请除以 batch_size。
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
            if param.grad is not None:
                rows = param.shape[0] if param.dim() > 0 else 1
                param -= lr * param.grad / rows
