"""Texts of other systems: our Markdown as plain HTML with `\\(…\\)`, and their HTML as Markdown.

What comes is hostile: nothing of it is kept but what Markdown can say, and what is left out is named. What goes has
passed the one Markdown set-up, which knows no HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

from grader.pages.markup import Markup, element, together
from grader.pages.web import is_outside
from grader.quiz.exchange.html_tree import Element, parsed_html
from grader.quiz.exchange.leaf import NOTHING, Remark
from grader.quiz.rendering.markdown import Maths, to_html, to_inline_html
from grader.records import Language, Text

_CODE_CLASS = "language-python"  # marks what is the `code` of a question or an option
_BECAUSE = "because-"
_ID = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_MATHS = re.compile(
    r"\\\((?P<inline>.{1,2000}?)\\\)|\\\[(?P<display>.{1,2000}?)\\\]|\$\$(?P<dollars>.{1,2000}?)\$\$", re.DOTALL
)
_DOLLAR = re.compile(r"(?<!\\)\$")  # that would end a formula
_SPACE = re.compile(r"[ \t\r\n\f]+")
_SIGNS = re.compile(r"([\\`*\[\]$])|(?<![A-Za-z0-9])(_)|(_)(?![A-Za-z0-9])|(<)(?=[A-Za-z/!?])|(&)(?=#?[A-Za-z0-9]+;)")
_LINE_START = re.compile(r"^( *)(?:([#>+=~-])|([0-9]{1,9})([.)])(?=\s|$))", re.MULTILINE)
_UNSEEN = frozenset({"script", "style", "template", "title", "head", "noscript", "link", "meta", "base"})
_NOT_KEPT = _UNSEEN | frozenset({
    "iframe", "object", "embed", "applet", "form", "input", "button", "select", "textarea", "audio", "video", "canvas",
    "svg", "math",
})  # fmt: skip
_LEVELS = {"h5": "##", "h6": "###"}  # below the headings of a page
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | frozenset({
    "p", "div", "section", "article", "center", "figure", "figcaption", "header", "footer", "address", "dl", "dt", "dd",
    "details", "summary", "ul", "ol", "pre", "table", "blockquote", "hr",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """What a text of another system says, in Markdown; `code` is set apart, `lost` is what Markdown has no word for."""

    markdown: str
    code: str = ""
    because: str = ""
    lost: tuple[str, ...] = ()  # tags: "img", "script"

    @property
    def remark(self) -> Remark:
        return Remark(because=self.because, say=self.markdown) if self.markdown or self.because else NOTHING


# ----------------------------------------------------------------------------------------------------- to HTML


def block_html(text: str, code: str = "") -> Markup:
    """Return a question's text with the code that it is about."""
    pieces = [to_html(text, maths=Maths.TEX)] if text.strip() else []
    if code:
        pieces.append(element("pre", None, element("code", {"class": _CODE_CLASS}, code.rstrip("\n"))))
    return together(pieces)


def option_html(text: str, code: str = "") -> Markup:
    """Return an option, on one line where it is one paragraph."""
    return block_html("", code) if code else to_inline_html(text, maths=Maths.TEX)


def remark_html(remark: Remark) -> Markup:
    """Return a feedback; the misconception's id is a class, which shows nowhere and comes back on import."""
    said = block_html(remark.say)
    return element("div", {"class": _BECAUSE + remark.because}, said) if remark.because else said


# ----------------------------------------------------------------------------------------------------- to Markdown


def prose_of(source: str, language: Language | None = None) -> Prose:
    """Return what HTML says, as Markdown. Of texts in several languages (Moodle's multilang), `language` is taken."""
    root = parsed_html(source)
    _one_language(root, language)
    because = _because(root)
    code = _own_code(root)
    writer = _Writer()
    markdown = "\n\n".join(writer.blocks(root.children))
    return Prose(markdown=markdown, code=code, because=because, lost=tuple(dict.fromkeys(writer.lost)))


def markdown_of_plain(text: str) -> str:
    """Return plain text as Markdown that shows it; maths in it is maths."""
    return "\n\n".join(_escaped(part) for part in re.split(r"\n\s*\n", text.strip()))


def lost_text(lost: Iterable[str]) -> Text | None:
    """Say what of a text could not be kept."""
    names = ", ".join(f"<{name}>" for name in lost)
    if not names:
        return None
    return Text(
        en=f"not kept of its texts, as Markdown has no such thing: {names}",
        zh=f"文字中的这些内容在 Markdown 中没有对应，未保留：{names}",
    )


