"""What changed between two reports, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from grader.records import Language, Text
from grader.report.difference import Change, Difference
from grader.report.layout import Page

_CAUSES = Text(en="What decides it", zh="决定因素")
_EFFECTS = Text(en="What came of it", zh="结果")
_WORDING = Text(en="Also reads differently: {keys}.", zh="另有内容不同：{keys}。")
_SAME = Text(en="The same, times and memory apart.", zh="除用时与内存外，两者相同。")
_UNEXPLAINED = Text(
    en="Nothing that decides a grade differs, so the exam is not repeatable: the student's code draws random numbers "
    "of its own, or ran into a limit of time or memory.",
    zh="决定成绩的因素都没有变化，说明考试不可重现：学生代码自行生成随机数，或触及了时间或内存上限。",
)
_WIDEST = 34  # columns of a name


def write_difference(page: Page, found: Difference, *, language: Language, arrow: str, indent: int = 0) -> None:
    """Put a difference onto a page: causes first, then what they did to the grade."""
    if found.is_none:
        page.put(body=_SAME.within(language), indent=indent)
        return
    _write(page, _CAUSES, found.causes, language=language, arrow=arrow, indent=indent)
    _write(page, _EFFECTS, found.effects, language=language, arrow=arrow, indent=indent)
    if found.effects and not found.causes:
        page.put(body=_UNEXPLAINED.within(language), indent=indent + 2, style="yellow")
    if found.wording:
        keys = ", ".join(found.wording)
        page.put(body=_WORDING.within(language).format(keys=keys), indent=indent, style="dim")


def _write(page: Page, title: Text, changes: Sequence[Change], *, language: Language, arrow: str, indent: int) -> None:
    if not changes:
        return
    page.put((title.within(language), "bold"), indent=indent)
    names = [change.what.within(language)[:_WIDEST] for change in changes]
    widest = min(max(map(cell_len, names)), max(page.width // 3, 12))
    for change, name in zip(changes, names, strict=True):
        told = f"{change.before.within(language)} {arrow} {change.after.within(language)}"
        if cell_len(name) > widest:
            page.put((name, "blue"), indent=indent + 2)
            page.put(body=told, indent=indent + 4 + widest)
        else:
            page.put((name + " " * (widest - cell_len(name) + 2), "blue"), body=told, indent=indent + 2)
