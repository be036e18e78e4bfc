"""What `--fix` does: writes the files that findings bring along, each whole or not at all."""

from __future__ import annotations

import difflib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.authoring.findings import Edit
from grader.errors import UsageError
from grader.exercise.paths import show_path
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
    file = root / edit.file
    try:
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        temporary = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        try:
            with temporary.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(edit.text)
            if file.exists():
                temporary.chmod(file.stat().st_mode & 0o777)
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
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
