"""Every lint: what passes where it finds something, and how to mend that. Most are holes seen in public tests."""

from __future__ import annotations

from dataclasses import dataclass

from grader.records import Severity, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """One kind of hole: `why` names the fault that passes, `remedy` what the author does."""

    why: Text
    remedy: Text
    severity: Severity = Severity.WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One place where a lint finds something. `subject` tells it from others of its kind: "softmax.logits"."""

    lint: str  # a key of `LINTS`
    subject: str
    file: str  # "test_hidden.py"
    line: int
    what: Text


LINTS = {
    # what the student's functions are given, over all tests
    "never-called": Lint(
        why=Text(en="Left unwritten, it costs nothing.", zh="不写它也不会丢分。"),
        remedy=Text(
            en="Add a test, or take the function out of the stub.", zh="请增加测试，或从骨架文件中去掉该函数。"
        ),
    ),
    "called-once": Lint(
        why=Text(en="An answer written for this one input passes.", zh="只针对这一个输入写死的答案也能通过。"),
        remedy=Text(en="Call it with other sizes and values, too.", zh="请再用别的尺寸和数值调用它。"),
    ),
    "fixed-inputs": Lint(
        why=Text(
            en="Its arguments are the same in every exam, so a list of right answers passes.",
            zh="每次考试的参数都相同，写死一张答案表就能通过。",
        ),
        remedy=Text(en="Draw some of them from `rand`.", zh="请用 `rand` 抽取其中一部分。"),
    ),
    "square-shapes": Lint(
        why=Text(
            en="A transposed matrix, or a sum over the wrong axis, passes.", zh="转置弄反或沿错误的轴求和也能通过。"
        ),
        remedy=Text(
            en="Give every axis a length of its own in at least one test.", zh="至少在一个测试中让各轴长度互不相同。"
        ),
    ),
    "constant-size": Lint(
        why=Text(en="That number, written into the code, passes.", zh="把这个数写死在代码里也能通过。"),
        remedy=Text(en="Vary the length of that axis from call to call.", zh="请让该轴的长度在不同调用中变化。"),
    ),
    "divisible-batches": Lint(
        why=Text(
            en="Code that drops the short last batch, or divides it by the wrong number, passes.",
            zh="丢掉最后不足一批的数据，或用错误的数去除，也能通过。",
        ),
        remedy=Text(en="Add a call in which a few rows are left over.", zh="请增加一次余下几行的调用。"),
    ),
    "constant-argument": Lint(
        why=Text(en="Code that ignores the argument passes.", zh="完全不理会该参数的代码也能通过。"),
        remedy=Text(en="Call it with at least two values of that argument.", zh="请至少用该参数的两个不同取值调用。"),
    ),
    "default-only": Lint(
        why=Text(en="Code that ignores the argument passes.", zh="完全不理会该参数的代码也能通过。"),
        remedy=Text(en="Add a call that gives it another value than the default.", zh="请增加一次传入非默认值的调用。"),
    ),
    "uniform-values": Lint(
        why=Text(
            en="A sum and a mean, rows and columns, any order of the elements: all look alike.",
            zh="元素全都相等时，求和与平均、行与列、任何次序都看不出区别。",
        ),
        remedy=Text(
            en="Add a call with values that differ: `rand.normal(…)`.",
            zh="请增加一次元素互不相同的调用：`rand.normal(…)`。",
        ),
    ),
    "unit-upstream": Lint(
        why=Text(
            en="A gradient that forgets the upstream one, or hands it to the wrong elements, passes.",
            zh="忘记乘以上游梯度，或把它传给错误的元素，都能通过。",
        ),
        remedy=Text(en="Pass an upstream gradient from `rand`.", zh="请传入用 `rand` 抽取的上游梯度。"),
    ),
    "one-row": Lint(
        why=Text(en="A `squeeze()` that eats the batch axis passes.", zh="`squeeze()` 误删批次轴也能通过。"),
        remedy=Text(en="Add a call with a batch of one.", zh="请增加一次批大小为一的调用。"),
        severity=Severity.NOTE,
    ),
    # how the tests are written
    "no-assertion": Lint(
        why=Text(en="Any answer passes.", zh="任何答案都能通过。"),
        remedy=Text(
            en="Compare the result by `close`, or assert something about it.",
            zh="请用 `close` 比较结果，或对它做断言。",
        ),
    ),
    "no-student": Lint(
        why=Text(en="It gives points to everybody.", zh="人人都能得到这份分数。"),
        remedy=Text(
            en="Take the fixture `student` and call the student's code.",
            zh="请使用 fixture `student` 并调用学生的代码。",
        ),
    ),
    "empty-loop": Lint(
        why=Text(
            en="Where the student returns nothing to loop over, nothing is compared, and the test passes.",
            zh="若学生返回的序列为空，则什么都没有比较，测试照样通过。",
        ),
        remedy=Text(en="Assert first how many there are.", zh="请先断言其个数。"),
    ),
    "swallowed-error": Lint(
        why=Text(en="A failed comparison inside it goes unnoticed.", zh="其中失败的比较会被忽略。"),
        remedy=Text(
            en="Use `pytest.raises(…)` around the one call that must raise.",
            zh="请只对必须抛出异常的那次调用使用 `pytest.raises(…)`。",
        ),
    ),
    "broadcast-comparison": Lint(
        why=Text(
            en="It broadcasts: a result of another shape, (n, 1) for (n,), passes.",
            zh="它会广播：形状不同的结果（如以 (n, 1) 代替 (n,)）也能通过。",
        ),
        remedy=Text(
            en="Use `close(actual, expected)`, which compares shape and dtype first.",
            zh="请用 `close(actual, expected)`：它先比较形状和 dtype。",
        ),
    ),
    "float-equality": Lint(
        why=Text(
            en="A right answer that rounds differently fails.",
            zh="仅舍入不同的正确答案会失败。",
        ),
        remedy=Text(en="Use `close`; whole numbers it compares exactly.", zh="请用 `close`；整数会被精确比较。"),
    ),
    "own-forward": Lint(
        why=Text(
            en="The numerical gradient is that of the student's own function: a wrong forward with a matching backward "
            "passes.",
            zh="数值梯度来自学生自己的函数：前向算错、反向与之一致，也能通过。",
        ),
        remedy=Text(
            en="Take the gradient of the reference, or one worked out by hand.", zh="请用参考答案的梯度，或手算的梯度。"
        ),
    ),
    "own-randomness": Lint(
        why=Text(
            en="It does not follow the exam's seed: every exam gets the same values, or nobody can repeat one.",
            zh="它不随考试的种子变化：要么每次考试的数值都一样，要么无法重现。",
        ),
        remedy=Text(en="Draw from the fixture `rand`.", zh="请用 fixture `rand` 抽取。"),
    ),
    "one-choice": Lint(
        why=Text(
            en="The upper end is excluded, so it is always the same number.", zh="上界不包含在内，因此永远是同一个数。"
        ),
        remedy=Text(en="Raise the upper end.", zh="请增大上界。"),
    ),
    "hint-tells": Lint(
        why=Text(en="It can be copied instead of understood.", zh="学生可以照抄而无须理解。"),
        remedy=Text(en="Ask the question that leads to it instead.", zh="请改为提出引向它的问题。"),
    ),
    # silenced lints
    "ignored-without-reason": Lint(
        why=Text(en="Nobody will know whether it still holds.", zh="日后无人知道它是否仍然成立。"),
        remedy=Text(en="Write the reason beside it.", zh="请在旁边写明理由。"),
    ),
    "ignored-in-vain": Lint(
        why=Text(en="There is nothing left to ignore.", zh="已经没有可忽略的内容。"),
        remedy=Text(en="Remove it.", zh="请将其删除。"),
        severity=Severity.NOTE,
    ),
}
