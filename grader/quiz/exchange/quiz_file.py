"""Writes a booklet as `quiz.yaml`: plain questions, for a person to go on with.

What is written has been read back by the reader of every quiz, and each question has been drawn: an import is never
broken. A question that cannot be is left out, and named. Nothing of a stranger's is run: there is no `quiz.py`, and
`{{name}}` in a text stays that text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

from grader.errors import AuthorError
from grader.plaintext import printable
from grader.quiz.drawing import Drawing, draw
from grader.quiz.exchange.decimals import number_in
from grader.quiz.exchange.formats import Note
from grader.quiz.exchange.sheet import (
    Booklet,
    Choices,
    Group,
    Match,
    Order,
    Parts,
    Remark,
    Sheet,
    Typed,
)
from grader.quiz.generators import Generators
from grader.quiz.marking.mark import Reading
from grader.quiz.marking.matrices import read_matrix
from grader.quiz.model import Partial, Precision, QuestionType
from grader.quiz.reading import quiz_of
from grader.quiz.seeds import Seeds
from grader.records import Text

MAX_TEXT = 20_000
MAX_TOLERANCE = 1e12  # as quiz.yaml has it; a larger one is written as a share of the answer
_SLOT = re.compile(r"\{\{(?=[ \t]*[A-Za-z])")
_WHERE = re.compile(r"^.*?questions\[0\][^:：]*[:：]\s*", re.DOTALL)
_SEEDS = Seeds(key=b"import", version="", student="", attempt=1)
_ACCEPTS = {"sig_figs": "sig-figs", "relative": "rel", "absolute": "abs"}


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
        sheets = item.sheets if isinstance(item, Group) else (item,)
        kept = [entry for sheet in sheets if (entry := _kept(sheet, head, folder, notes)) is not None]
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
    used = {topic for sheet in booklet.sheets for topic in sheet.topics}
    if used:
        head["topics"] = {topic: {"title": _text(booklet.topics.get(topic, topic))} for topic in sorted(used)}
    return head


def _kept(sheet: Sheet, head: Mapping[str, Any], folder: Path, notes: list[Note]) -> dict[str, Any] | None:
    """Return a question's entry, if it can be read and drawn."""
    entry = _entry(sheet)
    try:
        quiz = quiz_of(folder, _dumped({**head, "questions": [entry]}), None)
        with Generators(quiz) as generators:
            draw(
                Drawing(quiz=quiz, seeds=replace(_SEEDS, version=quiz.version), generators=generators),
                quiz.questions[0],
            )
    except AuthorError as error:
        notes.append(Note(question=sheet.id, text=_left_out(error), skipped=True))
        return None
    return entry


def _left_out(error: AuthorError) -> Text:
    reason = error.problem
    en, zh = _WHERE.sub("", reason.en, count=1), _WHERE.sub("", reason.zh, count=1)
    return Text(en=f"left out: {printable(en, limit=300)}", zh=f"已略过：{printable(zh, limit=300)}")


# ------------------------------------------------------------------------------------------------------- entries


def _entry(sheet: Sheet, *, is_part: bool = False) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": sheet.id, "type": sheet.type.value}
    if sheet.topics and not is_part:
        entry["topics"] = list(sheet.topics)
    entry["text"] = _text(sheet.text)
    if sheet.code.strip():
        entry["code"] = _code(sheet.code)
    if sheet.points != 1:
        entry["points"] = _number(sheet.points)
    if sheet.attempts != 1 and not is_part:
        entry["attempts"] = "unlimited" if sheet.attempts is None else sheet.attempts
    if sheet.penalty and sheet.attempts != 1 and not is_part:  # with one try, nothing is ever taken off
        entry["penalty"] = sheet.penalty
    entry |= _content(sheet)
    if sheet.hints:
        entry["hint"] = [_text(hint) for hint in sheet.hints]
    if sheet.explanation:
        entry["explanation"] = _text(sheet.explanation)
    return entry


def _content(sheet: Sheet) -> dict[str, Any]:
    content = sheet.content
    if isinstance(content, Choices):
        made = _choices(content)
    elif isinstance(content, Order):
        made = _order(content)
    elif isinstance(content, Match):
        made = _match(content)
    elif isinstance(content, Parts):
        return {"parts": [_entry(part, is_part=True) for part in content.parts]}
    else:
        made = _typed(sheet, content)
    if sheet.partial is not Partial.NONE:
        made["partial"] = sheet.partial.value
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


def _typed(sheet: Sheet, typed: Typed) -> dict[str, Any]:
    table = sheet.type is QuestionType.MATRIX
    made: dict[str, Any] = {"answer": _rows(typed.answer) if table else _code(typed.answer)}
    if typed.also and not table:
        made["also"] = [_code(one) for one in typed.also]
    if typed.precision is not None:
        made["accept"] = _accept(typed.answer, typed.precision)
    if typed.unit:
        made["unit"] = _text(typed.unit)
    if typed.whole:
        made["whole"] = True
    if typed.variables:
        made["variables"] = {one.name: [one.low, one.high] for one in typed.variables}
    wrong = [
        {"value": _rows(known.value) if table else _code(known.value)} | _remark(known.remark) for known in typed.wrong
    ]
    return made | ({"wrong": wrong} if wrong else {})


def _accept(answer: str, precision: Precision) -> dict[str, int | float]:
    written = {key: getattr(precision, name) for name, key in _ACCEPTS.items()}
    accept = {key: _number(float(value)) for key, value in written.items() if value is not None}
    number = number_in(answer)
    if accept.get("abs", 0) > MAX_TOLERANCE and isinstance(number, Fraction) and number:
        accept["rel"] = float(Fraction(accept.pop("abs")) / abs(number))
    return accept


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
