"""Why a result is of the wrong type, dtype, length or shape."""

from __future__ import annotations

from grader.diagnosis.finding import Finding
from grader.diagnosis.wording import Sentences, finding, t

KINDS: dict[str, Sentences] = {
    "type.none": Sentences(
        hint=t("The function returns None: a `return` seems to be missing.", "函数返回了 None：似乎漏了 `return`。"),
        next_step=t(
            "End every path through the function with `return ...`.", "让函数的每条路径都以 `return ...` 结束。"
        ),
    ),
    "type.none_item": Sentences(
        hint=t(
            "None stands where a value is expected. A gradient is None where nothing flowed back to it, or where it "
            "was set to None.",
            "应有值的地方是 None。梯度没有传回，或被设成了 None 时，`.grad` 就是 None。",
        ),
        next_step=t(
            "Find what should have been stored there; for a gradient, look for `.detach()`, `.item()`, a new tensor, "
            "or `.grad = None`.",
            "找出这里本应存放什么；若是梯度，检查是否有 `.detach()`、`.item()`、新建的张量或 `.grad = None`。",
        ),
    ),
    "type.number": Sentences(
        hint=t(
            "The result is a Python number, but an array or tensor is asked.",
            "结果是 Python 数，但要求的是数组或张量。",
        ),
        next_step=t(
            "Leave out `.item()` and `float(...)`: return the tensor itself.",
            "去掉 `.item()` 和 `float(...)`：返回张量本身。",
        ),
    ),
    "type.tensor_for_number": Sentences(
        hint=t(
            "The result is a tensor or array, but a plain number is asked.", "结果是张量或数组，但要求的是普通的数。"
        ),
        next_step=t("Return `result.item()`.", "返回 `result.item()`。"),
    ),
    "type.array": Sentences(
        hint=t(
            "The result is a NumPy array, but a torch tensor is asked.", "结果是 NumPy 数组，但要求的是 torch 张量。"
        ),
        next_step=t(
            "Stay in torch: leave out `.numpy()`, and use torch functions.",
            "全程使用 torch：去掉 `.numpy()`，用 torch 的函数。",
        ),
    ),
    "type.tensor": Sentences(
        hint=t(
            "The result is a torch tensor, but a NumPy array is asked.", "结果是 torch 张量，但要求的是 NumPy 数组。"
        ),
        next_step=t(
            "Stay in NumPy: use `np` functions on the arrays you are given.",
            "全程使用 NumPy：对给定的数组用 `np` 的函数。",
        ),
    ),
    "type.list": Sentences(
        hint=t(
            "The result is a Python list or tuple, but an array or tensor is asked.",
            "结果是 Python 列表或元组，但要求的是数组或张量。",
        ),
        next_step=t("Join the items with `torch.stack` or `np.stack`.", "用 `torch.stack` 或 `np.stack` 把各项合并。"),
    ),
    "type.several": Sentences(
        hint=t("Several values come back where one is asked.", "返回了多个值，但只要求一个。"),
        next_step=t(
            "Return only the value that is asked; look for a stray comma.", "只返回要求的那个值；检查是否多了一个逗号。"
        ),
    ),
    "type.one": Sentences(
        hint=t("One value comes back where several are asked.", "只返回了一个值，但要求多个。"),
        next_step=t("Return all of them, in order: `return a, b`.", "按顺序全部返回：`return a, b`。"),
    ),
    "type.int_for_float": Sentences(
        hint=t("The result is an integer, but a float is asked.", "结果是整数，但要求的是浮点数。"),
        next_step=t("Use `/`, not `//`, and start sums at 0.0.", "用 `/` 而不是 `//`，求和从 0.0 开始。"),
    ),
    "type.text": Sentences(
        hint=t("The result is text, but a value is asked.", "结果是文本，但要求的是值。"),
        next_step=t(
            "Return the value itself, not `str(...)` or an f-string.", "返回值本身，而不是 `str(...)` 或 f-string。"
        ),
    ),
    "type.object": Sentences(
        hint=t(
            "The result is an object that cannot be compared with plain data.", "结果是一个无法与普通数据比较的对象。"
        ),
        next_step=t(
            "Return data, not an object: the call's result, not the function; the tensor, not the module.",
            "返回数据而不是对象：返回函数的结果而非函数，返回张量而非模块。",
        ),
    ),
    "type.other": Sentences(
        hint=t("The result is of another type than asked.", "结果的类型与要求不同。"),
        next_step=t("Compare with the types in the function's first line.", "对照函数第一行中写明的类型。"),
    ),
    "dtype.float64": Sentences(
        hint=t(
            "The result is float64, but {wanted} is asked: something on the way made it wider.",
            "结果是 float64，但要求 {wanted}：中途某一步把它变宽了。",
        ),
        next_step=t(
            "Create new tensors with the input's dtype (`torch.zeros_like(x)`, `dtype=x.dtype`); NumPy makes float64.",
            "新张量沿用输入的 dtype（`torch.zeros_like(x)`、`dtype=x.dtype`）；NumPy 默认是 float64。",
        ),
    ),
    "dtype.narrow": Sentences(
        hint=t(
            "The result is {got}, but {wanted} is asked: precision is lost on the way.",
            "结果是 {got}，但要求 {wanted}：中途损失了精度。",
        ),
        next_step=t(
            "Keep the input's dtype: leave out `.float()`, `.half()` and fixed dtypes.",
            "保持输入的 dtype：去掉 `.float()`、`.half()` 和写死的 dtype。",
        ),
    ),
    "dtype.integer": Sentences(
        hint=t("The result holds integers, but {wanted} is asked.", "结果是整数，但要求 {wanted}。"),
        next_step=t(
            "Use `/`, not `//`, and create it with dtype={wanted}: integers cut off fractions.",
            "用 `/` 而不是 `//`，并以 dtype={wanted} 创建：整数会截掉小数。",
        ),
    ),
    "dtype.float_for_integer": Sentences(
        hint=t(
            "The result holds floats, but {wanted} is asked (class indices and counts are integers).",
            "结果是浮点数，但要求 {wanted}（类别下标和计数是整数）。",
        ),
        next_step=t("Use `argmax`, or convert with `.long()`.", "用 `argmax`，或以 `.long()` 转换。"),
    ),
    "dtype.bool": Sentences(
        hint=t(
            "True and False are mixed up with numbers: {got} comes back, {wanted} is asked.",
            "真假值与数混淆了：返回的是 {got}，要求 {wanted}。",
        ),
        next_step=t(
            "Convert with `.to({wanted})`, or return the comparison itself.",
            "用 `.to({wanted})` 转换，或直接返回比较结果。",
        ),
    ),
    "dtype.other": Sentences(
        hint=t("The result is {got}, but {wanted} is asked.", "结果是 {got}，但要求 {wanted}。"),
        next_step=t("Create the result with the dtype that is asked.", "以要求的 dtype 创建结果。"),
    ),
    "device": Sentences(
        hint=t("The result lies on another device than the input.", "结果与输入不在同一设备上。"),
        next_step=t(
            "Create new tensors with `device=x.device`, and move the model and the data together.",
            "新张量用 `device=x.device` 创建，并把模型和数据移到同一设备。",
        ),
    ),
    "length.keys": Sentences(
        hint=t("The dictionary has other keys than asked.", "字典的键与要求不同。"),
        full=t("Missing keys: {missing}. Unexpected keys: {extra}.", "缺少的键：{missing}。多余的键：{extra}。"),
        next_step=t("Check the spelling of each key, and that none is left out.", "检查每个键的拼写，以及有无遗漏。"),
    ),
    "length.short": Sentences(
        hint=t("There are fewer items than asked.", "项数少于要求。"),
        shape=t("There are {got} items, expected {wanted}.", "有 {got} 项，应为 {wanted} 项。"),
        full=t("There are {exact} items, expected {wanted}.", "有 {exact} 项，应为 {wanted} 项。"),
        next_step=t(
            "Check where the loop ends, and a `return` inside it.", "检查循环的终点，以及循环内是否有 `return`。"
        ),
    ),
    "length.long": Sentences(
        hint=t("There are more items than asked.", "项数多于要求。"),
        shape=t("There are {got} items, expected {wanted}.", "有 {got} 项，应为 {wanted} 项。"),
        full=t("There are {exact} items, expected {wanted}.", "有 {exact} 项，应为 {wanted} 项。"),
        next_step=t(
            "Check where the loop starts and ends, and a list that is kept between calls.",
            "检查循环的起止，以及是否有在多次调用间保留的列表。",
        ),
    ),
    "shape.axis_kept": Sentences(
        hint=t("An axis of size 1 is left over.", "多了一个大小为 1 的轴。"),
        next_step=t(
            "Leave out keepdim=True there, or drop the axis with `.squeeze(...)`.",
            "那里去掉 keepdim=True，或用 `.squeeze(...)` 去掉该轴。",
        ),
    ),
    "shape.axis_lost": Sentences(
        hint=t("An axis of size 1 is missing.", "少了一个大小为 1 的轴。"),
        next_step=t(
            "Keep it with keepdim=True, or add it with `.unsqueeze(...)`.",
            "用 keepdim=True 保留它，或用 `.unsqueeze(...)` 添加。",
        ),
    ),
    "shape.outer": Sentences(
        hint=t(
            "A column and a row were broadcast to a square: every element meets every other.",
            "列与行被广播成了方阵：每个元素都与所有元素相遇。",
        ),
        next_step=t(
            "Give both the same shape before the operation: `.squeeze(1)` or `.reshape(-1)`.",
            "运算前让两者形状相同：`.squeeze(1)` 或 `.reshape(-1)`。",
        ),
    ),
    "shape.other_axis": Sentences(
        hint=t("Another axis of `{name}` was reduced than asked.", "对 `{name}` 归约的轴与要求的不同。"),
        shape=t(
            "You seem to reduce axis {got} of `{name}`; expected axis {wanted}.",
            "你似乎归约了 `{name}` 的轴 {got}；应为轴 {wanted}。",
        ),
        next_step=t("Check `dim` or `axis` of the sum, mean or max.", "检查 sum、mean 或 max 的 `dim` 或 `axis`。"),
    ),
    "shape.not_reduced": Sentences(
        hint=t(
            "The result still has one value per element, but a single number is asked.",
            "结果仍是逐元素的值，但要求一个数。",
        ),
        next_step=t("Take the mean or sum over all elements, as the exercise says.", "按题目对所有元素取平均或求和。"),
    ),
    "shape.all_reduced": Sentences(
        hint=t("Everything is reduced to one number, but an array is asked.", "全部归约成了一个数，但要求的是数组。"),
        next_step=t("Give the sum, mean or max its axis.", "给 sum、mean 或 max 指定轴。"),
    ),
    "shape.transposed": Sentences(
        hint=t("The axes come in reverse order.", "各轴的顺序反了。"),
        next_step=t("Transpose the result, or swap the factors of the product.", "转置结果，或交换乘积中的两个因子。"),
    ),
    "shape.permuted": Sentences(
        hint=t("The axes come in another order.", "各轴的顺序不同。"),
        next_step=t(
            "Check the order of the axes in `permute` or `transpose`.", "检查 `permute` 或 `transpose` 中轴的顺序。"
        ),
    ),
    "shape.flat": Sentences(
        hint=t("The batch axis is flattened too.", "批次轴也被展平了。"),
        next_step=t(
            "Keep the first axis: `x.reshape(x.shape[0], -1)` or `flatten(start_dim=1)`.",
            "保留第一个轴：`x.reshape(x.shape[0], -1)` 或 `flatten(start_dim=1)`。",
        ),
    ),
    "shape.regrouped": Sentences(
        hint=t("As many values as asked, but divided into axes in another way.", "元素个数对，但各轴的划分不同。"),
        next_step=t(
            "Check the sizes given to `view` or `reshape`, the batch axis first.",
            "检查传给 `view` 或 `reshape` 的大小，先看批次轴。",
        ),
    ),
    "shape.short": Sentences(
        hint=t("Rows are missing at the end, those before are right.", "末尾缺了几行，前面的都对。"),
        shape=t("The last {missing} rows are missing, those before are right.", "缺了最后 {missing} 行，前面的都对。"),
        next_step=t(
            "Let the loop reach the end: a last, shorter batch counts too.", "让循环到达末尾：最后不足的批次也算。"
        ),
    ),
    "memory.copy": Sentences(
        hint=t(
            "The numbers are right, but they were copied: the result has memory of its own.",
            "数值正确，但被拷贝了一份：结果有自己的内存。",
        ),
        next_step=t(
            "Use an operation that always returns a view, such as `view`, `transpose` or slicing; `reshape` and "
            "`contiguous` may copy, `clone` always does.",
            "使用总是返回视图的操作，例如 `view`、`transpose` 或切片；`reshape` 和 `contiguous` 可能会拷贝，"
            "`clone` 总会拷贝。",
        ),
    ),
    "shape.other": Sentences(
        hint=t("The shape is not the one that is asked.", "形状与要求不同。"),
        next_step=t(
            "Print `.shape` after each step and compare it with the shapes in the exercise.",
            "在每一步之后打印 `.shape`，与题目中的形状对照。",
        ),
    ),
}

VALUES_RIGHT = t("The values themselves are right.", "值本身是对的。")


def kind(cause_id: str, **facts: object) -> Finding:
    """Return the finding `cause_id` with its fields filled in."""
    return finding(KINDS[cause_id], cause_id, **facts)
