"""The attack suite itself: its monitors see what is gained, and its naive grader is naive, not broken."""

from __future__ import annotations

import base64
import os
import sys
from pathlib import Path

import pytest

from attacks.arena import Arena
from attacks.canaries import Canaries
from attacks.case import CASES, Gain, Via, read_case
from attacks.naive_run import FULL, Naive, gains
from attacks.table import NAIVE, Board
from attacks.trial import Opponents
from grader.records import Isolation

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the arena and its attacks are Linux's")


@pytest.mark.parametrize(
    "shown",
    [
        lambda secret: f"found {secret}!",
        lambda secret: secret[::-1],
        lambda secret: secret.encode().hex().upper(),
        lambda secret: base64.b64encode(secret.encode()).decode(),
        lambda secret: base64.b64encode(b"xy" + secret.encode() + b"z").decode(),
        lambda secret: "\n    ".join((secret[:9], secret[9:])),
    ],
    ids=["plain", "backwards", "hexadecimal", "base64", "base64-within", "broken-over-lines"],
)
def test_a_secret_is_found_however_it_is_shown(shown) -> None:
    canaries = Canaries()
    assert canaries.shown_in(shown(canaries.home)) == ["home"]


def test_no_secret_is_found_where_there_is_none() -> None:
    assert Canaries().shown_in("kanari-0123456789abcdef 2222.0625") == []


@linux_only
@pytest.mark.parametrize(
    ("name", "gained"),
    [
        ("01_open_hidden_tests", "shows the secret of tests"),
        ("01_use_the_reference", "earned 3.0"),
        ("08_over_the_network", "reached the listener on TCP"),
        ("18_overwrite_the_tests", "changed solutions"),
    ],
)
def test_where_files_and_sockets_are_open_the_monitors_see_the_gain(
    opponents: Opponents, name: str, gained: str
) -> None:
    found = opponents.at(Isolation.PROCESS).try_case(read_case(CASES / f"{name}.py"))
    assert any(one.startswith(gained) for one in found), found


@linux_only
def test_an_outcome_that_is_not_the_required_one_is_a_finding(opponents: Opponents, tmp_path: Path) -> None:
    text = (CASES / "20_exit_in_a_test.py").read_text(encoding="utf-8")
    other = tmp_path / "20_other.py"
    other.write_text(text.replace('outcome = "crashed"', 'outcome = "timeout"'), encoding="utf-8")
    found = opponents.at(Isolation.PROCESS).try_case(read_case(other))
    assert found == ["not ['timeout']: test_standardise_shown crashed, test_standardise crashed"]


@linux_only
def test_damage_is_seen_once_and_put_right(arena: Arena) -> None:
    hidden = arena.solutions("exercise90_lab") / "test_hidden.py"
    before = hidden.read_bytes()
    hidden.write_text("")
    (arena.outside / "folder").mkdir()
    (arena.outside / "folder" / "link").symlink_to(hidden)
    assert arena.damage() == [
        "made outside/folder",
        "made outside/folder/link",
        "changed solutions/exercise90_lab/test_hidden.py",
    ]
    assert arena.damage() == []
    assert hidden.read_bytes() == before


@linux_only
def test_a_bystander_that_dies_is_seen(arena: Arena) -> None:
    os.kill(arena.bystander.pid, 9)
    arena.bystander.wait()
    assert arena.damage() == ["ended a bystander (status -9)"]
    assert arena.bystander.poll() is None


# Points that depend on the machine's load; and what crosses no pipe: changes in place, graphs, functions of the test.
UNSURE = {
    "exercise90_lab": 0.0,
    "exercise91_timed": 2.0,
    "exercise92_frugal": 2.0,
    "exercise93_parts": 0.0,
    "exercise94_sloped": 0.0,
    "exercise95_walked": 0.0,
}
NOT_APART = {"exercise90_lab": 2.0, "exercise93_parts": 3.0, "exercise94_sloped": 2.0, "exercise95_walked": 2.0}


@linux_only
@pytest.mark.parametrize("via", list(Via))
@pytest.mark.parametrize("exercise", FULL)
def test_an_honest_submission_gains_nothing_on_the_naive_grader_but_its_marks(
    arena: Arena, naive: Naive, exercise: str, via: Via
) -> None:
    work = arena.desk / "work.py"
    work.write_text(arena.honest(exercise), encoding="utf-8")
    run = naive.run(work, exercise=exercise, via=via)
    assert run.earned >= FULL[exercise] - UNSURE[exercise] - (NOT_APART.get(exercise, 0.0) if via is Via.APART else 0.0)
    assert gains(run, arena, earns=FULL[exercise]) == {gain: [] for gain in Gain}


@linux_only
@pytest.mark.parametrize("via", list(Via))
def test_a_wrong_submission_gains_nothing_on_the_naive_grader(arena: Arena, naive: Naive, via: Via) -> None:
    work = arena.desk / "work.py"
    work.write_text("def standardise(x):\n    return x\n", encoding="utf-8")
    run = naive.run(work, exercise="exercise90_lab", via=via)
    assert gains(run, arena, earns=0.0) == {gain: [] for gain in Gain}


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ('gain = "crown"', "is not a valid Gain"),
        ('outcome = "sunk"', "unknown outcomes"),
        ("naive = false", "a sentence"),
        ("class = 12", "does not fit"),
        ("colour = 1", "unknown keys"),
    ],
)
def test_a_header_that_says_nonsense_is_refused(tmp_path: Path, changed: str, wrong: str) -> None:
    key = changed.partition(" ")[0]
    lines = (CASES / "13_exception_text.py").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(f"# {key} = ")]
    kept.insert(kept.index("# /// attack") + 1, f"# {changed}")
    file = tmp_path / "13_exception_text.py"
    file.write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(ValueError, match=wrong):
        read_case(file)


def test_the_table_counts_what_held() -> None:
    board = Board()
    for name, held in (("13_a", True), ("13_b", False)):
        board.add(13, name, "strong", as_it_should=held)
    board.add(13, "13_a", NAIVE, as_it_should=True)
    lines = list(board.lines(["strong", "gvisor"]))
    assert lines[1] == "Reading secrets"
    assert lines[2].split()[-4:] == ["2", "1/2", "-", "1/1"]


def test_no_table_is_drawn_where_no_attack_ran() -> None:
    assert list(Board().lines(["strong"])) == []
