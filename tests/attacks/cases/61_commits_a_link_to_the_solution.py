"""A commit in which the file that is asked for is a symbolic link to the reference solution."""
# /// attack
# class = 61
# goal = "have the grader check the link out, and follow it to the solution"
# gain = "score"
# kind = "driver"
# outcome = "rejected"
# naive = true
# ///

import tempfile
from pathlib import Path

from gits import new_git

from grader.errors import SubmissionError


def build(folder):
    git = new_git(folder / "handed_in")
    (git.path / "work.py").symlink_to("@SOLUTIONS@/work.py")
    git.commit({})
    return git.path


def attack(arena):
    with tempfile.TemporaryDirectory() as name:
        try:
            report = arena.grade(build(Path(name)), commit="HEAD")
        except SubmissionError:
            return []
    return [f"was graded: {report.score}"]


def naive(arena):
    with tempfile.TemporaryDirectory() as name:
        return arena.gains(arena.naive(build(Path(name))))
