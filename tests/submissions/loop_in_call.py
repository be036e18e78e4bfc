"""Hostile: never returns from a call."""


def softmax(logits, dim):
    while True:
        pass


def log_softmax(logits, dim):
    return logits.log_softmax(dim)


def cross_entropy(logits, targets):
    return logits.sum()
