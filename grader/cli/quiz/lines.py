"""Reading what is typed at a question: answers are returned, help and hints are given at once, the rest is a move."""

from __future__ import annotations

from collections.abc import Mapping

from grader.cli.language import local, say
from grader.cli.quiz.commands import Command, command_of, put_help
from grader.cli.quiz.console import Console, StudentLeft
from grader.cli.quiz.counter import Counter, Move, Setting
from grader.cli.quiz.feedback import put_heading, put_hint, put_history, put_revealed, tries_left
from grader.quiz.marking.mark import Reading, Unreadable
from grader.quiz.marking.responses import Response
from grader.quiz.model import PublicQuestion, QuestionType, TypedBody
from grader.quiz.rendering.letters import typed_response
from grader.quiz.rendering.styled import Paper, Span, Style
from grader.quiz.rendering.terminal import put_answer, put_question
from grader.taking.refusals import Reason, Refused
from grader.taking.views import QuestionView

_SEVERAL_LINES = (QuestionType.CODE_OUTPUT, QuestionType.MATRIX)


class Lines:
    """What is typed at one question; `view` is the question as it is now."""

    def __init__(self, console: Console, counter: Counter, setting: Setting) -> None:
        self.console, self.counter, self.setting = console, counter, setting
        self.view: QuestionView = counter.view()
        self.tries_shown = 0  # of the view's, which another window may have added to

    def show(self) -> None:
        """Show the question with all that was done about it."""
        view, language = self.view, self.console.language
        paper = self.console.paper()
        paper.put("")
        put_heading(paper, view, self.setting.title)
        paper.blank()
        put_question(paper, view.public, language)
        put_history(paper, view, language)
        if view.revealed is not None:
            paper.blank()
            put_revealed(paper, view.public, view.revealed, language)
        paper.blank()
        self.console.show(paper)
        self.tries_shown = len(view.tries)

    def ask(
        self, question: PublicQuestion, *, prompt: str = "", answers: Mapping[str, Response] | None = None
    ) -> str | Move:
        """Return an answer as typed, or where the student goes; `answers`: the other parts' so far, of a part.

        Raises: StudentLeft, with what was being typed kept as a draft where there was none.
        """
        while True:
            try:
                line = self.console.ask(prompt or self.setting.prompt, seconds=self.setting.seconds_left())
            except StudentLeft as left:
                self._keep(left.typed, question, answers)
                raise
            typed = command_of(line)
            if typed is None:
                return self._continued(line, question)
            if not self._done_here(typed.command):
                assert typed.command is not None
                return Move(typed.command, typed.place)

    def response(self, typed: str, question: PublicQuestion) -> Response | None:
        """Return what was typed as a response that can be read; None, told, where it cannot."""
        found = typed_response(question, typed)
        if isinstance(found, Unreadable):
            self.tell(found)
            return None
        whole = {question.part: found} if question.part else found
        for one in self.counter.reading(whole):
            if isinstance(one.reading, Unreadable):
                self.tell(one.reading)
                return None
        return found

    def tell(self, unreadable: Unreadable) -> None:
        """Say why an answer cannot be read, and what to do."""
        language = self.console.language
        reason, way_out = unreadable.reason.within(language), unreadable.way_out.within(language)
        paper = self.console.paper()
        paper.put(Span(reason, Style.WARNING), Span("" if reason.endswith("。") else " "), Span(way_out), indent=4)
        paper.put(Span(local("That cost nothing.", "这不占用作答机会。"), Style.DIM), indent=4)
        self.console.show(paper)

    def echo(self, response: Response, question: PublicQuestion) -> None:
        """Show how an answer is read: what was typed as it is understood, what was chosen in full."""
        paper = self.console.paper()
        if isinstance(question.body, TypedBody):
            whole = {question.part: response} if question.part else response
            for one in self.counter.reading(whole):
                if isinstance(one.reading, Reading):
                    _put_reading(paper, one.reading.shown.within(self.console.language))
        else:
            put_answer(paper, question, response, self.console.language, indent=4)
        self.console.show(paper)

    def price(self) -> str:
        """Return what letting an answer count takes, before it is paid; and how else to go on is said behind it."""
        left = self.view.tries_left
        if left is None:
            return local("Enter: it counts.", "回车：提交作答。")
        which = tries_left(left)
        return local(f"Enter: it counts ({which}).", f"回车：提交作答（{which}）。")

    # ------------------------------------------------------------------------------------------------ inside

    def _done_here(self, command: Command | None) -> bool:
        """Do what needs no leaving of the question, and return whether that was it."""
        paper = self.console.paper()
        match command:
            case None:
                text = local("There is no such command; ? lists them.", "没有这个命令，输入 ? 查看全部命令。")
                paper.put(Span(text, Style.WARNING), indent=2)
            case Command.HELP:
                put_help(paper)
            case Command.HINT:
                self._hint()
                return True
            case Command.AGAIN:
                self.view = self.counter.view()
                self.show()
                return True
            case Command.LIST if self.setting.show_list is not None:
                self.setting.show_list()
                return True
            case _:
                return False
        self.console.show(paper)
        return True

    def _hint(self) -> None:
        paper, language = self.console.paper(), self.console.language
        try:
            self.view = self.counter.hint()
        except Refused as refused:
            if refused.reason not in (Reason.NO_HINT, Reason.DONE):
                raise
            paper.put(Span(say(refused), Style.DIM), indent=2)
        else:
            put_hint(paper, self.view.hints[-1].within(language), len(self.view.hints))
        self.console.show(paper)

    def _keep(self, typed: str, question: PublicQuestion, answers: Mapping[str, Response] | None) -> None:
        """Keep what was on the line when the student left, where nothing better is kept already."""
        if self.view.draft is not None or self.view.done or not typed.strip() or command_of(typed) is not None:
            return
        response = typed_response(question, typed)
        if not isinstance(response, Unreadable):
            self.counter.save({**answers, question.part: response} if answers is not None else response)

    def _continued(self, line: str, question: PublicQuestion) -> str:
        """Return an answer of several lines: each that ends in a backslash goes on in the next."""
        lines = [line]
        while question.type in _SEVERAL_LINES and lines[-1].endswith("\\"):
            lines[-1] = lines[-1][:-1]
            lines.append(self.console.ask("… ", seconds=self.setting.seconds_left(), goes_on=True))
        return "\n".join(lines)


def _put_reading(paper: Paper, shown: str) -> None:
    lines = shown.split("\n")
    if len(lines) == 1:
        paper.put(local(f"read as {shown}", f"读作 {shown}"), indent=4)
        return
    paper.put(local(f"read as {len(lines)} lines:", f"读作 {len(lines)} 行："), indent=4)
    for line in lines:
        paper.verbatim((Span(line),), indent=6)
