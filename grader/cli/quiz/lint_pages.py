"""What `quiz lint` has found, for a terminal, as JSON, and as GitHub's annotations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.exercise.paths import show_path
from grader.quiz.linting import Finding, QuizReport, Severity, exit_code
from grader.records import Language, Text
from grader.report.escape import json_text
from grader.report.formats.annotations import Level, annotation
from grader.report.layout import Page
from grader.report.signs import ASCII, UNICODE, Sign

SCHEMA = "quiz-lint/1"
_MAX_WIDTH = 110
_SEVERITIES = {
    Severity.ERROR: (Text(en="error", zh="错误"), "red"),
    Severity.WARNING: (Text(en="warning", zh="警告"), "yellow"),
    Severity.NOTE: (Text(en="note", zh="提示"), "cyan"),
}
_LEVELS = {Severity.ERROR: Level.ERROR, Severity.WARNING: Level.WARNING, Severity.NOTE: Level.NOTICE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How the findings are looked at. `strict`: warnings count as errors."""

    language: Language = Language.EN
    width: int = 100
    color: bool = False
    ascii_only: bool = False
    strict: bool = False

    def say(self, text: Text) -> str:
        return text.within(Language.EN if self.ascii_only else self.language)


def rendered(reports: Sequence[QuizReport], name: str, look: Look) -> str:
    """Return the reports in a format: `text`, `json` or `github`."""
    if name == "json":
        return json_text(_document(reports, look), indent=2) + "\n"
    return _annotations(reports, look.language) if name == "github" else _page(reports, look)


# ------------------------------------------------------------------------------------------------- for a terminal


def _page(reports: Sequence[QuizReport], look: Look) -> str:
    page = Page(width=min(max(look.width, 40), _MAX_WIDTH), ascii_only=look.ascii_only)
    for report in reports:
        _block(page, report, look)
        page.blank()
    page.put(body=look.say(_summary(reports)), style="bold", indent=0)
    return page.render(color=look.color)


def _block(page: Page, report: QuizReport, look: Look) -> None:
    signs = ASCII if look.ascii_only else UNICODE
    good = exit_code([report], strict=look.strict) == 0
    sign = Sign("+" if look.ascii_only else "✓", "green") if good else signs.failed
    page.put((f"{sign.glyph} ", sign.style), (f"{report.quiz}  ", "bold"), body=look.say(_verdict(report)), indent=0)
    if report.questions:
        told = Text(
            en=f"{report.questions} questions, {report.parametrised} with parameters, {report.variants:,} variants",
            zh=f"{report.questions} 道题，{report.parametrised} 道带参数，{report.variants:,} 个变体",
        )
        page.put(body=look.say(told), style="dim")
    for finding in report.findings:
        _finding(page, report, finding, look)


def _finding(page: Page, report: QuizReport, finding: Finding, look: Look) -> None:
    words, style = _SEVERITIES[finding.severity]
    about = f"  {finding.question}" if finding.question else ""
    page.blank()
    page.put((f"{look.say(words)}  ", style), body=f"{_place(report, finding)}{about}  [{finding.check}]", style="bold")
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
    counts = {severity: report.count(severity) for severity in Severity}
    return Text(
        en=", ".join(f"{n} {one.value}{'' if n == 1 else 's'}" for one, n in counts.items() if n),
        zh="，".join(f"{n} 个{_SEVERITIES[one][0].zh}" for one, n in counts.items() if n),
    )


def _summary(reports: Sequence[QuizReport]) -> Text:
    counts = {severity: sum(report.count(severity) for report in reports) for severity in Severity}
    words = ", ".join(f"{n} {one.value}{'' if n == 1 else 's'}" for one, n in counts.items())
    quizzes = f"{len(reports)} quiz{'' if len(reports) == 1 else 'zes'}"
    return Text(
        en=f"{quizzes}: {words}.",
        zh=f"{len(reports)} 份测验：{'，'.join(f'{n} 个{_SEVERITIES[one][0].zh}' for one, n in counts.items())}。",
    )


# --------------------------------------------------------------------------------------------------- for programs


def _document(reports: Sequence[QuizReport], look: Look) -> dict[str, Any]:
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
            _LEVELS[finding.severity],
            "\n".join(text for text in (finding.problem.within(language), finding.remedy.within(language)) if text),
            title=f"{report.quiz}{'/' if finding.question else ''}{finding.question}: {finding.check}",
            file=show_path(Path(report.folder) / finding.file),
            line=finding.line,
        )
        for report in reports
        for finding in report.findings
    ]
    return "\n".join(lines) + "\n" if lines else ""
