"""The mistakes and the cheats: each gets the verdict that its author expects, and is told by its own name.

Verdicts are kept in `expected.toml`. They are compared for every file, and `--fix` writes those that the exams gave: so
a change of a test shows as a difference that somebody reads.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from grader.authoring.confusion import Diagnosis, Row
from grader.authoring.expected import EXPECTED, NEEDS_REVIEW, verdict_of, written
from grader.authoring.findings import Edit, Finding
from grader.authoring.verify.context import HIDDEN, Context, listed
from grader.authoring.verify.exams import Kind
from grader.exercise.docstrings import feedback_in
from grader.exercise.solution import CHEATS, MISTAKES, solution_files
from grader.records import MISCONCEPTION, Examination, Explanation, Outcome, Severity, SourceFile, TestResult, Text

_NONE_ZH = {MISTAKES: "没有典型错误样例。", CHEATS: "没有作弊样例。"}
_WITHOUT = {
    MISTAKES: Text(
        en="Each wrong solution in mistakes/ proves that it loses points, and its docstring is the feedback to whoever "
        "makes that mistake.",
        zh="mistakes/ 中的每个错误解法都证明它会失分，其文档字符串就是给犯同样错误的学生的反馈。",
    ),
    CHEATS: Text(
        en="Each file in cheats/ proves that one way around the exercise gets no full score.",
        zh="cheats/ 中的每个文件都证明一种取巧的做法得不到满分。",
    ),
}
FOLDERS = {Kind.MISTAKE: "mistakes", Kind.CHEAT: "cheats"}


def check_mistakes(context: Context) -> Iterator[Finding]:
    """Yield mistakes that are no feedback, get full score, cannot be loaded, or are taken for another one."""
    for file in solution_files(context.exercise, MISTAKES):
        yield from _docstring(context, file)
    for name, examination in context.exams.judged(Kind.MISTAKE).items():
        file_name = context.hidden(f"mistakes/{name}.py")
        if examination.problem is not None:
            yield _broken(context, "mistake", file_name, examination.problem)
        elif not _missed(examination):
            yield _full_score(context, file_name)
        else:
            yield from _diagnosis(context, file_name, row_of(name, examination))


def check_notes(context: Context) -> Iterator[Finding]:
    """Yield what the examiner had to say to the author beside the verdicts: a mistake or a plugin it could not use."""
    notes = {note for one in context.exams.held(Kind.MISTAKE).values() for note in one.notes}
    for note in sorted(notes, key=lambda one: one.en):
        yield context.finding(
            "diagnosis.note",
            Severity.WARNING,
            context.hidden("mistakes"),
            note,
            Text(en="Until then it explains nothing to anybody.", zh="在此之前它无法用于解释。"),
        )


def check_cheats(context: Context) -> Iterator[Finding]:
    """Yield cheats that get full score, unless they are expected to be held back for a person to look at."""
    for name, examination in context.exams.judged(Kind.CHEAT).items():
        missed = _missed(examination)
        if examination.problem is not None and missed and missed[0].outcome is not Outcome.FORBIDDEN:
            yield _broken(context, "cheat", context.hidden(f"cheats/{name}.py"), examination.problem)
        if missed:
            continue
        if NEEDS_REVIEW in context.expected.cheats.get(name, ()) and examination.reviews:
            continue
        earned = sum(test.earned for test in examination.tests)
        yield context.finding(
            "cheat.not-caught",
            Severity.ERROR,
            context.hidden(f"cheats/{name}.py"),
            Text(
                en=f"This cheat gets full score ({earned:g} points)"
                + (", though it is marked for review." if examination.reviews else "."),
                zh=f"这个作弊样例得了满分（{earned:g} 分）"
                + ("，不过已标记为需人工查看。" if examination.reviews else "。"),
            ),
            Text(
                en="Add a test or a rule that it fails"
                + (
                    f', or expect "{NEEDS_REVIEW}" of it in {context.hidden(EXPECTED)}.' if examination.reviews else "."
                ),
                zh="请增加它无法通过的测试或规则"
                + (
                    f"，或在 {context.hidden(EXPECTED)} 中将其预期写为 “{NEEDS_REVIEW}”。"
                    if examination.reviews
                    else "。"
                ),
            ),
        )


def check_any(context: Context) -> Iterator[Finding]:
    """Yield a note where there are no mistakes, or no cheats: then nothing shows that wrong answers lose points."""
    for folder, remedy in _WITHOUT.items():
        if not _files(context, folder):
            yield context.finding(
                f"{folder}.none",
                Severity.NOTE,
                context.hidden(folder),
                Text(en=f"There are no {folder}.", zh=_NONE_ZH[folder]),
                remedy,
            )


def check_verdicts(context: Context) -> Iterator[Finding]:
    """Yield where a mistake or cheat gets another verdict than its author expects; the repair writes what it got."""
    got = {kind: _verdicts(context.exams.judged(kind)) for kind in FOLDERS}
    complete = all(len(got[kind]) == len(context.exams.of(kind)) for kind in FOLDERS)
    text = written(
        context.expected, mistakes=got[Kind.MISTAKE], cheats=got[Kind.CHEAT], seed=context.exams.verdict_seed
    )
    file = context.hidden(EXPECTED)
    edits = (Edit(file=file, text=text),) if complete and text != context.expected.text else ()
    count = sum(len(verdicts) for verdicts in got.values())
    if not context.expected.mistakes and not context.expected.cheats and count:
        yield context.finding(
            "verdict.unrecorded",
            Severity.ERROR,
            file,
            Text(
                en=f"The verdicts of {count} mistakes and cheats are not recorded.",
                zh=f"{count} 个错误与作弊样例的判定尚未记录。",
            ),
            Text(
                en="`dlgrade verify --fix` writes them; then read whether each fails what its docstring tells of.",
                zh="`dlgrade verify --fix` 会写入；之后请核对每个样例未通过的测试是否与其说明相符。",
            ),
            edits=edits,
        )
        return
    for kind, folder in FOLDERS.items():
        yield from _differences(context, folder, got[kind], edits)


def _differences(
    context: Context, folder: str, got: Mapping[str, tuple[str, ...]], edits: tuple[Edit, ...]
) -> Iterator[Finding]:
    expected, file = context.expected.of(folder), context.hidden(EXPECTED)
    remedy = Text(
        en="If the new verdict is right, `dlgrade verify --fix` records it; else mend the tests, or the file.",
        zh="若新的判定正确，用 `dlgrade verify --fix` 记录；否则请修改测试或该文件。",
    )
    for name in sorted({*expected, *got}):
        if name not in got and f"{folder}/{name}.py" in _files(context, folder):
            continue  # its exam could not be held, which is told elsewhere
        before, now = expected.get(name, ()), got.get(name, ())
        if name in got and name in expected and set(before) == set(now):
            continue
        lines = [f"- {test}" for test in before if test not in now] + [
            f"+ {test}" for test in now if test not in before
        ]
        if name not in got:
            what = Text(en=f"{folder}/{name}.py is not there any more.", zh=f"{folder}/{name}.py 已不存在。")
        elif name not in expected:
            what = Text(
                en=f"The verdict of {folder}/{name}.py is not recorded.", zh=f"{folder}/{name}.py 的判定尚未记录。"
            )
        else:
            what = Text(en=f"{folder}/{name}.py gets another verdict.", zh=f"{folder}/{name}.py 的判定与记录不同。")
        yield context.finding(
            "verdict.differs",
            Severity.ERROR,
            file,
            what,
            remedy,
            line=context.expected.line_of(folder, name),
            detail="\n".join(lines),
            edits=edits,
        )


def _files(context: Context, folder: str) -> set[str]:
    return {file.name for file in solution_files(context.exercise, folder)}


def _verdicts(held: Mapping[str, Examination]) -> dict[str, tuple[str, ...]]:
    return {name: verdict_of(examination) for name, examination in held.items()}


def row_of(name: str, examination: Examination) -> Row:
    """Return a mistake's row of the confusion table."""
    causes = {test.name: test.explanation.cause_id if test.explanation else "" for test in _missed(examination)}
    return Row(mistake=name, seed=examination.seed, causes=causes)


