"""What the course's repository gave out."""

import torch


def smooth_labels(y, classes, eps=0.1):
    """Return one row of probabilities for each label: 1 - eps for its class, and eps spread over all classes."""
    # YOUR CODE HERE
    raise NotImplementedError
