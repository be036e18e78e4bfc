"""Layer normalisation over the last axis."""

from torch import Tensor


def sample_function(x: Tensor, gain: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    """Give the numbers of every example mean 0 and variance 1, then scale and shift each feature.

    Shapes: x (..., D) floating, gain (D,), bias (D,) -> the shape and dtype of x. An example is one slice (D,).
    Range:  D equal numbers give `bias`: eps is added to the variance, under the root.
    Source: Ba, Kiros and Hinton, Layer Normalization, 2016.
    """
    # BEGIN SOLUTION
    # CHANGE THIS: students get this file with what lies between the two markers taken out, and a line that raises
    # NotImplementedError in its place. `dlgrade verify --fix` makes their file anew when you change this one.
    centred = x - x.mean(dim=-1, keepdim=True)
    variance = (centred**2).mean(dim=-1, keepdim=True)  # of the D numbers themselves: divided by D, not by D - 1
    return centred / (variance + eps).sqrt() * gain + bias
    # END SOLUTION
