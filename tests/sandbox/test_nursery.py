"""Examiners are forks of the nursery, which has imported what they need; no child has any of it, and none is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from exams import Exams
from living import alive, assert_gone, children, linux_only, stat_of, wait_for

from grader import pipeline
from grader.pipeline import _AHEAD, _LATER, Grader
from grader.report import Status

pytestmark = linux_only

RIGHT = "import sys\n\n\ndef one():\n    return 1\n\n\ndef modules():\n    return sorted(sys.modules)\n"
TELLS = """
import pathlib, sys
def test_it(student):
    assert student.one() == 1
    pathlib.Path(__file__).with_name("modules").write_text("\\n".join(sys.modules))
"""


@pytest.fixture
def exams(tmp_path: Path) -> Iterator[Exams]:
    """Exams on a base of their own."""
    with Grader() as grader:
        yield Exams(grader, tmp_path)


def base_of(exams: Exams) -> int:
    return exams.grader._warm._process.pid  # type: ignore[union-attr]


def nursery_of(exams: Exams) -> int:
    """Return the child of the base that is left when no slot is open."""
    for examiner in exams.grader._examiners.values():
        examiner.control.close()
    exams.grader._examiners.clear()
    wait_for(lambda: len(children(base_of(exams))) == 1)
    (nursery,) = children(base_of(exams))
    return nursery


def examine(exams: Exams, tests: str, *, preload: tuple[str, ...] = ()) -> None:
    """Examine a right submission in a new slot, at the first try."""
    report = exams.examine(replace(exams.exercise(tests, reference=RIGHT), preload=preload), RIGHT)
    assert report.status is Status.FULL, (report.problem, report.tests)
    assert report.attempts == 1


def test_an_examiner_imports_nothing_of_ours_that_the_nursery_had_not(exams: Exams, tmp_path: Path) -> None:
    examine(exams, TELLS)
    found = set(next(tmp_path.rglob("modules")).read_text().split())
    names = ("torch", "numpy.random", "grader.sandbox.base", "grader.sandbox.slots", *_AHEAD)
    code = f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\nprint(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    had = set(told.stdout.split())
    assert "_pytest.python" in had
    ours = {name for name in found - had if name.split(".")[0] in ("grader", "_pytest", "hypothesis")}
    assert ours == set()


def test_a_third_examiner_has_what_only_some_exercises_need(exams: Exams) -> None:
    has_it = "import sys\ndef test_it(student): assert ({name!r} in sys.modules) is {is_there}\n"
    for is_there in (False, False, True):
        examine(exams, has_it.format(name=_LATER[0], is_there=is_there))


def test_a_child_has_none_of_it(exams: Exams) -> None:
    tests = (
        "def test_it(student):\n    had = student.modules()\n    assert 'torch' in had\n"
        "    for name in had: assert name.split('.')[0] not in ('pytest', '_pytest', 'hypothesis'), name\n"
        "    for name in had: assert not name.startswith(('grader.examination', 'grader.diagnosis')), name\n"
    )
    for _ in range(3):  # slots; the nursery has imported all by the last
        examine(exams, tests)


def test_examiners_come_of_one_nursery_and_are_the_bases_own(exams: Exams) -> None:
    examine(exams, "def test_it(student): assert student.one() == 1")
    nursery = nursery_of(exams)
    examine(exams, "def test_more(student): assert student.one() == 1")
    (examiner, zygote) = sorted(children(base_of(exams)) - {nursery})
    assert children(nursery) == set()
    assert alive(examiner)
    assert alive(zygote)
    assert nursery_of(exams) == nursery


def test_other_modules_to_preload_take_another_nursery(exams: Exams) -> None:
    examine(exams, "def test_it(student): assert student.one() == 1")
    first = nursery_of(exams)
    tests = "import sys\ndef test_it(student): assert {name!r} in sys.modules"
    examine(exams, tests.format(name="numpy.ma"), preload=("numpy.ma",))
    second = nursery_of(exams)
    assert second != first
    assert not alive(first)
    examine(exams, tests.format(name="numpy.ma"), preload=("numpy.ma",))
    examine(exams, "def test_it(student): assert student.one() == 1")  # which needs less than there is
    assert nursery_of(exams) == second


def test_a_nursery_that_was_killed_is_replaced_with_the_base(exams: Exams) -> None:
    examine(exams, "def test_it(student): assert student.one() == 1")
    base = base_of(exams)
    os.kill(nursery_of(exams), signal.SIGKILL)
    examine(exams, "def test_more(student): assert student.one() == 1")  # the exam itself was tried once
    assert base_of(exams) != base
    assert_gone({base})


def test_the_zygote_has_closed_what_is_forbidden_before_a_child_is_asked_for(exams: Exams) -> None:
    told = RIGHT + "\nfrom grader.sandbox import tripwire\nprint(sorted(tripwire._SET.ahead))\n"
    exercise = exams.exercise("def test_it(student): assert student.one() == 1", reference=RIGHT)
    report = exams.examine(replace(exercise, forbid=("torch.relu", "numpy.linalg.*", "os.fork")), told)
    assert report.output.strip() == "['numpy.linalg', 'torch']"


@pytest.mark.parametrize("pattern", ["socket.socket", "io.open", "os.*", "torch._dynamo.*"])
def test_to_forbid_what_the_zygote_itself_calls_breaks_no_exam(exams: Exams, pattern: str) -> None:
    student = "def one():\n    return 1\n"
    exercise = exams.exercise("def test_it(student): assert student.one() == 1", reference=student)
    report = exams.examine(replace(exercise, forbid=(pattern,)), student)
    assert (report.status, report.attempts) == (Status.FULL, 1), report.problem


def test_what_the_nursery_imports_is_collected_as_ever(exams: Exams) -> None:
    examine(exams, "import gc\ndef test_it(student): assert gc.isenabled()")


def test_no_process_is_left_to_be_collected(exams: Exams) -> None:
    for preload in ((), (), ("numpy.ma",)):
        examine(exams, "def test_it(student): assert student.one() == 1", preload=preload)
    base = base_of(exams)
    ours = {base, *children(base)}
    wait_for(
        lambda: not _dead_children_of(ours)
    )  # an examiner collects its exam's fork when it has told what that found


def _dead_children_of(parents: set[int]) -> set[int]:
    numbers = (int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit())
    fields = {number: stat_of(number) for number in numbers}
    return {number for number, found in fields.items() if found and found[0] == "Z" and int(found[1]) in parents}


def test_a_nursery_ends_with_its_base_even_when_it_is_stopped(exams: Exams) -> None:
    examine(exams, "def test_it(student): assert student.one() == 1")
    base, nursery = base_of(exams), nursery_of(exams)
    os.kill(nursery, signal.SIGSTOP)
    os.kill(base, signal.SIGKILL)
    assert_gone({base, nursery})


def test_what_cannot_be_imported_later_costs_no_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "_LATER", ("no_such_module",))
    with Grader() as grader:
        exams = Exams(grader, tmp_path)
        for number in range(3):
            examine(exams, f"def test_{number}(student): assert student.one() == 1")
            if number == 0:
                base = base_of(exams)
        assert base_of(exams) == base
        wait_for(lambda: "no_such_module" in grader._warm.last_words())  # type: ignore[union-attr]
