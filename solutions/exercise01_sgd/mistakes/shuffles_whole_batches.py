"""You cut the data into blocks and shuffle the blocks, so the same rows always meet in the same batch. Shuffle the
rows, then cut.

zh: 你先把数据切成块，再打乱块的次序，于是总是同样的那几行凑在一批里。应当先打乱行，再切分。
"""

import torch


def minibatches(features, labels, batch_size):
    batches = list(zip(features.split(batch_size), labels.split(batch_size)))
    full = len(features) // batch_size
    for i in torch.randperm(full).tolist():
        yield batches[i]
    yield from batches[full:]


def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd_step(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad / batch_size
