"""The quizzes that attempts began with, read once each, and the child processes that compute their answers.

A process is lent for as long as something is drawn with it. At most `MAX_CHILDREN` are kept; of more, the one that was
asked for longest ago ends, but never one that is lent: where all are, there are more for that while.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.errors import AuthorError, Closed, GraderFault
from grader.exercise.paths import show_name
from grader.quiz.authored import Quiz
from grader.quiz.generators import Generators
from grader.quiz.kept import cache_folder
from grader.quiz.reading import CODE_FILE, QUIZ_FILE, quiz_of
from grader.records import Text
from grader.store import Store
from grader.store.quizzes import Files, files_of

MAX_CHILDREN = 4


@dataclass(slots=True)
class _Lent:
    """What runs the functions of one quiz, and how many are using it now."""

    generators: Generators
    users: int = 0


class NotRead(Exception):
    """A version of a quiz that was not read yet; `version` is its number in the store."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


class Shelf:
    """Holds quizzes by their version; threads may share it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_digest: dict[str, Quiz] = {}
        self._digests: dict[int, str] = {}  # by the number of a version in the store
        self._generators: dict[str, _Lent] = {}  # by version; the one asked for longest ago first
        self._is_closed = False
        self._turn = threading.Lock()

    def put(self, quiz: Quiz) -> None:
        """Keep a quiz that was read elsewhere."""
        self._by_digest.setdefault(quiz.version, quiz)

    def number(self, version: int, digest: str) -> None:
        """Take note that a version is the one with this digest."""
        self._digests[version] = digest

    def quiz(self, version: int) -> Quiz:
        """Return a version by its number in the store, from the files that the store has kept.

        Raises: GraderFault where this dlgrade does not take them any more.
        """
        digest = self._digests.get(version)
        if digest is None or digest not in self._by_digest:
            files = self._store.read(lambda tx: files_of(tx, version))
            digest = self._digests[version] = files.digest
            if digest not in self._by_digest:
                self.put(_read(files))
        return self._by_digest[digest]

    def held(self, version: int) -> Quiz:
        """Return a version that was read before, at once. Raises: NotRead."""
        quiz = self._by_digest.get(self._digests.get(version, ""))
        if quiz is None:
            raise NotRead(version)
        return quiz

    @contextmanager
    def lent(self, quiz: Quiz) -> Iterator[Generators]:
        """Lend what runs the functions of a quiz, for the block. Raises: Closed after `close`."""
        lent = self._lend(quiz)
        try:
            yield lent.generators
        finally:
            with self._turn:
                lent.users -= 1
            self._end_surplus()

    def adopt(self, quiz: Quiz, generators: Generators) -> None:
        """Take over a process that was started before there was a shelf, and end it in the end."""
        with self._turn:
            is_taken = not self._is_closed and quiz.version not in self._generators
            if is_taken:
                self._generators[quiz.version] = _Lent(generators)
        if is_taken:
            self._end_surplus()
        else:
            generators.close()

    def close(self) -> None:
        """End the child processes, for good: who draws with one at this moment gets Closed."""
        with self._turn:
            self._is_closed = True
            ending = list(self._generators.values())
            self._generators.clear()
        for one in ending:
            one.generators.close()

    def _lend(self, quiz: Quiz) -> _Lent:
        with self._turn:
            if self._is_closed:
                raise Closed(Text(en="This desk is closed.", zh="答题台已关闭。"))
            lent = self._generators.pop(quiz.version, None) or _Lent(Generators(quiz))
            self._generators[quiz.version] = lent
            lent.users += 1
        self._end_surplus()
        return lent

    def _end_surplus(self) -> None:
        with self._turn:
            idle = [version for version, one in self._generators.items() if not one.users]
            surplus = idle[: max(len(self._generators) - MAX_CHILDREN, 0)]
            ending = [self._generators.pop(version) for version in surplus]
        for one in ending:
            one.generators.close()


def _read(files: Files) -> Quiz:
    folder = Path(files.folder)
    try:
        return quiz_of(folder, files.yaml, files.code, cache=cache_folder())
    except AuthorError:  # it was read once, by another dlgrade; what is wrong with it would tell answers
        shown = show_name(folder.name)
        raise GraderFault(
            Text(
                en=f"The version of {shown} that this attempt began with cannot be read by this dlgrade.",
                zh=f"本版本的 dlgrade 无法读取 {shown} 在这次作答开始时的版本。",
            ),
            remedy=Text(
                en="Nothing is lost: use the dlgrade that it was begun with, or a newer one.",
                zh="没有任何内容丢失：请使用当时的 dlgrade 版本，或更新的版本。",
            ),
        ) from None


def files_in(quiz: Quiz) -> Files:
    """Return what a store keeps of a quiz: its files as they were read."""
    return Files(digest=quiz.version, folder=quiz.folder, yaml=quiz.files[QUIZ_FILE], code=quiz.files.get(CODE_FILE))
