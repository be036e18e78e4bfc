"""You compute on .data, which autograd does not see: the value is right but no gradient can flow back to the model.
Compute on the tensors themselves.

zh: 你在 .data 上计算，自动求导看不到它：数值没错，但梯度无法传回模型。请直接用张量本身计算。
"""

import torch


def minibatches(features, labels, batch_size):
    order = torch.randperm(len(features))
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        yield features[rows], labels[rows]


def squared_loss(y_hat, y):
    return (y_hat.data - y.data.reshape(y_hat.shape)) ** 2 / 2


def sgd_step(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad / batch_size
