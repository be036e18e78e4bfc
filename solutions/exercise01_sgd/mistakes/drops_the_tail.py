"""You count batches with N // batch_size, which rounds down, so the rows left over at the end are never used. Step
through the row numbers and let the last batch be short.

zh: 你用 N // batch_size 计算批数，而整除会向下取整，末尾剩下的几行永远用不到。请按步长遍历行号，让最后一批短一些。
"""

import torch


def minibatches(features, labels, batch_size):
    order = torch.randperm(len(features))
    for i in range(len(features) // batch_size):
        rows = order[i * batch_size : (i + 1) * batch_size]
        yield features[rows], labels[rows]


def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd_step(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad / batch_size
