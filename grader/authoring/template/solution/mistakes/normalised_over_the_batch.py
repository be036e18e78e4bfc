"""You take mean and variance over the first axis, so every example depends on the others in its batch: that is batch
normalisation. Here each example is normalised by itself: take both over the last axis.

zh: 你沿第一根轴求平均值和方差，于是每个样本都受同一批中其他样本的影响：那是批归一化。这里每个样本各自归一化：
应沿最后一根轴求。
"""

# CHANGE THIS: see the other mistake. One file for each misconception that you know of; six are a good number.

from torch import Tensor


def sample_function(x: Tensor, gain: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    centred = x - x.mean(dim=0, keepdim=True)
    variance = (centred**2).mean(dim=0, keepdim=True)
    return centred / (variance + eps).sqrt() * gain + bias
