"""The seed of every exam of a batch, drawn from one: so the order and the number of workers change no score."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grader.batch.journal import Key, Line, key_of
from grader.records import HandedIn


def new_seed() -> int:
    """Return a seed that nobody can guess."""
    return secrets.randbits(63)


def seed_of(base: int, exercise: str, handed_in: HandedIn, submission_sha256: str) -> int:
    """Return the seed of the exam of one submission, in [0, 2^63).

    Another submission has another seed, as an attempt of the same student: what one exam told of its inputs is no help
    in the next. Who knows a report's seed learns nothing of a base that was drawn, nor of another student's seed.
    """
    sha256 = hashlib.sha256(b"dlgrade batch seed 2")
    student = handed_in.student.encode("utf-8", "surrogatepass")
    for part in (
        str(base).encode(),
        exercise.encode(),
        student,
        str(handed_in.attempt).encode(),
        submission_sha256.encode(),
    ):
        sha256.update(len(part).to_bytes(8, "big"))  # or "a" and "bc" would be like "ab" and "c"
        sha256.update(part)
    return int.from_bytes(sha256.digest()[:8], "big") >> 1


@dataclass(frozen=True, slots=True)
class Drawn:
    """The seed of an exam that was held, and the submission that it was held of."""

    submission_sha256: str
    seed: int


class Seeds:
    """The seeds of one batch. `drawn`: of exams that were held already, from the same base.

    An exam that is held again of the same submission keeps its seed, also one that an earlier release drew otherwise.
    """

    def __init__(self, base: int, drawn: Mapping[Key, Drawn]) -> None:
        self._base, self._drawn = base, drawn

    def of(self, exercise: str, handed_in: HandedIn, submission_sha256: str) -> int:
        """Return the seed of one exam."""
        before = self._drawn.get(key_of(exercise, handed_in))
        if before is not None and before.submission_sha256 == submission_sha256:
            return before.seed
        return seed_of(self._base, exercise, handed_in, submission_sha256)


def drawn_in(lines: Iterable[Line]) -> dict[Key, Drawn]:
    """Return the seeds of the exams that a journal knows."""
    return {
        line.key: Drawn(line.row.submission_sha256, line.row.seed)
        for line in lines
        if line.row.seed is not None and line.row.submission_sha256
    }
