"""Functions that are given parts of larger tensors."""


def predict(x, y, queries):
    """Return the labels of `queries`, those of `x` being `y`, linear in it. Shapes: (N, D), (N,), (M, D) -> (M,)."""
    raise NotImplementedError


def double(column):
    """Return twice the column. Shapes: (N,) -> (N,), of tensors and of arrays."""
    raise NotImplementedError


def least(measure, count):
    """Return the i in 0 ... count - 1 for which measure(i), a tensor, is least, as an int."""
    raise NotImplementedError


def descend(weights, gradient):
    """Move the weights against the gradient, in place; return nothing."""
    raise NotImplementedError
