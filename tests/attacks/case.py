"""One attack: what stands in a file of cases/, and what its header says of it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from attacks.classes import CLASSES
from grader.records import Isolation, Outcome

CASES = Path(__file__).parent / "cases"
REJECTED = "rejected"
_HEADER = re.compile(r"^# /// attack$\s(?P<content>(?:^#(?:| .*)$\s)+)^# ///$", re.MULTILINE)
_SECOND = "# --- the second submission ---\n"


class Gain(StrEnum):
    """What an attacker can win."""

    SCORE = "score"
    SECRET = "secret"
    EFFECT = "effect"
    HANG = "hang"
    DEATH = "death"


class Kind(StrEnum):
    """How a case is handed in."""

    FILE = "file"
    BUILD = "build"
    PAIR = "pair"
    DRIVER = "driver"


class Via(StrEnum):
    """How the naive grader takes the verdict."""

    FILE = "file"
    PIPE = "pipe"
    STDOUT = "stdout"
    EXIT = "exit"
    FAILURES = "failures"
    PYTEST = "pytest"
    APART = "apart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One file of cases/. `naive` is empty where the attack must work on the naive grader, or says why it cannot."""

    path: Path
    number: int
    goal: str
    gain: Gain
    kind: Kind
    outcomes: frozenset[str]
    degrees: dict[Isolation, frozenset[str]]
    target: str
    earns: float
    exercise: str
    naive: str
    via: Via
    gvisor: bool
    gpu: bool
    text: str

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def sources(self) -> tuple[str, ...]:
        """What is handed in, in order: one source, or two of a pair."""
        if self.kind is Kind.PAIR:
            first, _, second = self.text.partition(_SECOND)
            return first, second
        return (self.text,)

    @property
    def is_refused(self) -> bool:
        """Whether it ends before any exam, so that a degree of isolation has no part in it."""
        return self.outcomes == {REJECTED} and not self.degrees

    def is_for(self, degree: Isolation) -> bool:
        """Return whether it is tried at this degree: in gVisor, only what is marked for it."""
        return self.gvisor if degree is Isolation.GVISOR else True

    def outcomes_in(self, degree: Isolation) -> frozenset[str]:
        """Return how the attacked tests may end at this degree."""
        return self.degrees.get(degree, self.outcomes)


def read_cases() -> list[Case]:
    """Return every case, in the order of the classes."""
    return [read_case(path) for path in sorted(CASES.glob("*.py"))]


def read_case(path: Path) -> Case:
    """Return the case in a file. Raises ValueError, with its name, for a header that is not as README.md says."""
    text = path.read_text(encoding="utf-8")
    try:
        return _case(path, text)
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name}: {type(error).__name__}: {error}") from error


def _case(path: Path, text: str) -> Case:
    header = _HEADER.search(text)
    if header is None:
        raise ValueError("no header `# /// attack`")
    lines = header["content"].splitlines()
    given = tomllib.loads("\n".join(line.removeprefix("# ").removeprefix("#") for line in lines))
    naive = given.pop("naive")
    if naive is not True and not (isinstance(naive, str) and naive.endswith(".")):
        raise ValueError("naive: true, or a sentence that says why not")
    degrees = given.pop("degrees", {})
    case = Case(
        path=path,
        number=given.pop("class"),
        goal=given.pop("goal"),
        gain=Gain(given.pop("gain")),
        kind=Kind(given.pop("kind", "file")),
        outcomes=_outcomes(given.pop("outcome")),
        degrees={Isolation(name): _outcomes(value) for name, value in degrees.items()},
        target=given.pop("target", "standardise"),
        earns=float(given.pop("earns", 0.0)),
        exercise=given.pop("exercise", "exercise90_lab"),
        naive="" if naive is True else naive,
        via=Via(given.pop("via", "file")),
        gvisor=given.pop("gvisor", False),
        gpu=given.pop("gpu", False),
        text=text,
    )
    if given:
        raise ValueError(f"unknown keys {sorted(given)}")
    if case.number not in CLASSES or not path.name.startswith(f"{case.number:02}_"):
        raise ValueError(f"class {case.number} does not fit the file's name")
    if case.kind is Kind.PAIR and _SECOND not in text:
        raise ValueError(f"a pair needs the line {_SECOND.strip()!r}")
    return case


def _outcomes(value: Any) -> frozenset[str]:
    names = frozenset([value] if isinstance(value, str) else value)
    unknown = names - {REJECTED, *map(str, Outcome)}
    if unknown or not names:
        raise ValueError(f"unknown outcomes {sorted(unknown)}")
    return names
