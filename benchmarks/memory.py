"""memory: what one exam in flight costs, and what one more loaded exercise costs."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from benchmarks.errors import BenchmarkFailed
from benchmarks.figure import Figure, Target, median
from benchmarks.processes import Memory, Roles, children, memory, require_reading, roles, total, tree
from benchmarks.workload import REFERENCE, ROOT, examine_fully, exercise03, submitted
from grader.exercise import load_course
from grader.pipeline import Grader
from grader.records import Exercise, SourceFile, Submission

_HOLD_S = 1.0
_EXAMS = 5
# Only the last test's call has this shape: by then both processes have written to all that they will write to.
_HOLD = f"""

_computed = cross_entropy

def cross_entropy(logits, targets):
    if tuple(logits.shape) == (5, 7):
        import time
        time.sleep({_HOLD_S})
    return _computed(logits, targets)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """One look at an exam in flight."""

    all: Memory
    exam: Memory
    child: Memory


def measure(runs: int) -> list[Figure]:
    """Hold an exam at its last call, and look at every process meanwhile."""
    del runs  # these figures hardly vary
    require_reading()
    exercise = exercise03()
    exercise = replace(exercise, limits=replace(exercise.limits, call_s=10 * _HOLD_S))
    with Grader() as grader:
        examine_fully(grader, exercise, submitted(exercise, REFERENCE))
        who = roles()
        costs, exams, student = [], [], []
        for _ in range(_EXAMS):
            before = total(tree(who.base))
            held = _hold(grader, exercise, who)
            costs.append(_grown(before, held.all))
            exams.append(held.exam.private)
            student.append(held.child.private)
        slot = _one_more_exercise(grader, who)
    return [
        median("an exam in flight, all processes", costs, "MiB", Target(limit=60.0)),
        median("of it private: the exam's fork", exams, "MiB"),
        median("of it private: the student's child", student, "MiB"),
        median("one more exercise, loaded and idle", [slot], "MiB"),
    ]


def _grown(before: Memory, after: Memory) -> float:
    """Return the growth with its page tables; `shared_out` over all processes counts every page once. Units: MiB."""
    return after.shared_out + after.page_tables - before.shared_out - before.page_tables


def _hold(grader: Grader, exercise: Exercise, who: Roles) -> _Held:
    """Return the fullest look at an exam that is held at its last call. Raises BenchmarkFailed."""
    submission = _holding(exercise)
    looks = []
    with ThreadPoolExecutor(1) as pool:
        exam = pool.submit(examine_fully, grader, exercise, submission)
        while not exam.done():
            time.sleep(0.1)
            forks, served = children(who.examiner), children(who.zygote)
            if forks and served:
                fullest = max((memory(pid) for pid in served), key=lambda found: found.private)
                looks.append(_Held(all=total(tree(who.base)), exam=total(forks), child=fullest))
        exam.result()
    if len(looks) < 3:
        raise BenchmarkFailed("the exam was not held")
    return max(looks, key=lambda look: look.all.shared_out)


def _holding(exercise: Exercise) -> Submission:
    submission = submitted(exercise, REFERENCE)
    (file,) = submission.files
    return replace(submission, files=(SourceFile(name=file.name, text=file.text + _HOLD),))


def _one_more_exercise(grader: Grader, who: Roles) -> float:
    """Return what a second exercise costs after its first exam: a zygote, an examiner, a spare child. Units: MiB."""
    before = total(tree(who.base))
    second = load_course(ROOT).find("exercise02")
    examine_fully(grader, second, submitted(second, ROOT / "solutions" / second.name / second.files[0]))
    return _grown(before, total(tree(who.base)))
