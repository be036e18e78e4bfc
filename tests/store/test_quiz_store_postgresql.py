"""The same rules on PostgreSQL, where DLGRADE_TEST_POSTGRESQL names an empty database for it to use and empty again.

For example postgresql+psycopg://user@/name?host=/run/postgresql, with psycopg installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from taking.quiz_desks import NOON, TEACHER, THREE, Clock, Room

from grader.store import StoreUnavailable, Transaction, open_store, tables
from grader.store.migrating import bring_up
from grader.store.quizzes import Files, Named, find_quiz, keep_version
from grader.taking.desk import Desk
from grader.taking.extending import More
from grader.taking.practice.memory import AGAIN_AFTER
from grader.taking.practice.plan import Item
from grader.taking.practice.practice import Practice
from grader.taking.views import Taken

ADDRESS = os.environ.get("DLGRADE_TEST_POSTGRESQL", "")
pytestmark = pytest.mark.skipif(not ADDRESS, reason="DLGRADE_TEST_POSTGRESQL names no database")


@pytest.fixture
def engine() -> Iterator[sa.Engine]:
    engine = sa.create_engine(ADDRESS)
    yield engine
    tables.whole().drop_all(engine)
    engine.dispose()


@pytest.fixture
def at(engine: sa.Engine, tmp_path: Path) -> Iterator[Room]:
    clock = Clock()
    with open_store(ADDRESS) as store, Desk(store, clock=clock) as desk:
        yield Room(desk=desk, clock=clock, folder=tmp_path)


def at_once(works: list[Callable[[], object]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def test_a_quiz_is_taken_extended_and_marked_again(at: Room) -> None:
    quiz = at.quiz()
    attempt = at.begin(quiz)
    assert at.answer(attempt, 1, "3").taken is Taken.CHECKED
    assert at.answer(attempt, 2, "4").taken is Taken.KEPT
    assert len(at.desk.hint(attempt.id, 1).hints) == 1
    assert at.desk.submit(attempt.id).score == 1
    mended = at.quiz('- {id: later, type: number, text: "2 + 2?", answer: "4"}', None, "closes: 2026-06-01T00:00Z")
    extended = at.desk.extend(mended, "ada", More(until=at.clock.now + timedelta(days=60)), by=TEACHER)
    assert extended.closes == at.clock.now + timedelta(days=60)
    assert [one.where.question for one in at.desk.regrade(mended, by=TEACHER).left] == ["now"]


def test_those_who_meet_have_one_attempt_and_one_try(at: Room) -> None:
    quiz = at.quiz()
    ids: list[str] = []
    at_once([lambda: ids.append(at.desk.begin(quiz, "ada").id)] * 6)
    assert len(ids) == 6 and len(set(ids)) == 1
    at.desk.question(ids[0], 1)
    taken: list[Taken] = []
    at_once([lambda: taken.append(at.desk.answer(ids[0], 1, "7", after=0).taken)] * 6)
    assert sorted(taken) == [Taken.CHECKED] + [Taken.OVERTAKEN] * 5
    assert len(at.desk.question(ids[0], 1).tries) == 1


def test_teachers_who_grant_different_things_at_once_both_have_granted_them(at: Room) -> None:
    quiz = at.quiz(THREE, None, "time-limit: 20min", "retakes: 0")
    for number in range(12):
        student, both = f"student{number}", threading.Barrier(2)

        def grant(more: More, student: str = student, both: threading.Barrier = both) -> None:
            both.wait()
            at.desk.extend(quiz, student, more, by=TEACHER)

        at_once([partial(grant, More(extra=timedelta(minutes=5))), partial(grant, More(attempts=2))])
        found = at.desk.extend(quiz, student, More(extra=timedelta(minutes=5)), by=TEACHER)
        assert (found.extra, found.attempts) == (timedelta(minutes=5), 2)


def test_a_read_sees_one_state_and_writes_nothing(engine: sa.Engine) -> None:
    named = Named(course="c", name="q")
    files = Files(digest="d", folder="/f", yaml=b"y", code=None)
    with open_store(ADDRESS) as store, open_store(ADDRESS) as other:

        def look(tx: Transaction) -> list[bool]:
            first = find_quiz(tx, named) is None
            other.write(lambda own: keep_version(own, named, files, now=NOON))
            return [first, find_quiz(tx, named) is None]

        assert store.read(look) == [True, True]
        assert store.read(lambda tx: find_quiz(tx, named)) is not None
        with pytest.raises(StoreUnavailable, match="read-only"):
            store.read(lambda tx: keep_version(tx, Named(course="c", name="r"), files, now=NOON))


_OPENER = """
import sys
from grader.store import open_store, opening
found = opening._found
def slow(*arguments):
    answer = found(*arguments)
    print(answer, flush=True)
    if len(told) == 0:
        told.append(answer)
        sys.stdin.readline()  # both have seen that there is nothing yet
    return answer
told = []
opening._found = slow
open_store(sys.argv[1]).close()
"""


@pytest.mark.parametrize("older", [False, True])
def test_processes_that_open_a_new_or_an_older_store_at_once_make_one(engine: sa.Engine, *, older: bool) -> None:
    if older:
        with engine.begin() as connection:
            bring_up(connection, target="0001")
    command = [sys.executable, "-c", _OPENER, ADDRESS]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for one in running:
        assert one.stdout is not None and one.stdout.readline() == ("0001\n" if older else "None\n")
    for one in running:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    assert [(one.communicate()[1], one.returncode) for one in running] == [("", 0), ("", 0)]


def test_practice_remembers_what_went_wrong(at: Room) -> None:
    quiz = at.quiz('- {id: sum, type: number, text: "{{n}}?", params: {n: {int: [1, 9]}}, answer: "{{n}}"}')
    practising = Practice(at.desk, "ada", [quiz])
    review = practising.start(Item(quiz="quiz01", question="sum"))
    for tried in range(2):
        practising.answer(review, "-5", after=tried)
    assert practising.reviewed(review).due_at == at.clock.now + AGAIN_AFTER


def test_an_older_store_is_brought_up_to_the_same_tables(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        bring_up(connection, target="0001")
    open_store(ADDRESS).close()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.whole()) == []
