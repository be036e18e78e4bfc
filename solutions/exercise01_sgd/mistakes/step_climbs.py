"""You add the gradient, and the gradient points uphill: the loss grows with each step. Subtract it.

zh: 你加上了梯度，而梯度指向上坡：每走一步损失都会变大。应当减去它。
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
                param += lr * param.grad / batch_size
