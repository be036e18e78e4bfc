"""Opens the output folder of a batch for one run, and refuses what somebody else may have laid there.

Theory of operation. An output folder may lie where other people's files do: `grades`, the default, is a folder of the
student's clone for who grades in one. Whatever stands there already may be the student's: a batch that is done, with
points of their choice; a marker that moves files; a link to a file of the teacher's. So a new batch takes a folder that
is not there yet or empty, and reads nothing in any other. To go on with a batch, or to grade it again, is for a folder
outside of every submission. In no case is a link followed: not in the folder's place, not on the way to it through a
submission, and not below it, which is looked through before anything there is opened.

One process works in the folder at a time, by a lock that ends with it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.batch.places import Places
from grader.batch.plan import read_plan
from grader.batch.refusals import (
    in_a_submission,
    in_use,
    is_linked,
    is_there,
    not_empty,
    nothing_there,
    unwritable,
)
from grader.exercise.locking import locked
from grader.exercise.plain_file import open_plain


@contextlib.contextmanager
def output_folder(output: Path, submissions: Sequence[Path], *, is_new: bool, is_regrade: bool) -> Iterator[Places]:
    """Have the output folder to oneself inside the block. Raises: UsageError, and what lies there stays as it is."""
    places = Places(output.absolute())
    if places.root.is_symlink():
        raise is_linked(places.root)
    _refuse_links_on_the_way(places.root, submissions)
    made = _made(places) if is_new else None
    if made is None:
        _refuse_anothers(places, submissions, is_regrade=is_regrade)
    try:
        with _alone(places):
            yield places
    finally:
        if made is not None and not os.path.lexists(places.plan):  # refused: no trace, which might be taken for work
            made.take_back()


# ------------------------------------------------------------------------------------------ a new one


@dataclass(frozen=True, slots=True)
class _Made:
    """What was made to open a new folder."""

    places: Places
    root: bool

    def take_back(self) -> None:
        """Remove what opening made; what was there before stays."""
        with contextlib.suppress(OSError):  # not empty
            self.places.lock.unlink()
            self.places.lock.parent.rmdir()
            if self.root:
                self.places.root.rmdir()


def _made(places: Places) -> _Made:
    """Make the folder, or take the empty one that is there. Raises: UsageError."""
    root = places.root
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        is_own = _mkdir(root)
        if not is_own and any(True for _ in root.iterdir()):
            raise is_there(root) if os.path.lexists(places.plan) else not_empty(root)
        if not _mkdir(places.lock.parent):  # by another run, at this moment
            raise in_use(root)
    except OSError as error:
        raise unwritable(error, root) from None
    return _Made(places, is_own)


def _mkdir(folder: Path) -> bool:
    """Make a folder; return whether it is a new one. Raises: OSError, also where a link or a file stands there."""
    try:
        folder.mkdir()
    except FileExistsError:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise
        return False
    return True


# ------------------------------------------------------------------------------------------ one that is there


def _refuse_anothers(places: Places, submissions: Iterable[Path], *, is_regrade: bool) -> None:
    """Refuse a folder that no batch was made in, or that somebody else may have made."""
    try:
        is_batch = any(os.path.lexists(file) for file in (places.plan, places.next.root))
        link = _first_link(places.root) if is_batch else None
    except OSError as error:
        raise unwritable(error, places.root) from None
    if not is_batch:
        raise nothing_there(places.root, regrade=is_regrade)
    if link is not None:
        raise is_linked(link)
    plans = (read_plan(places), read_plan(places.next))
    told = (Path(name) for plan in plans if plan is not None for name in plan.submissions)
    own = places.root.resolve()
    for path in (*submissions, *told):
        if path.is_dir() and own.is_relative_to(path.resolve()):
            raise in_a_submission(places.root, path)


def _first_link(folder: Path) -> Path | None:
    """Return something below a folder that is neither a folder nor a regular file; None where there is none."""
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as found:
            for one in found:
                if one.is_dir(follow_symlinks=False):
                    waiting.append(Path(one.path))
                elif not one.is_file(follow_symlinks=False):
                    return Path(one.path)
    return None


# ------------------------------------------------------------------------------------------ both


def _refuse_links_on_the_way(root: Path, submissions: Iterable[Path]) -> None:
    """Refuse a path that leads through a link in a submission: it ends where its author wants."""
    tops = [_checkout_of(path.resolve()) for path in submissions]
    for place in root.parents:
        if place.is_symlink() and any(place.parent.resolve().is_relative_to(top) for top in tops):
            raise is_linked(place)


def _checkout_of(submission: Path) -> Path:
    """Return the top folder of what a submission came with: of the git checkout, where it lies in one."""
    folder = submission if submission.is_dir() else submission.parent
    return next((top for top in (folder, *folder.parents) if os.path.lexists(top / ".git")), folder)


@contextlib.contextmanager
def _alone(places: Places) -> Iterator[None]:
    try:
        descriptor = open_plain(places.lock, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK):
            raise is_linked(places.lock) from None
        raise unwritable(error, places.root) from None
    try:
        with locked(descriptor, wait_s=0.0, busy=lambda: in_use(places.root)):
            yield
    finally:
        os.close(descriptor)
