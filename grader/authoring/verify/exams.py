"""The exams that prove an exercise: which are held, and what became of them.

They are held in two rounds. The first needs only the exercise's files: the stub, the reference on every seed and
device, the mistakes and the cheats. The second builds on what the reference's exams measured: results with a planted
error, right answers in double precision, and the mutants, whose calls get the time that the reference needs and more.
"""

from __future__ import annotations

import functools
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from grader.authoring.confusion import submission_of
from grader.authoring.mutate import Mutant, Sample, mutants, sample
from grader.examination.requests import ExamRequest, Probe
from grader.exercise.public import public_file
from grader.exercise.solution import CHEATS, MISTAKES, solution_file, solution_files, solution_names
from grader.records import Device, Examination, Exercise, FunctionMeasure, Outcome, SourceFile, Submission
from grader.runners import Done, Job

LINTED_SEEDS = 3  # of those, the calls are recorded
DEVICE_SEEDS = 5  # on a device other than the CPU
EXACT_SEEDS = 3
PLANTED_ERROR = 1e-3
_LEAST_MUTANT_CALL_S = 0.3
_MUTANT_CALL_FACTOR = 20


class Kind(StrEnum):
    """What an exam is for."""

    STUB = "stub"
    REFERENCE = "reference"
    AGAIN = "again"  # the first seed once more
    DEVICE = "device"
    MISTAKE = "mistake"
    CHEAT = "cheat"
    EXACT = "exact"
    PLANTED = "planted"
    MUTANT = "mutant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How much is proven."""

    seeds: tuple[int, ...]
    devices: tuple[Device, ...] = tuple(Device)  # of those that an exercise names
    max_mutants: int = 120  # 0: none are tried


