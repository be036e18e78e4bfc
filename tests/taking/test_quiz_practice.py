"""Practice: what comes back and when, that it tells nothing that still counts, and that nothing is lost."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from quiz.quiz_canaries import CANARIES, CODE, EVERY_TYPE
from taking.quiz_desks import Clock, Room, option, room

from grader.errors import AuthorError
from grader.quiz.authored import Quiz
from grader.quiz.marking.mark import Verdict
from grader.quiz.model import QuestionType, TypedBody
from grader.store.attempts import Phase
from grader.store.practice import cards_of, reviews_of
from grader.taking.practice.allowed import Held
from grader.taking.practice.memory import Outcome, outcome_of, remembered
from grader.taking.practice.plan import Item
from grader.taking.practice.practice import Practice
from grader.taking.refusals import Reason, Refused
from grader.taking.views import QuestionView, Taken

# One with numbers of its own, one that is the same each time, and one whose feedback comes late.
SUM = """
- {id: sum, type: number, text: "{{n}} + 1?", params: {n: {int: [1, 999999]}}, answer: "{{n}} + 1", attempts: 2,
   hint: "Count.", wrong: [{value: "{{n}}", because: adds-nothing, say: "Nothing was added."}]}
- {id: fixed, type: number, text: "2 + 2?", answer: "4", attempts: 2}
- {id: late, type: number, text: "{{n}} + 2?", params: {n: {int: [1, 999999]}}, answer: "{{n}} + 2",
   feedback: after-close}
