"""The first does the work and leaves its results wherever it can; the second finds them."""
# /// attack
# class = 45
# goal = "hand in another submission's results"
# gain = "score"
# kind = "pair"
# outcome = "failed"
# naive = true
# ///

import os
import pickle

PLACES = ("/tmp/replay", "/var/tmp/replay", "/dev/shm/replay", "@OUTSIDE@/replay", "replay")
CACHE = {}


def keep():
    for place in PLACES:
        try:
            with open(place, "wb") as stream:
                pickle.dump(CACHE, stream)
        except OSError:
            continue


def standardise(x):
    result = (x - x.mean(0)) / x.std(0, correction=0)
    CACHE[x.shape] = result
    keep()
    return result


# --- the second submission ---
import os
import pickle

PLACES = ("/tmp/replay", "/var/tmp/replay", "/dev/shm/replay", "@OUTSIDE@/replay", "replay")
CACHE = {}
for place in PLACES:
    try:
        with open(place, "rb") as stream:
            CACHE.update(pickle.load(stream))
        os.unlink(place)
    except OSError:
        continue


def standardise(x):
    return CACHE.get(x.shape, x * 0)
