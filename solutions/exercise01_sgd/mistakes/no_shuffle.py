"""Your batches follow the order in which the data is stored. If it is sorted by class, every batch sees one class
only: draw a random order of the rows first.

zh: 你的批次按数据存放的次序取出。假如数据按类别排好序，每一批就只会看到一个类别：请先为各行抽取一个随机顺序。
"""

import torch


def minibatches(features, labels, batch_size):
    for start in range(0, len(features), batch_size):
        yield features[start : start + batch_size], labels[start : start + batch_size]


def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd_step(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad / batch_size
