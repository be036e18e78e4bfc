"""A question of several parts: they are asked one by one, kept as a draft on the way, and count together."""

from __future__ import annotations

from collections.abc import Mapping

from grader.cli.language import local, say
from grader.cli.quiz.counter import Move
from grader.cli.quiz.lines import Lines
from grader.quiz.marking.responses import Response, is_blank
from grader.quiz.model import PartsBody, PublicQuestion
from grader.quiz.rendering.letters import letters_of
from grader.quiz.rendering.styled import Paper, Span, Style
from grader.quiz.rendering.terminal import put_answer, what_to_type


class PartAnswers:
    """The answers to the parts of one question, so far: those of a draft, else of the try before."""

    def __init__(self, lines: Lines) -> None:
        body = lines.view.public.body
        assert isinstance(body, PartsBody)
        self._lines, self._parts = lines, body.parts
        tries = lines.view.tries
        before = lines.view.draft if lines.view.draft is not None or not tries else tries[-1].response
        self.answers: dict[str, Response] = dict(before) if isinstance(before, Mapping) else {}
        # What was right in the try before is not asked again; its number asks it all the same.
        self._settled = {part.part for part in tries[-1].parts if part.share == 1} if tries else set()

    @property
    def is_blank(self) -> bool:
        """Whether no part has an answer."""
        return all(is_blank(one) for one in self.answers.values())

    def ask_all(self) -> Move | None:
        """Ask every part that is not settled; a move where the student goes elsewhere."""
        for number, part in enumerate(self._parts, 1):
            if part.part not in self._settled:
                move = self._ask(part, number)
                if move is not None:
                    return move
        return None

    def confirm(self) -> Move | bool:
        """Show all answers, and return whether they count now; the number of a part asks that one again."""
        paper = self._lines.console.paper()
        for number, part in enumerate(self._parts, 1):
            self._put_read(paper, part, number)
        text = local(" The number of a part asks that one again.", "输入小题序号可重答该小题。")
        paper.put(Span(self._lines.price() + text, Style.DIM), indent=2)
        self._lines.console.show(paper)
        line = self._lines.ask(self._lines.view.public)
        if isinstance(line, Move) or not line:
            return line or True
        chosen = int(line) if line.isdecimal() and len(line) < 4 else 0
        if 1 <= chosen <= len(self._parts):
            return self._ask(self._parts[chosen - 1], chosen) or False
        text = local(f"There are parts 1 to {len(self._parts)}.", f"小题序号为 1 到 {len(self._parts)}。")
        self._lines.console.say(text, Style.WARNING)
        return False

    def _put_read(self, paper: Paper, part: PublicQuestion, number: int) -> None:
        """Add the answer to a part as it is understood."""
        from grader.quiz.rendering.answers import as_read  # loaded later

        language, answer = self._lines.console.language, self.answers.get(part.part, "")
        head = Span(f"{number}) ", Style.LETTER)
        read = as_read(part, answer)
        if read is not None and "\n" not in read.within(language):
            paper.put(read.within(language), head=(head,), indent=4)
        elif is_blank(answer):
            paper.put(Span(local("(nothing)", "（空）"), Style.DIM), head=(head,), indent=4)
        else:
            paper.put(head=(head,), indent=4)
            put_answer(paper, part, answer, language, indent=7)

    def _ask(self, part: PublicQuestion, number: int) -> Move | None:
        """Take the answer to one part; an empty line keeps what there is."""
        lines = self._lines
        kept = self.answers.get(part.part, "")
        instruction = say(what_to_type(part))
        if not is_blank(kept):
            shown = letters_of(part, kept)
            instruction += local(f" Enter keeps {shown}.", f"回车保留 {shown}。")
        paper = lines.console.paper()
        paper.put(Span(instruction, Style.DIM), head=(Span(f"{number}) ", Style.LETTER),), indent=2)
        lines.console.show(paper)
        prompt = f"{lines.setting.prompt.rstrip('> ')} ({number}/{len(self._parts)})> "
        while True:
            line = lines.ask(part, prompt=prompt, answers=self.answers)
            if isinstance(line, Move):
                return line
            if not line:
                return None
            response = lines.response(line, part)
            if response is not None:
                lines.echo(response, part)
                self.answers[part.part] = response
                lines.view = lines.counter.save(self.answers)
                return None
