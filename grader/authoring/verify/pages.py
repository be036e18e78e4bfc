"""The proofs as people and programs read them: text for a terminal, a JSON document, and GitHub's annotations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.authoring.confusion import Diagnosis, Row
from grader.authoring.findings import Finding
from grader.authoring.verify.proof import Figures, Proof, Verdict, exit_code
from grader.exercise.paths import show_name
from grader.records import MISCONCEPTION, Language, Severity, Text
from grader.report.escape import json_text
from grader.report.formats.annotations import annotation
from grader.report.layout import Page
from grader.report.severities import SEVERITIES, Look, counted, severities_counted

SCHEMA = "verify/1"
_MAX_DETAIL = 14  # lines of one finding, unless all are asked for
_VERDICTS = {
    Verdict.PROVEN: (Text(en="proven", zh="已验证"), "bold green"),
    Verdict.UNPROVEN: (Text(en="not proven", zh="未通过验证"), "bold red"),
    Verdict.BROKEN: (Text(en="broken", zh="无法考试"), "bold red"),
    Verdict.FAULT: (Text(en="dlgrade's own fault", zh="评分程序故障"), "bold magenta"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofLook(Look):
    """How the text is looked at. `verbose` adds the confusion table and every line of a finding's detail."""

    verbose: bool = False


def rendered(proofs: Sequence[Proof], name: str, look: ProofLook) -> str:
    """Return the proofs in a format: `text`, `json` or `github`."""
    if name == "json":
        return to_json(proofs)
    return to_github(proofs, look.language) if name == "github" else to_text(proofs, look)


def to_text(proofs: Sequence[Proof], look: ProofLook) -> str:
    """Return a block an exercise: proven or not, its figures, and what was found, the gravest first."""
    page = look.page()
    for proof in proofs:
        _block(page, proof, look)
        page.blank()
    _summary(page, proofs, look)
    return page.render(color=look.color)


def _block(page: Page, proof: Proof, look: ProofLook) -> None:
    words, style = _VERDICTS[proof.verdict]
    sign = look.sign(good=proof.verdict is Verdict.PROVEN)
    head = proof.exercise.replace("_", " ", 1)
    page.put((f"{sign.glyph} ", sign.style), (f"{head}  ", "bold"), body=look.say(words), style=style, indent=0)
    if proof.figures.exams:
        page.put(body=look.signs.separator.join(_figures(proof.figures, look)), style="dim")
    for fault in proof.faults:
        page.put(body=look.say(fault), style="magenta")
    for finding in proof.findings:
        _finding(page, finding, look)
    if look.verbose and proof.confusion:
        _confusion(page, proof.confusion, look)


def _figures(figures: Figures, look: ProofLook) -> list[str]:
    zh = look.language is Language.ZH and not look.ascii_only
    parts = [f"{figures.seeds} 个种子" if zh else counted(figures.seeds, "seed")]
    if figures.devices not in ((), ("cpu",)):
        parts.append(", ".join(figures.devices))
    parts.append(f"{figures.tests} 项测试" if zh else counted(figures.tests, "test"))
    parts.append(f"{figures.mistakes} 个错误样例" if zh else counted(figures.mistakes, "mistake"))
    parts.append(f"{figures.cheats} 个作弊样例" if zh else counted(figures.cheats, "cheat"))
    if figures.mutation is not None:
        parts.append(_mutation(figures, zh=zh))
    if figures.margin is not None:
        parts.append(f"容差余量 {figures.margin:.0f} 倍" if zh else f"margin {figures.margin:.0f}x")
    parts.append(f"{figures.exams} 场考试" if zh else counted(figures.exams, "exam"))
    return parts


def _mutation(figures: Figures, *, zh: bool) -> str:
    found = figures.mutation
    assert found is not None
    possible = found.killed + found.survived
    share = f"{100 * found.killed / possible:.1f}%" if possible else "-"
    total = possible + found.declared
    more = ""
    if found.declared:
        more += f"，{found.declared} 个已声明" if zh else f", {found.declared} declared"
    if found.left_out:
        more += f"，{found.left_out} 个未试" if zh else f", {found.left_out} left out"
    return f"{total} 个变异体，发现 {share}{more}" if zh else f"{counted(total, 'mutant')}, {share} killed{more}"


def _finding(page: Page, finding: Finding, look: ProofLook) -> None:
    told = SEVERITIES[finding.severity]
    file = show_name(finding.file)  # a folder's name may hold a newline, and CI reads commands at the start of a line
    place = f"{file}:{finding.line}" if finding.line else file
    page.blank()
    page.put((f"{look.say(told.word)}  ", told.style), body=f"{place}  [{finding.check}]", style="bold")
    page.put(body=look.say(finding.problem), indent=4)
    lines = finding.detail.splitlines()
    shown = lines if look.verbose else lines[:_MAX_DETAIL]
    gutter = look.signs.gutter
    for line in shown:
        page.verbatim((f"{gutter} ", "dim"), body=line, style=_style_of(line), indent=4)
    if len(lines) > len(shown):
        page.verbatim((f"{gutter} ", "dim"), body=f"… (+{len(lines) - len(shown)}: --verbose)", style="dim", indent=4)
    fix = Text(en=" (`--fix` can do it)", zh="（可用 `--fix` 修复）") if finding.edits else Text(en="", zh="")
    page.put(body=look.say(finding.remedy) + look.say(fix), indent=4)


