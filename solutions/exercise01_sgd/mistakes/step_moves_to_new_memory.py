"""Assigning to param.data gives the parameter a new piece of memory. The values look right, but every view of the old
memory keeps the old weights; write into it instead.

zh: 给 param.data 赋值会让参数换用一块新内存。数值看似没错，但指向旧内存的视图仍保留旧权重；应当写入原来的内存。
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
            param.data = param.data - lr * param.grad / batch_size
