"""You shuffle features and labels each with an order of its own, so rows no longer stand beside their labels. Draw
one order of row numbers and index both tensors with it.

zh: 你用两个不同的随机顺序分别打乱了特征和标签，行与标签因此错位。请只抽取一个行号顺序，并用它同时索引两个张量。
"""

import torch


def minibatches(features, labels, batch_size):
    feature_order = torch.randperm(len(features))
    label_order = torch.randperm(len(labels))
    for start in range(0, len(features), batch_size):
        end = start + batch_size
        yield features[feature_order[start:end]], labels[label_order[start:end]]


def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd_step(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad / batch_size
