"""Hostile: asks for more memory than the exercise allows."""

import torch


def softmax(logits, dim):
    kept = []
    while True:
        kept.append(torch.empty(64, 1024, 1024))


log_softmax = cross_entropy = softmax
