"""What the name of a folder says: `exercise03_softmax`, `quiz01_tensors`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

from grader.exercise.paths import show_name


class NamedFolder:
    """Something of a course that is known by its folder's name; `form` has the groups `id`, `number` and `slug`."""

    __slots__ = ()
    form: ClassVar[re.Pattern[str]]
    folder: Path

    @property
    def name(self) -> str:
        """The folder's name: `exercise03_softmax`."""
        return self.folder.name

    @property
    def id(self) -> str:
        """`exercise03`, of `exercise03_softmax`; the whole name where the folder is not named like that."""
        match = self.form.fullmatch(self.name)
        return match["id"] if match else self.name

    @property
    def number(self) -> int | None:
        """3, of `exercise03_softmax`; None where the folder is not named like that."""
        match = self.form.fullmatch(self.name)
        return int(match["number"]) if match else None

    @property
    def aliases(self) -> tuple[str, ...]:
        """What it may be called: folder name, id, slug."""
        match = self.form.fullmatch(self.name)
        return (self.name, match["id"], match["slug"]) if match else (self.name,)

    @property
    def label(self) -> str:
        """How a message names it: `exercise03 softmax`."""
        match = self.form.fullmatch(self.name)
        return show_name(f"{match['id']} {match['slug']}" if match else self.name)
