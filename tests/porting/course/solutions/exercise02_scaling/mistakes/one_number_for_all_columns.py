"""You take one mean and one deviation of the whole table. Each column has its own: average over the rows."""

import numpy as np


def fit(x):
    return np.full(x.shape[1], x.mean()), np.full(x.shape[1], x.std())


def apply(x, mean, std):
    return (x - mean) / np.where(std == 0, 1, std)
