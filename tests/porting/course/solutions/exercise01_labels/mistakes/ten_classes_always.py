"""You divide by 10 whatever `classes` says. The number of classes is an argument: use it."""

import torch


def smooth_labels(y, classes, eps=0.1):
    rows = torch.full((len(y), classes), eps / 10)
    rows[torch.arange(len(y)), y] += 1 - eps
    return rows
