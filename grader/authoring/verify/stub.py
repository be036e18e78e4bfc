"""The stub: it loads, every function of it says that it is not written yet, and it earns nothing."""

from __future__ import annotations

from collections.abc import Iterator

from grader.authoring.findings import Finding
from grader.authoring.verify.context import Context, told
from grader.authoring.verify.exams import Kind
from grader.records import NOT_WRITTEN, Outcome, Severity, Text


def check_stub(context: Context) -> Iterator[Finding]:
    """Yield where the stub earns something, or fails for another reason than that it is not written."""
    examination = context.exams.judged(Kind.STUB).get("stub")
    if examination is None:
        return
    file = context.given(context.exercise.files[0])
    if examination.problem is not None:
        yield context.finding(
            "stub.broken",
            Severity.ERROR,
            file,
            Text(en="The stub cannot be loaded.", zh="模板无法加载。"),
            Text(
                en="Students begin with it: it must import, and raise NotImplementedError when a function is called.",
                zh="学生从它开始：它必须能导入，函数被调用时抛出 NotImplementedError。",
            ),
            detail=examination.problem.problem.en,
        )
        return
    for test in examination.tests:
        if test.outcome is Outcome.PASSED:
            yield context.at_test(
                "stub.passes",
                Severity.ERROR,
                test.name,
                Text(
                    en=f"The untouched stub passes {test.name} ({test.points:g} points).",
                    zh=f"未作答的模板也通过了 {test.name}（{test.points:g} 分）。",
                ),
                Text(
                    en="Let the test call what the student has to write, or move what is given into the statement.",
                    zh="请让该测试调用学生要写的函数，或去掉已经给出的部分。",
                ),
                detail="",
            )
    odd = [
        test
        for test in examination.tests
        if test.outcome.is_missed and (test.explanation is None or test.explanation.cause_id != NOT_WRITTEN)
    ]
    if odd:
        yield context.finding(
            "stub.other-reason",
            Severity.ERROR,
            file,
            Text(
                en=f"The stub fails {len(odd)} tests for another reason than NotImplementedError.",
                zh=f"模板有 {len(odd)} 项测试不是因 NotImplementedError 而失败。",
            ),
            Text(
                en='Let each function of the stub do nothing but `raise NotImplementedError("… is not written yet")`.',
                zh='请让模板的每个函数只执行 `raise NotImplementedError("… is not written yet")`。',
            ),
            detail=told(odd),
        )
