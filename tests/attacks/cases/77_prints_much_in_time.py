"""Prints some megabytes at each call, within all limits of time."""
# /// attack
# class = 77
# goal = "make a report that nobody can open"
# gain = "effect"
# outcome = "failed"
# naive = true
# ///

print("y" * (2 << 20))


def standardise(x):
    print("z" * (2 << 20), "\n" * (1 << 20))
    return x
