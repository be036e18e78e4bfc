"""What `--fix` does: writes the files that findings bring along, each whole or not at all."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.authoring.findings import Edit
from grader.errors import UsageError
from grader.exercise.entries import below
from grader.exercise.paths import is_file, show_path
from grader.exercise.text_file import decoded_anyhow
from grader.exercise.whole_file import write_whole
from grader.records import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """A file that was written, and what changed in it."""

    file: str  # from the course's root
    diff: str


def mend(root: Path, edits: Iterable[Edit]) -> tuple[Mended, ...]:
    """Write each edit's file below `root`; return what changed. Raises: UsageError for one that cannot be written."""
    return tuple(_write(root, edit) for edit in edits)


def _write(root: Path, edit: Edit) -> Mended:
    file = below(root, edit.file)  # as the course's own file names its folders, which may lie beside it
    try:
        before = decoded_anyhow(file.read_bytes()) if is_file(file) else ""
        write_whole(file, edit.text.encode())
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            Text(
                en=f"--fix: {show_path(file)} cannot be written: {reason}.",
                zh=f"--fix：无法写入 {show_path(file)}：{reason}。",
            ),
            remedy=Text(
                en="Let the folder be writable; a sealed solution is mended where it lies open.",
                zh="请使该文件夹可写；密封的解答需在未密封处修复。",
            ),
        ) from None
    lines = difflib.unified_diff(before.splitlines(), edit.text.splitlines(), edit.file, edit.file, n=1, lineterm="")
    return Mended(file=edit.file, diff="\n".join(lines))
