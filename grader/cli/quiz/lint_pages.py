"""What `quiz lint` has found, for a terminal, as JSON, and as GitHub's annotations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.exercise.paths import show_path
from grader.quiz.linting import Finding, QuizReport, exit_code
from grader.records import Language, Severity, Text
from grader.report.escape import json_text
from grader.report.formats.annotations import annotation
from grader.report.layout import Page
from grader.report.severities import SEVERITIES, Look, severities_counted

SCHEMA = "quiz-lint/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class LintLook(Look):
    """How the findings are looked at. `strict`: warnings count as errors."""

    strict: bool = False


def rendered(reports: Sequence[QuizReport], name: str, look: LintLook) -> str:
    """Return the reports in a format: `text`, `json` or `github`."""
    if name == "json":
        return json_text(_document(reports, look), indent=2) + "\n"
    return _annotations(reports, look.language) if name == "github" else _page(reports, look)


# ------------------------------------------------------------------------------------------------- for a terminal


def _page(reports: Sequence[QuizReport], look: LintLook) -> str:
    page = look.page()
    for report in reports:
        _block(page, report, look)
        page.blank()
    page.put(body=look.say(_summary(reports)), style="bold", indent=0)
    return page.render(color=look.color)


def _block(page: Page, report: QuizReport, look: LintLook) -> None:
    sign = look.sign(good=exit_code([report], strict=look.strict) == 0)
    page.put((f"{sign.glyph} ", sign.style), (f"{report.quiz}  ", "bold"), body=look.say(_verdict(report)), indent=0)
    if report.questions:
        told = Text(
            en=f"{report.questions} questions, {report.parametrised} with parameters, {report.variants:,} variants",
            zh=f"{report.questions} 道题，{report.parametrised} 道带参数，{report.variants:,} 个变体",
        )
        page.put(body=look.say(told), style="dim")
    for finding in report.findings:
        _finding(page, report, finding, look)


def _finding(page: Page, report: QuizReport, finding: Finding, look: LintLook) -> None:
    told = SEVERITIES[finding.severity]
    about = f"  {finding.question}" if finding.question else ""
    page.blank()
    page.put(
        (f"{look.say(told.word)}  ", told.style),
        body=f"{_place(report, finding)}{about}  [{finding.check}]",
        style="bold",
    )
    page.put(body=look.say(finding.problem), indent=4)
    if finding.remedy.en:
        page.put(body=look.say(finding.remedy), indent=4)
    if finding.seed is not None:
        page.put(body=look.say(_seen(report, finding)), style="dim", indent=4)


def _place(report: QuizReport, finding: Finding) -> str:
    file = show_path(Path(report.folder) / finding.file)
    return f"{file}:{finding.line}" if finding.line else file


def _seen(report: QuizReport, finding: Finding) -> Text:
    shown = f"`dlgrade quiz preview {report.quiz} --seed {finding.seed}`"
    if not finding.count:
        return Text(en=f"See {shown}.", zh=f"可用 {shown} 查看。")
    return Text(
        en=f"With {finding.count:,} of {finding.of:,} seeds; see {shown}.",
        zh=f"{finding.of:,} 个种子中有 {finding.count:,} 个如此；可用 {shown} 查看。",
    )


def _verdict(report: QuizReport) -> Text:
    if not report.findings:
        return Text(en="nothing to mend", zh="没有需要改正的地方")
    return severities_counted({one: count for one in Severity if (count := report.count(one))})


def _summary(reports: Sequence[QuizReport]) -> Text:
    counts = {severity: sum(report.count(severity) for report in reports) for severity in Severity}
    words = severities_counted(counts)
    quizzes = f"{len(reports)} quiz{'' if len(reports) == 1 else 'zes'}"
    return Text(en=f"{quizzes}: {words.en}.", zh=f"{len(reports)} 份测验：{words.zh}。")


# --------------------------------------------------------------------------------------------------- for programs


def _document(reports: Sequence[QuizReport], look: LintLook) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "exit_code": exit_code(reports, strict=look.strict),
        "quizzes": [
            {
                "id": report.quiz,
                "folder": show_path(Path(report.folder)),
                "questions": report.questions,
                "parametrised": report.parametrised,
                "seeds": report.seeds,
                "variants": report.variants,
                "findings": [_entry(report, finding) for finding in report.findings],
            }
            for report in reports
        ],
    }


def _entry(report: QuizReport, finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "severity": finding.severity.value,
        "question": finding.question,
        "file": show_path(Path(report.folder) / finding.file),
        "line": finding.line or None,
        "problem": {"en": finding.problem.en, "zh": finding.problem.zh},
        "remedy": {"en": finding.remedy.en, "zh": finding.remedy.zh},
        "seed": finding.seed,
        "count": finding.count or None,
        "of": finding.of or None,
    }


def _annotations(reports: Sequence[QuizReport], language: Language) -> str:
    lines = [
        annotation(
            SEVERITIES[finding.severity].level,
            "\n".join(text for text in (finding.problem.within(language), finding.remedy.within(language)) if text),
            title=f"{report.quiz}{'/' if finding.question else ''}{finding.question}: {finding.check}",
            file=show_path(Path(report.folder) / finding.file),
            line=finding.line,
        )
        for report in reports
        for finding in report.findings
    ]
    return "\n".join(lines) + "\n" if lines else ""
