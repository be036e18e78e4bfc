"""Which members of an archive are taken: the allow-list, over names that a stranger wrote.

Theory of operation. Nothing is ever written to disk, so a name can do no harm by itself; it can only make people and
programs disagree about which file is meant. So a `Picker` is told every name of an archive, in order, and answers for
each whether it is asked for. What is not asked for is counted and never read, whatever it is called: a `conftest.py`,
a `torch.py` or a `.git` has no effect. A name that leads out of the archive refuses the whole of it. A name that is
asked for, or would be to a filesystem that folds letters, must be exactly that name, of a regular file, once, at the
top or in one folder. Where none is there, `deeper` tells the one folder further down that a second picker is to take.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.errors import SubmissionError
from grader.exercise.entries import normal
from grader.records import Exercise, Text
from grader.submission import refusals
from grader.submission.homes import MAX_FOLDERS, Home, aliases_of, in_archive, is_anothers
from grader.submission.kinds import NAMED_ARCHIVE

MAX_MEMBERS = 10_000
MAX_NAME = 1_000  # characters of a whole path
MAX_FILE_NAME = 255  # characters of one part of it
MAX_NOTED = 1_000  # names that a message may list
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.IGNORECASE | re.DOTALL)
_INVISIBLE = ("Cc", "Cf", "Zl", "Zp")  # categories: control, format, line and paragraph separators


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFile:
    """A member that is asked for."""

    file: str  # of the exercise
    name: str  # in the archive
    notebook: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What an archive says of one member, as a `Picker` is asked about it."""

    name: str
    not_a_file: Text | None = None  # what it is instead
    target: str = ""  # where a link leads
    folder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deeper:
    """A member of a name that is asked for, further down than where it is taken."""

    name: str
    file: str  # of the exercise
    home: Home
    is_exact: bool  # False: its name only folds to the one that is asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A member that is called like the exercise, as `exercise03_softmax.ipynb`, where no file of it is."""

    name: str
    home: Home
    is_code: bool = True  # False: an archive, which is not looked into


def wanted_names(exercise: Exercise) -> dict[str, str]:
    """Return the names to look for, each with the exercise's file that it gives.

    An exercise with one file may be solved in a notebook of the same name.
    """
    names = {name: name for name in exercise.files}
    if len(exercise.files) == 1:
        names[PurePosixPath(exercise.files[0]).stem + ".ipynb"] = exercise.files[0]
    return names


def folded_file_name(name: str) -> str:
    """Return what a filesystem that takes names for the same would compare: no case, no marks at the end."""
    if name.isascii() and name.isprintable():
        return name.casefold().rstrip(". ")
    if len(name) > MAX_FILE_NAME:
        return name  # no filesystem has it
    visible = "".join(letter for letter in name if unicodedata.category(letter) not in _INVISIBLE)
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", visible).casefold()).rstrip(". ")


