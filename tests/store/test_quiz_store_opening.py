"""Opening a store: made where there is none, left alone where it is not ours or newer, and clear when it cannot be."""

from __future__ import annotations

import os
import sqlite3
import sys
import traceback
from datetime import timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from taking.quiz_desks import NOON

from grader.errors import UsageError
from grader.exercise import load_course
from grader.store import StoreUnavailable, course_key, open_store
from grader.store.place import FILE_NAME, data_folder, place_of
from grader.store.quizzes import Files, Named, find_quiz, keep_version
from grader.store.sqlite import is_network
from grader.store.store import Store
from grader.store.tables import SCHEMA, versions

NAMED = Named(course="c", name="quiz01")


def keep(store: Store, digest: str = "d" * 64, *, size: int = 10) -> None:
    files = Files(digest=digest, folder="/f", yaml=b"y" * size, code=None)
    store.write(lambda tx: keep_version(tx, NAMED, files, now=NOON))


def test_a_store_is_the_users_own_and_nobody_elses(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "er" / FILE_NAME
    with open_store(file) as store:
        keep(store)
        modes = {one.name: one.stat().st_mode & 0o777 for one in file.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_what_is_kept_survives_its_process_and_the_secret_is_drawn_once(tmp_path: Path) -> None:
    secrets = set()
    for _ in range(3):
        with open_store(tmp_path / "s") as store:
            secrets.add(store.seed_key())
    with open_store(tmp_path / "other") as store:
        secrets.add(store.seed_key())
    assert [len(one) for one in secrets] == [32, 32]


def test_commits_are_flushed_to_the_disk_in_a_log_with_foreign_keys_held(tmp_path: Path) -> None:
    with open_store(tmp_path / "s") as store:
        ask = {name: store.read(lambda tx, n=name: tx.row(sa.text(f"PRAGMA {n}"))[0]) for name in PRAGMAS}  # type: ignore[misc]
    assert ask == PRAGMAS


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0}


def test_a_place_is_named_by_an_option_then_the_variable_then_the_users_data(tmp_path: Path) -> None:
    assert place_of("here", {"DLGRADE_STORE": "there"}) == "here"
    assert place_of(None, {"DLGRADE_STORE": "there"}) == "there"
    if sys.platform != "win32":
        assert data_folder({"XDG_DATA_HOME": str(tmp_path)}) == tmp_path / "dlgrade"
        assert data_folder({"XDG_DATA_HOME": "relative"}) == Path.home() / ".local/share/dlgrade"


def test_a_named_course_keeps_its_key_when_it_is_moved(tmp_path: Path) -> None:
    keys = []
    for place in ("one", "two"):
        (tmp_path / place / "exercises").mkdir(parents=True)
        (tmp_path / place / "dlgrade.toml").write_text(
            'schema = "course/1"\nname = {en = "Nets", zh = "网络"}\n', "utf-8"
        )
        keys.append(course_key(load_course(tmp_path / place)))
    assert keys == ["name:Nets", "name:Nets"]


@pytest.mark.parametrize(
    "content", [b"not a database at all, but a long text" * 50, b"SQLite format 3\0" + b"\xff" * 2000]
)
def test_a_file_of_something_else_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(content)
    with pytest.raises((UsageError, StoreUnavailable)) as error:
        open_store(file)
    assert "notes.txt" in str(error.value) and file.read_bytes() == content


def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "other.sqlite"
    with sqlite3.connect(file) as raw:
        raw.execute("CREATE TABLE attempts (id)")
    before = file.read_bytes()
    with pytest.raises(UsageError, match="no store of dlgrade"):
        open_store(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("version", [f"{int(SCHEMA) + 1:04}", "9999", "beta\x1b[2J"])
def test_a_newer_store_is_refused_and_left_as_it_is(tmp_path: Path, version: str) -> None:
    file = tmp_path / "s"
    open_store(file).close()
    with sqlite3.connect(file) as raw:
        raw.execute("UPDATE alembic_version SET version_num = ?", (version,))
    with pytest.raises(UsageError, match="newer dlgrade") as error:
        open_store(file)
    assert "\x1b" not in str(error.value)
    with sqlite3.connect(file) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == (version,)


def test_a_damaged_store_is_said_to_be_and_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "s"
    with open_store(file) as store:
        keep(store, size=50_000)
    content = bytearray(file.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(StoreUnavailable, match="damaged") as error, open_store(file) as store:
        keep(store)
    assert file.read_bytes() == content
    says_how_to_rescue(error.value)


@pytest.mark.parametrize("lost", ["DELETE FROM alembic_version", "DROP TABLE alembic_version"])
def test_a_store_that_does_not_say_its_schema_is_damaged_and_not_touched(tmp_path: Path, lost: str) -> None:
    file = tmp_path / "s"
    open_store(file).close()
    with sqlite3.connect(file) as raw:
        raw.execute(lost)
    before = file.read_bytes()
    with pytest.raises(StoreUnavailable, match="damaged") as error:
        open_store(file)
    assert file.read_bytes() == before
    says_how_to_rescue(error.value)


def says_how_to_rescue(error: StoreUnavailable) -> None:
    """Hold that nobody is told that nothing is lost, where something is."""
    assert ".recover" in error.text.en and ".recover" in error.text.zh
    assert "Nothing that was kept is lost" not in error.text.en and "内容都在" not in error.text.zh


def killed_before_the_log(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a store as a process does that is killed between its tables and the switch to a write-ahead log."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("grader.store.opening.use_log", killed)
        open_store(file)
    assert journal(file) == "delete"


def journal(file: Path) -> str:
    with sqlite3.connect(file) as raw:
        return str(raw.execute("PRAGMA journal_mode").fetchone()[0])


def test_a_store_whose_maker_was_killed_gets_its_log_from_whoever_opens_it_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_before_the_log(tmp_path / "s", monkeypatch)
    open_store(tmp_path / "s").close()
    assert journal(tmp_path / "s") == "wal"


def test_a_store_that_somebody_is_reading_is_opened_without_a_log_and_keeps_its_patience(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "s"
    killed_before_the_log(file, monkeypatch)
    monkeypatch.setattr("grader.store.sqlite._WAL_WAIT_S", 0.05)
    with sqlite3.connect(file, isolation_level=None) as raw:
        raw.execute("BEGIN")
        raw.execute("SELECT * FROM quizzes").fetchall()
        with open_store(file) as store:
            assert store.read(lambda tx: find_quiz(tx, NAMED)) is None
            assert store.read(lambda tx: tx.row(sa.text("PRAGMA busy_timeout"))[0]) == 20_000
    assert journal(file) == "delete"


def test_a_network_disk_gets_no_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.store.sqlite.is_network", lambda _: True)
    open_store(tmp_path / "s").close()
    assert journal(tmp_path / "s") == "delete"


def test_moments_are_kept_in_utc_wherever_they_were_measured(tmp_path: Path) -> None:
    east = NOON.astimezone(timezone(timedelta(hours=8)))
    with open_store(tmp_path / "s") as store:
        files = Files(digest="d", folder="/f", yaml=b"y", code=None)
        store.write(lambda tx: keep_version(tx, NAMED, files, now=east))
        (seen,) = store.read(lambda tx: tx.row(sa.select(versions.c.seen_at)))
    with sqlite3.connect(tmp_path / "s") as raw:
        assert raw.execute("SELECT seen_at FROM versions").fetchone()[0].startswith("2026-05-04 12:00:00")
    assert (seen, seen.utcoffset()) == (NOON, timedelta(0))


def test_an_empty_file_that_a_killed_process_left_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "s").touch()
    with open_store(tmp_path / "s") as store:
        keep(store)
        assert store.read(lambda tx: find_quiz(tx, NAMED)) is not None


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    """SQLite's own limit of pages stands for the disk: it reports the same error."""
    with open_store(tmp_path / "s") as store:
        keep(store)
        store.read(lambda tx: tx.row(sa.text("PRAGMA max_page_count = 1")))
        with pytest.raises(StoreUnavailable, match="The disk is full") as error:
            keep(store, "e" * 64, size=1_000_000)
        assert error.value.fault == "grader"
        kept = store.read(lambda tx: find_quiz(tx, NAMED))
        assert kept is not None and kept.digest == "d" * 64


@pytest.mark.skipif(sys.platform != "linux", reason="needs a folder in which nobody can make anything: /proc")
def test_a_place_that_cannot_be_written_is_refused_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--store"):
        open_store("/proc/here/quizzes.sqlite")
    with pytest.raises(UsageError, match="is not a file"):
        open_store(tmp_path)


def test_a_store_that_may_only_be_read_is_said_to_be(tmp_path: Path) -> None:
    with open_store(tmp_path / "s") as store:
        keep(store)
        store.read(lambda tx: tx.do(sa.text("PRAGMA query_only = 1")))
        with pytest.raises(StoreUnavailable, match="read-only"):
            keep(store, "e" * 64)


@pytest.mark.parametrize(
    "address", ["postgresql+nothing://u:hunter2@h/d", "what://x", "sqlite://", "sqlite:///:memory:"]
)
def test_an_address_that_cannot_be_used_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(UsageError) as error:
        open_store(address)
    assert "hunter2" not in str(error.value)


def test_an_address_of_sqlite_is_that_file(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/s") as store:
        keep(store)
    assert (tmp_path / "s").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("kind", "network"), [("ext4", False), ("nfs4", True), ("cifs", True), ("tmpfs", False)])
def test_a_network_disk_is_known_by_its_mount(tmp_path: Path, kind: str, *, network: bool) -> None:
    inside = os.path.realpath(tmp_path)
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        f"1 0 8:1 / / rw - overlay overlay rw\n2 1 0:5 / {inside} rw shared:1 - {kind} server:/home rw\n"
        "3 1 0:6 / /elsewhere rw - nfs4 server:/x rw\n"
    )
    assert is_network(tmp_path / "s", mounts) == network
    assert not is_network(tmp_path / "s", tmp_path / "nothing here")


def test_no_statement_of_the_database_and_no_value_is_told_in_an_error(tmp_path: Path) -> None:
    with open_store(tmp_path / "s") as store:
        keep(store)

        def work(tx: object) -> None:
            tx.do(sa.text("INSERT INTO attempts (id) VALUES ('a secret') RETURNING nothing"))  # type: ignore[attr-defined]

        with pytest.raises(StoreUnavailable) as error:
            store.write(work)
    assert "secret" not in str(error.value) and "secret" not in error.value.text.zh


def test_no_parameter_of_a_statement_is_in_the_traceback_of_its_error(tmp_path: Path) -> None:
    """A log may hold it, and an answer is such a parameter."""
    answer = "-".join(("an", "answer"))  # the traceback quotes this file
    with open_store(tmp_path / "s") as store, pytest.raises(StoreUnavailable) as error:
        store.write(lambda tx: tx.do(sa.text("INSERT INTO nowhere VALUES (:key)").bindparams(key=answer)))
    told = "".join(traceback.format_exception(error.value))
    assert "INSERT INTO nowhere" in told, "the traceback does show the statement"
    assert answer not in told


def test_a_server_that_is_not_reached_is_told_with_the_way_out(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreUnavailable) as error:
        open_store(f"postgresql+psycopg://ada:hunter2@/d?host={tmp_path}")
    assert "DLGRADE_STORE" in str(error.value) and "DLGRADE_STORE" in error.value.text.zh
    assert "hunter2" not in str(error.value)
