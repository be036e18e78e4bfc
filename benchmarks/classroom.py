"""A class of 200 that hands in real work: right and wrong, slow and hostile, as files, folders, archives, notebooks.

Made of what this checkout has: the references, rewritten as students would; the mistakes and cheats that the exercises
are proven with; the hostile submissions and the attacks of tests/. The same class each time.
"""

from __future__ import annotations

import ast
import itertools
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from benchmarks.workload import ROOT
from grader.exercise import load_course
from grader.exercise.solution import CHEATS, MISTAKES, solution_files
from grader.records import Exercise


class Kind(StrEnum):
    """What a submission is like."""

    RIGHT = "right"
    WRONG = "wrong"
    CHEAT = "cheat"
    HOSTILE = "hostile"
    SLOW = "slow"
    ENDLESS = "endless"


COMPOSITION = {  # 50 an exercise
    Kind.RIGHT: 22,
    Kind.WRONG: 18,
    Kind.CHEAT: 3,
    Kind.HOSTILE: 4,
    Kind.SLOW: 2,
    Kind.ENDLESS: 1,
}

_SUBMISSIONS = ROOT / "tests" / "submissions"
_CASES = ROOT / "tests" / "attacks" / "cases"
_WHOLE = ("fakes_report", "forks_without_end", "eats_memory", "segfault")  # these are made for exercise03
_ATTACKS = (
    "01_read_through_libc",
    "05_own_memory",
    "06_environment",
    "08_over_the_network",
    "16_other_students",
    "18_overwrite_results",
    "19_result_into_the_pipe",
    "20_exit_in_a_test",
    "21_thread_that_waits",
    "23_c_stdout",
    "27_trojan_on_the_path",
    "33_zero_the_inputs",
)
_ATTACK = "\n\ntry:\n    standardise(__import__('torch').ones(4))\nexcept Exception:\n    pass\n"
# The last public function of a module sleeps some milliseconds a call, which is allowed, or never comes back.
_DAWDLES = """

_quick = NAME


def NAME(*args, **kwargs):
    import time
    time.sleep(PAUSE_S)
    return _quick(*args, **kwargs)
"""
_HANGS = "\n\ndef NAME(*args, **kwargs):\n    while True:\n        pass\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """One submission of the class: what it is like, and its text as a plain file."""

    exercise: Exercise
    student: str
    kind: Kind
    text: str

    @property
    def name(self) -> str:
        """The file's name that the exercise asks for."""
        return self.exercise.files[0]


def make_class(folder: Path) -> tuple[HandedIn, ...]:
    """Write the class below `folder`, a folder an exercise; return what each handed in."""
    made = tuple(submission for entry in load_course(ROOT).entries for submission in _of_one(entry.read()))
    for number, submission in enumerate(made):
        place = folder / submission.exercise.name
        place.mkdir(parents=True, exist_ok=True)
        _FORMS[number % len(_FORMS)](place, submission)
    return made


def _of_one(exercise: Exercise) -> Iterator[HandedIn]:
    """Yield the class's work for one exercise, the kinds mixed."""
    sources = {
        Kind.RIGHT: _rewritten(_reference(exercise)),
        Kind.WRONG: itertools.cycle(file.text for file in solution_files(exercise, MISTAKES)),
        Kind.CHEAT: itertools.cycle(file.text for file in solution_files(exercise, CHEATS)),
        Kind.HOSTILE: _hostile(exercise),
        Kind.SLOW: _changed(exercise, *(_DAWDLES.replace("PAUSE_S", pause_s) for pause_s in ("0.005", "0.02"))),
        Kind.ENDLESS: _changed(exercise, _HANGS),
    }
    total = sum(COMPOSITION.values())
    placed = sorted(((place + 0.5) / count, kind) for kind, count in COMPOSITION.items() for place in range(count))
    for number, (_, kind) in enumerate(placed):
        text = next(sources[kind])
        yield HandedIn(exercise=exercise, student=f"student{number:0{len(str(total))}}", kind=kind, text=text)


def _reference(exercise: Exercise) -> str:
    return (ROOT / "solutions" / exercise.name / exercise.files[0]).read_text(encoding="utf-8")


def _rewritten(text: str) -> Iterator[str]:
    """Yield a right solution in ever new words: with remarks, without any, with more room."""
    for number in itertools.count():
        remark = f"\n\n# Attempt {number}: at last this passes all that I could think of.\n"
        yield text + remark
        yield ast.unparse(ast.parse(text)) + remark
        yield text.replace("\n\n\n", "\n\n\n\n# ------------------------------------------------\n\n") + remark


def _hostile(exercise: Exercise) -> Iterator[str]:
    """Yield the hostile modules of exercise03; for the others the reference with an attack behind it."""
    if exercise.id == "exercise03":
        return itertools.cycle((_SUBMISSIONS / f"{name}.py").read_text(encoding="utf-8") for name in _WHOLE)
    first = int(exercise.id[-1]) * COMPOSITION[Kind.HOSTILE] % len(_ATTACKS)
    names = (*_ATTACKS[first:], *_ATTACKS[:first])
    cases = ((_CASES / f"{name}.py").read_text(encoding="utf-8") for name in names)
    return (f"{_reference(exercise)}\n\n{_without_future(case)}{_ATTACK}" for case in cases)


def _without_future(text: str) -> str:
    """Return a module that may stand behind another one."""
    return text.replace("from __future__", "# from __future__")


def _changed(exercise: Exercise, *changes: str) -> Iterator[str]:
    """Yield the reference with its last public function changed, in one way after another."""
    text = _reference(exercise)
    defined = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    return (text + change.replace("NAME", defined[-1]) for change in itertools.cycle(changes))


# --------------------------------------------------------------------------------------------- how it is handed in


def _as_file(place: Path, submission: HandedIn) -> None:
    (place / f"{submission.student}.py").write_text(submission.text, encoding="utf-8")


def _as_folder(place: Path, submission: HandedIn) -> None:
    folder = place / submission.student
    folder.mkdir()
    (folder / submission.name).write_text(submission.text, encoding="utf-8")
    (folder / "notes.txt").write_text("I was ill last week, please take this.\n", encoding="utf-8")


def _as_archive(place: Path, submission: HandedIn) -> None:
    with zipfile.ZipFile(place / f"{submission.student}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{submission.student}/{submission.name}", submission.text)
        archive.writestr(f"__MACOSX/._{submission.name}", b"\0\5\x16\7" * 16)


def _as_notebook(place: Path, submission: HandedIn) -> None:
    cells = [
        {"cell_type": "markdown", "id": "said", "metadata": {}, "source": "# My work"},
        _code_cell("module", submission.text, tags=[submission.name]),
        _code_cell("tried", "print(1 + 1)", tags=[]),
    ]
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    (place / f"{submission.student}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def _code_cell(name: str, source: str, *, tags: list[str]) -> dict[str, object]:
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {"tags": tags},
        "source": source,
        "outputs": [],
        "execution_count": 1,
    }


_FORMS = (_as_file, _as_folder, _as_file, _as_archive, _as_folder, _as_file, _as_notebook)
