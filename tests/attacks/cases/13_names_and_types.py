"""Lets the inputs appear in everything that a report may quote: names, signatures, types, shapes, source lines."""
# /// attack
# class = 13
# goal = "see the numbers that the hidden tests use"
# gain = "secret"
# outcome = "failed"
# naive = true
# ///

import linecache
import sys

import torch


SEEN = []


def squared_error(prediction, target):
    number = SEEN[-1].__name__
    return [torch.zeros(int(float(number)), int(number[5:])), SEEN[-1]()]


def digits(x):
    return str(x.flatten()[0].item())


def standardise(x):
    text = digits(x)
    # The traceback shows the line of the student's own file: change what stands there.
    lines = [f"{text}\n"] * 80
    linecache.cache["work.py"] = (len(text), None, lines, "work.py")
    made = type(text, (), {"__repr__": lambda self: text, "__str__": lambda self: text})
    globals()[text] = standardise
    sys.modules[__name__].__doc__ = text
    SEEN.append(made)
    raise type(text, (NotImplementedError,), {})(text)
