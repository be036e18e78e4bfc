"""An attempt as the terminal shows it: its opening, its list of questions, and one of them to be answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.cli.language import local
from grader.cli.quiz.feedback import SIGNS
from grader.cli.quiz.words import duration, joined, number, points, questions
from grader.errors import AuthorError, QuestionFault
from grader.quiz.marking.responses import Response
from grader.quiz.rendering.styled import Paper, Span, Style
from grader.quiz.rendering.terminal_markdown import put_markdown
from grader.records import Language, Text
from grader.taking.desk import Desk
from grader.taking.views import Answered, AttemptView, PlaceState, PlaceView, QuestionView

if TYPE_CHECKING:
    from grader.taking.answer_views import PartReading


class DeskCounter:
    """One question of an attempt at a desk."""

    def __init__(self, desk: Desk, attempt: str, place: int) -> None:
        self._desk, self._attempt, self._place = desk, attempt, place

    def view(self) -> QuestionView:
        return self._desk.question(self._attempt, self._place)

    def reading(self, response: Response) -> tuple[PartReading, ...]:
        return self._desk.reading(self._attempt, self._place, response)

    def save(self, response: Response) -> QuestionView:
        return self._desk.save(self._attempt, self._place, response)

    def answer(self, response: Response, *, after: int) -> Answered:
        return self._desk.answer(self._attempt, self._place, response, after=after)

    def hint(self) -> QuestionView:
        return self._desk.hint(self._attempt, self._place)


def broken_question(quiz: str, place: int) -> Text:
    """Return what a student is told of a question that cannot be drawn.

    Not the error itself: it may quote the answer.
    """
    return Text(
        en=f"Question {place} has a mistake of its author's and cannot be shown. It costs you nothing. "
        f"(For its author: `dlgrade quiz lint {quiz}`.)",
        zh=f"第 {place} 题的出题有误，无法显示，不影响你的得分。（出题者请运行 `dlgrade quiz lint {quiz}`。）",
    )


def not_shown(error: AuthorError | QuestionFault, quiz: str, place: int) -> Text:
    """Return what a student is told of a question that cannot be shown; the others can be gone on with."""
    return broken_question(quiz, place) if isinstance(error, AuthorError) else error.text


def is_pending(place: PlaceView, desk: Desk, attempt: str) -> bool:
    """Return whether a question still wants an answer. A draft is one, but where verdicts come at once."""
    if place.state is PlaceState.DRAFT:
        return desk.question(attempt, place.place).is_checked_at_once
    return place.state is not PlaceState.DONE


def put_opening(paper: Paper, attempt: AttemptView, language: Language) -> None:
    """Add what stands above the first question of a sitting."""
    paper.put(Span(f"{attempt.quiz}  ", Style.DIM), Span(attempt.title.within(language), Style.BOLD))
    count = len(attempt.places)
    facts = [local(f"{questions(count)}, {points(attempt.points)}", f"{count} 题，共 {points(attempt.points)}")]
    if attempt.number > 1:
        facts.append(local(f"attempt {attempt.number}", f"第 {attempt.number} 次作答"))
    if not attempt.is_new:
        done = sum(one.state is PlaceState.DONE for one in attempt.places)
        facts.append(local(f"going on, {done} done", f"接着做，已完成 {done} 题"))
    if attempt.deadline is not None:
        left = duration((attempt.deadline - attempt.now).total_seconds())
        facts.append(local(f"{left} left", f"剩余 {left}"))
    paper.put(*joined(facts, Style.DIM))
    if attempt.about is not None and attempt.is_new:
        paper.blank()
        put_markdown(paper, attempt.about.within(language), indent=2)
        paper.blank()
    if attempt.is_outdated:
        paper.blank()
        text = local(
            "The quiz was changed since; this attempt keeps its questions.", "测验已有改动，本次作答仍用原来的题目。"
        )
        paper.put(Span(text, Style.DIM), indent=2)
    paper.put(Span(local("? shows what can be typed; Ctrl-C leaves, and loses nothing.",
                         "输入 ? 查看可用命令；按 Ctrl-C 离开，内容不会丢失。"), Style.DIM))  # fmt: skip


def put_list(paper: Paper, attempt: AttemptView) -> None:
    """Add one line for each question, and how far it is."""
    width = len(str(len(attempt.places)))
    paper.put("")
    for one in attempt.places:
        sign, style, word = _state(one)
        head = (Span(f"{one.place:>{width}}  ", Style.LETTER), Span(f"{sign} ", style))
        worth = points(one.points)
        if one.earned is not None:
            worth = f"{number(one.earned)} / {worth}"
        paper.put(Span(f"{one.question}  "), Span(f"{word} · {worth}", Style.DIM), head=head, indent=2)
    paper.blank()


def _state(place: PlaceView) -> tuple[str, Style, str]:
    if place.verdict is not None:
        sign, style = SIGNS[place.verdict]
        left = place.tries_left
        if place.state is PlaceState.DONE:
            return sign, style, local("done", "已完成")
        return (
            sign,
            style,
            local(
                "can be tried again" if left is None else f"{left} left",
                "可再试" if left is None else f"还剩 {left} 次",
            ),
        )
    words = {
        PlaceState.UNSEEN: ("·", Style.DIM, local("not seen yet", "未看")),
        PlaceState.SEEN: ("·", Style.DIM, local("not answered", "未作答")),
        PlaceState.DRAFT: ("•", Style.CODE, local("kept", "已保存")),
        PlaceState.TRIED: ("•", Style.CODE, local("answered", "已作答")),
        PlaceState.DONE: ("•", Style.CODE, local("done", "已完成")),
    }
    return words[place.state]
