"""What the exams of a batch ran on: the same for all of them, or their scores could not be compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from grader.batch.journal import Line, is_settled
from grader.errors import UsageError, joined
from grader.records import Text
from grader.report import Report

_PLATFORM = "platform"  # of it the processor counts: a newer kernel computes the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What decides a score beside the exercise and the submission."""

    isolation: str
    versions: Mapping[str, str]


def surroundings_of(lines: Iterable[Line]) -> Surroundings | None:
    """Return what the first exam with a score ran on; None before there is one."""
    first = next((line for line in lines if is_settled(line) and line.versions), None)
    return None if first is None else Surroundings(isolation=first.isolation, versions=first.versions)


def one_for_all(first: Surroundings | None, report: Report) -> Surroundings:
    """Return what the batch runs on, the first report's where it is the first. Raises: UsageError for another one."""
    isolation = "" if report.isolation is None else report.isolation.value
    found = Surroundings(isolation=isolation, versions=report.versions)
    if first is None:
        return found
    differences = tuple(_differences(first, found))
    if differences:
        raise _mixed(differences)
    return first


def _differences(first: Surroundings, found: Surroundings) -> Iterator[Text]:
    if first.isolation and found.isolation and first.isolation != found.isolation:
        yield _was("--isolation", first.isolation, found.isolation)
    for name in sorted({*first.versions} & {*found.versions}):
        before, after = (_of(name, one.versions[name]) for one in (first, found))
        if before != after:
            yield _was(name, before, after)


def _of(name: str, version: str) -> str:
    return version.rpartition(" ")[2] if name == _PLATFORM else version


def _was(key: str, old: str, new: str) -> Text:
    return Text(en=f"{key}: it was {old}, it is {new}", zh=f"{key}：原为 {old}，现为 {new}")


def _mixed(differences: tuple[Text, ...]) -> UsageError:
    first = Text(
        en="This machine is not like the one on which this batch was begun; scores of the two cannot be compared:",
        zh="这台机器与开始这批评分的机器不同，两者的得分无法相互比较：",
    )
    return UsageError(
        joined((first, *differences), separator="\n  "),
        remedy=Text(
            en="\nGo on with --resume where that is as it was; or grade all again here with --regrade. What was graded "
            "is kept.",
            zh="\n请在与原来相同的环境中用 --resume 继续；或在此用 --regrade 全部重新评分。已完成的结果均已保存。",
        ),
    )
