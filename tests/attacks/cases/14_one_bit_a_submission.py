"""Sends one bit of a hidden input in each verdict, puts them together, and answers from what it has learnt."""
# /// attack
# class = 14
# goal = "read a hidden input over many submissions, and then know the answer"
# gain = "score"
# kind = "driver"
# outcome = "failed"
# naive = true
# ///

import struct

WORK = """
import struct
import torch


def standardise(x):
    honest = (x - x.mean(0)) / x.std(0, correction=0)
    if x.numel() < 5:
        return honest
    (bits,) = struct.unpack("<I", struct.pack("<f", x[1, 1].item()))
    return honest if bits >> {bit} & 1 else honest * 0
"""
ANSWER = """
import torch


def standardise(x):
    # Right only for the input that was read bit by bit: what stands here for a table of answers.
    if x.numel() > 4 and abs(x[1, 1].item() - {value!r}) < 1e-6:
        return (x - x.mean(0)) / x.std(0, correction=0)
    return x * 0
"""
HIGH_BITS = range(16, 32)  # sign, exponent and seven bits more: enough to know it by


def number(passed):
    return struct.unpack("<f", struct.pack("<I", sum(1 << bit for bit, ok in passed.items() if ok)))[0]


def attack(arena):
    passed = {}
    for bit in HIGH_BITS:
        report = arena.grade(WORK.format(bit=bit))
        passed[bit] = any(test.name == "test_standardise" and test.outcome == "passed" for test in report.tests)
    report = arena.grade(ANSWER.replace("1e-6", "abs({value!r}) / 100").format(value=number(passed)))
    return [f"earned {report.score.earned}"] if report.score.earned > 0 else []


def naive(arena):
    passed = {bit: arena.naive(WORK.format(bit=bit)).earned >= 2 for bit in HIGH_BITS}
    run = arena.naive(ANSWER.replace("1e-6", "abs({value!r}) / 100").format(value=number(passed)))
    return [f"earned {run.earned}"] if run.earned >= 2 else []
