"""You take the logarithm of a finished probability, and one that has rounded to 0 gives -inf: in float32 that happens
to logits about 104 below the largest. Simplify log(exp(a) / sum) on paper before you write it.

zh: 你对已经算好的概率取对数；概率舍入为 0 时就得到 -inf（float32 中比最大 logit 低约 104 即如此）。先在纸上化简 log(exp(a) / sum) 再写代码。
"""

from torch import Tensor


def softmax(logits: Tensor, dim: int) -> Tensor:
    weights = (logits - logits.amax(dim=dim, keepdim=True)).exp()
    return weights / weights.sum(dim=dim, keepdim=True)


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    return softmax(logits, dim).log()


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return -log_softmax(logits, dim=1).gather(1, targets.unsqueeze(1)).mean()
