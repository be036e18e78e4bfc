"""What an attempt came to: score, topics with what to read again, misconceptions, answers, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.cells import cell_len

from grader.cli.language import local
from grader.cli.quiz.attempt import not_shown
from grader.cli.quiz.console import Console
from grader.cli.quiz.feedback import put_feedback, put_revealed
from grader.cli.quiz.words import later, number, score
from grader.errors import EXIT_FULL_SCORE, EXIT_NOT_FULL, AuthorError, QuestionFault
from grader.quiz.marking.mark import Verdict
from grader.quiz.model import MatchBody
from grader.quiz.rendering.letters import labels_of
from grader.quiz.rendering.styled import Paper, Span, Style
from grader.quiz.rendering.terminal import put_answer, put_question
from grader.quiz.rendering.terminal_markdown import put_markdown
from grader.records import Language, Text
from grader.taking.desk import Desk
from grader.taking.views import QuestionView

if TYPE_CHECKING:
    from grader.taking.answer_views import Revealed
    from grader.taking.result_views import Misconception, QuestionResult, Result, TopicResult

_BAR = 10  # cells


def exit_code(result: Result) -> int:
    """Return 0 for a full score, 1 for less; and 0 where the score may not be seen, or is not there yet."""
    if not result.scores.shown or result.score is None:
        return EXIT_FULL_SCORE
    return EXIT_FULL_SCORE if result.score >= result.points else EXIT_NOT_FULL


def show_result(console: Console, desk: Desk, result: Result) -> None:
    """Show the summary of an attempt that has ended, with the answers where they may be seen."""
    language = console.language
    paper = console.paper()
    paper.put("")
    paper.put(Span(f"{result.attempt.quiz}  ", Style.DIM), Span(result.attempt.title.within(language), Style.BOLD))
    _put_score(paper, result)
    _put_questions(paper, result)
    _put_left_out(paper, result)
    _put_topics(paper, result, language)
    _put_misconceptions(paper, desk, result, language)
    if result.answers.shown:
        _put_answers(paper, desk, result, language)
        if result.score is not None:  # once more: by now the first one may have scrolled away
            paper.blank()
            _put_score(paper, result)
    else:
        when = later(result.answers)
        paper.blank()
        paper.put(Span(local(f"Answers: {when}.", f"答案：{when}。"), Style.DIM), indent=2)
    _put_next(paper, result)
    console.show(paper)


def _put_score(paper: Paper, result: Result) -> None:
    attempt = result.attempt.number
    name = local(f"Attempt {attempt} is handed in.", f"第 {attempt} 次作答已交卷。")
    if not result.scores.shown:
        when = later(result.scores)
        paper.put(name, Span(local(f" Score: {when}.", f"得分：{when}。")), indent=2)
        return
    if result.score is None:
        places = ", ".join(map(str, result.undecided))
        text = local(f" No score yet: somebody has to look at {places}.", f"暂无得分：第 {places} 题有待人工查看。")
        paper.put(name, Span(text, Style.UNSURE), indent=2)
        return
    style = Style.RIGHT if result.score >= result.points else Style.BOLD
    paper.put(Span(score(result.score, result.points), style), indent=2)
    if result.best is not None and result.best != result.score:
        best = number(result.best)
        paper.put(
            Span(
                local(f"Your best: {best}. The best attempt counts.", f"你的最好成绩：{best}。以最好的一次为准。"),
                Style.DIM,
            ),
            indent=2,
        )


def _put_questions(paper: Paper, result: Result) -> None:
    paper.blank()
    spans: list[Span] = []
    for one in result.questions:
        sign, style = _sign(one)
        spans += [Span(f"{one.place} ", Style.DIM), Span(f"{sign}  ", style)]
    paper.put(*spans, indent=2)


def _put_left_out(paper: Paper, result: Result) -> None:
    """Say which questions do not count, and which parts of a draft could not be read."""
    dropped = [str(one.place) for one in result.questions if one.is_dropped]
    if dropped:
        places = ", ".join(dropped)
        paper.put(local(f"Left out of the total, by no fault of yours: {places}.",
                        f"不计入总分（不是你的问题）：第 {places} 题。"), indent=2)  # fmt: skip
    for one in result.left_out:
        parts = ", ".join(part.part for part in one.parts if part.part)
        text = local(
            f"Question {one.place}: your draft could not be read, and counts as no answer.",
            f"第 {one.place} 题：草稿无法读取，按未作答处理。",
        )
        if parts:
            text = local(
                f"Question {one.place}: part {parts} of your draft could not be read, and counts as no answer.",
                f"第 {one.place} 题：草稿中的小题 {parts} 无法读取，按未作答处理。",
            )
        paper.put(Span(text, Style.WARNING), indent=2)


def _sign(one: QuestionResult) -> tuple[str, Style]:
    if one.is_dropped:
        return "∅", Style.DIM
    if one.is_undecided:
        return "?", Style.UNSURE
    if one.earned is None:
        return ("•", Style.CODE) if one.is_answered else ("—", Style.DIM)
    if one.earned >= one.points:
        return "✓", Style.RIGHT
    if not one.is_answered:
        return "—", Style.DIM
    return ("◐", Style.WARNING) if one.earned > 0 else ("✗", Style.WRONG)


def _put_topics(paper: Paper, result: Result, language: Language) -> None:
    if not result.topics:
        return
    paper.blank()
    paper.put(Span(local("By topic", "按主题"), Style.BOLD), indent=2)
    for topic in result.topics:
        _put_topic(paper, topic, language)


def _put_topic(paper: Paper, topic: TopicResult, language: Language) -> None:
    head: tuple[Span, ...] = ()
    if topic.earned is not None:
        cells = int(_BAR * topic.earned / topic.points) if topic.points else _BAR
        style = Style.RIGHT if cells == _BAR else Style.WARNING
        head = (Span("█" * cells, style), Span("░" * (_BAR - cells), Style.DIM), Span("  "))
    earned = "" if topic.earned is None else f"  {number(topic.earned)}/{number(topic.points)}"
    paper.put(Span(topic.title.within(language)), Span(earned, Style.DIM), head=head, indent=2)
    if topic.read is not None:
        head = (Span(local("read again: ", "建议重读："), Style.DIM),)
        put_markdown(paper, topic.read.within(language), head=head, indent=14)


def _put_misconceptions(paper: Paper, desk: Desk, result: Result, language: Language) -> None:
    if not result.misconceptions:
        return
    paper.blank()
    paper.put(Span(local("What to think about again", "值得再想一想"), Style.BOLD), indent=2)
    for one in result.misconceptions:
        named = local(", ", "、").join(_where(desk, result, one, place) for place in one.places)
        head = Span(local(f"{named}: ", f"{named}："), Style.LETTER)
        for number_of, text in enumerate(one.says):
            before = head if number_of == 0 else Span(" " * cell_len(head.text))
            put_markdown(paper, text.within(language), head=(before,), indent=2)


def _where(desk: Desk, result: Result, mistake: Misconception, place: int) -> str:
    """Return where a mistake was made: the question, and which of its rows or options."""
    about = mistake.about.get(place, ())
    public = desk.question(result.attempt.id, place).public if about else None
    labels = {} if public is None else labels_of(public)
    named = ", ".join(label for identifier, label in labels.items() if identifier in about)
    if not named or public is None:
        return local(str(place), f"第 {place} 题")
    if isinstance(public.body, MatchBody):
        rows = "row" if len(about) == 1 else "rows"
        return local(f"{place} ({rows} {named})", f"第 {place} 题（第 {named} 行）")
    return local(f"{place} ({named})", f"第 {place} 题（{named}）")


def _put_answers(paper: Paper, desk: Desk, result: Result, language: Language) -> None:
    """Add every question that was not right in the end, with what was answered and what is right; then why the others
    were right."""
    views = [_seen(desk, result, one.place) for one in result.questions]
    lost = [view for view in views if not _is_right(view)]
    paper.blank()
    if lost:
        paper.put(Span(local("Answers", "答案"), Style.BOLD), indent=2)
    for view in lost:
        if isinstance(view, Text):
            paper.put(Span(view.within(language), Style.WARNING), indent=2)
        else:
            _put_one_answer(paper, view, language)
    told = [
        (f"{view.place}  ", text)
        for view in views
        if isinstance(view, QuestionView) and _is_right(view) and view.revealed is not None
        for text in _explanations(view.revealed)
    ]
    if told:
        paper.blank()
        paper.put(Span(local("What was right, and why", "答对的题与解析"), Style.BOLD), indent=2)
    for head, text in told:
        put_markdown(paper, text.within(language), head=(Span(head, Style.LETTER),), indent=2)


def _seen(desk: Desk, result: Result, place: int) -> QuestionView | Text:
    """Return a question; of one that cannot be shown, what is told of it."""
    try:
        return desk.question(result.attempt.id, place)
    except (AuthorError, QuestionFault) as error:
        return not_shown(error, result.attempt.quiz, place)


def _is_right(view: QuestionView | Text) -> bool:
    """Return whether the last try was right. Points that are missing then were the price of the tries before."""
    return isinstance(view, QuestionView) and bool(view.tries) and view.tries[-1].verdict is Verdict.RIGHT


def _explanations(revealed: Revealed) -> Iterator[Text]:
    """Yield why an answer is right: of the whole, then of its parts."""
    if revealed.explanation is not None:
        yield revealed.explanation
    for part in revealed.parts.values():
        yield from _explanations(part)


def _put_one_answer(paper: Paper, view: QuestionView, language: Language) -> None:
    paper.blank()
    paper.put(Span(local(f"Question {view.place}", f"第 {view.place} 题"), Style.LETTER), indent=2)
    put_question(paper, view.public, language)
    paper.blank()
    if view.tries:
        paper.put(Span(local("Yours:", "你的答案："), Style.DIM), indent=2)
        put_answer(paper, view.public, view.tries[-1].response, language, indent=4)
        put_feedback(paper, view.public, view.tries[-1], language)
    if view.revealed is not None:
        put_revealed(paper, view.public, view.revealed, language)


def _may_be_wrong(result: Result) -> bool:
    """Return whether anything went wrong, as far as is known: where the score is hidden, this tells nothing of it."""
    return result.score is None or result.score < result.points or bool(result.misconceptions)


def _put_next(paper: Paper, result: Result) -> None:
    paper.blank()
    left = result.attempt.attempts_left
    steps = []
    if _may_be_wrong(result):
        steps.append(local("`dlgrade quiz practice` brings back what went wrong, with other numbers.",
                           "`dlgrade quiz practice`：用新的数字重练做错的题。"))  # fmt: skip
    if left is None or left > 0:
        name = result.attempt.quiz
        steps.append(local(f"`dlgrade quiz {name}` takes it once more.", f"`dlgrade quiz {name}`：再做一次。"))
    for place, step in enumerate(steps):
        head = Span(local("Next  ", "接下来  ") if place == 0 else local("      ", "        "), Style.BOLD)
        put_markdown(paper, step, head=(head,), indent=2)
