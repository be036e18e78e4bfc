"""Takes memory and writes to all of it until it is refused; right only if it gets more than twice what is allowed."""
# /// attack
# class = 74
# goal = "take the machine's memory, so that others are killed for want of it"
# gain = "score"
# outcome = ["memory", "failed"]
# naive = true
# gvisor = true
# ///

PIECE, PIECES = 1 << 24, 40  # 640 MiB, where 256 are allowed
held = []


def standardise(x):
    while len(held) < PIECES:
        held.append(bytearray(PIECE))
    return (x - x.mean(dim=0)) / x.std(dim=0, correction=0)
