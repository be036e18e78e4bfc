"""Why values are wrong: one entry for each signature that `grader.diagnosis` knows."""

from __future__ import annotations

from grader.diagnosis.finding import Finding
from grader.diagnosis.wording import Sentences, finding, t

CAUSES: dict[str, Sentences] = {
    # ---------------------------------------------------------------------------- a step that changes in place
    "update.none": Sentences(
        hint=t("The argument was to be changed in place, and it did not change.", "参数应被原地修改，却没有变化。"),
        next_step=t(
            "Is it reached at all? `p = p - ...` only binds a local name to a new tensor; `p -= ...` writes into the "
            "one that you were given.",
            "先确认代码是否执行到它。`p = p - ...` 只是让局部名字指向新张量；`p -= ...` 才会写入传入的张量。",
        ),
    ),
    "update.none_array": Sentences(
        hint=t("The argument was to be changed in place, and it did not change.", "参数应被原地修改，却没有变化。"),
        next_step=t(
            "Is it reached at all? `p = p - ...` only binds a local name to a new array; `p -= ...` or `p[...] = ...` "
            "writes into the one that you were given.",
            "先确认代码是否执行到它。`p = p - ...` 只是让局部名字指向新数组；`p -= ...` 或 `p[...] = ...` "
            "才会写入传入的数组。",
        ),
    ),
    "update.none_key": Sentences(
        hint=t("This entry of the argument was to change, and it did not.", "参数中的这一项应当改变，却没有变化。"),
        next_step=t(
            "Store the new value under its key, in the dict that you were given; a local name keeps it to itself.",
            "请把新值写回传入的字典中对应的键；只赋给局部名字是不够的。",
        ),
    ),
    "update.some": Sentences(
        hint=t(
            "Other items of the same argument did change, and this one did not.",
            "同一参数中的其他项已改变，而这一项没有。",
        ),
        next_step=t(
            "Does the loop reach every item? Look for a `return` or `break` inside it, or for a condition.",
            "循环是否到达了每一项？检查循环内是否有 `return`、`break` 或条件判断。",
        ),
    ),
    "update.kept": Sentences(
        hint=t("The call changed what should stay as it was.", "这次调用修改了应保持不变的内容。"),
        next_step=t(
            "Look for an in-place operation (`-=`, `/=`, `zero_()`) on it, or on a view of it.",
            "检查是否对它或它的视图做了就地运算（`-=`、`/=`、`zero_()`）。",
        ),
    ),
    "update.gradient": Sentences(
        hint=t(
            "The call changed `.grad`, which should be after it what it was before.",
            "这次调用修改了 `.grad`，而它在调用前后应保持不变。",
        ),
        next_step=t(
            "Use the gradient without writing into it: `p.grad / n` makes a new tensor, `p.grad /= n` does not.",
            "使用梯度时不要写入它：`p.grad / n` 会得到新张量，`p.grad /= n` 则会就地修改。",
        ),
    ),
    "update.sign": Sentences(
        hint=t("The step has the right length and goes exactly the other way.", "这一步的长度正确，方向却恰好相反。"),
        next_step=t(
            "Gradient descent subtracts the gradient; adding it climbs the loss.",
            "梯度下降要减去梯度；加上梯度会使损失上升。",
        ),
    ),
    "update.size": Sentences(
        hint=t(
            "The step goes the right way but is too long, exactly by the factor {words}.",
            "这一步方向正确，但过长，倍数恰好是{words}。",
        ),
        shape=t(
            "The step goes the right way but is exactly {number} times too long, and {number} is {words}.",
            "这一步方向正确，但恰好长了 {number} 倍，而 {number} 就是{words}。",
        ),
        next_step=t("Divide the summed gradient by it, once.", "把累加的梯度除以它，且只除一次。"),
    ),
    "update.per_size": Sentences(
        hint=t(
            "The step goes the right way but is too short, exactly by the factor {words}.",
            "这一步方向正确，但过短，倍数恰好是{words}。",
        ),
        shape=t(
            "The step goes the right way but is exactly {number} times too short, and {number} is {words}.",
            "这一步方向正确，但恰好短了 {number} 倍，而 {number} 就是{words}。",
        ),
        next_step=t("It is averaged already: divide in one place only.", "它已经取过平均：只在一处做除法。"),
    ),
    # ------------------------------------------------------------------------------------------ a factor
    "factor.sign": Sentences(
        hint=t("Every value has exactly the opposite sign.", "每个值的符号都恰好相反。"),
        next_step=t(
            "Look for a minus too many or too few: a gradient step subtracts, a log-likelihood is negated once.",
            "检查是否多写或漏写了一个负号：梯度下降要减去梯度，负对数似然只取一次负。",
        ),
    ),
    "factor.two": Sentences(
        hint=t("Every value is exactly twice the expected one.", "每个值都恰好是应有值的两倍。"),
        next_step=t(
            "Something is counted twice, or a factor 1/2 is missing; the derivative of x² is 2x, that of x²/2 is x.",
            "可能有一项算了两次，或漏了系数 1/2；x² 的导数是 2x，x²/2 的导数是 x。",
        ),
    ),
    "factor.half": Sentences(
        hint=t("Every value is exactly half the expected one.", "每个值都恰好是应有值的一半。"),
        next_step=t(
            "Look for a factor 1/2 too many, or for a 2 that was lost when differentiating a square.",
            "检查是否多乘了 1/2，或对平方求导时漏了系数 2。",
        ),
    ),
    "factor.log10": Sentences(
        hint=t(
            "Every value is 1/ln 10 = 0.4343 times the expected one: this is log base 10.",
            "每个值都是应有值的 1/ln 10 = 0.4343 倍：你用的是以 10 为底的对数。",
        ),
        next_step=t("Use the natural logarithm, `log`, not `log10`.", "请用自然对数 `log`，不要用 `log10`。"),
    ),
    "factor.log2": Sentences(
        hint=t(
            "Every value is 1/ln 2 = 1.4427 times the expected one: this is log base 2.",
            "每个值都是应有值的 1/ln 2 = 1.4427 倍：你用的是以 2 为底的对数。",
        ),
        next_step=t("Use the natural logarithm, `log`, not `log2`.", "请用自然对数 `log`，不要用 `log2`。"),
    ),
    "factor.ln": Sentences(
        hint=t(
            "Every value is off by the factor ln 2 or ln 10: a natural logarithm where another base is asked.",
            "每个值都差一个因子 ln 2 或 ln 10：应使用其他底数的对数，却用了自然对数。",
        ),
        next_step=t("Check the base of the logarithm.", "请检查对数的底数。"),
    ),
    "factor.percent": Sentences(
        hint=t(
            "Every value is off by exactly 100: percent and fraction are mixed up.",
            "每个值都恰好差 100 倍：百分数与小数混淆了。",
        ),
        next_step=t("Return a fraction or a percentage, as the exercise says.", "按题目要求返回小数或百分数。"),
    ),
    "factor.size": Sentences(
        hint=t(
            "Every value is too large by the same factor, {words}, as when a sum stands where a mean is asked.",
            "每个值都偏大同一个倍数，即{words}，就像应取平均处用了求和。",
        ),
        shape=t(
            "Every value is exactly {number} times too large, and {number} is {words}, "
            "as when a sum stands where a mean is asked.",
            "每个值都恰好偏大 {number} 倍，而 {number} 就是{words}，就像应取平均处用了求和。",
        ),
        next_step=t(
            "Look over which axes you sum, and by what you divide: is this size left out?",
            "检查求和沿哪些轴进行、除以了什么：是否漏除了这个大小？",
        ),
    ),
    "factor.per_size": Sentences(
        hint=t(
            "Every value is too small by the same factor, {words}, as when a mean stands where a sum is asked, "
            "or something is averaged twice.",
            "每个值都偏小同一个倍数，即{words}，就像应求和处取了平均，或平均了两次。",
        ),
        shape=t(
            "Every value is exactly {number} times too small, and {number} is {words}, "
            "as when a mean stands where a sum is asked, or something is averaged twice.",
            "每个值都恰好偏小 {number} 倍，而 {number} 就是{words}，就像应求和处取了平均，或平均了两次。",
        ),
        next_step=t(
            "Look over which axes each mean runs, and by what you divide: is this size divided by once too often?",
            "检查每个平均沿哪些轴进行、除以了什么：是否多除了一次这个大小？",
        ),
    ),
    "factor.bessel": Sentences(
        hint=t(
            "Every value is off by n/(n - 1), or its root, where n is {words}: one of two variances was computed.",
            "每个值都差 n/(n - 1) 或其平方根，其中 n 是{words}：你用的是另一种方差。",
        ),
        next_step=t(
            "Choose the divisor the exercise asks for: n (`correction=0`, `ddof=0`) or n - 1.",
            "按题目选择除数：n（`correction=0`、`ddof=0`）或 n - 1。",
        ),
    ),
    "factor.root_size": Sentences(
        hint=t(
            "Every value is off by the square root of n, where n is {words}.",
            "每个值都差 n 的平方根倍，其中 n 是{words}。",
        ),
        shape=t(
            "Every value is off by the square root of {number}, and {number} is {words}.",
            "每个值都差 {number} 的平方根倍，而 {number} 就是{words}。",
        ),
        next_step=t(
            "Check the scaling: is 1/√n missing, applied twice, or should it be 1/n?",
            "检查缩放：是否漏了 1/√n、乘了两次，或应为 1/n？",
        ),
    ),
    "factor.argument": Sentences(
        hint=t(
            "Every value is {formula} times the expected one, where {name} is your argument.",
            "每个值都是应有值的 {formula} 倍，其中 {name} 是传入的参数。",
        ),
        full=t(
            "Every value is {formula} = {number} times the expected one.",
            "每个值都是应有值的 {formula} = {number} 倍。",
        ),
        next_step=t(
            "Check where `{name}` enters: left out, used twice, or does it mean its complement here?",
            "检查 `{name}` 的用法：是否遗漏、用了两次，或这里指的是 1 减去它？",
        ),
    ),
    "factor": Sentences(
        hint=t("Every value is the same multiple of the expected one.", "每个值都是应有值的同一个倍数。"),
        full=t("Every value is {number} times the expected one.", "每个值都是应有值的 {number} 倍。"),
        next_step=t(
            "The form is right, the scale is not: look for a constant that is missing or applied twice.",
            "形式正确但尺度不对：检查是否漏乘或重复乘了某个常数。",
        ),
    ),
    # ------------------------------------------------------------------------------------------ another function
    "offset": Sentences(
        hint=t("Every value is off by the same constant.", "每个值都差同一个常数。"),
        full=t("Every value is {number} more than expected.", "每个值都比应有值多 {number}。"),
        next_step=t(
            "A term is missing or too many: a bias, a mean, a +1, or a log of a size.",
            "少了或多了一项：偏置、均值、+1，或某个大小的对数。",
        ),
    ),
    "residual.argument": Sentences(
        hint=t(
            "Your result differs from the expected one by a multiple of `{name}`.",
            "你的结果与应有结果之差恰为 `{name}` 的倍数。",
        ),
        full=t(
            "Your result is the expected one plus {number} times `{name}`.",
            "你的结果等于应有结果加上 {number} 倍的 `{name}`。",
        ),
        next_step=t(
            "A term with `{name}` is missing, doubled, or has the wrong sign or coefficient.",
            "含 `{name}` 的一项缺失、重复，或符号、系数有误。",
        ),
    ),
    "transform.square": Sentences(
        hint=t("Every value is the square of the expected one.", "每个值都是应有值的平方。"),
        next_step=t("Take the root (a variance is not a standard deviation).", "需要开平方根（方差不是标准差）。"),
    ),
    "transform.sqrt": Sentences(
        hint=t("Every value is the square root of the expected one.", "每个值都是应有值的平方根。"),
        next_step=t("Leave out the root.", "不要开根号。"),
    ),
    "transform.log": Sentences(
        hint=t("Every value is the logarithm of the expected one.", "每个值都是应有值的对数。"),
        next_step=t("Leave out the log, or take `exp` of the result.", "去掉 log，或对结果取 `exp`。"),
    ),
    "transform.exp": Sentences(
        hint=t("Every value is `exp` of the expected one.", "每个值都是应有值的 `exp`。"),
        next_step=t("Take the log of the result, or leave out `exp`.", "对结果取 log，或去掉 `exp`。"),
    ),
    "transform.reciprocal": Sentences(
        hint=t("Every value is 1 divided by the expected one.", "每个值都是应有值的倒数。"),
        next_step=t("Swap numerator and denominator.", "交换分子与分母。"),
    ),
    "transform.complement": Sentences(
        hint=t("Every value is 1 minus the expected one.", "每个值都是 1 减去应有值。"),
        next_step=t(
            "You seem to compute the complement: keep against drop, error against accuracy.",
            "你似乎算的是补：保留与丢弃、错误率与准确率。",
        ),
    ),
    "transform.abs": Sentences(
        hint=t(
            "Every value is the absolute value of the expected one: signs are lost.",
            "每个值都是应有值的绝对值：符号丢了。",
        ),
        next_step=t(
            "Leave out `abs`, or the square and root that act like it.", "去掉 `abs`，或起同样作用的先平方再开方。"
        ),
    ),
    "transform.clipped_zero": Sentences(
        hint=t(
            "Positive values are right; where a negative one is expected you return 0.",
            "正值都对；应为负值处你返回了 0。",
        ),
        next_step=t("A ReLU or clamp is applied where it does not belong.", "不该用 ReLU 或 clamp 的地方用了。"),
    ),
    "transform.relu_missing": Sentences(
        hint=t(
            "Where 0 is expected you return something else, and all other values are right: "
            "a mask or ReLU seems to be missing.",
            "应为 0 的位置你返回了别的值，其余都对：似乎漏了掩码或 ReLU。",
        ),
        next_step=t(
            "Set those entries to 0: ReLU in the forward pass, its mask (input > 0) in the backward pass.",
            "把这些位置置 0：前向用 ReLU，反向用它的掩码（输入 > 0）。",
        ),
    ),
    "transform.clipped": Sentences(
        hint=t(
            "Values inside a range are right; those beyond it are cut off at its ends.",
            "区间内的值都对；超出的被截断在端点。",
        ),
        full=t("Values are cut off to the range from {low} to {high}.", "值被截断到 {low} 与 {high} 之间。"),
        next_step=t("Leave out the clamp, or widen it.", "去掉 clamp，或放宽它的范围。"),
    ),
    "zeros": Sentences(
        hint=t("Every value is 0.", "所有值都是 0。"),
        next_step=t(
            "The result is created but never filled in, or what is added to it is always 0.",
            "结果只是创建了却没有填入，或加上的量始终为 0。",
        ),
    ),
    "zeros.large": Sentences(
        hint=t(
            "Every value is 0, and inputs are so large that `exp` of them overflows.",
            "所有值都是 0，而输入大到使 `exp` 溢出。",
        ),
        next_step=t(
            "Was NaN replaced by 0 (`nan_to_num`), or is the result never filled in? Against overflow, subtract the "
            "largest value of each row before `exp`.",
            "是把 NaN 换成了 0（`nan_to_num`），还是结果从未填入？要避免溢出，请在 `exp` 之前减去每行的最大值。",
        ),
    ),
    "constant": Sentences(
        hint=t("Every value is the same, whatever the input.", "所有值都相同，与输入无关。"),
        full=t("Every value is {number}.", "所有值都是 {number}。"),
        next_step=t(
            "The input does not reach the result: check that you use it, and that no step averages it away.",
            "输入没有影响到结果：检查是否用到了它，以及是否有一步把它平均掉了。",
        ),
    ),
    # ------------------------------------------------------------------------------------------ order
    "order.transposed": Sentences(
        hint=t("The values are right, but two axes are swapped.", "值都对，但有两个轴互换了。"),
        shape=t(
            "The values are right, but axes {first} and {second} are swapped.",
            "值都对，但轴 {first} 与轴 {second} 互换了。",
        ),
        next_step=t("Transpose the result, or swap the factors of the product.", "转置结果，或交换乘积中的两个因子。"),
    ),
    "order.permuted": Sentences(
        hint=t("The values are right, but the axes are in another order.", "值都对，但各轴的顺序不同。"),
        shape=t(
            "The values are right, but the axes are in another order: `result.permute{order}` would be right.",
            "值都对，但各轴的顺序不同：`result.permute{order}` 才是对的。",
        ),
        next_step=t(
            "Check the order of the axes in `permute` or `transpose`.", "检查 `permute` 或 `transpose` 中轴的顺序。"
        ),
    ),
    "order.view": Sentences(
        hint=t(
            "The values are right but scrambled, as when `view` or `reshape` is used to swap axes.",
            "值都对但顺序打乱了，像是用 `view` 或 `reshape` 来交换轴。",
        ),
        next_step=t(
            "`view` relabels memory, `permute` moves axes: use `permute` or `transpose` here.",
            "`view` 只是重新划分内存，`permute` 才移动轴：这里要用 `permute` 或 `transpose`。",
        ),
    ),
    "order.flipped": Sentences(
        hint=t("The values are right, but one axis runs backwards.", "值都对，但有一个轴方向反了。"),
        shape=t("The values are right, but axis {axis} runs backwards.", "值都对，但轴 {axis} 方向反了。"),
        next_step=t(
            "Check the order of your loop, or whether a `flip` is missing.", "检查循环的顺序，或是否漏了 `flip`。"
        ),
    ),
    "order.late": Sentences(
        hint=t("The values are right, but one step late along the first axis.", "值都对，但沿第一个轴晚了一步。"),
        next_step=t(
            "Store the value after the update, not before, or start one earlier.", "应在更新之后记录，或提前一步开始。"
        ),
    ),
    "order.early": Sentences(
        hint=t("The values are right, but one step early along the first axis.", "值都对，但沿第一个轴早了一步。"),
        next_step=t(
            "Store the value before the update, not after, or start one later.", "应在更新之前记录，或推后一步开始。"
        ),
    ),
    "order.scrambled": Sentences(
        hint=t("The same values in another order.", "值相同，但顺序不同。"),
        next_step=t(
            "Check how you index or sort, and whether `view` was meant to be `permute`.",
            "检查索引或排序方式，以及 `view` 是否应为 `permute`。",
        ),
    ),
    # ------------------------------------------------------------------------------------------ axes and rows
    "axis.normalised": Sentences(
        hint=t(
            "Sums along another axis are 1: you seem to normalise over the wrong axis.",
            "沿另一个轴求和才是 1：你似乎在错误的轴上做了归一化。",
        ),
        shape=t(
            "{each} sums to 1, so you seem to sum over axis {axis}; expected axis {wanted}.",
            "{each}的和是 1，所以你似乎在轴 {axis} 上求和；应为轴 {wanted}。",
        ),
        problem=t(
            "{slice} sums to {number}, expected 1 (within {within}).",
            "{slice}的和是 {number}，应为 1（误差 {within} 以内）。",
        ),
        next_step=t(
            "Sum over the axis that the exercise names, with keepdim=True (NumPy: keepdims=True).",
            "在题目指定的轴上求和，并加 keepdim=True（NumPy：keepdims=True）。",
        ),
    ),
    "axis.normalised_all": Sentences(
        hint=t(
            "All values together sum to 1: you seem to normalise over the whole array, not over one axis.",
            "所有值之和才是 1：你似乎对整个数组做了归一化，而不是沿一个轴。",
        ),
        next_step=t(
            "Give the sum its axis: `.sum(dim=..., keepdim=True)`; in NumPy `.sum(axis=..., keepdims=True)`.",
            "给求和指定轴：`.sum(dim=..., keepdim=True)`；NumPy 中为 `.sum(axis=..., keepdims=True)`。",
        ),
    ),
    "axis.centred": Sentences(
        hint=t(
            "Means along another axis are 0: you seem to standardise over the wrong axis.",
            "沿另一个轴的均值才是 0：你似乎在错误的轴上做了标准化。",
        ),
        shape=t(
            "Means along axis {axis} are 0; expected along axis {wanted}.",
            "沿轴 {axis} 的均值是 0；应为沿轴 {wanted}。",
        ),
        next_step=t(
            "Take mean and variance over the axis that the exercise names, with keepdim=True (NumPy: keepdims=True).",
            "在题目指定的轴上求均值和方差，并加 keepdim=True（NumPy：keepdims=True）。",
        ),
    ),
    "broadcast.loss": Sentences(
        hint=t(
            "One input is a column, the other a row, so NumPy and torch compare every element with every other: "
            "`{first}` and `{second}` are broadcast to a square.",
            "一个输入是列、另一个是行，于是每个元素都与所有元素相比：`{first}` 与 `{second}` 被广播成了方阵。",
        ),
        shape=t(
            "`{first}` and `{second}` are broadcast to {n} x {n}: every element is compared with every other.",
            "`{first}` 与 `{second}` 被广播成了 {n} x {n}：每个元素都与所有元素相比。",
        ),
        next_step=t(
            "Give both the same shape first: `.squeeze(1)` or `.reshape(-1)`.",
            "先让两者形状相同：`.squeeze(1)` 或 `.reshape(-1)`。",
        ),
    ),
    "rows.tail": Sentences(
        hint=t("Only the last rows are wrong, all before them are right.", "只有最后几行错，前面的都对。"),
        full=t(
            "Rows {first} to {last} are wrong, all before them are right.", "第 {first} 到 {last} 行错，前面的都对。"
        ),
        next_step=t(
            "Look at how the end is handled: a short last batch, or a loop that stops early.",
            "检查末尾的处理：最后一个不足的批次，或提前结束的循环。",
        ),
    ),
    "rows.tail_batch": Sentences(
        hint=t(
            "Only the rows of the last, short batch are wrong (`{name}` does not divide the number of rows).",
            "只有最后一个不足的批次中的行出错（`{name}` 不能整除行数）。",
        ),
        full=t(
            "Rows {first} to {last} are wrong: the last batch is short, since `{name}` = {number}.",
            "第 {first} 到 {last} 行错：`{name}` = {number}，最后一个批次不足。",
        ),
        next_step=t(
            "Use the batch's own length, and let the loop reach the last row.",
            "使用该批次自己的长度，并让循环到达最后一行。",
        ),
    ),
    "rows.first": Sentences(
        hint=t("Only the first row or element is wrong.", "只有第一行（个）错。"),
        next_step=t(
            "Look at the starting value, and at what the loop does first.", "检查初始值，以及循环第一步做了什么。"
        ),
    ),
    "rows.one": Sentences(
        hint=t("Only one row or element is wrong, all others are right.", "只有一行（个）错，其余都对。"),
        full=t(
            "Only index {index} along axis {axis} is wrong, all others are right.",
            "只有轴 {axis} 上的第 {index} 个错，其余都对。",
        ),
        next_step=t(
            "The general case works: ask what is special here (a tie, a zero, a boundary).",
            "一般情形是对的：想想这里有何特殊（相等、零、边界）。",
        ),
    ),
    # ------------------------------------------------------------------------------------------ infinities
    "overflow.exp": Sentences(
        hint=t(
            "An input is so large that `exp` of it overflows: {dtype} ends at exp({limit}), and inf/inf is NaN.",
            "输入太大，`exp` 溢出了：{dtype} 只能算到 exp({limit})，而 inf/inf 是 NaN。",
        ),
        full=t(
            "{where} = {number}, and `exp` overflows {dtype} above {limit}; inf/inf is NaN.",
            "{where} = {number}，而 {dtype} 的 `exp` 在 {limit} 以上溢出；inf/inf 是 NaN。",
        ),
        next_step=t(
            "Subtract the largest value of each row before `exp`: the quotient does not change.",
            "在 `exp` 之前减去每行的最大值：商不变。",
        ),
    ),
    "overflow.log_zero": Sentences(
        hint=t(
            "An infinity appears where inputs of one row lie far apart: `exp` rounds to 0 there, and log(0) is -inf.",
            "同一行的输入相差很大时出现了无穷：`exp` 舍入为 0，而 log(0) 是 -inf。",
        ),
        full=t(
            "`{name}` has a row whose values lie {number} apart: `exp` rounds to 0 there, and log(0) is -inf.",
            "`{name}` 有一行的值相差 {number}：`exp` 舍入为 0，而 log(0) 是 -inf。",
        ),
        next_step=t(
            "Do not take the log of a softmax: use x - max - log(sum(exp(x - max))).",
            "不要对 softmax 的结果取对数：用 x - max - log(sum(exp(x - max)))。",
        ),
    ),
    "overflow.log_softmax": Sentences(
        hint=t(
            "The inputs are large and far apart: either `exp` overflows, or a softmax rounds to 0 and its log is -inf.",
            "输入很大且相差悬殊：要么 `exp` 溢出，要么 softmax 舍入为 0，其对数为 -inf。",
        ),
        next_step=t(
            "Compute the log of the softmax as x - max - log(sum(exp(x - max))).",
            "用 x - max - log(sum(exp(x - max))) 计算 softmax 的对数。",
        ),
    ),
    "overflow.hidden": Sentences(
        hint=t(
            "Exactly where inputs are large, 0 comes back: replacing NaN by 0 hides an overflow, it does not cure it.",
            "恰在输入很大处返回了 0：把 NaN 换成 0 只是掩盖了溢出，并没有解决它。",
        ),
        next_step=t(
            "Leave `nan_to_num` out and subtract the largest value of each row before `exp`.",
            "去掉 `nan_to_num`，在 `exp` 之前减去每行的最大值。",
        ),
    ),
    "zeros.some": Sentences(
        hint=t(
            "Some values are 0 where they should not be, all others are right.", "有些值不该是 0 却是 0，其余都对。"
        ),
        next_step=t(
            "Look for entries that are never filled in, masked by mistake, or replaced (`nan_to_num`).",
            "检查是否有未填入、误遮盖或被替换（`nan_to_num`）的元素。",
        ),
    ),
    "finite_entries": Sentences(
        hint=t(
            "Infinities stand where they belong; the finite values beside them are wrong.",
            "无穷都在应在的位置；出错的是其余的有限值。",
        ),
        next_step=t(
            "Leave the masked entries out, and work the others by hand on a tiny example.",
            "先不看被遮盖的位置，用一个很小的例子手算其余的值。",
        ),
    ),
    "nonfinite": Sentences(
        hint=t(
            "The result is not finite. NaN comes from 0/0, inf - inf, log or root of a negative number; "
            "inf from a division by 0, log(0), or overflow.",
            "结果不是有限数。NaN 来自 0/0、inf - inf、负数的对数或平方根；inf 来自除以 0、log(0) 或溢出。",
        ),
        next_step=t(
            "Print each intermediate value and look for the first one that is not finite.",
            "逐个打印中间值，找出第一个不是有限数的。",
        ),
    ),
    "infinity_expected": Sentences(
        hint=t(
            "An infinity is expected where yours is finite (a masked entry?).",
            "应为无穷处你的值是有限的（被遮盖的位置？）。",
        ),
        next_step=t(
            "Follow one such entry through your steps: which of them turns the infinity that should arise there into a "
            "finite number (an epsilon, a clamp, a replacement)?",
            "跟踪其中一个位置的计算过程：是哪一步（加 epsilon、clamp 或替换）把本应出现的无穷变成了有限数？",
        ),
    ),
    # ------------------------------------------------------------------------------------------ precision
    "precision.near": Sentences(
        hint=t("The values are nearly right: only precision is missing.", "值几乎正确：只差精度。"),
        full=t(
            "The values are nearly right: off by at most {number} times the tolerance.",
            "值几乎正确：误差最多是容许值的 {number} 倍。",
        ),
        next_step=t(
            "Look for an epsilon that is too large, a rounded constant, or a difference of nearly equal numbers.",
            "检查是否有过大的 epsilon、被舍入的常数，或相近数相减。",
        ),
    ),
    "precision.rounded": Sentences(
        hint=t("The values are right, but rounded to {dtype} on the way.", "值是对的，但中途被舍入成了 {dtype}。"),
        next_step=t(
            "Keep the input's dtype throughout; do not convert to {dtype}.",
            "全程保持输入的 dtype；不要转换为 {dtype}。",
        ),
    ),
    # ------------------------------------------------------------------------------------------ history
    "history.first_only": Sentences(
        hint=t(
            "The same call was right earlier in this test: something is remembered between calls.",
            "同样的调用先前是对的：两次调用之间留下了状态。",
        ),
        next_step=t(
            "Look for a global, a mutable default argument, or a gradient that is not reset to zero.",
            "检查全局变量、可变的默认参数，或没有清零的梯度。",
        ),
    ),
    "history.stale": Sentences(
        hint=t(
            "The result is that of an earlier call, though the arguments have changed.",
            "参数已变，结果却与先前那次调用相同。",
        ),
        next_step=t(
            "Compute anew on each call: do not cache, and do not keep the first call's state.",
            "每次调用都重新计算：不要缓存，也不要沿用第一次的状态。",
        ),
    ),
    "input.returned": Sentences(
        hint=t("The result is the argument `{name}`, unchanged.", "结果就是参数 `{name}`，没有改变。"),
        next_step=t("Return what you computed, not what came in.", "返回你计算的结果，而不是传入的值。"),
    ),
    "unknown": Sentences(
        hint=t("No known pattern fits.", "没有匹配到已知的错误模式。"),
        next_step=t(
            "Work a tiny example by hand and compare it with your function step by step.",
            "手算一个很小的例子，与你的函数逐步对照。",
        ),
    ),
}


ALSO = t("The same number is also {words}.", "这个数也等于{words}。")
AND = t("{first}, and {second}", "{first}，也等于{second}")


def cause(cause_id: str, **facts: object) -> Finding:
    """Return the finding `cause_id` with its fields filled in."""
    return finding(CAUSES[cause_id], cause_id, **facts)
