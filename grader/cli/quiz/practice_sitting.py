"""One sitting of practice in a terminal: what is due is asked, one question after the other, and then it is summed up.

A question is asked by the same dialogue as in a quiz. All that is answered is in the store before the next line is
shown, so a sitting can end anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from grader.cli.language import local, say
from grader.cli.quiz.commands import Command
from grader.cli.quiz.console import Console, StudentLeft
from grader.cli.quiz.counter import Move, Setting
from grader.cli.quiz.question import ask_question
from grader.cli.quiz.words import duration, joined, moment
from grader.errors import EXIT_FULL_SCORE, AuthorError, QuestionFault
from grader.quiz.marking.responses import Response
from grader.quiz.rendering.styled import Paper, Span, Style
from grader.records import Text
from grader.taking.answer_views import PartReading
from grader.taking.practice.memory import Outcome
from grader.taking.practice.plan import Item, Plan
from grader.taking.practice.practice import Practice
from grader.taking.practice.refused import HELD
from grader.taking.refusals import Refused
from grader.taking.views import Answered, QuestionView

EXIT_LEFT = 130  # as a shell reports Ctrl-C
_DAY_S = 86_400.0
_SHOWN = 5  # questions that are named in one line
_SUMS: Mapping[Outcome, Text] = {
    Outcome.RIGHT: Text(en="{count} right at once", zh="一次答对 {count} 题"),
    Outcome.HELPED: Text(en="{count} right at the second try or with a hint", zh="第二次或看提示后答对 {count} 题"),
    Outcome.WRONG: Text(en="{count} not yet", zh="尚未掌握 {count} 题"),
    Outcome.UNDECIDED: Text(en="{count} not marked", zh="未能评分 {count} 题"),
}


class PracticeCounter:
    """One question that is practised: the dialogue answers it here."""

    def __init__(self, practice: Practice, review: str) -> None:
        self._practice, self._review = practice, review

    def view(self) -> QuestionView:
        return self._practice.view(self._review)

    def reading(self, response: Response) -> tuple[PartReading, ...]:
        return self._practice.reading(self._review, response)

    def save(self, response: Response) -> QuestionView:
        return self._practice.save(self._review, response)

    def answer(self, response: Response, *, after: int) -> Answered:
        return self._practice.answer(self._review, response, after=after)

    def hint(self) -> QuestionView:
        return self._practice.hint(self._review)


class PracticeSitting:
    """A student at what is due, in front of one terminal."""

    def __init__(self, practice: Practice, *, limit: int, new: int) -> None:
        self._practice, self._limit, self._new = practice, limit, new
        self._console = Console()
        self._came_to: dict[Item, Outcome] = {}

    def run(self) -> int:
        """Practise, and return the exit code. Raises: GraderFault, StoreUnavailable."""
        plan = self._practice.plan()
        waiting = [*plan.begun, *_due(plan)]
        queue = waiting[: self._limit]
        new = [item for item in plan.new if item not in queue]
        queue += new[: min(self._new, self._limit - len(queue))]
        self._open(plan, queue)
        try:
            if queue:
                self._ask_all(queue, plan)
        except StudentLeft:
            self._farewell()
            return EXIT_LEFT
        return EXIT_FULL_SCORE

    # ------------------------------------------------------------------------------------------------ the questions

    def _ask_all(self, queue: list[Item], plan: Plan) -> None:
        place = 0
        changed = {card.item for card in plan.due if card.is_changed}
        while place < len(queue):
            move = self._ask(queue, place, is_changed=queue[place] in changed)
            match move.command:
                case Command.QUIT:
                    self._farewell()
                    return
                case Command.SUBMIT:
                    self._console.say(local("Nothing is handed in here: practice counts for no score. :quit leaves.",
                                            "练习不计成绩，无需交卷。:quit 离开。"), Style.WARNING)  # fmt: skip
                case Command.BACK:
                    place = max(place - 1, 0)
                case Command.GO if 1 <= move.place <= len(queue):
                    place = move.place - 1
                case Command.GO:
                    self._console.say(local(f"There are questions 1 to {len(queue)}.", f"题号为 1 到 {len(queue)}。"),
                                      Style.WARNING)  # fmt: skip
                case _:
                    place += 1
        self._sum_up()

    def _ask(self, queue: list[Item], place: int, *, is_changed: bool) -> Move:
        """Ask one question; one that cannot be asked now is told, and left out."""
        item, count = queue[place], len(queue)
        console = self._console
        if item in self._came_to:
            return Move()
        try:
            review = self._practice.start(item)
            if is_changed:
                console.say(
                    local("This question was changed since you last had it.", "这道题自上次练习后有改动。"), Style.DIM
                )
            setting = Setting(
                title=local(f"{place + 1} of {count} · {item.quiz}", f"第 {place + 1} 题，共 {count} 题 · {item.quiz}"),
                prompt=f"{place + 1}/{count}> ",
            )
            move = ask_question(console, PracticeCounter(self._practice, review), setting)
        except (Refused, AuthorError, QuestionFault) as error:
            console.say(say(error), Style.WARNING)
            return Move()
        self._tell(item, review)
        return move

    def _tell(self, item: Item, review: str) -> None:
        """Say when a question comes again."""
        found = self._practice.reviewed(review)
        if found.outcome is None:
            return
        self._came_to[item] = found.outcome
        if found.outcome is Outcome.UNDECIDED:
            text = local(
                "Nobody could mark this now: it comes again as it was.", "目前无法评分，这道题会照原计划再次出现。"
            )
            self._console.say(text, Style.DIM)
        elif found.due_at is not None:
            when = _until(found.due_at, self._practice.now())
            self._console.say(local(f"It comes again {when}.", f"将在 {when}再次出现。"), Style.DIM)

    # ------------------------------------------------------------------------------------------------ around them

    def _open(self, plan: Plan, queue: list[Item]) -> None:
        paper = self._console.paper()
        due, begun = len(_due(plan)), len(plan.begun)
        paper.put(Span(local("Practice", "练习"), Style.BOLD))
        if queue:
            said = []
            if begun:
                said.append(local(f"{_questions(begun)} to go on with", f"{begun} 题接着做"))
            if due or not begun:
                said.append(
                    local(f"{_questions(due)} due", f"{due} 题待复习")
                    if due
                    else local("nothing due", "没有待复习的题")
                )
            new = len(queue) - min(begun + due, self._limit)
            if new:
                said.append(local(f"{new} new", f"新题 {new} 题"))
            if begun + due > self._limit:
                said.append(local(f"{self._limit} of them now", f"本次练习其中 {self._limit} 题"))
            paper.put(*joined(said, Style.DIM), indent=2)
            hint = local("It counts for no score. ? shows what can be typed.", "不计成绩。输入 ? 查看可用命令。")
            paper.put(Span(hint, Style.DIM), indent=2)
        else:
            self._put_nothing_due(paper, plan)
        self._put_notes(paper, plan)
        self._console.show(paper)

    def _put_nothing_due(self, paper: Paper, plan: Plan) -> None:
        paper.put(local("Nothing is due.", "没有待复习的题。"), indent=2)
        if plan.next_at is not None:
            when = _until(plan.next_at, plan.now)
            paper.put(local(f"The next question comes {when}, {moment(plan.next_at)}.",
                            f"下一题将在 {when}出现，即 {moment(plan.next_at)}。"), indent=2)  # fmt: skip
        elif plan.new:
            paper.put(local("What goes wrong in a quiz comes here.", "测验中做错的题会出现在这里。"), indent=2)
        if plan.new:
            count = len(plan.new)
            told = local(
                f"{_questions(count)} can be practised that you have not practised yet:",
                f"还有 {count} 题可练而从未练习过：",
            )
            paper.put(Span(told), Span(" "), Span(f"dlgrade quiz practice --new {min(count, 5)}", Style.CODE), indent=2)

    def _put_notes(self, paper: Paper, plan: Plan) -> None:
        for name, why in plan.held.items():
            paper.put(Span(HELD[why].within(self._console.language).format(what=name), Style.DIM), indent=2)
        if plan.gone:
            shown = ", ".join(f"{item.quiz}/{item.question}" for item in plan.gone[:_SHOWN])
            more = "…" if len(plan.gone) > _SHOWN else ""
            text = local(
                f"Not in the course any more, and kept should they come back: {shown}{more}",
                f"课程中已没有这些题，学习记录仍保留：{shown}{more}",
            )
            paper.put(Span(text, Style.DIM), indent=2)

    def _sum_up(self) -> None:
        paper = self._console.paper()
        paper.blank()
        counts = Counter(self._came_to.values())
        language = self._console.language
        said = [text.within(language).format(count=counts[one]) for one, text in _SUMS.items() if counts[one]]
        if said:
            paper.put(Span(local("Practised: ", "本次练习："), Style.BOLD), *joined(said), indent=2)
        plan = self._practice.plan()
        if plan.due:
            text = local(f"Still due: {len(plan.due)}.", f"仍待复习 {len(plan.due)} 题。")
            paper.put(Span(text), Span(" "), Span("dlgrade quiz practice", Style.CODE), indent=2)
        elif plan.next_at is not None:
            when = _until(plan.next_at, plan.now)
            paper.put(local(f"The next question comes {when}.", f"下一题将在 {when}出现。"), indent=2)
        self._console.show(paper)

    def _farewell(self) -> None:
        self._console.say(local("Everything is kept. Go on with: dlgrade quiz practice",
                                "内容已全部保存。继续练习：dlgrade quiz practice"))  # fmt: skip


def _due(plan: Plan) -> list[Item]:
    """Return what is due and was not begun already."""
    return [card.item for card in plan.due if card.item not in plan.begun]


def _questions(count: int) -> str:
    return "1 question" if count == 1 else f"{count} questions"


def _until(due_at: datetime, now: datetime) -> str:
    """Return how long something is away: in 10 min, in 3 days."""
    seconds = max((due_at - now).total_seconds(), 0.0)
    if seconds < _DAY_S:
        return local(f"in {duration(seconds)}", f"{duration(seconds)}后")
    days = round(seconds / _DAY_S)
    return local("in 1 day" if days == 1 else f"in {days} days", f"{days} 天后")
