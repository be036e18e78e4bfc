"""Visible tests of exercise03: small cases with answers that you can check by hand."""

import pytest
import torch

from grader.examination import close
from grader.examination.property import floats, for_all, size, tensors

N, C = size(1, 4), size(1, 5)  # examples and classes: as many as it takes
# Logits that are logarithms of counts: the softmax of a row is each count's share of the row's total.
COUNTS = torch.tensor([[1.0, 2.0, 1.0], [3.0, 1.0, 4.0], [5.0, 1.0, 10.0]])  # totals 4, 8 and 16


@pytest.mark.visible
@pytest.mark.points(0.5)
@pytest.mark.hint(
    "Write the shape of every intermediate result beside its line: what must be divided by what?",
    zh="在每一行旁写出中间结果的形状：谁应该除以谁？",
)
def test_softmax_turns_each_row_into_shares(student):
    """Each row of logits becomes its own set of probabilities.
    zh: 每一行 logits 各自变成一组概率。
    """
    expected = torch.tensor([[0.25, 0.5, 0.25], [0.375, 0.125, 0.5]])
    close(student.softmax(COUNTS[:2].log(), dim=-1), expected)


@pytest.mark.visible
@pytest.mark.points(0.5)
@pytest.mark.hint(
    "The probabilities of one row are shares of the row's own total.",
    zh="一行的各个概率，是各自在本行总和中所占的份额。",
)
@for_all(logits=tensors((N, C), elements=floats(-5, 5)), max_examples=12)
def test_probabilities_of_each_row_sum_to_one(student, logits):
    """Whatever the logits, the probabilities of each row sum to 1.
    zh: 无论 logits 是什么，每一行的概率之和都是 1。
    """
    close(student.softmax(logits, dim=-1).sum(dim=-1), torch.ones(len(logits)))


@pytest.mark.visible
@pytest.mark.points(1)
@pytest.mark.hint(
    "The logarithm is the natural one: neighbouring logits that differ by 1 have log-probabilities that differ by 1.",
    zh="这里用自然对数：相差 1 的两个 logit，其对数概率也相差 1。",
)
def test_log_softmax_is_the_natural_logarithm(student):
    """Log-probabilities are natural logarithms.
    zh: 对数概率是自然对数。
    """
    logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    expected = torch.tensor([[-0.40760596, -1.40760596, -2.40760596], [-1.09861229, -1.09861229, -1.09861229]])
    close(student.log_softmax(logits, dim=-1), expected)


@pytest.mark.visible
@pytest.mark.points(1)
@pytest.mark.hint(
    "Pick one log-probability per row, the target's; the loss is their mean with the sign turned.",
    zh="每行只取目标类别的那一个对数概率，取平均再变号。",
)
def test_cross_entropy_averages_over_the_rows(student):
    """The loss of three rows is the mean of -ln(1/4), -ln(1/2) and -ln(1/16).
    zh: 三行的损失是 -ln(1/4)、-ln(1/2) 与 -ln(1/16) 的平均值。
    """
    close(student.cross_entropy(COUNTS.log(), torch.tensor([0, 2, 1])), torch.tensor(1.61734344))
