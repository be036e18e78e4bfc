"""Writes a booklet as `quiz.yaml`: plain questions, for a person to go on with.

What is written has been read back by the reader of every quiz, and each question has been drawn: an import is never
broken. A question that cannot be is left out, and named. Nothing of a stranger's is run: there is no `quiz.py`, and
`{{name}}` in a text stays that text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

from grader.errors import AuthorError
from grader.plaintext import printable
from grader.quiz.drawing import Drawing, draw
from grader.quiz.exchange.decimals import decimal, number_in
from grader.quiz.exchange.formats import Note
from grader.quiz.exchange.leaf import (
    Booklet,
    Choices,
    Group,
    Leaf,
    Match,
    Order,
    Parts,
    Remark,
    Typed,
)
from grader.quiz.exchange.skipping import Skip
from grader.quiz.generators import Generators
from grader.quiz.marking.mark import Reading
from grader.quiz.marking.matrices import read_matrix
from grader.quiz.model import Partial, Precision, QuestionType, Variable
from grader.quiz.reading import quiz_of
from grader.quiz.seeds import Seeds
from grader.records import Text

MAX_TEXT = 20_000
MAX_TOLERANCE = Fraction(10**12)  # as quiz.yaml has it; a larger one is written as a share of the answer
_SLOT = re.compile(r"\{\{(?=[ \t]*[A-Za-z])")
_WHERE = re.compile(r"^.*?questions\[0\][^:：]*[:：]\s*", re.DOTALL)
_SEEDS = Seeds(key=b"import", version="", student="", attempt=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The text of a quiz.yaml, how many questions are in it, and what was left out."""

    content: bytes
    questions: int
    notes: tuple[Note, ...]


def quiz_yaml(booklet: Booklet, folder: Path, quiz_id: str) -> Written:
    """Return the `quiz.yaml` of a booklet that will stand in `folder`; `quiz_id` is the id of that folder."""
    notes: list[Note] = []
    head = _head(booklet, quiz_id)
    entries: list[dict[str, Any]] = []
    for item in booklet.items:
        leaves = item.leaves if isinstance(item, Group) else (item,)
        kept = [entry for leaf in leaves if (entry := _kept(leaf, head, folder, notes)) is not None]
        if isinstance(item, Group) and kept:
            entries.append({"pool": item.id, "pick": min(item.pick, len(kept)), "questions": kept})
        else:
            entries += kept
    count = sum(len(entry["questions"]) if "pool" in entry else 1 for entry in entries)
    content = _dumped({**head, "questions": entries})
    if entries:
        quiz_of(folder, content, None)
    return Written(content=content, questions=count, notes=tuple(notes))


def _head(booklet: Booklet, quiz_id: str) -> dict[str, Any]:
    head: dict[str, Any] = {"dlgrade": "quiz/1", "id": quiz_id, "title": _text(booklet.title) or quiz_id}
    if booklet.about:
        head["about"] = _text(booklet.about)
    head["languages"] = [booklet.language.value]
    if booklet.time_limit_s:
        head["time-limit"] = f"{max(round(booklet.time_limit_s), 1)}s"
    if booklet.shuffled:
        head["shuffle-questions"] = True
    used = {topic for leaf in booklet.leaves for topic in leaf.topics}
    if used:
        head["topics"] = {topic: {"title": _text(booklet.topics.get(topic, topic))} for topic in sorted(used)}
    return head


def _kept(leaf: Leaf, head: Mapping[str, Any], folder: Path, notes: list[Note]) -> dict[str, Any] | None:
    """Return a question's entry, if it can be read and drawn."""
    try:
        entry = _entry(leaf)
        quiz = quiz_of(folder, _dumped({**head, "questions": [entry]}), None)
        with Generators(quiz) as generators:
            draw(
                Drawing(quiz=quiz, seeds=replace(_SEEDS, version=quiz.version), generators=generators),
                quiz.questions[0],
            )
    except (AuthorError, Skip) as error:
        text = error.text if isinstance(error, Skip) else _left_out(error)
        notes.append(Note(question=leaf.id, text=text, skipped=True))
        return None
    if any(_is_too_small(one) for one in _precisions(leaf)):
        notes.append(Note(question=leaf.id, text=_TOO_SMALL))
    return entry


