"""The situations that the goldens pin: each is a report built the way the pipeline builds one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import picture_scenarios

from grader.errors import AuthorError, GraderFault, SandboxUnavailable, SubmissionError
from grader.examination.rules.reviews import WORDINGS
from grader.records import (
    Device,
    Examination,
    Exercise,
    Explanation,
    Fault,
    Isolation,
    Limits,
    Outcome,
    Resources,
    Reveal,
    Review,
    SourceFile,
    SourceLine,
    Submission,
    TestResult,
    Text,
)
from grader.report import Report, build_failure, build_report

EXERCISE = Exercise(
    id="exercise03",
    slug="softmax",
    title=Text(en="A softmax that does not overflow", zh="数值稳定的 softmax"),
    topics=("softmax", "numerical-stability"),
    files=("softmax.py",),
    devices=(Device.CPU, Device.CUDA),
    preload=(),
    limits=Limits(),
    mutates={},
    forbid=("torch.softmax",),
    reveal_hidden=Reveal.HINT,
    folder="/course/exercises/exercise03_softmax",
    solution_folder="/course/solutions/exercise03_softmax",
    sha256="3e" * 32,
)
SUBMISSION = Submission(
    files=(SourceFile(name="softmax.py", text="def softmax(logits, dim=-1): ...\n"),),
    origin="/home/student/softmax.py",
    sha256="5b" * 32,
    untouched=False,
)
AXIS = Explanation(
    problem=Text(
        en="Row 0 sums to 1.65, expected 1 (within 1e-06).", zh="第 0 行之和为 1.65，应为 1（误差不超过 1e-06）。"
    ),
    cause_id="misconception.wrong_axis",
    call="softmax(tensor([[2., 1., 0.], [0., 1., 1.]]), dim=-1)",
    expected=Text(
        en="[[0.6652, 0.2447, 0.0900],\n [0.1554, 0.4223, 0.4223]]",
        zh="[[0.6652, 0.2447, 0.0900],\n [0.1554, 0.4223, 0.4223]]",
    ),
    got=Text(
        en="[[0.8808, 0.5000, 0.2689],\n [0.1192, 0.5000, 0.7311]]",
        zh="[[0.8808, 0.5000, 0.2689],\n [0.1192, 0.5000, 0.7311]]",
    ),
    where=Text(
        en="6 of 6 elements differ; the worst is [0, 1]: 0.5 instead of 0.2447",
        zh="6 个元素中有 6 个不同；误差最大的是 [0, 1]：0.5，应为 0.2447",
    ),
    cause=Text(
        en="Each column sums to 1, so you seem to sum over axis 0 and not over `dim`.",
        zh="每一列之和为 1，看来你是沿第 0 轴求和，而不是沿 `dim` 求和。",
    ),
    next_step=Text(
        en="Pass `dim` on to `sum`, with `keepdim=True`, so that each row is divided by its own sum.",
        zh="把 `dim` 传给 `sum`，并使用 `keepdim=True`，让每一行除以自己的和。",
    ),
)
OVERFLOW = Explanation(
    problem=Text(en="The result has 3 NaN, expected none.", zh="结果中有 3 个 NaN，不应出现 NaN。"),
    cause_id="overflow",
    cause=Text(
        en="exp overflows float32 above 88.7, and infinity divided by infinity is NaN.",
        zh="float32 的 exp 在大于 88.7 时溢出，无穷除以无穷得到 NaN。",
    ),
)
RAISED = Explanation(
    problem=Text(
        en="IndexError: Dimension out of range (expected to be in range of [-1, 0], but got 1)",
        zh="IndexError: Dimension out of range (expected to be in range of [-1, 0], but got 1)",
    ),
    cause_id="raised",
    call="softmax(Tensor(5,), dim=0)",
    expected=Text(en="a Tensor of shape (5,)", zh="形状为 (5,) 的 Tensor"),
    cause=Text(
        en="Axis 1 is written into the code; here the tensor has one axis.",
        zh="代码中写死了第 1 轴，而这里的张量只有一个轴。",
    ),
    next_step=Text(en="Use the parameter `dim`.", zh="使用参数 `dim`。"),
    traceback=(
        SourceLine(
            file="softmax.py", line=14, function="softmax", source="    return _normalize(exps, dim)", column=12
        ),
        SourceLine(
            file="softmax.py",
            line=9,
            function="_normalize",
            source="\treturn exps / exps.sum(1, keepdim=True)",
            column=16,
        ),
    ),
)
SLOW = Explanation(
    problem=Text(en="The call took longer than 2 s and was stopped.", zh="调用超过 2 秒，已被终止。"),
    cause_id="timeout.call",
    call="softmax(Tensor(200, 300), dim=-1)",
    where=Text(en="it was still in the loop below", zh="当时仍在下面的循环中"),
    cause=Text(en="A Python loop over 60000 elements.", zh="用 Python 循环遍历了 60000 个元素。"),
    next_step=Text(
        en="Work on whole tensors: torch.exp takes them all at once.", zh="对整个张量运算：torch.exp 一次处理所有元素。"
    ),
    traceback=(SourceLine(file="softmax.py", line=7, function="softmax", source="    while not done:"),),
)

SHAPE = TestResult(
    name="test_shape_and_dtype_are_kept",
    claim=Text(en="The result has the shape and dtype of the logits.", zh="结果的形状和类型与 logits 相同。"),
    outcome=Outcome.PASSED,
    points=1,
    earned=1,
    visible=True,
    wall_s=0.001,
)
ROWS = TestResult(
    name="test_rows_sum_to_one",
    claim=Text(en="Each row of the result sums to 1.", zh="结果的每一行之和为 1。"),
    outcome=Outcome.PASSED,
    points=2,
    earned=2,
    visible=True,
    wall_s=0.0015,
    hint=Text(en="Which axis do you sum over?", zh="你沿哪个轴求和？"),
)
ONE_AXIS = TestResult(
    name="test_one_axis",
    claim=Text(en="A single row of logits works too.", zh="只有一行的 logits 也能处理。"),
    outcome=Outcome.PASSED,
    points=1,
    earned=1,
    visible=True,
    wall_s=0.0008,
)
LARGE = TestResult(
    name="test_large_logits_stay_finite",
    claim=Text(en="Large logits do not overflow.", zh="很大的 logits 不会溢出。"),
    outcome=Outcome.PASSED,
    points=3,
    earned=3,
    visible=False,
    wall_s=0.0012,
    hint=Text(
        en="Subtract the largest logit of each row first: the result does not change.",
        zh="先从每一行减去该行最大的 logit：结果不变。",
    ),
)
GRADIENT = TestResult(
    name="test_gradient",
    claim=Text(en="The gradient agrees with the analytic one.", zh="梯度与解析结果一致。"),
    outcome=Outcome.PASSED,
    points=2.5,
    earned=2.5,
    visible=False,
    wall_s=0.002,
)
INPUT = TestResult(
    name="test_input_is_left_alone",
    claim=Text(en="The logits are not changed.", zh="输入的 logits 不被修改。"),
    outcome=Outcome.PASSED,
    points=0.5,
    earned=0.5,
    visible=False,
    wall_s=0.0007,
)
ALL = (SHAPE, ROWS, ONE_AXIS, LARGE, GRADIENT, INPUT)


def failed(
    test: TestResult, explanation: Explanation | None, outcome: Outcome = Outcome.FAILED, output: str = ""
) -> TestResult:
    """Return `test` as it is when the student's code does not pass it."""
    return replace(test, outcome=outcome, earned=0, explanation=explanation, fault=Fault.STUDENT, output=output)


