"""The statements: the same in both languages, links that lead somewhere, maths that can be set."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from grader.authoring.findings import Finding
from grader.authoring.verify.context import Context
from grader.authoring.verify.languages import has_chinese
from grader.exercise.manifest import STATEMENT_IN
from grader.exercise.public import public_file
from grader.records import Language, Severity, Text

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_PYTHON_COMMENT = re.compile(r"\s*#.*$", re.MULTILINE)
_ESCAPED_DOLLAR = re.compile(r"\\\$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A part of a statement, and the line on which it, or its paragraph, begins."""

    text: str
    line: int  # from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is compared and checked of one statement."""

    file: str
    headings: tuple[Placed, ...]  # "#", "##"
    blocks: tuple[Placed, ...]  # of code, without comments
    links: tuple[Placed, ...]  # of images, too
    maths: tuple[Placed, ...]
    stray_dollars: tuple[Placed, ...]
    has_chinese: bool


def check_statements(context: Context) -> Iterator[Finding]:
    """Yield what is wrong with each statement, and where the two differ."""
    found = {}
    for language in context.exercise.languages:
        name = STATEMENT_IN[language]
        found[language] = statement = _read(context.given(name), public_file(context.exercise, name).text)
        yield from _language(context, language, statement)
        yield from _links(context, statement)
        yield from _maths(context, statement)
    if len(found) == len(Language):
        yield from _differences(context, found[Language.EN], found[Language.ZH])


def _read(file: str, text: str) -> Statement:
    headings: list[Placed] = []
    blocks: list[Placed] = []
    links: list[Placed] = []
    maths: list[Placed] = []
    stray: list[Placed] = []
    for token in _markdown().parse(text):
        line = (token.map[0] if token.map else 0) + 1
        if token.type == "heading_open":
            headings.append(Placed(text=token.markup, line=line))
        elif token.type in ("fence", "code_block"):
            blocks.append(Placed(text=_without_comments(token.content), line=line))
        elif token.type in ("math_block", "math_block_label"):
            maths.append(Placed(text=token.content, line=line))
        elif token.type == "inline":
            _read_inline(token, line, links=links, maths=maths, stray=stray)
    return Statement(
        file=file,
        headings=tuple(headings),
        blocks=tuple(blocks),
        links=tuple(links),
        maths=tuple(maths),
        stray_dollars=tuple(stray),
        has_chinese=has_chinese(text),
    )


def _read_inline(token: Any, first: int, *, links: list[Placed], maths: list[Placed], stray: list[Placed]) -> None:
    line, dollars = first, 0
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            line += 1
        elif child.type == "link_open":
            links.append(Placed(text=str(child.attrs.get("href", "")), line=line))
        elif child.type == "image":
            links.append(Placed(text=str(child.attrs.get("src", "")), line=line))
        elif child.type.startswith("math_inline"):
            maths.append(Placed(text=child.content, line=line))
        elif child.type == "text":
            dollars += child.content.count("$")
    if dollars > len(_ESCAPED_DOLLAR.findall(token.content)):
        stray.append(Placed(text="$", line=first))


@functools.cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    return MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, allow_space=False, double_inline=True)


def _without_comments(code: str) -> str:
    """Return code as both languages must have it: comments may be translated."""
    return "\n".join(line.rstrip() for line in _PYTHON_COMMENT.sub("", code).splitlines() if line.strip())


def _language(context: Context, language: Language, statement: Statement) -> Iterator[Finding]:
    if (language is Language.ZH) == statement.has_chinese:
        return
    wanted = Text(en="Chinese", zh="中文") if language is Language.ZH else Text(en="English", zh="英文")
    yield context.finding(
        "statement.language",
        Severity.ERROR if language is Language.ZH else Severity.WARNING,
        statement.file,
        Text(en=f"This statement should be in {wanted.en}.", zh=f"这份题面应为{wanted.zh}。"),
        Text(en="Translate it; code stays as it is.", zh="请翻译正文；代码保持不变。"),
    )


