"""Makes the two halves of a variant out of a question and what was drawn for it.

The public half is made first, by functions that are given texts and the seed: none of them is told what is right. The
key is then written for the ids that came out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from grader.quiz.authored import AuthoredOption, Question
from grader.quiz.interpolation import Inside, Room, fill, fill_text
from grader.quiz.model import (
    Answer,
    Body,
    ChoiceKey,
    ItemKey,
    Key,
    MatchBody,
    MatchKey,
    Option,
    OptionKey,
    OptionsBody,
    OrderKey,
    PairKey,
    PartsBody,
    PartsKey,
    Plain,
    PublicQuestion,
    QuestionType,
    TypedBody,
    TypedKey,
    Wrong,
    WrongOrder,
    WrongPair,
    WrongValue,
)
from grader.quiz.results import Generated
from grader.quiz.sameness import size_of
from grader.quiz.seeds import public_id, stream
from grader.records import Text

_BLANK = Text(en="", zh="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A question, and the values that were drawn for it."""

    question: Question
    values: Mapping[str, Plain]
    drawn: Generated | None  # what its generator returned
    seed: bytes
    version: str
    room: Room  # that the whole has, with its parts

    def text(self, template: Text) -> Text:
        filled = fill_text(template, self.values)
        if filled is not template:
            for text in {filled.en, filled.zh}:
                self.room.take(text)
        return filled

    def code(self, template: str) -> str:
        filled = fill(template, self.values, inside=Inside.CODE)
        if filled is not template:
            self.room.take(filled)
        return filled

    def wrong(self, wrong: Wrong) -> Wrong:
        return wrong if wrong.say is None else replace(wrong, say=self.text(wrong.say))

    def said(self, because: str) -> Wrong:
        """Return what is to say of a misconception that the generator named."""
        say = self.question.said.get(because)
        return Wrong(because=because, say=None if say is None else self.text(say))


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """Both halves, and what is to be checked of them."""

    public: PublicQuestion
    key: Key
    typed: TypedKey | None = None
    alike: Text | None = None  # two options that nobody can tell apart


@dataclass(frozen=True, slots=True)
class _Shown:
    """Options with the ids that they are shown under, in the order in which they are shown."""

    options: tuple[Option, ...]
    authored: tuple[AuthoredOption, ...]

    def id_of(self, name: str) -> str:
        return next(option.id for option, own in zip(self.options, self.authored, strict=True) if own.name == name)


def halves(filled: Filled, parts: Sequence[Half]) -> Half:
    """Return both halves of a variant; `parts` are those of its parts. Raises: SlotError."""
    question = filled.question
    for text in () if filled.drawn is None else filled.drawn.texts():
        filled.room.take(text)
    typed, alike = None, None
    body: Body
    answer: Answer
    if question.type is QuestionType.MULTI_PART:
        body = PartsBody(parts=tuple(part.public for part in parts))
        answer = PartsKey(parts=tuple(part.key for part in parts))
    elif question.type is QuestionType.MATCH:
        rows, options = _shown(filled, question.rows, "row"), _shown(filled, question.options, "option")
        body = MatchBody(rows=rows.options, options=options.options)
        answer, alike = _match_key(filled, rows, options), _alike(options) or _alike(rows)
    elif question.type in (QuestionType.CHOICE, QuestionType.MULTI):
        shown = _shown(filled, _picked(filled, _choices(filled)), "option")
        body, alike = OptionsBody(options=shown.options), _alike(shown)
        answer = ChoiceKey(
            options=tuple(_option_key(filled, *pair) for pair in zip(shown.options, shown.authored, strict=True))
        )
    elif question.type is QuestionType.ORDER:
        shown = _shown(filled, question.options, "option")
        body, answer = OptionsBody(options=shown.options), _order_key(filled, shown)
    else:
        typed = answer = _typed_key(filled)
        body = _typed_body(filled, answer)
    return Half(public=_public(filled, body), key=_key(filled, answer), typed=typed, alike=alike)


def _public(filled: Filled, body: Body) -> PublicQuestion:
    question = filled.question
    return PublicQuestion(
        id=question.id,
        part=question.part,
        type=question.type,
        text=filled.text(question.text),
        code=filled.code(question.code),
        body=body,
        points=question.rules.points,
        attempts=question.rules.attempts,
        penalty=question.rules.penalty,
        hints=len(question.hints),
        topics=question.topics,
    )


def _key(filled: Filled, answer: Answer) -> Key:
    question = filled.question
    return Key(
        id=question.id,
        part=question.part,
        type=question.type,
        answer=answer,
        rules=question.rules,
        hints=tuple(filled.text(hint) for hint in question.hints),
        explanation=None if question.explanation is None else filled.text(question.explanation),
        params=dict(filled.values),
        version=filled.version,
        seed=filled.seed.hex(),
    )


# ------------------------------------------------------------------------------------------------------ options


