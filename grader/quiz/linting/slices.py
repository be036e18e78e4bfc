"""One slice of a quiz under lint: some of its questions, in this process; the first has what concerns the whole too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from grader.errors import AuthorError
from grader.exercise.paths import is_folder, names_in
from grader.quiz.authored import Question
from grader.quiz.generators import CannotLoad, Generators
from grader.quiz.linting.code import of_code
from grader.quiz.linting.draws import cannot_load, draw_seeds, draws_differ, of_draws
from grader.quiz.linting.findings import Finding
from grader.quiz.linting.languages import of_languages
from grader.quiz.linting.names import of_names
from grader.quiz.linting.options import of_options
from grader.quiz.linting.plan import of_plan
from grader.quiz.linting.repeated import HASH_SEED, of_repeats
from grader.quiz.linting.shown import of_quiz_texts, of_texts
from grader.quiz.linting.subject import Placed, Subject, wrongs_of
from grader.quiz.marking import Algebra, Marker
from grader.quiz.reading import read_with_places
from grader.quiz.yaml_file import FileProblems
from grader.records import Severity, Text

_MISTAKES = "mistakes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What one process is to look at: every `of`-th question of a quiz, by their weight, from `number`."""

    folder: Path
    number: int
    of: int
    seeds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What it has found. `met`: misconceptions that its variants know."""

    slice: Slice
    quiz: str
    questions: int = 0
    parametrised: int = 0
    variants: int = 0
    met: frozenset[str] = frozenset()
    declared: tuple[tuple[str, int], ...] = ()  # the quiz's own misconceptions, with their lines
    is_whole: bool = True  # every question could be drawn, so all that they say is known
    findings: tuple[Finding, ...] = ()


def lint_slice(task: Slice) -> Found:
    """Return what is found in a slice. Raises: GraderFault."""
    try:
        read = read_with_places(task.folder)
    except AuthorError as error:
        found = tuple(_unreadable(error)) if task.number == 0 else ()
        return Found(slice=task, quiz=task.folder.name, findings=found, is_whole=False)
    subject = Subject(read.quiz, read.tree, mistakes_beside(task.folder))
    mine = _share(subject.wholes, task)
    findings: list[Finding] = []
    if task.number == 0:
        for check in (of_plan, of_names, of_code, of_options, of_languages, of_quiz_texts):
            findings += check(subject)
    met: set[str] = set()
    variants, is_whole = 0, True
    with ExitStack() as stack:
        generators = stack.enter_context(Generators(read.quiz))
        again = stack.enter_context(Generators(read.quiz, hash_seed=HASH_SEED))
        marker = Marker(stack.enter_context(Algebra()))
        for placed in mine:
            try:
                draws = draw_seeds(subject, placed, generators, seeds=task.seeds)
                findings += of_repeats(subject, draws, again)
            except CannotLoad as error:
                findings.append(cannot_load(error))
                is_whole = False
                break
            findings += of_draws(subject, draws, marker)
            findings += of_texts(subject, draws)
            variants += len(draws.variants)
            is_whole = is_whole and bool(draws.variants)
            met |= {wrong.because for _, drawn in draws.drawn() for wrong in wrongs_of(drawn.key)}
    return Found(
        slice=task,
        quiz=read.quiz.id,
        questions=len(mine),
        parametrised=sum(draws_differ(placed.question) for placed in mine),
        variants=variants,
        met=frozenset(met),
        declared=tuple((name, read.tree.line(("misconceptions", name))) for name in _declared(subject)),
        is_whole=is_whole,
        findings=tuple(findings),
    )


def mistakes_beside(folder: Path) -> frozenset[str]:
    """Return the names of the mistakes of the exercises whose solutions lie beside a quiz."""
    names: set[str] = set()
    for other in names_in(folder.parent):
        mistakes = folder.parent / other / _MISTAKES
        if is_folder(mistakes):
            names |= {name.removesuffix(".py") for name in names_in(mistakes) if name.endswith(".py")}
    return frozenset(names)


def _declared(subject: Subject) -> list[str]:
    return list(subject.tree.value.get("misconceptions", {}))


def _share(wholes: tuple[Placed, ...], task: Slice) -> tuple[Placed, ...]:
    """Return the questions of one slice, in the order of the file; each slice has about as much to draw."""
    heavy = sorted(wholes, key=lambda placed: -_weight(placed.question))
    mine = {placed.label for place, placed in enumerate(heavy) if place % task.of == task.number}
    return tuple(placed for placed in wholes if placed.label in mine)


def _weight(question: Question) -> int:
    return (1 + len(question.parts)) * (100 if draws_differ(question) else 1)


def _unreadable(error: AuthorError) -> Iterator[Finding]:
    """Yield a finding for each problem of a file that cannot be read."""
    if isinstance(error, FileProblems):
        for one in error.problems:
            yield Finding(
                check="file.invalid", severity=Severity.ERROR, file=error.file.name, line=one.line, problem=one.text,
                remedy=Text(en="", zh=""),
            )  # fmt: skip
        return
    yield Finding(
        check="file.unreadable", severity=Severity.ERROR, file="quiz.yaml", problem=error.problem,
        remedy=error.remedy or Text(en="", zh=""),
    )  # fmt: skip
