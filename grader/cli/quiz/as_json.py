"""`dlgrade quiz --json`: one document a call for scripts and other front ends, and no question asked.

Without an action it begins an attempt or goes on with the open one; one that has ended is shown with its result, and
only `--again` begins another. Actions are done in this order: hints, drafts, answers, handing in. The first that is
refused ends the run with its reason on stderr, what was done before it stands. An answer that cannot be read is told
there, too, and the others are taken; but then nothing is handed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from grader.cli.language import choose_language, say
from grader.cli.output import write_error, write_out
from grader.cli.quiz.attempt import not_shown
from grader.cli.quiz.document import Documents
from grader.cli.quiz.summary import exit_code
from grader.errors import EXIT_FULL_SCORE, EXIT_USAGE, AuthorError, QuestionFault, UsageError
from grader.pages.escape import json_text
from grader.quiz.marking.mark import Unreadable
from grader.quiz.marking.responses import Response
from grader.quiz.model import PartsBody, TypedBody
from grader.quiz.rendering.letters import typed_response
from grader.records import Text
from grader.taking.answer_views import PartReading
from grader.taking.views import AttemptView, Availability, QuestionView, QuizOverview, Taken

if TYPE_CHECKING:
    from grader.cli.quiz.desk import AtDesk
    from grader.cli.quiz.start import StartArguments
    from grader.quiz.authored import Quiz
    from grader.taking.desk import Desk

ATTEMPT_FORM = "quiz-attempt/1"
LIST_FORM = "quiz-list/1"


def write_list(overviews: Sequence[QuizOverview]) -> None:
    """Write how the student stands with every quiz."""
    documents = Documents(choose_language(None))
    _write({"dlgrade": LIST_FORM, "quizzes": [documents.overview(one) for one in overviews]})


def answer_json(at: AtDesk, quiz: Quiz, asked: StartArguments) -> int:
    """Do what was asked, write where the attempt stands, and return the exit code: 2 where an answer was not taken."""
    attempt = _found(at, quiz, asked)
    acts = _Acts(at.desk, attempt, Documents(choose_language(None)))
    for name in asked.hints:
        at.desk.hint(attempt.id, _place(name.strip(), name, attempt))
    for written in asked.drafts:
        acts.keep(written)
    for written in asked.answers:
        acts.answer(written)
    holds_back = asked.submit and (acts.is_refused or acts.is_unclear)
    if asked.submit and not holds_back:
        at.desk.submit(attempt.id)
    code = _show(at.desk, attempt.id, acts)
    for reason in acts.reasons:
        write_error(say(reason))
    if holds_back:
        write_error(say(_NOT_HANDED_IN))
    return EXIT_USAGE if acts.is_refused or holds_back else code


def _found(at: AtDesk, quiz: Quiz, asked: StartArguments) -> AttemptView:
    """Return the attempt that is meant: the open one, else the last one, else a new one."""
    overview = at.desk.overview(at.student, [quiz])[0]
    is_over = overview.availability in (Availability.AGAIN, Availability.TAKEN, Availability.CLOSED)
    if is_over and overview.last is not None and not asked.again:
        return at.desk.attempt(overview.last)
    return at.desk.begin(quiz, at.student)


class _Acts:
    """The answers and drafts of one run, with what became of them."""

    def __init__(self, desk: Desk, attempt: AttemptView, documents: Documents) -> None:
        self._desk, self._attempt, self.documents = desk, attempt, documents
        self.taken: list[dict[str, Any]] = []
        self.reasons: list[Text] = []
        self.is_refused = False
        self.is_unclear = False  # a draft is kept that would count for nothing, as it cannot be read

    def keep(self, written: str) -> None:
        """Keep a draft."""
        place, typed = _parsed(written, self._attempt)
        view = self._desk.question(self._attempt.id, place)
        response = response_of(view, typed)
        if isinstance(response, Unreadable):
            self._unreadable(place, response)
            return
        self._desk.save(self._attempt.id, place, response)
        found = self._desk.reading(self._attempt.id, place, response)
        self.is_unclear |= self._explain(place, found)
        self.taken.append({"place": place, "taken": "draft", "readings": self.documents.readings(found)})

    def answer(self, written: str) -> None:
        """Answer a question."""
        place, typed = _parsed(written, self._attempt)
        view = self._desk.question(self._attempt.id, place)
        response = response_of(view, typed)
        if isinstance(response, Unreadable):
            self._unreadable(place, response)
            return
        readings = self._desk.reading(self._attempt.id, place, response)
        answered = self._desk.answer(self._attempt.id, place, response, after=len(view.tries))
        self.is_refused |= answered.taken in (Taken.UNREADABLE, Taken.OVERTAKEN)
        self._explain(place, answered.unreadable)
        if answered.taken is Taken.OVERTAKEN:
            self.reasons.append(_overtaken(place))
        shown = self.documents.readings(answered.unreadable or readings)
        self.taken.append({"place": place, "taken": answered.taken.value, "readings": shown})

    def _unreadable(self, place: int, found: Unreadable) -> None:
        self.is_refused = True
        readings = (PartReading(part="", reading=found),)
        self._explain(place, readings)
        shown = self.documents.readings(readings)
        self.taken.append({"place": place, "taken": Taken.UNREADABLE.value, "readings": shown})

    def _explain(self, place: int, found: Sequence[PartReading]) -> bool:
        """Note why an answer cannot be read, and return whether there is anything of it that cannot."""
        unclear = [(one.part, one.reading) for one in found if isinstance(one.reading, Unreadable)]
        self.reasons += [_asked_back(place, part, why) for part, why in unclear]
        return bool(unclear)


def _show(desk: Desk, attempt: str, acts: _Acts) -> int:
    """Write the document, and return the exit code by the score."""
    questions = []
    now = desk.attempt(attempt)
    for one in now.places:
        try:
            view = desk.question(attempt, one.place)
        except (AuthorError, QuestionFault) as error:  # one question that fails hides no other
            text = not_shown(error, now.quiz, one.place).within(choose_language(None))
            questions.append({"place": one.place, "id": one.question, "state": one.state.value, "error": text})
        else:
            questions.append(acts.documents.question(view, one.state.value))
    now = desk.attempt(attempt)
    result = None if now.is_open else desk.result(attempt)
    _write(
        {
            "dlgrade": ATTEMPT_FORM,
            "quiz": acts.documents.quiz(now),
            "attempt": acts.documents.attempt(now),
            "questions": questions,
            "taken": acts.taken,
            "result": None if result is None else acts.documents.result(result),
        }
    )
    return EXIT_FULL_SCORE if result is None else exit_code(result)


def _write(document: dict[str, Any]) -> None:
    write_out(json_text(document, indent=2))


def _parsed(written: str, attempt: AttemptView) -> tuple[int, str]:
    """Return the place and the answer of `3=0.25`; a question's id does for its place. Raises: UsageError."""
    name, equals, typed = written.partition("=")
    return _place(name.strip() if equals else "", written, attempt), typed


