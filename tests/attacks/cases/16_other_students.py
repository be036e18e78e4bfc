"""Reads what the other students have handed in, and hands in the same."""
# /// attack
# class = 16
# goal = "copy from another student"
# gain = "score"
# outcome = "failed"
# naive = true
# ///

import glob

loot = ""
for name in glob.glob("@OTHERS@/*/*.py"):
    try:
        loot += open(name).read()
    except OSError as error:
        print(name, error)
print(loot)
try:
    exec(loot)
except SyntaxError:
    pass


if "standardise" not in globals():

    def standardise(x):
        return x
