"""Hostile: ends its process at once, past every handler, with the exit status of success."""

import os


def softmax(logits, dim):
    os._exit(0)


log_softmax = cross_entropy = softmax