class Picker:
    """Decides, name after name, which members of one archive are taken: those at its top or in one folder, or, with a
    `home`, those in that folder alone; with `only`, that member. `shown` is how messages name the archive."""

    def __init__(self, exercise: Exercise, shown: str, *, home: Home | None = None, only: Called | None = None) -> None:
        self.ignored = 0  # files that were not asked for
        self.names: list[str] = []  # the first of all names, for messages
        self._exercise = exercise
        self._shown = shown
        self._home = home if only is None else only.home
        self._wanted = wanted_names(exercise)
        if only is not None:
            self._wanted = {_split(only.name)[-1]: exercise.files[0]}
        self._folded = {folded_file_name(name): file for name, file in self._wanted.items()}
        self._count = 0
        self._asked: dict[str, WantedFile] = {}
        self._near: dict[str, str] = {}  # the exercise's file -> a name that only folds to it
        self._deeper: list[_Deeper] = []
        self._called: list[Called] = []

    def take(self, offer: Offer) -> WantedFile | None:
        """Return what a member that was listed before is asked for as: `offer`, of all that is known of it."""
        return self.offer(offer.name, not_a_file=offer.not_a_file, target=offer.target, folder=offer.folder)

    def offer(
        self, name: str, *, not_a_file: Text | None = None, target: str = "", folder: bool = False
    ) -> WantedFile | None:
        """Return what the member is asked for as; None: it is not, and must not be read.

        `not_a_file` says what the member is instead, and `target` where a link leads.
        Raises: SubmissionError when the name, or what it names, is a reason to refuse the archive.
        """
        self._count += 1
        if self._count > MAX_MEMBERS:
            raise refusals.over(
                self._shown, Text(en=f"more than {MAX_MEMBERS:,} entries", zh=f"超过 {MAX_MEMBERS:,} 个条目")
            )
        parts = self._parts(name)
        if len(self.names) < MAX_NOTED:
            self.names.append(name)
        if folder or not parts:
            return None
        file = self._folded.get(folded_file_name(parts[-1]))
        if file is None and self._is_called(parts):
            is_code = NAMED_ARCHIVE.search(parts[-1]) is None
            self._called.append(Called(name=name, home=tuple(parts[:-1]), is_code=is_code))
        if file is None or is_aside(parts[:-1]) or not self._is_looked_in(name, file, parts):
            self.ignored += 1
            return None
        if parts[-1] not in self._wanted:
            self.ignored += 1
            self._near.setdefault(file, name)
            return None
        self._check_asked(name, parts)
        if not_a_file is not None:
            raise refusals.bad_member(self._shown, name, not_a_file, target=target)
        if file in self._asked:
            raise refusals.ambiguous(self._shown, self._asked[file].name, name)
        notebook = PurePosixPath(parts[-1]).suffix.lower() == ".ipynb"
        self._asked[file] = WantedFile(file=file, name=name, notebook=notebook)
        return self._asked[file]

    def finish(self) -> None:
        """Make sure that every file was found, once, and all in one place; files may be missing: see `missing`."""
        for file, asked in self._asked.items():
            if file in self._near:
                raise refusals.ambiguous(self._shown, asked.name, self._near[file])
            self._refuse_above(asked.name, tuple(_split(asked.name)[:-1]))
        if len({tuple(_split(asked.name)[:-1]) for asked in self._asked.values()}) > 1:
            first, second, *_ = sorted(self._asked.values(), key=lambda asked: len(_split(asked.name)))
            others = [one for one in self._asked.values() if _split(one.name)[:-1] != _split(first.name)[:-1]]
            raise refusals.scattered(self._shown, first.name, (others or [second])[0].name)

    def missing(self) -> str | None:
        """Return the first of the exercise's files that no member was taken for."""
        return next((name for name in self._exercise.files if name not in self._asked), None)

    def deeper(self) -> Home | None:
        """Return the one folder further down that has files of the exercise, where none was taken; None: none has.

        Raises: SubmissionError where several may be meant.
        """
        exact = [one for one in self._deeper if one.is_exact]
        if self._asked or not exact:
            return None
        if self._near:
            raise refusals.ambiguous(self._shown, next(iter(self._near.values())), exact[0].name)
        homes = in_archive(self._exercise, {one.home for one in self._deeper})
        if len(homes) > 1:
            raise self._several(homes)
        if homes:
            self._refuse_above("/".join(homes[0]) + "/", homes[0])
        return homes[0] if homes and any(one.home == homes[0] for one in exact) else None

    def called(self) -> Called | None:
        """Return the only member that is called like the exercise, where no file of it was found."""
        has_file = self._asked or self._near or any(one.is_exact for one in self._deeper)
        only = self._called[0] if len(self._called) == 1 and not has_file else None
        return only if only is not None and only.is_code else None

    def _refuse_above(self, name: str, home: Home) -> None:
        """Refuse a file below one that is called like the exercise: in a folder the upper one would be meant."""
        above = [one for one in self._called if len(one.home) < len(home) and home[: len(one.home)] == one.home]
        if above:
            raise refusals.ambiguous(self._shown, above[0].name, name)

    def _is_called(self, parts: list[str]) -> bool:
        name, home = parts[-1], tuple(parts[:-1])
        stem = NAMED_ARCHIVE.sub("", name)
        code = PurePosixPath(name).suffix.lower() in (".py", ".ipynb") and len(self._exercise.files) == 1
        return (
            (code or stem != name)
            and normal(PurePosixPath(name).stem if code else stem) in aliases_of(self._exercise)
            and len(home) <= 1
            and not is_aside(parts[:-1])
            and not is_anothers(self._exercise, home)
        )

    def _several(self, homes: list[Home]) -> SubmissionError:
        """Return the question which folder is meant; or that none has all, where no file lies in two of them."""
        first, *others = (one for one in self._deeper if one.home in homes)
        if twice := [one for one in others if one.file == first.file and one.home != first.home]:
            return refusals.ambiguous(self._shown, first.name, twice[0].name)
        apart = next(one for one in others if one.home != first.home)
        return refusals.scattered(self._shown, first.name, apart.name)

    def _is_looked_in(self, name: str, file: str, parts: list[str]) -> bool:
        home = tuple(parts[:-1])
        if self._home is not None:
            return home == self._home
        if 1 < len(home) <= MAX_FOLDERS:
            self._deeper.append(_Deeper(name=name, file=file, home=home, is_exact=parts[-1] in self._wanted))
        return len(home) <= 1 and not is_anothers(self._exercise, home)

    def _parts(self, name: str) -> list[str]:
        """Split a path as the most lenient reader would. Raises SubmissionError for one that leads out."""
        if len(name) > MAX_NAME:
            raise refusals.bad_name(
                self._shown,
                name,
                Text(en=f"a name of {len(name):,} characters", zh=f"名称长达 {len(name):,} 个字符"),
            )
        if ".." in name.replace("\\", "/").split("/") or name[:1] in ("/", "\\") or re.match("[A-Za-z]:", name):
            raise self._leads_out(name)
        return _split(name)

    def _leads_out(self, name: str) -> SubmissionError:
        return refusals.bad_name(
            self._shown, name, Text(en="the path leads out of the archive", zh="路径指向压缩包之外")
        )

    def _check_asked(self, name: str, parts: list[str]) -> None:
        """Refuse spellings of an asked-for path that some program would read as another path."""
        if "\\" in name:
            why = Text(en="the path is written with backslashes", zh="路径中使用了反斜杠")
        elif any(unicodedata.category(letter) in _INVISIBLE for letter in name):
            why = Text(en="the path holds an invisible character", zh="路径中有不可见字符")
        elif any(_DEVICE.fullmatch(part) for part in parts[:-1]):
            why = Text(en="the folder has the name of a device", zh="文件夹名是设备名")
        else:
            return
        raise refusals.bad_name(self._shown, name, why)


def _split(name: str) -> list[str]:
    return [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]


def is_aside(folders: list[str]) -> bool:
    """Whether a folder is kept by a program, not by a person: .git, __MACOSX, __pycache__, .ipynb_checkpoints."""
    return any(folder.startswith((".", "__")) for folder in folders)