def blocked(test: TestResult, by: TestResult) -> TestResult:
    """Return `test` as it is when `by`, which it needs, did not pass."""
    return replace(test, outcome=Outcome.BLOCKED, earned=0, blocked_by=by.name, wall_s=0.0)


def examination(
    *tests: TestResult,
    hidden_available: bool = True,
    problem: Explanation | None = None,
    fault: Fault | None = None,
    output: str = "",
) -> Examination:
    """Return an exam with these tests, and with fixed measurements."""
    return Examination(
        seed=8_412_077_360_915_204_117,
        tests=tests,
        hidden_available=hidden_available,
        problem=problem,
        fault=fault,
        output=output,
        resources=Resources(children=1, calls=20, cpu_s=0.031, peak_memory_mib=41.5),
        versions={"torch": "2.13.0", "python": "3.12.3", "numpy": "2.4.0", "dlgrade": "0.1.0"},
        isolation=Isolation.LANDLOCK,
        exam_s=0.0412,
    )


def graded(
    *tests: TestResult,
    exercise: Exercise = EXERCISE,
    submission: Submission = SUBMISSION,
    hidden_available: bool = True,
    problem: Explanation | None = None,
    fault: Fault | None = None,
    output: str = "",
    next_exercise: str | None = "exercise04",
) -> Report:
    """Return the report of an exam with these tests."""
    found = examination(*tests, hidden_available=hidden_available, problem=problem, fault=fault, output=output)
    return build_report(exercise, submission, found, device=Device.CPU, total_s=0.0473, next_exercise=next_exercise)


