"""Which of several exercises one file is for, whose name several ask for: by what it defines.

Exercises may ask for files of one name (`model.py`), told apart by the folders that they lie in. Where one file lies in
no such folder, each of these exercises would take it: its student would have handed in for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.batch.attempts import Claim
from grader.batch.told_content import Meant, what_for
from grader.errors import GraderError
from grader.records import Submission
from grader.submission import collect
from grader.submission.another import names_asked, names_written
from grader.submission.names import wanted_names


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A claim, and the code that would be graded for it."""

    claim: Claim
    submission: Submission


def told_apart(claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims, one file's only for exercises of which it defines something; in doubt, where the same names
    are asked for by several."""
    changed: dict[int, Claim | None] = {}
    for same in _of_one_file(claims):
        changed |= {id(one.claim): told for one, told in zip(same, _told(same), strict=True)}
    kept = (changed.get(id(claim), claim) for claim in claims)
    return [claim for claim in kept if claim is not None]


def _of_one_file(claims: Sequence[Claim]) -> Iterator[list[_Taken]]:
    """Yield claims to the same file; nothing is read unless exercises ask for files of one name."""
    places: dict[tuple[str, Path], list[Claim]] = {}
    for claim in claims:
        if claim.found.exercise is None and not (claim.commit or claim.doubt or claim.refused):
            places.setdefault((claim.match.student, claim.path), []).append(claim)
    for there in places.values():
        names = [name for claim in there for name in wanted_names(claim.exercise)]
        if len(names) == len(set(names)):
            continue
        files: dict[str, list[_Taken]] = {}
        for taken in _taken(there):
            files.setdefault(taken.submission.sha256, []).append(taken)
        yield from (same for same in files.values() if len(same) > 1)


def _taken(claims: Sequence[Claim]) -> Iterator[_Taken]:
    for claim in claims:
        try:
            yield _Taken(claim=claim, submission=collect(claim.exercise, claim.path))
        except GraderError:
            continue  # what is wrong with it is said where it is taken in


def _told(taken: Sequence[_Taken]) -> list[Claim | None]:
    """Return each of the claims to one file as it is meant; None: the file has nothing of the exercise."""
    same, files = [one.claim for one in taken], taken[0].submission.files
    try:
        names = names_written("\n".join(file.text for file in files), shown=same[0].found.entry)
    except GraderError:
        return list(same)
    defined = [names_asked(claim.exercise) & names for claim in same]
    if not any(defined):
        return list(same)
    told: list[Claim | None] = []
    for claim, own in zip(same, defined, strict=True):
        alike = tuple(other.exercise for other, names in zip(same, defined, strict=True) if names == own)
        unsure = Meant(exercises=alike, is_sure=False, is_defined=True)
        doubt = what_for(claim.found, claim.path, unsure) if len(alike) > 1 else None
        told.append(replace(claim, doubt=doubt) if own else None)
    return told
