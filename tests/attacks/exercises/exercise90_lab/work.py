"""Small functions."""


def standardise(x):
    """Shift and scale each column to mean 0 and population deviation 1. Shapes: (N, D) -> (N, D)."""
    raise NotImplementedError


def squared_error(prediction, target):
    """Return the mean of the squared differences. Shapes: (N,), (N,) -> ()."""
    raise NotImplementedError


def descend(weights, gradient, lr):
    """Move the weights against the gradient, in place; return nothing."""
    raise NotImplementedError


def above(x, limit):
    """Return where x is larger than the limit, as booleans of the same shape."""
    raise NotImplementedError


def batches(x, size):
    """Yield the rows of x, so many at a time, in order."""
    raise NotImplementedError


def fit(measure, count):
    """Return the i in 0 ... count - 1 for which measure(i) is least."""
    raise NotImplementedError
