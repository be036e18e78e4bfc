"""Your loss is twice what was asked: the half is missing. With it, the derivative is exactly y_hat - y.

zh: 你的损失是题目要求的两倍：漏了系数二分之一。加上它，导数就恰好是 y_hat - y。
"""

import torch


def minibatches(features, labels, batch_size):
    order = torch.randperm(len(features))
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        yield features[rows], labels[rows]


def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2


def sgd_step(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad / batch_size
