"""You collect every batch of the epoch in a list before the first one is used, which needs room for a second copy of
the data. Yield each batch when it is ready.

zh: 你在用到第一批之前，就把整个 epoch 的批次都收集进了列表，这相当于再存一份数据。请用 yield 做好一批就交出一批。
"""

import torch


def minibatches(features, labels, batch_size):
    order = torch.randperm(len(features))
    batches = []
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        batches.append((features[rows], labels[rows]))
    return batches


def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd_step(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad / batch_size
