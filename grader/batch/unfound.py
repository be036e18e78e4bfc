"""A class of which nothing is where it was looked for: told before anybody gets a zero for it.

One student who handed in something else is that student's zero. Three and more, and nobody else, are folders that were
read in the wrong way: of another layout, or one level too high.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.batch.attempts import Claim
from grader.batch.finding import has_nothing_of
from grader.batch.folders import examples, inner_contents, text_of
from grader.batch.readings import CLASS
from grader.errors import UsageError
from grader.exercise.paths import show_path
from grader.records import Text


def refuse_without_files(claims: Sequence[Claim], paths: Sequence[Path]) -> None:
    """Refuse a class of folders none of which has a file of its exercise. Raises: UsageError, with what is in one."""
    if len({claim.match.student for claim in claims}) < CLASS:
        return
    if not all(not claim.commit and has_nothing_of(claim.path, claim.exercise) for claim in claims):
        return
    first = claims[0]
    inside = [item.name + ("/" if item.is_folder else "") for item in inner_contents(first.path).items]
    shown, needed = ", ".join(show_path(path) for path in paths[:3]), ", ".join(first.exercise.files)
    place, there = text_of(first.found.entry), examples(inside) or "-"
    raise UsageError(
        Text(
            en=f"{shown}: none of {len(claims)} folders has {needed}. In {place} there is: {there}.",
            zh=f"{shown}：{len(claims)} 个文件夹中都没有 {needed}。{place} 中有：{there}。",
        ),
        remedy=Text(
            en="Say how they are laid out: --names nbgrader, moodle, canvas, gradescope, github-classroom or "
            "classroom50; or a pattern such as '{student}/*/*'.",
            zh="请说明其结构：--names nbgrader、moodle、canvas、gradescope、github-classroom 或 classroom50；"
            "或写出格式，例如 '{student}/*/*'。",
        ),
    )
