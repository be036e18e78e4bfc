"""What lies in a folder of submissions, by names and kinds alone: nothing is opened, and no link is followed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError
from grader.exercise.paths import show_name, show_path
from grader.records import Text

_JUNK = frozenset({"__macosx", "thumbs.db", "desktop.ini", "__pycache__", "icon\r", "@eadir"})
MAX_EXAMPLES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing in a folder."""

    name: str
    path: Path
    is_folder: bool  # a link is none, wherever it leads
    is_file: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a person put into a folder, sorted by name, and the names that programs keep there."""

    items: tuple[Item, ...]
    junk: tuple[str, ...]
    is_readable: bool = True

    def named(self, name: str) -> Item | None:
        """Return the item of that name."""
        return next((item for item in self.items if item.name == name), None)


def is_junk(name: str) -> bool:
    """Whether a program keeps that file or folder: hidden ones, __MACOSX, Thumbs.db."""
    return name.startswith(".") or name.casefold() in _JUNK


def contents_of(folder: Path) -> Contents:
    """Return what lies in `folder`. Raises: UsageError where it cannot be listed."""
    items, junk = [], []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if is_junk(entry.name):
                    junk.append(entry.name)
                    continue
                items.append(
                    Item(
                        name=entry.name,
                        path=folder / entry.name,
                        is_folder=entry.is_dir(follow_symlinks=False),
                        is_file=entry.is_file(follow_symlinks=False),
                    )
                )
    except OSError as error:
        raise UsageError(
            Text(
                en=f"{show_path(folder)}: cannot be listed: {error.strerror}.",
                zh=f"{show_path(folder)}：无法列出其内容：{error.strerror}。",
            ),
            remedy=Text(
                en=f"Allow it: chmod u+rx {show_path(folder)}", zh=f"请开放权限：chmod u+rx {show_path(folder)}"
            ),
        ) from None
    return Contents(items=tuple(sorted(items, key=lambda item: item.name)), junk=tuple(sorted(junk)))


def inner_contents(folder: Path) -> Contents:
    """Return what lies in a folder of one student: one that cannot be listed spoils no other's, and is `collect`'s."""
    try:
        return contents_of(folder)
    except UsageError:
        return Contents(items=(), junk=(), is_readable=False)


def text_of(name: str) -> str:
    """Return a file's name as text that any output takes, in one Unicode form: bytes that are not UTF-8 as `\\xff`."""
    import unicodedata

    if not name.isascii():
        name = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        name = unicodedata.normalize("NFC", name)
    return name


def examples(names: list[str]) -> str:
    """Return a few names for a message, and how many more there are."""
    shown = ", ".join(show_name(text_of(name)) for name in names[:MAX_EXAMPLES])
    return f"{shown} … (+{len(names) - MAX_EXAMPLES})" if len(names) > MAX_EXAMPLES else shown


def skipped(folder: Path, names: list[str], why: Text) -> Text:
    """Return the note for things in a folder that are no submissions."""
    place = show_path(folder)
    return Text(
        en=f"{place}: skipped {len(names)} ({why.en}): {examples(names)}",
        zh=f"{place}：跳过 {len(names)} 项（{why.zh}）：{examples(names)}",
    )


JUNK = Text(en="kept by programs", zh="程序自带的文件")
EMPTY = Text(en="empty folders", zh="空文件夹")
NOT_ONE = Text(en="not a submission by its name", zh="从名称看不是提交")
NOT_ASKED = Text(en="of an exercise that is not asked for", zh="属于未要求评分的练习")
