"""Every attack gains nothing, at the degrees of isolation that it is tried at, and works on the naive grader."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from attacks.arena import Arena
from attacks.case import Case, read_cases
from attacks.classes import CLASSES
from attacks.conftest import DEGREES
from attacks.naive_run import Naive
from attacks.table import ATTACK, NAIVE
from attacks.trial import Opponent, try_naively
from grader.records import Isolation

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="these degrees of isolation, and many attacks, are Linux's"
)

CASES = read_cases()


Record = Callable[[str, object], None]


def _trials() -> Iterator[tuple[Isolation, Case]]:
    """Yield what is tried where; what is refused before an exam, once."""
    for place, degree in enumerate(DEGREES):
        for case in CASES:
            if case.is_refused:
                if place == 0:
                    yield degree, case
            elif case.is_for(degree):
                yield degree, case


def _note(record_property: Record, case: Case, where: str, *, as_it_should: bool) -> None:
    told = {"number": case.number, "name": case.name, "where": where, "as_it_should": as_it_should}
    record_property(ATTACK, told)


def _gpu_is_missing() -> bool:
    import torch

    return not torch.cuda.is_available()


def _skip_without_gpu(case: Case) -> None:
    if case.gpu and _gpu_is_missing():
        pytest.skip("needs a GPU, and torch sees none")


def test_every_class_has_a_case() -> None:
    assert {case.number for case in CASES} == CLASSES.keys()


@pytest.mark.parametrize(
    ("opponent", "case"),
    [pytest.param(degree, case, id=f"{case.name}-{degree.value}") for degree, case in _trials()],
    indirect=["opponent"],
)
def test_it_gains_nothing(opponent: Opponent, case: Case, record_property: Record) -> None:
    _skip_without_gpu(case)
    try:
        gained = opponent.try_case(case)
    except BaseException:
        _note(record_property, case, opponent.degree.value, as_it_should=False)
        raise
    _note(record_property, case, opponent.degree.value, as_it_should=not gained)
    assert not gained, f"{case.goal}: {'; '.join(gained)}"


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES if not case.naive])
def test_it_works_on_the_naive_grader(case: Case, arena: Arena, naive: Naive, record_property: Record) -> None:
    _skip_without_gpu(case)
    attempts = (try_naively(case, arena, naive) for _ in range(8))  # some race a clock, on a busy machine in vain
    gained = next(filter(None, attempts), [])
    _note(record_property, case, NAIVE, as_it_should=bool(gained))
    assert gained, f"the attack is broken: it gains no {case.gain} where nothing is in its way"
