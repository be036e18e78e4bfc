"""Four functions whose results, or calls, a test walks through."""


def parts(n, k):
    """Return k whole numbers that add up to n, as a list."""
    raise NotImplementedError


def orthogonal(a):
    """Return q of the shape of `a` with orthonormal columns that span the same. Shapes: (N, K) -> (N, K)."""
    raise NotImplementedError


def least(cost, points):
    """Return which of the points, pairs of ints, has the least cost."""
    raise NotImplementedError


def slope(f, x):
    """Return the gradient of f, which takes an array like x and returns a number, at x: by central differences."""
    raise NotImplementedError
