"""Links of the reports' names, also of their temporary names, stand in the folder that reports are written to."""
# /// attack
# class = 61
# goal = "have the grader, which may write everywhere, write its report over a file of the attacker's choice"
# gain = "effect"
# kind = "driver"
# outcome = "failed"
# naive = true
# ///

import contextlib
import io
import os
import tempfile
from pathlib import Path

from grader.cli.formats import Delivery, deliver
from grader.records import Language
from grader.report import FORMATS, Setting
from grader.report.formats.classroom50 import VARIABLES

SOURCE = """
def standardise(x):
    return x
"""


def lay_links(folder, target):
    names = [found.file_name for found in FORMATS.values()]
    for name in (*names, *(f".{name}.{os.getpid()}" for name in names)):  # those that the first version used
        (folder / name).symlink_to(target)


def attack(arena):
    report = arena.grade(SOURCE)
    target = Path("@OUTSIDE@") / "overwritten"
    with tempfile.TemporaryDirectory() as name:
        lay_links(Path(name), target)
        delivery = Delivery(formats=tuple(FORMATS), folder=Path(name))
        with contextlib.redirect_stdout(io.StringIO()):
            setting = Setting(variables=dict.fromkeys(VARIABLES, "submit/1"))
            deliver(report, delivery, language=Language.EN, verbose=True, setting=setting)
    return ["the report went to where the link leads"] if target.exists() else []


def naive(arena):
    source = f"""
import os
os.symlink("@OUTSIDE@/overwritten", "results.json")
{SOURCE}
"""
    return arena.gains(arena.naive(source))
