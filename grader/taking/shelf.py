"""The quizzes that attempts began with, read once each, and the child processes that compute their answers."""

from __future__ import annotations

import threading
from pathlib import Path

from grader.errors import AuthorError, GraderFault
from grader.exercise.paths import show_name
from grader.quiz.authored import Quiz
from grader.quiz.generators import Generators
from grader.quiz.kept import cache_folder
from grader.quiz.reading import CODE_FILE, QUIZ_FILE, quiz_of
from grader.records import Text
from grader.store import Store
from grader.store.quizzes import Files, files_of

_MAX_CHILDREN = 4


class Shelf:
    """Holds quizzes by their version; threads may share it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_digest: dict[str, Quiz] = {}
        self._digests: dict[int, str] = {}  # by the number of a version in the store
        self._generators: dict[str, Generators] = {}
        self._turn = threading.Lock()

    def put(self, quiz: Quiz) -> None:
        """Keep a quiz that was read elsewhere."""
        self._by_digest.setdefault(quiz.version, quiz)

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

    def generators(self, quiz: Quiz) -> Generators:
        """Return what runs the functions of a quiz; of the quizzes asked for last, as each has a process."""
        with self._turn:
            found = self._generators.pop(quiz.version, None) or Generators(quiz)
            self._generators[quiz.version] = found
            if len(self._generators) > _MAX_CHILDREN:
                self._generators.pop(next(iter(self._generators))).close()
        return found

    def adopt(self, quiz: Quiz, generators: Generators) -> None:
        """Take over a process that was started before there was a shelf, and end it in the end."""
        with self._turn:
            before = self._generators.pop(quiz.version, None)
            self._generators[quiz.version] = generators
        if before is not None:
            before.close()

    def close(self) -> None:
        """End the child processes."""
        with self._turn:
            for one in self._generators.values():
                one.close()
            self._generators.clear()


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
