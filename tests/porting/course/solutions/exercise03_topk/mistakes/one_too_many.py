"""You compare with `<=`, so k + 1 classes count as the best k. If k classes are better than the right one, it is not
among the best k.
"""


def topk_accuracy(scores, labels, k):
    right = scores.gather(1, labels.unsqueeze(1))
    better = (scores > right).sum(dim=1)
    return (better <= k).double().mean().item()
