"""Every fixed sentence of the reports, in English and Simplified Chinese.

Commands stand in backticks, which the terminal colours. Placeholders are the same in both languages. A count has a
form for one and a form for many, since English does.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.records import Fault, Isolation, Language, Outcome, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A sentence about `{count}` things."""

    one: Text
    many: Text

    def within(self, language: Language, count: int, **values: str) -> str:
        """Return the sentence about `count` things in `language`."""
        text = self.one if count == 1 else self.many
        return text.within(language).format(count=count, **values)


# ------------------------------------------------------------------------------------------------- score

SCORE = Text(en="{points} / {possible} points", zh="{points} / {possible} 分")
SCORE_UNKNOWN = Text(en="{points} points", zh="{points} 分")
FULL = Text(en="full score", zh="满分")
NOT_STARTED = Text(en="not started", zh="尚未开始")
REJECTED = Text(en="not accepted", zh="未能接收")
VISIBLE_FULL = Text(en="all visible points", zh="可见测试满分")
NO_SCORE = Text(en="No score", zh="没有评分")
VISIBLE_ONLY = Text(
    en="Only the visible tests ran. The hidden tests are not on this machine, so this is not the course's score.",
    zh="只运行了可见测试。隐藏测试不在这台机器上，因此这不是课程成绩。",
)
WELL_DONE = Text(en="Every test passes. Well done!", zh="所有测试都通过了，做得好！")
VISIBLE_DONE = Text(
    en="Every visible test passes. Hand it in to run the hidden ones.",
    zh="所有可见测试都通过了。提交之后会运行隐藏测试。",
)
UNTOUCHED = Text(
    en="{files}: unchanged since you got it, so there is nothing to grade yet.",
    zh="{files}：与发给你的文件完全相同，目前还没有可以评分的内容。",
)

# ------------------------------------------------------------------------------------------------- who handed it in

NAME_AND_ID = Text(en="{name} ({student})", zh="{name}（{student}）")
ATTEMPT = Text(en="attempt {attempt}", zh="第 {attempt} 次尝试")
COMMIT = Text(en="commit {commit}", zh="提交号 {commit}")
EARNED = Text(en="Earned: {earned}, of which {points} count.", zh="测试所得 {earned} 分，计入 {points} 分。")

# ------------------------------------------------------------------------------------------------- headings of a page

TESTS = Text(en="Tests", zh="测试")
OUTCOME = Text(en="Outcome", zh="结果")
CLAIM = Text(en="What is tested", zh="测试内容")
POINTS = Text(en="Points", zh="得分")
WENT_WRONG = Text(en="What went wrong", zh="哪里出了问题")
REVIEWS = Text(en="To be looked at", zh="供人工查看")
NOTES = Text(en="For the instructor", zh="给老师的说明")
SUBMISSION_SHA256 = Text(en="submission sha256 {sha256}", zh="提交的 sha256：{sha256}")
EXERCISE_SHA256 = Text(en="exercise sha256 {sha256}", zh="题目的 sha256：{sha256}")

# ------------------------------------------------------------------------------------------------- tests

VISIBLE_TESTS = Text(en="Visible tests", zh="可见测试")
HIDDEN_TESTS = Text(en="Hidden tests", zh="隐藏测试")
OUTCOMES = {
    Outcome.PASSED: Text(en="passed", zh="通过"),
    Outcome.FAILED: Text(en="failed", zh="未通过"),
    Outcome.BLOCKED: Text(en="waits", zh="等待"),
    Outcome.TIMEOUT: Text(en="timeout", zh="超时"),
    Outcome.MEMORY: Text(en="memory", zh="超内存"),
    Outcome.CRASHED: Text(en="crashed", zh="崩溃"),
    Outcome.FORBIDDEN: Text(en="forbidden", zh="被禁止"),
    Outcome.GRADER_FAULT: Text(en="not graded", zh="未评分"),
}
NOT_RUN = Text(en="not run", zh="未运行")
WAIT_FOR = Counted(
    one=Text(en="1 more waits for: {blocker}", zh="另有 1 项等待：{blocker}"),
    many=Text(en="{count} more wait for: {blocker}", zh="另有 {count} 项等待：{blocker}"),
)
WAITS_FOR = Text(en="Waits for: {blocker}", zh="等待：{blocker}")
CANNOT_RUN = Counted(
    one=Text(en="1 test needs your code to load first", zh="代码能够加载之后才会运行 1 项测试"),
    many=Text(en="{count} tests need your code to load first", zh="代码能够加载之后才会运行 {count} 项测试"),
)
CANNOT_JUDGE = Counted(
    one=Text(en="1 test needs code without what is forbidden", zh="代码不含禁用内容之后才会运行 1 项测试"),
    many=Text(en="{count} tests need code without what is forbidden", zh="代码不含禁用内容之后才会运行 {count} 项测试"),
)
ALL_ENDED_ALIKE = Text(
    en="All tests that ran ended the same way, so they probably have one cause.",
    zh="所有运行过的测试都以同样的方式结束，原因很可能是同一个。",
)

