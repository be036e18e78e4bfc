"""`dlgrade quiz practice --json`: one document a call for scripts and other front ends, and no question asked.

Hints are given and answers taken in this order; the questions named so are in the document as they are then. Without
any, the one that was left first is, else the one that is due first.
"""

from __future__ import annotations

from typing import Any

from grader.cli.language import choose_language, say
from grader.cli.output import write_error, write_out
from grader.cli.quiz.as_json import response_of
from grader.cli.quiz.document import Documents
from grader.errors import EXIT_FULL_SCORE, EXIT_USAGE, AuthorError, QuestionFault, UsageError
from grader.pages.escape import json_text
from grader.quiz.marking.mark import Unreadable
from grader.records import Text
from grader.taking.answer_views import PartReading
from grader.taking.practice.plan import Item, Plan
from grader.taking.practice.practice import Practice
from grader.taking.views import PlaceState, QuestionView, Taken

FORM = "quiz-practice/1"


def answer_json(practice: Practice, *, answers: tuple[str, ...], hints: tuple[str, ...], new: int) -> int:
    """Do what was asked, write what is due, and return the exit code: 2 where an answer was not taken."""
    scribe = _Scribe(practice)
    for written in hints:
        scribe.hint(_item(written, written))
    for written in answers:
        name, equals, typed = written.partition("=")
        scribe.answer(_item(name if equals else "", written), typed)
    plan = practice.plan()
    items = list(scribe.reviews) or [*plan.begun, *(card.item for card in plan.due)][:1]
    items += [item for item in plan.new[:new] if item not in items]
    document = {
        "dlgrade": FORM,
        **_plan(plan),
        "questions": [scribe.question(item) for item in items],
        "taken": scribe.taken,
    }
    write_out(json_text(document, indent=2))
    for reason in scribe.reasons:
        write_error(say(reason))
    return EXIT_USAGE if scribe.is_refused else EXIT_FULL_SCORE


class _Scribe:
    """What is done in one run, with what became of it."""

    def __init__(self, practice: Practice) -> None:
        self._practice = practice
        self._documents = Documents(choose_language(None))
        self.reviews: dict[Item, str] = {}
        self.taken: list[dict[str, Any]] = []
        self.reasons: list[Text] = []  # why answers were not taken
        self.is_refused = False

    def hint(self, item: Item) -> None:
        """Give one more hint."""
        self._practice.hint(self._review(item))

    def answer(self, item: Item, typed: str) -> None:
        """Answer a question."""
        review = self._review(item)
        view = self._practice.view(review)
        response = response_of(view, typed)
        found: tuple[PartReading, ...]
        if isinstance(response, Unreadable):
            taken, found = Taken.UNREADABLE, (PartReading(part="", reading=response),)
        else:
            found = self._practice.reading(review, response)
            answered = self._practice.answer(review, response, after=len(view.tries))
            taken, found = answered.taken, answered.unreadable or found
        self.is_refused |= taken is not Taken.CHECKED
        unclear = [one.reading for one in found if isinstance(one.reading, Unreadable)]
        self.reasons += [_asked_back(item, why) for why in unclear]
        readings = self._documents.readings(found)
        self.taken.append({"quiz": item.quiz, "question": item.question, "taken": taken.value, "readings": readings})

    def question(self, item: Item) -> dict[str, Any]:
        """Return a question as it is now; of one that cannot be shown, why."""
        try:
            review = self._review(item)
        except (AuthorError, QuestionFault) as error:  # it hides no other
            return {"quiz": item.quiz, "outcome": None, "due_at": None, "question": _broken(item, error)}
        found, view = self._practice.reviewed(review), self._practice.view(review)
        return {
            "quiz": item.quiz,
            "outcome": None if found.outcome is None else found.outcome.value,
            "due_at": None if found.due_at is None else found.due_at.isoformat(),
            "question": self._documents.question(view, _state(view).value),
        }

    def _review(self, item: Item) -> str:
        if item not in self.reviews:
            self.reviews[item] = self._practice.start(item)
        return self.reviews[item]


def _broken(item: Item, error: AuthorError | QuestionFault) -> dict[str, Any]:
    return {"place": 1, "id": item.question, "state": PlaceState.UNSEEN.value, "error": say(error)}


def _state(view: QuestionView) -> PlaceState:
    if view.done:
        return PlaceState.DONE
    if view.draft is not None:
        return PlaceState.DRAFT
    return PlaceState.TRIED if view.tries else PlaceState.SEEN


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "now": plan.now.isoformat(),
        "begun": [_named(item) for item in plan.begun],
        "due": [
            {**_named(card.item), "due_at": card.due_at.isoformat(), "changed": card.is_changed} for card in plan.due
        ],
        "later": plan.later,
        "next_at": None if plan.next_at is None else plan.next_at.isoformat(),
        "new": [_named(item) for item in plan.new],
        "held": {name: held.value for name, held in plan.held.items()},
        "gone": [_named(item) for item in plan.gone],
    }


def _asked_back(item: Item, why: Unreadable) -> Text:
    """Return why an answer was not taken, and what to write."""
    name = f"{item.quiz}/{item.question}"
    return Text(en=f"{name}: {why.reason.en} {why.way_out.en}", zh=f"{name}：{why.reason.zh}{why.way_out.zh}")


def _named(item: Item) -> dict[str, str]:
    return {"quiz": item.quiz, "question": item.question}


def _item(name: str, written: str) -> Item:
    quiz, slash, question = name.strip().partition("/")
    if not (quiz and slash and question):
        shown = written[:60]
        raise UsageError(
            Text(en=f"{shown!r} names no question.", zh=f"{shown!r} 没有指明题目。"),
            remedy=Text(
                en="Write the quiz's id, a slash and the question's id: quiz04/detach, and behind = the answer.",
                zh="请写测验编号、斜杠和题目编号：quiz04/detach，等号后写答案。",
            ),
        )
    return Item(quiz=quiz, question=question)
