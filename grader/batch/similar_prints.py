"""`Print`: the fingerprints of one submission, in memory that does not grow with the square of its length."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.batch.similar_tokens import RUN, Token, Tokens, tokens_of

Place = tuple[str, int]  # a file's name and a line in it, from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What one student handed in for the exercise: source text by the file's name."""

    student: str
    files: Mapping[str, str]
    name: str = ""  # as people write it

    @property
    def shown(self) -> str:
        """Whose it is, for people: the name, and the id that tells two of one name apart."""
        return f"{self.name} ({self.student})" if self.name and self.name != self.student else self.student


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """A submission's runs. A set of its tokens is a number of so many bytes: byte k is 1 for the token k."""

    student: str
    places: tuple[Place, ...]  # of each token
    runs: Mapping[int, tuple[int, ...]]  # the digest of each run that is not common: the tokens that it begins at
    own: int  # tokens that no common run covers
    letters: bytes  # a digest of the text without white space
    cut: tuple[str, ...]  # files that were not read to their end

    @property
    def length(self) -> int:
        """How many tokens are its own."""
        return self.own.bit_count()

    @property
    def key(self) -> frozenset[int]:
        """The digests of its runs, to be compared with those of others."""
        return frozenset(self.runs)

    def covered(self, shared: Collection[int]) -> int:
        """Return which own tokens stand in these runs."""
        return _covered((begin for run in shared for begin in self.runs[run]), len(self.places)) & self.own

    def lines(self, tokens: int) -> frozenset[Place]:
        """Return where these tokens stand."""
        marked = tokens.to_bytes(len(self.places), "little")
        return frozenset(place for place, is_marked in zip(self.places, marked, strict=True) if is_marked)


def runs_of(text: str, *, given: Collection[str]) -> set[int]:
    """Return the digests of all runs of a text that is nobody's own."""
    return set(_runs(tokens_of(text, given=given).found))


def print_of(work: Work, *, given: Collection[str], known: Collection[int]) -> Print:
    """Return the fingerprints of a submission but for those `known`; `given` are names that the exercise gives."""
    places: list[Place] = []
    runs: dict[int, tuple[int, ...]] = {}
    common: list[int] = []
    cut: list[str] = []
    for name, text in sorted(work.files.items()):
        tokens = tokens_of(text, given=given)
        for begin, run in enumerate(_runs(tokens.found), start=len(places)):
            if run in known:
                common.append(begin)
            else:
                runs[run] = (*runs.get(run, ()), begin)
        places += _places(name, tokens)
        if not tokens.is_whole:
            cut.append(name)
    bare = re.sub(r"\s", "", "".join(text for _, text in sorted(work.files.items())))
    return Print(
        student=work.student,
        places=tuple(places),
        runs=runs,
        own=_all(len(places)) & ~_covered(common, len(places)),
        letters=hashlib.sha256(bare.encode("utf-8", "surrogatepass")).digest(),
        cut=tuple(cut),
    )


def without_lonely(prints: Sequence[Print]) -> list[Print]:
    """Return the submissions without the runs that only one of them has: most are such, and compared in vain."""
    count = Counter(run for one in prints for run in one.runs)
    return [replace(one, runs={run: at for run, at in one.runs.items() if count[run] > 1}) for one in prints]


def _places(name: str, tokens: Tokens) -> Iterator[Place]:
    place = (name, 0)
    for token in tokens.found:
        if place[1] != token.line:  # one tuple for all of a line
            place = (name, token.line)
        yield place


def _runs(tokens: Sequence[Token]) -> Iterator[int]:
    """Yield a digest of every run, the same in every process: `hash` would not be."""
    signs = [token.sign.encode("utf-8", "surrogatepass") for token in tokens]
    for begin in range(len(signs) - RUN + 1):
        run = b"\0".join(signs[begin : begin + RUN])
        yield int.from_bytes(hashlib.blake2b(run, digest_size=8).digest(), "little")


def _all(length: int) -> int:
    return int.from_bytes(b"\1" * length, "little")


def _covered(begins: Collection[int] | Iterator[int], length: int) -> int:
    """Return the tokens of all runs that begin at these."""
    marks = bytearray(length)
    for begin in begins:
        marks[begin] = 1
    found, reach = int.from_bytes(marks, "little"), 1
    while reach < RUN:  # a run begins no later than `RUN` tokens before the end, so nothing is pushed beyond it
        step = min(reach, RUN - reach)
        found |= found << 8 * step
        reach += step
    return found
