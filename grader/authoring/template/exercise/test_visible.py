"""Visible tests of exercise00: small cases with answers that you can check by hand."""

# CHANGE THIS: students can read this file, so it uses numbers that you worked out, never the reference. Numbers that
# are not round let dlgrade tell a student by which factor an answer is off.

import pytest
import torch

from grader.examination import close


@pytest.mark.points(1)
@pytest.mark.hint(
    "Work the first row out by hand: its mean is 3, and the mean of its squared distances from 3 is 3 as well.",
    zh="先手算第一行：平均值是 3，各数与 3 之差的平方的平均值也是 3。",
)
def test_every_row_gets_mean_0_and_variance_1(student):
    """With gain 1 and bias 0, two rows of 4 numbers get mean 0 and variance 1.

    zh: gain 为 1、bias 为 0 时，两行（每行 4 个数）的平均值变为 0，方差变为 1。
    """
    x = torch.tensor([[2.0, 2.0, 2.0, 6.0], [0.0, 1.0, 3.0, 8.0]])
    expected = torch.tensor(
        [[-0.57735027, -0.57735027, -0.57735027, 1.73205081], [-0.97332853, -0.64888568, 0.0, 1.62221421]]
    )
    close(student.sample_function(x, torch.ones(4), torch.zeros(4), eps=0.0), expected)


@pytest.mark.points(1)
@pytest.mark.hint(
    "Scale and shift come last, and each feature has its own: which axis do `gain` and `bias` belong to?",
    zh="缩放和平移放在最后，并且每个特征各有自己的一份：gain 和 bias 对应哪一根轴？",
)
def test_every_feature_has_its_own_gain_and_bias(student):
    """Three features are scaled and shifted, each by its own numbers.

    zh: 三个特征各自按自己的数缩放、平移。
    """
    x = torch.tensor([[1.0, 1.0, 4.0], [5.0, 2.0, 2.0]])
    gain, bias = torch.tensor([2.0, 0.5, -1.0]), torch.tensor([10.0, 20.0, 30.0])
    expected = torch.tensor([[8.58578644, 19.64644661, 28.58578644], [12.82842712, 19.64644661, 30.70710678]])
    close(student.sample_function(x, gain, bias, eps=0.0), expected)