def _because(root: Element) -> str:
    """Return the id of the misconception that a feedback of ours names."""
    if len(root.children) == 1 and isinstance(one := root.children[0], Element):
        named = (name.removeprefix(_BECAUSE) for name in one.classes if name.startswith(_BECAUSE))
        return next((name for name in named if _ID.fullmatch(name) and len(name) <= 60), "")
    return ""


def _own_code(root: Element) -> str:
    """Take the code that a question or option of ours ends with out of the tree, and return it."""
    while root.children and isinstance(root.children[-1], str) and not root.children[-1].strip():
        root.children.pop()
    last = root.children[-1] if root.children else ""
    if isinstance(last, Element) and last.tag == "pre" and len(last.children) == 1:
        inner = last.children[0]
        if isinstance(inner, Element) and inner.tag == "code" and _CODE_CLASS in inner.classes:
            root.children.pop()
            return inner.text()
    return ""


def _one_language(root: Element, language: Language | None) -> None:
    found: list[tuple[Element, Element]] = []
    waiting = [root]
    while waiting:
        parent = waiting.pop()
        for child in parent.children:
            if isinstance(child, Element):
                waiting.append(child)
                if "multilang" in child.classes and "lang" in child.attributes:
                    found.append((parent, child))
    spoken = [child.attributes["lang"].lower()[:2] for _, child in found]
    if not spoken:
        return
    kept = language.value if language is not None and language.value in spoken else spoken[0]
    for (parent, child), lang in zip(found, spoken, strict=True):
        if lang != kept:
            parent.children = [one for one in parent.children if one is not child]


@dataclass(frozen=True, slots=True)
class _Stress:
    """Stressed words, with the blanks around them that cannot be stressed."""

    sign: str
    before: str
    words: str
    after: str

    def written(self, previous: str, following: str) -> str:
        """Return them as Markdown; plain where their neighbours would make the signs mean something else."""
        first, last = self.words[0], self.words[-1]
        opens = first != "*" and (
            bool(self.before) or (previous != "*" and (first.isalnum() or not previous.isalnum()))
        )
        closes = last != "*" and (
            bool(self.after) or (following != "*" and (last.isalnum() or not following.isalnum()))
        )
        nested = re.search(r"(?<!\\)\*", self.words) is not None
        sign = self.sign if opens and closes and not nested else ""
        return f"{self.before}{sign}{self.words}{sign}{self.after}"


