"""One sitting at a quiz: begin or go on, question after question, hand in, and see what came of it.

All that is answered, hinted and drafted is in the store before the next line is shown, so a sitting can end anywhere:
the same command goes on where it was left. While a question is read, the next one is drawn in the background.
"""

from __future__ import annotations

import time
from functools import partial

from grader.cli.language import local, say
from grader.cli.quiz.attempt import DeskCounter, is_pending, not_shown, put_list, put_opening
from grader.cli.quiz.commands import Command, command_of
from grader.cli.quiz.console import Console, StudentLeft, TimeOver
from grader.cli.quiz.counter import Move, Setting
from grader.cli.quiz.desk import AtDesk
from grader.cli.quiz.question import ask_question
from grader.cli.quiz.summary import exit_code, show_result
from grader.cli.quiz.words import duration, number
from grader.errors import EXIT_FULL_SCORE, AuthorError, QuestionFault
from grader.quiz.authored import Quiz
from grader.quiz.rendering.styled import Style
from grader.taking.refusals import Reason, Refused
from grader.taking.views import AttemptView, Availability, PlaceState, QuizOverview

EXIT_LEFT = 130  # as a shell reports Ctrl-C
_ENDED = (Reason.TIME_OVER, Reason.SUBMITTED)
_YES = ("y", "yes", "是", "好")


