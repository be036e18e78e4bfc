"""Visible tests of exercise02: what you see here is a part of what is graded."""

import pytest
import torch

from grader.examination import close


@pytest.mark.points(1)
@pytest.mark.hint(
    "Keep the first axis as it is and merge all the others into one.",
    zh="第一个轴保持不变，把其余的轴合并成一个。",
)
def test_two_examples_become_two_rows(student):
    """Two examples of 3 x 2 numbers become two rows of 6.

    zh: 两个 3 x 2 的样本变成两行，每行 6 个数。
    """
    x = torch.arange(12).reshape(2, 3, 2)
    close(student.flatten_batch(x), torch.tensor([[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]))


@pytest.mark.points(1)
@pytest.mark.hint(
    "The axes change places; a new shape alone leaves the numbers where they were.",
    zh="是轴交换了位置；只换一个形状，数仍在原来的地方。",
)
def test_one_image_of_two_channels(student):
    """An image of 2 channels, 2 x 3 pixels, has the two channels of each pixel side by side.

    zh: 一幅 2 通道、2 x 3 像素的图像，每个像素的两个通道应并排放在一起。
    """
    image = torch.arange(12.0).reshape(1, 2, 2, 3)
    expected = torch.tensor([[[[0.0, 6.0], [1.0, 7.0], [2.0, 8.0]], [[3.0, 9.0], [4.0, 10.0], [5.0, 11.0]]]])
    close(student.to_channels_last(image), expected)


@pytest.mark.points(1)
@pytest.mark.hint(
    "First bring heads and positions into the right order, then merge the last two axes.",
    zh="先把“头”和“位置”两个轴调成正确的次序，再合并最后两个轴。",
)
def test_two_heads_side_by_side(student):
    """For each of 3 positions, the 2 numbers of head 0 come first, then those of head 1.

    zh: 对 3 个位置中的每一个，先是第 0 个头的 2 个数，再是第 1 个头的 2 个数。
    """
    heads = torch.arange(12.0).reshape(1, 2, 3, 2)
    expected = torch.tensor([[[0.0, 1.0, 6.0, 7.0], [2.0, 3.0, 8.0, 9.0], [4.0, 5.0, 10.0, 11.0]]])
    close(student.merge_heads(heads), expected)


@pytest.mark.points(1)
@pytest.mark.hint(
    "Add an axis of length 1 at the end without making a new tensor of numbers.",
    zh="在末尾加一个长度为 1 的轴，而不要新造一份数据。",
)
def test_column_shares_the_vectors_memory(student):
    """A number written into the column shows up in the vector.

    zh: 写进列里的数，应当出现在原来的向量中。
    """
    y = torch.tensor([1.0, 2.0, 3.0])
    column = student.as_column(y)
    close(column, torch.tensor([[1.0], [2.0], [3.0]]), view_of=y)
    column[1, 0] = 20.0
    close(y, torch.tensor([1.0, 20.0, 3.0]))