def confusion_rows(context: Context) -> tuple[Row, ...]:
    """Return the confusion table of the mistakes that could be loaded."""
    held = context.exams.judged(Kind.MISTAKE)
    return tuple(row_of(name, one) for name, one in held.items() if one.problem is None)


def _missed(examination: Examination) -> list[TestResult]:
    return [test for test in examination.tests if test.outcome.is_missed]


def _diagnosis(context: Context, file: str, row: Row) -> Iterator[Finding]:
    named = sorted(
        {cause.removeprefix(MISCONCEPTION) for cause in row.causes.values() if cause.startswith(MISCONCEPTION)}
    )
    detail = "\n".join(f"{test}: {cause or '-'}" for test, cause in row.causes.items())
    if row.diagnosis in (Diagnosis.ITSELF, Diagnosis.PARTLY):
        return
    if row.diagnosis is Diagnosis.UNNAMED:
        problem = Text(
            en="No failed test recognises this mistake, so its students get no more than a general diagnosis.",
            zh="没有一项失败的测试认出这个错误，学生只能得到一般性的诊断。",
        )
        remedy = Text(
            en="Let a test that it fails call the function itself, with inputs on which it differs from the reference.",
            zh="请让它未通过的测试直接调用该函数，并使用能使其与参考解不同的输入。",
        )
    else:
        others = listed([name for name in named if name != row.mistake])
        problem = Text(en=f"Taken for another mistake: {others}.", zh=f"被误认为其他错误：{others}。")
        remedy = Text(
            en="Add a test on which the two behave differently, or join them into one file.",
            zh="请增加一项能区分二者的测试，或把它们合并成一个文件。",
        )
    yield context.finding("mistake.confused", Severity.ERROR, file, problem, remedy, detail=detail)


