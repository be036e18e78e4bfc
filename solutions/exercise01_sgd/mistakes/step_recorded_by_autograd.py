"""Autograd is still recording while you change a parameter in place, and refuses to. The update is no part of the
model's computation: put it under torch.no_grad().

zh: 你原地修改参数时自动求导仍在记录，因此它拒绝执行。参数更新不属于模型的计算过程：请放进 torch.no_grad() 里。
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
    for param in params:
        if param.grad is not None:
            param -= lr * param.grad / batch_size
