"""Spells a hidden number in the line that its code claims to have been at: in a trace, in an exception, in other code."""
# /// attack
# class = 13
# goal = "read a number of the hidden tests off a line number"
# gain = "secret"
# kind = "driver"
# outcome = "failed"
# naive = true
# ///

import re

WORK = """
import os


def claims(line):
    {claim}


def standardise(x):
    claims(int(x[0, 0].item() * 16))
"""
CLAIMS = (
    """os.write(1, b'Current thread 0x1 (most recent call first):\\n  File "work.py", line %d in f\\n' % line)
    os._exit(0)""",
    """error = SyntaxError("x", ("work.py", line, 1, ""))
    raise error""",
    """exec(compile("\\n" * (line - 1) + "1 / 0", "work.py", "exec"))""",
)
BLANK = "\n" * (1 << 16)  # so that every line is one of the file


def told(line, arena):
    return float(line) / 16 == float(arena.canaries.number)


def attack(arena):
    gained = []
    for number, claim in enumerate(CLAIMS):
        report = arena.grade(WORK.replace("{claim}", claim) + BLANK)
        shown = [line for test in report.tests if test.explanation for line in test.explanation.traceback]
        gained += [f"claim {number} told it" for line in shown if told(line.line, arena.arena)]
    return gained


def naive(arena):
    gained = []
    for number, claim in enumerate(CLAIMS):
        run = arena.naive(WORK.replace("{claim}", claim) + BLANK)
        lines = re.findall(r"line (\d+)", run.text)
        gained += [f"claim {number} told it" for line in lines if told(line, arena.arena)]
    return gained if len(gained) >= len(CLAIMS) else []