def _left_out(error: AuthorError) -> Text:
    reason = error.problem
    en, zh = _WHERE.sub("", reason.en, count=1), _WHERE.sub("", reason.zh, count=1)
    return Text(en=f"left out: {printable(en, limit=300)}", zh=f"已略过：{printable(zh, limit=300)}")


# ------------------------------------------------------------------------------------------------------- entries
# Each raises Skip for what a quiz.yaml cannot say.


def _entry(leaf: Leaf, *, is_part: bool = False) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": leaf.id, "type": leaf.type.value}
    if leaf.topics and not is_part:
        entry["topics"] = list(leaf.topics)
    entry["text"] = _text(leaf.text)
    if leaf.code.strip():
        entry["code"] = _code(leaf.code)
    if leaf.points != 1:
        entry["points"] = _number(leaf.points)
    if leaf.attempts != 1 and not is_part:
        entry["attempts"] = "unlimited" if leaf.attempts is None else leaf.attempts
    if leaf.penalty and leaf.attempts != 1 and not is_part:  # with one try, nothing is ever taken off
        entry["penalty"] = leaf.penalty
    entry |= _content(leaf)
    if leaf.hints:
        entry["hint"] = [_text(hint) for hint in leaf.hints]
    if leaf.explanation:
        entry["explanation"] = _text(leaf.explanation)
    return entry


def _content(leaf: Leaf) -> dict[str, Any]:
    content = leaf.content
    if isinstance(content, Choices):
        made = _choices(content)
    elif isinstance(content, Order):
        made = _order(content)
    elif isinstance(content, Match):
        made = _match(content)
    elif isinstance(content, Parts):
        return {"parts": [_entry(part, is_part=True) for part in content.parts]}
    else:
        made = _typed(leaf, content)
    if leaf.partial is not Partial.NONE:
        made["partial"] = leaf.partial.value
    return made


def _shown(text: str, code: str) -> dict[str, Any]:
    return {"code": _code(code)} if code else {"text": _text(text)}


def _remark(remark: Remark) -> dict[str, Any]:
    made = {"because": remark.because} if remark.because else {}
    return {**made, "say": _text(remark.say)} if remark.say else made


def _choices(choices: Choices) -> dict[str, Any]:
    entries = []
    for option in choices.options:
        entry = _shown(option.text, option.code) | ({"correct": True} if option.right else {}) | _remark(option.remark)
        entries.append(entry | ({"last": True} if option.last else {}))
    made: dict[str, Any] = {"choices": entries}
    return made if choices.shuffle else {"shuffle": False, **made}


def _order(order: Order) -> dict[str, Any]:
    items = []
    for place, item in enumerate(order.items):
        entry = {"id": _name("item", place)} | _shown(item.text, item.code)
        items.append(entry | ({"after": [_name("item", one) for one in item.after]} if item.after else {}))
    made: dict[str, Any] = {"items": items}
    if order.wrong:
        made["wrong"] = [
            {"order": [_name("item", place) for place in known.sequence]} | _remark(known.remark)
            for known in order.wrong
        ]
    return made


def _match(match: Match) -> dict[str, Any]:
    rows = []
    for place, row in enumerate(match.rows):
        entry = {"id": _name("row", place)} | _shown(row.text, row.code) | {"match": _name("option", row.option)}
        wrong = [{"option": _name("option", known.option)} | _remark(known.remark) for known in row.wrong]
        rows.append(entry | ({"wrong": wrong} if wrong else {}))
    options = [{"id": _name("option", place)} | _shown(one.text, one.code) for place, one in enumerate(match.options)]
    made: dict[str, Any] = {"options": options, "rows": rows}
    return made if match.shuffle else {"shuffle": False, **made}


def _typed(leaf: Leaf, typed: Typed) -> dict[str, Any]:
    if typed.also and leaf.type is QuestionType.NUMBER:
        raise Skip(_SEVERAL_NUMBERS)
    table = leaf.type is QuestionType.MATRIX
    made: dict[str, Any] = {"answer": _rows(typed.answer) if table else _code(typed.answer)}
    if typed.also and not table:
        made["also"] = [_code(one) for one in typed.also]
    if typed.precision is not None and (accept := _accept(typed.answer, typed.precision)):
        made["accept"] = accept
    if typed.unit:
        made["unit"] = _text(typed.unit)
    if typed.whole:
        made["whole"] = True
    if typed.variables:
        made["variables"] = {one.name: _interval(one) for one in typed.variables}
    wrong = [
        {"value": _rows(known.value) if table else _code(known.value)} | _remark(known.remark) for known in typed.wrong
    ]
    return made | ({"wrong": wrong} if wrong else {})