def full() -> Report:
    """Every test passes."""
    return graded(*ALL)


def partial() -> Report:
    """One visible and one hidden test fail; the student's code prints."""
    printed = "".join(f"step {step}: sum = {1.65 + step / 100:.2f}\n" for step in range(12))
    return graded(
        SHAPE,
        failed(ROWS, AXIS, output=printed),
        ONE_AXIS,
        failed(LARGE, OVERFLOW, output="tensor(98.7)\n"),
        GRADIENT,
        INPUT,
    )


def raised() -> Report:
    """The student's code raises, two functions deep."""
    return graded(SHAPE, ROWS, failed(ONE_AXIS, RAISED), LARGE, GRADIENT, INPUT)


def waiting() -> Report:
    """Tests wait for one that failed, one of them for another that waits."""
    rows = failed(ROWS, AXIS)
    large = blocked(LARGE, rows)
    return graded(SHAPE, rows, blocked(ONE_AXIS, rows), large, blocked(GRADIENT, large), blocked(INPUT, large))


def not_started() -> Report:
    """The file is still the stub."""
    unwritten = Explanation(
        problem=Text(en="NotImplementedError", zh="NotImplementedError"), cause_id="not-implemented"
    )
    return graded(*(failed(test, unwritten) for test in ALL), submission=replace(SUBMISSION, untouched=True))


def syntax_error() -> Report:
    """The file is no Python."""
    problem = Explanation(
        problem=Text(en="SyntaxError: '(' was never closed", zh="SyntaxError: '(' was never closed"),
        cause_id="syntax",
        where=Text(en="softmax.py, line 5, column 21", zh="softmax.py 第 5 行第 21 列"),
        next_step=Text(en="Close the bracket, or the one before it.", zh="补上右括号，或检查前面的括号。"),
        traceback=(
            SourceLine(file="softmax.py", line=5, function="<module>", source="    exps = torch.exp(logits", column=21),
        ),
    )
    return graded(*(failed(test, problem, Outcome.FAILED) for test in ALL), problem=problem, fault=Fault.STUDENT)


def import_error() -> Report:
    """The file imports what is not there, after it has printed something."""
    problem = Explanation(
        problem=Text(
            en="ModuleNotFoundError: No module named 'scipy'", zh="ModuleNotFoundError: No module named 'scipy'"
        ),
        cause_id="import",
        cause=Text(en="This exercise has torch and numpy only.", zh="本题只提供 torch 和 numpy。"),
        next_step=Text(en="Write the function without it.", zh="请不使用该模块来实现。"),
        traceback=(
            SourceLine(file="softmax.py", line=3, function="<module>", source="from scipy import special", column=1),
        ),
    )
    tests = (failed(test, None) for test in ALL)
    return graded(*tests, problem=problem, fault=Fault.STUDENT, output="loading my softmax\n")


def timeout() -> Report:
    """One hidden test takes too long."""
    return graded(SHAPE, ROWS, ONE_AXIS, failed(LARGE, SLOW, Outcome.TIMEOUT), GRADIENT, INPUT)


def crash() -> Report:
    """Every test ends the child, without a word."""
    return graded(*(failed(test, None, Outcome.CRASHED) for test in ALL))


def every_outcome() -> Report:
    """One test of each kind that leaves a score."""
    forbidden = Explanation(
        problem=Text(en="torch.softmax is not allowed here.", zh="本题不允许使用 torch.softmax。"), cause_id="forbidden"
    )
    memory = failed(LARGE, None, Outcome.MEMORY)
    return graded(
        SHAPE,
        failed(ROWS, forbidden, Outcome.FORBIDDEN),
        failed(ONE_AXIS, SLOW, Outcome.TIMEOUT),
        memory,
        failed(GRADIENT, None, Outcome.CRASHED),
        blocked(INPUT, memory),
    )


def visible_only() -> Report:
    """No solutions at hand, and every visible test passes."""
    return graded(SHAPE, ROWS, ONE_AXIS, hidden_available=False)


def visible_only_partial() -> Report:
    """No solutions at hand, and a visible test fails."""
    return graded(SHAPE, failed(ROWS, AXIS), ONE_AXIS, hidden_available=False)


