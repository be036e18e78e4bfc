"""Makes a booklet of a quiz: parameters become so many frozen variants, one language is taken.

A variant that differs from another only in the order of its options is the same one, and is not taken twice.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter

from grader.quiz.authored import Pool, Question, Quiz
from grader.quiz.drawing import Drawing, draw_many
from grader.quiz.exchange.leaf import (
    NOTHING,
    Booklet,
    Choice,
    Choices,
    Content,
    Group,
    Known,
    KnownOption,
    KnownOrder,
    Label,
    Leaf,
    Match,
    Order,
    OrderItem,
    Parts,
    Remark,
    Row,
    Typed,
)
from grader.quiz.generators import Generators
from grader.quiz.model import (
    ChoiceKey,
    MatchBody,
    MatchKey,
    Option,
    OptionsBody,
    OrderKey,
    PartsBody,
    PartsKey,
    PublicQuestion,
    TypedBody,
    TypedKey,
    Variant,
    Wrong,
)
from grader.quiz.seeds import Seeds
from grader.records import Language, Text

_KEY = b"dlgrade exchange"  # no secret: who has the file has its answers
_TRIES_A_VARIANT = 4  # draws, until there are no more to be found


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """How a quiz is frozen."""

    language: Language
    variants: int  # of each question with parameters, at most
    seed: str = ""


def booklet_of(quiz: Quiz, generators: Generators, frozen: Frozen) -> Booklet:
    """Return a quiz as it travels. Raises: AuthorError for a question that cannot be drawn; GraderFault."""
    maker = _Maker(quiz, generators, frozen)
    items: list[Leaf | Group] = []
    for item in quiz.items:
        if isinstance(item, Pool):
            # Several variants of one question would be drawn as if they were several questions.
            leaves = [leaf for question in item.questions for leaf in maker.leaves(question, most=1)]
            items.append(Group(id=item.id, pick=item.pick, leaves=tuple(leaves)))
        else:
            items.append(maker.item(item))
    within = frozen.language
    return Booklet(
        id=quiz.id,
        title=quiz.title.within(within),
        about=_in(quiz.about, within),
        language=within,
        items=tuple(items),
        time_limit_s=quiz.time_limit_s,
        shuffled=quiz.shuffled,
        topics={topic.id: topic.title.within(within) for topic in quiz.topics},
    )


class _Maker:
    """Draws the leaves of a quiz."""

    def __init__(self, quiz: Quiz, generators: Generators, frozen: Frozen) -> None:
        self._quiz, self._generators, self._frozen = quiz, generators, frozen

    def item(self, question: Question) -> Leaf | Group:
        leaves = self.leaves(question, most=self._frozen.variants)
        if len(leaves) == 1:
            return leaves[0]
        numbered = tuple(replace(leaf, id=f"{question.id}-{place}") for place, leaf in enumerate(leaves, start=1))
        return Group(id=question.id, pick=1, leaves=numbered)

    def leaves(self, question: Question, *, most: int) -> list[Leaf]:
        """Return different variants of one question, at most `most`."""
        found: dict[Hashable, Leaf] = {}
        wanted = most if _differs(question) else 1
        for begin in range(0, wanted * _TRIES_A_VARIANT, wanted):
            drawings = [self._drawing(begin + place + 1) for place in range(wanted)]
            for variant in draw_many(drawings, question):
                if not isinstance(variant, Variant):
                    raise variant
                leaf = _LeafOf(question, self._frozen.language).leaf(variant)
                if len(found) < wanted:
                    found.setdefault(_regardless_of_order(leaf), leaf)
            if len(found) == wanted:
                break
        return list(found.values())

    def _drawing(self, attempt: int) -> Drawing:
        quiz = self._quiz
        seeds = Seeds(key=_KEY, version=quiz.version, student=self._frozen.seed, attempt=attempt)
        return Drawing(quiz=quiz, seeds=seeds, generators=self._generators)


def _differs(question: Question) -> bool:
    """Whether two attempts can get different ones."""
    return (
        bool(question.params or question.computed)
        or (question.pick is not None and question.pick < len(question.options))
        or any(_differs(part) for part in question.parts)
    )


def _regardless_of_order(leaf: Leaf) -> Hashable:
    content = leaf.content
    form: Hashable = content
    if isinstance(content, Choices):
        form = frozenset(content.options)
    elif isinstance(content, Match):
        labels = content.options
        form = frozenset((row.text, row.code, labels[row.option]) for row in content.rows), frozenset(labels)
    elif isinstance(content, Parts):
        form = tuple(_regardless_of_order(part) for part in content.parts)
    return leaf.id, leaf.text, leaf.code, leaf.hints, leaf.explanation, form


@dataclass(frozen=True, slots=True)
class _LeafOf:
    """Writes a variant of one question down in one language."""

    question: Question
    language: Language

    def leaf(self, variant: Variant) -> Leaf:
        public, key = variant.public, variant.key
        return Leaf(
            id=public.part or public.id,
            type=public.type,
            text=public.text.within(self.language),
            code=public.code,
            content=self._content(variant),
            points=public.points,
            attempts=public.attempts,
            penalty=public.penalty,
            partial=key.rules.partial,
            hints=tuple(hint.within(self.language) for hint in key.hints),
            explanation=_in(key.explanation, self.language),
            topics=public.topics,
        )

    def _content(self, variant: Variant) -> Content:
        public, answer = variant.public, variant.key.answer
        if isinstance(answer, ChoiceKey):
            return self._choices(public, answer)
        if isinstance(answer, OrderKey):
            return self._order(public, answer)
        if isinstance(answer, MatchKey):
            return self._match(public, answer)
        if isinstance(answer, TypedKey):
            return self._typed(public, answer)
        return self._parts(public, answer)

    def _remark(self, wrong: Wrong) -> Remark:
        said = _in(wrong.say, self.language)
        return Remark(because=wrong.because, say=said) if said or wrong.because else NOTHING

    def _choices(self, public: PublicQuestion, key: ChoiceKey) -> Choices:
        assert isinstance(public.body, OptionsBody)
        last = {option.name for option in self.question.options if option.last}
        options = (
            Choice(
                text=_in(option.text, self.language),
                code=option.code,
                right=own.right,
                last=own.name in last,
                remark=self._remark(own.wrong),
            )
            for option, own in zip(public.body.options, key.options, strict=True)
        )
        return Choices(options=tuple(options), shuffle=self.question.shuffle)

    def _order(self, public: PublicQuestion, key: OrderKey) -> Order:
        assert isinstance(public.body, OptionsBody)
        written = [option.name for option in self.question.options]
        by_place = sorted(key.items, key=lambda item: written.index(item.name))
        after = {item.id: item.after for item in by_place}
        ids = tuple(TopologicalSorter(after).static_order())
        place = {identifier: number for number, identifier in enumerate(ids)}
        shown: dict[str, Option] = {option.id: option for option in public.body.options}
        items = tuple(
            OrderItem(
                text=_in(shown[one].text, self.language),
                code=shown[one].code,
                after=tuple(sorted(place[before] for before in after[one])),
            )
            for one in ids
        )
        wrong = tuple(
            KnownOrder(sequence=tuple(place[one] for one in known.sequence), remark=self._remark(known.wrong))
            for known in key.wrong
        )
        return Order(items=items, wrong=wrong)

    def _match(self, public: PublicQuestion, key: MatchKey) -> Match:
        assert isinstance(public.body, MatchBody)
        place = {option.id: number for number, option in enumerate(public.body.options)}
        right = {pair.row: place[pair.option] for pair in key.pairs}
        rows = tuple(
            Row(
                text=_in(row.text, self.language),
                code=row.code,
                option=right[row.id],
                wrong=tuple(
                    KnownOption(option=place[known.option], remark=self._remark(known.wrong))
                    for known in key.wrong
                    if known.row == row.id
                ),
            )
            for row in public.body.rows
        )
        options = tuple(Label(text=_in(one.text, self.language), code=one.code) for one in public.body.options)
        return Match(rows=rows, options=options, shuffle=self.question.shuffle)

    def _typed(self, public: PublicQuestion, key: TypedKey) -> Typed:
        body = public.body
        assert isinstance(body, TypedBody)
        return Typed(
            answer=key.answer,
            also=key.also,
            wrong=tuple(Known(value=one.value, remark=self._remark(one.wrong)) for one in key.wrong),
            precision=key.precision,
            unit=_in(body.unit, self.language),
            whole=body.whole,
            variables=key.variables,
            rows=body.rows,
            columns=body.columns,
        )

    def _parts(self, public: PublicQuestion, key: PartsKey) -> Parts:
        assert isinstance(public.body, PartsBody)
        halves = zip(self.question.parts, public.body.parts, key.parts, strict=True)
        return Parts(
            parts=tuple(
                _LeafOf(question, self.language).leaf(Variant(public=part, key=own)) for question, part, own in halves
            )
        )


def _in(text: Text | None, language: Language) -> str:
    return "" if text is None else text.within(language)


def labelled(leaves: Sequence[Leaf], whole: str = "") -> Iterator[tuple[str, Leaf]]:
    """Yield every leaf and every part, with the name that messages give it: `chain-2/outer`."""
    for leaf in leaves:
        label = f"{whole}/{leaf.id}" if whole else leaf.id
        yield label, leaf
        if isinstance(leaf.content, Parts):
            yield from labelled(leaf.content.parts, label)


def with_items(booklet: Booklet, change: Callable[[Leaf], Leaf | None]) -> Booklet:
    """Return a booklet with each leaf changed, or left out for None; a group that is left empty goes as well."""
    items: list[Leaf | Group] = []
    for item in booklet.items:
        if isinstance(item, Group):
            kept = tuple(new for leaf in item.leaves if (new := change(leaf)) is not None)
            if kept:
                items.append(replace(item, pick=min(item.pick, len(kept)), leaves=kept))
        elif (new := change(item)) is not None:
            items.append(new)
    return replace(booklet, items=tuple(items))
