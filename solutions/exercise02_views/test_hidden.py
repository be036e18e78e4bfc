"""Hidden tests of exercise02.

A result that is a view of an argument comes back as a view of the test's own tensor, so sharing is asked for here just
as in a single process.
"""

import pytest
import torch

from grader.examination import close
from grader.examination.property import for_all, shapes, tensors


def share_memory(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Tell whether two tensors, both with elements, live in the same storage."""
    return a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()


# ---------------------------------------------------------------------------------------------- flatten_batch


@pytest.mark.points(1)
@pytest.mark.hint(
    "Read the batch size from x.shape[0]; all that remains is features, however many axes there are.",
    zh="批大小取自 x.shape[0]；其余的都是特征，不论有多少个轴。",
)
@for_all(x=tensors(shapes(min_dims=2, max_dims=4, max_side=4)), max_examples=12)
def test_flatten_merges_all_axes_but_the_first(student, x):
    """Examples of any shape become rows of features, in order.

    zh: 任意形状的样本都变成由特征组成的一行，次序不变。
    """
    close(student.flatten_batch(x), torch.stack([image.flatten() for image in x]))


@pytest.mark.points(1.5)
@pytest.mark.needs("test_flatten_merges_all_axes_but_the_first")
@pytest.mark.hint(
    "A contiguous tensor can be flattened without moving a single number.",
    zh="连续的张量无须搬动任何一个数就能展平。",
)
def test_flatten_shares_memory(student):
    """What is written into the flat rows appears in the images.

    zh: 写进展平后各行的数，应当出现在原图像中。
    """
    x = torch.zeros(2, 3, 4)
    flat = student.flatten_batch(x)
    flat[1, 7] = 5.0
    expected = torch.zeros(2, 3, 4)
    expected[1, 1, 3] = 5.0
    close(x, expected)


@pytest.mark.points(1)
@pytest.mark.needs("test_flatten_shares_memory")
@pytest.mark.hint(
    "Gaps between the examples do not matter: inside each example the numbers still lie in a row.",
    zh="样本之间有间隔并不要紧：每个样本内部的数仍然依次相邻。",
)
def test_flatten_of_every_second_example_is_a_view(student, rand):
    """Every second example of a batch is flattened without a copy as well.

    zh: 取出批次中每隔一个的样本，展平时同样不拷贝。
    """
    batch = rand.normal(6, 2, 4)
    assert share_memory(student.flatten_batch(batch), batch), "flatten_batch copied a contiguous tensor."
    flat = student.flatten_batch(batch[1::2])
    close(flat, torch.stack([batch[1].flatten(), batch[3].flatten(), batch[5].flatten()]))
    assert share_memory(flat, batch), "flatten_batch copied a tensor that could be viewed: strides (16, 4, 1)."
    close(flat.stride(), (16, 1))


@pytest.mark.points(1)
@pytest.mark.needs("test_flatten_merges_all_axes_but_the_first")
@pytest.mark.hint(
    "With permuted axes no view exists. Which operation falls back to a copy instead of raising?",
    zh="轴被重排之后，视图不存在了。哪个操作会退而拷贝，而不是报错？",
)
def test_flatten_copies_where_no_view_exists(student, rand):
    """Images with permuted axes are flattened in the order of their axes, by a copy.

    zh: 轴被重排过的图像按其轴的次序展平，此时需要拷贝。
    """
    x = rand.normal(2, 3, 4, 5).permute(0, 3, 1, 2)
    flat = student.flatten_batch(x)
    close(flat, torch.stack([image.flatten() for image in x]))


@pytest.mark.points(0.5)
@pytest.mark.hint(
    "Zero examples still have 12 features each; -1 cannot be worked out of no elements.",
    zh="零个样本，每个样本仍有 12 个特征；没有元素时 -1 无从推算。",
)
def test_flatten_of_an_empty_batch(student):
    """An empty batch keeps its number of features: (0, 3, 4) becomes (0, 12).

    zh: 空批次保留其特征数：(0, 3, 4) 变成 (0, 12)。
    """
    close(student.flatten_batch(torch.empty(0, 3, 4)), torch.empty(0, 12))


@pytest.mark.points(0.5)
@pytest.mark.hint(
    "An example that is a single number is one feature.",
    zh="样本若只是一个数，那就是一个特征。",
)
def test_flatten_of_single_numbers(student):
    """A batch of single numbers (5,) becomes (5, 1).

    zh: 由单个数组成的批次 (5,) 变成 (5, 1)。
    """
    close(student.flatten_batch(torch.arange(5)), torch.tensor([[0], [1], [2], [3], [4]]))


@pytest.mark.points(0.5)
@pytest.mark.needs("test_flatten_merges_all_axes_but_the_first")
@pytest.mark.hint(
    "Stay on torch tensors: .data, .detach and NumPy leave the graph.",
    zh="始终使用 torch 张量：.data、.detach 和 NumPy 都会脱离计算图。",
)
def test_gradient_returns_to_its_example(student, rand):
    """Gradients flow back through the flat rows to the right elements.

    zh: 梯度穿过展平后的各行，回到正确的元素上。
    """
    x, upstream = rand.normal(2, 3, 4), rand.normal(2, 12)
    gradient = student.flatten_batch.grad((x,), upstream)[0]
    close(gradient, torch.stack([row.unflatten(0, (3, 4)) for row in upstream]))


# ------------------------------------------------------------------------------------------- to_channels_last


@pytest.mark.points(1)
@pytest.mark.hint(
    "Name where each new axis comes from: B, H, W and C were axes 0, 2, 3 and 1.",
    zh="说清每个新轴从哪里来：B、H、W、C 原来是第 0、2、3、1 个轴。",
)
def test_channels_move_last(student, rand):
    """Images (2, 3, 4, 5) become (2, 4, 5, 3), pixel by pixel.

    zh: 图像 (2, 3, 4, 5) 逐像素变成 (2, 4, 5, 3)。
    """
    x = rand.normal(2, 3, 4, 5)
    close(student.to_channels_last(x), torch.stack([x[:, 0], x[:, 1], x[:, 2]], dim=3))


@pytest.mark.points(1)
@pytest.mark.needs("test_channels_move_last")
@pytest.mark.hint(
    "Changing the order of the axes needs no copy: only the strides change places.",
    zh="改变轴的次序无须拷贝：只是步长交换了位置。",
)
def test_channels_last_shares_memory(student):
    """What is written into the result appears in the images.

    zh: 写进结果的数，应当出现在原图像中。
    """
    x = torch.zeros(2, 3, 4, 5)
    last = student.to_channels_last(x)
    last[1, 3, 0, 2] = 8.0
    expected = torch.zeros(2, 3, 4, 5)
    expected[1, 2, 3, 0] = 8.0
    close(x, expected)


@pytest.mark.points(1)
@pytest.mark.needs("test_channels_last_shares_memory")
@pytest.mark.hint(
    "The result's strides are the argument's own strides in another order, gaps included.",
    zh="结果的步长就是参数自己的步长换了次序，间隔也包括在内。",
)
def test_channels_last_of_a_crop_is_a_view(student, rand):
    """A crop of every second row is rearranged without a copy: strides, offset and dtype stay.

    zh: 隔行裁剪的图像重排时不拷贝：步长、偏移与 dtype 都保留。
    """
    images = rand.normal(2, 3, 6, 5, dtype=torch.float64)
    last = student.to_channels_last(images[:, 1:, ::2, 1:])
    close(last, torch.stack([images[:, 1, ::2, 1:], images[:, 2, ::2, 1:]], dim=3))
    assert share_memory(last, images), "to_channels_last copied a crop; a view of it exists."
    close((last.stride(), last.storage_offset()), ((90, 10, 1, 30), 31))


@pytest.mark.points(0.5)
@pytest.mark.needs("test_channels_move_last")
@pytest.mark.hint(
    "Stay on torch tensors: .data, .detach and NumPy leave the graph.",
    zh="始终使用 torch 张量：.data、.detach 和 NumPy 都会脱离计算图。",
)
def test_gradient_returns_to_its_channel(student, rand):
    """Gradients flow back through the rearranged images to the right elements.

    zh: 梯度穿过重排后的图像，回到正确的元素上。
    """
    x, upstream = rand.normal(2, 3, 1, 4), rand.normal(2, 1, 4, 3)
    gradient = student.to_channels_last.grad((x,), upstream)[0]
    close(gradient, torch.stack([upstream[..., 0], upstream[..., 1], upstream[..., 2]], dim=1))


# ------------------------------------------------------------------------------------------------ merge_heads


@pytest.mark.points(1.5)
@pytest.mark.hint(
    "Follow one position: its row is head 0's numbers, then head 1's, and so on.",
    zh="盯住一个位置：它的那一行先是第 0 个头的数，再是第 1 个头的，依此类推。",
)
def test_heads_are_put_side_by_side(student, rand):
    """Heads (2, 3, 5, 4) become (2, 5, 12), one head after the other at each position.

    zh: 多头输出 (2, 3, 5, 4) 变成 (2, 5, 12)，每个位置上各头依次排列。
    """
    x = rand.normal(2, 3, 5, 4)
    close(student.merge_heads(x), torch.cat([x[:, 0], x[:, 1], x[:, 2]], dim=2))


@pytest.mark.points(1)
@pytest.mark.needs("test_heads_are_put_side_by_side")
@pytest.mark.hint(
    "Heads that were split from one tensor lie in it side by side already: nothing has to be moved.",
    zh="从同一个张量拆分出来的各个头，本来就并排放在其中：什么也不用搬动。",
)
def test_split_heads_merge_without_a_copy(student, rand):
    """Heads split from one packed tensor merge back into it, without a copy.

    zh: 从一个打包张量拆分出的各个头，合并后回到原来的张量，不需要拷贝。
    """
    packed = rand.normal(2, 5, 12)
    merged = student.merge_heads(packed.view(2, 5, 3, 4).transpose(1, 2))
    close(merged, packed)
    assert share_memory(merged, packed), "merge_heads copied; these heads could be merged by a view."


@pytest.mark.points(0.5)
@pytest.mark.needs("test_heads_are_put_side_by_side")
@pytest.mark.hint(
    "Half of a wider tensor has gaps between its rows: does your code ask for contiguous memory?",
    zh="取较宽张量的一半时，各行之间有间隔：你的代码是否要求内存连续？",
)
def test_heads_sliced_from_a_wider_tensor(student, rand):
    """Float64 heads that are one half of a wider tensor are merged as well.

    zh: 取自较宽张量一半的 float64 多头输出，同样能正确合并。
    """
    x = rand.normal(3, 2, 4, 6, dtype=torch.float64)[..., 3:]
    close(student.merge_heads(x), torch.cat([x[:, 0], x[:, 1]], dim=2))


@pytest.mark.points(0.5)
@pytest.mark.needs("test_heads_are_put_side_by_side")
@pytest.mark.hint(
    "Stay on torch tensors: .data, .detach and NumPy leave the graph.",
    zh="始终使用 torch 张量：.data、.detach 和 NumPy 都会脱离计算图。",
)
def test_gradient_returns_to_its_head(student, rand):
    """Gradients flow back through the merged tensor, each to its own head.

    zh: 梯度穿过合并后的张量，各自回到自己的头上。
    """
    x, upstream = rand.normal(1, 2, 3, 4), rand.normal(1, 3, 8)
    gradient = student.merge_heads.grad((x,), upstream)[0]
    close(gradient, torch.stack([upstream[..., :4], upstream[..., 4:]], dim=1))


# -------------------------------------------------------------------------------------------------- as_column


@pytest.mark.points(1.5)
@pytest.mark.hint(
    "A column of a matrix is a vector with gaps, and can be viewed all the same.",
    zh="矩阵的一列是带间隔的向量，照样可以做成视图。",
)
def test_column_of_a_strided_vector_is_a_view(student):
    """A vector taken from a matrix becomes a column that still writes into the matrix.

    zh: 从矩阵中取出的向量变成列之后，写入它仍会写进矩阵。
    """
    matrix = torch.arange(12.0).reshape(4, 3)
    column = student.as_column(matrix[:, 2])
    close(column, torch.tensor([[2.0], [5.0], [8.0], [11.0]]))
    column[3, 0] = -1.0
    close(matrix[3], torch.tensor([9.0, 10.0, -1.0]))


@pytest.mark.points(0.5)
@pytest.mark.hint(
    "A view keeps the dtype by itself; a tensor that is built anew may not.",
    zh="视图自然保持 dtype；重新构造的张量就未必了。",
)
def test_column_keeps_the_dtype(student):
    """Float64 numbers stay float64, to the last digit.

    zh: float64 的数仍是 float64，一位精度也不丢。
    """
    y = torch.tensor([0.1, 0.2], dtype=torch.float64)
    close(student.as_column(y), torch.tensor([[0.1], [0.2]], dtype=torch.float64))


@pytest.mark.points(0.5)
@pytest.mark.hint(
    "No rows, one column.",
    zh="零行，一列。",
)
def test_column_of_nothing(student):
    """An empty vector becomes an empty column (0, 1).

    zh: 空向量变成空列 (0, 1)。
    """
    close(student.as_column(torch.empty(0)), torch.empty(0, 1))


@pytest.mark.points(0.5)
@pytest.mark.needs("test_column_of_a_strided_vector_is_a_view")
@pytest.mark.hint(
    "Stay on torch tensors: .data, .detach and NumPy leave the graph.",
    zh="始终使用 torch 张量：.data、.detach 和 NumPy 都会脱离计算图。",
)
def test_gradient_returns_to_the_vector(student, rand):
    """Gradients flow back from the column to the vector.

    zh: 梯度从列回到向量。
    """
    y, upstream = rand.normal(4), rand.normal(4, 1)
    close(student.as_column.grad((y,), upstream)[0], upstream[:, 0])
