"""What is said of an answer: its verdict, what was wrong with it, and what is left. A view holds what may be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from grader.cli.language import local
from grader.cli.quiz.words import joined, later, number, points
from grader.quiz.marking.mark import Verdict
from grader.quiz.model import OptionsBody, PartsBody, PublicQuestion, QuestionType, TypedBody
from grader.quiz.rendering.letters import labels_of, letter, letters_of
from grader.quiz.rendering.styled import Paper, Span, Style
from grader.quiz.rendering.terminal import put_answer
from grader.quiz.rendering.terminal_markdown import put_markdown
from grader.records import Language
from grader.taking.views import QuestionView

if TYPE_CHECKING:
    from grader.taking.answer_views import FeedbackView, PartView, Revealed, TryView

SIGNS = {
    Verdict.RIGHT: ("✓", Style.RIGHT),
    Verdict.PARTLY: ("◐", Style.WARNING),
    Verdict.WRONG: ("✗", Style.WRONG),
    Verdict.BLANK: ("✗", Style.WRONG),
    Verdict.UNDECIDED: ("?", Style.UNSURE),
}


def put_heading(paper: Paper, view: QuestionView, title: str) -> None:
    """Add the line above a question: what it is worth, how often it can be answered, and what a wrong answer costs."""
    whole = Fraction(repr(view.public.points))
    facts = [points(whole)] if whole else []  # in practice there is nothing to earn
    if view.done:
        facts.append(local("done", "已完成"))
    elif not view.is_checked_at_once:
        facts.append(local("can be changed until you hand in", "交卷前可修改"))
    else:
        facts.append(
            local("any number of tries", "不限次数") if view.tries_left is None else tries_left(view.tries_left)
        )
        cost = points(Fraction(repr(view.public.penalty)) * whole)
        if view.public.penalty and view.tries_left != 1:
            facts.append(local(f"a wrong one costs {cost}", f"答错一次扣 {cost}"))
        if view.tries and whole:
            now = points(view.worth * whole)
            facts.append(local(f"worth {now} now", f"现在答对得 {now}"))
    if view.hints_left and not view.done:
        facts.append(local("a hint: :h", "有提示：:h"))
    paper.put(Span(title, Style.BOLD, whole=True), Span("  ", Style.DIM), *joined(facts, Style.DIM))


def tries_left(left: int) -> str:
    """Return how many tries are left."""
    return local("one try left" if left == 1 else f"{left} tries left", f"还有 {left} 次机会")


def put_verdict(paper: Paper, view: QuestionView, tried: TryView, language: Language, *, worth: Fraction) -> None:
    """Add what one try came to; `worth` is the share of the points that a right answer would have earned in it."""
    if tried.verdict is None:
        paper.put(local("Answered; the verdict comes later.", "已作答，评判稍后给出。"), indent=2)
        return
    sign, style = SIGNS[tried.verdict]
    paper.put(Span(_headline(view, tried, worth), style), head=(Span(f"{sign} ", style),), indent=2)
    put_feedback(paper, view.public, tried, language)


def _headline(view: QuestionView, tried: TryView, worth: Fraction) -> str:
    whole = Fraction(repr(view.public.points))
    match tried.verdict:
        case Verdict.RIGHT if not whole:
            return local("Right.", "正确。")
        case Verdict.RIGHT if worth >= 1:
            return local(f"Right: {points(whole)}.", f"正确，得 {points(whole)}。")
        case Verdict.RIGHT:
            earned = number(worth * whole)
            return local(f"Right: {earned} of {points(whole)}.", f"正确，得 {earned} / {points(whole)}。")
        case Verdict.PARTLY:
            share = int(100 * (tried.share or 0))
            return local(f"Partly right: {share}%.", f"部分正确：{share}%。")
        case Verdict.BLANK:
            return local("Nothing was answered.", "没有作答。")
        case Verdict.UNDECIDED:
            return local("Not marked yet; that is no fault of yours.", "尚未评分，这不是你的问题。")
    return local("Not right.", "不正确。")


def put_feedback(paper: Paper, question: PublicQuestion, tried: TryView, language: Language) -> None:
    """Add what is said of a try: of its parts, of the whole, and why it is not marked, where it is not."""
    for part in tried.parts:
        _put_part(paper, question, part, language)
    of_parts = [text for part in tried.parts for text in part.feedback]
    _put_said(paper, question, [one for one in tried.said if one.text not in of_parts], language, indent=4)
    if tried.note is not None:
        paper.put(tried.note.within(language), indent=4)


def _put_said(
    paper: Paper, question: PublicQuestion, said: Sequence[FeedbackView], language: Language, *, indent: int
) -> None:
    """Add sentences in the order in which the question shows what they are about, each behind its letters or rows."""
    labels = labels_of(question)
    places = {identifier: place for place, identifier in enumerate(labels)}
    for one in sorted(said, key=lambda one: min((places.get(name, 0) for name in one.about), default=-1)):
        put_markdown(paper, one.text.within(language), head=_head(labels, one.about), indent=indent)


def _head(labels: Mapping[str, str], about: Sequence[str]) -> tuple[Span, ...]:
    named = ", ".join(label for identifier, label in labels.items() if identifier in about)
    return (Span(f"{named}  ", Style.LETTER),) if named else ()


def _put_part(paper: Paper, question: PublicQuestion, part: PartView, language: Language) -> None:
    parts = question.body.parts if isinstance(question.body, PartsBody) else ()
    place = next((at for at, one in enumerate(parts, 1) if one.part == part.part), 0)
    sign, style = SIGNS[part.verdict]
    word = {
        Verdict.RIGHT: local("right", "正确"),
        Verdict.PARTLY: local("partly right", "部分正确"),
        Verdict.UNDECIDED: local("not marked yet", "尚未评分"),
        Verdict.BLANK: local("nothing answered", "没有作答"),
    }.get(part.verdict, local("not right", "不正确"))
    paper.put(Span(word, style), head=(Span(f"{place}) ", Style.LETTER), Span(f"{sign} ", style)), indent=4)
    _put_said(paper, parts[place - 1] if place else question, part.said, language, indent=9)


def put_what_is_left(paper: Paper, view: QuestionView) -> None:
    """Add how often a question can still be answered, and what for."""
    if view.done:
        if view.tries and view.tries[-1].verdict not in (Verdict.RIGHT, Verdict.UNDECIDED, None):
            paper.put(Span(_no_try_left(view), Style.DIM), indent=4)
        return
    whole = Fraction(repr(view.public.points))
    worth = points(view.worth * whole)
    if not whole:
        text = local("Try again.", "可以再试一次。")
    elif view.tries_left is None:
        text = local(f"Try again: a right answer earns {worth} now.", f"可以再试，现在答对得 {worth}。")
    else:
        left = tries_left(view.tries_left)
        text = local(f"{left[0].upper()}{left[1:]}: a right answer earns {worth} now.", f"{left}，现在答对得 {worth}。")
    paper.put(Span(text, Style.DIM), indent=4)


def _no_try_left(view: QuestionView) -> str:
    """Return that no try is left, and when the right answer may be seen, where it does not follow at once."""
    if view.revealed is not None or view.answers is None:
        return local("No try is left.", "没有剩余机会了。")
    when = later(view.answers)
    return local(f"No try is left. The answer is {when}.", f"没有剩余机会了。答案：{when}。")


def put_history(paper: Paper, view: QuestionView, language: Language) -> None:
    """Add what was done about a question before: tries with their feedback, hints, a draft."""
    if not (view.tries or view.hints or view.draft is not None):
        return
    paper.blank()
    for tried in view.tries:
        shown = letters_of(view.public, tried.response) or "…"
        text = local(f"Try {tried.number}: {shown}", f"第 {tried.number} 次：{shown}")
        sign, style = ("·", Style.DIM) if tried.verdict is None else SIGNS[tried.verdict]
        paper.put(Span(text, style), head=(Span(f"{sign} ", style),), indent=2)
        put_feedback(paper, view.public, tried, language)
    for place, hint in enumerate(view.hints, 1):
        put_hint(paper, hint.within(language), place)
    if view.draft is not None:
        paper.put(Span(local("You had written:", "你之前写的是："), Style.DIM), indent=2)
        put_answer(paper, view.public, view.draft, language, indent=4)


def put_hint(paper: Paper, text: str, place: int) -> None:
    """Add one hint."""
    head = Span(local(f"Hint {place}  ", f"提示 {place}  "), Style.WARNING)
    put_markdown(paper, text, head=(head,), indent=2)


def _put_why(paper: Paper, question: PublicQuestion, revealed: Revealed, language: Language, *, indent: int) -> None:
    """Add why the options are right that are, by their letters."""
    if not isinstance(question.body, OptionsBody):
        return
    right: list[object] = [revealed.answer] if isinstance(revealed.answer, str) else list(revealed.answer)
    for place, option in enumerate(question.body.options):
        if option.id in right and option.id in revealed.says:
            head = Span(f"{letter(place)}: ", Style.LETTER)
            put_markdown(paper, revealed.says[option.id].within(language), head=(head,), indent=indent)


def _shown(question: PublicQuestion, answer: str, language: Language) -> str:
    """Return a right answer that is typed on one line; a program's output stays as it is."""
    if question.type is QuestionType.CODE_OUTPUT:
        return answer
    from grader.quiz.rendering.answers import right_answer  # loaded later

    return right_answer(question, answer).within(language)