@dataclass(kw_only=True)
class Exams:
    """The exams of one exercise, by what they are for; and the mutants among them."""

    exercise: Exercise
    settings: Settings
    verdict_seed: int  # of mistakes and cheats
    results: dict[Kind, dict[str, Done]] = field(default_factory=dict)
    mutants: Sample = field(default_factory=lambda: Sample(chosen=(), left_out=0))
    all_mutants: tuple[Mutant, ...] = ()

    def take(self, done: Done) -> None:
        """Keep what became of an exam."""
        kind, _, name = done.job.key.partition(":")
        self.results.setdefault(Kind(kind), {})[name] = done

    def of(self, kind: Kind) -> Mapping[str, Done]:
        """Return the exams of a kind that have been held, by name: a seed, a file's stem, a function."""
        found = self.results.get(kind, {})
        return {name: found[name] for name in sorted(found)}

    def held(self, kind: Kind) -> dict[str, Examination]:
        """Return the examinations of a kind; without those that could not be held."""
        return {name: done.examination for name, done in self.of(kind).items() if done.examination is not None}

    def judged(self, kind: Kind) -> dict[str, Examination]:
        """Return the examinations of a kind; none where the reference fails with their seed: then a test is wrong."""
        found = self.held(kind)
        passed = {one.seed for one in self.references() if _is_full(one)}
        return {name: one for name, one in found.items() if one.seed in passed}

    @property
    def count(self) -> int:
        """How many exams were held."""
        return sum(len(found) for found in self.results.values())

    def references(self) -> list[Examination]:
        """Return the examinations of the reference on the CPU, in the order of the seeds."""
        found = self.held(Kind.REFERENCE)
        return [found[str(seed)] for seed in self._reference_seeds() if str(seed) in found]

    def _reference_seeds(self) -> tuple[int, ...]:
        """Return the seeds that are asked for, and that of the verdicts, which need a reference that passes."""
        more = (self.verdict_seed,) if self._has_wrong_ones else ()
        return tuple(dict.fromkeys((*self.settings.seeds, *more)))

    @functools.cached_property
    def _has_wrong_ones(self) -> bool:
        return any(solution_names(self.exercise, folder) for folder in (MISTAKES, CHEATS))

    def is_sound(self) -> bool:
        """Whether the reference passed, so that more can be built on its exams."""
        references = self.references()
        return len(references) == len(self._reference_seeds()) and all(map(_is_full, references))

    def functions(self) -> dict[str, list[FunctionMeasure]]:
        """Return what was measured of each function, an element an exam of the reference."""
        found: dict[str, list[FunctionMeasure]] = {}
        for examination in self.references():
            for one in examination.measures.functions if examination.measures is not None else ():
                found.setdefault(one.function, []).append(one)
        return found

    def slowest_call_s(self) -> float:
        """Return how long the reference's slowest call takes: the median over the exams, as a machine may be busy."""
        slowest = (
            max((one.slowest_s for one in e.measures.functions), default=0.0)
            for e in self.references()
            if e.measures is not None
        )
        return statistics.median(list(slowest) or [0.0])

    # -- what is to be held

    def first_round(self) -> Iterator[Job]:
        """Yield the exams that need only the files. Raises: AuthorError for one that cannot be read."""
        reference, seeds = self._reference(), self.settings.seeds
        for number, seed in enumerate(self._reference_seeds()):
            request = ExamRequest(submission=reference, seed=seed, probe=Probe(), record_calls=number < LINTED_SEEDS)
            yield self._job(Kind.REFERENCE, str(seed), request)
        # No failure below needs a proof of its own: the reference passes with these very seeds, or nothing is said.
        yield self._job(Kind.AGAIN, str(seeds[0]), ExamRequest(submission=reference, seed=seeds[0], probe=Probe()))
        yield self._job(Kind.STUB, "stub", ExamRequest(submission=self._stub(), seed=seeds[0], prove=False))
        for kind, folder in ((Kind.MISTAKE, MISTAKES), (Kind.CHEAT, CHEATS)):
            for file in solution_files(self.exercise, folder):
                submission = submission_of(self.exercise, file)
                request = ExamRequest(submission=submission, seed=self.verdict_seed, prove=False)
                yield self._job(kind, file.stem, request)
        for device in self.other_devices():
            for seed in seeds[:DEVICE_SEEDS]:
                request = ExamRequest(submission=reference, seed=seed)
                yield self._job(Kind.DEVICE, f"{device.value}:{seed}", request, device=device)

    def second_round(self) -> Iterator[Job]:
        """Yield the exams that build on the first round; none where that has shown the reference to be wrong."""
        if not self.is_sound():
            return
        reference, seeds = self._reference(), self.settings.seeds
        functions = self.functions()
        exact = tuple(
            name
            for name, calls in functions.items()
            if not any(one.shares for one in calls) and name not in self.exercise.mutates
        )
        for seed in seeds[:EXACT_SEEDS] if exact else ():
            probe = Probe(exact=exact)
            yield self._job(Kind.EXACT, str(seed), _brief(reference, seed, probe=probe, until_failure=False))
        for name, calls in functions.items():
            if any(one.floats for one in calls):
                probe = Probe(function=name, relative_error=PLANTED_ERROR)
                yield self._job(Kind.PLANTED, name, _brief(reference, seeds[0], probe=probe))
        yield from self._mutant_jobs()

    def other_devices(self) -> tuple[Device, ...]:
        """Return the devices beside the CPU that the exercise is made for and that are asked for."""
        wanted = (device for device in self.exercise.devices if device is not Device.CPU)
        return tuple(device for device in wanted if device in self.settings.devices)

    def _mutant_jobs(self) -> Iterator[Job]:
        self.all_mutants = tuple(
            mutant
            for name in self.exercise.files
            for mutant in mutants(solution_file(self.exercise, name).text, file=name)
        )
        self.mutants = sample(self.all_mutants, limit=self.settings.max_mutants)
        call_s = max(_LEAST_MUTANT_CALL_S, _MUTANT_CALL_FACTOR * self.slowest_call_s())
        for number, mutant in enumerate(self.mutants.chosen):
            request = _brief(self._with(mutant), self.settings.seeds[0], call_s=call_s)
            yield self._job(Kind.MUTANT, str(number), request)

    def _job(self, kind: Kind, name: str, request: ExamRequest, *, device: Device = Device.CPU) -> Job:
        return Job(key=f"{kind.value}:{name}", exercise=self.exercise, request=request, device=device)

    def _reference(self) -> Submission:
        return _submission([solution_file(self.exercise, name) for name in self.exercise.files], "reference")

    def _with(self, mutant: Mutant) -> Submission:
        files = [solution_file(self.exercise, name) for name in self.exercise.files]
        mutated = SourceFile(name=mutant.file, text=mutant.source)
        return _submission([mutated if file.name == mutant.file else file for file in files], "mutant")

    def _stub(self) -> Submission:
        return _submission([public_file(self.exercise, name) for name in self.exercise.files], "stub")


def _submission(files: Sequence[SourceFile], origin: str) -> Submission:
    return Submission(files=tuple(files), origin=origin, sha256="0" * 64, untouched=origin == "stub")


def _brief(
    submission: Submission,
    seed: int,
    *,
    probe: Probe | None = None,
    call_s: float | None = None,
    until_failure: bool = True,
) -> ExamRequest:
    """Return a request for verdicts alone."""
    return ExamRequest(
        submission=submission,
        seed=seed,
        probe=probe,
        call_s=call_s,
        explain=False,
        prove=False,
        until_failure=until_failure,
        name_mistakes=False,
    )


def _is_full(examination: Examination) -> bool:
    return all(test.outcome is Outcome.PASSED for test in examination.tests) and examination.problem is None
