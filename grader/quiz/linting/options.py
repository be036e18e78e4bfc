"""Options that tell too much or too little: always at one place, the longest, an order that is none, no feedback."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from grader.quiz.authored import AuthoredOption, Question
from grader.quiz.linting.findings import Finding
from grader.quiz.linting.subject import Placed, Subject
from grader.quiz.model import QuestionType
from grader.records import Severity, Text

_FEW = 4  # questions, of which nothing can be said
_OFTEN = 0.6  # of questions whose right option is the longest; of four options, by chance, a quarter
_CHOSEN = (QuestionType.CHOICE, QuestionType.MULTI)


def of_options(subject: Subject) -> Iterator[Finding]:
    """Yield what is wrong with options, items and rows."""
    for placed in subject.everything:
        question = placed.question
        if question.type in _CHOSEN:
            yield from _without_feedback(subject, placed)
        elif question.type is QuestionType.ORDER:
            yield from _of_order(subject, placed)
        elif question.type is QuestionType.MATCH:
            yield from _of_match(subject, placed)
        yield from _wrong_without_feedback(subject, placed)
    yield from _same_place(subject)
    yield from _longest(subject)


def _without_feedback(subject: Subject, placed: Placed) -> Iterator[Finding]:
    for place, option in enumerate(placed.question.options):
        if not option.right and option.wrong.say is None:
            path = (*placed.path, "choices", place)
            label = shown_option(option)
            problem = Text(en=f"the wrong choice {label} has no feedback", zh=f"错误选项 {label} 没有反馈")
            yield subject.find("feedback.missing", Severity.WARNING, path, problem, SAY, question=placed.label)


def _wrong_without_feedback(subject: Subject, placed: Placed) -> Iterator[Finding]:
    """Yield known wrong answers of which nothing is said; those of rows stand with the rows."""
    place = -1
    for wrong in placed.question.wrong:
        place += wrong.pair is None
        if wrong.wrong.say is not None:
            continue
        what = wrong.value or " → ".join(wrong.sequence or wrong.pair or ())
        problem = Text(en=f"the wrong answer {what[:60]} has no feedback", zh=f"错误答案 {what[:60]} 没有反馈")
        path = (
            (*placed.path, "wrong", place) if wrong.pair is None else (*placed.path, "rows", *_row(placed, wrong.pair))
        )
        yield subject.find("feedback.missing", Severity.WARNING, path, problem, SAY, question=placed.label)


def _row(placed: Placed, pair: tuple[str, str]) -> tuple[int]:
    return (next(at for at, row in enumerate(placed.question.rows) if row.name == pair[0]),)


def _of_order(subject: Subject, placed: Placed) -> Iterator[Finding]:
    items = placed.question.options
    path = (*placed.path, "items")
    if not any(item.after for item in items):
        problem = Text(en="no item has an `after`: any order is right", zh="没有任何一项写了 after：怎样排都对")
        remedy = Text(en="Say what must come before what.", zh="请写明哪些必须在前。")
        yield subject.find("order.free", Severity.ERROR, path, problem, remedy, question=placed.label)
    for first, second in _alike(items):
        problem = Text(
            en=f"the items {first.name} and {second.name} read alike: nobody can tell which is which",
            zh=f"{first.name} 与 {second.name} 的内容相同：无法区分",
        )
        remedy = Text(en="Tell them apart.", zh="请加以区分。")
        yield subject.find("order.alike", Severity.ERROR, path, problem, remedy, question=placed.label)


def _alike(items: Sequence[AuthoredOption]) -> Iterator[tuple[AuthoredOption, AuthoredOption]]:
    seen: dict[tuple[str, str], AuthoredOption] = {}
    for item in items:
        forms = {("en", item.code + (item.text.en if item.text else ""))}
        forms |= {("zh", item.code + (item.text.zh if item.text else ""))}
        twin = next((seen[form] for form in forms if form in seen), None)
        if twin is not None:
            yield twin, item
        seen.update(dict.fromkeys(forms, item))


def _of_match(subject: Subject, placed: Placed) -> Iterator[Finding]:
    question = placed.question
    right = {row.to for row in question.rows}
    known = {wrong.pair[1] for wrong in question.wrong if wrong.pair is not None}
    for place, option in enumerate(question.options):
        if option.name not in right | known:
            problem = Text(
                en=f"the option {option.name} is right for no row, and no row says why it is wrong",
                zh=f"选项 {option.name} 对任何一行都不正确，也没有哪一行说明它为何错误",
            )
            remedy = Text(en="Put it into a row's `wrong`, or remove it.", zh="请写入某一行的 wrong，或删去它。")
            path = (*placed.path, "options", place)
            yield subject.find("match.idle-option", Severity.NOTE, path, problem, remedy, question=placed.label)


def _same_place(subject: Subject) -> Iterator[Finding]:
    """Yield a note where the right choice stands at one place in all questions whose order is the author's."""
    fixed = [one for one in _choices(subject) if not one.question.shuffle and one.question.pick is None]
    places = Counter(_right_place(one.question) for one in fixed)
    if len(fixed) >= _FEW - 1 and len(places) == 1:
        (place,) = places
        problem = Text(
            en=f"in all {len(fixed)} choices that are not shuffled, the right one is number {place + 1}",
            zh=f"在全部 {len(fixed)} 道不打乱选项的单选题中，正确选项都是第 {place + 1} 个",
        )
        remedy = Text(
            en="Leave `shuffle` true, or write them in other orders.", zh="请保留 shuffle: true，或调整各题的次序。"
        )
        yield subject.find("choice.same-place", Severity.NOTE, fixed[0].path, problem, remedy)


def _longest(subject: Subject) -> Iterator[Finding]:
    """Yield a note where choosing the longest option would be right in most questions."""
    asked = [one for one in _choices(subject) if len(one.question.options) > 2]
    longest = [one for one in asked if _is_longest(one.question)]
    if len(asked) >= _FEW and len(longest) > _OFTEN * len(asked):
        named = ", ".join(one.label for one in longest[:6])
        problem = Text(
            en=f"in {len(longest)} of {len(asked)} choices the right option is the longest one: {named}",
            zh=f"{len(asked)} 道单选题中有 {len(longest)} 道的正确选项最长：{named}",
        )
        remedy = Text(en="Make some wrong options as long.", zh="请把一些错误选项写得同样长。")
        yield subject.find("choice.longest", Severity.NOTE, longest[0].path, problem, remedy)


def _choices(subject: Subject) -> Iterator[Placed]:
    for placed in subject.everything:
        if placed.question.type is QuestionType.CHOICE and placed.question.options:
            yield placed


def _right_place(question: Question) -> int:
    return next(place for place, option in enumerate(question.options) if option.right)


def _is_longest(question: Question) -> bool:
    right, *wrong = sorted(question.options, key=lambda option: not option.right)
    return all(_length(right) > 1.15 * _length(option) for option in wrong)


def _length(option: AuthoredOption) -> int:
    return len(option.code or (option.text.en if option.text else ""))


def shown_option(option: AuthoredOption) -> str:
    """Return how a message names an option."""
    text = option.code or (option.text.en if option.text else "")
    brief = " ".join(text.split())
    return f'"{brief[:47]}…"' if len(brief) > 48 else f'"{brief}"'


SAY = Text(en="Give it a `say`: what to think of, without the answer.", zh="请加上 say：提示该想什么，但不要说出答案。")
