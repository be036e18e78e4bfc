"""The reference of exercise94. @REFERENCE_SECRET@"""

import torch


def softplus(x):
    return torch.logaddexp(x, torch.zeros_like(x))


def counts(labels):
    return {label: labels.count(label) for label in labels}
