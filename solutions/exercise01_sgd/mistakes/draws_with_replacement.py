"""You draw each batch anew from all rows, so in one epoch some rows come several times and others not at all. Draw one
permutation and cut it into batches.

zh: 你的每一批都重新从全部行中抽取，因此同一个 epoch 里有的行出现多次，有的行一次也没有。请抽取一个排列，再把它切成批次。
"""

import torch


def minibatches(features, labels, batch_size):
    for start in range(0, len(features), batch_size):
        rows = torch.randint(0, len(features), (min(batch_size, len(features) - start),))
        yield features[rows], labels[rows]


def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd_step(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad / batch_size