def _interval(variable: Variable) -> list[float] | dict[str, list[int]]:
    if variable.whole:
        return {"int": [int(variable.low), int(variable.high)]}
    return [variable.low, variable.high]


def _accept(answer: str, precision: Precision) -> dict[str, int | float]:
    relative, absolute = Fraction(precision.relative or 0), Fraction(precision.absolute or 0)
    if absolute > MAX_TOLERANCE:
        number = number_in(answer)
        share = absolute / abs(number) if isinstance(number, Fraction) and number else None
        if share is None or share > 1:
            raise Skip(_too_wide(absolute))
        relative, absolute = max(relative, share), Fraction(0)
    accept: dict[str, int | float] = {"rel": _number(float(relative)), "abs": _number(float(absolute))}
    kept = {key: width for key, width in accept.items() if width}
    return kept if precision.sig_figs is None else {"sig-figs": precision.sig_figs, **kept}


def _precisions(leaf: Leaf) -> Iterator[Precision]:
    if isinstance(leaf.content, Parts):
        for part in leaf.content.parts:
            yield from _precisions(part)
    elif isinstance(leaf.content, Typed) and leaf.content.precision is not None:
        yield leaf.content.precision


def _is_too_small(precision: Precision) -> bool:
    """Return whether a tolerance is nothing once it is written as a float."""
    widths = [Fraction(width) for width in (precision.relative, precision.absolute) if width is not None]
    return any(width > 0 and not float(min(width, MAX_TOLERANCE)) for width in widths)


def _too_wide(width: Fraction) -> Text:
    shown, most = decimal(width)[:40], f"{float(MAX_TOLERANCE):g}"
    return Text(
        en=f"left out: a tolerance of {shown}; one above {most} may be as large as the answer at most",
        zh=f"已略过：容差 {shown} 过大；超过 {most} 的容差不能大于答案本身",
    )


_SEVERAL_NUMBERS = Text(
    en="left out: several numbers are right; a question has one here, with a tolerance",
    zh="已略过：有多个数都算正确；这里每题只有一个数，可带容差",
)
_TOO_SMALL = Text(
    en="its tolerance is too small to be written: only the very answer is right now",
    zh="容差太小，无法写出：现在答案必须完全相等",
)


def _rows(answer: str) -> list[list[str]]:
    reading = read_matrix(answer)
    if not isinstance(reading, Reading):
        return [[answer]]
    return [[str(cell) for cell in row] for row in reading.value.rows]


def _name(what: str, place: int) -> str:
    return f"{what}-{place + 1}"


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


# ---------------------------------------------------------------------------------------------------------- YAML


def _text(text: str) -> str:
    """Return a stranger's text as an author would write it: nothing in it is a parameter, nothing steers a screen."""
    return _code(text.strip())


def _code(text: str) -> str:
    clean = printable(text.replace("\r\n", "\n").replace("\r", "\n"), limit=MAX_TEXT, newlines=True)
    return _SLOT.sub(r"\\{{", clean)


def _dumped(tree: Mapping[str, Any]) -> bytes:
    from ruamel.yaml import YAML

    writer = YAML(typ="rt", pure=True)
    writer.default_flow_style = False
    writer.allow_unicode = True
    writer.width = 120
    writer.indent(mapping=2, sequence=4, offset=2)
    stream = StringIO()
    writer.dump(_blocks(tree), stream)
    return stream.getvalue().encode("utf-8")


def _blocks(value: Any) -> Any:
    """Return a tree in which texts of several lines are written as such, and short lists on one line."""
    from ruamel.yaml.comments import CommentedSeq
    from ruamel.yaml.scalarstring import LiteralScalarString

    if isinstance(value, str):
        is_block = "\n" in value and not any(line != line.rstrip() for line in value.split("\n"))
        return LiteralScalarString(value) if is_block and value.strip() else value
    if isinstance(value, Mapping):
        return {key: _blocks(one) for key, one in value.items()}
    if isinstance(value, Iterable):
        listed = CommentedSeq(_blocks(one) for one in value)
        if all(isinstance(one, str | int | float) and len(str(one)) < 40 and "\n" not in str(one) for one in listed):
            listed.fa.set_flow_style()
        return listed
    return value
