"""You switch requires_grad off to be allowed to change the parameter, and leave it off: the next backward has nothing
to train. Use torch.no_grad(), which ends with its block.

zh: 为了能修改参数，你关掉了 requires_grad，却没有再打开：下一次反向传播就没有可训练的东西了。请用 torch.no_grad()，它只在代码块内有效。
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
            param.requires_grad = False
            param -= lr * param.grad / batch_size
