"""The seeds of a quiz: one for each student, attempt, question and part, that nobody without the key can work out.

Parts have seeds of their own: with one for all, the same letter would be right in each. A seed is split into streams
by purpose, so that a further parameter does not change the order of the options.
"""

from __future__ import annotations

import hashlib
import hmac
import random
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """The seeds of one attempt of one student at one version of a quiz. `key` belongs to the store, and is secret."""

    key: bytes = field(repr=False)
    version: str
    student: str
    attempt: int  # at the whole quiz, from 1

    def of(self, question: str, part: str = "") -> bytes:
        """Return the seed of a question, of a part of one, or of a pool."""
        fields = (self.version, question, part, self.student, str(self.attempt))
        message = b"".join(_with_length(field.encode("utf-8", "surrogatepass")) for field in fields)
        return hmac.new(self.key, b"dlgrade quiz 1" + message, hashlib.sha256).digest()


def numbered_seeds(number: int) -> Seeds:
    """Return the seeds that authors call by a number, in `quiz lint`, `quiz preview --seed` and exports.

    They have no secret, as no student is asked with them; and no version, so that what seed 17 has shown stands there
    again when a mistake in it is mended.
    """
    return Seeds(key=b"dlgrade quiz, by number", version="", student="", attempt=number)


def next_seed(seed: bytes, redrawn: int) -> bytes:
    """Return the seed of a variant that was drawn anew so many times; 0: the seed itself."""
    return seed if redrawn == 0 else hmac.new(seed, b"redrawn %d" % redrawn, hashlib.sha256).digest()


def stream(seed: bytes, purpose: str) -> random.Random:
    """Return a generator for one purpose: nothing that is drawn for another changes what it gives."""
    return random.Random(int.from_bytes(stream_seed(seed, purpose)))


def stream_seed(seed: bytes, purpose: str) -> bytes:
    """Return what `stream` seeds its generator with."""
    return hmac.new(seed, purpose.encode(), hashlib.sha256).digest()


def public_id(seed: bytes, purpose: str, place: int) -> str:
    """Return the id of what is shown at `place`: random in every attempt, and the same whatever stands there."""
    digest = hmac.new(seed, b"id %s %d" % (purpose.encode(), place), hashlib.sha256).digest()
    number = int.from_bytes(digest[:8])
    letters = "abcdefghjkmnpqrstvwxyz23456789"  # no i, l, o, u, 0 or 1: to read aloud, and no words
    return "".join(letters[number // len(letters) ** power % len(letters)] for power in range(8))


def _with_length(part: bytes) -> bytes:
    return len(part).to_bytes(8, "big") + part
