"""Returns a list of two million items: by itself, and over the wire."""
# /// attack
# class = 39
# goal = "keep the grader busy with what it has to read"
# gain = "hang"
# target = ""
# outcome = ["failed", "timeout", "crashed"]
# naive = true
# gvisor = true
# ///

def standardise(x):
    return [0.0] * 2_000_000


def squared_error(prediction, target):
    return {number: [number] for number in range(300_000)}


def batches(x, size):
    while True:
        yield x


def fit(measure, count):
    return list(range(2_000_000))
