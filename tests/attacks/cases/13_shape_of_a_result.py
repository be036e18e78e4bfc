"""Spells a hidden number in the shape of its result, in small sizes, and in those of the expected one."""
# /// attack
# class = 13
# goal = "read a number of the hidden tests off a shape"
# gain = "secret"
# kind = "driver"
# outcome = "failed"
# naive = true
# ///

import re
from dataclasses import replace

WORK = """
import torch


def standardise(x):
    number, sizes = int(x[0, 0].item()) - 2048, {sizes}
    shape = []
    while number > 0:
        shape.append(sizes[number % len(sizes)])
        number //= len(sizes)
    result = torch.empty(*shape, 0, dtype=x.dtype)
    assert not {loudly}, tuple(result.shape)
    return result
"""
SIZES = ((0, 1, 2, 3, 4, 5, 6), (0, 1, 16, 128, 2047, 2048, 2049))  # of the expected (128, 16), and next to them


def source(sizes, *, loudly=False):
    return WORK.replace("{sizes}", repr(sizes)).replace("{loudly}", repr(loudly))


def told(text, sizes, arena):
    """Return whether a shape in the text spells the number: as it was made, with a 0 behind the sizes.

    Anything else in parentheses, such as a colour of a page, spells one of the 2,048 numbers by chance now and then.
    """
    for digits in re.findall(r"\(([\d, ]+)", text):
        *shape, last = [int(digit) for digit in digits.replace(",", " ").split()] or [-1]
        if shape and last == 0 and all(size in sizes for size in shape):
            read = sum(sizes.index(size) * len(sizes) ** place for place, size in enumerate(shape))
            if read == int(float(arena.canaries.number)) - 2048:
                return True
    return False


def attack(arena):
    from grader.records import Reveal
    from grader.submission import collect

    lab = arena.arena.exercises["exercise90_lab"]
    made = replace(lab, reveal_hidden=Reveal.SHAPE, sha256=lab.sha256[::-1])  # another exercise, for the grader
    gained = []
    for sizes in SIZES:
        place = arena.arena.desk / "work.py"
        place.write_text(source(sizes), encoding="utf-8")
        if told(arena.text(arena.grader.examine(made, collect(made, place))), sizes, arena.arena):
            gained.append(f"sizes {sizes} told it")
    return gained


def naive(arena):
    runs = {sizes: arena.naive(source(sizes, loudly=True)) for sizes in SIZES}
    gained = [f"sizes {sizes} told it" for sizes, run in runs.items() if told(run.text, sizes, arena.arena)]
    return gained if len(gained) == len(SIZES) else []
