"""You set the random seed inside the function, so every epoch sees the very same batches. Seeding belongs at the start
of the program, once; here, just draw.

zh: 你在函数内部设置了随机种子，于是每个 epoch 都得到完全相同的批次。种子只应在程序开头设一次；这里只管抽取即可。
"""

import torch


def minibatches(features, labels, batch_size):
    torch.manual_seed(42)
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