# ------------------------------------------------------------------------------------------------- one failure

CALL = Text(en="call", zh="调用")
EXPECTED = Text(en="expected", zh="期望")
GOT = Text(en="got", zh="实际")
WHERE = Text(en="where", zh="位置")
CAUSE = Text(en="cause", zh="原因")
NEXT_STEP = Text(en="next", zh="下一步")
YOUR_CODE = Text(en="your code", zh="你的代码")
TRY_IT = Text(en="try it yourself", zh="自己试一试")
PRINTED = Text(en="printed", zh="输出")
IN_EXECUTED = Text(en="In [{cell}], line {line}", zh="In [{cell}] 第 {line} 行")
IN_CELL = Text(en="cell {cell} of the notebook, line {line}", zh="笔记本第 {cell} 个单元格第 {line} 行")
IN_FUNCTION = Text(en="{place}, in {function}", zh="{place}，{function}")
LOADING = Text(en="Your code could not be loaded.", zh="你的代码无法加载。")
AGAINST_RULES = Text(en="Your code uses what this exercise forbids.", zh="你的代码使用了本题禁止的内容。")
NOT_ACCEPTED = Text(en="Your submission was not accepted.", zh="你的提交未能接收。")
OUTPUT_WITHHELD = Text(
    en="not shown: this test is hidden, and your output may hold its inputs",
    zh="不显示：这是隐藏测试，输出中可能含有它的输入",
)
LINES = Counted(one=Text(en="1 line", zh="1 行"), many=Text(en="{count} lines", zh="{count} 行"))
MORE_LINES = Counted(
    one=Text(en="1 more line", zh="还有 1 行"), many=Text(en="{count} more lines", zh="还有 {count} 行")
)
UNEXPLAINED = {
    Outcome.FAILED: Text(en="The result is not what this test expects.", zh="结果与该测试的期望不符。"),
    Outcome.TIMEOUT: Text(en="Your code took too long and was stopped.", zh="你的代码运行时间过长，已被终止。"),
    Outcome.MEMORY: Text(en="Your code used too much memory and was stopped.", zh="你的代码占用内存过多，已被终止。"),
    Outcome.CRASHED: Text(en="Your code ended its own process.", zh="你的代码使自身的进程意外结束。"),
    Outcome.FORBIDDEN: Text(
        en="Your code used something that this exercise forbids.", zh="你的代码使用了本题禁止的功能。"
    ),
    Outcome.GRADER_FAULT: Text(en="dlgrade failed while it ran this test.", zh="dlgrade 在运行该测试时出错。"),
}

# ------------------------------------------------------------------------------------------------- no score