def _links(context: Context, statement: Statement) -> Iterator[Finding]:
    folder = Path(context.exercise.folder).resolve()
    for link in statement.links:
        parts = urlsplit(link.text)
        if parts.scheme or parts.netloc or not parts.path:
            continue
        target = (folder / unquote(parts.path)).resolve()
        if not target.is_relative_to(folder):
            problem = Text(
                en=f"The link {link.text} leads out of the exercise's folder, which is all that students get.",
                zh=f"链接 {link.text} 指向练习文件夹之外，而学生只能拿到该文件夹。",
            )
            remedy = Text(
                en="Move the file into the folder, or remove the link.", zh="请把文件移入该文件夹，或删去链接。"
            )
        elif not target.exists():
            problem = Text(en=f"The link {link.text} leads nowhere.", zh=f"链接 {link.text} 指向不存在的文件。")
            remedy = Text(en="Correct it, or add the file.", zh="请改正链接，或补上该文件。")
        else:
            continue
        yield context.finding("statement.link", Severity.ERROR, statement.file, problem, remedy, line=link.line)


def _maths(context: Context, statement: Statement) -> Iterator[Finding]:
    remedy = Text(
        en="Correct the formula; a dollar sign that is meant as such is written \\$.",
        zh="请改正公式；若要写美元符号本身，请用 \\$。",
    )
    for formula in statement.maths:
        why = _why_not_set(formula.text)
        if why:
            what = Text(en=f"This formula cannot be set: {why}", zh=f"这个公式无法排版：{why}")
            detail = formula.text.strip()
            yield context.finding(
                "statement.maths", Severity.ERROR, statement.file, what, remedy, line=formula.line, detail=detail
            )
    for stray in statement.stray_dollars:
        what = Text(en="A $ here opens no formula, or closes none.", zh="这里的 $ 没有配对。")
        yield context.finding("statement.maths", Severity.ERROR, statement.file, what, remedy, line=stray.line)


def _why_not_set(formula: str) -> str:
    """Return why a formula is no LaTeX that can be set; "" where it is."""
    from math_core import LatexError, LatexToMathML

    try:
        LatexToMathML(fancy_error=False).convert_with_local_state(formula, displaystyle=True)
    except LatexError as error:
        return str(error)
    return ""


def _differences(context: Context, english: Statement, chinese: Statement) -> Iterator[Finding]:
    """Yield where the statements do not have the same parts, at the first that differs."""
    for what, first, second in (
        (Text(en="headings", zh="标题"), english.headings, chinese.headings),
        (Text(en="blocks of code", zh="代码块"), english.blocks, chinese.blocks),
        (Text(en="links", zh="链接"), _neutral(english.links), _neutral(chinese.links)),
        (Text(en="formulas", zh="公式"), english.maths, chinese.maths),
    ):
        same = len(first) == len(second) if what.en == "formulas" else _texts(first) == _texts(second)
        if same:
            continue
        line, detail = _first_difference(first, second)
        yield context.finding(
            "statement.differs",
            Severity.ERROR,
            chinese.file,
            Text(
                en=f"The statements do not have the same {what.en}: {len(first)} in English, {len(second)} in Chinese.",
                zh=f"两份题面的{what.zh}不一致：英文 {len(first)} 个，中文 {len(second)} 个。",
            ),
            Text(en="Bring the two into step; only words are translated.", zh="请使二者一致；只翻译文字。"),
            line=line,
            detail=detail,
        )


def _texts(parts: Sequence[Placed]) -> list[str]:
    return [part.text for part in parts]


def _neutral(links: Sequence[Placed]) -> list[Placed]:
    """Return links without their language: each statement may link to its own version of a page."""
    return [Placed(text=link.text.replace(".zh.md", ".md"), line=link.line) for link in links]


def _first_difference(first: Sequence[Placed], second: Sequence[Placed]) -> tuple[int, str]:
    for a, b in zip(first, second, strict=False):
        if a.text != b.text:
            return b.line, f"- {a.text}\n+ {b.text}"
    longer = first if len(first) > len(second) else second
    extra = longer[min(len(first), len(second))] if len(first) != len(second) else Placed(text="", line=0)
    sign = "-" if longer is first else "+"
    return (0 if longer is first else extra.line), f"{sign} {extra.text}"
