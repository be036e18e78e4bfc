"""What shows only when a question is drawn: generators that fail, answers that collide, feedback that nobody gets.

Each question that varies is drawn with every seed of a range. What is looked at then is the variants that differ: a
key is marked once for each answer with its known wrong ones, whatever texts stand around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from grader.errors import AuthorError
from grader.quiz.authored import Computed, Question
from grader.quiz.drawing import Drawing, WrongIsRight, draw_many
from grader.quiz.generators import CannotLoad, Generators
from grader.quiz.linting.findings import Finding
from grader.quiz.linting.options import shown_option
from grader.quiz.linting.subject import Placed, SeedDraw, Subject, drawn_of, halves_of, options_of, wrongs_of
from grader.quiz.marking import Marker, Reading, check
from grader.quiz.marking.checking import Unfair
from grader.quiz.marking.reader import read_own
from grader.quiz.model import ChoiceKey, Key, QuestionType, TypedKey, Variant, Wrong
from grader.quiz.seeds import numbered_seeds
from grader.records import Severity, Text

REDRAWN_SHARE = 0.05
FEW_VARIANTS = 5
ENOUGH_SEEDS = 200  # with fewer, that something never comes is chance
_FIRST_SEEDS = 5  # drawn by themselves, to see whether any can be
_CANVAS = Fraction(1, 10_000)  # Canvas takes what is nearer to 0 for 0
_SHOWN = 3  # misconceptions, in one message


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """All that was drawn for one question. `variants` by their seeds; `failed`, why there is none."""

    placed: Placed
    seeds: int
    variants: Mapping[int, Variant]
    failed: Mapping[int, AuthorError]

    def drawn(self) -> Iterator[tuple[Placed, SeedDraw]]:
        """Yield what is answered in every variant, in the order of the seeds."""
        for seed, variant in self.variants.items():
            yield from drawn_of(self.placed, variant, seed)


def draw_seeds(subject: Subject, placed: Placed, generators: Generators, *, seeds: int) -> Draws:
    """Return the variants of a question: with every seed, or one where seeds change nothing but order and ids.

    Raises: CannotLoad where quiz.py itself fails, GraderFault.
    """
    wanted = seeds if draws_differ(placed.question) else 1
    variants: dict[int, Variant] = {}
    failed: dict[int, AuthorError] = {}
    done = 0
    for end in (min(_FIRST_SEEDS, wanted), wanted):
        if len(failed) >= _FIRST_SEEDS:
            break  # it always fails; one that hangs would do so for seconds each time
        drawings = [
            Drawing(quiz=subject.quiz, seeds=numbered_seeds(seed), generators=generators)
            for seed in range(done + 1, end + 1)
        ]
        for seed, one in enumerate(draw_many(drawings, placed.question) if drawings else (), done + 1):
            if isinstance(one, Variant):
                variants[seed] = one
            else:
                failed[seed] = one
        done = end
    return Draws(placed=placed, seeds=done, variants=variants, failed=failed)


def draws_differ(question: Question) -> bool:
    """Whether seeds change more of a question than the order and the ids of its options."""
    picked = question.pick is not None and question.pick < len(question.options)
    return bool(question.params or question.computed or picked) or any(map(draws_differ, question.parts))


def of_draws(subject: Subject, draws: Draws, marker: Marker) -> Iterator[Finding]:
    """Yield what is wrong with what was drawn for one question. Raises: GraderFault."""
    yield from _failures(subject, draws)
    if draws.variants:
        yield from _of_keys(subject, draws, marker)
        yield from _redrawn(subject, draws)
        yield from _variety(subject, draws)
        yield from _unreached(subject, draws)


# ------------------------------------------------------------------------------------------------------ failures


def cannot_load(error: CannotLoad) -> Finding:
    """Return the finding for a quiz.py of which no function can be called."""
    return Finding(
        check="generator.fails", severity=Severity.ERROR, file="quiz.py", problem=error.problem,
        remedy=error.remedy or Text(en="Correct it.", zh="请改正。"),
    )  # fmt: skip


def _failures(subject: Subject, draws: Draws) -> Iterator[Finding]:
    """Yield one finding for each kind of failure: those of one place are one kind, whatever the numbers."""
    kinds: dict[tuple[type, str], list[int]] = {}
    for seed, error in draws.failed.items():
        kinds.setdefault((type(error), error.problem.en.partition(": ")[0]), []).append(seed)
    for (kind, _), seeds in kinds.items():
        error = draws.failed[seeds[0]]
        remedy = error.remedy or Text(en="Correct it.", zh="请改正。")
        yield subject.find(
            "key.collides" if kind is WrongIsRight else "draw.fails", Severity.ERROR, draws.placed.path,
            error.problem, remedy, question=draws.placed.label,
            seed=seeds[0] if draws.seeds > 1 else None, count=len(seeds), of=draws.seeds,
        )  # fmt: skip


def _redrawn(subject: Subject, draws: Draws) -> Iterator[Finding]:
    again = [seed for seed, variant in draws.variants.items() if variant.redrawn]
    if len(again) <= REDRAWN_SHARE * len(draws.variants):
        return
    most = max(variant.redrawn for variant in draws.variants.values())
    share = round(100 * len(again) / len(draws.variants))
    problem = Text(
        en=f"{share}% of its variants had to be drawn anew, up to {most} times: a wrong answer came out right",
        zh=f"{share}% 的变体需要重新抽取（最多 {most} 次）：错误答案恰好等于正确答案",
    )
    remedy = Text(en="Choose parameters that tell the misconceptions apart.", zh="请选用能区分各种误解的参数。")
    path = (*draws.placed.path, "params")
    yield subject.find(
        "draw.redrawn", Severity.WARNING, path, problem, remedy, question=draws.placed.label, seed=again[0],
        count=len(again),
        of=draws.seeds,
    )  # fmt: skip


def _variety(subject: Subject, draws: Draws) -> Iterator[Finding]:
    if draws.seeds < ENOUGH_SEEDS:
        return
    count = len({_content(variant) for variant in draws.variants.values()})
    if count >= FEW_VARIANTS:
        return
    path = (*draws.placed.path, "params")
    if count == 1:
        problem = Text(en="all its variants are the same question", zh="所有变体都是同一道题")
        remedy = Text(en="Use its parameters in the text, or remove them.", zh="请在题目中用到参数，或删去它们。")
        severity = Severity.WARNING
    else:
        problem = Text(en=f"it has only {count} different variants", zh=f"只有 {count} 种不同的变体")
        remedy = Text(
            en="Give its parameters more values, if neighbours are to get others.",
            zh="若要相邻的学生拿到不同的题，请增加参数的取值。",
        )
        severity = Severity.NOTE
    yield subject.find("draw.few-variants", severity, path, problem, remedy, question=draws.placed.label)


def _content(variant: Variant) -> tuple[object, ...]:
    """Return what a student sees of a variant, without ids and order."""
    shown: list[object] = [variant.public.text.en, variant.public.code]
    for public, _ in halves_of(variant):
        shown += [public.text.en, public.code]
        shown.append(frozenset((option.text.en if option.text else "") + option.code for option in options_of(public)))
    return tuple(shown)


def _unreached(subject: Subject, draws: Draws) -> Iterator[Finding]:
    """Yield what no seed brings: options, feedback of computed mistakes; and computed mistakes without feedback."""
    met: dict[Placed, dict[str, _Met]] = {}
    shown: dict[Placed, set[str]] = {}
    for placed, drawn in draws.drawn():
        names = met.setdefault(placed, {})
        for wrong in wrongs_of(drawn.key):
            names.setdefault(wrong.because, _Met(seed=drawn.seed, wrong=wrong))
        if isinstance(drawn.key.answer, ChoiceKey):
            shown.setdefault(placed, set()).update(option.name for option in drawn.key.answer.options)
    for placed, names in met.items():
        if isinstance(placed.question.answer, Computed):
            yield from _untold(subject, placed, names)
    if 1 < draws.seeds < ENOUGH_SEEDS:
        return
    yield from _never_said(subject, draws.placed, {name for names in met.values() for name in names})
    for placed, options in shown.items():
        yield from _never_offered(subject, placed, options)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Met:
    """A misconception that a variant knows, and the first seed of one."""

    seed: int
    wrong: Wrong


def _untold(subject: Subject, placed: Placed, names: Mapping[str, _Met]) -> Iterator[Finding]:
    for name, met in names.items():
        if met.wrong.say is None:
            problem = Text(
                en=f"quiz.py returns the misconception {name}, of which nothing is said",
                zh=f"quiz.py 返回了误解 {name}，却没有它的反馈",
            )
            remedy = Text(
                en=f"Add `say: {{{name}: …}}` to the question: what to think of, without the answer.",
                zh=f"请在题目中加上 say: {{{name}: …}}：提示该想什么，但不要说出答案。",
            )
            path = (*placed.path, "answer")
            yield subject.find(
                "feedback.missing", Severity.WARNING, path, problem, remedy, question=placed.label, seed=met.seed
            )


def _never_said(subject: Subject, whole: Placed, names: set[str]) -> Iterator[Finding]:
    """Yield entries of `say` that no variant uses; what a whole says may be used in any of its parts."""
    for placed in dict.fromkeys((whole, *whole.parts)):
        written = [path[-1] for path in subject.tree.places if path[:-1] == (*placed.path, "say")]
        for name in written:
            if name not in names:
                problem = Text(
                    en=f"its `say` speaks of {name}, but no wrong answer is ever tagged so",
                    zh=f"say 中有 {name}，但没有任何错误答案带有这个标记",
                )
                remedy = Text(
                    en="Tag a wrong answer with it, or remove it.", zh="请给某个错误答案加上它，或删去这一条。"
                )
                path = (*placed.path, "say", name)
                yield subject.find("feedback.unused", Severity.WARNING, path, problem, remedy, question=placed.label)


def _never_offered(subject: Subject, placed: Placed, names: set[str]) -> Iterator[Finding]:
    for place, option in enumerate(placed.question.options):
        if option.name not in names:
            label = shown_option(option)
            problem = Text(en=f"no variant offers the choice {label}", zh=f"没有任何变体出现选项 {label}")
            remedy = Text(en="Raise `pick`, or remove the choice.", zh="请增大 pick，或删去该选项。")
            path = (*placed.path, "choices", place)
            yield subject.find("choice.unreachable", Severity.WARNING, path, problem, remedy, question=placed.label)


# ---------------------------------------------------------------------------------------------------------- keys


@dataclass(frozen=True, slots=True)
class _Kind:
    """Unfair keys that are told together: of one part, one rule and one misconception."""

    placed: Placed
    rule: str
    because: str


def _of_keys(subject: Subject, draws: Draws, marker: Marker) -> Iterator[Finding]:
    """Yield which keys would mark unfairly: each answer, with its known wrong ones, is marked once."""
    checked: dict[tuple[object, ...], tuple[Unfair, ...]] = {}
    found: dict[_Kind, list[tuple[int, Unfair]]] = {}
    tiny: dict[Placed, int] = {}
    for placed, drawn in draws.drawn():
        identity = (placed, _identity(drawn.key))
        if identity not in checked:
            checked[identity] = _checked(drawn, marker)
            if _is_tiny(drawn):
                tiny.setdefault(placed, drawn.seed)
        for unfair in checked[identity]:
            found.setdefault(_Kind(placed, unfair.rule, unfair.because), []).append((drawn.seed, unfair))
    for kind, cases in found.items():
        seed, unfair = cases[0]
        yield subject.find(
            f"key.{kind.rule}", _severity(unfair), (*kind.placed.path, "answer"), unfair.text,
            _REMEDIES.get(kind.rule, _LOOK), question=kind.placed.label,
            seed=seed if draws.seeds > 1 else None, count=len(cases), of=draws.seeds,
        )  # fmt: skip
    for placed, seed in tiny.items():
        remedy = Text(
            en="Ask for it in another unit, if it is to be exported there.", zh="若要导出到 Canvas，请换一个单位来问。"
        )
        yield subject.find(
            "key.tiny", Severity.NOTE, (*placed.path, "answer"), _TINY, remedy, question=placed.label,
            seed=seed if draws.seeds > 1 else None,
        )  # fmt: skip


def _severity(unfair: Unfair) -> Severity:
    if unfair.is_error:
        return Severity.ERROR
    return Severity.NOTE if unfair.rule in _HARMLESS else Severity.WARNING


def _identity(key: Key) -> tuple[object, ...]:
    """Return what decides how a key marks: equal ones mark alike, whatever their ids."""
    answer = key.answer
    if isinstance(answer, TypedKey):
        return (answer.answer, answer.also, tuple((one.value, one.wrong.because) for one in answer.wrong))
    if isinstance(answer, ChoiceKey):
        return tuple(sorted((one.name, one.right) for one in answer.options))
    return ()  # an order and a match hold to the same graph and pairs in every variant


def _checked(drawn: SeedDraw, marker: Marker) -> tuple[Unfair, ...]:
    try:
        return check(drawn.public, drawn.key, marker)
    except AuthorError as error:
        return (Unfair(question="", is_error=True, text=error.problem, rule="unreadable"),)


def _is_tiny(drawn: SeedDraw) -> bool:
    if drawn.public.type is not QuestionType.NUMBER or not isinstance(drawn.key.answer, TypedKey):
        return False
    reading = read_own(drawn.public, drawn.key.answer.answer)
    return isinstance(reading, Reading) and isinstance(reading.value, Fraction) and 0 < abs(reading.value) < _CANVAS


_TINY = Text(en="an answer is below 1e-4: Canvas takes it for 0", zh="答案小于 1e-4：Canvas 会当作 0")
_LOOK = Text(en="Look at that variant.", zh="请查看这个变体。")
_HARMLESS = frozenset({"noise"})  # what is marked rightly all the same
_REMEDIES = {
    "not-right": Text(en="Write the answer as a student would type it.", zh="请按学生会键入的形式书写答案。"),
    "collides": Text(
        en="Ask for more precision, choose other parameters, or leave it out.",
        zh="请提高精度、换用其他参数，或去掉它。",
    ),
    "hidden": Text(en="Leave one of the two out.", zh="请去掉二者之一。"),
    "precision": Text(en="Write `accept` accordingly.", zh="请相应地写明 accept。"),
    "printed": Text(en="Write `error`, if the program raises.", zh="若程序会报错，请写 error。"),
    "noise": Text(
        en="Round the noise off, as in round(answer, 9), or work it out with Fraction or Decimal.",
        zh="请舍去误差，例如 round(answer, 9)，或用 Fraction、Decimal 计算。",
    ),
    "unreadable": Text(en="Write it as a student would type it.", zh="请按学生会键入的形式书写。"),
}