UNSCORED = {
    Fault.AUTHOR: Text(
        en="The exercise is broken. It is not your fault, and it is not a zero.",
        zh="题目本身有错误。这不是你的问题，也不会记为零分。",
    ),
    Fault.GRADER: Text(
        en="dlgrade or this machine failed. It is not your fault, and it is not a zero.",
        zh="dlgrade 或这台机器出错。这不是你的问题，也不会记为零分。",
    ),
}
UNDECIDED = Text(
    en="There is no score yet, and this is not a zero: whoever grades has to settle something first.",
    zh="目前还没有评分，也不会记为零分：需要评分的老师先处理以下问题。",
)
UNAVAILABLE = Text(
    en="This cannot be had here. It is not your fault, and it is not a zero.",
    zh="这里不具备所需条件。这不是你的问题，也不会记为零分。",
)
ASK_DOCTOR = Text(
    en="`dlgrade doctor` shows what this machine offers.", zh="`dlgrade doctor` 会列出这台机器具备的条件。"
)
WHAT_TO_DO = {
    Fault.AUTHOR: Text(
        en="Send the lines above to your instructor: they name the test or the file that is wrong. "
        "Your code need not change.",
        zh="请把以上内容发给老师：其中写明了出错的测试或文件。你的代码不需要修改。",
    ),
    Fault.GRADER: Text(
        en="Run it once more. If it fails again, run `dlgrade doctor` and send its output and the lines above to "
        "whoever runs dlgrade.",
        zh="请再运行一次。如果仍然失败，请运行 `dlgrade doctor`，并把它的输出和以上内容发给 dlgrade 的管理员。",
    ),
}

# ------------------------------------------------------------------------------------------------- reviews

NEEDS_REVIEW = Text(
    en="Your instructor may look at these places, because the exercise's rules cannot be checked there. They take no "
    "points away.",
    zh="以下几处无法检查是否符合本题规则，老师可能会查看。这不会扣分。",
)
MORE_REVIEWS = Counted(
    one=Text(en="1 more place", zh="还有 1 处"), many=Text(en="{count} more places", zh="还有 {count} 处")
)

# ------------------------------------------------------------------------------------------------- the end

NEXT = Text(en="Next", zh="下一步")
MORE_FAILURES = Counted(
    one=Text(
        en="1 more test did not pass: the option `-v` explains it too.",
        zh="还有 1 项测试未通过：加上选项 `-v` 查看说明。",
    ),
    many=Text(
        en="{count} more tests did not pass: the option `-v` explains them all.",
        zh="还有 {count} 项测试未通过：加上选项 `-v` 查看全部说明。",
    ),
)
MORE_OF_KERNEL = Counted(
    one=Text(
        en="1 more test did not pass: `%dlgrade {exercise} -v` explains it too.",
        zh="还有 1 项测试未通过：用 `%dlgrade {exercise} -v` 查看说明。",
    ),
    many=Text(
        en="{count} more tests did not pass: `%dlgrade {exercise} -v` explains them all.",
        zh="还有 {count} 项测试未通过：用 `%dlgrade {exercise} -v` 查看全部说明。",
    ),
)
NEXT_HINT = Counted(
    one=Text(en="`dlgrade hint {exercise}` has 1 hint.", zh="`dlgrade hint {exercise}` 有 1 条提示。"),
    many=Text(en="`dlgrade hint {exercise}` has {count} hints.", zh="`dlgrade hint {exercise}` 有 {count} 条提示。"),
)
NEXT_EDIT = Text(en="Change {files}, and have it graded again.", zh="修改 {files}，然后再次评分。")
NEXT_CELL = Text(
    en="Change your code in its cell, run the cell, and check again.", zh="修改单元格中的代码，运行后再次检查。"
)
NEXT_START = Text(
    en="Read the README, write your code in {files}, then `dlgrade check {exercise}`, "
    "or leave `dlgrade watch {exercise}` running.",
    zh="阅读 README，在 {files} 中编写代码，然后运行 `dlgrade check {exercise}`，"
    "或者让 `dlgrade watch {exercise}` 持续运行。",
)
NEXT_EXERCISE = Text(en="`dlgrade watch {exercise}`", zh="`dlgrade watch {exercise}`")

ISOLATION = {
    Isolation.STRONG: Text(en="isolation strong", zh="隔离 strong"),
    Isolation.LANDLOCK: Text(en="isolation landlock", zh="隔离 landlock"),
    Isolation.GVISOR: Text(en="isolation gvisor", zh="隔离 gvisor"),
    Isolation.PROCESS: Text(en="isolation process (for your own code only)", zh="隔离 process（仅适合自己的代码）"),
}
SEED = Text(en="seed {seed}", zh="种子 {seed}")
MILLISECONDS = Text(en="{time} ms", zh="{time} 毫秒")
SECONDS = Text(en="{time} s", zh="{time} 秒")
LIST_SEPARATOR = Text(en=", ", zh="、")
