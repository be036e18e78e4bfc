"""You put new tensors into the list, but the model still holds the old ones, and those never move. Change the tensors
themselves.

zh: 你把新张量放进了列表，但模型手里仍是旧张量，它们纹丝不动。请修改张量本身。
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
        for i in range(len(params)):
            if params[i].grad is not None:
                params[i] = params[i] - lr * params[i].grad / batch_size
