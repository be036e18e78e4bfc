"""The reference of exercise95. @REFERENCE_SECRET@"""

import numpy as np
import torch


def parts(n, k):
    return [n // k + (at < n % k) for at in range(k)]


def orthogonal(a):
    return torch.linalg.qr(a).Q


def least(cost, points):
    return min(points, key=cost)


def slope(f, x):
    gradient = np.zeros(x.shape)
    for at in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[at] = 1e-5
        gradient[at] = (f(x + step) - f(x - step)) / 2e-5
    return gradient