class Sitting:
    """A student at one quiz, in front of one terminal."""

    def __init__(self, at: AtDesk, quiz: Quiz, *, again: bool = False) -> None:
        self._desk, self._student, self._quiz = at.desk, at.student, quiz
        self._again = again
        self._console = Console()
        self._attempt: AttemptView | None = None
        self._deadline_s: float | None = None  # by time.monotonic
        self._broken: set[int] = set()  # places that cannot be drawn

    def run(self) -> int:
        """Take the quiz, and return the exit code. Raises: Refused where it cannot be taken; GraderFault."""
        try:
            return self._begun()
        except TimeOver:
            return self._time_is_over()
        except StudentLeft:
            self._farewell()
            return EXIT_LEFT
        except Refused as refused:
            if refused.reason not in _ENDED or self._attempt is None:
                raise
            self._console.say(say(refused), Style.WARNING)
            return self._finish()

    # ------------------------------------------------------------------------------------------------ the beginning

    def _begun(self) -> int:
        overview = self._desk.overview(self._student, [self._quiz])[0]
        if overview.availability in (Availability.CLOSED, Availability.TAKEN) and overview.last is not None:
            return self._past(overview.last)
        if not self._may_begin(overview):
            return EXIT_FULL_SCORE
        attempt = self._look(self._desk.begin(self._quiz, self._student))
        paper = self._console.paper()
        put_opening(paper, attempt, self._console.language)
        self._console.show(paper)
        return self._questions()

    def _past(self, last: str) -> int:
        """Show the result of a quiz that cannot be taken any more, and why it cannot."""
        try:
            self._desk.begin(self._quiz, self._student)
        except Refused as refused:
            self._console.say(say(refused), Style.WARNING)
        result = self._desk.result(last)
        show_result(self._console, self._desk, result)
        return exit_code(result)

    def _may_begin(self, overview: QuizOverview) -> bool:
        """Ask before an attempt is begun that cannot be had again, or that is not the first."""
        console = self._console
        if overview.availability is Availability.AGAIN and overview.last is not None and not self._again:
            whole = overview.points if overview.best_points is None else overview.best_points
            best = "" if overview.best is None else f"{number(overview.best)}/{number(whole)}"
            told = local(f"You have taken this quiz; best {best}.", f"你已做过这份测验，最好成绩 {best}。")
            console.say(told if best else local("You have taken this quiz.", "你已做过这份测验。"))
            console.say(local("Enter: a further attempt. r: the last result. q: leave.",
                              "回车：再做一次。r：查看上次结果。q：离开。"), Style.DIM)  # fmt: skip
            line = console.ask(f"{self._quiz.id}> ").lower()
            if line == "r":
                show_result(console, self._desk, self._desk.result(overview.last))
            if line:
                return False
        limits = self._limits(overview)
        if overview.availability in (Availability.NEW, Availability.AGAIN) and limits:
            console.say(limits, Style.WARNING)
            console.say(local("Enter: begin. q: not now.", "回车：开始。q：暂不开始。"), Style.DIM)
            return not console.ask(f"{self._quiz.id}> ")
        return True

    @staticmethod
    def _limits(overview: QuizOverview) -> str:
        said = []
        if overview.time_limit_s is not None:
            left = duration(overview.time_limit_s)
            said.append(local(f"You have {left} from the moment you begin.", f"开始后限时 {left}。"))
        if overview.attempts_left is not None:
            count = overview.attempts_left
            said.append(
                local("It can be taken only once." if count == 1 else f"It can be taken {count} more times.",
                      "只能作答一次。" if count == 1 else f"还可以作答 {count} 次。")
            )  # fmt: skip
        return local(" ", "").join(said)

    def _look(self, attempt: AttemptView) -> AttemptView:
        """Take in how the attempt stands now."""
        self._attempt = attempt
        left = None if attempt.deadline is None else (attempt.deadline - attempt.now).total_seconds()
        self._deadline_s = None if left is None else time.monotonic() + left
        return attempt

    def _seconds_left(self) -> float | None:
        return None if self._deadline_s is None else max(self._deadline_s - time.monotonic(), 0.0)

    @property
    def _open(self) -> AttemptView:
        assert self._attempt is not None, "an attempt was begun"
        return self._attempt

    # ------------------------------------------------------------------------------------------------ the questions

    def _questions(self) -> int:
        place = self._pending_after(0)
        while self._open.is_open:
            move = self._ask(place) if place is not None else self._all_seen()
            at = place or 0
            match move.command:
                case Command.QUIT:
                    self._farewell()
                    return EXIT_FULL_SCORE
                case Command.SUBMIT:
                    if self._is_sure():
                        self._desk.submit(self._open.id)
                        return self._finish()
                case Command.GO:
                    place = self._existing(move.place, place)
                case Command.BACK:
                    place = max(at - 1, 1) if place is not None else len(self._open.places)
                case _:
                    place = self._pending_after(at)
            self._look(self._desk.attempt(self._open.id))
        return self._time_is_over()

    def _ask(self, place: int) -> Move:
        """Ask one question; where its author's mistake shows, or ours, say so and go on."""
        count = len(self._open.places)
        title = local(f"Question {place} of {count}", f"第 {place} 题，共 {count} 题")
        left = self._seconds_left()
        if left is not None:
            title += local(f" · {duration(left)} left", f" · 剩余 {duration(left)}")
        setting = Setting(
            title=title,
            prompt=f"{place}/{count}> ",
            seconds_left=self._seconds_left,
            when_shown=partial(self._draw_after, place),
            show_list=self._list,
        )
        try:
            return ask_question(self._console, DeskCounter(self._desk, self._open.id, place), setting)
        except (AuthorError, QuestionFault) as error:
            self._broken.add(place)
            self._console.say(say(not_shown(error, self._quiz.id, place)), Style.WARNING)
            return Move()

    def _draw_after(self, place: int) -> None:
        following = self._pending_after(place)
        if following is not None:
            self._desk.draw_ahead(self._open.id, following)

    def _pending_after(self, place: int) -> int | None:
        """Return the next place behind `place` that wants an answer."""
        return next((one for one in self._pending() if one > place), None)

    def _existing(self, wanted: int, current: int | None) -> int | None:
        count = len(self._open.places)
        if 1 <= wanted <= count:
            return wanted
        self._console.say(local(f"There are questions 1 to {count}.", f"题号为 1 到 {count}。"), Style.WARNING)
        return current

    def _list(self) -> None:
        paper = self._console.paper()
        put_list(paper, self._look(self._desk.attempt(self._open.id)))
        self._console.show(paper)

    # ------------------------------------------------------------------------------------------------ the end

    def _unanswered(self) -> list[int]:
        empty = (PlaceState.UNSEEN, PlaceState.SEEN)
        return [one.place for one in self._open.places if one.state in empty and one.place not in self._broken]

    def _to_try_again(self) -> list[int]:
        return [place for place in self._pending() if place not in self._unanswered()]

    def _pending(self) -> list[int]:
        """Return the places that want an answer still, or could get a better one."""
        found = [one.place for one in self._open.places if is_pending(one, self._desk, self._open.id)]
        return [place for place in found if place not in self._broken]

    def _all_seen(self) -> Move:
        """Ask what to do when the last question is behind the student."""
        console, unanswered, again = self._console, self._unanswered(), self._to_try_again()
        console.say("")
        if unanswered:
            shown = ", ".join(map(str, unanswered))
            console.say(local(f"Not answered yet: {shown}.", f"尚未作答：{shown}。"), Style.WARNING)
        if again:
            shown = ", ".join(map(str, again))
            console.say(local(f"Can be tried again: {shown}.", f"还可以再试：{shown}。"), Style.WARNING)
        waiting = sorted((*unanswered, *again))
        if waiting:
            text = local(f"Enter: to question {waiting[0]}. :submit hands in, :quit leaves.",
                         f"回车：转到第 {waiting[0]} 题。:submit 交卷，:quit 离开。")  # fmt: skip
        else:
            console.say(local("That was the last question.", "题目都做完了。"), Style.BOLD)
            text = local("Enter: hand in. :back looks at the questions again, :quit leaves.",
                         "回车：交卷。:back 回看题目，:quit 离开。")  # fmt: skip
        console.say(text, Style.DIM)
        while True:
            line = console.ask(f"{self._quiz.id}> ", seconds=self._seconds_left())
            typed = command_of(line)
            if not line:
                return Move(Command.GO, waiting[0]) if waiting else Move(Command.SUBMIT)
            if typed is not None and typed.command is Command.LIST:
                self._list()
            elif typed is not None and typed.command not in (None, Command.HELP, Command.HINT, Command.AGAIN):
                return Move(typed.command, typed.place)
            else:
                console.say(text, Style.DIM)

    def _is_sure(self) -> bool:
        """Ask once more where questions are unanswered."""
        self._look(self._desk.attempt(self._open.id))
        waiting = self._unanswered()
        if not waiting:
            return True
        shown = ", ".join(map(str, waiting))
        self._console.say(local(f"Without an answer: {shown}. Hand in all the same? y: yes, Enter: no.",
                                f"未作答：{shown}。仍要交卷吗？y：是，回车：否。"), Style.WARNING)  # fmt: skip
        return self._console.ask(f"{self._quiz.id}> ", seconds=self._seconds_left()).lower() in _YES

    def _time_is_over(self) -> int:
        self._console.say(
            local("The time is over. What was kept by then counts.", "时间到。届时已保存的内容计分。"), Style.WARNING
        )
        return self._finish()

    def _finish(self) -> int:
        result = self._desk.result(self._open.id)
        show_result(self._console, self._desk, result)
        return exit_code(result)

    def _farewell(self) -> None:
        if self._attempt is None:
            return
        paper = self._console.paper()
        paper.blank()
        paper.put(local(f"Everything is kept. Go on with: dlgrade quiz {self._quiz.id}",
                        f"内容已全部保存。继续作答：dlgrade quiz {self._quiz.id}"), indent=2)  # fmt: skip
        left = self._seconds_left()
        if left is not None:
            paper.put(
                local(f"The clock goes on: {duration(left)} left.", f"计时仍在继续：剩余 {duration(left)}。"), indent=2
            )
        self._console.show(paper)