def author_fault() -> Report:
    """The reference itself does not load."""
    problem = Explanation(
        problem=Text(
            en="solutions/exercise03_softmax/softmax.py: the reference cannot be imported: "
            "NameError: name 'tirch' is not defined.",
            zh="solutions/exercise03_softmax/softmax.py：参考解答无法导入：NameError: name 'tirch' is not defined。",
        ),
        cause_id="author.reference",
        where=Text(en="line 3", zh="第 3 行"),
        next_step=Text(en="Correct the reference.", zh="请修正参考解答。"),
    )
    return graded(problem=problem, fault=Fault.AUTHOR)


def grader_fault() -> Report:
    """dlgrade fails in one test of several."""
    lost = Explanation(
        problem=Text(en="The examiner lost its connection to the base process.", zh="考官进程与基础进程的连接中断。"),
        cause_id="grader.base-died",
    )
    large = replace(LARGE, outcome=Outcome.GRADER_FAULT, earned=0, fault=Fault.GRADER, explanation=lost)
    return graded(SHAPE, failed(ROWS, AXIS), ONE_AXIS, large, blocked(GRADIENT, large), INPUT)


def sandbox_unavailable() -> Report:
    """The isolation that was asked for cannot be had, so no exam took place."""
    error = SandboxUnavailable(
        "Isolation landlock is not to be had: this kernel has no Landlock.",
        remedy="Use a kernel from 5.13 on, or install gVisor's runsc.",
    )
    return build_failure(EXERCISE, error, device=Device.CPU)


def rejected() -> Report:
    """The submission is not there."""
    error = SubmissionError(
        "ada.zip: softmax.py is missing; it holds Softmax.py.", remedy="Rename the file and hand it in again."
    )
    return build_failure(EXERCISE, error, device=Device.CPU)


def broken_manifest() -> Report:
    """The exercise was found broken before any exam."""
    error = AuthorError('limits.call_s = "10": expected a number in (0, 120], got text.', remedy="Remove the quotes.")
    return build_failure(EXERCISE, error, device=Device.CPU, submission=SUBMISSION)


def grader_broke() -> Report:
    """dlgrade failed as a whole."""
    return build_failure(EXERCISE, GraderFault("The base process did not start."), device=Device.CPU, seed=7)


def hostile() -> Report:
    """The student's code tries to steer the terminal, rich, and the eye."""
    evil = (
        "\x1b[2J\x1b[31mFULL SCORE\x1b[0m \x1b]0;title\x07 [bold red]markup[/] "
        "\u202e01/01\u202c \u2066x\u2069 \x9b1m {0} {x} \ud800"
    )
    raised_evil = Explanation(
        problem=Text(en=f"ValueError: {evil}", zh=f"ValueError: {evil}"),
        cause_id="raised",
        call="softmax('\r10 / 10 points', dim='[link=http://x]')",
        got=Text(en="9" * 100_000, zh="9" * 100_000),
        where=Text(en="\n".join(f"line {number}" for number in range(100_000)), zh="\n"),
        next_step=Text(en="A[/]B \\[bold]", zh="A[/]B \\[bold]"),
        traceback=tuple(
            SourceLine(
                file="soft\x1b[Hmax.py",
                line=number,
                function="f\u202e",
                source=f"    f({evil}) # {'z' * 9000}",
                column=7,
            )
            for number in range(1, 1000)
        ),
    )
    output = evil + "\r\n" + "\t|tab\n" + "flood " * 50_000 + "\n" + "more\n" * 5_000
    return graded(SHAPE, failed(ROWS, raised_evil, output=output), ONE_AXIS, LARGE, GRADIENT, INPUT)


def needs_review() -> Report:
    """Full score, and five places that a person should look at."""
    places = ((7, "name", "torch"), (12, "door", "ctypes"), (12, "code", ""), (31, "table", ""), (58, "import", ""))
    reviews = tuple(
        Review(
            file="softmax.py",
            line=line,
            column=5,
            code=code,
            text=Text(
                en=WORDINGS[code].en.replace("{name}", name),
                zh=WORDINGS[code].zh.replace("{name}", name),
            ),
        )
        for line, code, name in places
    )
    return replace(full(), reviews=reviews)


def pictures() -> Report:
    """One failure of each kind that is drawn."""
    return picture_scenarios.pictures(graded, ROWS)


SCENARIOS: dict[str, Callable[[], Report]] = {
    make.__name__: make
    for make in (
        full,
        partial,
        raised,
        waiting,
        not_started,
        syntax_error,
        import_error,
        timeout,
        crash,
        every_outcome,
        visible_only,
        visible_only_partial,
        author_fault,
        grader_fault,
        sandbox_unavailable,
        rejected,
        broken_manifest,
        grader_broke,
        hostile,
        needs_review,
        pictures,
    )
}
