"""A class of thousands against one of a hundred: time an exam, memory, and what is left behind.

The exercise is trivial, so that what grows with the class shows: its lists, its journal, its pages. Time is taken from
the first exam that is in the journal to the exit of the command, the pages of the whole class with it.
"""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import BenchmarkFailed
from benchmarks.figure import Figure, Target, median, ratio, single
from benchmarks.processes import Process, descriptors, process_of, resident_peak, total, tree
from benchmarks.stock import NOTHING
from benchmarks.workload import ENVIRONMENT, dlgrade

_FEW = 100
_NO_SLOWER = Target(limit=1.0)
_ROWS = Target(limit=8.0)  # MiB a thousand: a row of the gradebook each, and where the submission lies; no report
_LOOK_S = 0.02
_LOOKS_A_STOCK = 25
_MOMENT_S = 0.5  # for what is ending to end


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run of the command."""

    exam_s: float
    main_mib: float  # the peak of the process that a person started
    all_mib: float  # the peak of all processes together, each page counted once
    descriptors: float  # of the process that a person started, what it has as a rule in the second half of the run
    processes: int
    left: int
    left_files: int


def scale(submissions: int) -> list[Figure]:
    """Grade 100 twice, `submissions`, and 100 twice again: a hundred exams take two seconds, and seconds differ."""
    with tempfile.TemporaryDirectory() as folder:
        course = _course(Path(folder) / "course")
        turns = [_run(Path(folder), course, count) for count in (_FEW, _FEW, submissions, _FEW, _FEW)]
    many, few = turns[2], [*turns[:2], *turns[3:]]
    first = max(run.main_mib for run in few)
    return [
        median(f"{_FEW} submissions: one more exam", [1e3 * run.exam_s for run in few], "ms"),
        single(f"{submissions} submissions: one more exam", 1e3 * many.exam_s, "ms"),
        ratio(
            f"an exam at {submissions} / at {_FEW}", [many.exam_s] * len(few), [run.exam_s for run in few], _NO_SLOWER
        ),
        single(f"{_FEW}: peak of the main process", first, "MiB"),
        single(f"{submissions}: more in the main process", many.main_mib - first, "MiB"),
        single("the same, a thousand submissions", 1e3 * (many.main_mib - first) / (submissions - _FEW), "MiB", _ROWS),
        single(f"{_FEW}: peak of all processes", max(run.all_mib for run in few), "MiB"),
        single(f"{submissions}: peak of all processes", many.all_mib, "MiB"),
        single("more descriptors", many.descriptors - max(run.descriptors for run in few), target=NOTHING),
        single("more processes at once", many.processes - max(run.processes for run in few)),
        single("processes left at the end", many.left, target=NOTHING),
        single("temporary files left", many.left_files, target=NOTHING),
    ]


def _run(folder: Path, course: Path, count: int) -> _Run:
    """Grade a class, and look at the processes meanwhile."""
    submissions = folder / f"class{count}"
    output, temporary = (Path(tempfile.mkdtemp(dir=folder)) for _ in range(2))
    _class(submissions, count)
    with (output / "stderr").open("wb") as stderr:
        process = subprocess.Popen(
            [*dlgrade(), "grade", "exercise01", submissions, "--course", course, "--output", output / "grades"],
            env={**ENVIRONMENT, "TMPDIR": str(temporary)},
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )
        watch = _Watch(process.pid, output / "grades" / "batch" / "journal.jsonl")
        while process.poll() is None:
            watch.look()
            time.sleep(_LOOK_S)
        ended = time.perf_counter()
    if process.returncode != 0:
        raise BenchmarkFailed(f"dlgrade grade on {count}: exit {process.returncode}\n{(output / 'stderr').read_text()}")
    time.sleep(_MOMENT_S)
    return _Run(
        exam_s=watch.exam_s(ended, count),
        main_mib=watch.main_mib,
        all_mib=watch.all_mib,
        descriptors=watch.descriptors,
        processes=watch.processes,
        left=sum(process.is_alive for process in watch.seen),
        left_files=len(list(temporary.iterdir())),
    )


class _Watch:
    """Looks at a command while it works."""

    def __init__(self, pid: int, journal: Path) -> None:
        self._pid, self._journal = pid, journal
        self._first_s, self._first_lines, self._looks = 0.0, 0, 0
        self.main_mib = self.all_mib = 0.0
        self.processes = 0
        self.seen: set[Process] = set()
        self._descriptors: list[int] = []

    @property
    def descriptors(self) -> float:
        """The median of the second half: a file is open now and then, and more looks see more of that; a leak stays."""
        return statistics.median(self._descriptors[len(self._descriptors) // 2 :])

    def look(self) -> None:
        if not self._first_lines and self._journal.exists():
            self._first_s, self._first_lines = time.perf_counter(), self._journal.read_bytes().count(b"\n")
        self.main_mib = max(self.main_mib, resident_peak(self._pid))
        self._descriptors.append(descriptors(self._pid))
        self._looks += 1
        if self._looks % _LOOKS_A_STOCK == 0:
            members = tree(self._pid)
            self.seen.update(map(process_of, members))
            self.processes = max(self.processes, len(members))
            self.all_mib = max(self.all_mib, total(members).shared_out)

    def exam_s(self, ended: float, count: int) -> float:
        if not self._first_lines or self._first_lines >= count:
            raise BenchmarkFailed(f"the journal of {count} exams was not seen growing")
        return (ended - self._first_s) / (count - self._first_lines)


def _class(folder: Path, count: int) -> None:
    """Write a class of small submissions, a third of them wrong."""
    if folder.exists():
        return
    folder.mkdir()
    for number in range(count):
        added = 2 if number % 3 == 0 else 1
        (folder / f"student{number:05}.py").write_text(f"def inc(x):\n    return x + {added}\n", encoding="utf-8")


_TEST = '''"""Tests."""


def test_{name}(student):
    """It is right for {name} numbers."""
    assert student.inc({x}) == {x} + 1
'''


def _course(root: Path) -> Path:
    """Write a course of one exercise with two tests."""
    exercise, solution = root / "exercises" / "exercise01_inc", root / "solutions" / "exercise01_inc"
    for folder in (exercise, solution):
        folder.mkdir(parents=True)
    files = {
        root / "dlgrade.toml": 'schema = "course/1"\nname = { en = "Sums", zh = "加法" }\n',
        exercise / "exercise.toml": 'schema = "exercise/1"\nid = "exercise01"\nslug = "inc"\nfiles = ["inc.py"]\n'
        'title = { en = "One more", zh = "加一" }\n',
        exercise / "README.md": "# One more\n",
        exercise / "README.zh.md": "# 加一\n",
        exercise / "inc.py": "def inc(x):\n    raise NotImplementedError\n",
        exercise / "test_visible.py": _TEST.format(name="small", x=1),
        solution / "inc.py": "def inc(x):\n    return x + 1\n",
        solution / "test_hidden.py": _TEST.format(name="large", x=41),
    }
    for file, text in files.items():
        file.write_text(text, encoding="utf-8")
    return root
