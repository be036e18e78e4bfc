"""The reference of exercise93. @REFERENCE_SECRET@"""

import torch


def predict(x, y, queries):
    return queries @ torch.linalg.lstsq(x, y[:, None]).solution[:, 0]


def double(column):
    return column * 2


def least(measure, count):
    return min(range(count), key=lambda index: float(measure(index)))


def descend(weights, gradient):
    weights -= gradient
