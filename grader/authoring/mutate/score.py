"""What the tests made of the mutants: the kill score, and each survivor told or explained.

A mutant that computes the same as the reference, whatever it is given, cannot be killed. An author declares it, with
the reason, in the table `[mutants.survive]` of the exercise's `expected.toml`:

    [mutants.survive]
    "numerical_gradient: gradient = np.ones(x.shape)" = "Every element is written before it is read."

The key is the mutant's id, as `dlgrade verify` prints it. A declaration is checked like everything else: one that names
no mutant, or one that the tests do kill, is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.authoring.findings import Finding
from grader.authoring.mutate.mutant import OPERATORS, Mutant
from grader.records import Severity, Text

LEAST_SCORE = 0.95  # of the mutants that can be killed


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A mutant and the test that failed on it; `killed_by` is empty where it passed them all."""

    mutant: Mutant
    killed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KillScore:
    """How many mutants the tests noticed. Those declared as beyond any test do not count."""

    killed: int
    survived: tuple[Mutant, ...]
    declared: tuple[Mutant, ...]  # that survived, as their author said
    left_out: int  # that were not tried

    @property
    def share(self) -> float:
        """The killed ones among those that can be killed, from 0 to 1; 1 where there is none."""
        possible = self.killed + len(self.survived)
        return self.killed / possible if possible else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The names that findings need: the exercise's, its hidden folder's, and of the file with the declarations."""

    exercise: str  # "exercise03_softmax"
    folder: str  # "solutions/exercise03_softmax"
    declarations: str  # "solutions/exercise03_softmax/expected.toml"


def kill_score(tried: Sequence[Tried], declared: Mapping[str, str], *, left_out: int = 0) -> KillScore:
    """Return the score; `declared` is the table `[mutants.survive]`."""
    alive = [one.mutant for one in tried if not one.killed_by]
    return KillScore(
        killed=len(tried) - len(alive),
        survived=tuple(mutant for mutant in alive if mutant.id not in declared),
        declared=tuple(mutant for mutant in alive if mutant.id in declared),
        left_out=left_out,
    )


def mutant_findings(
    tried: Sequence[Tried], declared: Mapping[str, str], known: Sequence[Mutant], where: Where
) -> Iterator[Finding]:
    """Yield every survivor, a score that is too low, and declarations that do not hold.

    `known`: every mutant of the exercise, those that were left out too, so that a declaration of one is no slip.
    """
    score = kill_score(tried, declared)
    enough = score.share >= LEAST_SCORE
    for mutant in score.survived:
        yield _survived(mutant, where, severity=Severity.WARNING if enough else Severity.ERROR)
    if not enough:
        yield _too_low(score, where)
    killed = {one.mutant.id: one.killed_by for one in tried if one.killed_by}
    ids = {mutant.id for mutant in known}
    for name, reason in declared.items():
        if name in killed:
            yield _not_so(name, killed[name], where)
        elif name not in ids:
            yield _no_such(name, where)
        elif not reason.strip():
            yield _no_reason(name, where)


def _survived(mutant: Mutant, where: Where, *, severity: Severity) -> Finding:
    kind = OPERATORS[mutant.operator]
    return Finding(
        check="mutant.survived",
        severity=severity,
        exercise=where.exercise,
        file=f"{where.folder}/{mutant.file}",
        line=mutant.line,
        problem=Text(
            en=f"No test notices this fault in the reference ({kind.en}): {mutant.id}",
            zh=f"没有测试发现参考答案中的这个错误（{kind.zh}）：{mutant.id}",
        ),
        remedy=Text(
            en="Add or sharpen a test that fails on it. If it computes the same for every input, declare it in "
            f"{where.declarations}, under [mutants.survive], with the reason.",
            zh=f"请增加或加强一个能使其失败的测试。若它对任何输入的结果都相同，请在 {where.declarations} 的 "
            "[mutants.survive] 中声明并写明理由。",
        ),
        detail=mutant.diff,
    )


def _too_low(score: KillScore, where: Where) -> Finding:
    possible = score.killed + len(score.survived)
    told = f"{score.killed} / {possible} = {100 * score.share:.1f}%"
    return Finding(
        check="mutant.score",
        severity=Severity.ERROR,
        exercise=where.exercise,
        file=f"{where.folder}/test_hidden.py",
        problem=Text(
            en=f"The tests notice {told} of the faults that were planted in the reference; at least "
            f"{LEAST_SCORE:.0%} are expected.",
            zh=f"测试发现了植入参考答案的错误中的 {told}；至少应达到 {LEAST_SCORE:.0%}。",
        ),
        remedy=Text(
            en="Each survivor is listed with its diff: a student with that fault would get full score.",
            zh="每个未被发现的错误都已列出其 diff：有该错误的学生会得满分。",
        ),
    )


def _not_so(name: str, killed_by: str, where: Where) -> Finding:
    return _of_declaration(
        "mutant.declared-killed",
        name,
        Text(
            en=f"is declared to survive, but {killed_by} fails on it.", zh=f"被声明为无法发现，但 {killed_by} 会失败。"
        ),
        where,
    )


def _no_such(name: str, where: Where) -> Finding:
    return _of_declaration(
        "mutant.declared-unknown",
        name,
        Text(en="is declared to survive, but there is no such mutant.", zh="被声明为无法发现，但没有这样的变异体。"),
        where,
    )


def _no_reason(name: str, where: Where) -> Finding:
    return _of_declaration(
        "mutant.declared-without-reason",
        name,
        Text(en="is declared to survive, without a reason.", zh="被声明为无法发现，却没有写理由。"),
        where,
        remedy=Text(
            en="Say why no input can tell it from the reference.", zh="请写明为什么任何输入都无法区分它与参考答案。"
        ),
    )


def _of_declaration(check: str, name: str, what: Text, where: Where, *, remedy: Text | None = None) -> Finding:
    return Finding(
        check=check,
        severity=Severity.WARNING,
        exercise=where.exercise,
        file=where.declarations,
        problem=Text(en=f'mutants.survive: "{name}" {what.en}', zh=f"mutants.survive：“{name}”{what.zh}"),
        remedy=remedy or Text(en="Remove the line.", zh="请删去这一行。"),
    )
