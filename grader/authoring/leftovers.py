"""What `dlgrade new` wrote for an author, and is still there: comments that begin with CHANGE THIS."""

from __future__ import annotations

from pathlib import Path

from grader.authoring.findings import Finding, place_in_course
from grader.exercise.manifest import MANIFEST, STATEMENTS, VISIBLE_TESTS
from grader.exercise.paths import is_file
from grader.exercise.public import public_as_it_is
from grader.exercise.solution import CHEATS, MISTAKES, has_solution, solution_file, solution_names
from grader.records import Exercise, Severity, Text

MARK = "CHANGE THIS"


def leftover_findings(exercise: Exercise, root: Path | None = None) -> list[Finding]:
    """Return one note with every place at which the sample still speaks to its author; none where it is gone.

    `root` is the course's folder, from which files are named.
    """
    places = [
        f"{file}:{row}"
        for file, text in _texts(exercise, root).items()
        for row, line in enumerate(text.split("\n"), 1)
        if MARK in line
    ]
    if not places:
        return []
    file, _, row = places[0].rpartition(":")
    return [
        Finding(
            check="sample.left",
            severity=Severity.NOTE,
            exercise=exercise.name,
            file=file,
            line=int(row),
            problem=Text(
                en=f"Parts of this exercise are still those of the sample ({len(places)} times {MARK}).",
                zh=f"这个练习中还留有示例的内容（{len(places)} 处 {MARK}）。",
            ),
            remedy=Text(
                en="Make each of them yours, and take the comment out.",
                zh="请逐一改成你自己的内容，并删去这些注释。",
            ),
            detail="\n".join(places),
        )
    ]


def _texts(exercise: Exercise, root: Path | None) -> dict[str, str]:
    """Return the files that a person writes, by the names that findings give them."""
    texts = {}
    for name in (MANIFEST, *STATEMENTS, *exercise.files, VISIBLE_TESTS):
        file = Path(exercise.folder, name)
        if is_file(file):  # a course in one language has one statement
            shown = place_in_course(exercise.folder, name, root)
            texts[shown] = public_as_it_is(exercise, name).text
    if has_solution(exercise):
        for name in (name for folder in ("", MISTAKES, CHEATS) for name in solution_names(exercise, folder)):
            texts[place_in_course(exercise.solution_folder, name, root)] = solution_file(exercise, name).text
    return texts
