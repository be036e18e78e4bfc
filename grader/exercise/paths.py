"""How paths are shown in messages, and asked about without surprises."""

from __future__ import annotations

import stat
from pathlib import Path

MAX_SHOWN_NAMES = 8


def show_name(name: str) -> str:
    """Return a file's name as a message may show it.

    A name from a submission may hold escape sequences that rewrite the terminal: then it is shown quoted.
    """
    return name if name.isprintable() else ascii(name)


def show_path(path: Path) -> str:
    """Return `path` as a person would type it: relative where it lies below the current directory."""
    try:
        path = path.relative_to(Path.cwd())
    except (ValueError, OSError):  # elsewhere, or the current directory is gone
        return show_name(str(path))
    return show_name(str(path))


def show_names(names: list[str]) -> str:
    """Return a short list of names, and how many more there are."""
    shown = ", ".join(show_name(name) for name in names[:MAX_SHOWN_NAMES])
    return f"{shown} … (+{len(names) - MAX_SHOWN_NAMES})" if len(names) > MAX_SHOWN_NAMES else shown


def is_file(path: Path) -> bool:
    """Say whether `path` is a regular file; one that may not be looked at is not."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Say whether `path` is a folder; one that may not be looked at is not."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def names_in(folder: Path) -> list[str]:
    """Return the sorted names in `folder`; none where it cannot be read."""
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return []
