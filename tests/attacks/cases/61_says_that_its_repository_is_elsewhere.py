"""A folder whose `.git` is a file that names the instructor's repository, so that its HEAD is theirs."""
# /// attack
# class = 61
# goal = "have the privileged grader take the commit of another repository for one's own"
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
    instructors.commit({"work.py": Path("@SOLUTIONS@/work.py").read_text(encoding="utf-8")})
    mine = folder / "handed_in"
    mine.mkdir()
    (mine / ".git").write_text(f"gitdir: {instructors.path}/.git\n")
    return mine


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