def _broken(context: Context, what: str, file: str, problem: Explanation) -> Finding:
    return context.finding(
        f"{what}.broken",
        Severity.ERROR,
        file,
        Text(en=f"This {what} cannot be loaded, so it shows nothing.", zh="这个样例无法加载，因此什么也说明不了。"),
        Text(
            en="It must be a whole solution that runs; only what it is about is wrong.",
            zh="它应是能运行的完整解答，只有要展示的那一处有问题。",
        ),
        detail=problem.problem.en,
    )


def _full_score(context: Context, file: str) -> Finding:
    return context.finding(
        "mistake.unnoticed",
        Severity.ERROR,
        file,
        Text(en="This mistake gets full score.", zh="这个错误样例得了满分。"),
        Text(
            en=f"Add a test to {context.hidden(HIDDEN)} that it fails.",
            zh=f"请在 {context.hidden(HIDDEN)} 中增加一项它无法通过的测试。",
        ),
    )


def _docstring(context: Context, file: SourceFile) -> Iterator[Finding]:
    try:
        docstring = ast.get_docstring(ast.parse(file.text)) or ""
    except SyntaxError:
        return  # told as a mistake that cannot be loaded
    said = feedback_in(docstring)
    missing = [language.value for language in context.exercise.languages if not said.within(language)]
    if missing:
        yield context.finding(
            "mistake.docstring",
            Severity.ERROR,
            context.hidden(file.name),
            Text(
                en=f"{file.stem}: its docstring lacks {' and '.join(missing)}, and is the feedback.",
                zh=f"{file.stem}：文档字符串缺少 {'、'.join(missing)}，而它就是给学生的反馈。",
            ),
            Text(
                en="Begin the file with a docstring: in English, a blank line, then `zh: ` and the same in Chinese.",
                zh="请以文档字符串开头：先英文，空一行，再写 `zh: ` 加同样内容的中文。",
            ),
            line=1,
        )
