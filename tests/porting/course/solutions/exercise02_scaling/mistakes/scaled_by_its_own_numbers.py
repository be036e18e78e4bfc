"""You compute mean and deviation anew in `apply`. A test set must be scaled with the numbers of the training set: use
the two arguments.
"""

import numpy as np


def fit(x):
    return x.mean(axis=0), x.std(axis=0)


def apply(x, mean, std):
    mean, std = fit(x)
    return (x - mean) / np.where(std == 0, 1, std)
