"""Reads old versions of the solution from the objects of the repository that it lies in."""
# /// attack
# class = 10
# goal = "read the history"
# gain = "secret"
# outcome = "failed"
# naive = true
# ///

import glob
import zlib

for name in glob.glob("@DESK@/.git/objects/??/*") + glob.glob("../*/.git/objects/??/*"):
    try:
        print(zlib.decompress(open(name, "rb").read()))
    except OSError as error:
        print(name, error)


def standardise(x):
    return x
