"""You divide the squared distances by D - 1, as `std` and `var` do unless told otherwise: that estimates the variance
of a larger population. Normalising needs the variance of the D numbers themselves, so divide by D.

zh: 你把平方差之和除以了 D - 1（std 和 var 默认如此）：那是在估计更大总体的方差。
归一化要的是这 D 个数自身的方差，应除以 D。
"""

# CHANGE THIS: a mistake is a whole wrong solution, as students write it. Its docstring is what they read when their
# answers match it, so it says what they did and what to do instead. It must lose points.

from torch import Tensor


def sample_function(x: Tensor, gain: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    centred = x - x.mean(dim=-1, keepdim=True)
    return centred / (x.var(dim=-1, keepdim=True) + eps).sqrt() * gain + bias
