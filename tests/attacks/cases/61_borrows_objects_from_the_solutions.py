"""A git repository whose objects are said to lie in the instructor's own: its HEAD is the commit of the solution."""
# /// attack
# class = 61
# goal = "have the privileged grader read the solution out of a repository that the student cannot read"
# gain = "score"
# kind = "driver"
# outcome = "rejected"
# naive = true
# ///

import tempfile
from pathlib import Path

from gits import new_git

from grader.errors import SubmissionError
from grader.submission.repository import RepositoryError


def build(folder):
    instructors = new_git(folder / "instructors")
    commit = instructors.commit({"work.py": Path("@SOLUTIONS@/work.py").read_text(encoding="utf-8")})
    mine = new_git(folder / "handed_in")
    (mine.path / ".git/objects/info/alternates").write_text(f"{instructors.path}/.git/objects\n")
    (mine.path / ".git/HEAD").write_text(f"{commit}\n")
    return mine.path


def attack(arena):
    with tempfile.TemporaryDirectory() as name:
        try:
            report = arena.grade(build(Path(name)), commit="HEAD")
        except (SubmissionError, RepositoryError):  # unscored is no way out here: a person made the clone, and is told
            return []
    return [f"was graded: {report.score}"]


def naive(arena):
    with tempfile.TemporaryDirectory() as name:
        return arena.gains(arena.naive(build(Path(name))))
