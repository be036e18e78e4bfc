"""Writes GIFT, one question a paragraph."""

from __future__ import annotations

from decimal import Decimal

from grader.quiz.exchange.cloze import Alternative
from grader.quiz.exchange.fitting import plain_label
from grader.quiz.exchange.html_text import block_html, option_html, remark_html
from grader.quiz.exchange.leaf import Choices, Group, Leaf, Match, Typed
from grader.quiz.exchange.losses import FittedBooklet, Weight
from grader.quiz.exchange.moodle_write import alternatives, misconceptions, percents
from grader.quiz.model import QuestionType
from grader.records import Text

_ESCAPED = str.maketrans(
    {"\\": "\\\\", "~": "\\~", "=": "\\=", "#": "\\#", "{": "\\{", "}": "\\}", ":": "\\:", "\n": "\\n", "\r": ""}
)


def write(fitted: FittedBooklet) -> bytes:
    """Return the file: the same bytes for the same booklet."""
    booklet = fitted.booklet
    top = "$course$/top/" + " ".join(booklet.title.replace("/", "//").split())
    blocks = [_comment(fitted), f"// dlgrade: quiz {booklet.id}\n$CATEGORY: {top}"]
    inside = False
    for item in booklet.items:
        if isinstance(item, Group):
            blocks.append(f"// dlgrade: pick {item.pick} of {item.id}\n$CATEGORY: {top}/{item.id}")
            blocks += [_question(leaf) for leaf in item.leaves]
            inside = True
        else:
            if inside:
                blocks.append(f"$CATEGORY: {top}")
                inside = False
            blocks.append(_question(item))
    return ("\n\n".join(blocks) + "\n").encode("utf-8")


def _comment(fitted: FittedBooklet) -> str:
    language = fitted.booklet.language
    said = Text(
        en="Written by dlgrade. It holds the answers: no student may get it.",
        zh="由 dlgrade 生成。内含答案，请勿发给学生。",
    )
    lines = [said.within(language)]
    for change in fitted.changes:
        if change.weight is Weight.LOST:
            lines.append(f"{change.question or fitted.booklet.id}: {change.text.within(language)}")
    return "\n".join(f"// {' '.join(line.split())}" for line in lines)


def _question(leaf: Leaf) -> str:
    names = [f"dlgrade:{leaf.type.value}", *leaf.topics, *(f"because:{name}" for name in misconceptions(leaf))]
    tags = " ".join(f"[tag:{name}]" for name in names)
    text = _escaped(str(block_html(leaf.text, leaf.code)).strip())
    general = f"\n####{_escaped(str(block_html(leaf.explanation)).strip())}" if leaf.explanation else ""
    return f"// {tags}\n::{_escaped(leaf.id)}::[html]{text} {{{_answers(leaf)}{general}\n}}"


def _answers(leaf: Leaf) -> str:
    content = leaf.content
    if isinstance(content, Choices):
        return "".join(_line(*one) for one in _options(leaf, content))
    if isinstance(content, Match):
        return _pairs(content)
    assert isinstance(content, Typed)
    lines = []
    is_number = leaf.type is QuestionType.NUMBER
    for one in alternatives(leaf, content):
        share = "=" if one.percent == 100 and not one.answer.startswith("%") else f"=%{one.percent:g}%"
        answer = f"{_plain_number(one.answer)}:{_plain_number(one.tolerance)}" if is_number else _escaped(one.answer)
        lines.append(_line(share, answer, one.feedback))
    return ("#" if is_number else "") + "".join(lines)


def _options(leaf: Leaf, choices: Choices) -> list[tuple[str, str, str]]:
    single = leaf.type is QuestionType.CHOICE
    found = []
    for option, percent in zip(choices.options, percents(choices.options, single=single), strict=True):
        share = ("=" if option.right else "~") if single else f"~%{percent:g}%"
        one = Alternative(
            answer=str(option_html(option.text, option.code)), percent=percent, feedback=str(remark_html(option.remark))
        )
        found.append((share, _escaped(one.answer), one.feedback))
    return found


def _pairs(match: Match) -> str:
    lines = [
        f"\n={_escaped(str(option_html(row.text, row.code)))} -> {_escaped(plain_label(match.options[row.option]))}"
        for row in match.rows
    ]
    used = {row.option for row in match.rows}
    extra = [option for place, option in enumerate(match.options) if place not in used]
    return "".join(lines) + "".join(f"\n= -> {_escaped(plain_label(option))}" for option in extra)


def _line(share: str, answer: str, feedback: str) -> str:
    said = f"#{_escaped(feedback.strip())}" if feedback else ""
    return f"\n{share}{answer}{said}"


def _plain_number(text: str) -> str:
    return f"{Decimal(text):f}"


def _escaped(text: str) -> str:
    return text.translate(_ESCAPED)
