"""What differs from run to run, in a table of its own: reports are the same for the same input, down to the byte."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.exercise.plain_file import open_plain
from grader.records import HandedIn
from grader.report import Report
from grader.report.escape import csv_cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One exam, as it went this time."""

    exercise: str
    student: str
    attempt: int
    wall_s: float  # as its worker waited for it
    exam_s: float
    cpu_s: float
    peak_memory_mib: float
    tries: int  # 2: the first was lost to a fault of our own

    @classmethod
    def of(cls, exercise: str, handed_in: HandedIn, report: Report, *, wall_s: float) -> Timing:
        """Return what the report measured."""
        return cls(
            exercise=exercise,
            student=handed_in.student,
            attempt=handed_in.attempt,
            wall_s=round(wall_s, 4),
            exam_s=round(report.timings.exam_s, 4),
            cpu_s=round(report.timings.cpu_s, 4),
            peak_memory_mib=round(report.resources.peak_memory_mib, 1),
            tries=report.attempts,
        )


class Timings:
    """The table, open to be added to; a context manager."""

    def __init__(self, file: Path) -> None:
        """Open the table, new or to go on with. Raises: OSError."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self._stream = os.fdopen(
            open_plain(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "a", encoding="utf-8", newline=""
        )
        if not os.fstat(self._stream.fileno()).st_size:
            self._stream.write(_line([field.name for field in fields(Timing)]))

    def add(self, timing: Timing) -> None:
        """Add a row. Raises: OSError."""
        self._stream.write(_line([csv_cell(str(value)) for value in astuple(timing)]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._stream.close()
        except OSError:
            if error is None:  # else that is what is told
                raise


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode("utf-8", "replace").decode()