def put_revealed(
    paper: Paper, question: PublicQuestion, revealed: Revealed, language: Language, *, indent: int = 2
) -> None:
    """Add the right answer with why it is right, once it may be seen."""
    if isinstance(question.body, PartsBody):
        for place, part in enumerate(question.body.parts, 1):
            if part.part in revealed.parts:
                paper.put(head=(Span(f"{place})", Style.LETTER),), indent=indent)
                put_revealed(paper, part, revealed.parts[part.part], language, indent=indent + 3)
    else:
        name = local("Right:", "正确答案：")
        if revealed.is_one_of_many:
            name = local("Right, as one of several orders:", "正确顺序之一：")
        paper.put(Span(name, Style.RIGHT), indent=indent)
        answer = revealed.answer
        if isinstance(question.body, TypedBody) and isinstance(answer, str):
            answer = _shown(question, answer, language)
        put_answer(paper, question, answer, language, indent=indent + 2)
        _put_why(paper, question, revealed, language, indent=indent + 2)
        if revealed.others:
            also = ", ".join(_shown(question, other, language) for other in revealed.others)
            paper.put(Span(local(f"Also: {also}", f"也可以是：{also}"), Style.DIM), indent=indent + 2)
    if revealed.explanation is not None:
        put_markdown(paper, revealed.explanation.within(language), indent=indent + 2)