def _style_of(line: str) -> str:
    return {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "dim")


def _confusion(page: Page, rows: Sequence[Row], look: ProofLook) -> None:
    page.blank()
    page.put(
        body=look.say(
            Text(en="Mistake, and what its failed tests say that it is:", zh="错误样例，及其失败测试给出的诊断：")
        )
    )
    width = max(len(row.mistake) for row in rows)
    for row in rows:
        counts: dict[str, int] = {}
        for cause in row.causes.values():
            name = cause.removeprefix(MISCONCEPTION) or "-"
            counts[name] = counts.get(name, 0) + 1
        told = ", ".join(f"{name} x{count}" for name, count in sorted(counts.items(), key=lambda one: -one[1]))
        good = row.diagnosis in (Diagnosis.ITSELF, Diagnosis.PARTLY)
        style = "green" if good else "red"
        page.verbatim((f"{row.mistake:{width}}  ", ""), (f"{row.diagnosis.value:9}  ", style), body=told, indent=4)


def _summary(page: Page, proofs: Sequence[Proof], look: ProofLook) -> None:
    proven = sum(proof.verdict is Verdict.PROVEN for proof in proofs)
    findings = [finding for proof in proofs for finding in proof.findings]
    counts = {severity: sum(one.severity is severity for one in findings) for severity in Severity}
    words = severities_counted(counts)
    told = Text(
        en=f"{proven} of {len(proofs)} exercises proven: {words.en}.",
        zh=f"{len(proofs)} 个练习中 {proven} 个已验证：{words.zh}。",
    )
    page.put(body=look.say(told), style="bold", indent=0)


# ------------------------------------------------------------------------------------------------- for programs


def to_json(proofs: Sequence[Proof]) -> str:
    """Return the document of the published schema `verify-1.schema.json`."""
    return json_text(as_document(proofs), indent=2) + "\n"


def as_document(proofs: Sequence[Proof]) -> dict[str, Any]:
    """Return the proofs as JSON values, in the order of the schema."""
    return {
        "schema": SCHEMA,
        "exit_code": exit_code(tuple(proofs)),
        "exercises": [
            {
                "name": proof.exercise,
                "title": _text(proof.title),
                "verdict": proof.verdict.value,
                "figures": _figures_document(proof.figures),
                "faults": [_text(fault) for fault in proof.faults],
                "findings": [_finding_document(finding) for finding in proof.findings],
                "confusion": [
                    {"mistake": row.mistake, "diagnosis": row.diagnosis.value, "causes": row.causes}
                    for row in proof.confusion
                ],
            }
            for proof in proofs
        ],
    }


def _figures_document(figures: Figures) -> dict[str, Any]:
    mutation = figures.mutation
    return {
        "seeds": figures.seeds,
        "devices": list(figures.devices),
        "tests": figures.tests,
        "points": figures.points,
        "mistakes": figures.mistakes,
        "cheats": figures.cheats,
        "mutants": None
        if mutation is None
        else {
            "killed": mutation.killed,
            "survived": mutation.survived,
            "declared": mutation.declared,
            "left_out": mutation.left_out,
        },
        "margin": figures.margin,
        "exams": figures.exams,
    }


def _finding_document(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "severity": finding.severity.value,
        "file": finding.file,
        "line": finding.line or None,
        "problem": _text(finding.problem),
        "remedy": _text(finding.remedy),
        "detail": finding.detail,
        "fixable": bool(finding.edits),
    }


def _text(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}


def to_github(proofs: Sequence[Proof], language: Language) -> str:
    """Return a workflow command a finding: GitHub shows each beside its line of the pull request."""
    lines = [line for proof in proofs for line in _annotations(proof, language)]
    return "\n".join(lines) + "\n" if lines else ""


def _annotations(proof: Proof, language: Language) -> list[str]:
    title = f"{proof.exercise}: dlgrade"
    lines = [
        annotation(SEVERITIES[Severity.ERROR].level, fault.within(language), title=title) for fault in proof.faults
    ]
    for finding in proof.findings:
        told = [finding.problem.within(language), finding.remedy.within(language), finding.detail]
        lines.append(
            annotation(
                SEVERITIES[finding.severity].level,
                "\n".join(part for part in told if part),
                title=f"{finding.exercise}: {finding.check}",
                file=finding.file,
                line=finding.line,
            )
        )
    return lines
