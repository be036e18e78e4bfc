"""What was looked up in the archives and the code of one entry: each read once, whatever is asked of it how often.

Theory of operation. What a thing is for is decided before it is taken in: by the names in an archive, the marks of a
notebook, the names that code defines; for each exercise that is asked for. Unpacking and parsing take time that the
size of a file does not tell: 114 bytes of bzip2 take 20 ms, and 180 KB of source two seconds. So both are done once a
file, and an entry has one allowance for all of its files together: beyond it, it is refused. While a class is listed
(`one_listing`), what was looked up for one step is there for the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from grader.errors import SubmissionError
from grader.exercise.paths import show_name, show_path
from grader.records import Exercise, Text
from grader.submission import apart, refusals
from grader.submission.homes import Home
from grader.submission.kinds import Kind
from grader.submission.limits import MIB, Limits
from grader.submission.names import MAX_MEMBERS, Offer, Picker
from grader.submission.read import RawFile, WrongKind, read_file, source_of

if TYPE_CHECKING:
    from grader.submission.choosing import Cell

_Read = TypeVar("_Read")
MAX_BYTES = 64 * MIB  # of tars, unpacked, and of notebooks: two seconds
MAX_CHARACTERS = MIB  # of code that is parsed
MAX_LONG = 2  # of its files may take a parser as long as it is allowed
_NAME_BYTES = 512  # that a name counts for


class TooMuchToTell(SubmissionError):
    """An entry holds more than is looked through to tell what it is for."""


class Holds(Enum):
    """What an archive or a notebook may have of an exercise."""

    WORK = "work"
    NOTHING = "nothing"
    BROKEN = "broken"  # it cannot be read: it could be anything, and `collect` says what is wrong
    WRONG = "wrong"  # neither an archive nor a notebook; `collect` says so where nothing else can be meant

    @property
    def may_be(self) -> bool:
        """Whether it could be the work, or what is wrong with it has to be said."""
        return self is not Holds.NOTHING


class Seen:
    """What was looked up in one entry. Every method raises TooMuchToTell beyond the allowance."""

    def __init__(self, entry: Path) -> None:
        self._entry = entry
        self._bytes, self._characters, self._long = MAX_BYTES, MAX_CHARACTERS, MAX_LONG
        self._archives: dict[Path, tuple[Offer, ...] | Holds] = {}
        self._notebooks: dict[Path, list[Cell] | Holds] = {}
        self._names: dict[Path, frozenset[str] | SubmissionError] = {}

    def archive(self, exercise: Exercise, path: Path) -> Holds:
        """Return whether the archive at `path` has any of the exercise's files where `collect` looks for them."""
        offers = self._offers(path)
        if isinstance(offers, Holds):
            return offers
        picker = Picker(exercise, show_path(path))
        try:
            taken = [asked for offer in offers if (asked := picker.take(offer)) is not None]
            found = taken or picker.deeper() is not None or picker.called() is not None
            return Holds.WORK if found else Holds.NOTHING
        except SubmissionError:  # two may be meant: `collect` says so
            return Holds.WORK

    def has_all(self, exercise: Exercise, path: Path) -> bool:
        """Return whether an archive has every file of the exercise, by their names."""
        offers = self._offers(path)
        if isinstance(offers, Holds):
            return False
        try:
            picker = _offered(exercise, path, offers, None)
            home = picker.deeper()
            picker = picker if home is None else _offered(exercise, path, offers, home)
            picker.finish()
        except SubmissionError:
            return False
        return picker.missing() is None or picker.called() is not None

    def names_in(self, path: Path) -> list[str]:
        """Return what lies at the top of an archive or in one folder; nothing of one that cannot be read."""
        offers = self._offers(path)
        if isinstance(offers, Holds):
            return []
        names = [one.name.removeprefix("./") for one in offers if not one.folder]
        return [name for name in names if name.count("/") < 2 and name[:1] not in "._"]

    def notebook(self, exercise: Exercise, path: Path) -> Holds:
        """Return whether cells of the notebook say that they are the exercise's, by a tag or their first line."""
        from grader.submission.notebook import are_said_to_be_of

        cells = self._cells(path)
        if isinstance(cells, Holds):
            return cells
        return Holds.WORK if are_said_to_be_of(cells, exercise) else Holds.NOTHING

    def names(self, path: Path) -> frozenset[str]:
        """Return the names that a file of code defines at its top; of a notebook, those of cells of no exercise.

        Raises: SubmissionError for what cannot be read.
        """
        known = self._names.get(path)
        if known is None:
            try:
                known = self._parsed(path)
            except (SubmissionError, FileNotFoundError) as error:
                known = error if isinstance(error, SubmissionError) else _gone(path)
            self._names[path] = known
        if isinstance(known, SubmissionError):
            raise known
        return known

    def _offers(self, path: Path) -> tuple[Offer, ...] | Holds:
        if path not in self._archives:
            self._archives[path] = _or_why_not(self._listed, path)
        return self._archives[path]

    def _cells(self, path: Path) -> list[Cell] | Holds:
        if path not in self._notebooks:
            self._notebooks[path] = _or_why_not(self._read_cells, path)
        return self._notebooks[path]

    def _listed(self, path: Path) -> tuple[Offer, ...] | Holds:
        from grader.submission.tarred import offers_in_tar  # a plain file pays for no format but its own
        from grader.submission.zipped import offers_in_zip

        shown = show_path(path)
        file = self._read(path)
        if file.kind in (Kind.SOURCE, Kind.NOTEBOOK):
            return Holds.NOTHING
        if file.kind is Kind.ZIP:
            offers = offers_in_zip(file.raw, shown=shown)
        else:
            offers = list(islice(offers_in_tar(self._unpacked(file, shown), shown=shown), MAX_MEMBERS + 1))
        self._pay(_NAME_BYTES * len(offers))
        return tuple(offers)

    def _unpacked(self, file: RawFile, shown: str) -> Iterator[bytes]:
        from grader.submission.unpack import unpacked

        for piece in unpacked(file.raw, file.kind, shown=shown):
            self._pay(len(piece))
            yield piece

    def _read_cells(self, path: Path) -> list[Cell] | Holds:
        from grader.submission.notebook import cells_of

        file = self._read(path)
        if file.kind is not Kind.NOTEBOOK:
            return Holds.NOTHING
        self._pay(len(file.raw))
        return cells_of(file.raw, shown=show_path(path))

    def _parsed(self, path: Path) -> frozenset[str]:
        from grader.submission.another import names_written

        shown = show_path(path)
        file = self._read(path)
        is_notebook = file.kind is Kind.NOTEBOOK
        text = self._text_of_cells(path) if is_notebook else source_of(file.raw, shown=shown).text
        self._characters -= len(text)
        self._long -= apart.is_long(text)
        if min(self._characters, self._long) < 0:
            raise self._too_much()
        return names_written(text, shown=shown)

    def _text_of_cells(self, path: Path) -> str:
        from grader.submission.notebook import text_without_marked

        cells = self._cells(path)
        if isinstance(cells, Holds):
            raise refusals.damaged(show_path(path), "no notebook")
        return text_without_marked(cells)

    def _read(self, path: Path) -> RawFile:
        return read_file(path, shown=show_path(path), limits=Limits())

    def _pay(self, size: int) -> None:
        self._bytes -= size
        if self._bytes < 0:
            raise self._too_much()

    def _too_much(self) -> TooMuchToTell:
        shown = show_name(self._entry.name)
        return TooMuchToTell(
            Text(
                en=f"{shown}: there is more in it than is looked through to tell what is for which exercise.",
                zh=f"{shown}：其中内容过多，超出了为辨别各练习所能查看的限度。",
            ),
            remedy=Text(
                en="Put the exercise's files at the top, under the names that it asks for; leave out archives and "
                "generated code.",
                zh="请把练习的文件按要求的名称放在最上层；不要放入压缩包和生成的代码。",
            ),
        )


_LISTING: ContextVar[dict[Path, Seen] | None] = ContextVar("listing", default=None)


@contextmanager
def one_listing() -> Iterator[None]:
    """Keep what is looked up in an entry, and its one allowance, until the block ends: nothing may change meanwhile."""
    token = _LISTING.set({})
    try:
        yield
    finally:
        _LISTING.reset(token)


def seen_of(entry: Path) -> Seen:
    """Return what was looked up in an entry; nothing yet, outside of a listing."""
    listing = _LISTING.get()
    return Seen(entry) if listing is None else listing.setdefault(entry, Seen(entry))


def _or_why_not(read: Callable[[Path], _Read | Holds], path: Path) -> _Read | Holds:
    try:
        return read(path)
    except TooMuchToTell:
        raise
    except WrongKind:
        return Holds.WRONG
    except (SubmissionError, FileNotFoundError):
        return Holds.BROKEN


def _gone(path: Path) -> SubmissionError:
    return refusals.damaged(show_path(path), "it is gone")


def _offered(exercise: Exercise, path: Path, offers: tuple[Offer, ...], home: Home | None) -> Picker:
    picker = Picker(exercise, show_path(path), home=home)
    for offer in offers:
        picker.take(offer)
    return picker
