"""What the course's staff kept."""

import torch


def smooth_labels(y, classes, eps=0.1):
    """Return one row of probabilities for each label: 1 - eps for its class, and eps spread over all classes."""
    rows = torch.full((len(y), classes), eps / classes)
    rows[torch.arange(len(y)), y] += 1 - eps
    return rows