class _Writer:
    """Writes a tree as Markdown."""

    def __init__(self) -> None:
        self.lost: list[str] = []

    def blocks(self, children: Iterable[Element | str]) -> list[str]:
        """Return the blocks; what stands between them is a paragraph."""
        found: list[str] = []
        run: list[Element | str] = []
        for child in children:
            if isinstance(child, str) or not _is_block(child):
                run.append(child)
                continue
            found += self._paragraph(run)
            run = []
            found += self._block(child)
        return found + self._paragraph(run)

    def _paragraph(self, run: Iterable[Element | str]) -> list[str]:
        kept = list(run)
        for end in (-1, 0):  # a line break before or behind a paragraph breaks no line
            while kept and _is_gap(kept[end]):
                kept.pop(end)
        text = self.inline(kept).strip()
        return [text] if text else []

    def _block(self, one: Element) -> list[str]:
        if one.tag in ("ul", "ol"):
            return self._list(one)
        if one.tag == "pre":
            return [_fenced(one)]
        if one.tag == "table":
            return self._table(one)
        if one.tag == "blockquote":
            quoted = "\n\n".join(self.blocks(one.children))
            return ["\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))] if quoted else []
        if one.tag in _HEADINGS:
            line = self.inline(one.children).strip().replace("\\\n", " ").replace("\n", " ")
            return [f"{_LEVELS.get(one.tag, '#')} {line}"] if line else []
        if one.tag == "hr":
            return ["***"]
        return self.blocks(one.children)

    def _list(self, one: Element) -> list[str]:
        items = [child for child in one.children if isinstance(child, Element) and child.tag == "li"]
        start = int(number) if (number := one.attributes.get("start", "1")).isdecimal() and len(number) < 5 else 1
        lines = []
        for place, item in enumerate(items):
            sign = f"{start + place}. " if one.tag == "ol" else "- "
            inner = "\n\n".join(self.blocks(item.children)).replace("\n", "\n" + " " * len(sign))
            lines.append(f"{sign}{inner}".rstrip())
        return ["\n".join(lines)] if lines else []

    def _table(self, one: Element) -> list[str]:
        rows: list[list[str]] = []
        waiting: list[Element | str] = [one]
        while waiting:
            child = waiting.pop()
            if isinstance(child, str):
                continue
            if child.tag == "tr":
                cells = [cell for cell in child.children if isinstance(cell, Element) and cell.tag in ("td", "th")]
                rows.append([" ".join(self.blocks(cell.children)).replace("\n", " ") for cell in cells])
            else:
                waiting += reversed(child.children)
        width = max((len(row) for row in rows), default=0)
        if not width:
            return []
        padded = [[cell.replace("|", "\\|") for cell in row] + [""] * (width - len(row)) for row in rows]
        lines = [f"| {' | '.join(row)} |" for row in padded]
        return ["\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])]

    def inline(self, children: Iterable[Element | str]) -> str:
        pieces = [_escaped(child) if isinstance(child, str) else self._span(child) for child in children]
        written = ""
        for piece, following in zip_longest(pieces, pieces[1:], fillvalue=""):
            if isinstance(piece, _Stress):
                after = "*" if isinstance(following, _Stress) else following[:1]
                written += piece.written(written[-1:], after)
            else:
                written += piece
        return written

    def _span(self, one: Element) -> str | _Stress:
        if one.tag in _NOT_KEPT:  # of what is seen, the words in it are kept
            self.lost.append(one.tag)
            return "" if one.tag in _UNSEEN else self.inline(one.children)
        if one.tag == "img":
            self.lost.append("img")
            return _escaped(one.attributes.get("alt", ""))
        if one.tag == "br":
            return "\\\n"
        if one.tag in ("code", "tt", "kbd", "samp"):
            tex = one.text()  # a formula that was refused on its way out stays one
            return f"${tex}$" if "tex" in one.classes and tex.strip() == tex != "" and "$" not in tex else _ticked(tex)
        if _is_block(one):  # within a phrase
            return " ".join(self.blocks([one]))
        inner = self.inline(one.children)
        if one.tag in ("b", "strong", "i", "em") and inner.strip():
            sign = "**" if one.tag in ("b", "strong") else "*"
            before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
            return _Stress(sign, before, inner.strip(), after)
        if one.tag in ("sub", "sup"):
            self.lost.append(one.tag)
            return f"{'_' if one.tag == 'sub' else '^'}{inner}"
        address = one.attributes.get("href", "") if one.tag == "a" else ""
        if address and is_outside(address) and not re.search(r"[<>\s\\]", address):
            return f"[{inner}](<{address}>)"
        if address:
            self.lost.append("a")
        return inner


def _is_gap(one: Element | str) -> bool:
    return not one.strip() if isinstance(one, str) else one.tag == "br"


def _is_block(one: Element) -> bool:
    return one.tag in _BLOCKS


def _escaped(text: str) -> str:
    """Return prose with Markdown's signs escaped; TeX in it becomes maths."""
    pieces, at = [], 0
    for match in _MATHS.finditer(text):
        pieces.append(_plain(text[at : match.start()]))
        pieces.append(_formula(match))
        at = match.end()
    return "".join([*pieces, _plain(text[at:])])


def _plain(text: str) -> str:
    escaped = _SIGNS.sub(lambda match: "\\" + match[0], _SPACE.sub(" ", text))
    return _LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", escaped)


def _formula(match: re.Match[str]) -> str:
    tex = _SPACE.sub(" ", match["inline"] or match["display"] or match["dollars"]).strip()
    if _DOLLAR.search(tex) or not tex:
        return _ticked(tex)
    return f"${tex}$" if match["inline"] else f"$${tex}$$"


def _ticked(text: str) -> str:
    text = _SPACE.sub(" ", text)
    if not text.strip():
        return text
    mark = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    room = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{mark}{room}{text}{room}{mark}"


def _fenced(one: Element) -> str:
    inner = next((child for child in one.children if isinstance(child, Element) and child.tag == "code"), None)
    named = () if inner is None else inner.classes
    language = next((name.removeprefix("language-") for name in sorted(named) if name.startswith("language-")), "")
    language = language if re.fullmatch(r"[a-z0-9+-]{1,20}", language) else ""
    text = one.text().strip("\n")
    mark = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{mark}{language}\n{text}\n{mark}"
