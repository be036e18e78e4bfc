"""How often the store is asked on the way to a first question: each statement is waited for by a student."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from taking.quiz_desks import Room, room

from grader.taking import desk as desks

COUNT = 45  # transactions and statements together; who needs one more says here what for


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Room]:
    with room(tmp_path) as one:
        yield one


@contextmanager
def counted(at: Room) -> Iterator[list[str]]:
    """Give a list of what the database is asked in the block."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    engine = at.desk.clerk.store._engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def first_question(at: Room, count: int) -> list[str]:
    """Return what is asked until somebody new sees the first of `count` questions."""
    questions = "\n".join(f'- {{id: q{place}, type: number, text: "{place}?", answer: "1"}}' for place in range(count))
    quiz = at.quiz(questions)
    at.begin(quiz, "somebody before")
    with room(at.folder, at.clock) as fresh, counted(fresh) as asked:  # as in a process of its own
        fresh.desk.overview("ada", [quiz])
        attempt = fresh.begin(quiz)
        fresh.desk.question(attempt.id, 1)
    return asked


def test_a_first_question_takes_so_many_statements_and_no_more_of_a_longer_quiz(at: Room, tmp_path: Path) -> None:
    with room(tmp_path / "other") as other:
        short, long = first_question(at, 2), first_question(other, 30)
    assert (len(short), len(long)) == (COUNT, COUNT)


def test_a_variant_that_was_just_stored_is_not_read_back(at: Room) -> None:
    attempt = at.begin(at.quiz())
    with counted(at) as first:
        shown = at.desk.question(attempt.id, 1)
    with counted(at) as again:
        assert at.desk.question(attempt.id, 1) == shown
    written = [one for one in first if not one.startswith(("SELECT", "BEGIN"))]
    assert len(written) == 3  # the two halves, and that there is no fault
    assert len(first) <= len(again) + 7


def test_what_was_to_be_drawn_ahead_asks_nothing_when_the_desk_is_closed_first(
    at: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "_AFTER_S", 20.0)
    attempt = at.begin(at.quiz())
    with counted(at) as asked:
        at.desk.draw_ahead(attempt.id, 1)
        at.desk.close()
    assert asked == []
