"""One function, and one that counts."""


def softplus(x):
    """Return log(1 + exp(x)), so that autograd can go through it. Shapes: (N,) -> (N,)."""
    raise NotImplementedError


def counts(labels):
    """Return how often each label is there, by label: a dict of int to int. `labels` is a list of int."""
    raise NotImplementedError
