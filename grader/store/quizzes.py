"""Quizzes and their versions: the files themselves, so that an attempt keeps the quiz that it began with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from grader.store import tables
from grader.store.store import Transaction

_quizzes, _versions = tables.quizzes, tables.versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A quiz by the name it has in its course."""

    course: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """One version of a quiz: its two files as they were read; `folder` is named in messages."""

    digest: str
    folder: str
    yaml: bytes = field(repr=False)
    code: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptQuiz:
    """A quiz that is known to the store."""

    id: int
    name: str
    version: int  # that new attempts get
    digest: str


def find_quiz(tx: Transaction, named: Named) -> KeptQuiz | None:
    """Return a quiz; None where it has never been seen."""
    return _kept(tx, sa.and_(_quizzes.c.course == named.course, _quizzes.c.name == named.name))


def quiz_with(tx: Transaction, quiz: int) -> KeptQuiz:
    """Return a quiz by its number. Raises: KeyError."""
    found = _kept(tx, _quizzes.c.id == quiz)
    if found is None:
        raise KeyError(quiz)
    return found


def keep_version(tx: Transaction, named: Named, files: Files, *, now: datetime) -> KeptQuiz:
    """Keep a version of a quiz, as the one that new attempts get from now on."""
    found = find_quiz(tx, named)
    quiz = found.id if found else tx.add(_quizzes, course=named.course, name=named.name)
    row = tx.row(sa.select(_versions.c.id).where(_versions.c.quiz == quiz, _versions.c.digest == files.digest))
    version = (
        row.id
        if row
        else tx.add(
            _versions,
            quiz=quiz,
            digest=files.digest,
            folder=files.folder,
            yaml=files.yaml,
            code=files.code,
            seen_at=now,
        )
    )
    tx.do(_quizzes.update().where(_quizzes.c.id == quiz).values(digest=files.digest))
    return KeptQuiz(id=quiz, name=named.name, version=version, digest=files.digest)


def files_of(tx: Transaction, version: int) -> Files:
    """Return the files of a version. Raises: KeyError."""
    row = tx.row(sa.select(_versions).where(_versions.c.id == version))
    if row is None:
        raise KeyError(version)
    code = None if row.code is None else bytes(row.code)
    return Files(digest=row.digest, folder=row.folder, yaml=bytes(row.yaml), code=code)


def _kept(tx: Transaction, condition: sa.ColumnElement[bool]) -> KeptQuiz | None:
    on = sa.and_(_versions.c.quiz == _quizzes.c.id, _versions.c.digest == _quizzes.c.digest)
    row = tx.row(
        sa.select(_quizzes.c.id, _quizzes.c.name, _quizzes.c.digest, _versions.c.id.label("version"))
        .join(_versions, on)
        .where(condition)
    )
    return None if row is None else KeptQuiz(id=row.id, name=row.name, version=row.version, digest=row.digest)
