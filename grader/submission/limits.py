"""How large what is handed in may be."""

from __future__ import annotations

from dataclasses import dataclass

from grader.submission.kinds import ARCHIVES, Kind
from grader.submission.names import WantedFile

MIB = 1024 * 1024
MAX_FILE_BYTES = MIB  # of one source file
MAX_NOTEBOOK_BYTES = 10 * MIB  # with its outputs, which are not read
MAX_ARCHIVE_BYTES = 16 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most bytes of one file that are read."""

    file: int = MAX_FILE_BYTES
    notebook: int = MAX_NOTEBOOK_BYTES
    archive: int = MAX_ARCHIVE_BYTES

    def of_kind(self, kind: Kind) -> int:
        """Return the limit of a file that is handed in by itself."""
        if kind in ARCHIVES:
            return self.archive
        return self.notebook if kind is Kind.NOTEBOOK else self.file

    def of(self, asked: WantedFile) -> int:
        """Return the limit of a member of an archive."""
        return self.notebook if asked.notebook else self.file
