"""Opens the hidden tests and prints them."""
# /// attack
# class = 1
# goal = "read the hidden tests"
# gain = "secret"
# outcome = "failed"
# naive = true
# gvisor = true
# ///

import glob


def standardise(x):
    raise ValueError(loot)


loot = ""
for name in [*glob.glob("@SOLUTIONS@/*"), *glob.glob("@SOLUTIONS@/../../**/test_hidden.py", recursive=True)]:
    try:
        with open(name, encoding="utf-8") as stream:
            loot += stream.read()
    except OSError as error:
        print(name, error)
print(loot)
