"""What an exception of the student's code most likely means: builtin ones, and the usual ones of torch and NumPy."""

from __future__ import annotations

from grader.diagnosis.finding import Finding
from grader.diagnosis.wording import Sentences, finding, t
from grader.records import NOT_WRITTEN

_SHAPES = t("Print the `.shape` of both operands on the line before.", "在前一行打印两个操作数的 `.shape`。")

ERRORS: dict[str, Sentences] = {
    NOT_WRITTEN: Sentences(
        hint=t("This function is not written yet.", "这个函数还没有写。"),
        next_step=t(
            "Replace `raise NotImplementedError` by your code.", "把 `raise NotImplementedError` 换成你的代码。"
        ),
    ),
    "raised.signature": Sentences(
        hint=t(
            "The function does not take the arguments that the exercise gives it; required is `{wanted}`.",
            "函数不接受题目传入的参数；应为 `{wanted}`。",
        ),
        full=t("Required is `{wanted}`, yours is `{own}`.", "应为 `{wanted}`，你写的是 `{own}`。"),
        next_step=t(
            "Restore the parameters' names and order, defaults included.", "恢复参数的名称与顺序，包括默认值。"
        ),
    ),
    "raised.arguments": Sentences(
        hint=t(
            "A function is called with too few, too many, or unknown arguments.", "调用函数时参数过少、过多或名称不对。"
        ),
        next_step=t(
            "Compare the call on that line with the `def` of the function it calls.",
            "把该行的调用与被调函数的 `def` 对照。",
        ),
    ),
    "torch.values_and_indices": Sentences(
        hint=t(
            "`max`, `min`, `sort` and their like return two tensors along an axis: the values and the indices.",
            "`max`、`min`、`sort` 等沿某个轴时返回两个张量：值和下标。",
        ),
        next_step=t("Take the `.values`, or use `amax` or `amin`.", "请取 `.values`，或改用 `amax`、`amin`。"),
    ),
    "raised.none_used": Sentences(
        hint=t(
            "None is used as if it were a value: a `return` is missing, or an in-place method's result is used.",
            "把 None 当作值来用：漏了 `return`，或用了就地方法的返回值。",
        ),
        next_step=t(
            "Find where the None comes from; `.grad` is None before `backward()`.",
            "找出 None 的来源；`backward()` 之前 `.grad` 是 None。",
        ),
    ),
    "raised.not_callable": Sentences(
        hint=t("Something that is not a function is called.", "调用了不是函数的东西。"),
        next_step=t(
            "Look for a name that hides a function (`sum = ...`), or a missing `*` before a bracket.",
            "检查是否有变量盖住了函数名（`sum = ...`），或括号前漏了 `*`。",
        ),
    ),
    "raised.type": Sentences(
        hint=t("An operation got a value of a type that it cannot take.", "某个运算得到了它不能处理的类型。"),
        next_step=t("Print `type(...)` of each operand on that line.", "打印该行每个操作数的 `type(...)`。"),
    ),
    "raised.name": Sentences(
        hint=t(
            "A name is used that does not exist: misspelled, not imported, or assigned only in another branch.",
            "用了不存在的名称：拼写有误、没有导入，或只在别的分支中赋值。",
        ),
        full=t(
            "The name `{first}` does not exist: misspelled, not imported, or assigned only in another branch.",
            "名称 `{first}` 不存在：拼写有误、没有导入，或只在别的分支中赋值。",
        ),
        next_step=t("Check the spelling and the imports at the top of the file.", "检查拼写和文件开头的导入。"),
    ),
    "raised.unbound": Sentences(
        hint=t(
            "A local variable is read before it has a value: assigning to a name makes it local.",
            "局部变量在赋值之前就被读取：对名称赋值会使它成为局部变量。",
        ),
        next_step=t("Give it a value before the loop or branch.", "在循环或分支之前给它一个值。"),
    ),
    "raised.attribute": Sentences(
        hint=t(
            "An object has no such attribute or method: misspelled, or an object of another type than you think.",
            "对象没有这个属性或方法：拼写有误，或对象的类型与你想的不同。",
        ),
        next_step=t(
            "Print `type(...)` of the object; NumPy and torch name some methods differently.",
            "打印对象的 `type(...)`；NumPy 与 torch 的方法名有时不同。",
        ),
    ),
    "raised.import": Sentences(
        hint=t(
            "A module cannot be imported: misspelled, or not available during grading.",
            "模块无法导入：拼写有误，或评分时不可用。",
        ),
        next_step=t(
            "Use only torch, NumPy and the standard library, as the exercise does.",
            "只使用 torch、NumPy 和标准库，与题目一致。",
        ),
    ),
    "raised.syntax": Sentences(
        hint=t("The file is not valid Python.", "文件不是合法的 Python 代码。"),
        next_step=t(
            "Look at that line and the one before: a bracket, a colon, a quote.", "查看该行及前一行：括号、冒号、引号。"
        ),
    ),
    "raised.indentation": Sentences(
        hint=t("The indentation does not fit.", "缩进不一致。"),
        next_step=t("Indent with four spaces, never tabs.", "用四个空格缩进，不要用制表符。"),
    ),
    "raised.recursion": Sentences(
        hint=t(
            "The function calls itself too deeply: no stopping case, or a graph deeper than Python's stack (1,000).",
            "函数自我调用太深：没有终止条件，或图比 Python 的栈（约 1000 层）更深。",
        ),
        next_step=t("Use a loop with a list as a stack.", "改用循环，以列表作栈。"),
    ),
    "raised.memory": Sentences(
        hint=t("The code asked for more memory than the exam allows.", "代码申请的内存超过了考试的限制。"),
        next_step=t(
            "Look for a broadcast to a huge square, or a list that keeps every graph.",
            "检查是否广播成了巨大的方阵，或列表保留了所有计算图。",
        ),
    ),
    "raised.exit": Sentences(
        hint=t(
            "The code ends the program (`exit()`, `sys.exit()`, Ctrl-C) instead of returning.",
            "代码结束了程序（`exit()`、`sys.exit()`、Ctrl-C），而没有返回。",
        ),
        next_step=t("Leave out the call to `exit`, and return a value.", "去掉 `exit` 调用，改为返回值。"),
    ),
    "raised.refused": Sentences(
        hint=t(
            "The system refused this; graded code can usually start no program or process, and reach no network.",
            "系统拒绝了这一操作；评分时，代码通常不能启动程序或进程，也不能访问网络。",
        ),
        next_step=t(
            "Do the work in this one process, without `subprocess`, `multiprocessing`, `num_workers` or downloads.",
            "请在这一个进程中完成，不要用 `subprocess`、`multiprocessing`、`num_workers`，也不要下载。",
        ),
    ),
    "raised.path": Sentences(
        hint=t(
            "A file was not found, or may not be used; while code is graded, your own files are usually not there, "
            "and at most temporary ones can be written.",
            "文件不存在或无权使用；评分时通常看不到你自己的文件，最多只能写临时文件。",
        ),
        next_step=t(
            "Put what the code needs into the code itself; keep data in memory (`io.BytesIO`), or try `tempfile`.",
            "把需要的内容写进代码；数据放在内存中（`io.BytesIO`），或尝试 `tempfile`。",
        ),
    ),
    "raised.index": Sentences(
        hint=t("An index lies beyond the end.", "下标超出了范围。"),
        next_step=t(
            "Indices run from 0 to length - 1; check the loop's end, and class labels against the number of classes.",
            "下标从 0 到长度减 1；检查循环的终点，以及类别标签与类别数。",
        ),
    ),
    "raised.axis": Sentences(
        hint=t("An axis is named that the array does not have.", "指定了数组没有的轴。"),
        next_step=t(
            "Count from the end (`dim=-1`) to work for any number of axes.",
            "从末尾数起（`dim=-1`），便适用于任意个轴。",
        ),
    ),
    "raised.key": Sentences(
        hint=t("A key is looked up that the dictionary does not have.", "查找了字典中没有的键。"),
        next_step=t("Print the keys, or start the entry before you use it.", "打印所有键，或在使用前先建立该项。"),
    ),
    "raised.zero_division": Sentences(
        hint=t("A division by zero.", "除以了零。"),
        next_step=t(
            "Ask which count or step can be 0: a time step t that starts at 0, an empty batch.",
            "想想哪个计数可能为 0：从 0 开始的时间步 t、空批次。",
        ),
    ),
    "raised.unpack": Sentences(
        hint=t("A value is unpacked into too many or too few names.", "拆包时名称的个数不对。"),
        next_step=t(
            "Count the names on the left; an array may have more axes than you expect.",
            "数一数左边的名称；数组的轴可能比你想的多。",
        ),
    ),
    "raised.truth": Sentences(
        hint=t(
            "An array of several values is used where one True or False is needed.",
            "需要单个真假值的地方用了含多个值的数组。",
        ),
        next_step=t(
            "Use `torch.where`, a mask, or `.any()` / `.all()` instead of `if`.",
            "用 `torch.where`、掩码或 `.any()`、`.all()` 代替 `if`。",
        ),
    ),
    "raised.assertion": Sentences(
        hint=t("An `assert` in your own code failed.", "你自己代码中的 `assert` 失败了。"),
        next_step=t(
            "Check whether the assertion holds for every allowed input.", "检查这个断言是否对所有允许的输入都成立。"
        ),
    ),
    "torch.view": Sentences(
        hint=t(
            "`view` needs values that lie in memory in that order; after a transpose they do not.",
            "`view` 要求元素在内存中按此顺序排列；转置之后并非如此。",
        ),
        next_step=t(
            "Use `.reshape(...)`, or `.contiguous().view(...)`.", "用 `.reshape(...)` 或 `.contiguous().view(...)`。"
        ),
    ),
    "torch.size": Sentences(
        hint=t(
            "The sizes given to `view` or `reshape` do not multiply to the number of elements.",
            "传给 `view` 或 `reshape` 的大小之积不等于元素个数。",
        ),
        next_step=t(
            "Read sizes from `x.shape` instead of writing numbers; the last batch may be shorter.",
            "从 `x.shape` 读取大小，不要写死；最后一个批次可能更短。",
        ),
    ),
    "torch.matmul": Sentences(
        hint=t("The inner sizes of a matrix product differ.", "矩阵乘积的内侧大小不一致。"),
        full=t(
            "The inner sizes of a matrix product differ: {first} and {second}.",
            "矩阵乘积的内侧大小不一致：{first} 与 {second}。",
        ),
        next_step=t(
            "(m, k) @ (k, n) gives (m, n): transpose one factor, or swap them. Print both shapes.",
            "(m, k) @ (k, n) 得到 (m, n)：转置其中一个因子，或交换两者。打印两者的形状。",
        ),
    ),
    "torch.broadcast": Sentences(
        hint=t(
            "Two shapes do not fit together: from the end, sizes must be equal or 1.",
            "两个形状不能匹配：从末尾起，各大小必须相等或为 1。",
        ),
        next_step=_SHAPES,
    ),
    "torch.join": Sentences(
        hint=t("Tensors of different sizes cannot be stacked or joined.", "大小不同的张量不能堆叠或拼接。"),
        next_step=t(
            "Print the `.shape` of each; only the joined axis may differ.",
            "打印每个张量的 `.shape`；只有被拼接的轴可以不同。",
        ),
    ),
    "torch.rank": Sentences(
        hint=t("An array has more or fewer axes than the operation needs.", "数组的轴数多于或少于该运算的要求。"),
        next_step=t(
            "Print its `.shape`; add or drop an axis with `unsqueeze`, `squeeze` or `reshape`.",
            "打印它的 `.shape`；用 `unsqueeze`、`squeeze` 或 `reshape` 增减轴。",
        ),
    ),
    "torch.numpy_grad": Sentences(
        hint=t(
            "A tensor that takes part in autograd cannot become a NumPy array.",
            "参与自动求导的张量不能直接变为 NumPy 数组。",
        ),
        next_step=t(
            "Stay in torch; to look at the values only, use `.detach().numpy()`.",
            "全程使用 torch；只想看值时用 `.detach().numpy()`。",
        ),
    ),
    "torch.leaf_inplace": Sentences(
        hint=t(
            "A tensor that requires a gradient is changed in place while autograd records.",
            "自动求导正在记录时，就地修改了需要梯度的张量。",
        ),
        next_step=t(
            "Is it a parameter to be updated? Do that inside `with torch.no_grad():`. Any other tensor leave as it "
            "is: `x = x - ...` instead of `x -= ...`.",
            "若是要更新的参数，请在 `with torch.no_grad():` 内更新；其他张量不要就地修改："
            "用 `x = x - ...` 代替 `x -= ...`。",
        ),
    ),
    "torch.inplace_needed": Sentences(
        hint=t("A value that `backward()` needs was overwritten in place.", "`backward()` 需要的值被就地覆盖了。"),
        next_step=t(
            "Write `x = x + ...` instead of `x += ...` in the forward pass.",
            "前向计算中用 `x = x + ...` 代替 `x += ...`。",
        ),
    ),
    "torch.no_grad": Sentences(
        hint=t("The loss does not depend on any parameter that requires a gradient.", "损失不依赖任何需要梯度的参数。"),
        next_step=t(
            "Look for `.detach()`, `.item()`, `no_grad()` or a tensor made anew on the way.",
            "检查途中是否有 `.detach()`、`.item()`、`no_grad()` 或新建的张量。",
        ),
    ),
    "torch.scalar_backward": Sentences(
        hint=t("`backward()` was called on more than one number.", "对不止一个数调用了 `backward()`。"),
        next_step=t("Reduce the loss first: `.mean()` or `.sum()`.", "先把损失归约：`.mean()` 或 `.sum()`。"),
    ),
    "torch.backward_twice": Sentences(
        hint=t("`backward()` ran twice through the same graph.", "对同一个计算图做了两次 `backward()`。"),
        next_step=t(
            "Compute the loss anew for each step; detach what is carried over.",
            "每一步重新计算损失；带到下一步的值要 detach。",
        ),
    ),
    "torch.long": Sentences(
        hint=t(
            "Class indices must be integers (int64), and came as another dtype.",
            "类别下标必须是整数（int64），实际是别的 dtype。",
        ),
        next_step=t("Convert the labels with `.long()`.", "用 `.long()` 转换标签。"),
    ),
    "torch.dtype": Sentences(
        hint=t("Two tensors of different dtype meet in one operation.", "同一运算中的两个张量 dtype 不同。"),
        next_step=t(
            "Create new tensors with the input's dtype: `dtype=x.dtype`.", "新张量沿用输入的 dtype：`dtype=x.dtype`。"
        ),
    ),
    "torch.float_needed": Sentences(
        hint=t("A mean, root or gradient was asked of integers.", "对整数求了平均、开方或梯度。"),
        next_step=t("Convert with `.float()` first.", "先用 `.float()` 转换。"),
    ),
    "torch.device": Sentences(
        hint=t("Tensors on different devices meet in one operation.", "同一运算中的张量在不同设备上。"),
        next_step=t(
            "Create new tensors with `device=x.device`, and move model and data together.",
            "新张量用 `device=x.device` 创建，并把模型和数据移到同一设备。",
        ),
    ),
    "torch.scalar_needed": Sentences(
        hint=t("`.item()` was called on more than one value.", "对不止一个值调用了 `.item()`。"),
        next_step=t("Reduce to one value first, or use `.tolist()`.", "先归约为一个值，或用 `.tolist()`。"),
    ),
    "raised.value": Sentences(
        hint=t("A function was given a value that it cannot use.", "某个函数得到了它不能使用的值。"),
        next_step=t("Print the arguments of the call on that line.", "打印该行调用的参数。"),
    ),
    "raised": Sentences(
        hint=t("The code stopped with an error before it could return.", "代码在返回之前因错误而停止。"),
        next_step=t("Read the line below, and print the values that it uses.", "查看下面这一行，打印其中用到的值。"),
    ),
}


def error(cause_id: str, **facts: object) -> Finding:
    """Return the finding `cause_id`; parts of the message fill `full` only, for the message is the child's."""
    return finding(ERRORS[cause_id], cause_id, **facts)
