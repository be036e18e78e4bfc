"""The dialogue about one question: it is shown, something is typed, and it counts when its reading was confirmed.

`ask_question` knows nothing of attempts: what it asks is a `Counter`. It returns where the student wants to go, and
leaves the question as the counter has it. Where answers are marked later there is nothing to confirm, as they can be
changed. Every other answer is shown as it was understood, the text of a single letter too, and Enter lets it count.
"""

from __future__ import annotations

from grader.cli.language import local, say
from grader.cli.quiz.commands import Command
from grader.cli.quiz.console import Console
from grader.cli.quiz.counter import Counter, Move, Setting
from grader.cli.quiz.feedback import put_history, put_revealed, put_verdict, put_what_is_left
from grader.cli.quiz.lines import Lines
from grader.cli.quiz.parts import PartAnswers
from grader.quiz.marking.mark import Unreadable
from grader.quiz.marking.responses import Response, is_blank
from grader.quiz.model import PartsBody
from grader.quiz.rendering.styled import Span, Style
from grader.quiz.rendering.terminal import what_to_type
from grader.taking.views import Taken


def ask_question(console: Console, counter: Counter, setting: Setting) -> Move:
    """Show a question and take what is typed until it is answered for good, or the student goes elsewhere.

    Raises: StudentLeft, with what was being typed kept as a draft where there was none; Refused; AuthorError;
    GraderFault.
    """
    return _Dialogue(console, counter, setting).run()


class _Dialogue:
    """One question being answered."""

    def __init__(self, console: Console, counter: Counter, setting: Setting) -> None:
        self._lines = Lines(console, counter, setting)
        self._console, self._counter = console, counter
        self._when_shown = setting.when_shown

    def run(self) -> Move:
        self._lines.show()
        self._when_shown()
        if self._lines.view.done:
            return self._looked_at()
        while not self._lines.view.done:
            move = self._parts() if isinstance(self._lines.view.public.body, PartsBody) else self._single()
            if move is not None:
                return move
        return Move()

    def _looked_at(self) -> Move:
        """Wait until the student has seen enough of a question that takes nothing more."""
        self._console.say(local("Enter: go on.", "回车：继续。"), Style.DIM)
        line = self._lines.ask(self._lines.view.public)
        return line if isinstance(line, Move) else Move()

    def _single(self) -> Move | None:
        """Take one answer; None: ask again."""
        view = self._lines.view
        question, draft = view.public, view.draft
        kept = draft is not None and not is_blank(draft)
        text = say(what_to_type(question))
        if kept:
            text += local(" Enter: as you had written.", "回车：沿用之前写的。")
        self._console.say(text, Style.DIM)
        line = self._lines.ask(question)
        if isinstance(line, Move):
            return line
        if line:
            response = self._lines.response(line, question)
        elif kept and not view.is_checked_at_once:
            return Move()
        else:
            response = draft if kept else None
            if not kept:
                return self._skipped()
        return None if response is None else self._confirmed(response)

    def _skipped(self) -> Move | None:
        """Ask whether an empty line was meant; an answer may be typed in its place."""
        text = local("Nothing typed. Enter once more skips it for now.", "没有输入。再按一次回车先跳过本题。")
        self._console.say(text, Style.DIM)
        line = self._lines.ask(self._lines.view.public)
        if isinstance(line, Move):
            return line
        if not line:
            return Move(Command.SKIP)
        if isinstance(self._lines.view.public.body, PartsBody):
            return None
        response = self._lines.response(line, self._lines.view.public)
        return None if response is None else self._confirmed(response)

    def _confirmed(self, response: Response) -> Move | None:
        """Show how an answer is read, and let it count when Enter says so."""
        question = self._lines.view.public
        while True:
            self._lines.echo(response, question)
            if not self._lines.view.is_checked_at_once:
                return self._count(response)
            self._lines.view = self._counter.save(response)
            other = local(" Or type another answer.", "也可重新输入。")
            self._console.say(self._lines.price() + other, Style.DIM)
            line = self._lines.ask(question)
            if isinstance(line, Move):
                return line
            if not line:
                return self._count(response)
            response = self._lines.response(line, question) or response

    def _parts(self) -> Move | None:
        """Take the answers to all parts; None: ask again."""
        parts = PartAnswers(self._lines)
        move = parts.ask_all()
        if move is not None:
            return move
        if parts.is_blank:
            return self._skipped()
        while self._lines.view.is_checked_at_once:
            answer = parts.confirm()
            if isinstance(answer, Move):
                return answer
            if answer:
                break
        return self._count(parts.answers)

    def _count(self, response: Response) -> Move | None:
        """Let an answer count, and say what it came to; a move where the question is left behind."""
        before = self._lines.view
        with self._console.working(local("checking", "正在检查")):
            answered = self._counter.answer(response, after=self._lines.tries_shown)
        view = self._lines.view = answered.question
        self._lines.tries_shown = len(view.tries)
        paper, language = self._console.paper(), self._console.language
        match answered.taken:
            case Taken.CHECKED:
                put_verdict(paper, view, view.tries[-1], language, worth=before.worth)
                put_what_is_left(paper, view)
                if view.revealed is not None:
                    put_revealed(paper, view.public, view.revealed, language)
            case Taken.KEPT:
                kept = local("Kept. You can change it until you hand in.", "已保存，交卷前都可以修改。")
                paper.put(Span(kept, Style.DIM), indent=2)
            case Taken.OVERTAKEN:
                text = local(
                    "This question was answered in another window meanwhile. Nothing was taken here.",
                    "本题刚才已在另一窗口作答，这里没有提交任何内容。",
                )
                paper.put(Span(text, Style.WARNING), indent=2)
                put_history(paper, view, language)
            case Taken.UNREADABLE:
                for one in answered.unreadable:
                    if isinstance(one.reading, Unreadable):
                        self._lines.tell(one.reading)
        self._console.show(paper)
        return Move() if answered.taken is Taken.KEPT else None
