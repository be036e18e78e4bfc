"""batch: `dlgrade grade` on a class of 200, against the same exams one after another, and against fresh pytests.

What is timed is the whole command, from its start to its exit: torch is imported in it, every exercise is loaded, all
reports and pages are written. The same submissions with the same seeds are held one after another by one `Grader` that
is warm for every exercise; so the ratio is what a class loses to all that is not an exam, and to cores that slow each
other down. The second part is measured beside it: a warm `Grader` on each core, which read and write nothing for
anybody. All take turns.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import queue
import subprocess
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

from benchmarks.batch_scale import scale
from benchmarks.classroom import COMPOSITION, HandedIn, Kind, make_class
from benchmarks.cpu_time import CpuMeter
from benchmarks.errors import BenchmarkFailed
from benchmarks.figure import Figure, Target, median, ratio
from benchmarks.fresh import run_whatever
from benchmarks.processes import require_reading
from benchmarks.timing import Action, elapsed
from benchmarks.workload import ENVIRONMENT, ROOT, SEED, copy_course, dlgrade
from grader.batch.entries import find_entries
from grader.batch.handed import Entry
from grader.batch.intake import take_in
from grader.batch.seeds import seed_of
from grader.exercise import load_course
from grader.pipeline import Grader
from grader.report import Status

_ROUNDS = 3
_FRESH_OF_EACH = 2  # of a kind, in a round
_SHARE = Target(limit=0.85, at_least=True)
_FASTER = Target(limit=20.0, at_least=True)


@dataclass
class _Found:
    """What the rounds measured, in the order of the rounds. Units: seconds, of the whole class; of a fresh pytest."""

    single_s: list[float] = field(default_factory=list)
    single_cpu_s: list[float] = field(default_factory=list)
    side_by_side_s: list[float] = field(default_factory=list)
    grade_s: list[float] = field(default_factory=list)
    grade_cpu_s: list[float] = field(default_factory=list)
    fresh_s: list[float] = field(default_factory=list)


def measure(runs: int, *, submissions: int) -> list[Figure]:
    """Measure the class of 200, at most three times; then a class of `submissions` against one of 100."""
    require_reading()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = make_class(folder / "class")
        course = copy_course(folder / "course")
        found = _rounds(made, folder, course, rounds=min(runs, _ROUNDS))
    return [*_figures(found, len(made)), *scale(submissions)]


def _rounds(made: Sequence[HandedIn], folder: Path, course: Path, *, rounds: int) -> _Found:
    found = _Found()
    fresh = _FreshSample(made, folder / "plain")
    with CpuMeter() as meter, contextlib.ExitStack() as stack:
        entries = _entries(folder / "class")
        graders = [stack.enter_context(Grader(others=True)) for _ in os.sched_getaffinity(0)]
        for grader in graders:
            for _, of_one in itertools.groupby(entries, key=lambda entry: entry.exercise.name):
                _examine(grader, next(of_one))  # loads the exercise
        actions: list[Action] = [
            functools.partial(_hold_single, found, meter, graders[0], entries),
            functools.partial(_hold_side_by_side, found, graders, entries),
            functools.partial(_hold_grade, found, meter, folder, course),
            lambda: found.fresh_s.append(fresh.submission_s()),
        ]
        for _ in range(rounds):
            for action in actions:
                action()
            actions.reverse()  # so that none always runs in the wake of the same other
    return found


def _hold_single(found: _Found, meter: CpuMeter, grader: Grader, entries: Sequence[Entry]) -> None:
    before = meter.seconds()
    found.single_s.append(elapsed(functools.partial(_examine_all, grader, entries)))
    found.single_cpu_s.append(meter.seconds() - before)


def _hold_side_by_side(found: _Found, graders: Sequence[Grader], entries: Sequence[Entry]) -> None:
    """Hold the class with a grader a core, each with whatever comes next."""
    coming = queue.SimpleQueue[Entry]()
    for entry in entries:
        coming.put(entry)

    def hold(grader: Grader) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                _examine(grader, coming.get_nowait())

    def hold_all() -> None:
        with ThreadPoolExecutor(len(graders)) as pool:
            for done in [pool.submit(hold, grader) for grader in graders]:
                done.result()

    found.side_by_side_s.append(elapsed(hold_all))


def _hold_grade(found: _Found, meter: CpuMeter, folder: Path, course: Path) -> None:
    output = folder / f"grades{len(found.grade_s)}"
    command = [*dlgrade(), "grade", "all", str(folder / "class"), "--output", str(output), "--seed", str(SEED)]
    before, began = meter.seconds(), time.perf_counter()
    done = subprocess.run([*command, "--course", str(course)], env=ENVIRONMENT, capture_output=True, check=False)
    found.grade_s.append(time.perf_counter() - began)
    found.grade_cpu_s.append(meter.seconds() - before)
    if done.returncode != 0:
        raise BenchmarkFailed(f"dlgrade grade: exit {done.returncode}\n{done.stderr.decode(errors='replace')[-2_000:]}")


def _entries(folder: Path) -> tuple[Entry, ...]:
    """Return what the class handed in, an exercise after another."""
    exercises = tuple(entry.read() for entry in load_course(ROOT).entries)
    found = find_entries(exercises, [folder])
    if len(found.entries) != len(exercises) * sum(COMPOSITION.values()):
        raise BenchmarkFailed(f"{len(found.entries)} submissions were found")
    return tuple(sorted(found.entries, key=lambda entry: (entry.exercise.name, entry.handed_in.student)))


def _examine_all(grader: Grader, entries: Sequence[Entry]) -> None:
    for entry in entries:
        _examine(grader, entry)


def _examine(grader: Grader, entry: Entry) -> None:
    submission = take_in(entry)
    seed = seed_of(SEED, entry.exercise.name, entry.handed_in, submission.sha256)
    report = grader.examine(entry.exercise, submission, seed=seed)
    if report.status is Status.UNSCORED:
        raise BenchmarkFailed(f"{entry.path.name}: unscored")


class _FreshSample:
    """Some of a class, each in a fresh pytest; one that never ends takes what the exercise gives an exam.

    Hostile ones are left out: nothing would keep them off this machine.
    """

    def __init__(self, made: Sequence[HandedIn], folder: Path) -> None:
        folder.mkdir()
        self._waiting = {kind: itertools.cycle(_spread(made, kind)) for kind in Kind if kind is not Kind.HOSTILE}
        self._folder = folder

    def submission_s(self) -> float:
        """Return how long a submission takes: the mean of each kind, counted as often as there are of it."""
        taken = {
            kind: mean(self._one(next(waiting)) for _ in range(_FRESH_OF_EACH))
            for kind, waiting in self._waiting.items()
        }
        weighted = sum(seconds * COMPOSITION[kind] for kind, seconds in taken.items())
        return weighted / sum(COMPOSITION[kind] for kind in taken)

    def _one(self, submission: HandedIn) -> float:
        file = self._folder / f"{submission.exercise.id}_{submission.student}.py"
        file.write_text(submission.text, encoding="utf-8")
        return elapsed(lambda: run_whatever(submission.exercise, file))


def _spread(made: Sequence[HandedIn], kind: Kind) -> list[HandedIn]:
    """Return the submissions of a kind, the exercises in turn."""
    by_exercise = itertools.groupby(
        (one for one in made if one.kind is kind), key=lambda submission: submission.exercise.name
    )
    lanes = [list(of_one) for _, of_one in by_exercise]
    return [submission for together in zip(*lanes, strict=True) for submission in together]


def _figures(found: _Found, count: int) -> list[Figure]:
    cores = len(os.sched_getaffinity(0))
    ideal_s = [seconds / cores for seconds in found.single_s]
    fresh_s = [seconds * count for seconds in found.fresh_s]
    return [
        median("one warm exam after another", [count / seconds for seconds in found.single_s], "/s"),
        median(f"dlgrade grade, {count} submissions", [count / seconds for seconds in found.grade_s], "/s"),
        ratio(f"grade / ({cores} cores x warm)", ideal_s, found.grade_s, _SHARE),
        ratio(f"{cores} warm graders side by side / ({cores} x warm)", ideal_s, found.side_by_side_s),
        ratio(f"grade / {cores} warm graders side by side", found.side_by_side_s, found.grade_s),
        median("CPU time of a warm exam", [1e3 * seconds / count for seconds in found.single_cpu_s], "ms"),
        median("CPU time of grade, an exam's share", [1e3 * seconds / count for seconds in found.grade_cpu_s], "ms"),
        ratio("warm exam / grade, by CPU time", found.single_cpu_s, found.grade_cpu_s),
        median("fresh pytests, one after another", [count / seconds for seconds in fresh_s], "/s"),
        ratio("grade / fresh pytests", fresh_s, found.grade_s, _FASTER),
        ratio("the same, with a pytest on each core", [one / cores for one in fresh_s], found.grade_s),
    ]
