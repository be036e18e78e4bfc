"""What names a mutant, for as long as the lines that it changes stay what they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from grader.authoring.mutate.mutant import difference

_LONG = 88  # a line that is longer is told by the part that differs
_AROUND = 24  # characters on each side of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Where a mutant is, the lines that it has, and those that the reference has there, as Python formats them."""

    function: str  # "module" outside of any
    come: str
    gone: str

    @property
    def short(self) -> str:
        return f"{self.function}: {self.come or f'without {self.gone}'}"

    @property
    def full(self) -> str:
        return f"{self.short} instead of {self.gone}" if self.come and self.gone else self.short


def naming(function: str, before: Sequence[str], after: Sequence[str]) -> Naming:
    """Return what tells a mutant in this function from the reference: both as lines that Python has formatted."""
    found = difference(before, after)
    gone = [line.strip() for line in before[found.start : found.end]]
    come = [line.strip() for line in after[found.start : found.other_end]]
    if len(gone) == len(come) == 1 and max(len(gone[0]), len(come[0])) > _LONG:
        gone, come = [_differing(gone[0], come[0])], [_differing(come[0], gone[0])]
    return Naming(function=function, come="; ".join(come), gone="; ".join(gone))


def _differing(line: str, other: str) -> str:
    """Return the part of a line that differs from another one, with a little around it."""
    shorter = min(len(line), len(other))
    same = next((at for at in range(shorter) if line[at] != other[at]), shorter)
    same_end = next((at for at in range(shorter - same) if line[-1 - at] != other[-1 - at]), shorter - same)
    start, end = max(0, same - _AROUND), min(len(line), len(line) - same_end + _AROUND)
    return ("…" if start else "") + line[start:end] + ("…" if end < len(line) else "")


def distinct(names: list[Naming]) -> list[str]:
    """Return a name for each: short where that is enough, with the lines replaced, or a number, where it is not."""
    times = Counter(name.short for name in names)
    told = [name.short if times[name.short] == 1 else name.full for name in names]
    used = Counter[str]()
    found: list[str] = []
    for text in told:
        used[text] += 1
        found.append(text if used[text] == 1 else f"{text} ({used[text]})")
    return found
