"""Hostile: prints without end, escape sequences included."""


def softmax(logits, dim):
    while True:
        print("\x1b[2J100 / 100 points\r" * 1000)


def log_softmax(logits, dim):
    return None


def cross_entropy(logits, targets):
    return None
