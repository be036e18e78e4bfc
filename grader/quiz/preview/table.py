"""What differs between the variants of a question: a row for each, with the parameters that vary and the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.quiz.interpolation import shown as shown_value
from grader.quiz.model import Key, PartsKey, Plain
from grader.quiz.preview.facts import brief
from grader.quiz.preview.variants import Shown
from grader.records import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantRow:
    """One variant. `params` are the values of `Table.params`, in their order; "" where it has none of that name."""

    seeds: str
    params: tuple[str, ...]
    right: str
    wrong: str
    redrawn: int  # of all its seeds together


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The variants of a question beside each other."""

    params: tuple[str, ...]  # the names of those that vary
    rows: tuple[VariantRow, ...]


def table_of(variants: Sequence[Shown], language: Language) -> Table:
    """Return the table of these variants."""
    values = [params_of(one.variant.key) for one in variants]
    names = tuple(dict.fromkeys(name for one in values for name in one))
    varying = tuple(name for name in names if len({one.get(name, "") for one in values}) > 1)
    rows = []
    for one, own in zip(variants, values, strict=True):
        answers = brief(one.variant, language)
        rows.append(
            VariantRow(
                seeds=seeds_text(one.seeds),
                params=tuple(own.get(name, "") for name in varying),
                right=answers.right,
                wrong=answers.wrong,
                redrawn=sum(one.redrawn.values()),
            )
        )
    return Table(params=varying, rows=tuple(rows))


def params_of(key: Key) -> dict[str, str]:
    """Return the parameters of a variant as texts; of a part, those that only it has, behind its id."""
    found = _texts(key.params)
    if isinstance(key.answer, PartsKey):
        for part in key.answer.parts:
            own = {name: value for name, value in _texts(part.params).items() if found.get(name) != value}
            found |= {f"{part.part}.{name}": value for name, value in own.items()}
    return found


def _texts(params: Mapping[str, Plain]) -> dict[str, str]:
    return {name: shown_value(value) for name, value in params.items()}


def seeds_text(seeds: Iterable[int]) -> str:
    """Return `1–4, 7` for 1, 2, 3, 4 and 7."""
    runs: list[list[int]] = []
    for seed in sorted(seeds):
        if runs and seed == runs[-1][-1] + 1:
            runs[-1].append(seed)
        else:
            runs.append([seed])
    return ", ".join(_run(run) for run in runs)


def _run(run: Sequence[int]) -> str:
    if len(run) > 2:
        return f"{run[0]}–{run[-1]}"
    return ", ".join(str(seed) for seed in run)
