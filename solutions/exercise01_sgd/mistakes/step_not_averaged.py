"""You take the summed gradient as it is, so your step grows with the batch: twice the examples, twice the step. Divide
by batch_size.

zh: 你直接使用了求和得到的梯度，步长因此随批大小增长：样本多一倍，步子就大一倍。请除以 batch_size。
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
                param -= lr * param.grad