"""
HOUR = {"hours": 1}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Room]:
    with room(tmp_path) as found:
        yield found


def practice(here: Room, *quizzes: Quiz, student: str = "ada") -> Practice:
    return Practice(here.desk, student, quizzes)


def due(practising: Practice) -> list[str]:
    return [card.item.question for card in practising.plan().due]


def right(view: QuestionView, more: int = 1) -> str:
    """Return the answer to `n + more?`, read off what is asked."""
    return str(int(view.public.text.en.partition(" ")[0]) + more)


def wrong_attempt(here: Room, quiz: Quiz, student: str = "ada") -> None:
    """Take a quiz with a wrong answer to everything that is checked at once."""
    attempt = here.begin(quiz, student)
    for place in attempt.places:
        here.answer(attempt, place.place, "-5")
    here.desk.submit(attempt.id)


def item(question: str = "sum") -> Item:
    return Item(quiz="quiz01", question=question)


def answered(practising: Practice, review: str, response: str) -> QuestionView:
    view = practising.view(review)
    found = practising.answer(review, response, after=len(view.tries))
    assert found.taken is Taken.CHECKED
    return found.question


# ------------------------------------------------------------------------------------------------- what comes back


def test_a_wrong_answer_in_an_attempt_is_due_soon_after_it_and_a_right_one_is_not(here: Room) -> None:
    quiz = here.quiz(SUM)
    attempt = here.begin(quiz)
    here.answer(attempt, 1, "-5")
    here.answer(attempt, 2, "4")
    practising = practice(here, quiz)
    assert practising.plan().due == () and practising.plan().later == 0, "the attempt is still open"
    here.desk.submit(attempt.id)
    assert practising.plan().later == 1 and due(practising) == []
    here.clock.forward(minutes=10)
    assert due(practising) == ["sum"]


def test_an_attempt_is_counted_once_however_often_one_looks(here: Room) -> None:
    quiz = here.quiz(SUM)
    wrong_attempt(here, quiz)
    for _ in range(3):
        practice(here, quiz).plan()
    cards = here.desk.clerk.store.read(lambda tx: cards_of(tx, "ada"))
    assert {card.question: (card.reviews, card.lapses) for card in cards}["sum"] == (1, 1)


def test_what_was_practised_after_an_attempt_had_ended_says_more_than_the_attempt(here: Room) -> None:
    """And where practice came before the attempt ended, the attempt says more."""
    quiz = here.quiz(SUM)
    store = here.desk.clerk.store
    wrong_attempt(here, quiz)
    here.clock.forward(**HOUR)
    practising = practice(here, quiz)
    review = practising.start(item())
    answered(practising, review, right(practising.view(review)))
    due_at = practising.reviewed(review).due_at
    practising.plan()  # only now is the attempt taken note of
    card = next(one for one in store.read(lambda tx: cards_of(tx, "ada")) if one.question == "sum")
    assert (card.due_at, card.reviews, card.lapses) == (due_at, 1, 0)
    here.clock.forward(**HOUR)
    wrong_attempt(here, quiz)
    practising.plan()
    card = next(one for one in store.read(lambda tx: cards_of(tx, "ada")) if one.question == "sum")
    assert (card.reviews, card.lapses) == (2, 1) and card.due_at == here.clock.now + timedelta(minutes=10)


def test_each_review_has_numbers_of_its_own_and_none_of_an_attempt(here: Room) -> None:
    quiz = here.quiz(SUM)
    attempt = here.begin(quiz)
    texts = [here.desk.question(attempt.id, 1).public.text.en]
    here.answer(attempt, 1, "-5")
    here.desk.submit(attempt.id)
    practising = practice(here, quiz)
    for _ in range(3):
        here.clock.forward(days=60)
        review = practising.start(item())
        texts.append(practising.view(review).public.text.en)
        answered(practising, review, right(practising.view(review)))
    later = here.begin(quiz)
    texts.append(here.desk.question(later.id, 1).public.text.en)
    assert len(set(texts)) == 5


def test_what_is_known_stays_away_longer_each_time_and_what_is_not_comes_back_at_once(here: Room) -> None:
    quiz = here.quiz(SUM)
    practising = practice(here, quiz)
    spans = []
    for _ in range(4):
        review = practising.start(item())
        answered(practising, review, right(practising.view(review)))
        at = practising.reviewed(review).due_at
        assert at is not None
        spans.append(at - here.clock.now)
        here.clock.now = at
    assert spans == sorted(spans) and spans[-1] > 4 * spans[0]
    review = practising.start(item())
    answered(practising, review, "-5")
    answered(practising, review, "-5")
    assert practising.reviewed(review).due_at == here.clock.now + timedelta(minutes=10)


def test_the_outcome_goes_by_the_tries_and_the_hints_and_never_by_time() -> None:
    right, wrong, partly, undecided = Verdict.RIGHT, Verdict.WRONG, Verdict.PARTLY, Verdict.UNDECIDED
    assert outcome_of([right], hints=0) is Outcome.RIGHT
    assert outcome_of([right], hints=1) is outcome_of([wrong, right], hints=0) is Outcome.HELPED
    assert outcome_of([wrong, wrong], hints=0) is outcome_of([wrong, partly], hints=0) is Outcome.WRONG
    assert outcome_of([Verdict.BLANK], hints=0) is Outcome.WRONG
    assert outcome_of([undecided], hints=0) is outcome_of([undecided, wrong], hints=0) is Outcome.UNDECIDED


def test_the_same_outcomes_at_the_same_times_are_always_due_at_the_same_time() -> None:
    def dues() -> list[object]:
        at, memory, found = Clock().now, None, []
        for outcome in (Outcome.WRONG, Outcome.RIGHT, Outcome.HELPED, Outcome.RIGHT, Outcome.RIGHT):
            memory = remembered(memory, outcome, at)
            assert memory is not None
            at = memory.due_at
            found.append(at)
        return found

    assert dues() == dues()


def test_a_clock_that_goes_back_moves_nothing_back() -> None:
    start = Clock().now
    first = remembered(None, Outcome.RIGHT, start)
    assert first is not None
    again = remembered(first, Outcome.WRONG, start - timedelta(days=400))
    assert again is not None and again.reviewed_at == start and again.due_at > start
    assert remembered(first, Outcome.UNDECIDED, start) is first


def test_nothing_due_says_when_the_next_one_is_and_what_is_new(here: Room) -> None:
    quiz = here.quiz(SUM)
    wrong_attempt(here, quiz)
    plan = practice(here, quiz).plan()
    assert plan.due == () and plan.next_at == here.clock.now + timedelta(minutes=10)
    assert plan.new == (), "every question that may be practised is a card"
    assert [one.question for one in practice(here, quiz, student="bob").plan().new] == ["sum", "fixed"]


# --------------------------------------------------------------------------------------- nothing that still counts


def test_a_question_whose_feedback_waits_for_the_closing_is_no_card_that_shows_before_it(here: Room) -> None:
    quiz = here.quiz(SUM, None, 'closes: "2026-05-05T12:00+00:00"')
    wrong_attempt(here, quiz)
    here.clock.forward(**HOUR)
    practising = practice(here, quiz)
    plan = practising.plan()
    assert {card.item.question for card in plan.due} == {"sum", "fixed"} and plan.later == 0
    with pytest.raises(Refused) as refused:
        practising.start(item("late"))
    assert refused.value.reason is Reason.NOT_NOW
    here.clock.forward(days=2)
    assert "late" in due(practising)


@pytest.mark.parametrize(
    ("reveal", "is_shown"),
    [("after-attempt", True), ("after-submit", True), ("after-close", False), ("never", False)],
)
def test_the_answer_is_shown_only_where_the_quiz_reveals_it_by_now(here: Room, reveal: str, is_shown: bool) -> None:
    quiz = here.quiz(SUM, None, f"reveal: {{answers: {reveal}}}", 'closes: "2026-06-05T12:00+00:00"')
    practising = practice(here, quiz)
    review = practising.start(item())
    assert practising.view(review).revealed is None
    assert answered(practising, review, "-5").revealed is None
    assert (answered(practising, review, "-5").revealed is not None) is is_shown
    here.clock.forward(days=60)
    assert (practising.view(review).revealed is not None) is (reveal != "never")


def test_an_open_attempt_keeps_what_it_asks_from_practice_and_one_against_the_clock_the_whole_quiz(
    here: Room,
) -> None:
    quiz = here.quiz(SUM)
    attempt = here.begin(quiz)
    for _ in range(2):
        here.answer(attempt, 1, "-5")
    practising = practice(here, quiz)
    practising.start(item("sum"))  # it takes no more answers there
    with pytest.raises(Refused) as refused:
        practising.start(item("fixed"))
    assert refused.value.reason is Reason.NOT_NOW
    here.desk.submit(attempt.id)
    timed = here.quiz(SUM, None, "time-limit: 20min")
    here.begin(timed)
    assert practice(here, timed).plan().held == {"quiz01": Held.TIMED}
    with pytest.raises(Refused):
        practice(here, timed).start(item("sum"))


def test_an_attempt_that_was_begun_in_between_stops_a_review_that_was_open(here: Room) -> None:
    quiz = here.quiz(SUM)
    practising = practice(here, quiz)
    review = practising.start(item("fixed"))
    here.begin(quiz)
    for act in (lambda: practising.view(review), lambda: practising.answer(review, "4", after=0)):
        with pytest.raises(Refused):
            act()


def test_a_question_without_parameters_waits_until_no_attempt_that_counts_is_left(here: Room) -> None:
    quiz = here.quiz(SUM, None, "retakes: 1")
    practising = practice(here, quiz)
    wrong_attempt(here, quiz)
    here.clock.forward(**HOUR)
    assert due(practising) == ["sum"], "with one attempt left, trying answers here would cost nothing there"
    wrong_attempt(here, quiz)
    here.clock.forward(**HOUR)
    assert set(due(practising)) == {"sum", "fixed"}


def test_before_a_quiz_opens_nothing_of_it_is_practised(here: Room) -> None:
    quiz = here.quiz(SUM, None, 'opens: "2026-05-05T12:00+00:00"')
    plan = practice(here, quiz).plan()
    assert plan.held == {"quiz01": Held.NOT_OPEN} and plan.new == ()
    with pytest.raises(Refused) as refused:
        practice(here, quiz).start(item())
    assert refused.value.reason is Reason.NOT_OPEN_YET


def test_practice_leaves_graded_attempts_as_they_were(here: Room) -> None:
    quiz = here.quiz(SUM)
    wrong_attempt(here, quiz)
    before = here.desk.attempts("quiz01")
    practising = practice(here, quiz)
    review = practising.start(item())
    answered(practising, review, right(practising.view(review)))
    assert here.desk.attempts("quiz01") == before and before[0].phase is Phase.SUBMITTED


def test_nobody_answers_or_sees_the_review_of_another_student(here: Room) -> None:
    quiz = here.quiz(SUM)
    review = practice(here, quiz).start(item())
    stranger = practice(here, quiz, student="bob")
    for act in (
        lambda: stranger.view(review),
        lambda: stranger.hint(review),
        lambda: stranger.answer(review, "1", after=0),
    ):
        with pytest.raises(Refused):
            act()


def test_no_word_of_a_key_is_in_practice_before_it_may_be_known(here: Room) -> None:
    """The canary, over every type of question: in the plan, in what is asked, in readings, and in a wrong answer."""
    quiz = here.quiz(EVERY_TYPE, CODE)
    practising = practice(here, quiz)
    seen: list[object] = []
    for name in [one.question for one in practising.plan().new]:
        review = practising.start(item(name))
        view = practising.view(review)
        seen += [view, practising.reviewed(review)]
        if isinstance(view.public.body, TypedBody) and view.public.type is not QuestionType.MATRIX:
            seen.append(practising.answer(review, "1", after=0))
            practising.answer(review, "1", after=1)
            seen.append(practising.view(review))
    seen.append(practising.plan())
    shown = repr(seen).lower()
    assert len(seen) > 25 and not [canary for canary in CANARIES if canary in shown]
    assert quiz.version not in shown
    sung = repr(practising.hint(practising.start(item("one"))))
    assert "CANARY hint" in sung, "it does sing when it may"


def test_a_question_that_cannot_be_drawn_is_its_authors_fault_without_a_word_of_why(here: Room) -> None:
    broken = '- {id: broken, type: number, text: "?", answer: {code: fails}}\n' + SUM.strip()
    quiz = here.quiz(broken, "def fails(p, rng):\n    raise ValueError('the answer is 42')\n")
    practising = practice(here, quiz)
    with pytest.raises(AuthorError) as raised:
        practising.start(item("broken"))
    assert "42" not in str(raised.value) and "quiz lint" in str(raised.value)
    assert practising.view(practising.start(item("sum"))).tries_left == 2, "and the others can be practised"


# ----------------------------------------------------------------------------------------------- nothing is lost


def test_a_review_that_was_left_goes_on_with_its_numbers_its_try_its_hint_and_its_draft(tmp_path: Path) -> None:
    with room(tmp_path) as here:
        quiz = here.quiz(SUM)
        practising = practice(here, quiz)
        review = practising.start(item())
        answered(practising, review, "-5")
        practising.hint(review)
        left = practising.save(review, "12")
    with room(tmp_path) as here:
        quiz = here.quiz(SUM)
        practising = practice(here, quiz)
        assert practising.start(item()) == review
        assert practising.view(review) == left
        assert (len(left.tries), left.tries_left, left.draft, len(left.hints)) == (1, 1, "12", 1)


def test_of_two_windows_one_finds_that_a_try_was_taken_and_takes_none(here: Room) -> None:
    quiz = here.quiz(SUM)
    practising, other = practice(here, quiz), practice(here, quiz)
    review = practising.start(item())
    assert other.start(item()) == review
    assert practising.answer(review, "-5", after=0).taken is Taken.CHECKED
    overtaken = other.answer(review, "-6", after=0)
    assert overtaken.taken is Taken.OVERTAKEN and len(overtaken.question.tries) == 1
    answered(practising, review, right(practising.view(review)))
    assert other.answer(review, "-6", after=1).taken is Taken.OVERTAKEN, "also where that try was the last"
    for act in (
        lambda: other.answer(review, "1", after=2),
        lambda: other.hint(review),
        lambda: other.save(review, "1"),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.reason is Reason.DONE


def _start_many(folder: Path, count: int) -> None:
    with room(folder) as here:
        quiz = here.quiz(SUM)
        practising = practice(here, quiz)
        for _ in range(count):
            review = practising.start(item())
            view = practising.view(review)
            if not view.done:
                practising.answer(review, right(view), after=len(view.tries))


def test_two_processes_at_once_count_each_review_once(tmp_path: Path) -> None:
    with room(tmp_path) as here:
        here.quiz(SUM)
    context = multiprocessing.get_context("spawn")
    children = [context.Process(target=_start_many, args=(tmp_path, 4)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0]
    with room(tmp_path) as here:
        store = here.desk.clerk.store
        (card,) = store.read(lambda tx: cards_of(tx, "ada"))
        rows = store.read(lambda tx: reviews_of(tx, card.quiz, "ada", "sum"))
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
        assert card.reviews == sum(row.rating is not None for row in rows) == len(rows)


def test_what_cannot_be_read_is_asked_back_and_costs_no_try(here: Room) -> None:
    practising = practice(here, here.quiz(SUM))
    review = practising.start(item())
    found = practising.answer(review, "1,234", after=0)
    assert found.taken is Taken.UNREADABLE and found.question.tries == () and found.unreadable


def test_a_changed_question_keeps_its_card_and_says_so_and_one_that_was_left_open_is_asked_anew(here: Room) -> None:
    quiz = here.quiz(SUM)
    wrong_attempt(here, quiz)
    here.clock.forward(**HOUR)
    review = practice(here, quiz).start(item())
    changed = here.quiz(SUM.replace('"{{n}} + 1?"', '"{{n}} + 1 = ?"'))
    practising = practice(here, changed)
    assert {card.item.question: card.is_changed for card in practising.plan().due} == {"sum": True, "fixed": False}
    anew = practising.start(item())
    assert anew != review and practising.view(anew).public.text.en.endswith("= ?")
    assert practising.reviewed(review).outcome is Outcome.DROPPED


def test_a_question_that_was_removed_keeps_its_card_and_is_named(here: Room) -> None:
    quiz = here.quiz(SUM)
    wrong_attempt(here, quiz)
    here.clock.forward(**HOUR)
    practice(here, quiz).plan()
    rest = here.quiz("\n".join(line for line in SUM.splitlines() if "fixed" not in line))
    practising = practice(here, rest)
    assert practising.plan().gone == (item("fixed"),)
    with pytest.raises(Refused) as refused:
        practising.start(item("fixed"))
    assert refused.value.reason is Reason.GONE
    assert "fixed" in due(practice(here, here.quiz(SUM))), "and back it is"


def test_a_choice_is_practised_with_options_of_its_own_order_and_ids(here: Room) -> None:
    quiz = here.quiz(
        """
        - id: pick
          type: choice
          text: "{{n}}: which one?"
          params: {n: {int: [1, 9]}}
          choices: [{text: this, correct: true}, {text: that, because: mixed-up, say: "Not that."}]
        """
    )
    practising = practice(here, quiz)
    review = practising.start(item("pick"))
    view = answered(practising, review, option(practising.view(review), "that"))
    assert view.tries[0].verdict is Verdict.WRONG and view.tries[0].feedback[0].en == "Not that."
    assert not view.done and view.public.points == 0
    assert answered(practising, review, option(view, "this")).done
    assert practising.reviewed(review).outcome is Outcome.HELPED


def test_a_question_that_was_left_is_gone_on_with_first_whether_it_is_due_or_new(here: Room) -> None:
    quiz = here.quiz(SUM)
    practising = practice(here, quiz)
    assert practising.plan().begun == ()
    practising.start(item("fixed"))
    here.clock.forward(**HOUR)
    review = practising.start(item("sum"))
    assert practising.plan().begun == (item("fixed"), item("sum"))
    assert practice(here, quiz, student="bob").plan().begun == ()
    answered(practising, review, right(practising.view(review)))
    assert practising.plan().begun == (item("fixed"),)
