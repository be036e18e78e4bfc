"""The reference of exercise95. @REFERENCE_SECRET@"""

import torch


def parts(n, k):
    return [n // k + (at < n % k) for at in range(k)]


def orthogonal(a):
    return torch.linalg.qr(a).Q


def least(cost, points):
    return min(points, key=cost)
