"""What is typed, as an item has it: a number with its precision, a text with its spellings, a table of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from xml.etree.ElementTree import Element

from grader.quiz.exchange.decimals import Bounds, between, decimal, finer, number_in
from grader.quiz.exchange.leaf import NOTHING, Known, Remark, Typed
from grader.quiz.exchange.qti import rules
from grader.quiz.exchange.qti.asked import Unit
from grader.quiz.exchange.qti.interpreting import Declared, Value
from grader.quiz.exchange.qti.marked import ReadAnswer, RunnableItem
from grader.quiz.exchange.qti.parsing import LeftOut
from grader.quiz.exchange.qti.rules import Nearness
from grader.quiz.exchange.qti.spelling import spellings
from grader.quiz.exchange.qti.tables import table_text
from grader.quiz.exchange.qti.typing_in import VARIABLE_CLASS, WHOLE_CLASS
from grader.quiz.exchange.spellings import meant_kind
from grader.quiz.model import Partial, Precision, QuestionType, Variable
from grader.records import Text

MAX_ANSWERS = 100
_FAR = 10**9  # as far as a variable of a formula goes
_OURS = {f"dlgrade-{kind.value}": kind for kind in QuestionType}


def read_typed(item: RunnableItem, unit: Unit, interaction: Element, declared: Declared) -> ReadAnswer:
    """Return a question with one field. Raises: LeftOut."""
    classes = interaction.get("class", "").split()
    if declared.kind in ("float", "integer"):
        return ReadAnswer(type=QuestionType.NUMBER, content=_number(item, unit, declared, classes))
    if declared.kind != "string":
        raise LeftOut(Text(en=f"what is typed is a {declared.kind}", zh=f"输入的是 {declared.kind}"))
    texts = _right_texts(item, declared)
    if not texts:
        raise LeftOut(Text(en="an essay: no text is called right", zh="论述题：没有正确文本"))
    kind = next((_OURS[name] for name in classes if name in _OURS), None) or _meant(item, texts)
    answers = _distinct(kind, texts)
    known = []
    for wanted, remark in _wrong(item, declared):
        if not set(wanted) & set(texts):
            known.append(Known(value=wanted[0], remark=remark))
    content = Typed(
        answer=answers[0],
        also=tuple(answers[1:]),
        wrong=tuple(known),
        unit=unit.unit,
        whole=WHOLE_CLASS in classes,
        variables=tuple(_variables(classes)),
    )
    return ReadAnswer(type=kind, content=content)


# ------------------------------------------------------------------------------------------------------- texts


def _right_texts(item: RunnableItem, declared: Declared) -> list[str]:
    """Return the texts that earn as much as any, the one that is called correct first."""
    looked_for = [text for one in rules.conditions(item.run.processing) for text in rules.texts_in(one, declared.name)]
    correct = [str(one) for one in declared.correct or ()]
    found = list(dict.fromkeys([*correct, *(key for key, _ in declared.entries), *looked_for]))[:MAX_ANSWERS]
    scores = {text: item.run.run({declared.name: (text,)}).score for text in found if text}
    most = max(scores.values(), default=Fraction(0))
    if most <= 0:
        return []
    if any(0 < score < most for score in scores.values()):
        item.notes.append(_SOME_SHARES)
    return [text for text, score in scores.items() if score == most]


def _wrong(item: RunnableItem, declared: Declared) -> Iterator[tuple[list[str], Remark]]:
    for condition in rules.conditions(item.run.processing):
        texts = rules.texts_in(condition, declared.name)
        if texts:
            ran = item.run.run({declared.name: (texts[0],)})
            remark = item.told(ran)
            if ran.score <= 0 and remark != NOTHING:
                yield texts, remark


def _meant(item: RunnableItem, texts: Sequence[str]) -> QuestionType:
    """Return which type a text of another system most likely is."""
    numbers = [number_in(text) for text in texts]
    if all(number is not None for number in numbers) and len({str(number) for number in numbers}) == 1:
        return QuestionType.NUMBER
    kind = meant_kind(texts)
    if kind is None:
        item.notes.append(_AS_OUTPUT)
    return kind or QuestionType.CODE_OUTPUT


def _distinct(kind: QuestionType, texts: Sequence[str]) -> list[str]:
    """Return the answers, without what is only another spelling of one."""
    answers: list[str] = []
    spelled: set[str] = set()
    for text in texts:
        if text.lower() not in spelled:
            answers.append(text)
            spelled |= {one.lower() for one in spellings(kind, text)}
    return answers


def _variables(classes: Sequence[str]) -> Iterator[Variable]:
    for one in classes:
        parts = one.split(":")
        is_one = len(parts) >= 4 and parts[0] == VARIABLE_CLASS and parts[4:] in ([], ["int"])
        if is_one and parts[1].isidentifier():
            low, high, whole = _float(parts[2]), _float(parts[3]), parts[4:] == ["int"]
            if low is not None and high is not None and low < high and not (whole and (low % 1 or high % 1)):
                yield Variable(name=parts[1], low=low, high=high, whole=whole)


def _float(text: str) -> float | None:
    number = number_in(text)
    return float(number) if isinstance(number, Fraction) and abs(number) < _FAR else None


# ----------------------------------------------------------------------------------------------------- numbers


def _number(item: RunnableItem, unit: Unit, declared: Declared, classes: Sequence[str]) -> Typed:
    looked_for = [
        (near, condition)
        for condition in rules.conditions(item.run.processing)
        if (near := rules.nearness(condition, declared.name, item.run))
    ]
    looked_for += [([Nearness(value=value)], Element("or")) for value in _mapped(declared)]
    correct = [one for one in declared.correct or () if isinstance(one, Fraction)]
    right = next((near for near, _ in looked_for if _earns(item, declared, near[0].value) > 0), None)
    if right is None and correct and _earns(item, declared, correct[0]) > 0:
        right = [Nearness(value=correct[0])]
    if right is None:
        raise LeftOut(Text(en="no number earns the points", zh="没有能得分的数"))
    right = _without_halves(right)
    precision = _precision(right)
    if any(one.is_narrowed for one in right):
        item.notes.append(_NARROWED)
    answers = _answers(right, precision, correct)
    best = item.run.run({declared.name: (answers[0],)})
    known = []
    for near, _ in looked_for:
        for value in [near[0].value]:
            ran = item.run.run({declared.name: (value,)})
            remark = item.told(ran, but=best)
            if ran.score <= 0 and remark != NOTHING:
                known.append(Known(value=decimal(value), remark=remark))
    return Typed(
        answer=decimal(answers[0]),
        also=tuple(decimal(one) for one in answers[1:]),
        wrong=tuple(dict.fromkeys(known)),
        precision=precision,
        unit=unit.unit,
        whole=WHOLE_CLASS in classes,
    )


def _mapped(declared: Declared) -> list[Fraction]:
    numbers = [(number_in(key), share) for key, share in declared.entries]
    best = max((share for _, share in numbers), default=Fraction(0))
    return [number for number, share in numbers if isinstance(number, Fraction) and share == best > 0]


def _earns(item: RunnableItem, declared: Declared, value: Fraction) -> Fraction:
    return item.run.run({declared.name: (value,)}).score


def _without_halves(near: Sequence[Nearness]) -> list[Nearness]:
    """Return what is near without the neighbours of halves: significant figures are all that these stand for."""
    halves = [between(one.value, one.figures) for one in near if one.figures is not None]
    return [
        one
        for one in near
        if one.figures is not None or Bounds(low=one.value - one.distance, high=one.value + one.distance) not in halves
    ]


def _precision(right: Sequence[Nearness]) -> Precision | None:
    figures = next((one.figures for one in right if one.figures is not None), None)
    distance = max(one.distance for one in right)
    if figures is None and not distance:
        return None
    return Precision(sig_figs=figures, absolute=decimal(distance) if distance else None)


def _answers(right: Sequence[Nearness], precision: Precision | None, correct: Sequence[Fraction]) -> list[Fraction]:
    """Return the right numbers, without what only stands for a rounding of one."""
    figures = precision.sig_figs if precision is not None else None
    if figures is not None:
        asked = [one.value for one in right if one.figures is not None]
        roundings = {value for one in asked for value in finer(one, figures)}
        exact = [one.value for one in right if one.figures is None and one.value not in roundings]
        values = [*asked, *exact]
    else:
        values = [one.value for one in right]
    first = [one for one in correct if one in values][:1]
    return list(dict.fromkeys([*first, *values]))


# ------------------------------------------------------------------------------------------------------ tables


def read_table(item: RunnableItem, unit: Unit) -> ReadAnswer:
    """Return a table of numbers. Raises: LeftOut."""
    declared = [item.declared(one) for one in unit.interactions]
    numbers = [one.correct[0] if one.correct else None for one in declared]
    cells = [one for one in numbers if isinstance(one, Fraction)]
    if len(cells) != len(declared):
        raise LeftOut(Text(en="a cell without a number", zh="有的单元格没有数"))
    names = [one.name for one in declared]
    full: dict[str, Value] = {name: (value,) for name, value in zip(names, cells, strict=True)}
    best = item.run.run(full)
    if best.score <= 0:
        raise LeftOut(Text(en="the right table earns nothing", zh="正确的表格不得分"))
    one_right = [item.run.run({name: value}).score for name, value in full.items()]
    each = len(cells) > 1 and any(score > 0 for score in one_right)
    near = [
        found
        for condition in _parts(item)
        if names[0] in rules.names_in(condition)
        for found in rules.nearness(condition, names[0], item.run)
        if found.value == cells[0]
    ]
    known = []
    for table in _tables(item, names):
        ran = item.run.run({name: (value,) for name, value in table.items()})
        remark = item.told(ran, but=best)
        if ran.score <= 0 and remark != NOTHING:
            known.append(Known(value=_text([table[name] for name in names], unit.shape), remark=remark))
    if any(one.is_narrowed for one in near):
        item.notes.append(_NARROWED)
    content = Typed(
        answer=_text(cells, unit.shape),
        wrong=tuple(dict.fromkeys(known)),
        precision=_precision(_without_halves(near)) if near else None,
        rows=unit.shape[0],
        columns=unit.shape[1],
    )
    return ReadAnswer(type=QuestionType.MATRIX, content=content, partial=Partial.EACH if each else Partial.NONE)


def _parts(item: RunnableItem) -> Iterator[Element]:
    """Yield conditions, and what stands in those that ask for several things."""
    for condition in rules.conditions(item.run.processing):
        yield condition
        yield from (one for one in condition.iter() if one is not condition)


def _tables(item: RunnableItem, names: Sequence[str]) -> Iterator[Mapping[str, Fraction]]:
    """Yield the tables that a condition asks for as a whole."""
    for condition in rules.conditions(item.run.processing):
        found = {}
        for child in condition if condition.tag == "and" else [condition]:
            for name in names:
                near = rules.nearness(child, name, item.run)
                if near:
                    found[name] = near[0].value
        if set(found) == set(names):
            yield found


def _text(cells: Sequence[Fraction], shape: tuple[int, int]) -> str:
    written = [decimal(cell) for cell in cells]
    rows, columns = shape
    return table_text([written[row * columns : (row + 1) * columns] for row in range(rows)])


_NARROWED = Text(
    en="its tolerance reaches further to one side: the narrower holds for both now",
    zh="容差两侧不同：现在两侧都采用较小的",
)
_SOME_SHARES = Text(en="texts that were worth a part of the points are wrong now", zh="原先可得部分分的文本现在算错")
_AS_OUTPUT = Text(
    en="a short text, taken as the output of a program: upper and lower case count now",
    zh="简短文本，按程序输出处理：现在区分大小写",
)
