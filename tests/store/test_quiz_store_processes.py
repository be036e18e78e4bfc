"""Several processes at one store, and kill -9: nothing that was told to be kept is lost, nothing is kept by half."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from taking.quiz_desks import NOON

from grader.store import open_store
from grader.store.answers import TryRow, add_try, done_in, put_mark
from grader.store.attempts import AttemptRow, Phase, add_attempt
from grader.store.quizzes import Files, Named, keep_version
from grader.store.store import Store
from grader.store.tables import hints

# Adds numbered tries, each with a draft in the same transaction, and tells each one that is kept.
_WRITER = """
import sys
from datetime import UTC, datetime
from grader.store import open_store
from grader.store.answers import DraftRow, TryRow, add_try, done_in, put_draft
file, count = sys.argv[1], int(sys.argv[2])
now = datetime.now(UTC)
with open_store(file) as store:
    def work(tx):
        number = len(done_in(tx, "a").tries) + 1
        put_draft(tx, "a", DraftRow(place=1, response=str(number), saved_at=now))
        add_try(tx, "a", TryRow(place=1, number=number, at=now, response=str(number)))
        return number
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(count):
        print(store.write(work), flush=True)
"""


def writer(file: Path, count: int) -> subprocess.Popen[str]:
    """Start a process that writes when it is told to."""
    command = [sys.executable, "-c", _WRITER, str(file), str(count)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with open_store(tmp_path / "s") as store:
        begin(store)
    return tmp_path / "s"


def begin(store: Store) -> None:
    files = Files(digest="d", folder="/f", yaml=b"y", code=None)
    kept = store.write(lambda tx: keep_version(tx, Named(course="c", name="q"), files, now=NOON))
    row = AttemptRow(
        id="a", quiz=kept.id, version=kept.version, student="ada", number=1, phase=Phase.OPEN, begun_at=NOON,
        ended_at=None, time_limit_s=None,
    )  # fmt: skip
    store.write(lambda tx: add_attempt(tx, row, ["one"]))


def count(store: Store) -> int:
    return len(store.read(lambda tx: done_in(tx, "a")).tries)


def test_two_processes_at_once_lose_nothing_and_number_every_try_once(file: Path) -> None:
    running = [writer(file, 40) for _ in range(2)]
    for one in running:
        go(one)
    told = [int(number) for one in running for number in one.communicate()[0].split()]
    assert sorted(told) == list(range(1, 81))
    with open_store(file) as store:
        assert count(store) == 80


@pytest.mark.parametrize("told", [0, 11])
def test_a_process_killed_at_any_moment_leaves_all_of_a_transaction_or_nothing(file: Path, told: int) -> None:
    process = writer(file, 100_000)
    assert process.stdout is not None
    go(process)
    seen = [int(process.stdout.readline()) for _ in range(told)]
    process.kill()
    rest = process.communicate()[0].split("\n")
    seen += [int(number) for number in rest[:-1]]  # the last line may be cut
    with sqlite3.connect(file) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        numbers = [row[0] for row in raw.execute("SELECT number FROM tries ORDER BY number")]
        drafts = [int(row[0]) for row in raw.execute("SELECT response FROM drafts")]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= len(seen)
    assert drafts == numbers[-1:]
    with open_store(file) as store:
        assert count(store) == len(numbers)


_OPENER = """
import sys
from grader.store import open_store
print("ready", flush=True)
sys.stdin.readline()
with open_store(sys.argv[1]) as store:
    print(store.seed_key().hex(), "alembic" in sys.modules)
"""


def test_processes_that_open_a_new_store_at_once_make_one_and_without_alembic(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _OPENER, str(tmp_path / "new" / "s")]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for one in running:
        assert one.stdout is not None and one.stdout.readline() == "ready\n"
    for one in running:
        go(one)
    (said,) = {one.communicate()[0] for one in running}
    assert said.endswith(" False\n")
    assert {one.returncode for one in running} == {0}


def test_a_reader_does_not_wait_for_a_writer(file: Path) -> None:
    with open_store(file) as store, open_store(file) as other:

        def work(tx: object) -> int:
            add_try(tx, "a", TryRow(place=1, number=1, at=NOON, response="1"))  # type: ignore[arg-type]
            return count(other)

        assert store.write(work) == 0
        assert count(other) == 1


def test_no_rows_to_add_are_no_row(file: Path) -> None:
    with open_store(file) as store:
        store.write(lambda tx: tx.add_all(hints, []))
        assert store.read(lambda tx: tx.row(sa.select(hints))) is None


def test_what_fails_within_a_transaction_leaves_nothing_of_it(file: Path) -> None:
    with open_store(file) as store:

        def work(tx: object) -> None:
            add_try(tx, "a", TryRow(place=1, number=1, at=NOON, response="1"))  # type: ignore[arg-type]
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            store.write(work)
        assert count(store) == 0


def test_a_mark_is_kept_only_in_the_place_of_the_one_that_it_was_made_for(file: Path) -> None:
    """Of two that mark again at once, the later one does not undo what the first has done."""
    one = TryRow(place=1, number=1, at=NOON, response="1")
    with open_store(file) as store:
        store.write(lambda tx: add_try(tx, "a", one))

        def mark(new: str, *, instead_of: str | None) -> bool:
            return store.write(lambda tx: put_mark(tx, "a", replace(one, mark=new), instead_of=instead_of))

        assert mark("first", instead_of=None)
        assert not mark("late", instead_of=None)
        assert mark("second", instead_of="first")
        assert not mark("late", instead_of="first")
        assert [row.mark for row in store.read(lambda tx: done_in(tx, "a")).tries] == ["second"]


def test_a_transaction_within_a_transaction_is_a_mistake_of_ours(file: Path) -> None:
    with open_store(file) as store, pytest.raises(AssertionError):
        store.write(lambda _: store.write(lambda _: None))