def _choices(filled: Filled) -> tuple[AuthoredOption, ...]:
    """Return the choices; those that a generator made have their misconceptions for names."""
    question, drawn = filled.question, filled.drawn
    if question.options or drawn is None:
        return question.options
    right = AuthoredOption(name="right", text=drawn.label, right=True, where=question.where)
    wrong = tuple(
        AuthoredOption(
            name=one.because,
            text=one.label,
            wrong=Wrong(because=one.because, say=question.said.get(one.because)),
            where=question.where,
        )
        for one in drawn.wrong
    )
    return (right, *wrong)


def _picked(filled: Filled, options: tuple[AuthoredOption, ...]) -> tuple[AuthoredOption, ...]:
    """Return the options that are shown, in their author's order: those that are right, and wrong ones drawn."""
    pick = filled.question.pick
    if pick is None or pick >= len(options):
        return options
    wrong = [place for place, option in enumerate(options) if not option.right]
    count = pick - (len(options) - len(wrong))
    kept = set(stream(filled.seed, "pick").sample(wrong, count))
    return tuple(option for place, option in enumerate(options) if option.right or place in kept)


def _shown(filled: Filled, authored: Sequence[AuthoredOption], purpose: str) -> _Shown:
    """Return options in the order and under the ids of this attempt, both from the seed alone."""
    order = list(range(len(authored)))
    if filled.question.shuffle or filled.question.type is QuestionType.ORDER:
        stream(filled.seed, f"order of {purpose}s").shuffle(order)
    order.sort(key=lambda place: authored[place].last)
    made = not filled.question.options and filled.drawn is not None  # their texts are values, not templates
    options = []
    for place, own in enumerate(authored[index] for index in order):
        text = own.text if own.text is None or made else filled.text(own.text)
        code = own.code if made else filled.code(own.code)
        options.append(Option(id=public_id(filled.seed, purpose, place), text=text, code=code))
    return _Shown(tuple(options), tuple(authored[index] for index in order))


def _option_key(filled: Filled, option: Option, own: AuthoredOption) -> OptionKey:
    return OptionKey(id=option.id, name=own.name, right=own.right, wrong=filled.wrong(own.wrong))


def _alike(shown: _Shown) -> Text | None:
    """Say which two options nobody can tell apart, if any; one of them may be right, and the other wrong."""
    seen: set[tuple[str, str]] = set()
    for option in shown.options:
        text = option.text or _BLANK
        for form in {("en", text.en + option.code), ("zh", text.zh + option.code)}:
            if form in seen:
                label = form[1][:60]
                return Text(
                    en=f"two options read {label!r}. Tell them apart.", zh=f"有两个选项都是 {label!r}。请加以区分。"
                )
            seen.add(form)
    return None


def _order_key(filled: Filled, shown: _Shown) -> OrderKey:
    items = tuple(
        ItemKey(id=option.id, name=own.name, after=tuple(shown.id_of(name) for name in own.after))
        for option, own in zip(shown.options, shown.authored, strict=True)
    )
    wrong = tuple(
        WrongOrder(sequence=tuple(shown.id_of(name) for name in one.sequence), wrong=filled.wrong(one.wrong))
        for one in filled.question.wrong
    )
    return OrderKey(items=items, wrong=wrong)


def _match_key(filled: Filled, rows: _Shown, options: _Shown) -> MatchKey:
    pairs = tuple(
        PairKey(row=row.id, option=options.id_of(own.to), row_name=own.name, option_name=own.to)
        for row, own in zip(rows.options, rows.authored, strict=True)
    )
    wrong = tuple(
        WrongPair(row=rows.id_of(one.pair[0]), option=options.id_of(one.pair[1]), wrong=filled.wrong(one.wrong))
        for one in filled.question.wrong
        if one.pair is not None
    )
    names = {option.id: own.name for option, own in zip(options.options, options.authored, strict=True)}
    return MatchKey(pairs=pairs, names=names, wrong=wrong)


# ------------------------------------------------------------------------------------------------ what is typed


def _typed_key(filled: Filled) -> TypedKey:
    question, drawn = filled.question, filled.drawn
    computed = () if drawn is None else drawn.wrong
    written = tuple(WrongValue(value=filled.code(one.value), wrong=filled.wrong(one.wrong)) for one in question.wrong)
    assert drawn is not None or isinstance(question.answer, str), "reading lets no other question pass"
    return TypedKey(
        answer=drawn.answer if drawn is not None else filled.code(str(question.answer)),
        also=tuple(filled.code(one) for one in question.also),
        wrong=(*(WrongValue(value=one.value, wrong=filled.said(one.because)) for one in computed), *written),
        precision=question.precision,
        variables=question.variables,
    )


def _typed_body(filled: Filled, key: TypedKey) -> TypedBody:
    question = filled.question
    rows, columns = size_of(key.answer) if question.type is QuestionType.MATRIX else (0, 0)
    return TypedBody(
        precision=question.precision,
        unit=question.unit,
        whole=question.whole,
        variables=tuple(variable.name for variable in question.variables),
        rows=rows,
        columns=columns,
    )
