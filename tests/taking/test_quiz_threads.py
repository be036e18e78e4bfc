"""One desk and many threads: nobody's process ends under a hand, few are kept, and none outlives its desk."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from quiz.quiz_folders import quiz_in
from taking.quiz_desks import Room, room

from grader.errors import Closed
from grader.quiz.authored import Quiz
from grader.quiz.generators import Call, Generators
from grader.taking.shelf import MAX_CHILDREN

COMPUTED = '- {id: one, type: number, text: "{{n}}?", params: {n: {code: f}}, answer: "{{n}}"}'
CODE = "def f(p, rng):\n    return {number}\n"
SLOW = "import time\n\ndef f(p, rng):\n    time.sleep(60)\n"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Room]:
    with room(tmp_path) as one:
        yield one


def computed(folder: Path, number: int, code: str = CODE) -> Quiz:
    """Return a quiz of its own, in that its function returns another number."""
    return quiz_in(folder / str(number), COMPUTED, code.replace("{number}", str(number)))


def is_running(generators: Generators) -> bool:
    return generators._child is not None and generators._child._process.poll() is None


def called(generators: Generators) -> int:
    result = generators.call(Call(function="f", params={}, seed=b"s"))
    assert isinstance(result, int)
    return result


def test_a_process_ends_for_another_only_when_nobody_uses_it(at: Room, tmp_path: Path) -> None:
    shelf, quizzes = at.desk.clerk.shelf, [computed(tmp_path, number) for number in range(1, MAX_CHILDREN + 3)]
    found = []
    with shelf.lent(quizzes[0]) as used:
        assert called(used) == 1
        for number, quiz in enumerate(quizzes[1:], 2):
            with shelf.lent(quiz) as generators:
                assert called(generators) == number
                found.append(generators)
        assert is_running(used) and called(used) == 1
        assert [is_running(one) for one in found] == [False, False, True, True, True]
    with shelf.lent(quizzes[0]) as again:
        assert again is used


def test_processes_that_are_all_in_use_are_more_for_that_while_and_then_few_again(at: Room, tmp_path: Path) -> None:
    shelf, barrier = at.desk.clerk.shelf, threading.Barrier(MAX_CHILDREN + 2)

    def use(number: int) -> tuple[int, Generators]:
        with shelf.lent(computed(tmp_path, number)) as generators:
            result = called(generators)
            barrier.wait(20)
            return result, generators

    with ThreadPoolExecutor(barrier.parties) as threads:
        found = list(threads.map(use, range(barrier.parties)))
    assert [number for number, _ in found] == list(range(barrier.parties))
    assert sum(is_running(generators) for _, generators in found) == MAX_CHILDREN


def test_threads_take_more_quizzes_than_there_are_processes_and_every_question_is_drawn(
    at: Room, tmp_path: Path
) -> None:
    quizzes = [computed(tmp_path, number) for number in range(1, MAX_CHILDREN + 3)]

    def take(number: int) -> str:
        attempt = at.desk.begin(quizzes[number % len(quizzes)], f"student {number}")
        return at.desk.question(attempt.id, 1).public.text.en

    with ThreadPoolExecutor(len(quizzes)) as threads:
        shown = list(threads.map(take, range(2 * len(quizzes))))
    assert shown == [f"{number % len(quizzes) + 1}?" for number in range(2 * len(quizzes))]
    with sqlite3.connect(at.file) as raw:
        assert raw.execute("SELECT count(*) FROM places WHERE fault IS NOT NULL").fetchone() == (0,)


def test_a_closed_desk_lends_nothing_and_keeps_no_process(at: Room, tmp_path: Path) -> None:
    quiz = computed(tmp_path, 1)
    with at.desk.clerk.shelf.lent(quiz) as generators:
        called(generators)
        at.desk.close()
        assert not is_running(generators)
        with pytest.raises(Closed):
            called(generators)
    with pytest.raises(Closed):
        at.desk.prepare(quiz)
    adopted = Generators(quiz)
    adopted.prepare()
    at.desk.adopt(quiz, adopted)
    assert not is_running(adopted) and not is_running(generators)


def test_who_draws_when_the_desk_is_closed_is_told_that_and_no_fault_is_kept(at: Room, tmp_path: Path) -> None:
    """Nobody waits for a function that hangs: its call ends when the desk does."""
    attempt = at.begin(computed(tmp_path, 1, SLOW))
    lent, told = at.desk.clerk.shelf.lent, []

    def draw() -> None:
        try:
            at.desk.question(attempt.id, 1)
        except BaseException as error:
            told.append(type(error))

    thread = threading.Thread(target=draw)
    with lent(computed(tmp_path, 1, SLOW)) as generators:
        thread.start()
        while thread.is_alive() and not generators._is_ready:  # it is in the call, or just before it
            thread.join(0.01)
        at.desk.close()
        thread.join(60)
    assert told == [Closed]
    with sqlite3.connect(at.file) as raw:
        assert raw.execute("SELECT fault FROM places").fetchall() == [(None,)]


@pytest.mark.parametrize("when", ["at once", "in the call"])
def test_what_is_drawn_ahead_is_there_or_nothing_is_when_the_desk_is_closed(
    at: Room, tmp_path: Path, when: str
) -> None:
    quiz = computed(tmp_path, 1, SLOW)
    attempt = at.begin(quiz)
    with at.desk.clerk.shelf.lent(quiz) as generators:
        at.desk.draw_ahead(attempt.id, 1)
        while when == "in the call" and not generators._is_ready:
            at.desk._ahead[0].join(0.01)
            assert at.desk._ahead[0].is_alive()
        at.desk.close()
    assert not [one for one in threading.enumerate() if one.name == "draws ahead"]
    with sqlite3.connect(at.file) as raw:
        assert raw.execute("SELECT fault FROM places").fetchall() == [(None,)]


def test_an_answer_that_was_being_marked_when_the_desk_closed_is_marked_at_the_next_look(
    at: Room, tmp_path: Path
) -> None:
    attempt = at.begin(at.quiz('- {id: a, type: expression, text: "?", answer: "x^2 + 1", variables: {x: [1, 2]}}'))
    at.desk.question(attempt.id, 1)
    at.desk.close()
    with pytest.raises(Closed):
        at.desk.answer(attempt.id, 1, "1 + x^2", after=0)
    with room(tmp_path, at.clock) as later:
        (one,) = later.desk.question(attempt.id, 1).tries
    assert one.share == 1
