"""The reference: full score with every seed and on every device that is here, and the same report for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from grader.authoring.findings import Finding
from grader.authoring.verify.context import HIDDEN, Context, listed, told
from grader.authoring.verify.exams import Kind
from grader.errors import SandboxUnavailable, joined
from grader.records import Examination, Nearness, Outcome, Severity, TestResult, Text


def check_reference(context: Context) -> Iterator[Finding]:
    """Yield tests that the reference fails, always or on some seeds; and points that nobody can get."""
    exams = {str(one.seed): one for one in context.exams.references()}
    file = context.hidden(context.exercise.files[0])
    for examination in exams.values():
        if examination.problem is not None and not examination.tests:
            yield _not_loaded(context, file, examination)
            return
    failed: dict[str, dict[str, TestResult]] = {}
    for seed, examination in exams.items():
        for test in examination.tests:
            if test.outcome is not Outcome.PASSED:
                failed.setdefault(test.name, {})[seed] = test
    over = [name for name, by_seed in failed.items() if _ends_at_limits(by_seed)]
    if over:
        yield _over_limits(context, over, failed)
    for name, by_seed in failed.items():
        if name not in over and any(test.outcome is not Outcome.BLOCKED for test in by_seed.values()):
            yield _fails(context, name, by_seed, of=len(exams))
    points = sum(test.points for examination in list(exams.values())[:1] for test in examination.tests)
    if exams and not points:
        yield context.finding(
            "reference.no-points",
            Severity.ERROR,
            context.hidden(HIDDEN),
            Text(en="No test gives any points.", zh="没有任何测试有分值。"),
            Text(
                en="Mark at least one with @pytest.mark.points(1).", zh="请至少给一个测试标上 @pytest.mark.points(1)。"
            ),
        )


def check_repeatable(context: Context) -> Iterator[Finding]:
    """Yield a report that differs when its seed is given once more."""
    for seed, again in context.exams.held(Kind.AGAIN).items():
        first = context.exams.held(Kind.REFERENCE).get(seed)
        if first is None or (differing := _differing(first, again)) is None:
            continue
        yield context.finding(
            "reference.not-repeatable",
            Severity.ERROR,
            context.hidden(HIDDEN),
            Text(
                en=f"Two exams of the reference with seed {seed} differ: a report could not be repeated.",
                zh=f"同一种子 {seed} 的两次参考解考试结果不同：报告无法重现。",
            ),
            Text(
                en="Draw every random number from the `rand` fixture; in the reference, from torch, NumPy or random, "
                "which are seeded; and let nothing depend on the time or on the order of a set.",
                zh="测试中的随机数都应取自 `rand`；参考解中应取自已设种子的 torch、NumPy 或 random；"
                "结果不应依赖时间或集合的顺序。",
            ),
            detail=listed(differing),
        )


def check_devices(context: Context) -> Iterator[Finding]:
    """Yield tests that the reference fails on another device; of a device that is not here, a note."""
    missing: set[str] = set()
    failed: dict[tuple[str, str], dict[str, TestResult]] = {}
    counts: dict[str, int] = {}
    for name, done in context.exams.of(Kind.DEVICE).items():
        device, _, seed = name.partition(":")
        if isinstance(done.error, SandboxUnavailable):
            if device not in missing:
                yield _not_here(context, device, done.error)
            missing.add(device)
        if done.examination is None:
            continue
        counts[device] = counts.get(device, 0) + 1
        for test in done.examination.tests:
            if test.outcome.is_missed:
                failed.setdefault((device, test.name), {})[seed] = test
    for (device, test_name), by_seed in failed.items():
        yield _fails(context, test_name, by_seed, of=counts[device], device=device)


_LIMITS = (Outcome.TIMEOUT, Outcome.MEMORY)


def _ends_at_limits(by_seed: dict[str, TestResult]) -> bool:
    return {test.outcome for test in by_seed.values()} <= {*_LIMITS, Outcome.BLOCKED} and any(
        test.outcome in _LIMITS for test in by_seed.values()
    )


def _over_limits(context: Context, names: list[str], failed: dict[str, dict[str, TestResult]]) -> Finding:
    """Return one finding for all: it is the limit that is wrong, not each test."""
    told = {test.explanation.problem for name in names for test in failed[name].values() if test.explanation}
    outcomes = {test.outcome for name in names for test in failed[name].values()}
    what = Text(en="memory", zh="内存") if outcomes == {Outcome.MEMORY} else Text(en="time", zh="时间")
    return context.finding(
        "limits.exceeded",
        Severity.ERROR,
        context.given("exercise.toml"),
        Text(
            en=f"The reference itself runs out of {what.en} in {len(names)} tests: {listed(names)}.",
            zh=f"参考解自身在 {len(names)} 项测试中超出{what.zh}限制：{listed(names)}。",
        ),
        Text(
            en="Raise the limits, or examine smaller inputs; at least 5 times what the slowest call takes.",
            zh="请提高限制，或减小输入；单次调用限制至少应为最慢调用的 5 倍。",
        ),
        detail="\n".join(sorted(one.en for one in told)),
    )


def _not_here(context: Context, device: str, error: SandboxUnavailable) -> Finding:
    unproven = Text(
        en=f"The exercise names the device {device}, which is not here, so it is not proven there.",
        zh=f"练习声明支持 {device}，但本机没有，因此未在其上验证。",
    )
    return context.finding(
        "device.not-here",
        Severity.NOTE,
        context.given("exercise.toml"),
        joined((unproven, error.problem)),
        Text(en="Run `dlgrade verify` on a machine that has it.", zh="请在有该设备的机器上运行 `dlgrade verify`。"),
    )


def _not_loaded(context: Context, file: str, examination: Examination) -> Finding:
    assert examination.problem is not None
    return context.finding(
        "reference.broken",
        Severity.ERROR,
        file,
        Text(en="The reference cannot be examined.", zh="无法对参考解进行考试。"),
        Text(en="Mend it: every student is measured by it.", zh="请修正：所有学生都以它为准。"),
        detail=examination.problem.problem.en,
    )


def _fails(context: Context, name: str, by_seed: dict[str, TestResult], *, of: int, device: str = "cpu") -> Finding:
    always = len(by_seed) == of
    seeds = listed(sorted(by_seed, key=int))
    where = Text(en="" if device == "cpu" else f" on {device}", zh="" if device == "cpu" else f"在 {device} 上")
    if always:
        problem = Text(
            en=f"The reference fails {name}{where.en} with every seed.",
            zh=f"参考解{where.zh}在所有种子下都未通过 {name}。",
        )
    else:
        problem = Text(
            en=f"The reference fails {name}{where.en} with {len(by_seed)} of {of} seeds: {seeds}.",
            zh=f"参考解{where.zh}在 {of} 个种子中的 {len(by_seed)} 个下未通过 {name}：{seeds}。",
        )
    seed, first = next(iter(by_seed.items()))
    repeat = f"dlgrade check {context.exercise.id} --submission {context.hidden('')} --seed {seed}".replace("/ ", " ")
    return context.at_test(
        "reference.fails" if always else "reference.flaky",
        Severity.ERROR,
        name,
        problem,
        Text(
            en=f"A right answer must pass whatever is drawn. Repeat it: `{repeat}`.",
            zh=f"无论抽到什么输入，正确答案都必须通过。重现：`{repeat}`。",
        ),
        detail=told([first]),
    )


def _differing(first: Examination, again: Examination) -> list[str] | None:
    """Return the tests whose results differ, all but in time; None where nothing in the exams does."""
    pairs = zip(first.tests, again.tests, strict=True)
    in_time = [(a, b) for a, b in pairs if not {a.outcome, b.outcome} & {*_LIMITS, Outcome.BLOCKED}]
    tests = [a.name for a, b in in_time if replace(a, wall_s=0.0) != replace(b, wall_s=0.0)]
    if len(in_time) < len(first.tests):
        return tests or None  # a test that was broken off compared less
    same_values = _nearness(first) == _nearness(again) and first.output == again.output
    return None if not tests and same_values else tests


def _nearness(examination: Examination) -> tuple[Nearness, ...]:
    return examination.measures.nearness if examination.measures is not None else ()
