"""One function."""


def settle(x, rounds):
    """Return x after its cosine was taken so many times over. Shapes: (N,) -> (N,)."""
    raise NotImplementedError