def _place(name: str, written: str, attempt: AttemptView) -> int:
    """Return the place that a number or a question's id names. Raises: UsageError."""
    places = {one.question: one.place for one in attempt.places}
    places |= {str(one.place): one.place for one in attempt.places}
    if name not in places:
        shown, count = written[:40], len(attempt.places)
        raise UsageError(
            Text(en=f"{shown!r} names no question of this quiz.", zh=f"{shown!r} 没有指明本测验的某一题。"),
            remedy=Text(
                en=f"Write a place from 1 to {count}, or a question's id; of an answer, = and the answer behind: "
                "3=0.25.",
                zh=f"请写题号（1 到 {count}）或题目编号；作答时在其后写等号和答案：3=0.25。",
            ),
        )
    return places[name]


_NOT_HANDED_IN = Text(
    en="Nothing was handed in, as not every answer was taken. Mend it, and add --submit again.",
    zh="有答案未被接受，因此没有交卷。请改正后再加 --submit。",
)


def _asked_back(place: int, part: str, why: Unreadable) -> Text:
    """Return why an answer was not taken, and what to write."""
    name = f"{place} ({part})" if part else str(place)
    return Text(
        en=f"Question {name}: {why.reason.en} {why.way_out.en}", zh=f"第 {name} 题：{why.reason.zh}{why.way_out.zh}"
    )


def _overtaken(place: int) -> Text:
    return Text(
        en=f"Question {place} was answered in another window meanwhile. Nothing was taken here.",
        zh=f"第 {place} 题刚才已在另一窗口作答，这里没有提交任何内容。",
    )


def response_of(view: QuestionView, typed: str) -> Response | Unreadable:
    """Return an answer as a response: JSON where it is an object or a list, else as a student would type it."""
    from json import JSONDecodeError, loads

    options = not isinstance(view.public.body, TypedBody)
    if options and typed.lstrip()[:1] in ("{", "["):
        try:
            response: Response = loads(typed)
        except (JSONDecodeError, RecursionError) as error:
            raise UsageError(
                Text(
                    en=f"Question {view.place}: this is no JSON: {error}.",
                    zh=f"第 {view.place} 题：不是合法的 JSON：{error}。",
                ),
                remedy=Text(en="Write ids as in the document, or letters.", zh="请使用文档中的 id，或直接写字母。"),
            ) from None
        return response
    if isinstance(view.public.body, PartsBody):
        parts = ", ".join(f'"{part.part}": …' for part in view.public.body.parts)
        raise UsageError(
            Text(en=f"Question {view.place} has several parts.", zh=f"第 {view.place} 题有多个小题。"),
            remedy=Text(en=f"Write its answer as JSON: {{{parts}}}.", zh=f"请用 JSON 写答案：{{{parts}}}。"),
        )
    known = _known(view, typed)
    return known if known is not None else typed_response(view.public, typed) if typed.strip() else typed


def _known(view: QuestionView, typed: str) -> str | None:
    """Return the id of an option, where that is what was written."""
    options = getattr(view.public.body, "options", ())
    return next((option.id for option in options if option.id == typed.strip()), None)
