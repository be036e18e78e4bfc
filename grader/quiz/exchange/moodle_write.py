"""Writes Moodle XML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from xml.etree.ElementTree import Comment, Element, SubElement, indent, tostring

from grader.quiz.exchange.cloze import Alternative, written_blank
from grader.quiz.exchange.fitting import near, plain_label
from grader.quiz.exchange.html_text import block_html, option_html, remark_html
from grader.quiz.exchange.leaf import (
    NOTHING,
    Booklet,
    Choice,
    Choices,
    Content,
    Group,
    Leaf,
    Match,
    Order,
    Parts,
    Remark,
    Typed,
)
from grader.quiz.exchange.losses import FittedBooklet, Weight
from grader.quiz.exchange.spellings import spellings
from grader.quiz.marking.mark import Reading
from grader.quiz.marking.matrices import read_matrix
from grader.quiz.model import Partial, QuestionType
from grader.records import Language, Text

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0


def write(fitted: FittedBooklet) -> bytes:
    """Return the file: the same bytes for the same booklet."""
    booklet = fitted.booklet
    root = Element("quiz")
    root.append(Comment(_comment(fitted)))
    top = "$course$/top/" + booklet.title.replace("/", "//").strip()
    _category(root, top, str(block_html(booklet.about)), booklet.id)
    inside = ""
    for item in booklet.items:
        if isinstance(item, Group):
            inside = item.id
            _category(root, f"{top}/{item.id}", _group_info(item, booklet.language), _group_number(booklet, item))
            for leaf in item.leaves:
                _question(root, leaf)
        else:
            if inside:  # back to the quiz's own
                _category(root, top, "", "")
                inside = ""
            _question(root, item)
    indent(root, " ")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode").encode("utf-8") + b"\n"


def _comment(fitted: FittedBooklet) -> str:
    language = fitted.booklet.language
    lines = [
        Text(
            en="Written by dlgrade. It holds the answers: no student may get it.",
            zh="由 dlgrade 生成。内含答案，请勿发给学生。",
        ).within(language)
    ]
    for change in fitted.changes:
        if change.weight is Weight.LOST:
            name = change.question or fitted.booklet.id
            lines.append(f"{name}: {change.text.within(language)}")
    return "\n " + "\n ".join(_legal(line).replace("--", "- -").rstrip("-") for line in lines) + "\n"


def _group_info(group: Group, language: Language) -> str:
    said = Text(
        en=f"Add {group.pick} random question(s) from this category to the quiz.",
        zh=f"请在测验中从此类别添加 {group.pick} 道随机题。",
    )
    return str(block_html(said.within(language)))


def _group_number(booklet: Booklet, group: Group) -> str:
    return f"{booklet.id}.{group.id}.pick-{group.pick}"


def _category(root: Element, path: str, info: str, number: str) -> None:
    question = SubElement(root, "question", type="category")
    _text(SubElement(question, "category"), path)
    _text(SubElement(question, "info", format="html"), info)
    SubElement(question, "idnumber").text = _legal(number)


def _question(root: Element, leaf: Leaf) -> None:
    question = SubElement(root, "question", type=_type_of(leaf))
    _text(SubElement(question, "name"), leaf.id)
    shown = _cloze(leaf) if _type_of(leaf) == "cloze" else str(block_html(leaf.text, leaf.code))
    _html(question, "questiontext", shown)
    _html(question, "generalfeedback", str(block_html(leaf.explanation)))
    if _type_of(leaf) != "cloze":
        SubElement(question, "defaultgrade").text = f"{leaf.points:g}"
    SubElement(question, "penalty").text = f"{leaf.penalty:.7g}"
    SubElement(question, "hidden").text = "0"
    SubElement(question, "idnumber")
    _answers(question, leaf)
    for hint in leaf.hints:
        _html(question, "hint", str(block_html(hint)))
    _tags(question, leaf)


def _type_of(leaf: Leaf) -> str:
    content = leaf.content
    if isinstance(content, Typed):
        spelled = leaf.type in (QuestionType.SHAPE, QuestionType.CODE_OUTPUT)
        table = leaf.type is QuestionType.MATRIX
        return "cloze" if table else "shortanswer" if spelled else "numerical"
    known: dict[type[Content], str] = {Choices: "multichoice", Order: "ordering", Match: "matching", Parts: "cloze"}
    return known[type(content)]


def _answers(question: Element, leaf: Leaf) -> None:
    content = leaf.content
    if isinstance(content, Choices):
        _choices(question, leaf, content)
    elif isinstance(content, Order):
        _order(question, leaf, content)
    elif isinstance(content, Match):
        _match(question, content)
    elif isinstance(content, Typed) and leaf.type is QuestionType.NUMBER:
        _number(question, leaf, content)
    elif isinstance(content, Typed) and leaf.type is not QuestionType.MATRIX:
        SubElement(question, "usecase").text = "1" if leaf.type is QuestionType.CODE_OUTPUT else "0"
        for one in alternatives(leaf, content):
            _answer(question, one, form="moodle_auto_format")


def _choices(question: Element, leaf: Leaf, choices: Choices) -> None:
    single = leaf.type is QuestionType.CHOICE
    SubElement(question, "single").text = "true" if single else "false"
    SubElement(question, "shuffleanswers").text = "true" if choices.shuffle else "false"
    SubElement(question, "answernumbering").text = "none"
    for option, percent in zip(choices.options, percents(choices.options, single=single), strict=True):
        said = str(remark_html(option.remark))
        answer = str(option_html(option.text, option.code))
        _answer(question, Alternative(answer=answer, percent=percent, feedback=said), form="html")


def percents(options: Sequence[Choice], *, single: bool) -> list[float]:
    """Return what ticking each option is worth, as the marker counts it, in the shares that Moodle knows."""
    right = sum(option.right for option in options)
    if single:
        return [100.0 if option.right else 0.0 for option in options]
    earns = Fraction(100, right)
    costs = Fraction(100, min(right, max(len(options) - right, 1)))
    return [round(float(earns if option.right else -costs), 5) for option in options]


def _order(question: Element, leaf: Leaf, order: Order) -> None:
    graded = "LONGEST_ORDERED_SUBSET" if leaf.partial is Partial.LCS else "ALL_OR_NOTHING"
    settings = {"layouttype": "VERTICAL", "selecttype": "ALL", "selectcount": "0", "gradingtype": graded,
                "showgrading": "HIDE", "numberingstyle": "none"}  # fmt: skip
    for name, value in settings.items():
        SubElement(question, name).text = value
    for place, item in enumerate(order.items, start=1):
        answer = SubElement(question, "answer", fraction=f"{place}.0000000", format="html")
        _text(answer, str(option_html(item.text, item.code)))


def _match(question: Element, match: Match) -> None:
    SubElement(question, "shuffleanswers").text = "true" if match.shuffle else "false"
    for row in match.rows:
        _pair(question, str(option_html(row.text, row.code)), plain_label(match.options[row.option]))
    used = {row.option for row in match.rows}
    for place, option in enumerate(match.options):
        if place not in used:
            _pair(question, "", plain_label(option))


def _pair(question: Element, row: str, option: str) -> None:
    pair = SubElement(question, "subquestion", format="html")
    _text(pair, row)
    _text(SubElement(pair, "answer"), option)


def _number(question: Element, leaf: Leaf, typed: Typed) -> None:
    for one in alternatives(leaf, typed):
        answer = _answer(question, one, form="moodle_auto_format")
        SubElement(answer, "tolerance").text = one.tolerance
    if typed.unit:
        unit = SubElement(SubElement(question, "units"), "unit")
        SubElement(unit, "multiplier").text = "1"
        SubElement(unit, "unit_name").text = _legal(typed.unit)
    # Typed or not, one unit is understood; it is asked for in the text.
    SubElement(question, "unitgradingtype").text = "0"
    SubElement(question, "unitpenalty").text = "0"
    SubElement(question, "showunits").text = "0" if typed.unit else "3"
    SubElement(question, "unitsleft").text = "0"


def alternatives(leaf: Leaf, typed: Typed) -> list[Alternative]:
    """Return what may be typed, the right answers first: the first that fits counts."""
    if leaf.type is QuestionType.NUMBER:
        tolerance = (typed.precision.absolute if typed.precision else None) or "0"
        right = [Alternative(answer=one, percent=100, tolerance=tolerance) for one in (typed.answer, *typed.also)]
        return right + [
            Alternative(answer=one.value, percent=0, feedback=str(remark_html(one.remark)), tolerance=tolerance)
            for one in typed.wrong
        ]
    spelled = [(text, 100.0, NOTHING) for one in (typed.answer, *typed.also) for text in spellings(leaf.type, one)]
    spelled += [(text, 0.0, one.remark) for one in typed.wrong for text in spellings(leaf.type, one.value)]
    first: dict[str, tuple[float, Remark]] = {}
    for text, percent, remark in spelled:
        first.setdefault(text.strip(), (percent, remark))
    return [
        Alternative(answer=_not_wild(text), percent=percent, feedback=str(remark_html(remark)))
        for text, (percent, remark) in first.items()
    ]


def _not_wild(text: str) -> str:
    """Return an answer in which an asterisk is one: it stands for anything in Moodle."""
    return text.replace("*", "\\*")


# --------------------------------------------------------------------------------------------------------- cloze


def _cloze(leaf: Leaf) -> str:
    shown = str(block_html(leaf.text, leaf.code)).replace("{", "&#123;").replace("}", "&#125;")
    content = leaf.content
    if isinstance(content, Typed):
        return shown + _table(content)
    assert isinstance(content, Parts)
    return shown + "".join(_part(part) for part in content.parts)


def _part(part: Leaf) -> str:
    text = str(block_html(part.text, part.code)).replace("{", "&#123;").replace("}", "&#125;")
    return f'<div class="part-{part.id} type-{part.type.value}">{text}<p>{_blank(part)}</p></div>\n'


def _blank(part: Leaf) -> str:
    content = part.content
    weight = int(part.points)
    if isinstance(content, Choices):
        kind = "MULTICHOICE_VS" if content.shuffle else "MULTICHOICE_V"
        shown = [
            Alternative(
                answer=str(option_html(option.text, option.code)),
                percent=100 if option.right else 0,
                feedback=str(remark_html(option.remark)),
            )
            for option in content.options
        ]
        return written_blank(weight, kind, shown)
    assert isinstance(content, Typed)
    kind = {QuestionType.NUMBER: "NUMERICAL", QuestionType.CODE_OUTPUT: "SHORTANSWER_C"}.get(part.type, "SHORTANSWER")
    return written_blank(weight, kind, alternatives(part, content))


def _table(typed: Typed) -> str:
    reading = read_matrix(typed.answer)
    assert isinstance(reading, Reading)
    tolerance = (typed.precision.absolute if typed.precision else None) or "0"
    rows = []
    for row in reading.value.rows:
        cells = []
        for cell in row:
            one = near(str(cell), None)
            assert one is not None
            blank = Alternative(answer=one.value, percent=100, tolerance=tolerance)
            cells.append(f"<td>{written_blank(1, 'NUMERICAL', [blank])}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table class="type-matrix"><tbody>{"".join(rows)}</tbody></table>\n'


# ------------------------------------------------------------------------------------------------------ elements


def _answer(question: Element, one: Alternative, *, form: str) -> Element:
    answer = SubElement(question, "answer", fraction=f"{one.percent:g}", format=form)
    answer.set("fraction", f"{one.percent:.5f}".rstrip("0").rstrip("."))
    _text(answer, one.answer)
    _html(answer, "feedback", one.feedback)
    return answer


def _tags(question: Element, leaf: Leaf) -> None:
    tags = SubElement(question, "tags")
    names = [f"dlgrade:{leaf.type.value}", *leaf.topics, *(f"because:{name}" for name in misconceptions(leaf))]
    for name in names:
        _text(SubElement(tags, "tag"), name)


def misconceptions(leaf: Leaf) -> Iterable[str]:
    content = leaf.content
    remarks: list[Remark] = []
    if isinstance(content, Choices):
        remarks = [option.remark for option in content.options]
    elif isinstance(content, Typed):
        remarks = [known.remark for known in content.wrong]
    elif isinstance(content, Parts):
        return list(dict.fromkeys(name for part in content.parts for name in misconceptions(part)))
    return list(dict.fromkeys(remark.because for remark in remarks if remark.because))


def _html(parent: Element, name: str, source: str) -> None:
    _text(SubElement(parent, name, format="html"), source)


def _text(parent: Element, text: str) -> None:
    SubElement(parent, "text").text = _legal(text)


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
