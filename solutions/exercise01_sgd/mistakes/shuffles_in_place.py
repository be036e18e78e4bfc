"""You shuffle the caller's own data set: after one epoch the tensors they handed you are in another order. Shuffle row
numbers and leave the data where it is.

zh: 你打乱的是调用者自己的数据集：一个 epoch 之后，对方交给你的张量次序就变了。请打乱行号，数据留在原处不动。
"""

import torch


def minibatches(features, labels, batch_size):
    order = torch.randperm(len(features))
    features[:] = features[order]
    labels[:] = labels[order]
    for start in range(0, len(order), batch_size):
        yield features[start : start + batch_size], labels[start : start + batch_size]


def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd_step(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad / batch_size
