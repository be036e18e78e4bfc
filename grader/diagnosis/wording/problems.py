"""What went wrong, in one line, for each kind of evidence; and the causes of what is no comparison."""

from __future__ import annotations

from grader.diagnosis.finding import Finding
from grader.diagnosis.wording import Sentences, fill, finding, t
from grader.records import Text

COMMENTS: dict[str, Text] = {"expected": t("expected:", "期望："), "got": t("got:", "得到：")}  # in code
HIDDEN = t("A hidden check failed.", "一项隐藏检查未通过。")

PROBLEMS: dict[str, Text] = {
    "subject.result": t("The result", "结果"),
    "subject.argument": t("An argument after the call", "调用之后的参数"),
    "subject.named": t("`{name}` after the call", "调用之后的 `{name}` "),
    "subject.computed": t("A value computed from the result", "由结果计算出的值"),
    # in words
    "type": t("{subject} has the wrong type.", "{subject}的类型不对。"),
    "length": t("{subject} has the wrong number of items, or other keys.", "{subject}的项数或键不对。"),
    "shape": t("{subject} has the wrong shape.", "{subject}的形状不对。"),
    "dtype": t("{subject} has the wrong dtype.", "{subject}的 dtype 不对。"),
    "device": t("{subject} lies on the wrong device.", "{subject}所在的设备不对。"),
    "finiteness": t("{subject} has NaN or infinity in the wrong places.", "{subject}在不该出现的位置有 NaN 或无穷。"),
    "value": t("{subject} has the wrong values.", "{subject}的值不对。"),
    "memory": t("{subject} is a copy where a view is expected.", "{subject}是一份拷贝，应为视图。"),
    "memory.view": t("a view, in the memory of the argument", "视图，位于参数的内存中"),
    "memory.copy": t("a copy, with memory of its own", "拷贝，有自己的内存"),
    # with attributes
    "shape.sizes": t("{subject} has shape {got}, expected {wanted}.", "{subject}的形状是 {got}，应为 {wanted}。"),
    "dtype.names": t("{subject} has dtype {got}, expected {wanted}.", "{subject}的 dtype 是 {got}，应为 {wanted}。"),
    "device.names": t("{subject} is on {got}, expected on {wanted}.", "{subject}在 {got} 上，应在 {wanted} 上。"),
    "length.items": t("{subject} has {got} items, expected {wanted}.", "{subject}有 {got} 项，应为 {wanted} 项。"),
    "length.keys": t("{subject} has other keys than expected.", "{subject}的键与要求不同。"),
    "attribute": t("{subject} is {got}, expected {wanted}.", "{subject}是{got}，应为{wanted}。"),
    # with values
    "value.one": t("{subject} is {got}, expected {wanted}{within}.", "{subject}是 {got}，应为 {wanted}{within}。"),
    "value.at": t(
        "{subject} at {index} is {got}, expected {wanted}{within}.",
        "{subject}在 {index} 处是 {got}，应为 {wanted}{within}。",
    ),
    "within": t(" (within {allowed})", "（误差 {allowed} 以内）"),
    "where.count": t(
        "{differing} of {total} values differ; largest error {error}",
        "{total} 个值中有 {differing} 个不同；最大误差 {error}",
    ),
    "where.nonfinite": t(
        "{differing} of {total} values differ; yours has {nan} NaN and {inf} infinite",
        "{total} 个值中有 {differing} 个不同；你的结果有 {nan} 个 NaN、{inf} 个无穷",
    ),
    "where.path": t("in item {path}", "在第 {path} 项"),
    "facts.array": t("{type} of shape {shape}, {dtype}", "形状为 {shape} 的 {type}，{dtype}"),
    "facts.items": t("{type} of {length} items", "含 {length} 项的 {type}"),
    "facts.class": t("an object of class `{name}`", "类 `{name}` 的对象"),
    "facts.object": t("an object", "一个对象"),
    # other evidence
    "asserted": t("A check of the test does not hold.", "测试中的一项检查不成立。"),
    "asserted.full": t("A check of the test does not hold: {message}", "测试中的一项检查不成立：{message}"),
    "raised": t("{function} raised {type}.", "{function}引发了{type}。"),
    "raised.full": t("{function} raised {type}: {message}", "{function}引发了 {type}：{message}"),
    "raised.own": t("an exception of its own class", "自定义异常"),
    "raised.importing": t("Importing {module}", "导入 {module} 时"),
    "raised.code": t("Your code", "你的代码"),
    "unusable": t("The test could not use the result.", "测试无法使用返回的结果。"),
    "unusable.full": t("The test could not use the result: {problem}", "测试无法使用返回的结果：{problem}"),
    "input_changed": t(
        "The call changed its argument `{name}`, which must stay as it was.",
        "这次调用改变了参数 `{name}`，而它应保持不变。",
    ),
    "input_changed.full": t(
        "The call changed its argument `{name}` at {index} from {before} to {after}.",
        "这次调用把参数 `{name}` 在 {index} 处从 {before} 改成了 {after}。",
    ),
    "not_in_graph": t("No gradient flows back from the result.", "梯度无法从结果传回。"),
    "missing_name.kernel": t("`{name}` is not among what was given.", "没有给出 `{name}`。"),
    "missing_name": t("{module} has no public name `{name}`.", "{module} 中没有名为 `{name}` 的函数或类。"),
    "not_callable.function": t("`{name}` is not a function.", "`{name}` 不是函数。"),
    "not_callable.class": t("`{name}` is not a class.", "`{name}` 不是类。"),
    "refused.too-large": t("The result is too large.", "返回的结果太大。"),
    "refused.too-large.full": t(
        "The result has {size}, the limit is {limit}.", "返回的结果有 {size}，上限为 {limit}。"
    ),
    "refused.unsupported": t("The result is of a kind that cannot be compared.", "返回的结果属于无法比较的类型。"),
    "handle": t("The result is an object where the test needs a plain value.", "测试需要普通的值，返回的却是对象。"),
    "ended.call": t("The call did not end within {limit} s.", "调用未在 {limit} 秒内结束。"),
    "ended.iterator": t(
        "The iterator did not come to its end: all its items together have {limit} s.",
        "迭代器没有结束：取出全部元素共限时 {limit} 秒。",
    ),
    "ended.again": t(
        "The call did not end within {limit} s. It was given no longer: the function had just used up its whole time "
        "in two tests, once on an input no larger than this.",
        "调用未在 {limit} 秒内结束。没有再等更久：此前该函数已接连在两个测试中用尽全部时间，"
        "其中一次的输入并不比这次大。",
    ),
    "ended.exam": t("The exam did not end within {limit} s.", "考试未在 {limit} 秒内结束。"),
    "ended.exam_crashed": t(
        "What your code gave the tests made the process that runs them crash, and the exam was over.",
        "你的代码交给测试的值使运行测试的进程崩溃，考试就此结束。",
    ),
    "ended.reading": t("Python cannot read your code within {limit} s.", "Python 无法在 {limit} 秒内读完你的代码。"),
    "ended.memory": t("More than {limit} MiB of memory were used.", "使用的内存超过了 {limit} MiB。"),
    "ended.gpu_memory": t(
        "More than {limit} MiB of the GPU's memory were used.", "使用的 GPU 内存超过了 {limit} MiB。"
    ),
    "ended.exit": t("The program ended itself (exit status {status}).", "程序自行退出了（退出状态 {status}）。"),
    "ended.signal": t("The program crashed ({status}).", "程序崩溃了（{status}）。"),
    "ended.wire": t("The program wrote to a channel that belongs to the grader.", "程序写入了评分器专用的通道。"),
    "ended.background": t(
        "Your code went on computing after its call had returned: {used} s of processor time.",
        "调用返回之后，你的代码仍在计算：占用了 {used} 秒处理器时间。",
    ),
    "ended.forbidden": t("`{name}` may not be used in this exercise.", "本题不得使用 `{name}`。"),
    "ended.forbidden.some": t("Something is used that this exercise forbids.", "使用了本题禁止的内容。"),
}

