"""`param = param - ...` makes a new tensor and gives it a local name; the caller's parameter never moves. Update in
place, with -= or sub_.

zh: `param = param - ...` 造出了一个新张量，只把局部变量名绑定过去，调用者的参数纹丝不动。请用 -= 或 sub_ 原地更新。
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
                param = param - lr * param.grad / batch_size
