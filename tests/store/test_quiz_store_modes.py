"""A store that others could look into, or put there for somebody, is not used without a word."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.store import open_store

if sys.platform == "win32":
    pytest.skip("Windows has no modes and no user numbers", allow_module_level=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "store.sqlite"
    open_store(found).close()
    return found


def modes(file: Path) -> dict[str, int]:
    return {one.name: one.stat().st_mode & 0o777 for one in file.parent.iterdir()}


@pytest.mark.parametrize("mode", [0o666, 0o644, 0o660, 0o604])
def test_a_file_that_others_may_open_is_closed_to_them_and_that_is_told(file: Path, mode: int) -> None:
    with open_store(file) as store:
        assert store.notes == ()
        store.seed_key()
        for one in file.parent.iterdir():  # with its log
            one.chmod(mode)
        with open_store(file) as again:
            (note,) = again.notes
            assert set(modes(file).values()) == {0o600}
    assert f"{file} could be opened by other accounts ({mode:o})" in note.en and note.zh != note.en
    with open_store(file) as store:
        assert store.notes == ()


def test_an_empty_file_that_was_laid_there_open_is_closed_too(tmp_path: Path) -> None:
    laid = tmp_path / "laid.sqlite"
    laid.touch()
    laid.chmod(0o666)
    with open_store(laid) as store:
        assert store.notes and laid.stat().st_mode & 0o777 == 0o600


def test_a_file_of_another_account_is_refused_to_all_but_root(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.chmod(0o666)
    owner = file.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(UsageError) as caught:
        open_store(file)
    assert f"{file} belongs to another account ({owner})" in caught.value.text.en
    assert "DLGRADE_STORE" in caught.value.text.en and caught.value.text.zh != caught.value.text.en
    assert file.stat().st_mode & 0o777 == 0o666, "left as it is"
    monkeypatch.setattr(os, "geteuid", lambda: 0)  # who looks after everybody's, also where numbers are a container's
    open_store(file).close()


def test_a_disk_without_modes_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.chmod(0o666)
    monkeypatch.setattr(Path, "chmod", lambda *_: None)  # as such a disk takes it: it says yes and does nothing
    with open_store(file) as store:
        (note,) = store.notes
    assert "its disk knows no permissions" in note.en