CAUSES: dict[str, Sentences] = {
    "asserted": Sentences(
        hint=t("The result lacks a property that the exercise asks for.", "结果不具备题目要求的性质。"),
        next_step=t("Reread what the exercise says about this check.", "重读题目中与这项检查有关的说明。"),
    ),
    "unusable": Sentences(
        hint=t("The result is not of the kind that the exercise asks for.", "结果不是题目要求的类型。"),
        next_step=t("Compare the type and shape of your result with the exercise.", "把结果的类型和形状与题目对照。"),
    ),
    "input_changed.values": Sentences(
        hint=t(
            "In-place operations (`x -= ...`, `x[...] = ...`, `x.add_()`), also on a view, change the caller's data.",
            "就地运算（`x -= ...`、`x[...] = ...`、`x.add_()`），对视图也一样，会写入调用者的数据。",
        ),
        next_step=t(
            "Write `x = x - ...`, or start from `x.clone()` (`x.copy()`).",
            "写成 `x = x - ...`，或先用 `x.clone()`（`x.copy()`）。",
        ),
    ),
    "input_changed.items": Sentences(
        hint=t(
            "An append, pop, sort or assignment changed the caller's list or dictionary.",
            "append、pop、sort 或赋值改变了调用者的列表或字典。",
        ),
        next_step=t("Work on a copy: `list(items)`, `dict(items)`.", "在副本上操作：`list(items)`、`dict(items)`。"),
    ),
    "input_changed.shape": Sentences(
        hint=t(
            "A method that ends in _ (`t_`, `squeeze_`, `resize_`) changed the caller's tensor.",
            "以 _ 结尾的方法（`t_`、`squeeze_`、`resize_`）改变了调用者的张量。",
        ),
        next_step=t("Use the method without the underscore.", "用不带下划线的方法。"),
    ),
    "input_changed.grad": Sentences(
        hint=t("`backward()` added into the caller's `.grad`.", "`backward()` 累加到了调用者的 `.grad`。"),
        next_step=t(
            "Use `torch.autograd.grad`, or a detached copy of the input.",
            "用 `torch.autograd.grad`，或输入的 detach 副本。",
        ),
    ),
    "input_changed.requires_grad": Sentences(
        hint=t(
            "`requires_grad` was switched on or off on the caller's tensor.", "在调用者的张量上改动了 `requires_grad`。"
        ),
        next_step=t(
            "Work on `x.detach().clone().requires_grad_()`.", "在 `x.detach().clone().requires_grad_()` 上操作。"
        ),
    ),
    "not_in_graph": Sentences(
        hint=t(
            "The result was cut from the autograd graph: `.detach()`, `.data`, `.item()`, NumPy, `torch.tensor(...)` "
            "or `no_grad()` on the way.",
            "结果与计算图断开了：途中用了 `.detach()`、`.data`、`.item()`、NumPy、`torch.tensor(...)` 或 `no_grad()`。",
        ),
        next_step=t(
            "Use torch operations on the input itself, from beginning to end.", "从头到尾对输入本身使用 torch 运算。"
        ),
    ),
    "missing_name": Sentences(
        hint=t(
            "The function or class is missing, misspelled, or defined inside another one.",
            "函数或类缺失、拼写有误，或定义在了别的函数内部。",
        ),
        full=t("You have `{match}`. Did you mean `{name}`?", "你写的是 `{match}`，是不是想写 `{name}`？"),
        next_step=t("It must be called `{name}`: rename it.", "它必须叫 `{name}`：请改名。"),
    ),
    "missing_name.no_match": Sentences(
        hint=t(
            "The function or class is missing, misspelled, or defined inside another one.",
            "函数或类缺失、拼写有误，或定义在了别的函数内部。",
        ),
        next_step=t("Define `{name}` at the left margin of {module}.", "在 {module} 中顶格定义 `{name}`。"),
    ),
    "missing_name.kernel": Sentences(
        hint=t(
            "The function or class is missing, misspelled, or defined inside another one.",
            "函数或类缺失、拼写有误，或定义在了别的函数内部。",
        ),
        next_step=t(
            "Define `{name}` in a cell, run it, and check again; give it to `grader.check` as `{name}=…`.",
            "在单元格中定义 `{name}`，运行后再次检查；用 `grader.check` 时请以 `{name}=…` 给出。",
        ),
    ),
    "not_callable": Sentences(
        hint=t(
            "The name stands for something that cannot be called: another line has assigned to it.",
            "这个名字对应的东西无法调用：别处有一行给它赋了别的值。",
        ),
        next_step=t(
            "Look for `{name} =` in {module}, and give that variable another name.",
            "在 {module} 中查找 `{name} =`，并给那个变量换一个名字。",
        ),
    ),
    "not_callable.kernel": Sentences(
        hint=t(
            "The name stands for something that cannot be called: another line has assigned to it.",
            "这个名字对应的东西无法调用：别处有一行给它赋了别的值。",
        ),
        next_step=t(
            "Look for `{name} =` in your cells, give that variable another name, run the cell that defines `{name}`, "
            "and check again.",
            "在单元格中查找 `{name} =`，给那个变量换一个名字，重新运行定义 `{name}` 的单元格后再次检查。",
        ),
    ),
    "refused.too-large": Sentences(
        hint=t(
            "A broadcast to a huge square, or a list that keeps growing.", "可能广播成了巨大的方阵，或列表不断增长。"
        ),
        next_step=t("Print the `.shape` of the result for a small input.", "用小输入打印结果的 `.shape`。"),
    ),
    "refused.unsupported": Sentences(
        hint=t(
            "Only numbers, text, lists, tuples, dictionaries, tensors and arrays can be compared.",
            "只有数、文本、列表、元组、字典、张量和数组可以比较。",
        ),
        next_step=t(
            "Return plain data: no sparse or quantised tensors, no object arrays.",
            "返回普通数据：不要稀疏或量化张量，也不要对象数组。",
        ),
    ),
    "handle": Sentences(
        hint=t(
            "An object of a class cannot be compared, ordered or tested for truth here.",
            "类的对象在这里不能比较、排序或判断真假。",
        ),
        next_step=t("Return a number, tensor, list or dictionary.", "返回数、张量、列表或字典。"),
    ),
    "ended.call": Sentences(
        hint=t(
            "A loop that never ends, or Python loops over elements where one array operation would do.",
            "循环永不结束，或用 Python 循环逐元素计算而非一次数组运算。",
        ),
        next_step=t(
            "Check what ends each `while`; replace element loops by array operations.",
            "检查每个 `while` 的终止条件；用数组运算代替逐元素循环。",
        ),
    ),
    "ended.reading": Sentences(
        hint=t(
            "What people write is read in a moment: this is generated text, such as an f-string of many thousand "
            "characters, or data.",
            "人写的代码瞬间即可读完：这应是生成的内容，例如上万字符的 f-string，或大段数据。",
        ),
        next_step=t("Take it out of the file.", "请把它从文件中删去。"),
    ),
    "ended.memory": Sentences(
        hint=t(
            "A broadcast to a huge array, a list that keeps every graph, or endless growth.",
            "广播成了巨大的数组、列表保留了所有计算图，或无限增长。",
        ),
        next_step=t(
            "Store `loss.item()` rather than `loss`; print shapes for a small input.",
            "保存 `loss.item()` 而不是 `loss`；用小输入打印形状。",
        ),
    ),
    "ended.exit": Sentences(
        hint=t(
            "`exit()`, `quit()`, `sys.exit()` or `os._exit()` ends the program instead of returning.",
            "`exit()`、`quit()`、`sys.exit()` 或 `os._exit()` 结束了程序而没有返回。",
        ),
        next_step=t("Leave the call out, and return a value or raise an exception.", "去掉该调用，返回值或抛出异常。"),
    ),
    "ended.signal": Sentences(
        hint=t(
            "Native code crashed: an index out of range in low-level code, very deep recursion, or wrong ctypes.",
            "底层代码崩溃了：底层下标越界、递归太深，或 ctypes 使用有误。",
        ),
        next_step=t(
            "Use torch and NumPy operations only; replace deep recursion by a loop.",
            "只用 torch 和 NumPy 的运算；用循环代替深递归。",
        ),
    ),
    "ended.exam_crashed": Sentences(
        hint=t(
            "Values that are far larger than the task describes, in a result or handed to a function of the test, "
            "or very many of them.",
            "返回的结果，或传给测试所给函数的参数，比题目描述的大得多，或者数量极多。",
        ),
        next_step=t(
            "Print the shapes of what you return and of what you call the given functions with; "
            "keep to those of the task.",
            "打印返回值以及调用所给函数时参数的形状，并与题目要求保持一致。",
        ),
    ),
    "ended.wire": Sentences(
        hint=t(
            "Files and pipes that your code did not open are not its own.", "不是你的代码打开的文件和管道不归它使用。"
        ),
        next_step=t(
            "Leave out code that writes to file descriptors; `print` is fine.",
            "去掉写入文件描述符的代码；`print` 没问题。",
        ),
    ),
    "ended.background": Sentences(
        hint=t(
            "A thread outlives the call that started it: work between calls would escape every limit and every clock.",
            "有线程在启动它的调用结束后仍在运行：调用之间的计算会逃过所有限制和计时。",
        ),
        next_step=t(
            "Join threads before you return; start none while the module is imported.",
            "返回之前先 join 所有线程；导入模块时不要启动线程。",
        ),
    ),
    "ended.forbidden": Sentences(
        hint=t("The exercise is about building this yourself.", "本题要求你自己实现它。"),
        next_step=t(
            "Write it out with basic operations (+, *, exp, sum, ...).", "用基本运算（+、*、exp、sum 等）写出来。"
        ),
    ),
    "ended.not_allowed": Sentences(
        hint=t(
            "Of imported libraries, this exercise allows only the names on its list.",
            "对导入的库，本题只允许使用清单上的名称。",
        ),
        next_step=t(
            "Use only what is on the list: {names}. Operators, builtins and methods of values need not be on it.",
            "只使用清单上的名称：{names}。运算符、Python 内置函数和值的方法不必列在其中。",
        ),
    ),
}


def problem(key: str, **facts: object) -> Text:
    """Return the problem line `key` with its fields filled in."""
    return fill(PROBLEMS[key], **facts)


def cause(key: str, *, cause_id: str = "", **facts: object) -> Finding:
    """Return the finding `key` with its fields filled in."""
    return finding(CAUSES[key], cause_id or key, **facts)
