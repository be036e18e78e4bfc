"""Where everything lies in the folder that `dlgrade grade --output` writes.

    index.html                       the class at a glance
    gradebook.csv                    one row a student
    reports/STUDENT/EXERCISE.json    one report an attempt; the first has no number, the second is EXERCISE.2.json
    reports/STUDENT/EXERCISE.html
    sources/STUDENT/EXERCISE/FILE    what was graded; the second attempt's lie in EXERCISE.2/
    batch/plan.json                  what was asked for, and the seed that all others are drawn from
    batch/journal.jsonl              one line an exam that is done: what `--resume` goes by
    batch/timings.csv                what differs from run to run
    batch/class.json                 who is on the roster, and who handed in nothing
    batch/counting.json              which attempts count, and for how many points
    batch/lock                       held by the run that is at work
    batch/next/                      a regrade in progress: a folder like this one
    batch/before/N/                  what a regrade took the place of, or what is not handed in any more
    changes.csv                      what the last regrade changed, and why

STUDENT is `folder_of(student)`, EXERCISE the exercise's name ("exercise03_softmax").
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

_PLAIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,62}[a-z0-9]|[a-z0-9]")  # small letters: no two differ by their case alone
_REPORT = re.compile(r"exercise[0-9]{2,}_[a-z0-9_-]+(\.[0-9]+)?\.json")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")  # names that Windows keeps for devices


def folder_of(student: str) -> str:
    """Return a folder's name for a student: the id itself where any system takes it, else like it, with a digest.

    Different students get different names on every file system, those that ignore case and accents too: `~` stands in
    no plain name, and a digest of 128 bits is one that nobody finds a second id for.
    """
    if _PLAIN.fullmatch(student) and not _RESERVED.fullmatch(student):
        return student
    readable = re.sub(r"[^a-z0-9]+", "-", student.casefold()).strip("-")[:40] or "student"
    digest = hashlib.sha256(student.encode("utf-8", errors="surrogatepass")).hexdigest()[:32]
    return f"{readable}~{digest}"


@dataclass(frozen=True, slots=True)
class Places:
    """The paths below one output folder."""

    root: Path

    @property
    def index(self) -> Path:
        return self.root / "index.html"

    @property
    def gradebook(self) -> Path:
        return self.root / "gradebook.csv"

    @property
    def plan(self) -> Path:
        return self.root / "batch" / "plan.json"

    @property
    def journal(self) -> Path:
        return self.root / "batch" / "journal.jsonl"

    @property
    def timings(self) -> Path:
        return self.root / "batch" / "timings.csv"

    @property
    def class_list(self) -> Path:
        return self.root / "batch" / "class.json"

    @property
    def counting(self) -> Path:
        return self.root / "batch" / "counting.json"

    @property
    def lock(self) -> Path:
        return self.root / "batch" / "lock"

    @property
    def next(self) -> Places:
        return Places(self.root / "batch" / "next")

    @property
    def before(self) -> Path:
        return self.root / "batch" / "before"

    @property
    def changes(self) -> Path:
        return self.root / "changes.csv"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def sources(self) -> Path:
        return self.root / "sources"

    def report(self, student: str, exercise: str, attempt: int = 1, *, suffix: str = ".json") -> Path:
        """Return the file of one report of an exercise, by its name ("exercise03_softmax")."""
        return self.reports / folder_of(student) / f"{_numbered(exercise, attempt)}{suffix}"

    def report_files(self) -> list[Path]:
        """Return every file that is called like a report in JSON, in order; other formats' JSON is passed over."""
        return sorted(file for file in self.reports.glob("*/*.json") if _REPORT.fullmatch(file.name))

    def source(self, student: str, exercise: str, attempt: int = 1) -> Path:
        """Return the folder with the files that were graded."""
        return self.sources / folder_of(student) / _numbered(exercise, attempt)


def _numbered(exercise: str, attempt: int) -> str:
    return exercise if attempt == 1 else f"{exercise}.{attempt}"
