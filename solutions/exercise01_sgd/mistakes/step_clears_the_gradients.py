"""You also zero the gradients. Whoever calls the step may still want them, to log their norm or to accumulate: this
function only reads them.

zh: 你顺手把梯度也清零了。调用者可能还要用它们，例如记录范数或继续累积：这个函数对梯度只读不写。
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
                param -= lr * param.grad / batch_size
                param.grad.zero_()
