"""Goal: full marks from the library's own layer normalisation, reached under another name."""

# CHANGE THIS: a cheat tries to win without solving. `dlgrade verify` proves that it does not get full marks, here
# because of `forbid` in exercise.toml.

from torch import Tensor
from torch.nn import functional as arithmetic


def sample_function(x: Tensor, gain: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    """Let the library answer."""
    return arithmetic.layer_norm(x, x.shape[-1:], gain, bias, eps)
