"""Reads what stands between the braces of a GIFT question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.quiz.exchange.decimals import decimal, number_in
from grader.quiz.exchange.fitting import Near
from grader.quiz.exchange.gift_signs import restored
from grader.quiz.exchange.html_text import Prose, markdown_of_plain
from grader.quiz.exchange.incoming import Incoming
from grader.quiz.exchange.leaf import Choice, Choices, Content, Label, Leaf, Match, Row
from grader.quiz.exchange.moodle_typed import Accepted, number_of, text_of
from grader.quiz.exchange.skipping import MAX_ANSWERS, TOO_MANY, Skip, choice_of, several_choices
from grader.quiz.model import Partial, QuestionType
from grader.records import Text

_MARK = re.compile(r"(?P<sign>[=~])\s*(?:%(?P<percent>-?[0-9]{1,3}(?:\.[0-9]{1,10})?)%)?(?P<rest>[^=~]*)")
_TRUE_FALSE = re.compile(r"(?P<word>TRUE|FALSE|T|F)\s*(?P<rest>#.*)?", re.DOTALL | re.IGNORECASE)
_RANGE = re.compile(r"(?P<low>[^.:]+(?:\.[0-9]+)?[^.:]*)\.\.(?P<high>[^:]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The question whose answers are read: what its texts are written in, and where notes of it go."""

    incoming: Incoming
    name: str
    form: str  # html, markdown, plain or moodle

    def prose(self, piece: str) -> Prose:
        """Return a text of the question; it may say for itself what it is written in."""
        text, form = restored(piece), self.form
        if match := re.match(r"\[(html|markdown|plain|moodle)\]", text, re.IGNORECASE):
            text, form = text[match.end() :], match[1].lower()
        if form == "markdown":
            return Prose(markdown=text)
        if form == "plain":
            return Prose(markdown=markdown_of_plain(text))
        if form == "moodle":
            text = text.replace("\n", "<br>")
        return self.incoming.prose(self.name, text)

    def note(self, texts: Sequence[Text]) -> None:
        for text in texts:
            self.incoming.note(self.name, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """One answer: `=` or `~`, its share, what it says."""

    sign: str
    percent: float | None
    text: str
    feedback: str


def read_answers(reader: Answers, leaf: Leaf, source: str, own: QuestionType | None) -> Leaf:
    """Return the question with its answers. Raises: Skip."""
    source = source.strip()
    if not source:
        raise Skip(_ESSAY)
    if match := _TRUE_FALSE.fullmatch(source):
        return _true_or_false(reader, leaf, match)
    if source.startswith("#"):
        return _number(reader, leaf, source[1:].strip())
    marks = _marks(source)
    if not marks:
        raise Skip(_NO_MARKS)
    if any("->" in mark.text for mark in marks) and all(mark.sign == "=" for mark in marks):
        return _match(reader, leaf, marks)
    if any(mark.sign == "~" for mark in marks):
        return _choices(reader, leaf, marks)
    accepted = [_accepted(reader, mark, restored(mark.text)) for mark in marks]
    read = text_of(accepted, own=own, has_code=bool(leaf.code))
    reader.note(read.notes)
    return replace(leaf, type=read.type, content=read.content)


def _marks(source: str) -> list[_Mark]:
    found: list[_Mark] = []
    for match in _MARK.finditer(source):
        if len(found) == MAX_ANSWERS:
            raise Skip(TOO_MANY)
        text, _, feedback = match["rest"].partition("#")
        percent = None if match["percent"] is None else float(match["percent"])
        found.append(_Mark(sign=match["sign"], percent=percent, text=text, feedback=feedback))
    return found


def _share(mark: _Mark) -> float:
    return mark.percent if mark.percent is not None else 100.0 if mark.sign == "=" else 0.0


def _accepted(reader: Answers, mark: _Mark, text: str, tolerance: str = "0") -> Accepted:
    remark = reader.prose(mark.feedback).remark
    return Accepted(text=text, percent=_share(mark), remark=remark, tolerance=tolerance)


def _choices(reader: Answers, leaf: Leaf, marks: Sequence[_Mark]) -> Leaf:
    options = []
    for mark in marks:
        prose = reader.prose(mark.text)
        text = "" if prose.code else prose.markdown
        options.append(Choice(text=text, code=prose.code, remark=reader.prose(mark.feedback).remark))
    single = any(mark.sign == "=" for mark in marks)
    shares = [_share(mark) for mark in marks]
    made = choice_of(options, shares) if single else several_choices(options, shares)
    reader.note(made.notes)
    return replace(
        leaf,
        type=QuestionType.CHOICE if single else QuestionType.MULTI,
        content=Choices(options=made.options),
        partial=Partial.NONE if single else Partial.EACH,
    )


def _true_or_false(reader: Answers, leaf: Leaf, match: re.Match[str]) -> Leaf:
    is_true = match["word"].upper().startswith("T")
    # The first feedback is that of the wrong answer, the second that of the right one.
    wrong, right = [*(match["rest"] or "").split("#")[1:3], "", ""][:2]
    language = reader.incoming.language
    options = tuple(
        Choice(
            text=word.within(language),
            right=is_right,
            remark=reader.prose(right if is_right else wrong).remark,
        )
        for word, is_right in ((_TRUE, is_true), (_FALSE, not is_true))
    )
    content: Content = Choices(options=options, shuffle=False)
    return replace(leaf, type=QuestionType.CHOICE, content=content)


def _match(reader: Answers, leaf: Leaf, marks: Sequence[_Mark]) -> Leaf:
    rows: list[Row] = []
    options: list[str] = []
    for mark in marks:
        row, arrow, option = mark.text.partition("->")
        named = restored(option)
        if not arrow or not named:
            raise Skip(_NO_PAIR)
        if named not in options:
            options.append(named)
        prose = reader.prose(row)
        if prose.markdown or prose.code:
            text = "" if prose.code else prose.markdown
            rows.append(Row(text=text, code=prose.code, option=options.index(named)))
    if len(rows) < 2 or len(options) < 2:
        raise Skip(_NO_PAIR)
    content = Match(rows=tuple(rows), options=tuple(Label(text=markdown_of_plain(one)) for one in options))
    return replace(leaf, type=QuestionType.MATCH, content=content, partial=Partial.EACH)


def _number(reader: Answers, leaf: Leaf, source: str) -> Leaf:
    marks = _marks(source) if source.startswith(("=", "~")) else []
    if not marks:
        text, _, feedback = source.partition("#")
        marks = [_Mark(sign="=", percent=None, text=text, feedback=feedback)]
    accepted = []
    for mark in marks:
        near = _interval(mark.text.strip())
        accepted.append(_accepted(reader, mark, near.value, near.tolerance))
    read = number_of(accepted)
    reader.note(read.notes)
    return replace(leaf, type=read.type, content=read.content)


def _interval(text: str) -> Near:
    if match := _RANGE.fullmatch(text):
        low, high = number_in(match["low"]), number_in(match["high"])
        if isinstance(low, Fraction) and isinstance(high, Fraction):
            return Near(value=decimal((low + high) / 2), tolerance=decimal(abs(high - low) / 2))
    value, _, tolerance = text.partition(":")
    return Near(value=restored(value), tolerance=restored(tolerance) or "0")


_TRUE, _FALSE = Text(en="True", zh="对"), Text(en="False", zh="错")
_ESSAY = Text(en="left out: an essay, which a person has to mark", zh="已略过：论述题需要人工评阅")
_NO_MARKS = Text(
    en="left out: between { and } no answer begins with = or ~", zh="已略过：{ } 中没有以 = 或 ~ 开头的答案"
)
_NO_PAIR = Text(
    en="left out: a pair is written =this -> that, and two are needed", zh="已略过：配对应写作 =甲 -> 乙，且至少两对"
)
