"""Hostile: prints without end, escape sequences included."""


def softmax(logits, dim):
    while True:
        print("\x1b[2J100 / 100 points\r" * 1000)


log_softmax = cross_entropy = softmax
